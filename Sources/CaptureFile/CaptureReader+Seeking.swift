extension CaptureReader {
    /// Packets (and what else is numbered) walked past so far.
    package var count: Int { walk.numbered }

    /// Where the next record or block starts: not within one that is being passed over. It may lie behind the file's end.
    package var nextStart: Int { position &+ walk.skipping }

    /// Another reader of the same capture, at its start; `nil` of a stream of which not all was spooled.
    package func again() throws(CaptureError) -> CaptureReader? {
        guard var input = try input.again() else { return nil }
        let (walk, place) = try input.readFileHeader()
        return CaptureReader(input: input, walk: walk, place: place)
    }

    /// Another reader of the same seekable capture, with a window of its own, that has met what this one has.
    package func duplicate() throws(CaptureError) -> CaptureReader {
        try CaptureReader(input: input.duplicate(), walk: walk, place: input.isWhole ? place : 0)
    }

    /// Goes on elsewhere in a seekable capture, where a packet's record starts, `count` packets having come before it.
    ///
    /// - Parameters:
    ///   - limit: nothing much behind it will be asked for.
    ///   - format: what is known of the file there; `nil` for what this reader has met, wherever that was.
    package mutating func seek(
        to position: Int, count: Int, until limit: Int = .max, describedBy format: CaptureFormat? = nil
    ) {
        if let format { walk = format }
        walk.numbered = count
        walk.skipping = 0
        ending = nil
        if input.isWhole {
            place = position
        } else {
            input.seek(to: position, until: limit)
            walk.windowStart = position
            place = 0
        }
    }

    /// Goes to a place at or behind `position` where a packet's record seems to start, and counts packets from 0 there.
    ///
    /// - Returns: false where none is found within reach.
    package mutating func seekLikelyStart(
        from position: Int, until limit: Int, describedBy format: CaptureFormat
    ) throws(CaptureError) -> Bool {
        seek(to: position, count: 0, until: limit, describedBy: format)
        if !input.isWhole { _ = try input.fill(atLeast: CaptureInput.windowSize) }
        let end = limit &- walk.windowStart
        guard let found = walk.likelyStart(in: input.window.bytes, from: place, before: end) else { return false }
        place = found
        return true
    }
}
