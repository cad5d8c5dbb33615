import CaptureFile
import FlatMemory
import Passes
import Settling
import Stories
import TCPWire
import Testing
import Tracking
import Transcripts

/// A story that grows is, wherever it is cut, the story of what came until then.
@Suite struct GrowthTests {
    /// A connection's segments and the ICMP errors about them, as they come.
    private static func observations(_ connection: StoredConnection) -> [Observation] {
        var told: [Observation] = []
        var errors = connection.errors[...]
        for segment in connection.segments {
            while let error = errors.first, error.number < segment.number { told.append(.error(errors.removeFirst())) }
            told.append(.segment(segment))
        }
        return told + errors.map { .error($0) }
    }

    /// Cuts a connection at some places, chosen by chance, and at its end.
    private static func grow(
        _ connection: StoredConnection, knowing: Bool, cuts: Int, seed: UInt64, credit: Int? = nil
    ) -> [String] {
        var generator = SplitMix(state: seed)
        let observations = observations(connection)
        let places = Set((0..<cuts).map { _ in Int.random(in: 0..<max(1, observations.count), using: &generator) })
        var growth = StoryGrowth(of: knowing ? connection : nil, credit: credit)
        var found: [String] = []
        for (place, observation) in observations.enumerated() {
            growth.take(observation)
            if places.contains(place) { found += growth.differences }
        }
        return found + growth.differences
    }

    @Test(
        "any shared capture, cut anywhere, is the story of what is before the cut",
        .enabled(if: !SharedCaptures.paths.isEmpty || SharedCaptures.requiresAll, "needs the shared captures"),
        arguments: SharedCaptures.paths + SharedCaptures.cases)
    func shared(_ path: String) throws {
        if let analysis = try SharedCaptures.filled(path) {
            for number in 0..<min(analysis.count, 40) {
                guard let connection = analysis.stored(number + 1) else { continue }
                for (knowing, credit) in [(true, nil), (false, nil), (true, 0)] {
                    let found = Self.grow(
                        connection, knowing: knowing, cuts: 5, seed: UInt64(number), credit: credit)
                    #expect(found.isEmpty, "connection \(number + 1): \(found.prefix(5))")
                }
            }
        }
    }

    @Test("what transcripts of labels show, segment by segment", arguments: LabelTests.cases)
    func labels(_ example: LabelCase) throws {
        for conversation in [example.shown, example.nearMiss] {
            let t = Transcript()
            conversation(t)
            for connection in StoredConnection.settling(t.segments) {
                let found = Self.grow(connection, knowing: true, cuts: connection.segments.count, seed: 1)
                #expect(found.isEmpty, "\(found.prefix(5))")
            }
        }
    }

    /// Far from where a connection opens, hindsight is not asked: what is shown of earlier segments has to be answered by itself.
    @Test(
        "what is shown of earlier segments long after the opening is answered when it is",
        arguments: [0, nil] as [Int?])
    func farFromTurns(_ credit: Int?) throws {
        let t = Transcript()
        t.open(LabelCase.sack)
        var next: UInt32 = 101
        for _ in 0..<50 {
            t.c.data(next, ack: 301, 100)
            next += 100
            t.s.ack(301, ack: next)
        }
        // Lost, and sent again by a timer, three times; then not needed, as a DSACK says.
        for _ in 0..<4 {
            t.c.data(next, ack: 301, 100)
            t.wait(300)
        }
        t.s.ack(301, ack: next + 100, sack: [block(next, next + 100)])
        next += 100
        // A hole, asked for by SACK, filled by a fast retransmission.
        for place in 1..<5 { t.c.data(next + UInt32(place) * 100, ack: 301, 100) }
        for place in 2..<6 {
            t.s.ack(301, ack: next, sack: [block(next + 100, next + UInt32(place) * 100)])
        }
        t.c.data(next, ack: 301, 100)
        next += 500
        t.s.ack(301, ack: next)
        // A wrong checksum alone, and then another end's worth of them.
        for _ in 0..<3 {
            t.c.send([.psh, .ack], next, 301, payload: 100, checksum: 1)
            next += 100
            t.s.ack(301, ack: next)
        }
        let connection = try #require(StoredConnection.settling(t.segments).first)
        let found = Self.grow(connection, knowing: true, cuts: connection.segments.count, seed: 2, credit: credit)
        #expect(found.isEmpty, "\(found.prefix(5))")
    }

    @Test("what hindsight settles is answered when it is, with the segment that shows it")
    func revisions() throws {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 100)
        t.c.data(201, ack: 301, 100)
        t.wait(300)
        t.c.data(101, ack: 301, 100)
        t.s.ack(301, ack: 301)
        let segments = try #require(StoredConnection.settling(t.segments).first).segments
        let builder = StoryBuilder()
        let changes = segments.map { builder.take(.segment($0)) }
        #expect(changes.map(\.appended) == (0..<7).map { $0..<$0 + 1 })
        // A SYN-ACK shows what the server was before.
        let befores = changes[1].revised.filter { if case .before = $0.content { true } else { false } }
        #expect(befores.count == 1 && befores[0].because == [2])
        #expect(builder.story?.steps[5].has(.timeoutRetransmission) == true)
    }

    @Test("a loss is told of the segment that was lost when a duplicate ACK has asked for it again")
    func losses() throws {
        let t = Transcript()
        t.open()
        for place in 0..<5 { t.c.data(101 + UInt32(place) * 100, ack: 301, 100) }
        for _ in 0..<4 { t.s.ack(301, ack: 101) }
        t.c.data(101, ack: 301, 100)
        let segments = try #require(StoredConnection.settling(t.segments).first).segments
        let builder = StoryBuilder()
        let last = try #require(segments.map { builder.take(.segment($0)) }.last)
        let labels: [[SegmentLabel]] = last.revised.compactMap {
            if $0.place == 3, case .labels(let labels) = $0.content { labels.map(\.label) } else { nil }
        }
        #expect(labels == [[.lost]])
        #expect(last.revised.first { $0.place == 3 }?.because.contains(13) == true)
    }
}
