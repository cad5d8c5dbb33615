import TCPWire

/// What one end has sent again, kept because later segments may show more about it.
struct Repeats {
    struct Copy {
        var start: Int64
        var end: Int64
        var index: Int
        /// The segment that first carried the first of its numbers; `nil` where that was not captured.
        var original: Int?
        /// Its timestamp (TSval); `nil` where it has none.
        var stamp: UInt32?
    }

    /// The retransmissions by timers that start at one number.
    struct TimerSeries {
        var original: Int?
        var repeats: [Int]
        /// Whether it was the last of the data in flight.
        var isTail: Bool
        /// How many of the repetitions, from the first on, have their labels.
        var labelled = 0
        /// The index of the first repetition that is no tail loss probe, and how often the timer had been backed off
        /// when it last expired.
        var first = 0
        var backoffs = 0

        /// The first four repetitions decide which timer sent the first ones.
        static let decisive = 4
    }

    /// An original that did not arrive, as proved by a copy that was needed.
    struct Loss {
        var copy: Int
        var proof: [Int]
        /// The label that the original has because of it; `nil` if it has none.
        var label: SegmentLabel?
    }

    private var all: [Copy] = []
    /// The copies by their first number, in the order in which they were sent.
    private var byStart: [Int64: [Int]] = [:]
    /// The copies that are not acknowledged yet: a heap with the lowest start on top.
    private var waiting: [Copy] = []
    var timers: [Int64: TimerSeries] = [:]
    /// The losses, by original.
    var losses: [Int: Loss] = [:]
    /// By copy: the originals whose loss it shows.
    var lossesByCopy: [Int: [Int]] = [:]

    mutating func append(_ copy: Copy, _ stamps: TCPTimestamps?) {
        var copy = copy
        copy.stamp = stamps?.value
        all.append(copy)
        byStart[copy.start, default: []].append(copy.index)
        push(copy)
    }

    /// The retransmissions that start exactly at this number, in the order in which they were sent.
    func copies(from start: Int64) -> [Int] { byStart[start] ?? [] }

    /// How many of the latest copies are compared with a D-SACK block; a limit for hostile captures.
    private static let searchLimit = 256

    /// The latest retransmission that starts at `start`, or else one that has octets in the range.
    func last(from start: Int64, to end: Int64) -> Int? {
        byStart[start]?.last ?? all.suffix(Self.searchLimit).last { $0.start < end && start < $0.end }?.index
    }

    mutating func noteTimer(_ index: Int, from start: Int64, isTail: Bool, original: Int?) {
        timers[start, default: TimerSeries(original: original, repeats: [], isTail: isTail)].repeats.append(index)
    }

    // MARK: The heap

    /// Removes and returns the copy with the lowest start, if it starts below `place`.
    mutating func popCovered(below place: Int64) -> Copy? {
        guard let top = waiting.first, top.start < place else { return nil }
        let last = waiting.removeLast()
        guard !waiting.isEmpty else { return top }
        waiting[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [parent * 2 + 1, parent * 2 + 2] where child < waiting.count {
                if waiting[child].start < waiting[least].start { least = child }
            }
            guard least != parent else { return top }
            waiting.swapAt(parent, least)
            parent = least
        }
    }

    private mutating func push(_ copy: Copy) {
        waiting.append(copy)
        var child = waiting.count - 1
        while child > 0, waiting[child].start < waiting[(child - 1) / 2].start {
            waiting.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }
}
