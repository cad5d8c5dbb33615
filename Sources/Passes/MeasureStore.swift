import FlatMemory
import Measures
import Tracking

/// The measures of a tracker's connections, in the order of their indices.
struct MeasureStore: ~Copyable, Sendable {
    private var measures = FlatStore<ConnectionMeasures>()

    init() {}

    /// The number of connections that were measured.
    var count: Int { measures.count }

    subscript(connection: Int) -> ConnectionMeasures { measures[connection] }

    /// Stores the measures of a connection that was judged: in place of those that the first pass took, or after all
    /// others.
    mutating func settle(_ measured: ConnectionMeasures, at place: Int?) {
        if let place { measures[place] = measured } else { measures.append(measured) }
    }

    /// Tracks and measures the segments of a batch.
    mutating func take(
        _ batch: borrowing SegmentBatch, shard: Int, after before: Int, _ tracker: inout ConnectionTracker,
        _ index: inout SegmentIndex
    ) {
        tracker.take(batch[shard], after: before, into: &index) { entry, connection, reading, record in
            take(batch[shard][entry].segment, batch[detailsOf: shard][entry], reading, record, connection)
        }
    }

    /// Measures one segment. New connections must come in the order of their indices.
    mutating func take(
        _ segment: TrackedSegment, _ detail: SegmentDetail, _ reading: SegmentReading, _ record: ConnectionRecord,
        _ connection: Int
    ) {
        if connection == measures.count { measures.append(ConnectionMeasures(startingWith: segment)) }
        measures[connection].take(segment, detail, reading, record)
    }
}
