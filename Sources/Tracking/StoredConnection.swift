/// One connection's segments with their bytes, as a pass hands them out: all that its story is made of.
public struct StoredConnection: Sendable {
    /// In the order of the capture.
    public let segments: [StoredSegment]
    /// Whether the capture holds an earlier connection of the same endpoints, which these segments alone do not tell.
    public let reusesTuple: Bool

    public init(segments: [StoredSegment], reusesTuple: Bool = false) {
        self.segments = segments
        self.reusesTuple = reusesTuple
    }
}
