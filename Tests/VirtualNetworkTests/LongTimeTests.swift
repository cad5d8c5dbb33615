import TCPStack
import TCPState
import TCPWire
import Testing
import VirtualNetwork

@Suite("Much virtual time, few events")
struct LongTimeTests {
    /// Steps until then, counted.
    static func run(_ pair: Pair, for interval: Interval) -> Int {
        let end = pair.network.now + interval
        var count = 0
        while let next = pair.network.nextEvent, next <= end {
            pair.network.step()
            count += 1
        }
        pair.network.run(until: end)
        return count
    }

    static func opened(_ options: @escaping (inout ConnectionOptions) -> Void) throws -> Pair {
        let pair = Pair(seed: 5, forward: LinkProfile(delay: .milliseconds(10)), options)
        let listener = Endpoint(address: Pair.serverAddress, port: 80)
        try pair.network.with(pair.server) { (host, _) throws(SocketError) in
            let socket = host.open()
            try host.bind(socket, to: listener)
            try host.listen(socket, backlog: 1)
        }
        try pair.network.with(pair.client) { (host, now) throws(SocketError) in
            let socket = host.open()
            pair.clientEnd.socket = socket
            try host.connect(socket, to: listener, now: now)
        }
        pair.network.run(for: .seconds(1))
        return pair
    }

    @Test("a day of silence: nothing happens, but for one timer of the handshake")
    func silence() throws {
        let pair = try Self.opened { _ in }
        #expect(Self.run(pair, for: .seconds(86_400)) <= 1)
        #expect(pair.network.nextEvent == nil)
    }

    @Test("a day of keep-alives, one a minute from either end: so many packets, and a timer or two for each")
    func keepAlives() throws {
        let pair = try Self.opened {
            $0.keepAlive.isEnabled = true
            $0.keepAlive.idle = .seconds(60)
        }
        let before = pair.network.delivered
        let events = Self.run(pair, for: .seconds(86_400))
        let packets = pair.network.delivered - before
        #expect((2800...5800).contains(packets), "\(packets)")
        #expect(events <= 3 * packets, "\(events) for \(packets)")
        #expect(pair.network.host(pair.client).connectionInfos.map(\.state) == [.established])
    }

    /// The fault that this is for: each delayed ACK left an entry of the two hours' timer behind, for two hours.
    @Test("a timer that is moved leaves nothing behind: a request a second for a day beside a keep-alive of two hours")
    func requests() throws {
        let pair = try Self.opened { $0.keepAlive.isEnabled = true }
        let socket = try #require(pair.clientEnd.socket)
        var events = 0
        for _ in 0..<86_400 {
            _ = try pair.network.with(pair.client) { (host, now) throws(SocketError) in
                try host.write(socket, [1], now: now)
            }
            events += Self.run(pair, for: .seconds(1))
        }
        // The segment, its ACK, the ACK's delay, and a timer or two that come too early.
        #expect(events <= 86_400 * 6, "\(events)")
        #expect(pair.network.host(pair.server).connectionInfos.first?.unread == 86_400)
    }
}
