import CaptureFile
import FlatMemory
import Settling
import TCPWire
import Tracking

/// The segments of one shard's tuples that are to be judged, in the capture's order, in memory that is bounded.
///
/// Filled by one thread, then read by one: that makes it safe to hand over (`@unchecked Sendable`).
final class Gathering: @unchecked Sendable {
    /// One of them.
    private struct Entry: BitwiseCopyable, Sendable {
        let sighting: Sighting
        let tuple: UInt32
        let offset: Int
    }

    /// Octets that are held at once.
    private static let memory = 256 << 20
    /// As many segments.
    static let limit = memory / (MemoryLayout<Entry>.stride + MemoryLayout<SegmentDetail>.stride)

    private var entries = FlatStore<Entry>()
    private var details = FlatStore<SegmentDetail>()
    private let isMeasured: Bool

    init(measured: Bool) { isMeasured = measured }

    /// Takes one segment of a tuple.
    func add(
        _ header: SegmentHeader, _ frame: RawSpan, _ packet: CapturedPacket, _ segment: TrackedSegment, tuple: Int
    ) {
        add(
            Sighting(header, in: frame, segment), tuple, at: packet.blockOffset,
            isMeasured
                ? SegmentDetail(header, in: frame, isCutOff: packet.capturedLength < packet.originalLength) : nil)
    }

    /// The same for one that was kept.
    func add(_ segment: StoredSegment, at place: Int, tuple: Int) {
        let frame = segment.frame.octets
        add(
            Sighting(segment), tuple, at: place,
            isMeasured
                ? SegmentDetail(segment.header, in: frame, isCutOff: segment.frame.count < segment.originalLength) : nil)
    }

    private func add(_ sighting: Sighting, _ tuple: Int, at offset: Int, _ detail: SegmentDetail?) {
        entries.append(Entry(sighting: sighting, tuple: UInt32(truncatingIfNeeded: tuple), offset: offset))
        if let detail { details.append(detail) }
    }

    /// Judges all that was gathered, tuple by tuple.
    ///
    /// - Parameter keepsPlaces: whether somebody will ask where the packets lie.
    func judge(tuples: Range<Int>, into settlement: Settlement, keepsPlaces: Bool) {
        // Sorted by counting: where each tuple's segments begin.
        var starts = Array(repeating: 0, count: tuples.count + 1)
        for index in 0..<entries.count { starts[Int(entries[index].tuple) - tuples.lowerBound + 1] += 1 }
        for index in starts.indices.dropFirst() { starts[index] += starts[index - 1] }
        var sorted = Array(repeating: UInt32(0), count: entries.count)
        var next = starts
        for index in 0..<entries.count {
            let tuple = Int(entries[index].tuple) - tuples.lowerBound
            sorted[next[tuple]] = UInt32(truncatingIfNeeded: index)
            next[tuple] += 1
        }
        for tuple in 0..<tuples.count where starts[tuple] < starts[tuple + 1] {
            let own = sorted[starts[tuple]..<starts[tuple + 1]]
            settlement.add(
                own.map { entries[Int($0)].sighting }, details: isMeasured ? own.map { details[Int($0)] } : [],
                places: keepsPlaces
                    ? own.map {
                        let entry = entries[Int($0)]
                        return PacketPlace(offset: entry.offset, number: entry.sighting.segment.number)
                    } : [])
        }
    }
}
