import FlatMemory
import Measures
import TCPWire
import Tracking

/// One worker's connections.
///
/// Used by one worker at a time, and only read once the pass is over: that makes it safe to share (`@unchecked Sendable`).
final class PassShard: @unchecked Sendable {
    // Without the run time's check that nobody else changes it meanwhile (exclusivity): it is looked at once for each segment
    // that is read again, by whoever has the shard alone, or while nobody changes it.
    @exclusivity(unchecked) private var unguarded: ConnectionTracker
    var tracker: ConnectionTracker {
        @inline(__always) _read { yield unsafe unguarded }
        @inline(__always) _modify { yield &(unsafe unguarded) }
    }
    var index: SegmentIndex
    var measures = MeasureStore()
    private let isMeasuring: Bool

    init(seed: HashSeed, indexing: Bool, measuring: Bool, expecting count: Int) {
        isMeasuring = measuring
        unsafe unguarded = ConnectionTracker(seed: seed, expecting: count)
        index = SegmentIndex(isKept: indexing)
    }

    /// Takes over a tracker, and what was measured, until they are given back.
    init(lending tracker: inout ConnectionTracker, _ measures: inout MeasureStore, seed: HashSeed, measuring: Bool) {
        isMeasuring = measuring
        unsafe unguarded = ConnectionTracker(seed: seed, expecting: 0)
        index = SegmentIndex(isKept: false)
        swap(&self.tracker, &tracker)
        swap(&self.measures, &measures)
    }

    func giveBack(_ tracker: inout ConnectionTracker, _ measures: inout MeasureStore) {
        swap(&self.tracker, &tracker)
        swap(&self.measures, &measures)
    }

    /// Puts what a connection turned out to be where it stands, or behind all others where none was seen.
    ///
    /// - Returns: its place.
    func settle(_ own: Int?, _ record: ConnectionRecord, _ measured: ConnectionMeasures?) -> Int {
        if let measured { measures.settle(measured, at: own) }
        return tracker.settle(record, at: own)
    }

    /// Whether it holds as much as it may.
    func isFull(_ limits: PassLimits) -> Bool { limits.areReached(by: tracker, index) }

    /// The connections from one on.
    func lookAhead(from own: Int) -> ParallelPass.LookAhead {
        let end = min(tracker.count, own + 4096)
        return ParallelPass.LookAhead(start: own, firstPlaces: tracker.firstPlaces(of: own..<max(own, end)))
    }

    /// - Parameter before: packets that came before those that the batch's numbers count from.
    func take(_ batch: borrowing SegmentBatch, _ number: Int, after before: Int) {
        if isMeasuring {
            measures.take(batch, shard: number, after: before, &tracker, &index)
        } else {
            tracker.take(batch[number], after: before, into: &index)
        }
        tracker.doubtLate(batch, shard: number)
    }
}
