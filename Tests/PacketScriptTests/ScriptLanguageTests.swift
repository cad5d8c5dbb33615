import PacketScript
import TCPWire
import Testing

@Suite("packetdrill's language where it says what others leave open")
struct ScriptLanguageTests {
    @Test(
        "flags choose addresses and ports; they may come in any order",
        arguments: [
            ("--local_ip=10.1.0.2\n--remote_ip=10.2.0.3", "10.1.0.2", 16, "10.2.0.3"),
            ("--remote_ip=10.2.0.3 --netmask_ip=255.255.255.0 --gateway_ip=10.1.0.1", "192.168.0.1", 24, "10.2.0.3"),
            ("--local_ip=fd::1/64 --ip_version=ipv6", "fd::1", 64, "2001:db8::1"),
            ("--ip_version=ipv6", "fd3d:a0b:17d6::1", 48, "2001:db8::1"),
        ])
    func addresses(_ flags: String, _ local: String, _ prefix: Int, _ remote: String) throws {
        let network = try PacketScript(flags + "\n+0 close(3) = 0").network
        #expect(network.local == IPAddress(local))
        #expect(network.localPrefix == prefix)
        #expect(network.remote == IPAddress(remote))
    }

    @Test(
        "flags that cannot be meant are refused at their place",
        arguments: [
            "--local_ip=10.1.0.2 --remote_ip=fd::1", "--ip_version=ipv6 --local_ip=10.0.0.1",
            "--netmask_ip=255.0.255.0",
            "--local_ip=nowhere", "--define=1X=2", "--define=X", "--tolerance_percent=101", "--tcp_ts_tick_usecs=0",
            "--define=X=\"no end",
        ])
    func badFlags(_ flags: String) {
        #expect(throws: ScriptError.self) { try PacketScript(flags + "\n+0 close(3) = 0") }
    }

    @Test("a name stands for what it is defined as: by the script, by the caller, by the suite; not within strings")
    func definitions() throws {
        let host = RehearsedHost()
        var outside = ScriptDefinitions()
        let areTaken = [outside.define("SIZE=8"), outside.define("WORD=\"ab\"")]
        #expect(areTaken == [true, true])
        let isTaken = outside.define("no value")
        #expect(!isTaken)
        let text = """
            --define=SIZE=6
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            // SIZE in a comment
            +0 write(3, WORD, SIZE) = SIZE
            +0 write(3, "SIZE", 4) = 4
            +0 < S 0:0(0) win 1000 <mss 1000,FO TFO_COOKIE,nop,nop>
            """
        var runner = ScriptRunner(try PacketScript(Array(text.utf8), defining: outside), on: host, tolerance: 0)
        #expect(runner.run().failure == nil)
        let written = host.calls.compactMap { call -> [UInt8]? in
            if case .send(_, let octets, _, _) = call { octets } else { nil }
        }
        #expect(written == [Array("ab".utf8) + [0, 0, 0, 0], Array("SIZE".utf8)])
        #expect(host.injected.count == 1)
    }

    @Test("definitions that grow without end are refused")
    func definitionsGrow() {
        let long = String(repeating: "1", count: 200)
        let names = String(repeating: "X ", count: 400_000)
        #expect(throws: ScriptError.self) { try PacketScript("--define=X=\(long)\n" + names) }
    }

    @Test("a line that ends with a backslash goes on, in shell lines and in assertions")
    func continuation() throws {
        let host = RehearsedHost()
        host.information = ["tcpi_state": 1]
        let report = try run(
            """
            `../common/set_sysctls.py /proc/sys/net/ipv4/tcp_sack=0 \\
             /proc/sys/net/ipv4/tcp_ecn=2 # of both ends; mind
            ethtool -K tun0 tso off gso off`
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            +0 %{ assert tcpi_state == 1, tcpi_state;\\
                  assert tcpi_state < \\
                   2 }%
            """, on: host)
        #expect(report.failure == nil)
        #expect(host.settings == ["net.ipv4.tcp_sack": "0", "net.ipv4.tcp_ecn": "2"])
        #expect(report.steps.count { $0.kind == .assertion } == 2)
    }

    @Test("what a path remembers is forgotten before the first event, where nothing can be remembered")
    func metrics() throws {
        let flush = "`ip tcp_metrics flush all > /dev/null 2>&1`\n"
        let call = "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
        #expect(throws: Never.self) { try PacketScript(flush + call) }
        #expect(throws: ScriptError.self) { try PacketScript(call + "+0 " + flush) }
    }

    @Test("a time may be off by an eighth of the interval where that is more than the tolerance")
    func share() throws {
        func reason(_ milliseconds: Int64, _ flags: String = "") throws -> ScriptFailure.Reason? {
            let host = ScriptRunnerTests.host()
            host.answers[1] = [(milliseconds, { $0.answer.ack(sequence: 0xffff_fff1, acknowledgment: 1) })]
            return try run(flags + ScriptRunnerTests.opening + "+.8 > . 1:1(0) ack 1", on: host).failure?.reason
        }
        #expect(try reason(700) == nil)
        #expect(try reason(900) == nil)
        #expect(try reason(901) != nil)
        #expect(try reason(805, "--tolerance_percent=0.5\n") != nil)
        #expect(try reason(804, "--tolerance_percent=0.5\n") == nil)
    }

    @Test(
        "the numbers of a segment with SYN are those it has, also the one it acknowledges",
        arguments: ["S. 5000:5000(0) ack 7001", "S. 0:0(0) ack 7001", "S. 0:0(0) ack 1"])
    func numbersOfSYN(_ answer: String) throws {
        let host = RehearsedHost()
        host.answers[0] = [(0, { $0.synAck(.maximumSegmentSize(1460)) })]
        host.answers[1] = [(0, { $0.answer.ack(sequence: 0xffff_fff1, acknowledgment: 7011) })]
        let report = try run(
            """
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            +0 bind(3, ..., ...) = 0
            +0 listen(3, 1) = 0
            +0 < S 7000:7000(0) win 60000 <mss 1000>
            +0 > \(answer) <mss 1460>
            +0 < . 1:11(10) ack 1 win 60000
            +0 > . 1:1(0) ack 11
            """, on: host)
        #expect(report.failure == nil)
        #expect(host.injected[1].acknowledgment == 0xffff_fff1)
    }

    @Test("wscale * is any shift, but there has to be one")
    func anyWindowScale() throws {
        func report(_ options: TCPOption...) throws -> ScriptReport {
            let host = RehearsedHost()
            host.answers[0] = [(0, { $0.answer.synAck(sequence: 0xffff_fff0, acknowledgment: 1, options: options) })]
            let text = ScriptRunnerTests.opening.replacing("<mss 1460>", with: "<mss 1460,wscale *>")
            return try run(text, on: host)
        }
        #expect(try report(.maximumSegmentSize(1460), .windowScale(3)).failure == nil)
        #expect(try report(.maximumSegmentSize(1460), .windowScale(14)).failure == nil)
        #expect(try report(.maximumSegmentSize(1460), .noOperation).failure != nil)
        #expect(throws: ScriptError.self) { try PacketScript("+0 < S 0:0(0) win 1 <wscale *>") }
    }

    @Test("readings of the host's clock are compared where a script says how long a tick is")
    func ticks() throws {
        func report(_ readings: (UInt32, UInt32), _ flags: String) throws -> ScriptReport {
            let host = RehearsedHost()
            host.answers[0] = [
                (0, { $0.synAck(.timestamps(TCPTimestamps(value: readings.0, echoReply: 1))) })
            ]
            host.answers[1] = [
                (
                    1000,
                    {
                        $0.answer.ack(
                            sequence: 0xffff_fff1, acknowledgment: 1,
                            options: [.timestamps(TCPTimestamps(value: readings.1, echoReply: 1))])
                    }
                )
            ]
            return try run(
                flags + """
                    0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                    +0 bind(3, ..., ...) = 0
                    +0 listen(3, 1) = 0
                    +0 < S 0:0(0) win 60000 <TS val 1 ecr 0>
                    +0 > S. 0:0(0) ack 1 <TS val 100 ecr 1>
                    +0 < . 1:1(0) ack 1 win 60000
                    +1 > . 1:1(0) ack 1 <TS val 1100 ecr 1>
                    """, on: host)
        }
        let tick = "--tcp_ts_tick_usecs=1000\n"
        #expect(try report((50_000, 51_000), tick).failure == nil)
        #expect(try report((50_000, 51_120), tick).failure == nil)
        #expect(try report((50_000, 51_200), tick).failure != nil)
        #expect(try report((50_000, 51_200), "").failure == nil)
    }

    @Test("epoll, and what comes of it")
    func epoll() throws {
        func reason(_ expected: String, _ occurrences: [EpollEntry]) throws -> ScriptFailure.Reason? {
            let host = RehearsedHost()
            host.results[1] = (0, ScriptResult(7, at: 0))
            var told = ScriptResult(Int64(occurrences.count), at: 0)
            told.occurrences = occurrences
            host.results[3] = (0, told)
            let report = try run(
                """
                0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +0 epoll_create(1) = 5
                +0 epoll_ctl(5, EPOLL_CTL_ADD, 3, {events=EPOLLIN|EPOLLET, fd=3}) = 0
                +0 epoll_wait(5, \(expected), 1, 0) = 1
                """, on: host)
            #expect(
                host.calls[2]
                    == .epollControl(
                        7, .add, 101, EpollEntry(events: 0x1 | EpollEntry.edgeTriggered, data: 3)))
            return report.failure?.reason
        }
        let came = EpollEntry(events: 0x1, data: 3)
        #expect(try reason("{events=EPOLLIN, fd=3}", [came]) == nil)
        #expect(try reason("...", [came]) == nil)
        #expect(
            try reason("{events=EPOLLOUT, fd=3}", [came])
                == .result(expected: "{events=EPOLLOUT, data=3}", actual: "{events=EPOLLIN, data=3}"))
        #expect(try reason("{events=EPOLLIN, fd=3}", []) == .result(expected: "1", actual: "0"))
    }

    @Test("control messages are compared one by one, times within the tolerance")
    func control() throws {
        func reason(_ messages: String, _ came: [ControlMessage]) throws -> ScriptFailure.Reason? {
            let host = RehearsedHost()
            var result = ScriptResult(0, at: 0)
            result.control = came
            host.results[1] = (0, result)
            return try run(
                """
                0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +0 recvmsg(3, {msg_name(...)=..., msg_iov(1)=[{..., 0}], msg_control=[\(messages)]}, MSG_ERRQUEUE) = 0
                """, on: host
            ).failure?.reason
        }
        let queue = ControlMessage(level: 6, type: 36, .integer(9000))
        #expect(try reason("{cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=9000}", [queue]) == nil)
        #expect(try reason("{cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=9001}", [queue]) != nil)
        #expect(try reason("", [queue]) != nil)
        #expect(try reason("{cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=9000}", []) != nil)
        let error = ControlMessage(
            level: 0, type: 11,
            .error(ControlMessage.ExtendedError(errno: 42, origin: 4, type: 0, code: 0, info: 2, data: 10_999)))
        let asked = """
            {cmsg_level=CMSG_LEVEL_IP, cmsg_type=CMSG_TYPE_RECVERR, cmsg_data={ee_errno=ENOMSG,
             ee_origin=SO_EE_ORIGIN_TIMESTAMPING, ee_type=0, ee_code=0, ee_info=SCM_TSTAMP_ACK, ee_data=10999}}
            """
        #expect(try reason(asked, [error]) == nil)
        let time = ControlMessage(level: 1, type: 37, .time(1_000_000 + 20_000_000))
        let stamped = "{cmsg_level=SOL_SOCKET, cmsg_type=SCM_TIMESTAMPING, cmsg_data={scm_sec=0, scm_nsec=20000000}}"
        #expect(try reason(stamped, [time]) == nil)
        #expect(try reason(stamped + "," + asked, [time, error]) == nil)
        #expect(try reason(stamped.replacing("20000000", with: "21000000"), [time]) != nil)
    }

    @Test("NULL is a buffer that is not there; \\x an octet of a string")
    func odds() throws {
        let host = RehearsedHost()
        host.results[3] = (10, ScriptResult(0, at: 0))
        let report = try run(
            """
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            +0 write(3, NULL, 10) = ?
            +0 setsockopt(3, SOL_TCP, TCP_FASTOPEN_KEY, "\\xf7\\x00", 4) = 0
            +0 ... 0.010 connect(3, ..., ...) = 0
            """, on: host)
        #expect(report.failure == nil)
        #expect(
            host.calls[1]
                == .withoutBuffer(
                    .send(101, octets: [UInt8](repeating: 0, count: 10), flags: [], destination: nil)))
        #expect(host.calls[2] == .setOption(101, .fastOpenKey, .octets([0xf7, 0, 0, 0])))
    }
}
