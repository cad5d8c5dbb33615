import CaptureFile
import Lab
import LinuxKernel
import Stories
import TCPState
import TCPWire
import Testing
import Tracking

/// The observer against real sockets, which stand still in each state until they have been seen in it.
@Suite(.timeLimit(.minutes(1)))
struct StateObserverTests {
    private static let loopback = IPAddress(ipv4: 0x7f00_0001)

    @Test func bothEndsAreSeenInEveryStateThatLasts() async throws {
        let server = try GreetingServer(GreetingServer.Options(address: Self.loopback, port: 0))
        async let summary = server.run()
        let watched = Watched()
        let options = DialOptions(
            host: "127.0.0.1", port: server.endpoint.port, input: .octets([0x78]), reading: .untilEnd)
        _ = try await Dialer(options) { watched.look(at: $0) }.dial()
        server.stop()
        _ = await summary
        let seen = try #require(watched.observer, "\(String(describing: watched.failure))").stop()
        #expect(seen.map(\.time) == seen.map(\.time).sorted())
        #expect(seen.filter { $0.party == .client }.map(\.state).prefix(2) == [.established, .closeWait])
        let ends = seen.filter { $0.party == .server }
        #expect(ends.first?.state == .established && ends.last?.state == .timeWait)
        #expect(ends.contains { $0.state == .finWait2 })
        // A full socket until the kernel keeps a small one in its place.
        #expect(ends.first?.isMini == false && ends.last?.isMini == true)
        // Each change once.
        #expect(zip(ends, ends.dropFirst()).allSatisfy { $0.state != $1.state })
    }

    @Test func aConnectionThatIsNotThereIsSeenInNoState() throws {
        let nobody = Endpoint(address: Self.loopback, port: 1)
        let observer = try StateObserver(client: nobody, server: Endpoint(address: Self.loopback, port: 2))
        try observer.start()
        observer.wait(client: nil, server: nil)
        #expect(observer.stop().isEmpty)
    }
}

/// Holds the client still at each step until the observer has seen both ends.
private final class Watched: @unchecked Sendable {
    // Written and read on the dialer's thread, and afterwards by the test.
    private(set) var observer: StateObserver?
    private(set) var failure: (any Error)?

    func look(at step: DialStep) {
        switch step.kind {
        case .established(let local, let remote):
            do {
                let observer = try StateObserver(client: local, server: remote)
                try observer.start()
                self.observer = observer
            } catch {
                failure = error
            }
            observer?.wait(client: .established, server: .established, limit: 20_000)
        case .peerClosed: observer?.wait(client: .closeWait, server: .finWait2, limit: 20_000)
        case .closed: observer?.wait(client: nil, server: .timeWait, limit: 20_000)
        default: break
        }
    }
}
