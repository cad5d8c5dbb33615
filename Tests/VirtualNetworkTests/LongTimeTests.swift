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

@Suite("Deadlines")
struct DeadlineQueueTests {
    @Test(
        "one deadline each, the earliest first, ties in the order in which they were set; moved and taken back, many seeds"
    )
    func model() {
        for seed in 0..<200 {
            var random = SeededRandom(seed: UInt64(seed))
            var queue = DeadlineQueue()
            var model: [Int: (deadline: Instant, order: Int)] = [:]
            for order in 0..<300 {
                let slot = Int(random.next() % 20)
                switch random.next() % 4 {
                case 0:
                    queue.remove(slot)
                    model[slot] = nil
                case 1:
                    let now = Instant(nanoseconds: Int64(random.next() % 50))
                    let due = model.filter { $0.value.deadline <= now }.min {
                        ($0.value.deadline, $0.value.order) < ($1.value.deadline, $1.value.order)
                    }
                    #expect(queue.popDue(now: now) == due?.key)
                    if let due { model[due.key] = nil }
                default:
                    let deadline = Instant(nanoseconds: Int64(random.next() % 50))
                    queue.set(deadline, of: slot)
                    model[slot] = (deadline, order)
                }
                #expect(queue.count == model.count)
                #expect(queue.first == model.values.map(\.deadline).min())
                #expect(queue.deadline(of: slot) == model[slot]?.deadline)
            }
        }
    }
}
