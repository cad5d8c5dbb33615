import Foundation
import Lab
import LinuxKernel
import TCPState
import TCPWire
import Testing

/// The tutorial's server on real loopback sockets, with the dialer as its client.
@Suite(.timeLimit(.minutes(2)))
struct GreetingServerTests {
    static let loopback = IPAddress(ipv4: 0x7f00_0001)

    private func server(_ change: (inout GreetingServer.Options) -> Void = { _ in }) throws -> GreetingServer {
        var options = GreetingServer.Options(address: Self.loopback, port: 0)
        change(&options)
        return try GreetingServer(options)
    }

    private func options(
        _ server: GreetingServer, _ text: String = "hello, xiao mei.", reading: DialOptions.Reading = .untilEnd
    ) -> DialOptions {
        DialOptions(
            host: "127.0.0.1", port: server.endpoint.port, input: .octets(Array(text.utf8)), reading: reading)
    }

    @Test func theTutorialsConversation() async throws {
        let server = try server()
        async let summary = server.run()
        let story = try await Dialer(options(server)).dial()
        #expect(story.outcome == .established)
        #expect(String(decoding: story.answer, as: UTF8.self) == "hello, xiao ming.\n")
        #expect(story.octetsSent == 16)
        #expect(story.octetsReceived == 18)
        #expect(story.peerClosedFirst)
        #expect(story.remote == server.endpoint)
        server.stop()
        let sums = await summary
        #expect(sums.clients == 1)
        #expect(sums.octetsReceived == 16)
        #expect(sums.octetsSent == 18)
        #expect(sums.failures == 0)

        var kinds: [ServerEvent.Kind] = []
        for await event in server.events { kinds.append(event.kind) }
        let client = try #require(story.local)
        #expect(kinds.first == .listening(server.endpoint, taken: nil))
        #expect(kinds.contains(.accepted(client: 1, peer: client, local: server.endpoint)))
        #expect(kinds.contains(.received(client: 1, octets: 16, first: Array("hello, xiao mei.".utf8))))
        #expect(kinds.contains(.replied(client: 1, octets: 18)))
        #expect(kinds.contains(.closed(client: 1, how: .byServer)))
        #expect(kinds.last == .stopped(sums))
    }

    @Test(arguments: [GreetingServer.Closing.serverFirst, .clientFirst])
    func whoClosesFirstIsInTimeWait(closing: GreetingServer.Closing) async throws {
        let server = try server { $0.closing = closing }
        async let summary = server.run()
        let reading: DialOptions.Reading = closing == .serverFirst ? .untilEnd : .once
        let story = try await Dialer(options(server, reading: reading)).dial()
        let (client, remote) = (try #require(story.local), try #require(story.remote))
        let table = try SocketTable()
        let (first, second) = closing == .serverFirst ? (remote, client) : (client, remote)
        #expect(try await eventually { try table.lookUp(local: first, remote: second)?.state == .timeWait })
        #expect(try await eventually { try table.lookUp(local: second, remote: first) == nil })
        #expect(story.peerClosedFirst == (closing == .serverFirst))
        server.stop()
        _ = await summary
    }

    @Test func aTakenPortIsPassedOver() async throws {
        let first = try server()
        let second = try server {
            $0.port = first.endpoint.port
            $0.triesNextPorts = true
        }
        #expect(second.endpoint.port > first.endpoint.port)
        #expect(second.takenPort == first.endpoint.port)
        #expect(throws: SystemError(call: "bind", code: EADDRINUSE)) {
            _ = try server { $0.port = first.endpoint.port }
        }
    }

    @Test func echoSendsBackWhatComes() async throws {
        let server = try server { $0.mode = .echo }
        async let summary = server.run()
        let text = String(repeating: "0123456789", count: 50_000)
        var options = options(server, text)
        options.halfCloses = true
        options.keptOctets = 1 << 20
        let story = try await Dialer(options).dial()
        #expect(story.outcome == .established)
        #expect(story.answer == Array(text.utf8))
        server.stop()
        let sums = await summary
        #expect(sums.octetsSent == 500_000)
    }

    @Test func onceEndsAfterOneClient() async throws {
        let server = try server { $0.servesOne = true }
        async let summary = server.run()
        _ = try await Dialer(options(server)).dial()
        #expect(await summary.clients == 1)
        #expect(try await Dialer(options(server)).dial().outcome == .refused(nil))
    }

    @Test func allAddressesTakeIPv4AndIPv6() async throws {
        let server = try server { $0.address = nil }
        async let summary = server.run()
        var hosts = ["127.0.0.1"]
        if FileManager.default.fileExists(atPath: "/proc/net/if_inet6") { hosts.append("::1") }
        for host in hosts {
            var options = options(server)
            options.host = host
            #expect(try await Dialer(options).dial().outcome == .established)
        }
        server.stop()
        #expect(await summary.clients == hosts.count)
    }

    @Test func threeHundredClientsWhileOneIsSilent() async throws {
        let server = try server()
        async let summary = server.run()
        var quiet = options(server, "")
        quiet.idleLimit = nil
        let silent = try Dialer(quiet)
        async let silence = silent.dial()
        let stories = try await withThrowingTaskGroup(of: DialStory.self) { group in
            for _ in 0..<300 {
                let dialer = try Dialer(options(server))
                group.addTask { await dialer.dial() }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(stories.count == 300)
        #expect(stories.allSatisfy { $0.outcome == .established && $0.octetsReceived == 18 })
        server.stop()
        let sums = await summary
        #expect(sums.clients == 301)
        #expect(sums.octetsSent == 300 * 18)
        // What ends the silent client is the server's stop.
        #expect(await silence.octetsReceived == 0)
    }

    @Test func aResetIsCountedAndHarmsNobody() async throws {
        let server = try server { $0.mode = .echo }
        async let summary = server.run()
        for await event in server.events {
            switch event.kind {
            case .listening:
                try Self.reset(server.endpoint)
            case .closed(let client, let how):
                #expect(client == 1)
                #expect(how == .reset)
                var options = options(server)
                options.halfCloses = true
                #expect(try await Dialer(options).dial().octetsReceived == 16)
                server.stop()
            default:
                break
            }
            if case .closed = event.kind { break }
        }
        #expect(await summary.failures == 1)
    }

    @Test func aServerMayBeStoppedBeforeItRuns() async throws {
        let server = try server()
        server.stop()
        #expect(await server.run().clients == 0)
    }

    @Test func aSilentClientIsLetGoWhereALimitIsSet() async throws {
        let server = try server { $0.idleLimit = .milliseconds(30) }
        async let summary = server.run()
        let story = try await Dialer(options(server, "")).dial()
        #expect(story.octetsReceived == 0)
        #expect(story.peerClosedFirst)
        server.stop()
        #expect(await summary.clients == 1)
    }

    /// Connects, sends, and closes with a RST.
    private static func reset(_ endpoint: Endpoint) throws {
        let made = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = endpoint.port.bigEndian
        name.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(made, $0, 16) }
        }
        #expect(result == 0)
        var abort = linger(l_onoff: 1, l_linger: 0)
        setsockopt(made, SOL_SOCKET, SO_LINGER, &abort, socklen_t(MemoryLayout<linger>.size))
        close(made)
    }
}

/// Tries a condition again until it holds, at most some seconds.
func eventually(_ condition: () throws -> Bool) async rethrows -> Bool {
    for _ in 0..<2000 {
        if try condition() { return true }
        try? await Task.sleep(for: .milliseconds(2))
    }
    return false
}
