import Foundation
import Lab
import TCPWire
import Testing

@Suite("tcplens dial", .serialized)
struct DialTests {
    private static let loopback = IPAddress(ipv4: 0x7f00_0001)

    /// Runs the body beside a server on a free loopback port.
    private func served(
        _ mode: GreetingServer.Mode = .reply(GreetingServer.greeting), address: IPAddress = loopback,
        _ body: (UInt16) async throws -> Void
    ) async throws {
        let server = try GreetingServer(GreetingServer.Options(address: address, port: 0, mode: mode))
        async let summary = server.run()
        let result: Result<Void, any Error>
        do { result = .success(try await body(server.endpoint.port)) } catch { result = .failure(error) }
        server.stop()
        _ = await summary
        try result.get()
    }

    private func document(_ run: Run) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(run.out.utf8)) as? [String: Any])
    }

    /// A cable whose other end hears everything and answers nothing but ARP for 198.51.100.8.
    private static let silentCable = """
        ip link add name left type veth peer name right && ip address add 198.51.100.1/24 dev left &&
        ip link set left up && ip link set right up &&
        ip neighbour add 198.51.100.8 lladdr 02:00:00:00:00:08 dev left || exit 99

        """

    // MARK: Established

    @Test(
        "what it sends and the answer, however the place is written",
        arguments: ["127.0.0.1:PORT", "127.0.0.1 PORT", "http://127.0.0.1:PORT/x?y", "localhost:PORT"])
    func answered(place: String) async throws {
        try await served { port in
            let words = place.replacing("PORT", with: "\(port)").split(separator: " ").map(String.init)
            let run = try await Run(
                ["dial"] + words + ["--send", "hello, xiao mei.", "--lang", "en", "-4", "-w", "60"])
            #expect(run.status == 0, "\(run.err)")
            #expect(run.out.contains("OK  established in "))
            #expect(run.out.contains("16 bytes sent, 18 received") || run.out.contains("16 bytes sent, 18\n"))
            #expect(run.out.contains("answer: \"hello, xiao ming.\\n\""))
            #expect(tooWide(run.lines).isEmpty)
        }
    }

    /// Lines that a terminal would break. A command to be copied stays whole, however long the path in it.
    private func tooWide(_ lines: [Substring]) -> [Substring] {
        lines.filter { cells($0) > 80 && !$0.contains("sudo setcap ") }
    }

    @Test("IPv6 in brackets")
    func ipv6() async throws {
        try await served(address: IPAddress(high: 0, low: 1)) { port in
            let run = try await Run("dial", "[::1]:\(port)", "-z", "--json")
            #expect(run.status == 0, "\(run.err)")
            #expect(try document(run)["target"] as? String == "[::1]:\(port)")
            #expect(try document(run)["remote"] as? String == "[::1]:\(port)")
        }
    }

    @Test("standard input is sent to its end")
    func standardInput() async throws {
        try await served(.echo) { port in
            let text = String(repeating: "0123456789abcdef", count: 8192)
            let run = try await Run(["dial", "127.0.0.1:\(port)", "--json"], input: Array(text.utf8))
            #expect(run.status == 0)
            #expect(try document(run)["bytesSent"] as? Int == text.utf8.count)
            #expect(try document(run)["bytesReceived"] as? Int == text.utf8.count)
        }
    }

    @Test("-z only connects")
    func connectOnly() async throws {
        try await served { port in
            let run = try await Run(["dial", "-z", "127.0.0.1", "\(port)", "--json"], input: Array("x".utf8))
            #expect(run.status == 0)
            let facts = try document(run)
            #expect(facts["outcome"] as? String == "established")
            #expect(facts["bytesSent"] as? Int == 0 && facts["bytesReceived"] as? Int == 0)
            #expect((facts["steps"] as? [[String: Any]])?.last?["step"] as? String == "closed")
        }
    }

    @Test("in Chinese")
    func chinese() async throws {
        try await served { port in
            let run = try await Run(
                "dial", "127.0.0.1:\(port)", "--send", "hi", environment: ["LANG": "zh_CN.UTF-8"])
            #expect(run.status == 0)
            #expect(run.out.contains("成功  "))
            #expect(run.out.contains("应答：\"hello, xiao ming.\\n\""))
            #expect(tooWide(run.lines).isEmpty)
        }
        let refused = try await Run("dial", "127.0.0.1:\(freePort())", "-z", "--lang", "zh")
        #expect(refused.status == 10)
        #expect(refused.out.contains("被拒绝  "))
    }

    @Test("the packets and our end's states, where capture is allowed", .enabled(if: Needs.root, "needs root"))
    func packets() async throws {
        try await served { port in
            let run = try await Run("dial", "127.0.0.1:\(port)", "--send", "hi", "--lang", "en")
            #expect(run.lines.first?.hasPrefix("dial 127.0.0.1:\(port) ") == true)
            for word in ["#1  SYN", "#2 SYN,ACK", "len=2", "ack=3", "len=18", "ack=19"] {
                #expect(run.out.contains(word), "\(word)")
            }
            #expect(!run.out.contains("setcap"))
        }
    }

    @Test(
        "how long it took is what the packets' times say, where they were captured",
        .enabled(if: Needs.root, "needs root"))
    func latencies() async throws {
        for _ in 0..<5 {
            try await served { port in
                let run = try await Run(
                    "dial", "127.0.0.1:\(port)", "--send", "hello, xiao mei.", "--lang", "en", "--width", "120")
                func time(_ segment: String) throws -> Double {
                    let row = try #require(run.lines.first { $0.contains(segment) }, "\(segment) in \(run.out)")
                    return try #require(Double(row.split(separator: " ")[0]))
                }
                func told(_ words: Regex<(Substring, Substring)>) throws -> Double {
                    let text = run.lines.joined(separator: " ").replacing(/\ +/, with: " ")
                    return try #require(try words.firstMatch(in: text).flatMap { Double($0.output.1) })
                }
                // Times of rows are rounded to a microsecond each.
                let handshake = try time("#2 SYN,ACK") - time("#1  SYN")
                #expect(abs(try told(/established in ([0-9.]+) ms/) - handshake) < 0.0021)
                let answer = try time("len=18") - time("len=16")
                #expect(abs(try told(/first byte after ([0-9.]+) ms/) - answer) < 0.0021)
            }
        }
    }

    @Test(
        "an ordinary user: no packets, the states from the kernel, and the command that adds the packets",
        .enabled(if: Needs.namespaces, "needs root, unshare, setpriv and ip"))
    func ordinaryUser() async throws {
        let run = try await Run(
            namespace: """
                "$TCPLENS" listen 8080 --once > /dev/null 2>&1 &
                until grep -q ':1F90 .* 0A ' /proc/net/tcp /proc/net/tcp6; do sleep 0.02; done
                $AS_USER "$PUBLIC" dial 127.0.0.1:8080 --send hi --lang en
                """)
        #expect(run.status == 0, "\(run.err)")
        #expect(run.lines.contains { $0.contains("established, from 127.0.0.1:") && $0.hasSuffix("ESTABLISHED") })
        #expect(run.lines.contains { $0.contains("the peer closed its side") && $0.hasSuffix("CLOSE-WAIT") })
        #expect(run.out.contains("answer: \"hello, xiao ming.\\n\""))
        #expect(run.lines.filter { $0.contains("sudo setcap cap_net_raw=ep ") }.count == 1)
        #expect(!run.out.contains("SYN,ACK"))
    }

    // MARK: Not established

    @Test("refused: 10")
    func refused() async throws {
        let port = try freePort()
        let run = try await Run("dial", "127.0.0.1:\(port)", "-z", "--lang", "en")
        #expect(run.status == 10)
        #expect(run.out.contains("REFUSED  127.0.0.1:\(port) answered the SYN with an RST"))
        #expect(run.out.contains("tcplens sockets -lp 'sport = :\(port)'"))
        let facts = try document(try await Run("dial", "127.0.0.1:\(port)", "-z", "--json"))
        #expect(facts["outcome"] as? String == "refused" && facts["exitCode"] as? Int == 10)
    }

    @Test("no answer: 11", .enabled(if: Needs.namespaces, "needs root, unshare, setpriv and ip"))
    func timedOut() async throws {
        let run = try await Run(
            namespace: Self.silentCable + "\"$TCPLENS\" dial -w 0.3 -z 198.51.100.8:80 --lang en")
        #expect(run.status == 11, "\(run.err)")
        #expect(run.out.contains("TIMEOUT  no answer from 198.51.100.8:80 in "))
        #expect(run.out.contains("candidates:  1 a firewall drops it"))
        #expect(run.out.contains("#1 SYN"))
    }

    @Test("nobody there: 12, and who says so", .enabled(if: Needs.namespaces, "needs root, unshare, setpriv and ip"))
    func unreachable() async throws {
        let run = try await Run(namespace: Self.silentCable + "\"$TCPLENS\" dial -z 198.51.100.7:80 --lang en")
        #expect(run.status == 12, "\(run.err)")
        #expect(
            run.out.contains("UNREACHABLE  198.51.100.7:80: nobody on the link answered ARP"))
    }

    @Test(
        "a router that forbids it: 12", .enabled(if: Needs.namespaces, "needs root, unshare, setpriv and ip"))
    func prohibited() async throws {
        // The router is a namespace of its own, held by a sleeping process.
        let run = try await Run(
            namespace: """
                unshare -n sleep 50 & router=$!
                until [ "$(readlink /proc/$router/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.02; done
                there="nsenter -t $router -n"
                ip link add name left type veth peer name right && ip link set right netns $router &&
                ip address add 198.51.100.1/24 dev left && ip link set left up &&
                $there ip link set lo up && $there ip address add 198.51.100.2/24 dev right &&
                $there ip link set right up && $there sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward' &&
                ip route add 203.0.113.0/24 via 198.51.100.2 &&
                $there ip route add prohibit 203.0.113.0/24 || { kill $router; exit 99; }
                "$TCPLENS" dial -z 203.0.113.9:80 --lang en; status=$?
                kill $router; exit $status
                """)
        #expect(run.status == 12, "\(run.out) \(run.err)")
        #expect(run.out.contains("UNREACHABLE  203.0.113.9:80: prohibited by a filter, says 198.51.100.2"))
        #expect(run.out.contains("ask whoever runs the filter"))
    }

    @Test("reset after it was established: 13")
    func reset() async throws {
        let server = try ResettingServer()
        let run = try await Run("dial", "127.0.0.1:\(server.port)", "--send", "hi", "--lang", "en")
        #expect(run.status == 13)
        #expect(run.out.contains("RESET  the server ended it with an RST"))
    }

    @Test("no such name: 14")
    func unknownName() async throws {
        let run = try await Run("dial", "nosuch.invalid:80", "-z", "--lang", "en")
        #expect(run.status == 14)
        #expect(run.out.contains("NAME NOT FOUND  nosuch.invalid: "))
        #expect(run.out.contains("getent hosts nosuch.invalid"))
    }

    @Test("no route here: 15", .enabled(if: Needs.namespaces, "needs root, unshare, setpriv and ip"))
    func noRoute() async throws {
        let run = try await Run(namespace: "\"$TCPLENS\" dial -z 192.0.2.1:80 --lang en")
        #expect(run.status == 15)
        #expect(run.out.contains("NOT TRIED  this machine could not send to 192.0.2.1:80: no route to it"))
        #expect(run.out.contains("ip route get 192.0.2.1"))
    }

    @Test("Ctrl-C while it waits: 130", .enabled(if: Needs.namespaces, "needs root, unshare, setpriv and ip"))
    func interrupted() async throws {
        let run = try await Run(
            namespace: Self.silentCable + """
                "$TCPLENS" dial -z 198.51.100.8:80 --lang en & dialer=$!
                until grep -q '086433C6:0050 02 ' /proc/net/tcp; do sleep 0.02; done
                kill -INT $dialer; wait $dialer
                """)
        #expect(run.status == 130, "\(run.err)")
        #expect(run.out.contains("INTERRUPTED  after "))
    }

    @Test(
        "what cannot be dialled: 2, with an example",
        arguments: [
            (["foo"], "dial foo:8080"), (["::1"], "dial [::1]:8080"), (["[::1]"], "dial [::1]:8080"),
            (["gopher://foo/"], "dial foo:8080"),
        ])
    func withoutPort(words: [String], example: String) async throws {
        let run = try await Run(["dial"] + words + ["--lang", "en"])
        #expect(run.status == 2)
        #expect(run.err.contains("tcplens \(example)\n"), "\(run.err)")
    }

    @Test(
        "usage: 2",
        arguments: [
            ["a", "b", "c"], ["a:0"], ["a:65536"], ["a", "http"], ["a:80", "-w", "0"], ["a:80", "-4", "-6"],
            ["a:80", "-s", "elsewhere"], [],
        ])
    func usage(words: [String]) async throws {
        let run = try await Run(["dial"] + words + ["--lang", "en"])
        #expect(run.status == 2)
        #expect(run.err.hasPrefix("tcplens: "))
        #expect(run.out.isEmpty)
    }
}

/// Accepts one connection, reads a little of it and resets it.
private final class ResettingServer {
    let port: UInt16
    private let pair: LoopbackPair

    init() throws {
        let pair = try LoopbackPair(connections: 0)
        self.pair = pair
        port = pair.port
        let listener = pair.descriptors[0]
        Thread.detachNewThread {
            let client = accept(listener, nil, nil)
            var buffer: UInt8 = 0
            recv(client, &buffer, 1, 0)
            var abort = linger(l_onoff: 1, l_linger: 0)
            setsockopt(client, SOL_SOCKET, SO_LINGER, &abort, socklen_t(MemoryLayout<linger>.size))
            close(client)
        }
    }
}

/// What a dial tells of this machine and its link, and how it talks.
@Suite("tcplens dial, where nobody answers", .serialized)
struct SilentDialTests {
    @Test(
        "nobody answers ARP: that, not a time-out nor an ICMP from elsewhere",
        .enabled(if: Needs.namespaces, "needs root, unshare and ip"),
        arguments: [
            ("1", "en", "nobody on the link answered ARP"), ("5", "en", "this machine itself did"),
            ("1", "zh", "没有主机应答 ARP"),
        ])
    func silentLink(wait: String, language: String, words: String) async throws {
        let run = try await Run(
            namespace: """
                ip link add v0 type veth peer name v1; ip addr add 10.9.0.1/24 dev v0; ip link set v0 up; ip link set v1 up
                "$TCPLENS" dial -w $WAIT --lang $LANGUAGE 10.9.0.50:80 --width 200
                """, environment: ["WAIT": wait, "LANGUAGE": language])
        #expect(run.status == 12, "\(run.out) \(run.err)")
        #expect(run.out.contains(words), "\(run.out)")
        #expect(!run.out.contains("no ICMP") && !run.out.contains("ICMP from 10.9.0.1"))
    }

    @Test(
        "a route that swallows is a route, not an address", .enabled(if: Needs.namespaces, "needs root, unshare and ip")
    )
    func blackhole() async throws {
        let run = try await Run(
            namespace: "ip route add blackhole 10.10.0.0/16 && \"$TCPLENS\" dial 10.10.0.1:80 --width 200")
        #expect(run.status == 15)
        #expect(run.out.contains("blackhole") && !run.out.contains("local address"), "\(run.out)")
    }

    @Test(
        "this machine's own full accept queue is seen",
        .enabled(if: Needs.namespaces, "needs root, unshare and ip"))
    func fullQueue() async throws {
        let listener = try LoopbackPair(connections: 0)
        listen(listener.descriptors[0], 0)
        let waiting = [try await PlainClient(port: listener.port)]
        let run = try await Run("dial", "-w", "1", "127.0.0.1:\(listener.port)", "--width", "200")
        #expect(run.status == 11, "\(run.out)")
        #expect(run.out.contains("full accept queue"), "\(run.out)")
        withExtendedLifetime(waiting) {}
    }

    @Test(
        "limits and contradictions are named",
        arguments: [
            (["-w", "1e9"], "less than 1000000"), (["-w", "0"], "more than 0"), (["-z", "--send", "x"], "either -z"),
        ])
    func contradictions(flags: [String], words: String) async throws {
        let run = try await Run(["dial", "127.0.0.1:9"] + flags)
        #expect(run.status == 2)
        #expect(run.err.contains(words), "\(run.err)")
    }

    @Test(
        "at a keyboard it talks, and shows what comes as it comes", .enabled(if: Needs.tool("script"), "needs script"))
    func conversation() async throws {
        let folder = try ScratchFolder()
        let place = folder.path("place")
        let run = try await Run(
            shell: """
                "$TCPLENS" listen 127.0.0.1:$PORT > "$PLACE" 2>&1 &
                server=$!
                for try in 1 2 3 4 5 6 7 8 9; do grep -q listening "$PLACE" && break; sleep 0.3; done
                (sleep 1; echo 'hello, xiao mei.'; sleep 3) | script -qc "$TCPLENS dial 127.0.0.1:$PORT --width 80" /dev/null
                echo "ended $?"; kill $server
                """, environment: ["PLACE": place, "PORT": "\(try freePort())", "TERM": "dumb"])
        #expect(run.out.contains("type lines"), "\(run.out) \(run.err)")
        #expect(run.out.contains("\nhello, xiao ming."))
        #expect(run.out.contains("ended 0"))
    }
}
