import TCPState

/// One connection by itself: what a tracker does for the connection of a record, without a table of others.
package struct ConnectionCursor: ~Copyable {
    /// `nil` before the first segment.
    package private(set) var record: ConnectionRecord?
    private var holes = HoleStore()
    /// Shared by all cursors: the table never changes.
    private static let transitions = TransitionMatrix()

    private let standing: Standing?

    /// - Parameter standing: where the numbers stand before the first segment, where that is known.
    package init(standing: Standing? = nil) { self.standing = standing }

    /// Makes the record, before the first segment.
    private mutating func begin(with segment: TrackedSegment) {
        guard record == nil else { return }
        var fresh = ConnectionRecord(startingWith: segment)
        if let standing { fresh.resume(standing) }
        record = fresh
    }

    /// Takes the next segment.
    ///
    /// - Returns: what it is to the connection; `nil` where it is of another one, which changes nothing.
    package mutating func take(_ segment: TrackedSegment) -> SegmentReading? {
        guard isOwn(segment, opening: segment.opens) else { return nil }
        begin(with: segment)
        return record?.takeInFull(segment, Self.transitions, &holes)
    }

    /// Whether a segment is of this connection, as far as its tuple and its SYN tell.
    package func isOwn(_ segment: TrackedSegment, opening: Bool) -> Bool {
        guard let key = record?.key else { return true }
        return key == segment.key && !(opening && record?.hasOtherLife(segment) ?? false)
    }

    /// Counts a segment that changes nothing.
    mutating func note(_ segment: TrackedSegment) {
        begin(with: segment)
        record?.noteCaptured(segment)
    }

    /// Takes a segment that was sent and not taken: it tells of its sender alone.
    mutating func takeSent(_ segment: TrackedSegment) -> SegmentReading? {
        guard isOwn(segment, opening: segment.opens) else { return nil }
        begin(with: segment)
        return record?.takeSent(segment, Self.transitions, &holes)
    }

    /// Takes an RST that its receiver did not.
    mutating func takeRefused(reset segment: TrackedSegment) {
        begin(with: segment)
        record?.takeRefused(reset: segment, &holes)
    }

    mutating func restore(_ state: State?, of side: Int) { record?.halves[side].state = state }

    /// How an RST would meet its receiver now.
    package func resetFit(_ segment: TrackedSegment) -> ResetFit? {
        record.map { $0.fit(ofReset: segment, from: segment.side, holes) }
    }
}

/// Where a direction's numbers stand before a capture that begins in the middle.
package struct Standing: Sendable, Equatable {
    /// The side that sends them.
    package let side: Int
    /// The number that comes next, up to which all has been acknowledged.
    package let next: SequenceNumber
    /// The other end's window.
    package let window: UInt16

    /// The numbers of one direction, as the first packet of the capture shows them.
    package init(side: Int, next: SequenceNumber, window: UInt16) {
        self.side = side
        self.next = next
        self.window = window
    }
}

extension ConnectionRecord {
    /// Goes on where the numbers stand.
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
