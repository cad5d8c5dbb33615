import CaptureFile
import TCPState
import Tracking

extension SettledLife {
    /// The connection's record, gone through once more only where that is needed.
    package func settledRecord(_ sightings: [Sighting]) -> ConnectionRecord? {
        guard let record else { return replay(sightings) }
        return finished(record, members.lazy.map { sightings[$0.sighting].segment.number }.min() ?? 0)
    }

    private func finished(_ record: ConnectionRecord, _ first: Int) -> ConnectionRecord {
        var record = record
        record.number(from: first)
        if let side = endedFrom { record.end(byResetOf: side) }
        return record
    }

    /// Goes through the connection once more, each segment as what it turned out to be.
    ///
    /// - Parameter note: gets each member, its segment at the time that counts, what it is to the connection, and the
    ///   connection's record after it.
    /// - Returns: the connection's record; `nil` where it has no segments.
    package func replay(
        _ sightings: [Sighting],
        noting note: (Member, TrackedSegment, SegmentReading, ConnectionRecord) -> Void = { _, _, _, _ in }
    ) -> ConnectionRecord? {
        var cursor = ConnectionCursor(standing: standing)
        var first = Int.max
        for member in members {
            let segment = sightings[member.sighting].segment.at(member.time)
            first = min(first, segment.number)
            // What is of another life stands in that.
            guard let reading = cursor.take(segment, as: member.verdict), let record = cursor.record else { continue }
            note(member, segment, reading, record)
        }
        return cursor.record.map { finished($0, first) }
    }
}
