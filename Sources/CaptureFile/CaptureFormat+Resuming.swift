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
