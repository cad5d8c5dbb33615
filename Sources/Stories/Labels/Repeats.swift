import TCPWire

/// What one end sent again, for what later segments say of it.
struct Repeats {
    struct Copy {
        var start: Int64
        var end: Int64
        var index: Int
        /// The first that carried the first of its numbers; `nil` where that was not captured.
        var original: Int?
        /// Its TSval.
        var stamp: UInt32?
    }

    /// What timers sent again from one number on.
    struct TimerSeries {
        var original: Int?
        var repeats: [Int]
        /// Whether it was the last of what was outstanding.
        var isTail: Bool
        /// How many of the repeats, the first ones, have their labels.
        var labelled = 0
        /// The first that is no tail loss probe, and how often the timer had been backed off when it last fired.
        var first = 0
        var backoffs = 0

        /// The first four repeats decide which timer the first ones were of.
        static let decisive = 4
    }

    /// That an original did not arrive, as the copy's need for it proves.
    struct Loss {
        var copy: Int
        var proof: [Int]
        /// What the original is called for it, where the copy was needed.
        var label: SegmentLabel?
    }

    private var all: [Copy] = []
    /// Copies by the number they start with, in the order sent.
    private var byStart: [Int64: [Int]] = [:]
    /// Not acknowledged yet: a heap with the lowest start on top.
    private var waiting: [Copy] = []
    var timers: [Int64: TimerSeries] = [:]
    /// By original.
    var losses: [Int: Loss] = [:]
    /// The originals whose loss a copy shows.
    var lossesByCopy: [Int: [Int]] = [:]

    mutating func append(_ copy: Copy, _ stamps: TCPTimestamps?) {
        var copy = copy
        copy.stamp = stamps?.value
        all.append(copy)
        byStart[copy.start, default: []].append(copy.index)
        push(copy)
    }

    /// The segments that were sent again from exactly this number, in the order sent.
    func copies(from start: Int64) -> [Int] { byStart[start] ?? [] }

    /// How many of the last copies a DSACK block is compared with; a bound for hostile captures.
    private static let searchLimit = 256

    /// The last segment sent again that has octets in this range.
    func last(from start: Int64, to end: Int64) -> Int? {
        byStart[start]?.last ?? all.suffix(Self.searchLimit).last { $0.start < end && start < $0.end }?.index
    }

    mutating func noteTimer(_ index: Int, from start: Int64, isTail: Bool, original: Int?) {
        timers[start, default: TimerSeries(original: original, repeats: [], isTail: isTail)].repeats.append(index)
    }

    // MARK: The heap

    /// Takes out the copy with the lowest start, if it starts below `place`.
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
