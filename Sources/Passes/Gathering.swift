import FlatMemory
import Settling
import Tracking

/// The segments of one shard's tuples that are to be judged, in the capture's order, in memory that is bounded.
///
/// Filled by one worker at a time, then read by one: that makes it safe to share (`@unchecked Sendable`).
final class Gathering: @unchecked Sendable {
    /// Octets that are held at once.
    private static let memory = 256 << 20
    /// As many segments.
    static let limit = memory / (MemoryLayout<GatheredSegment>.stride + MemoryLayout<SegmentDetail>.stride)

    private var segments = FlatStore<GatheredSegment>()
    private var details = FlatStore<SegmentDetail>()

    /// Takes a part's segments.
    ///
    /// - Parameters:
    ///   - before: packets that came before those that the segments' numbers count from.
    ///   - last: those with greater numbers are left out.
    func take(_ part: borrowing SightingBatch, shard: Int, after before: Int, upTo last: Int) {
        for index in 0..<part[shard].count {
            var segment = part[shard][index]
            segment.sighting.segment.count(after: before)
            guard segment.sighting.segment.number <= last else { continue }
            segments.append(segment)
            if index < part[detailsOf: shard].count { details.append(part[detailsOf: shard][index]) }
        }
    }

    /// Takes one that was kept with its bytes.
    func take(_ segment: StoredSegment, at place: Int, tuple: Int, measured: Bool) {
        segments.append(
            GatheredSegment(sighting: Sighting(segment), tuple: UInt32(truncatingIfNeeded: tuple), offset: place))
        guard measured else { return }
        let isCutOff = segment.frame.count < segment.originalLength
        details.append(SegmentDetail(segment.header, in: segment.frame.octets, isCutOff: isCutOff))
    }

    /// Judges all that was gathered, tuple by tuple.
    ///
    /// - Parameter keepsPlaces: whether somebody will ask where the packets lie.
    func judge(tuples: Range<Int>, into settlement: Settlement, keepsPlaces: Bool) {
        // Sorted by counting: where each tuple's segments begin.
        var starts = Array(repeating: 0, count: tuples.count + 1)
        for index in 0..<segments.count { starts[Int(segments[index].tuple) - tuples.lowerBound + 1] += 1 }
        for index in starts.indices.dropFirst() { starts[index] += starts[index - 1] }
        var sorted = Array(repeating: UInt32(0), count: segments.count)
        var next = starts
        for index in 0..<segments.count {
            let tuple = Int(segments[index].tuple) - tuples.lowerBound
            sorted[next[tuple]] = UInt32(truncatingIfNeeded: index)
            next[tuple] += 1
        }
        for tuple in 0..<tuples.count where starts[tuple] < starts[tuple + 1] {
            // What came in fragments was found later than it came.
            let own = sorted[starts[tuple]..<starts[tuple + 1]].sorted {
                segments[Int($0)].sighting.segment.number < segments[Int($1)].sighting.segment.number
            }
            settlement.add(
                own.map { segments[Int($0)].sighting }, details: details.count > 0 ? own.map { details[Int($0)] } : [],
                places: keepsPlaces
                    ? own.map {
                        let segment = segments[Int($0)]
                        return PacketPlace(offset: segment.offset, number: segment.sighting.segment.number)
                    } : [])
        }
    }
}
