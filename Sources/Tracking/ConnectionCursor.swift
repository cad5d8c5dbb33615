import TCPState

/// Follows a single connection with the same code as ``ConnectionTracker``, but without a table of other connections.
package struct ConnectionCursor: ~Copyable {
    /// The connection's record; `nil` before the first segment.
    package private(set) var record: ConnectionRecord?
    private var holes = HoleStore()
    /// Shared by all cursors: the table never changes.
    private static let transitions = TransitionMatrix()

    private let standing: Standing?

    /// - Parameter standing: where the sequence numbers stand before the first segment; `nil` if that is not known.
    package init(standing: Standing? = nil) { self.standing = standing }

    /// Creates the record from the connection's first segment, if there is no record yet.
    private mutating func begin(with segment: TrackedSegment) {
        guard record == nil else { return }
        var fresh = ConnectionRecord(startingWith: segment)
        if let standing { fresh.resume(standing) }
        record = fresh
    }

    /// Processes the connection's next segment.
    ///
    /// - Returns: how the segment relates to the connection; `nil` where it belongs to another one, and then nothing
    ///   changes.
    package mutating func take(_ segment: TrackedSegment) -> SegmentReading? {
        guard isOwn(segment, opening: segment.opens) else { return nil }
        begin(with: segment)
        return record?.takeInFull(segment, Self.transitions, &holes)
    }

    /// Whether a segment belongs to this connection, judged by its addresses and ports and, if it is a SYN, by its ISN.
    package func isOwn(_ segment: TrackedSegment, opening: Bool) -> Bool {
        guard let key = record?.key else { return true }
        return key == segment.key && !(opening && record?.hasOtherLife(segment) ?? false)
    }

    /// Counts a captured segment that must change nothing else, such as a copy of an earlier one.
    mutating func note(_ segment: TrackedSegment) {
        begin(with: segment)
        record?.noteCaptured(segment)
    }

    /// Processes a segment that was sent but that its receiver dropped: its octets are counted, and no state changes.
    mutating func takeSent(_ segment: TrackedSegment) -> SegmentReading? {
        guard isOwn(segment, opening: segment.opens) else { return nil }
        begin(with: segment)
        return record?.takeSent(segment, Self.transitions, &holes)
    }

    /// Processes an RST that its receiver ignored.
    mutating func takeRefused(reset segment: TrackedSegment) {
        begin(with: segment)
        record?.takeRefused(reset: segment, &holes)
    }

    mutating func restore(_ state: State?, of side: Int) { record?.halves[side].state = state }

    /// How an RST's sequence number fits what its receiver expects at this moment; `nil` before the first segment.
    package func resetFit(_ segment: TrackedSegment) -> ResetFit? {
        record.map { $0.fit(ofReset: segment, from: segment.side, holes) }
    }
}

/// Where one direction's sequence numbers stood before the first packet of a capture that begins in the middle.
package struct Standing: Sendable, Equatable {
    /// The side that sends them.
    package let side: Int
    /// The number that this side sends next. The other end has acknowledged everything before it.
    package let next: SequenceNumber
    /// The other end's window, as in the header field (not scaled).
    package let window: UInt16

    /// Creates the numbers of one direction, as the first packet of the capture shows them.
    package init(side: Int, next: SequenceNumber, window: UInt16) {
        self.side = side
        self.next = next
        self.window = window
    }
}

extension ConnectionRecord {
    /// Starts both halves from the given numbers instead of from the first segment.
    fileprivate mutating func resume(_ standing: Standing) {
        let other = peer(of: standing.side)
        halves[standing.side].initialSequence = standing.next - 1
        halves[standing.side].marks.insert(.initialGuessed)
        halves[standing.side].begin(at: standing.next)
        halves[other].highestAcknowledgment = standing.next
        halves[other].marks.insert(.acknowledged)
        halves[other].window = standing.window
    }
}
