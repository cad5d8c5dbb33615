import TCPState

/// One connection by itself: what a tracker does for the connection of a record, without a table of others.
package struct ConnectionCursor: ~Copyable {
    /// `nil` before the first segment.
    package private(set) var record: ConnectionRecord?
    private var holes = HoleStore()
    /// One for all: it never changes.
    private static let transitions = TransitionMatrix()

    package init() {}

    /// Takes the next segment.
    ///
    /// - Returns: what it is to the connection; `nil` where it is of another one, which changes nothing.
    package mutating func take(_ segment: TrackedSegment) -> SegmentReading? {
        guard isOwn(segment, opening: segment.opens) else { return nil }
        var taken = record ?? ConnectionRecord(startingWith: segment)
        let reading = taken.takeInFull(segment, Self.transitions, &holes)
        record = taken
        return reading
    }

    /// Whether a segment is of this connection, as far as its tuple and its SYN tell.
    package func isOwn(_ segment: TrackedSegment, opening: Bool) -> Bool {
        guard let record else { return true }
        return record.key == segment.key && !(opening && record.hasOtherLife(segment))
    }

    /// Counts a segment that changes nothing.
    mutating func note(_ segment: TrackedSegment) {
        var noted = record ?? ConnectionRecord(startingWith: segment)
        noted.noteCaptured(segment)
        record = noted
    }

    /// Takes a segment that was sent and not taken: it tells of its sender alone.
    mutating func takeSent(_ segment: TrackedSegment) -> SegmentReading? {
        guard isOwn(segment, opening: segment.opens) else { return nil }
        var taken = record ?? ConnectionRecord(startingWith: segment)
        let reading = taken.takeSent(segment, Self.transitions, &holes)
        record = taken
        return reading
    }

    mutating func restore(_ state: State?, of side: Int) { record?.halves[side].state = state }

    /// How an RST would meet its receiver now.
    package func resetFit(_ segment: TrackedSegment) -> ResetFit? {
        record.map { $0.fit(ofReset: segment, from: segment.side, holes) }
    }
}
