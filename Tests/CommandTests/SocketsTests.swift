import Foundation
import Testing

/// A listener on a free loopback port and connections to it, closed with their last reference.
final class LoopbackPair {
    enum Problem: Error { case call(String, Int32) }

    private(set) var descriptors: [Int32] = []
    let port: UInt16

    /// - Parameter connections: how many are made, and accepted.
    init(connections: Int) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard listener >= 0 else { throw Problem.call("socket", errno) }
        descriptors = [listener]
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        port = try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                guard bind(listener, name, length) == 0 else { throw Problem.call("bind", errno) }
                guard listen(listener, 16) == 0 else { throw Problem.call("listen", errno) }
                guard getsockname(listener, name, &length) == 0 else { throw Problem.call("getsockname", errno) }
            }
            return UInt16(bigEndian: pointer.pointee.sin_port)
        }
        for _ in 0..<connections {
            let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            descriptors.append(client)
            let result = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(client, $0, length) }
            }
            guard result == 0 else { throw Problem.call("connect", errno) }
            descriptors.append(accept(listener, nil, nil))
        }
    }

    /// Closes the client's end of a connection: FIN-WAIT-2 there, CLOSE-WAIT here.
    func closeClient(_ index: Int) {
        close(descriptors[1 + index * 2])
        descriptors[1 + index * 2] = -1
    }

    deinit {
        for descriptor in descriptors where descriptor >= 0 { close(descriptor) }
    }
}

@Suite("tcplens sockets", .serialized)
struct SocketsTests {
    private struct Row: Hashable {
        let state: String
        let local: String
        let remote: String
    }

    private func rows(_ arguments: [String], port: UInt16) async throws -> Set<Row> {
        let run = try await Run(["sockets"] + arguments)
        #expect(run.status == 0, "\(run.err)")
        return Set(
            run.lines.dropFirst().map { $0.split(separator: " ").map(String.init) }.filter { $0.count >= 6 }
                .map { Row(state: $0[5], local: $0[3], remote: $0[4]) }
                .filter { $0.local.hasSuffix(":\(port)") || $0.remote.hasSuffix(":\(port)") })
    }

    /// ss abbreviates some states.
    private static let names = [
        "ESTAB": "ESTABLISHED", "SYN-RECV": "SYN-RECEIVED", "UNCONN": "CLOSED",
    ]

    @Test("the same sockets as ss, with their states", .enabled(if: Needs.tool("ss"), "needs ss"))
    func sameAsSS() async throws {
        let pair = try LoopbackPair(connections: 3)
        pair.closeClient(2)
        // A FIN's ACK may be delayed.
        var shown = try await Run(shell: "ss -Htan")
        while shown.lines.contains(where: { $0.hasPrefix("FIN-WAIT-1") && $0.contains(":\(pair.port)") }) {
            shown = try await Run(shell: "ss -Htan")
        }
        let expected = Set(
            shown.lines.map { $0.split(separator: " ").map(String.init) }.filter { $0.count >= 5 }
                .map { Row(state: Self.names[$0[0]] ?? $0[0], local: $0[3], remote: $0[4]) }
                .filter { $0.local.hasSuffix(":\(pair.port)") || $0.remote.hasSuffix(":\(pair.port)") })
        #expect(expected.count == 7)
        #expect(try await rows(["-tan"], port: pair.port) == expected)
        #expect(try await rows(["-tln"], port: pair.port) == expected.filter { $0.state == "LISTEN" })
        #expect(try await rows([], port: pair.port) == expected.filter { $0.state != "LISTEN" })
    }

    @Test("states by name, as ss writes them")
    func states() async throws {
        let pair = try LoopbackPair(connections: 2)
        pair.closeClient(1)
        let port = pair.port
        func states(_ arguments: String...) async throws -> [String] {
            try await rows(arguments, port: port).map(\.state).sorted()
        }
        #expect(try await states("state", "listening", "sport = :\(port)") == ["LISTEN"])
        #expect(try await states("state", "estab", ":\(port)") == ["ESTABLISHED", "ESTABLISHED"])
        #expect(try await states("state", "CLOSE_WAIT", "sport", "=", ":\(port)") == ["CLOSE-WAIT"])
        #expect(try await states("-a", "state fin-wait-2 and ( dport = :\(port) )") == ["FIN-WAIT-2"])
        #expect(try await states("state", "connected", "dst", "127.0.0.1:\(port)").count == 2)
    }

    @Test("whose they are: this process's, also to an ordinary user")
    func processes() async throws {
        let pair = try LoopbackPair(connections: 1)
        let run = try await Run("sockets", "-lp", ":\(pair.port)")
        #expect(run.out.contains("\(ProcessInfo.processInfo.processIdentifier)/"))
        let json = try await Run("sockets", "-p", "--json", ":\(pair.port)", "-a")
        let objects = try json.lines.map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(objects.count == 3)
        for object in objects {
            let owners = try #require(object["owners"] as? [[String: Any]])
            #expect(owners.contains { $0["pid"] as? Int == Int(ProcessInfo.processInfo.processIdentifier) })
        }
    }

    @Test(
        "an ordinary user sees the sockets", .enabled(if: Needs.root && Needs.tool("setpriv"), "needs root and setpriv")
    )
    func ordinaryUser() async throws {
        let pair = try LoopbackPair(connections: 1)
        let folder = try ScratchFolder()
        let copy = folder.path("tcplens")
        try FileManager.default.copyItem(at: Run.binary(), to: URL(filePath: copy))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: copy)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
        let run = try await Run(
            shell: "setpriv --reuid=65534 --regid=65534 --clear-groups '\(copy)' sockets -anp :\(pair.port)")
        #expect(run.status == 0, "\(run.err)")
        #expect(run.lines.count == 4)
    }

    @Test("into a pipe, every column is there, however long the addresses")
    func columns() async throws {
        let pair = try LoopbackPair(connections: 1)
        let run = try await Run("sockets", "-aop", ":\(pair.port)")
        #expect(
            run.lines.first?.split(separator: " ").joined(separator: " ")
                == "Proto Recv-Q Send-Q Local Address Foreign Address State Timer PID/Program name")
    }

    @Test("JSON keys and values are not translated")
    func json() async throws {
        let pair = try LoopbackPair(connections: 0)
        let english = try await Run("sockets", "-l", "--json", ":\(pair.port)")
        #expect(english.out == (try await Run("sockets", "-l", "--json", ":\(pair.port)", "--lang", "zh").out))
        #expect(english.out.contains("\"state\":\"LISTEN\""))
    }
}

/// What ss's other flags do, and what is said where they do not.
@Suite("tcplens sockets, as ss takes it", .serialized)
struct SocketFlagTests {
    @Test(
        "filters on the command line give ss's rows",
        .enabled(if: Needs.namespaces && Needs.tool("ss"), "needs root, unshare, ip and ss"),
        arguments: [
            "", "state listening state close-wait", "exclude listening", "sport > :1000 and not dport = :8080",
            "( dport = :8080 or sport = :8080 ) and dst 127.0.0.0/8", "dport != :8080", "src 127/8 or dst [::1]",
            "state all sport >= :8080 or sport <= :1", "-a src *:8080", "-l", "-4 -a", "-6 -a", "autobound",
            "-a -l", "-l -a", "-plan", "-anlp", "-l state established state close-wait",
            "-a exclude connected exclude listening",
            "-l exclude all",
        ])
    func sameRows(filter: String) async throws {
        let run = try await Run(
            namespace: """
                "$TCPLENS" listen 127.0.0.1:8080 > /dev/null 2>&1 &
                server=$!
                for try in 1 2 3 4 5 6 7 8 9; do ss -Htln | grep -q 8080 && break; sleep 0.2; done
                pipe=$SCRATCH/pipe && mkfifo "$pipe"
                "$TCPLENS" dial 127.0.0.1:8080 < "$pipe" > /dev/null 2>&1 &
                exec 3> "$pipe"; rm "$pipe"
                for try in 1 2 3 4 5 6 7 8 9; do ss -Htn | grep -q 8080 && break; sleep 0.2; done
                ss -Htn $FILTER | awk '{ print $4, $5 }' | sort
                echo ---
                "$TCPLENS" sockets -Htn $FILTER | awk '{ print $4, $5 }' | sort
                kill $server; kill %2 2>/dev/null
                """, environment: ["FILTER": filter])
        let parts = run.out.split(separator: "---\n", omittingEmptySubsequences: false)
        try #require(parts.count == 2, "\(run.out) \(run.err)")
        #expect(parts[0] == parts[1], "\(run.err)")
    }

    @Test("a flag for what is not TCP is answered", arguments: [("-u", "UDP"), ("-x", "Unix"), ("-w", "RAW")])
    func notTCP(flag: String, name: String) async throws {
        let alone = try await Run("sockets", flag + "an")
        #expect(alone.status == 6)
        #expect(alone.err.contains(name) && alone.err.contains("ss \(flag)an"))
        #expect(alone.out.isEmpty)
        let both = try await Run("sockets", "-t" + flag.dropFirst() + "ln")
        #expect(both.err.contains(name))
        #expect(both.out.contains("Accept-Q"))
    }

    @Test("without a header, counted, and on one line")
    func shapes() async throws {
        let pair = try LoopbackPair(connections: 1)
        let bare = try await Run("sockets", "-Hta", ":\(pair.port)")
        #expect(bare.lines.count == 3 && bare.lines[0].hasPrefix("tcp"))
        let one = try await Run("sockets", "-HtiemO", "sport = :\(pair.port)")
        #expect(one.lines.count == 1)
        #expect(one.out.contains("cwnd ") && one.out.contains("rto ") && one.out.contains("inode "))
        let below = try await Run("sockets", "-Hti", "sport = :\(pair.port)", "--width", "80")
        #expect(below.lines.count > 3)
        #expect(below.lines.allSatisfy { $0.count <= 80 })
        let sum = try await Run("sockets", "-s", "sport = :\(pair.port)")
        #expect(sum.out.contains("1  LISTEN") && sum.out.contains("1  ESTABLISHED"))
    }

    @Test("what a state means", arguments: [("en", "it forgot close()"), ("zh", "忘了调用 close()")])
    func explanation(language: String, words: String) async throws {
        let pair = try LoopbackPair(connections: 1)
        pair.closeClient(0)
        let run = try await Run("sockets", "--explain", ":\(pair.port)", "--lang", language)
        #expect(run.out.contains(words))
        let json = try await Run("sockets", "--json", "--explain", "state close-wait", "sport = :\(pair.port)")
        #expect(json.out.contains("\"meaning\":[\"not-closed\"]"))
    }

    @Test(
        "-K's question on a terminal",
        .enabled(if: Needs.namespaces && Needs.tool("script"), "needs root, unshare, ip and script(1)"),
        arguments: [
            ("n\\n", "en", "nothing was ended", "kept"), ("\\n", "en", "nothing was ended", "kept"),
            ("y\\n", "en", "ended 1 of 1 socket", "gone"), ("是\\n", "zh", "已断开 1 个套接字，共 1 个", "gone"),
            // Ctrl-D, and Ctrl-C.
            ("\\004", "en", "[y/N] \r\ntcplens: nothing was ended", "kept"), ("\\003", "en", "[y/N] ^C", "kept"),
        ])
    func question(answer: String, language: String, words: String, left: String) async throws {
        let run = try await Run(
            namespace: """
                "$TCPLENS" listen 127.0.0.1:8080 --echo > /dev/null 2>&1 &
                server=$!
                until ss -Htln | grep -q :8080; do sleep 0.02; done
                pipe=$(mktemp -u) && mkfifo "$pipe"
                "$TCPLENS" dial 127.0.0.1:8080 -w 60 < "$pipe" > /dev/null 2>&1 &
                exec 3> "$pipe"; rm "$pipe"
                until ss -Htn state established dport = :8080 | grep -q :8080; do sleep 0.02; done
                # The answer is typed once the question stands there.
                out=$(mktemp)
                ( until grep -q 'y/N' "$out"; do sleep 0.02; done; printf '\(answer)'; sleep 1 ) |
                    script -qefc '"$TCPLENS" sockets -K state established dport = :8080 --lang \(language)' "$out" > /dev/null
                cat "$out"; rm "$out"
                ss -Htn state established dport = :8080 | grep -q :8080 && echo kept || echo gone
                kill $server
                """, environment: ["LANG": "C.UTF-8", "TERM": "dumb"])
        #expect(run.out.contains(words), "\(run.out)\(run.err)")
        #expect(run.lines.last.map(String.init) == left)
    }

    @Test("-K asks first, and ends what it may", .enabled(if: Needs.namespaces, "needs root, unshare and ip"))
    func killing() async throws {
        let run = try await Run(
            namespace: """
                "$TCPLENS" listen 127.0.0.1:8080 > /dev/null 2>&1 &
                server=$!
                for try in 1 2 3 4 5 6 7 8 9; do "$TCPLENS" sockets -l :8080 > /dev/null 2>&1 && break; sleep 0.2; done
                pipe=$SCRATCH/pipe && mkfifo "$pipe"
                "$TCPLENS" dial 127.0.0.1:8080 < "$pipe" > /dev/null 2>&1 &
                exec 3> "$pipe"; rm "$pipe"
                for try in 1 2 3 4 5 6 7 8 9; do "$TCPLENS" sockets dport = :8080 > /dev/null 2>&1 && break; sleep 0.2; done
                setsid "$TCPLENS" sockets -K dport = :8080 < /dev/null; echo "unasked $?"
                "$TCPLENS" sockets -K --yes dport = :8080; echo "agreed $?"
                "$TCPLENS" sockets dport = :8080; echo "then $?"
                kill $server
                """)
        #expect(run.out.contains("unasked 2"), "\(run.out) \(run.err)")
        #expect(run.out.contains("ended 1 of 1 socket\nagreed 0"))
        #expect(run.out.contains("then 5"))
    }

    @Test(
        "a word that is wrong is named, with what was meant",
        arguments: [
            (["sport", "=", "htpp"], "did you mean:  :http"),
            (["state", "estblished"], "did you mean:  state established"),
            (["dst", "example.com"], "names are not looked up"), (["established"], "did you mean:  state established"),
            (["sprot", "=", ":80"], "did you mean:  sport"), (["(", "sport", "=", ":80"], "not closed"),
            (["sport", "=", ":80", "state", "listening"], "before the expression"),
        ])
    func complaints(words: [String], part: String) async throws {
        let run = try await Run(["sockets"] + words)
        #expect(run.status == 2)
        #expect(run.err.contains(part), "\(run.err)")
    }
}
