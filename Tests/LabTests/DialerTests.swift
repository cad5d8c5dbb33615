import CaptureFile
import Foundation
import Lab
import LinuxKernel
import Synchronization
import TCPState
import TCPWire
import Testing

/// What the dialer makes of a network that says no in each of its ways.
@Suite(.timeLimit(.minutes(1)))
struct DialerTests {
    static let loopback = IPAddress(ipv4: 0x7f00_0001)

    private func dial(_ host: String, _ port: UInt16, _ change: (inout DialOptions) -> Void = { _ in }) throws
        -> DialStory
    {
        var options = DialOptions(host: host, port: port)
        change(&options)
        return try Dialer(options).dialBlocking()
    }

    /// A port that nobody listens on.
    private func freePort() throws -> UInt16 {
        try GreetingServer(GreetingServer.Options(address: Self.loopback, port: 0)).endpoint.port
    }

    /// Runs the body in a network namespace of its own.
    private func privately<Value>(_ body: (NetworkNamespace) throws -> Value) throws -> Value {
        let namespace = try NetworkNamespace()
        return try namespace.run { try body(namespace) }
    }

    private func ip(_ words: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["ip"] + words.split(separator: " ").map(String.init)
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "ip \(words)")
    }

    @Test func refused() throws {
        let story = try dial("127.0.0.1", freePort())
        #expect(story.outcome == .refused(nil))
        #expect(story.outcome.exitCode == 10)
        #expect(story.local?.address == Self.loopback)
        #expect(story.local?.port != 0)
    }

    @Test func aNameThatDoesNotExist() throws {
        let story = try dial("no-such-host.invalid", 80)
        guard case .nameNotFound(let error) = story.outcome else {
            Issue.record("\(story.outcome)")
            return
        }
        #expect(!error.message.isEmpty)
        #expect(!error.chineseMessage.utf8.allSatisfy { $0 < 0x80 }, "\(error.chineseMessage)")
        #expect(story.outcome.exitCode == 14)
        #expect(story.steps.isEmpty)
    }

    @Test func aFamilyThatTheAddressDoesNotHave() throws {
        #expect(try dial("127.0.0.1", 80) { $0.family = .ipv6 }.outcome.exitCode == 14)
    }

    @Test func anAcceptQueueThatIsFullTimesOut() throws {
        let server = try GreetingServer(GreetingServer.Options(address: Self.loopback, port: 0, backlog: 1))
        // Nobody accepts: run() is not called.
        let fillers = try (0..<2).map { _ in
            try Dialer(DialOptions(host: "127.0.0.1", port: server.endpoint.port))
        }
        let threads = fillers.map { filler in Thread { _ = filler.dialBlocking() } }
        threads.forEach { $0.start() }
        let table = try SocketTable()
        for _ in 0..<2000 {
            if try table.listener(on: server.endpoint)?.receiveQueue == 2 { break }
            usleep(2000)
        }
        let story = try dial("127.0.0.1", server.endpoint.port) { $0.connectLimit = .milliseconds(200) }
        #expect(story.outcome == .timedOut)
        #expect(story.outcome.exitCode == 11)
        fillers.forEach { $0.interrupt() }
    }

    @Test func aSourceThatIsNotOurs() throws {
        let story = try dial("127.0.0.1", 80) { $0.source = IPAddress(ipv4: 0xc000_0201) }
        guard case .local(.address, let error) = story.outcome else {
            Issue.record("\(story.outcome)")
            return
        }
        #expect(error.code == EADDRNOTAVAIL)
        #expect(story.outcome.exitCode == 15)
    }

    @Test func aSourceOfOurs() throws {
        let server = try GreetingServer(GreetingServer.Options(address: Self.loopback, port: 0))
        let story = try dial("127.0.0.1", server.endpoint.port) {
            $0.source = IPAddress(ipv4: 0x7f00_0009)
            $0.reading = .nothing
        }
        #expect(story.outcome == .established)
        #expect(story.local?.address == IPAddress(ipv4: 0x7f00_0009))
    }

    @Test(.enabled(if: Requirements.isRoot, "makes a network namespace: needs root"))
    func noRouteIsThisHostsOwnFault() throws {
        let story = try privately { _ in try dial("192.0.2.1", 80) }
        #expect(story.outcome == .local(.route, SystemError(call: "connect", code: ENETUNREACH)))
        #expect(story.outcome.exitCode == 15)
    }

    @Test(.enabled(if: Requirements.isRoot && Requirements.has(tool: "ip"), "needs root and ip(8)"))
    func aRouteToNobodyTimesOutAndANeighbourThatIsAwayIsUnreachable() throws {
        let (silent, away) = try privately { _ in
            try ip("link add name left type veth peer name right")
            try ip("address add 198.51.100.1/24 dev left")
            try ip("link set left up")
            try ip("link set right up")
            // The other end of the cable hears it and has no such address.
            try ip("neighbour add 198.51.100.8 lladdr 02:00:00:00:00:08 dev left")
            let silent = try dial("198.51.100.8", 80) { $0.connectLimit = .milliseconds(150) }
            // Nobody answers ARP for it: the kernel gives up after three tries and tells itself.
            return (silent, try dial("198.51.100.7", 80))
        }
        #expect(silent.outcome == .timedOut)
        #expect(silent.local?.address == IPAddress(ipv4: 0xc633_6401))
        guard case .unreachable(.host, let error, let message) = away.outcome else {
            Issue.record("\(away.outcome)")
            return
        }
        #expect(error.code == EHOSTUNREACH)
        #expect(message?.sender == IPAddress(ipv4: 0xc633_6401))
        #expect(message?.type == 3)
        #expect(message?.code == 1)
        #expect(away.outcome.exitCode == 12)
    }

    @Test func aResetAfterEstablishment() throws {
        let listener = try ResettingListener()
        let story = try dial("127.0.0.1", listener.port)
        #expect(story.outcome == .resetAfterEstablished)
        #expect(story.outcome.exitCode == 13)
        #expect(story.local != nil)
    }

    @Test func idleEndsTheWait() async throws {
        let server = try GreetingServer(GreetingServer.Options(address: Self.loopback, port: 0))
        async let summary = server.run()
        var options = DialOptions(host: "127.0.0.1", port: server.endpoint.port)
        options.idleLimit = .milliseconds(30)
        let story = try await Dialer(options).dial()
        #expect(story.outcome == .established)
        #expect(story.steps.map(\.kind).contains(.idle))
        #expect(!story.peerClosedFirst)
        server.stop()
        _ = await summary
    }

    @Test func aCancelledTaskHangsUp() async throws {
        let server = try GreetingServer(GreetingServer.Options(address: Self.loopback, port: 0))
        let dialer = try Dialer(DialOptions(host: "127.0.0.1", port: server.endpoint.port))
        let task = Task { await dialer.dial() }
        task.cancel()
        #expect(await task.value.outcome == .interrupted)
        #expect(DialOutcome.interrupted.exitCode == 130)
    }

    @Test func stepsAreToldWhileTheSocketsAreInThem() async throws {
        let server = try GreetingServer(
            GreetingServer.Options(address: Self.loopback, port: 0, closing: .clientFirst))
        async let summary = server.run()
        let table = try SocketTable()
        let seen = Mutex<[Result<State?, any Error>]>([])
        let options = DialOptions(
            host: "127.0.0.1", port: server.endpoint.port, input: .octets(Array("hello, xiao mei.".utf8)),
            reading: .once)
        let story = try await Dialer(options) { step in
            if case .established(let local, let remote) = step.kind {
                let state = Result { try table.lookUp(local: local, remote: remote)?.state }
                seen.withLock { $0.append(state) }
            }
        }.dial()
        #expect(try seen.withLock { try $0.map { try $0.get() } } == [.established])
        #expect(story.steps.map(\.time) == story.steps.map(\.time).sorted())
        #expect(story.steps.last?.kind == .closed)
        server.stop()
        _ = await summary
    }

    @Test func aPipeIsSentToItsEnd() async throws {
        let server = try GreetingServer(
            GreetingServer.Options(address: Self.loopback, port: 0, mode: .echo))
        async let summary = server.run()
        let pipe = Pipe()
        var options = DialOptions(host: "127.0.0.1", port: server.endpoint.port)
        options.input = .descriptor(pipe.fileHandleForReading.fileDescriptor)
        options.halfCloses = true
        let dialer = try Dialer(options)
        async let story = dialer.dial()
        for word in ["one ", "two ", "three"] { pipe.fileHandleForWriting.write(Data(word.utf8)) }
        try pipe.fileHandleForWriting.close()
        #expect(await String(decoding: story.answer, as: UTF8.self) == "one two three")
        server.stop()
        _ = await summary
    }
}

/// Accepts one connection and resets it.
private final class ResettingListener: Sendable {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        let made = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(16)
        withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(made, $0, length)
                _ = getsockname(made, $0, &length)
            }
        }
        listen(made, 4)
        descriptor = made
        port = UInt16(bigEndian: name.sin_port)
        Thread.detachNewThread {
            let client = accept(made, nil, nil)
            var abort = linger(l_onoff: 1, l_linger: 0)
            setsockopt(client, SOL_SOCKET, SO_LINGER, &abort, socklen_t(MemoryLayout<linger>.size))
            close(client)
        }
    }

    deinit { close(descriptor) }
}
