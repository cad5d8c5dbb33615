// A file is divided among processors by guessing where packets start in its middle. A guess may be wrong without harm:
// whoever walks the part before comes to the true place, and a part that began elsewhere is walked again.
extension CaptureFormat {
    /// A place at or behind `offset` where a packet's record seems to start; `nil` where none is found in reach.
    package func likelyStart(in bytes: RawSpan, from offset: Int) -> Int? {
        let reach = 1 << 20
        let isPcap = kind == .pcap
        var place = isPcap ? offset : (offset &+ 3) & ~3
        let last = min(offset &+ reach, bytes.byteCount &- recordHeaderLength)
        while place <= last {
            if isPcap ? seemsRecord(in: bytes, at: place) : seemsBlock(in: bytes, at: place) { return place }
            place &+= isPcap ? 1 : 4
        }
        return nil
    }

    /// Packets (and what else is numbered) walked past so far; set to 0 for a part whose beginning is not counted yet.
    package var count: Int {
        get { numbered }
        set { numbered = newValue }
    }

    /// Changes with every section or interface that is met: what a part was walked with then no longer holds behind it.
    package var described: Int { rows.count &+ sections.count }

    /// Whether a few records in a row make sense, each where the one before ends.
    private func seemsRecord(in bytes: RawSpan, at start: Int) -> Bool {
        var place = start
        for _ in 0..<4 {
            if place == bytes.byteCount { return true }
            guard bytes.byteCount &- place >= recordHeaderLength else { return false }
            let (_, fraction, captured, original) = bytes.fourWords(at: place, swapped: swapped)
            let second: UInt32 = nanosecondsPerFraction == 1 ? 1_000_000_000 : 1_000_000
            guard fraction < second, captured > 0, captured <= original, original <= 1 << 18 else { return false }
            place &+= recordHeaderLength &+ Int(captured)
            guard place <= bytes.byteCount else { return false }
        }
        return true
    }

    /// Whether a few blocks in a row say the same length in front and behind.
    private func seemsBlock(in bytes: RawSpan, at start: Int) -> Bool {
        var place = start
        for _ in 0..<3 {
            if place == bytes.byteCount { return true }
            guard bytes.byteCount &- place >= 12 else { return false }
            let type = bytes.uint32(at: place, swapped: swapped)
            let length = Int(bytes.uint32(at: place &+ 4, swapped: swapped))
            guard type > 0, type <= 11, length >= 12, length & 3 == 0, length <= CaptureFormat.heldBlockLimit,
                length <= bytes.byteCount &- place,
                Int(bytes.uint32(at: place &+ length &- 4, swapped: swapped)) == length
            else { return false }
            place &+= length
        }
        return true
    }
}

extension CaptureReader {
    /// Goes on elsewhere in a mapped file, where a packet's record starts, `count` packets having come before it.
    package mutating func resume(at position: Int, count: Int) {
        place = position
        walk.count = count
    }
}
