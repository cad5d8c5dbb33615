import Foundation
import Testing

@Suite("tcplens listen", .serialized)
struct ListenTests {
    private let greeting = "hello, xiao ming.\n"

    private struct Line: Decodable {
        let client: Int
        let peer: String
        let bytes: Int
        let text: String
        let event: String
    }

    private func lines(_ run: Run) throws -> [Line] {
        try run.lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    }

    @Test("a line for each client with what it sent; Ctrl-C ends it with a summary")
    func interrupted() async throws {
        let port = try freePort()
        let command = try RunningCommand("listen 127.0.0.1:\(port) --lang en --width 120")
        for text in ["hello, xiao mei.", "\u{1b}[2Jcleared\r\n"] {
            let client = try await PlainClient(port: port)
            client.say(text)
            #expect(client.hear() == greeting)
        }
        let silent = try await PlainClient(port: port)
        silent.finish()
        _ = silent.hear()
        try await command.interrupt()
        let run = try await command.ended()
        #expect(run.status == 0)
        #expect(run.lines.first?.hasPrefix("listening on 127.0.0.1:\(port); Ctrl-C ends it.") == true)
        #expect(
            run.lines.contains { $0.contains("  #1  127.0.0.1:") && $0.hasSuffix("  16 bytes  \"hello, xiao mei.\"") })
        #expect(run.lines.contains { $0.contains("  #2  127.0.0.1:") && $0.contains("[2Jcleared") })
        // What a client sends does not reach the terminal as it is.
        #expect(!run.out.contains("\u{1b}") && !run.out.contains("\r"))
        #expect(run.err.hasPrefix("3 clients, 29 bytes received, "), "\(run.err)")
    }

    @Test("--once ends after the first client, --reply answers something else")
    func once() async throws {
        let port = try freePort()
        let command = try RunningCommand("listen :\(port) --once --reply 'go away' --lang en")
        let client = try await PlainClient(port: port)
        client.say("x")
        #expect(client.hear() == "go away\n")
        let run = try await command.ended()
        #expect(run.status == 0)
        #expect(run.err == "1 client, 1 byte received, 8 sent, 0 reset or failed\n")
    }

    @Test("--echo sends back what comes, --json a line each")
    func echo() async throws {
        let port = try freePort()
        let command = try RunningCommand("listen 127.0.0.1:\(port) --echo --json --once")
        let client = try await PlainClient(port: port)
        for word in ["one ", "two ", "三"] {
            client.say(word)
            #expect(client.hear(bytes: word.utf8.count) == word)
        }
        client.finish()
        #expect(client.hear().isEmpty)
        let run = try await command.ended()
        #expect(run.status == 0)
        #expect(run.err.isEmpty)
        let line = try #require(lines(run).first)
        #expect(line.client == 1 && line.bytes == 4 && line.text == "one " && line.event == "received")
        #expect(line.peer.hasPrefix("127.0.0.1:"))
    }

    @Test("three hundred clients at once, and a silent one that holds nobody up")
    func crowd() async throws {
        let port = try freePort()
        let command = try RunningCommand("listen 127.0.0.1:\(port) --json")
        let silent = try await PlainClient(port: port)
        var clients: [PlainClient] = []
        for _ in 0..<300 { clients.append(try await PlainClient(port: port)) }
        for (index, client) in clients.enumerated() { client.say("client \(index)") }
        for client in clients { #expect(client.hear() == greeting) }
        try await command.interrupt()
        let run = try await command.ended()
        #expect(run.status == 0)
        let said = try lines(run).filter { $0.event == "received" }
        #expect(Set(said.map(\.text)) == Set((0..<300).map { "client \($0)" }))
        #expect(said.count == 300)
        withExtendedLifetime(silent) {}
    }

    @Test("IPv6")
    func ipv6() async throws {
        let port = try freePort()
        let command = try RunningCommand("listen '[::1]:\(port)' --once --lang en")
        var run = try await Run("dial", "[::1]:\(port)", "--send", "hi", "--lang", "en")
        for _ in 0..<200 where run.status == 10 {
            run = try await Run("dial", "[::1]:\(port)", "--send", "hi", "--lang", "en")
        }
        #expect(run.status == 0, "\(run.err)")
        #expect(run.out.contains("answer: \"hello, xiao ming.\\n\""))
        #expect(!run.out.contains("dial ::1:"))
        let server = try await command.ended()
        #expect(server.out.contains("listening on [::1]:\(port); "))
        #expect(server.out.contains("  #1  [::1]:"))
    }

    @Test("a port that is taken: exit code 15, and how to see by whom")
    func taken() async throws {
        let holder = try LoopbackPair(connections: 0)
        let run = try await Run("listen", "127.0.0.1:\(holder.port)", "--lang", "en")
        #expect(run.status == 15)
        #expect(
            run.err == """
                tcplens: port \(holder.port) is taken
                  by whom:  tcplens sockets -lp 'sport = :\(holder.port)'

                """)
        withExtendedLifetime(holder) {}
    }

    @Test(
        "what is no place to listen: exit code 2",
        arguments: ["0", "65536", "99999", ":70000", "127.0.0.1:0", "example.com:80", "8080x", "", "[::1]"])
    func nowhere(place: String) async throws {
        let run = try await Run("listen", place, "--lang", "en")
        #expect(run.status == 2)
        #expect(run.err.hasPrefix("tcplens: '"))
        #expect(run.out.isEmpty)
    }

    @Test("an address that is not this machine's: exit code 15")
    func foreign() async throws {
        let run = try await Run("listen", "192.0.2.1:8080", "--lang", "en")
        #expect(run.status == 15)
        #expect(run.err.hasPrefix("tcplens: cannot listen on 192.0.2.1:8080: "))
    }

    @Test(
        "a port for root only: exit code 3", .enabled(if: Needs.namespaces, "needs root, unshare, setpriv and ip"))
    func privileged() async throws {
        let run = try await Run(namespace: "$AS_USER \"$PUBLIC\" listen 80 --lang en")
        #expect(run.status == 3)
        #expect(
            run.err == "tcplens: port 80: permission denied\n  ports below 1024 need root; try:  tcplens listen 8080\n")
    }
}
