import CaptureFile
import FlatMemory
import TCPWire
import Testing
import Transcripts

@testable import Tracking

/// The tracker's table where it is most easily broken: keys that want the same few slots, half of them at its end and half at
/// its start, come and go, so that what is moved back when one goes is moved round the end. A dictionary says what must be
/// found.
@Suite struct SlotTableTests {
    /// What there should be.
    private struct Model {
        struct Life {
            let key: FlowKey
            var segments = 0
        }

        /// By serial.
        var lives: [Int: Life] = [:]
        /// The life of each key that its next segment belongs to.
        var current: [FlowKey: Int] = [:]
        var opened = 0

        mutating func end(_ ended: EndedConnection) -> Bool {
            guard let life = lives.removeValue(forKey: ended.serial) else { return false }
            if current[life.key] == ended.serial { current[life.key] = nil }
            return ended.record.key == life.key && ended.record.taken == life.segments
        }

        /// - Returns: how many segments the connection then has.
        mutating func take(_ key: FlowKey, opens: Bool) -> Int {
            let serial = opens ? nil : current[key]
            let place = serial ?? opened
            if serial == nil {
                opened += 1
                current[key] = place
                lives[place] = Life(key: key)
            }
            lives[place]?.segments += 1
            return lives[place]?.segments ?? 0
        }
    }

    private static let server = Endpoint(address: IPAddress(ipv4: 0x0b00_0001), port: 443)

    /// Clients whose keys' searches begin at one of the last three slots or the first three.
    private static func clients(_ seed: HashSeed, count: Int) -> [Endpoint] {
        let tracker = ConnectionTracker(seed: seed)
        var found: [Endpoint] = []
        var address: UInt32 = 0x0a00_0000
        while found.count < count {
            address += 1
            let client = Endpoint(address: IPAddress(ipv4: address), port: 40_000)
            let home = tracker.home(segment(client, .ack, 0, at: 0).key.hash(seed: seed))
            if home < 3 || home >= tracker.slots.count - 3 { found.append(client) }
        }
        return found
    }

    private static func segment(
        _ client: Endpoint, _ flags: TCPFlags, _ sequence: UInt32, at second: Int, fromServer: Bool = false
    ) -> TrackedSegment {
        var header = SegmentHeader()
        let (source, destination) = fromServer ? (server, client) : (client, server)
        (header.source, header.sourcePort) = (source.address, source.port)
        (header.destination, header.destinationPort) = (destination.address, destination.port)
        (header.flags, header.sequence) = (flags, sequence)
        let nothing: [UInt8] = []
        return TrackedSegment(
            header, in: nothing.octets, at: Timestamp(nanoseconds: Int64(second) * 1_000_000_000), number: second + 1)
    }

    /// Runs a tracker and the model side by side.
    ///
    /// - Parameter reusing: whether a tuple is used again while its connection is still held.
    /// - Returns: what went wrong first, and how often the table's end was inside a row of taken slots.
    private static func difference(
        _ seed: HashSeed, _ clients: [Endpoint], _ dice: inout SplitMix, reusing: Bool
    ) -> (difference: String?, rounds: Int) {
        let limit = Int.random(in: 1...clients.count, using: &dice)
        let idle = Int64.random(in: 5...60, using: &dice) * 1_000_000_000
        var tracker = ConnectionTracker(seed: seed, eviction: Eviction(idle: idle, limit: limit))
        var model = Model()
        var (second, rounds) = (0, 0)
        for step in 1...120 {
            second += Int.random(in: 0...9, using: &dice) == 0 ? 30 : 1
            let client = clients[Int.random(in: 0..<clients.count, using: &dice)]
            let plain = segment(client, .ack, 1, at: second, fromServer: Bool.random(using: &dice))
            let opens = Int.random(in: 0..<4, using: &dice) == 0 && (reusing || model.current[plain.key] == nil)
            let segment = opens ? segment(client, .syn, UInt32(step) * 1000, at: second) : plain
            let place = tracker.add(segment).connection
            for ended in tracker.takeEnded() where !model.end(ended) { return ("\(step): \(ended) was let go", rounds) }
            let expected = model.take(segment.key, opens: opens)
            let record = tracker[place]
            guard record.key == segment.key, record.taken == expected else {
                return ("\(step): found \(record.taken) segments of \(record.key), not \(expected)", rounds)
            }
            guard tracker.count == model.lives.count, tracker.count <= limit else {
                return ("\(step): \(tracker.count) connections, not \(model.lives.count)", rounds)
            }
            if tracker.slots[0] != 0, tracker.slots[tracker.slots.count - 1] != 0 { rounds += 1 }
        }
        if let fault = fault(of: tracker, holding: model.current) { return (fault, rounds) }
        tracker.endAll()
        for ended in tracker.takeEnded() where !model.end(ended) { return ("\(ended) was left", rounds) }
        let isEmpty = (0..<tracker.slots.count).allSatisfy { tracker.slots[$0] == 0 } && tracker.used == 0
        return (model.lives.isEmpty && isEmpty ? nil : "something stayed", rounds)
    }

    /// Every key has one slot, with none empty between it and where its search begins.
    private static func fault(of tracker: borrowing ConnectionTracker, holding keys: [FlowKey: Int]) -> String? {
        let taken = (0..<tracker.slots.count).filter { tracker.slots[$0] != 0 }
        guard taken.count == keys.count, tracker.used == keys.count else {
            return "\(taken.count) slots taken, \(tracker.used) counted, \(keys.count) keys"
        }
        var missing = Set(keys.keys)
        for slot in taken {
            let key = tracker[ConnectionTracker.index(tracker.slots[slot])].key
            guard missing.remove(key) != nil else { return "\(key) twice, or let go" }
            var place = tracker.home(key.hash(seed: tracker.seed))
            while place != slot {
                guard tracker.slots[place] != 0 else { return "a gap before slot \(slot)" }
                place = tracker.following(place)
            }
        }
        return nil
    }

    /// - Returns: how often the table's end was inside a row of taken slots, of 240 000 times.
    private static func check(reusing: Bool) throws -> Int {
        var rounds = 0
        for table in 0..<10 as Range<UInt64> {
            var generator = SplitMix(state: table)
            let seed = HashSeed(&generator)
            let clients = clients(seed, count: 24)
            for run in 0..<200 as Range<UInt64> {
                var dice = SplitMix(state: table << 32 | run)
                let found = difference(seed, clients, &dice, reusing: reusing)
                try #require(found.difference == nil, "table \(table), run \(run)")
                rounds += found.rounds
            }
        }
        return rounds
    }

    @Test func clustersRoundTheEnd() throws {
        #expect(try Self.check(reusing: false) > 120_000)
    }

    @Test func reusedTuplesInClustersRoundTheEnd() throws {
        #expect(try Self.check(reusing: true) > 120_000)
    }
}

extension ConnectionRecord {
    /// Segments of both ends.
    fileprivate var taken: Int { Int(client.segments) + Int(server.segments) }
}
