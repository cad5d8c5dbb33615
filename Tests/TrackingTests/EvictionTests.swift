import CaptureFile
import FlatMemory
import TCPWire
import Testing
import Transcripts

@testable import Tracking

/// A tracker that lets connections go finds the same ones, in memory that does not grow.
@Suite struct EvictionTests {
    private func tracker(idle: Int64, limit: Int = 1 << 20) -> ConnectionTracker {
        var generator = SplitMix(state: 7)
        return ConnectionTracker(seed: HashSeed(&generator), eviction: Eviction(idle: idle, limit: limit))
    }

    private static let second: Int64 = 1_000_000_000

    private func segment(
        _ client: UInt32, _ flags: TCPFlags = .syn, sequence: UInt32 = 100, at seconds: Double,
        fromServer: Bool = false,
        number: Int = 1
    ) -> TrackedSegment {
        var header = SegmentHeader()
        let ends = [
            Endpoint(address: IPAddress(ipv4: client), port: 40_000),
            Endpoint(address: IPAddress(ipv4: 0x0b00_0001), port: 443),
        ]
        let (source, destination) = fromServer ? (ends[1], ends[0]) : (ends[0], ends[1])
        (header.source, header.sourcePort) = (source.address, source.port)
        (header.destination, header.destinationPort) = (destination.address, destination.port)
        header.flags = flags
        header.sequence = sequence
        let nothing: [UInt8] = []
        return TrackedSegment(
            header, in: nothing.octets, at: Timestamp(nanoseconds: Int64(seconds * Double(Self.second))),
            number: number)
    }

    @Test func whatIsIdleGoesAndWhatIsNotStays() {
        var tracker = tracker(idle: 10 * Self.second)
        _ = tracker.add(segment(1, at: 0))
        for tick in 1...30 { _ = tracker.add(segment(2, .ack, at: Double(tick))) }
        let ended = tracker.takeEnded()
        #expect(ended.map(\.serial) == [0])
        #expect(ended[0].record.clientEndpoint.address == IPAddress(ipv4: 1))
        #expect(tracker.count == 1)
        // Heard of again, it is another connection.
        _ = tracker.add(segment(1, at: 31))
        tracker.endAll()
        #expect(tracker.takeEnded().map(\.serial) == [1, 2])
        #expect(tracker.count == 0)
    }

    @Test func whatIsOverGoesSooner() {
        var tracker = tracker(idle: 3600 * Self.second)
        _ = tracker.add(segment(1, .syn, at: 0))
        var answer = segment(1, [.rst, .ack], sequence: 0, at: 0.1, fromServer: true)
        answer = TrackedSegment(copying: answer, acknowledging: 101)
        _ = tracker.add(answer)
        for tick in 1...20 { _ = tracker.add(segment(2, .ack, at: Double(tick))) }
        #expect(tracker.takeEnded().map(\.record.outcome.opening) == [.refused])
    }

    /// Ten thousand addresses ask once and never again, among connections that are alive.
    @Test func aFloodLeavesTheLivingAlone() {
        var tracker = tracker(idle: 3600 * Self.second, limit: 200)
        for client in 1...100 as ClosedRange<UInt32> {
            _ = tracker.add(segment(client, .syn, at: 0))
            _ = tracker.add(segment(client, [.syn, .ack], sequence: 300, at: 0, fromServer: true))
        }
        for client in 1000..<11_000 as Range<UInt32> {
            _ = tracker.add(segment(client, .syn, at: 1))
            #expect(tracker.count <= 200)
        }
        #expect(tracker.records.count <= 200)
        #expect(tracker.slots.count <= 1024)
        for client in 1...100 as ClosedRange<UInt32> { _ = tracker.add(segment(client, .ack, at: 2)) }
        tracker.endAll()
        let ended = tracker.takeEnded()
        #expect(ended.count == 10_100)
        #expect(Set(ended.map(\.serial)).count == 10_100)
        #expect(ended.filter { $0.record.client.segments == 2 }.count == 100)
    }

    /// Random coming and going, against a tracker that keeps all: nothing is lost, doubled or mixed up.
    @Test func theTableStaysWholeWhileConnectionsComeAndGo() {
        var dice = SplitMix(state: 42)
        var sparing = tracker(idle: 50 * Self.second)
        var generator = SplitMix(state: 9)
        var keeping = ConnectionTracker(seed: HashSeed(&generator))
        var ended: [EndedConnection] = []
        for step in 0..<40_000 {
            // Each address is used for a while and then never again, so that idling splits none.
            let client = UInt32(step / 40) + UInt32.random(in: 0..<30, using: &dice)
            let segment = segment(
                client, .ack, sequence: UInt32(step), at: Double(step) / 100, number: step + 1)
            _ = sparing.add(segment)
            _ = keeping.add(segment)
            ended += sparing.takeEnded()
        }
        #expect(sparing.records.count < 800)
        sparing.endAll()
        ended += sparing.takeEnded()
        let found = ended.sorted { $0.serial < $1.serial }.map { "\($0.record)" }
        #expect(found == keeping.all.map { "\($0)" })
    }
}

extension TrackedSegment {
    /// The same with another acknowledgment number.
    fileprivate init(copying segment: TrackedSegment, acknowledging number: UInt32) {
        var header = SegmentHeader()
        (header.source, header.sourcePort) = (segment.key.high.address, segment.key.high.port)
        (header.destination, header.destinationPort) = (segment.key.low.address, segment.key.low.port)
        header.flags = segment.flags
        header.acknowledgment = number
        let nothing: [UInt8] = []
        self.init(header, in: nothing.octets, at: segment.time, number: segment.number)
    }
}
