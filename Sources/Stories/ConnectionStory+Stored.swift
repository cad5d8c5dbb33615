import Tracking

extension ConnectionStory {
    /// The story of what a pass has kept or fetched of a connection.
    ///
    /// - Returns: `nil` where there are no segments, or they are not of one connection.
    public init?(_ connection: StoredConnection) {
        self.init(segments: connection.segments, reusesTuple: connection.reusesTuple)
        guard let record = connection.record else { return }
        self.record = record
        leftOut = connection.leftOut
        // What comes behind the last of these segments, hindsight has not seen.
        if leftOut > 0 { settled = record }
    }
}
