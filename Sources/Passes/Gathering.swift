import FlatMemory
import Settling
import Tracking

/// The segments of one shard's tuples that are to be judged, grouped by tuple, each group in the capture's order, in
/// bounded memory.
///
/// One worker at a time fills it, and then one worker reads it; so it is safe to share (`@unchecked Sendable`).
final class Gathering: @unchecked Sendable {
    /// The most octets of segments that are held at once while connections are judged, whatever the capture.
    private static let memory = 512 << 20
    /// Octets that judging needs for each segment besides the segment itself: its order, time and verdict, and the
    /// table of prints.
    private static let judging = 112
    /// How many segments fit into that memory.
    static let limit =
        memory
        / (MemoryLayout<Sighting>.stride + MemoryLayout<Int>.stride + MemoryLayout<SegmentDetail>.stride + judging)

    /// All in one stored property, because each access to a class's property is checked for exclusivity at run time.
    private var gathered: GatheredTuples

    /// - Parameters:
    ///   - tuples: the numbers of the tuples in ``DoubtfulTuples``.
    ///   - sizes: how many segments each tuple has; the tuple with number `n` is at index `n - 1`.
    ///   - isMeasured: whether the segments' measured details are kept with them.
    ///   - keepsPlaces: whether it is kept where the segments' packets lie.
    init(_ tuples: Range<Int>, of sizes: [DoubtfulTuples.Size], measured isMeasured: Bool, keepsPlaces: Bool) {
        gathered = GatheredTuples(
            tuples, tuples.isEmpty ? [] : sizes[(tuples.lowerBound - 1)..<(tuples.upperBound - 1)],
            isMeasured: isMeasured, keepsPlaces: keepsPlaces)
    }

    /// Adds the segments of a part of the capture.
    ///
    /// - Parameters:
    ///   - before: the number of packets before the first one that the segments' numbers count.
    ///   - last: segments with higher packet numbers are left out.
    func take(_ part: borrowing SightingBatch, shard: Int, after before: Int, upTo last: Int) {
        gathered.take(part, shard: shard, after: before, upTo: last)
    }

    /// Adds a segment that was kept with its bytes; `offset` is its index among the kept segments.
    func take(_ segment: StoredSegment, at offset: Int, tuple: Int) {
        gathered.take(segment, at: offset, tuple: tuple)
    }

    /// Passes on all segments, tuple by tuple, and empties the gathering.
    ///
    /// - Parameter body: is called with each tuple and its segments. Tuples of which not all segments were found again
    ///   are left out.
    func handOut(_ body: (Int, TupleSegments) -> Void) {
        var own = GatheredTuples(0..<0, [], isMeasured: false, keepsPlaces: false)
        swap(&own, &gathered)
        own.handOut(body)
    }
}

/// The contents of a ``Gathering``.
private struct GatheredTuples: ~Copyable {
    private let tuples: Range<Int>
    private let sizes: ArraySlice<DoubtfulTuples.Size>
    /// By tuple: the index at which its segments begin, with the end of the last one's added, and the index for its
    /// next segment.
    private var starts: [Int] = [0]
    private var next: [Int]
    private let isMeasured: Bool
    private let keepsPlaces: Bool
    private var sightings: FlatStore<Sighting>
    private var details: FlatStore<SegmentDetail>
    private var offsets: FlatStore<Int>

    init(
        _ tuples: Range<Int>, _ sizes: ArraySlice<DoubtfulTuples.Size>, isMeasured: Bool, keepsPlaces: Bool
    ) {
        self.tuples = tuples
        self.sizes = sizes
        for size in sizes {
            starts.append(starts[starts.count - 1] + (size.segments <= Gathering.limit ? size.segments : 0))
        }
        next = starts
        self.isMeasured = isMeasured
        self.keepsPlaces = keepsPlaces
        let total = starts[starts.count - 1]
        sightings = FlatStore(expecting: total)
        details = FlatStore(expecting: isMeasured ? total : 0)
        offsets = FlatStore(expecting: keepsPlaces ? total : 0)
    }

    mutating func take(_ part: borrowing SightingBatch, shard: Int, after before: Int, upTo last: Int) {
        for index in 0..<part[shard].count {
            guard part[shard][index].sighting.segment.number &+ before <= last else { continue }
            guard let place = place(of: Int(part[shard][index].tuple)) else { continue }
            sightings.put(part[shard][index].sighting, at: place)
            sightings[place].segment.count(after: before)
            if isMeasured { details.put(part[detailsOf: shard][index], at: place) }
            if keepsPlaces { offsets.put(part[shard][index].offset, at: place) }
        }
    }

    mutating func take(_ segment: StoredSegment, at offset: Int, tuple: Int) {
        guard let place = place(of: tuple) else { return }
        sightings.put(Sighting(segment), at: place)
        if keepsPlaces { offsets.put(offset, at: place) }
        guard isMeasured else { return }
        let isCutOff = segment.frame.count < segment.originalLength
        details.put(SegmentDetail(segment.header, in: segment.frame.octets, isCutOff: isCutOff), at: place)
    }

    /// The index for a tuple's next segment; `nil` if more segments come than in the first pass, because the capture
    /// has changed.
    private mutating func place(of tuple: Int) -> Int? {
        let own = tuple - tuples.lowerBound
        let place = next[own]
        next[own] = place + 1
        return place < starts[own + 1] ? place : nil
    }

    /// Sorts a tuple's segments by packet number, because a segment that came in fragments may have been found late.
    private mutating func putInOrder(_ range: Range<Int>) {
        guard range.count > 1 else { return }
        var isInOrder = true
        for place in range.dropFirst() where sightings[place].segment.isBefore(sightings[place - 1].segment) {
            isInOrder = false
        }
        guard !isInOrder else { return }
        let order = range.sorted { sightings[$0].segment.isBefore(sightings[$1].segment) }
        let sorted = order.map { sightings[$0] }
        for (place, sighting) in zip(range, sorted) { sightings[place] = sighting }
        if isMeasured {
            let sorted = order.map { details[$0] }
            for (place, detail) in zip(range, sorted) { details[place] = detail }
        }
        if keepsPlaces {
            let sorted = order.map { offsets[$0] }
            for (place, offset) in zip(range, sorted) { offsets[place] = offset }
        }
    }

    consuming func handOut(_ body: (Int, TupleSegments) -> Void) {
        for own in 0..<self.sizes.count where self.next[own] == self.starts[own + 1] {
            putInOrder(self.starts[own]..<self.starts[own + 1])
        }
        let (starts, next, sizes, tuples) = (starts, next, sizes, tuples)
        let room = SightingRoom(sightings)
        let beside = TupleSegments.Beside(details, offsets)
        for (own, size) in sizes.enumerated() where size.segments > 0 {
            let range = starts[own]..<starts[own + 1]
            guard range.count == size.segments, next[own] == range.upperBound else { continue }
            body(
                tuples.lowerBound + own,
                TupleSegments(
                    sightings: Sightings(of: size.key, room, range), beside: beside, start: range.lowerBound))
        }
    }
}

/// The gathered segments of one tuple, with what is kept for each.
struct TupleSegments {
    let sightings: Sightings
    fileprivate let beside: Beside
    fileprivate let start: Int

    /// The measured details of a segment; `nil` if nothing is measured.
    func detail(_ index: Int) -> SegmentDetail? { beside.details.count > 0 ? beside.details[start + index] : nil }

    /// Where a segment's packet lies; `nil` if that was not kept.
    func place(_ index: Int) -> PacketPlace? {
        guard beside.offsets.count > 0 else { return nil }
        let segment = sightings[index].segment
        return PacketPlace(offset: beside.offsets[start + index], number: segment.number, part: segment.part)
    }

    /// What is kept for each sighting of all tuples, by the sighting's index.
    fileprivate final class Beside: Sendable {
        let details: FlatStore<SegmentDetail>
        let offsets: FlatStore<Int>

        init(_ details: consuming FlatStore<SegmentDetail>, _ offsets: consuming FlatStore<Int>) {
            self.details = details
            self.offsets = offsets
        }
    }
}
