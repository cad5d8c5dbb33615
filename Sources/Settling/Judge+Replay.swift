import CaptureFile
import TCPState
import Tracking

extension Judge {
    /// A connection's record. Its segments are processed again only if a verdict has changed since the record was made.
    package func record(of life: SettledLife) -> ConnectionRecord? {
        guard let record = life.record else { return replay(life) }
        return finished(record, life)
    }

    private func finished(_ record: ConnectionRecord, _ life: SettledLife) -> ConnectionRecord {
        var record = record
        let first = order[life.places].lazy.map { sightings[$0].segment }.min { $0.isBefore($1) }
        record.number(from: first?.number ?? 0, part: first?.part ?? 0)
        if let side = life.endedFrom { record.end(byResetOf: side) }
        if !otherTexts.isEmpty {
            for side in 0...1 {
                let count = order[life.places].count { sightings[$0].side == side && otherTexts.contains($0) }
                record.note(otherTexts: count, of: side)
            }
        }
        return record
    }

    /// Processes the segments of a connection again, each according to its verdict.
    ///
    /// - Parameter note: is called for each member with its sighting, its verdict, its segment with the corrected time,
    ///   how that relates to the connection, and the connection's record after it.
    /// - Returns: the connection's record; `nil` if it has no segments.
    package func replay(
        _ life: SettledLife,
        noting note: (Int, Verdict, TrackedSegment, SegmentReading, ConnectionRecord) -> Void = { _, _, _, _, _ in }
    ) -> ConnectionRecord? {
        var cursor = ConnectionCursor(standing: life.standing)
        for index in order[life.places] {
            let segment = segment(index)
            // A segment that belongs to another life is counted there.
            guard let reading = cursor.take(segment, as: verdicts[index]), let record = cursor.record else { continue }
            note(index, verdicts[index], segment, reading, record)
        }
        return cursor.record.map { finished($0, life) }
    }
}
