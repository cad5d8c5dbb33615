import PacketScript
import TCPWire
import Testing

@Suite("What a script may say, and what is said of one that may not")
struct ScriptSyntaxTests {
    /// The error of a script; `nil` where there is none.
    static func error(_ text: String) -> ScriptError? {
        do {
            _ = try PacketScript(text)
            return nil
        } catch let error as ScriptError {
            return error
        } catch {
            return nil
        }
    }

    @Test(
        "events that are understood",
        arguments: [
            "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3",
            "+.1 < S 0:0(0) win 32792 <mss 1460,sackOK,nop,nop,nop,wscale 7>",
            "+0 > S. 0:0(0) ack 1 <...>",
            "* > . 1:1(0) ack 1",
            "+0~+0.2 > P. 1:101(100) ack 1",
            "0.100~0.200 > . 1:1(0) ack 1",
            "+.1...0.200 connect(3, ..., ...) = 0",
            "0.1...0.2 accept(3, ..., ...) = 4",
            "+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)",
            "+0 read(4, ..., 512) = -1 EHOSTUNREACH(No route to host)",
            "+0 fcntl(3, F_GETFL) = 0x2 (flags O_RDWR)",
            "+0 getsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=5}, [8]) = 0",
            "+0 setsockopt(3, IPPROTO_TCP, TCP_CONGESTION, \"reno\", 4) = 0",
            "+0 poll([{fd=3,\n events=POLLIN|POLLOUT,\n revents=POLLOUT}], 1, 100) = 1",
            "+0 sendmsg(4, {msg_name(...)=..., msg_iov(2)=[{..., 500},{...,400}], msg_flags=0}, MSG_NOSIGNAL) = 900",
            "+0 recvmsg(4, {msg_name(...)=..., msg_iov(1)=[{..., 500}], msg_flags=0}, 0) = 500",
            "+0 sendto(3, ..., 0, MSG_FASTOPEN, ..., ...) = -1 EINPROGRESS (Operation is now in progress)",
            "+0 bind(3, {sa_family = AF_INET, sin_port = htons(81), sin_addr = inet_addr(\"192.168.0.1\")}, ...) = 0",
            "+0 ioctl(4, SIOCINQ, [100]) = 0",
            "+0 write(4, \"a\\n\", 2) = 2",
            "+0 close(4) = ?",
            "+0 < [ce] P. 1:101(100) ack 1 win 257",
            "+0 > [ect0,ttl 64] P. 1:101(100) ack 1",
            "+0 < 40000 > 8080 S 0:0(0) win 100 <mss 1000>",
            "+0 < . 1:1(0) ack 1 win 257 <sack 1461:2921 4381:5841,nop,nop>",
            "+0 > S 0:0(0) <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 8>",
            "+0 > S 0:0(0) <mss 1460,nop,nop,sackOK,nop,wscale 8,FO,nop,nop>",
            "+0 < S. 123:123(0) ack 1 win 5840 <mss 1040,FO 1234abcd5678dcba,nop,nop>",
            "+0 < P. 1:2(1) ack 1 win 10 urg 1",
            "+0 < icmp unreachable frag_needed mtu 1200 [1:1461(1460)]",
            "+0 < [1:1461(1460)] icmp unreachable frag_needed mtu 1200",
            "+0 < icmp unreachable [0:0(0)]",
            "+0 %{ assert tcpi_state == TCP_ESTABLISHED, tcpi_state }%",
            "+0 %{ assert tcpi_reordering == 3 and not (tcpi_ca_state > 1 or 4 <= tcpi_unacked < 9)\nassert 1 }%",
            "`../common/defaults.sh`",
            "`./defaults.sh\n ./set_sysctls.py /proc/sys/net/ipv4/tcp_timestamps=0 /proc/sys/net/ipv4/tcp_sack=0`",
            "`sysctl -q net.ipv4.tcp_rmem=\"4096 50000 4194304\" 2> /dev/null`",
            "+0 `/tmp/sysctl_restore_${PPID}.sh`",
            "--tolerance_usecs=10000\n--ip_version=ipv6\n+0 < icmp packet_too_big mtu 1280",
            "// one\n# two\n/* three\n lines */ +0 close(3) = 0 // four",
            "+0.0> P. 1:11(10) ack 1",
            "",
        ])
    func understood(_ text: String) throws {
        #expect(Self.error(text) == nil)
    }

    @Test(
        "what is wrong is told with its line",
        arguments: [
            ("+0 close(3) = 0\n\n+0 close(3", 3), ("0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 hello", 2),
            ("+0 > . 1:11(5) ack 1", 1), ("\n+0.2~+0.1 > . 1:1(0) ack 1", 2), ("+0...0.1 > . 1:1(0) ack 1", 1),
            ("+0 > Q 1:1(0)", 1), ("+0 read(3, ..., SIZE) = 3", 1), ("+0 read(3, ..., 10) = -1 ENOSUCH (no)", 1),
            ("+0 < S 0:0(0) win 65536", 1), ("+0 < S 0:0(0) win 1 <mss>", 1), ("+0 < S 0:0(0) win 1 <magic 3>", 1),
            ("+0 %{ assert tcpi_state = 1 }%", 1), ("+0 %{ assert nonsense == 1 }%", 1), ("+0 %{ assert 1", 1),
            ("/* never ends", 1), ("+ close(3) = 0", 1), ("+0 < . 1:1(0) <...>", 1), ("+0 write(3, ..., -1) = 1", 1),
            ("+0 < S 0:0(0) win 1 <sack 1:2 3:4 5:6 7:8,TS val 1 ecr 1>", 1),
            ("+0 < . 4294967296:1(1)", 1), ("99999999 close(3) = 0", 1), ("+0 icmp unreachable", 1),
        ])
    func wrong(_ text: String, _ line: Int) {
        let error = Self.error(text)
        #expect(error?.line == line)
        #expect(error?.isUnsupported == false)
    }

    @Test(
        "what is right but not to be had here is told apart",
        arguments: [
            "+0 pipe([5, 6]) = 0", "+0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3", "+0 > udp (10)",
            "`rm -rf /`", "+0 `nstat | grep TcpExtOutOfWindowIcmps`", "`sysctl -q kernel.panic=1`",
            "`sysctl -q net.ipv4.../../kernel/panic=1`", "+0 %{ import os }%", "--no_such_flag=1",
            "+0 > icmp unreachable", "+0 < S 0:0(0) win 1 <md5 abc>",
            "+0 getsockopt(3, SOL_TCP, TCP_INFO, ..., ...) = 0",
        ])
    func unsupported(_ text: String) {
        #expect(Self.error(text)?.isUnsupported == true)
    }

    @Test("a script too long, too deep or too many is refused, not read")
    func limits() {
        let deep = "+0 poll(" + String(repeating: "[", count: 100_000)
        let many = String(repeating: "+0 close(3) = 0\n", count: 30_000)
        let sum = "+0 %{ assert 1" + String(repeating: "+1", count: 30_000) + " }%"
        let nested = "+0 %{ assert " + String(repeating: "(", count: 30_000) + " }%"
        let minus = "+0 %{ assert " + String(repeating: "-", count: 30_000) + "1 }%"
        let long = String(repeating: " ", count: PacketScript.longest + 1)
        let written = String(repeating: "+0 write(3, ..., 16777216) = 1\n", count: 100)
        let packet = "+0 < . 1:70001(70000) ack 1 win 1"
        for text in [deep, many, sum, nested, minus, long, written, packet] {
            guard case .tooMuch? = Self.error(text)?.kind else {
                Issue.record("not refused: \(text.prefix(40))")
                continue
            }
        }
    }

    @Test("the first lines choose version and tolerance")
    func flags() throws {
        let script = try PacketScript("--ip_version=ipv6 --tolerance_usecs=7000\n")
        #expect(script.network.local == ScriptNetwork.ipv6.local)
        #expect(script.tolerance == 7_000_000)
        #expect(try PacketScript("").tolerance == nil)
    }
}
