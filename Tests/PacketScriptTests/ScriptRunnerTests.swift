import FlatMemory
import PacketScript
import TCPWire
import Testing

@Suite("Scripts against a host that does as it is told")
struct ScriptRunnerTests {
    static let opening = """
        0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
        +0 bind(3, ..., ...) = 0
        +0 listen(3, 1) = 0
        +0 < S 0:0(0) win 60000 <mss 1000>
        +0 > S. 0:0(0) ack 1 <mss 1460>
        +0 < . 1:1(0) ack 1 win 60000
        +0 accept(3, ..., ...) = 4

        """

    /// A host that opens as ``opening`` wants it.
    static func host() -> RehearsedHost {
        let host = RehearsedHost()
        host.answers[0] = [(0, { $0.synAck(.maximumSegmentSize(1460)) })]
        return host
    }

    @Test("numbers are relative both ways, around the end of 32 bits")
    func relativeNumbers() throws {
        let host = Self.host()
        host.answers[2] = [
            (0, { $0.answer.data([UInt8](repeating: 0, count: 100), sequence: 0xffff_fff1, acknowledgment: 6) })
        ]
        let report = try run(
            Self.opening + """
                +.1 < P. 1:6(5) ack 101 win 1000
                +0 > P. 1:101(100) ack 6
                """, on: host)
        #expect(report.failure == nil)
        #expect(host.injected.map(\.sequence) == [0, 1, 1])
        #expect(host.injected.map(\.acknowledgment) == [0, 0xffff_fff1, 0x55])
        #expect(host.injected.map(\.sourcePort) == [40_000, 40_000, 40_000])
        #expect(host.injected[2].payloadLength == 5)
        #expect(report.steps.last?.text == "P. 1:101(100) ack 6 win 65535")
    }

    @Test("a packet that differs is shown in the script's words, with each difference")
    func difference() throws {
        let host = Self.host()
        host.answers[1] = [(0, { $0.answer.ack(sequence: 0xffff_fff1, acknowledgment: 3) })]
        let report = try run(Self.opening + "+0 > P. 1:11(10) ack 1", on: host)
        #expect(report.failure?.line == 8)
        guard case .packet(let expected, let actual, let differences)? = report.failure?.reason else {
            Issue.record("\(String(describing: report.failure))")
            return
        }
        #expect(expected == "P. 1:11(10) ack 1")
        #expect(actual == ". 1:1(0) ack 3 win 65535")
        #expect(differences.map(\.part) == [.flags, .length, .acknowledgment])
        #expect(report.steps.count == 8)
    }

    @Test("options are compared in order, unless the script leaves them open")
    func options() throws {
        func reason(_ options: String) throws -> ScriptFailure.Reason? {
            let text = Self.opening.replacing("<mss 1460>", with: options)
            return try run(text, on: Self.host()).failure?.reason
        }
        #expect(try reason("<mss 1460>") == nil)
        #expect(try reason("<...>") == nil)
        #expect(try reason("<mss 1460,eol>") == nil)
        for wrong in ["<mss 1461>", "<nop,mss 1460>", ""] {
            guard case .packet(_, _, let differences)? = try reason(wrong) else {
                Issue.record("\(wrong) was taken")
                continue
            }
            #expect(differences.map(\.part) == [.options])
        }
    }

    @Test("the host's clock readings are named by the script, and come back translated")
    func timestamps() throws {
        let host = RehearsedHost()
        host.answers[0] = [
            (0, { $0.synAck(.timestamps(TCPTimestamps(value: 777_000, echoReply: 50)), .noOperation, .noOperation) })
        ]
        let report = try run(
            """
            +0 < S 0:0(0) win 100 <TS val 50 ecr 0,nop,nop>
            +0 > S. 0:0(0) ack 1 <TS val 100 ecr 50,nop,nop>
            +0 < . 1:1(0) ack 1 win 100 <nop,nop,TS val 60 ecr 100>
            """, on: host)
        #expect(report.failure == nil)
        #expect(host.injected.count == 2)
    }

    @Test("times: too early, too late, in time, never")
    func times() throws {
        func reason(_ moment: String, after milliseconds: Int64?) throws -> ScriptFailure.Reason? {
            let host = Self.host()
            if let milliseconds {
                host.answers[1] = [(milliseconds, { $0.answer.ack(sequence: 0xffff_fff1, acknowledgment: 1) })]
            }
            return try run(Self.opening + "\(moment) > . 1:1(0) ack 1", on: host).failure?.reason
        }
        #expect(try reason("+.2", after: 200) == nil)
        #expect(try reason("+.1~+.3", after: 200) == nil)
        #expect(try reason("0.1~0.3", after: 200) == nil)
        #expect(try reason("*", after: 200) == nil)
        let (early, late) = (try reason("+.3", after: 200), try reason("+.1", after: 200))
        #expect(early == .time(earliest: 300_000_000, latest: 300_000_000, actual: 200_000_000))
        #expect(late == .time(earliest: 100_000_000, latest: 100_000_000, actual: 200_000_000))
        #expect(try reason("+.1", after: nil) == .silence(until: 1_100_000_000))
    }

    @Test("a call that blocks returns when the script says, and others wait for it")
    func blocking() throws {
        func report(_ end: String) throws -> ScriptReport {
            let host = RehearsedHost()
            host.results[1] = (200, ScriptResult(0, at: 0))
            return try run(
                """
                0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +.1...\(end) connect(3, ..., ...) = 0
                +.1 close(3) = 0
                """, on: host)
        }
        #expect(try report("0.300").failure == nil)
        let early = try report("0.400").failure
        #expect(early?.reason == .returned(expected: 400_000_000, actual: 300_000_000))
        #expect(early?.line == 2)
        let never = try report("0.1").failure
        #expect(never?.reason == .returned(expected: 100_000_000, actual: 300_000_000))
    }

    @Test("a call that was not to block and does, ends the script")
    func blocked() throws {
        let host = RehearsedHost()
        host.results[1] = (5000, ScriptResult(0, at: 0))
        let report = try run("0 socket(..., SOCK_STREAM, 0) = 3\n+0 read(3, ..., 10) = 10", on: host)
        #expect(report.failure?.reason == .blocked)
        #expect(report.failure?.line == 2)
    }

    @Test("results, errnos and what is read are compared")
    func results() throws {
        func reason(_ call: String, _ result: ScriptResult) throws -> ScriptFailure.Reason? {
            let host = RehearsedHost()
            host.results[0] = (0, result)
            return try run("0 " + call, on: host).failure?.reason
        }
        var read = ScriptResult(2, at: 0)
        read.octets = Array("ok".utf8)
        #expect(try reason("read(4, \"ok\", 10) = 2", read) == nil)
        #expect(try reason("read(4, \"no\", 10) = 2", read) == .result(expected: "no", actual: "ok"))
        #expect(try reason("read(4, ..., 10) = 3", read) == .result(expected: "3", actual: "2"))
        #expect(try reason("read(4, ..., 10) = ?", read) == nil)
        let failed = ScriptResult(failed: 104, at: 0)
        #expect(try reason("read(4, ..., 10) = -1 ECONNRESET (reset)", failed) == nil)
        #expect(
            try reason("read(4, ..., 10) = -1 EAGAIN (...)", failed)
                == .result(expected: "-1 EAGAIN", actual: "-1 ECONNRESET"))
        var linger = ScriptResult(0, at: 0)
        linger.option = .linger(isOn: true, seconds: 5)
        #expect(try reason("getsockopt(4, SOL_SOCKET, SO_LINGER, {onoff=1, linger=5}, [8]) = 0", linger) == nil)
        #expect(
            try reason("getsockopt(4, SOL_SOCKET, SO_LINGER, {onoff=1, linger=6}, [8]) = 0", linger)
                == .result(expected: "{onoff=1, linger=6}", actual: "{onoff=1, linger=5}"))
        var polled = ScriptResult(1, at: 0)
        polled.events = [.writable]
        #expect(try reason("poll([{fd=4, events=POLLOUT, revents=POLLOUT}], 1, 0) = 1", polled) == nil)
        #expect(
            try reason("poll([{fd=4, events=POLLOUT, revents=POLLIN}], 1, 0) = 1", polled)
                == .result(expected: "POLLIN", actual: "POLLOUT"))
    }

    @Test("the script's descriptors are its own")
    func descriptors() throws {
        let host = Self.host()
        let report = try run(
            Self.opening + "+0 write(4, ..., 7) = 7\n+0 close(4) = 0\n+0 write(4, ..., 1) = ?", on: host)
        #expect(report.failure == nil)
        let numbers = host.calls.compactMap { call -> Int32? in
            switch call {
            case .bind(let number, _), .listen(let number, _), .send(let number, _, _, _), .close(let number): number
            default: nil
            }
        }
        #expect(numbers == [101, 101, 102, 102, -1])
    }

    @Test("conditions are computed of what the host tells")
    func assertions() throws {
        func reason(_ condition: String) throws -> ScriptFailure.Reason? {
            let host = RehearsedHost()
            host.information = ["tcpi_state": 1, "tcpi_snd_cwnd": 10, "tcpi_options": 6, "tcpi_rtt": -3]
            let text = "0 socket(..., SOCK_STREAM, 0) = 3\n+0 %{ assert \(condition) }%"
            return try run(text, on: host).failure?.reason
        }
        for held in [
            "tcpi_state == TCP_ESTABLISHED, tcpi_state", "(tcpi_options & TCPI_OPT_SACK) != 0",
            "5 < tcpi_snd_cwnd <= 10 and not tcpi_state == 2", "tcpi_snd_cwnd * 2 + 1 == 21 or tcpi_missing",
            "tcpi_rtt / 2 == -2 and tcpi_rtt % 2 == 1", "1 << 3 | 1 == 9", "-tcpi_state == ~0", "True and not False",
        ] {
            #expect(try reason(held) == nil, "\(held)")
        }
        guard case .assertion("tcpi_snd_cwnd == 20", let fields)? = try reason("tcpi_snd_cwnd == 20, 'cwnd'") else {
            Issue.record("it held")
            return
        }
        #expect(fields.map(\.name) == ["tcpi_snd_cwnd"])
        #expect(fields.map(\.value) == [10])
        #expect(try reason("tcpi_missing == 0") == .unknownField("tcpi_missing"))
        #expect(try reason("1 / (tcpi_state - 1) == 0") == .divisionByZero("1 / (tcpi_state - 1) == 0"))
    }

    @Test("settings: the suite's defaults may be missing, what a script asks for may not")
    func settings() throws {
        let host = RehearsedHost()
        host.unknownSettings = ["net.ipv4.tcp_frto"]
        let usual = try run("`../common/defaults.sh`", on: host)
        #expect(usual.hasPassed)
        #expect(usual.steps.filter { $0.kind == .left }.map(\.text) == ["net.ipv4.tcp_frto=2"])
        #expect(host.settings["net.ipv4.tcp_sack"] == "1")
        let report = try run("\n`sysctl -q net.ipv4.tcp_frto=0`", on: host)
        #expect(report.failure?.reason == .host(.unknownSetting("net.ipv4.tcp_frto")))
        #expect(report.failure?.line == 2)
        #expect(report.failure?.isUnsupported == true)
    }

    @Test("a burst that segmentation cut may be written as one segment; a short write may not")
    func joined() throws {
        func reason(
            _ sizes: [Int], _ expectation: String, _ flags: String = "", pushed: Int? = nil
        ) throws -> ScriptFailure.Reason? {
            let host = Self.host()
            host.answers[1] = sizes.indices.map { index in
                let before = UInt32(sizes[..<index].reduce(0, +))
                return (
                    0,
                    { header in
                        let payload = [UInt8](repeating: 0, count: sizes[index])
                        let segment = header.answer.data(
                            payload, sequence: 0xffff_fff1 &+ before, acknowledgment: 1)
                        return index == (pushed ?? sizes.count - 1)
                            ? segment
                            : segment.with(.ack, sequence: segment.sequence, acknowledgment: 1, payload: payload)
                    }
                )
            }
            return try run(flags + Self.opening + "+0 > \(expectation)", on: host).failure?.reason
        }
        let limited = Self.opening.replacing(
            "+0 bind", with: "+0 setsockopt(3, SOL_TCP, TCP_MAXSEG, [500], 4) = 0\n+0 bind")
        #expect(limited != Self.opening)
        #expect(try reason([1000, 1000, 500], "P. 1:2501(2500) ack 1") == nil)
        #expect(try reason([1000, 1000, 500], ". 1:2501(2500) ack 1") != nil)
        // The last piece's flags count; where none has PSH, offload would have put it there.
        #expect(try reason([1000, 1000, 500], ". 1:2501(2500) ack 1", pushed: 0) == nil)
        #expect(try reason([1000, 1000, 500], "P. 1:2501(2500) ack 1", pushed: 0) != nil)
        #expect(try reason([1000, 1000, 500], "P. 1:2501(2500) ack 1", pushed: -1) == nil)
        #expect(try reason([1000, 1000, 500], ". 1:2501(2500) ack 1", pushed: -1) == nil)
        #expect(try reason([1000, 1000, 500], ". 1:1001(1000) ack 1") == nil)
        #expect(try reason([1000, 1000, 500], "P. 1:2501(2500) ack 1", "--strict_segments\n") != nil)
        #expect(try reason([1000, 500, 1000], "P. 1:2501(2500) ack 1") != nil)
        #expect(try reason([100, 100], "P. 1:201(200) ack 1") != nil)
    }

    @Test("a SYN is for the younger listener, another one for the same connection")
    func connections() throws {
        let host = Self.host()
        host.answers[3] = [(0, { $0.synAck(.maximumSegmentSize(1460)) })]
        let report = try run(
            Self.opening + """
                +0 < S 50:50(0) win 100
                +0 close(4) = 0
                +0 close(3) = 0
                +0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +0 bind(3, ..., ...) = 0
                +0 listen(3, 1) = 0
                +0 < S 7000:7000(0) win 100 <mss 1000>
                +0 > S. 0:0(0) ack 1 <...>
                +0 < . 1:1(0) ack 1 win 100
                """, on: host)
        #expect(report.failure == nil)
        #expect(host.injected.map(\.sourcePort) == [40_000, 40_000, 40_000, 40_001, 40_001])
        #expect(host.injected.map(\.sequence) == [0, 1, 50, 7000, 7001])
    }

    @Test("what an earlier connection still sends does not matter to a later one")
    func earlier() throws {
        let host = Self.host()
        host.answers[1] = [
            (50, { $0.answer.fin(sequence: 0xffff_fff1, acknowledgment: 1) }),
            (
                100,
                { header in
                    let port = Endpoint(address: header.destination, port: 50_000)
                    return SegmentBuilder(from: port, to: Endpoint(address: header.source, port: 8080)).syn(sequence: 9)
                }
            ),
        ]
        let report = try run(
            Self.opening + """
                +0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 5
                +0 connect(5, ..., ...) = 0
                +.1 > S 0:0(0)
                +0 < S. 300:300(0) ack 1 win 100
                """, on: host)
        #expect(report.failure == nil)
        #expect(report.steps.filter { $0.kind == .unexpected }.map(\.text) == ["F. 1:1(0) ack 1 win 65535"])
        #expect(host.injected.last?.destinationPort == 50_000)
        #expect(host.injected.last?.acknowledgment == 10)
    }

    @Test("what was sent and not asked for is shown with a failure")
    func unexpected() throws {
        let host = Self.host()
        host.answers[1] = [
            (0, { $0.answer.rst(sequence: 0xffff_fff1) }),
            (0, { $0.answer.fin(sequence: 0xffff_fff1, acknowledgment: 1) }),
        ]
        let report = try run(Self.opening + "+0 > . 1:1(0) ack 1", on: host)
        #expect(report.steps.suffix(2).map(\.kind) == [.sent, .unexpected])
        #expect(report.steps.suffix(2).map(\.text) == ["R 1:1(0) win 65535", "F. 1:1(0) ack 1 win 65535"])
    }

    @Test("a host that breaks when it is asked for the rest is told of, after what was sent")
    func brokenAtTheRest() throws {
        let host = Self.host()
        host.answers[1] = [(0, { $0.answer.rst(sequence: 0xffff_fff1) })]
        host.fault = .system(call: "recvfrom", errno: 100)
        let report = try run(Self.opening + "+0 > . 1:1(0) ack 1", on: host)
        #expect(report.steps.suffix(2).map(\.kind) == [.sent, .broken])
        #expect(report.steps.last?.text == "recvfrom: ENETDOWN")
        guard case .packet = report.failure?.reason else {
            Issue.record("what failed is the script, and not the host: \(String(describing: report.failure))")
            return
        }
    }

    @Test("a host that breaks in the script's midst is told of once")
    func brokenInTheMidst() throws {
        let host = Self.host()
        host.fault = .system(call: "recvfrom", errno: 100)
        let report = try run(Self.opening + "+0 > . 1:1(0) ack 1", on: host)
        #expect(report.failure?.reason == .host(.system(call: "recvfrom", errno: 100)))
        #expect(!report.steps.map(\.kind).contains(.broken))
    }

    @Test("an ICMP error quotes the segment with the wire's numbers", arguments: [false, true])
    func icmp(isIPv6: Bool) throws {
        final class Keeper: ScriptHost {
            let inner = ScriptRunnerTests.host()
            var packets: [[UInt8]] = []
            var now: Int64 { inner.now }
            func start(_ call: ScriptCall) throws(ScriptHostError) { try inner.start(call) }
            func result(until deadline: Int64) throws(ScriptHostError) -> ScriptResult? {
                try inner.result(until: deadline)
            }
            func inject(_ packet: [UInt8]) throws(ScriptHostError) {
                packets.append(packet)
                try inner.inject(packet)
            }
            func nextPacket(until deadline: Int64) throws(ScriptHostError) -> ScriptPacket? {
                try inner.nextPacket(until: deadline)
            }
            func wait(until deadline: Int64) throws(ScriptHostError) { try inner.wait(until: deadline) }
            func information(of descriptor: Int32) -> [String: Int64] { [:] }
            func set(_ name: String, to value: String) throws(ScriptHostError) {}
        }
        let keeper = Keeper()
        let error = isIPv6 ? "packet_too_big" : "unreachable frag_needed"
        let text =
            (isIPv6 ? "--ip_version=ipv6\n" : "") + Self.opening + "+0 < icmp \(error) mtu 1280 [1:1001(1000)]"
        var runner = ScriptRunner(try PacketScript(text), on: keeper, tolerance: 0)
        #expect(runner.run().failure == nil)
        let packet = try #require(keeper.packets.last)
        var quoted = ICMPError()
        #expect(PacketDecoder.decodeQuoted(packet.octets, link: .raw, originalLength: packet.count, into: &quoted))
        #expect(quoted.sequence == 0xffff_fff1)
        #expect(quoted.mtu == 1280)
        #expect(quoted.source.port == 8080)
        #expect(quoted.destination.port == 40_000)
        #expect(isIPv6 || IPv4Checksum.verify(in: packet.octets, at: 0) == .correct)
    }
}
