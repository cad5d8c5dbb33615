extension CaptureReader {
    /// How many packets (and other numbered blocks) the walk has passed so far.
    package var count: Int { walk.numbered }

    /// The file offset where the next record or block begins, after the block that is being skipped, if any. It may lie
    /// beyond the file's end.
    package var nextStart: Int { position &+ walk.skipping }

    /// A new reader of the same capture, at its start; `nil` for a stream that was not kept whole in the spool.
    package func again() throws(CaptureError) -> CaptureReader? {
        guard var input = try input.again() else { return nil }
        let (walk, place) = try input.readFileHeader()
        return CaptureReader(input: input, walk: walk, place: place)
    }

    /// A new reader of the same seekable capture, with a window of its own, which knows the sections and interfaces
    /// that this one has read.
    package func duplicate() throws(CaptureError) -> CaptureReader {
        try CaptureReader(input: input.duplicate(), walk: walk, place: input.isWhole ? place : 0)
    }

    /// Continues at another offset of a seekable capture, where a packet's record must begin.
    ///
    /// - Parameters:
    ///   - count: how many packets come before that one.
    ///   - limit: the offset after which hardly anything will be read.
    ///   - format: the description of the file that applies there; `nil` for what this reader has read so far, wherever
    ///     that was.
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

    /// Moves to an offset from `position` on where a packet's record seems to begin, and counts packets from 0 there.
    ///
    /// - Returns: false where none is found within the window.
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
