import FlatMemory

// A file is divided among processors by guessing where packets start in its middle. A guess may be wrong without harm:
// whoever walks the part before comes to the true place, and a part that began elsewhere is walked again.
extension CaptureFormat {
    /// A place at or behind `offset` and before `limit` where a packet's record seems to start; `nil` where none is found in
    /// these bytes.
    package func likelyStart(in bytes: RawSpan, from offset: Int, before limit: Int) -> Int? {
        let isPcap = kind == .pcap
        // Blocks start at multiples of four octets from the file's start.
        var place = isPcap ? offset : offset &+ (-(windowStart &+ offset) & 3)
        let end = min(limit, bytes.byteCount &- records.headerLength &+ 1)
        while place < end {
            if isPcap ? seemsRecord(in: bytes, at: place) : seemsBlock(in: bytes, at: place) { return place }
            place &+= isPcap ? 1 : 4
        }
        return nil
    }

    /// Whether a few records in a row make sense, each where the one before ends.
    private func seemsRecord(in bytes: RawSpan, at start: Int) -> Bool {
        var place = start
        for _ in 0..<4 {
            guard bytes.byteCount &- place >= records.headerLength else { return place > start }
            let (_, fraction, captured, original) = bytes.fourWords(at: place, swapped: records.swapped)
            let second: UInt32 = records.nanosecondsPerFraction == 1 ? 1_000_000_000 : 1_000_000
            guard fraction < second, captured > 0, captured <= original, original <= 1 << 18 else { return false }
            place &+= records.headerLength &+ Int(captured)
        }
        return true
    }

    /// Whether a few blocks in a row say the same length in front and behind.
    private func seemsBlock(in bytes: RawSpan, at start: Int) -> Bool {
        var place = start
        for _ in 0..<3 {
            guard bytes.byteCount &- place >= 12 else { return place > start }
            let type = bytes.uint32(at: place, swapped: swapped)
            let length = Int(bytes.uint32(at: place &+ 4, swapped: swapped))
            guard type > 0, type <= 11 || BlockType.numbered.contains(type), length >= 12, length & 3 == 0,
                length <= CaptureFormat.heldBlockLimit
            else { return false }
            guard length <= bytes.byteCount &- place else { return place > start }
            guard Int(bytes.uint32(at: place &+ length &- 4, swapped: swapped)) == length else { return false }
            place &+= length
        }
        return true
    }
}

extension CaptureFormat {
    /// Sections and interfaces met so far.
    var described: Int { rows.count &+ sections.count }
}

extension CaptureReader {
    /// Packets (and what else is numbered) walked past so far.
    package var count: Int { walk.numbered }

    /// Where the next record or block starts: not within one that is being passed over. It may lie behind the file's end.
    package var nextStart: Int { position &+ walk.skipping }

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
