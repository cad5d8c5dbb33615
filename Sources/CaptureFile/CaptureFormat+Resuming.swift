import FlatMemory

// A file is divided among processors by guessing where packets begin in its middle. A wrong guess does no harm: whoever
// walks the part before it arrives at the true offset, and a part that was begun elsewhere is walked again.
extension CaptureFormat {
    /// An offset from `offset` on and below `limit` where a packet's record seems to begin; `nil` where none is found
    /// in these octets.
    package func likelyStart(in bytes: RawSpan, from offset: Int, before limit: Int) -> Int? {
        // Where snoop's records begin cannot be guessed; they are found only by walking.
        guard kind != .snoop else { return nil }
        let isPcap = kind == .pcap
        // Blocks begin at multiples of four octets from the file's start.
        var place = isPcap ? offset : offset &+ (-(windowStart &+ offset) & 3)
        let end = min(limit, bytes.byteCount &- records.headerLength &+ 1)
        while place < end {
            if isPcap ? seemsRecord(in: bytes, at: place) : seemsBlock(in: bytes, at: place) { return place }
            place &+= isPcap ? 1 : 4
        }
        return nil
    }

    /// Whether a few records in a row are plausible, each beginning where the one before ends.
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

    /// Whether a few blocks in a row each have the same length at their beginning and their end.
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
    /// How many sections, interfaces and concatenated files have been read so far.
    var described: Int { rows.count &+ sections.count &+ parts.count }
}
