import CaptureFile

/// One connection's segments with their bytes and their verdicts: all that its story is made of.
public struct StoredConnection: Sendable {
    /// The segments in the order in which they came.
    public let segments: [StoredSegment]
    /// The connection's record after all its segments, including those that were left out.
    public let record: ConnectionRecord
    /// How many segments at the end of the connection were left out.
    public let leftOut: Int
    /// The number of the packet whose RST, in the next connection between the same endpoints, ended this one too; `nil`
    /// for none.
    public let endedBy: Int?

    /// The ICMP errors about it, in order.
    public let errors: [ReportedError]

    /// Where the sequence numbers stand before the first of these segments; `nil` if that is not known.
    package let standing: Standing?

    /// Creates a connection from its judged segments. How many were left out is computed from the record's counters.
    package init(
        segments: [StoredSegment], record: ConnectionRecord, endedBy: Int? = nil, standing: Standing? = nil,
        errors: [ReportedError] = []
    ) {
        self.segments = segments
        self.errors = errors
        self.standing = standing
        self.record = record
        self.endedBy = endedBy
        leftOut = max(0, Int(record.client.segments) + Int(record.server.segments) - segments.count)
    }

    /// Whether replaying the segments, each according to its verdict, gives the record's numbers.
    package var fitsRecord: Bool {
        var cursor = ConnectionCursor(standing: standing)
        for segment in segments where cursor.take(segment.tracked, as: segment.verdict) == nil { return false }
        guard var replayed = cursor.record else { return false }
        for error in errors { replayed.note(error) }
        return replayed.tellsTheSame(as: record)
    }

    /// This connection with its packets numbered from 1, those of IP fragments included.
    package var renumbered: StoredConnection {
        let first = segments.map(\.number).min() ?? 1
        let parts = segments.flatMap { $0.fragments.map(\.number) }
        let all = Set(segments.map(\.number) + parts + errors.map(\.number) + (endedBy.map { [$0] } ?? [])).sorted()
        let numbers = Dictionary(all.enumerated().map { ($1, $0 + 1) }) { first, _ in first }
        var record = record
        record.number(from: numbers[first] ?? 1)
        return StoredConnection(
            segments: segments.map { segment in
                var own = segment.numbered(numbers[segment.number] ?? segment.number)
                if case .copy(let original) = segment.verdict { own.verdict = .copy(of: numbers[original] ?? original) }
                return own
            }, record: record, endedBy: endedBy.flatMap { numbers[$0] }, standing: standing,
            errors: errors.map { $0.numbered(numbers[$0.number] ?? $0.number) })
    }
}
