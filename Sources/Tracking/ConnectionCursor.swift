import TCPState

/// One connection by itself: what a tracker does for the connection of a record, without a table of others.
package struct ConnectionCursor: ~Copyable {
    /// `nil` before the first segment.
    package private(set) var record: ConnectionRecord?
    private var holes = HoleStore()
    private let transitions = TransitionMatrix()

    package init() {}

    /// Takes the next segment.
    ///
    /// - Returns: what it is to the connection; `nil` where it is of another one, which changes nothing.
    package mutating func take(_ segment: TrackedSegment) -> SegmentReading? {
        var taken = record ?? ConnectionRecord(startingWith: segment)
        if let record, record.key != segment.key || segment.opens && record.hasOtherLife(segment) { return nil }
        let reading = taken.takeInFull(segment, transitions, &holes)
        record = taken
        return reading
    }
}
