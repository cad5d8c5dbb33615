/// Who does what next in a ``ParallelPass``: a plan, without threads.
///
/// Each part of a file is decoded, by any worker; then confirmed, in the file's order; then tracked once for each shard, each
/// shard taking the parts in order. Any worker may do any of it, so one worker alone comes to the end as well, and a worker
/// waits only while others are at what it would need.
struct PartSchedule {
    enum Task: Equatable {
        /// Where the part before has been confirmed already, this one's start is known.
        case decode(part: Int, isStartKnown: Bool)
        /// Find out whether the part begins where the one before has ended.
        case confirm(part: Int)
        case track(part: Int, shard: Int)
        /// Until another task has been finished.
        case wait
        /// Nothing is left.
        case end
    }

    /// Parts that may be under way at once. What belongs to part `n` is kept in place `n % depth`.
    let depth: Int
    private var parts: Int
    private var nextToDecode = 0
    private var isDecoded: [Bool]
    private var confirmed = 0
    private var isConfirming = false
    /// By shard: parts that were tracked, and whether a worker is at it.
    private var tracked: [Int]
    private var isTracking: [Bool]

    /// - Parameter shards: one for each worker at least.
    init(parts: Int, shards: Int, depth: Int) {
        self.parts = parts
        self.depth = depth
        isDecoded = Array(repeating: false, count: depth)
        tracked = Array(repeating: 0, count: shards)
        isTracking = Array(repeating: false, count: shards)
    }

    /// The task that a worker takes now, its own shard before others.
    mutating func next(for worker: Int) -> Task {
        if !isConfirming, confirmed < parts, isDecoded[confirmed % depth] {
            isConfirming = true
            return .confirm(part: confirmed)
        }
        if let task = track(worker) { return task }
        let oldest = tracked.min() ?? confirmed
        if nextToDecode < parts, nextToDecode < oldest + depth {
            nextToDecode += 1
            return .decode(part: nextToDecode - 1, isStartKnown: nextToDecode - 1 == confirmed)
        }
        for shard in tracked.indices {
            if let task = track(shard) { return task }
        }
        return oldest >= parts ? .end : .wait
    }

    private mutating func track(_ shard: Int) -> Task? {
        guard !isTracking[shard], tracked[shard] < confirmed else { return nil }
        isTracking[shard] = true
        return .track(part: tracked[shard], shard: shard)
    }

    /// A task is done.
    ///
    /// - Parameter isLast: of a part that was confirmed, whether none behind it counts.
    mutating func finish(_ task: Task, isLast: Bool = false) {
        switch task {
        case .decode(let part, _): isDecoded[part % depth] = true
        case .confirm(let part):
            isDecoded[part % depth] = false
            confirmed = part + 1
            isConfirming = false
            if isLast { parts = confirmed }
        case .track(let part, let shard):
            tracked[shard] = part + 1
            isTracking[shard] = false
        case .wait, .end: break
        }
    }
}
