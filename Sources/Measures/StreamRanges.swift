/// Which octets of one direction were seen: everything up to ``contiguous``, and blocks beyond holes. Positions are octets
/// since the direction's first number, in 64 bits, so that they never come round.
struct StreamRanges: Sendable {
    /// More blocks than this do not lie apart in a real stream; a hostile one must not make them cost memory.
    static let mostBlocks = 64

    private(set) var contiguous: Int64
    /// In order, disjoint, none touching another or ``contiguous``.
    private(set) var blocks: [Range<Int64>] = []
    /// Octets in holes that were given up, and how many holes.
    private(set) var missing: Int64 = 0
    private(set) var holes = 0

    init(from start: Int64) { contiguous = start }

    /// - Returns: how many octets of `range` were not seen before.
    mutating func insert(_ range: Range<Int64>) -> Int64 {
        var range = max(range.lowerBound, contiguous)..<max(range.upperBound, contiguous)
        guard !range.isEmpty else { return 0 }
        var fresh = Int64(range.count)
        var first = blocks.count
        while first > 0, blocks[first - 1].upperBound >= range.lowerBound { first -= 1 }
        var last = first
        while last < blocks.count, blocks[last].lowerBound <= range.upperBound {
            fresh -= Int64(range.clamped(to: blocks[last]).count)
            range = min(range.lowerBound, blocks[last].lowerBound)..<max(range.upperBound, blocks[last].upperBound)
            last += 1
        }
        if range.lowerBound == contiguous {
            // Blocks between it and `contiguous` would have been touched.
            contiguous = range.upperBound
            blocks.removeSubrange(..<last)
        } else {
            blocks.replaceSubrange(first..<last, with: CollectionOfOne(range))
            if blocks.count > Self.mostBlocks { giveUp(before: blocks[0].lowerBound) }
        }
        return fresh
    }

    /// Gives up the holes below `end`: what was acknowledged was there, though it was not captured.
    mutating func giveUp(before end: Int64) {
        while contiguous < end {
            let next = blocks.first.map(\.lowerBound) ?? end
            missing += min(next, end) - contiguous
            holes += 1
            contiguous = min(next, end)
            if let block = blocks.first, block.lowerBound == contiguous {
                contiguous = block.upperBound
                blocks.removeFirst()
            }
        }
    }
}
