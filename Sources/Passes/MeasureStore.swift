import FlatMemory
import Measures
import Tracking

/// What is measured of a tracker's connections, in their order.
struct MeasureStore: ~Copyable, Sendable {
    private var measures = FlatStore<ConnectionMeasures>()

    init() {}

    /// How many connections were measured.
    var count: Int { measures.count }

    subscript(connection: Int) -> ConnectionMeasures { measures[connection] }

    /// Puts what was measured of a connection once it was judged where it stands, or behind all others.
    mutating func settle(_ measured: ConnectionMeasures, at place: Int?) {
        if let place { measures[place] = measured } else { measures.append(measured) }
    }

    /// Tracks the segments of a batch and measures them.
    mutating func take(
        _ batch: borrowing SegmentBatch, shard: Int, after before: Int, _ tracker: inout ConnectionTracker,
        _ index: inout SegmentIndex
    ) {
        tracker.take(batch[shard], after: before, into: &index) { entry, connection, reading, record in
            take(batch[shard][entry].segment, batch[detailsOf: shard][entry], reading, record, connection)
        }
    }

    /// Measures one segment; connections come in the order of their numbers.
    mutating func take(
        _ segment: TrackedSegment, _ detail: SegmentDetail, _ reading: SegmentReading, _ record: ConnectionRecord,
        _ connection: Int
    ) {
        if connection == measures.count { measures.append(ConnectionMeasures(startingWith: segment)) }
        measures[connection].take(segment, detail, reading, record)
    }
}
