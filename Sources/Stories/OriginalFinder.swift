/// Remembers which segments of one end first carried which numbers, so that the original of a retransmission can be
/// found.
struct OriginalFinder {
    private struct Entry {
        var start: Int64
        var end: Int64
        var index: Int
    }

    /// Segments that went beyond everything before them. Their ends increase, so that a binary search is possible.
    private var leading: [Entry] = []
    /// Segments that filled a hole, by their start.
    private var filling: [Int64: Entry] = [:]

    /// The segment that first carried the number at `place`; `nil` where none did.
    func carrier(of place: Int64) -> Int? {
        if let entry = entry(at: place), entry.start <= place { return entry.index }
        return filling[place]?.index
    }

    /// The segment that carried the first of these numbers, if all of them were carried before. Otherwise `nil`, and
    /// the segment is remembered as the first.
    ///
    /// - Parameters:
    ///   - start: the place of its first number on the end's line.
    ///   - end: the place after its last number.
    mutating func original(from start: Int64, to end: Int64, index: Int) -> Int? {
        guard end > start else { return nil }
        let entry = Entry(start: start, end: end, index: index)
        guard let last = leading.last, end <= last.end else {
            leading.append(entry)
            return nil
        }
        if let found = leadingCover(entry) { return found }
        if let filler = filling[start], filler.end >= end { return filler.index }
        filling[start] = entry
        return nil
    }

    /// How many segments a retransmission may join; a limit for hostile captures.
    private static let joinLimit = 64

    private func entry(at place: Int64) -> Entry? { position(of: place).map { leading[$0] } }

    /// The index of the first leading entry that ends after `place`.
    private func position(of place: Int64) -> Int? {
        var low = 0
        var high = leading.count
        while low < high {
            let middle = (low + high) / 2
            if leading[middle].end <= place { low = middle + 1 } else { high = middle }
        }
        return low < leading.count ? low : nil
    }

    private func leadingCover(_ entry: Entry) -> Int? {
        guard let low = position(of: entry.start), leading[low].start <= entry.start else { return nil }
        var covered = entry.start
        for piece in leading[low...].prefix(Self.joinLimit) where piece.start <= covered {
            covered = piece.end
            if covered >= entry.end { return leading[low].index }
        }
        return nil
    }
}
