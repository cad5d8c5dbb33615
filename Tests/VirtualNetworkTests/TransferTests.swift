import TCPStack
import TCPState
import TCPWire
import Testing
import VirtualNetwork

@Suite("Transfers over a network in virtual time")
struct TransferTests {
    @Test("a perfect link: everything arrives, both ends close in order")
    func perfect() throws {
        let pair = Pair(seed: 1, clientText: Pair.text(100_000), serverText: Pair.text(50_000, 9))
        try pair.start()
        pair.network.run(for: .seconds(10))
        #expect(pair.isExact)
        #expect(pair.isOver)
        pair.network.run(for: .seconds(120))
        #expect(pair.network.host(pair.client).connectionCount == 0)
        #expect(pair.network.host(pair.server).connectionCount == 0)
        #expect(pair.network.nextEvent == nil, "nothing is left to happen")
    }

    @Test(
        "a slow link with a small queue: losses, and everything arrives [MAY-18]",
        arguments: ConnectionOptions.CongestionControl.allCases)
    func bottleneck(control: ConnectionOptions.CongestionControl) throws {
        let link = LinkProfile(delay: .milliseconds(20), rate: 10_000_000, queue: 10)
        let pair = Pair(seed: 2, clientText: Pair.text(2_000_000), forward: link) {
            $0.congestionControl = control
            $0.receiveBuffer = 1 << 20
            $0.sendBuffer = 1 << 20
        }
        try pair.start()
        let start = pair.network.now
        #expect(pair.network.run(atMost: .seconds(60)) { _ in pair.isOver })
        #expect(pair.isExact)
        let seconds = Double((pair.network.now - start).nanoseconds) / 1e9
        let share = 2_000_000 * 8 / seconds / 10_000_000
        #expect(share > 0.7, "\(control): \(share) of the link")
    }

    @Test("random faults of every kind, many seeds: exact delivery", arguments: [true, false])
    func random(sack: Bool) throws {
        var slowest = Interval.zero
        for seed in 0..<150 {
            var link = LinkProfile(delay: .milliseconds(5), rate: 20_000_000, queue: 50, loss: 0.03)
            link.duplication = 0.02
            link.reordering = 0.05
            link.corruption = 0.01
            let pair = Pair(
                seed: UInt64(seed), clientText: Pair.text(30_000), serverText: Pair.text(20_000, 3), forward: link
            ) {
                $0.selectiveAcknowledgment = sack
                $0.timestamps = seed % 3 != 0
            }
            try pair.start()
            let start = pair.network.now
            let isDone = pair.network.run(atMost: .seconds(600)) { _ in pair.isOver }
            #expect(isDone, "seed \(seed)")
            #expect(pair.isExact, "seed \(seed): \(String(describing: pair.clientEnd.error))")
            slowest = max(slowest, pair.network.now - start)
        }
    }

    @Test("the same seed gives the same packets, octet for octet")
    func deterministic() throws {
        func run(_ seed: UInt64) throws -> [NetworkRecord.Packet] {
            var link = LinkProfile(delay: .milliseconds(5), rate: 20_000_000, queue: 20, loss: 0.05)
            link.reordering = 0.05
            let pair = Pair(seed: seed, clientText: Pair.text(50_000), forward: link, keepsRecord: true)
            try pair.start()
            pair.network.run(for: .seconds(60))
            #expect(pair.isExact)
            return pair.network.record.packets
        }
        let first = try run(7)
        #expect(try run(7) == first)
        #expect(try run(8) != first)
    }
}
