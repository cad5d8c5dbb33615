/// One connection's segments with their bytes, as a pass hands them out: all that its story is made of.
public struct StoredConnection: Sendable {
    /// In the order of the capture.
    public let segments: [StoredSegment]
    /// What the pass counted of all its segments, also of those that are not among these; `nil` where these are numbered anew,
    /// so that they are a capture of their own.
    public let record: ConnectionRecord?
    /// Whether the capture holds an earlier connection of the same endpoints, which these segments alone do not tell.
    public let reusesTuple: Bool
    /// How many of its segments, the last ones, are not among these.
    public let leftOut: Int

    /// - Parameter record: the pass's, after all the connection's segments.
    package init(segments: [StoredSegment], record: ConnectionRecord, isRenumbered: Bool = false) {
        self.segments = segments
        self.record = isRenumbered ? nil : record
        reusesTuple = record.reusesTuple
        leftOut = max(0, Int(record.client.segments) + Int(record.server.segments) - segments.count)
    }
}
