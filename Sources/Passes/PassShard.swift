import FlatMemory
import Measures
import TCPWire
import Tracking

/// The connections of one shard.
///
/// One worker at a time uses it, and once the pass is over it is only read; so it is safe to share (`@unchecked
/// Sendable`).
final class PassShard: @unchecked Sendable {
    // Accesses are not checked for exclusivity at run time, because there is one for each segment that is read again.
    // The tracker is accessed only by the worker that has the shard, or by several workers while nobody changes it.
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

    /// Takes over a tracker and its measures, until ``giveBack(_:_:)``.
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

    /// Stores a connection that was judged: in place of the record that the first pass made of it, or after all others.
    ///
    /// - Returns: the record's index.
    func settle(_ own: Int?, _ record: ConnectionRecord, _ measured: ConnectionMeasures?) -> Int {
        if let measured { measures.settle(measured, at: own) }
        return tracker.settle(record, at: own)
    }

    /// Whether the tables hold as much as they may.
    func isFull(_ limits: PassLimits) -> Bool { limits.areReached(by: tracker, index) }

    /// The next connections of the shard, from index `own` on.
    func lookAhead(from own: Int) -> ParallelPass.LookAhead {
        let end = min(tracker.count, own + 4096)
        return ParallelPass.LookAhead(start: own, firstPlaces: tracker.firstPlaces(of: own..<max(own, end)))
    }

    /// - Parameter before: the number of packets before the first one that the batch's numbers count.
    func take(_ batch: borrowing SegmentBatch, _ number: Int, after before: Int) {
        if isMeasuring {
            measures.take(batch, shard: number, after: before, &tracker, &index)
        } else {
            tracker.take(batch[number], after: before, into: &index)
        }
        tracker.doubtLate(batch, shard: number)
    }
}
