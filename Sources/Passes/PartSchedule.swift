/// Decides which worker does what next in a ``ParallelPass``. It is a plan only and uses no threads.
///
/// Each part of a file is first decoded, by any worker; then confirmed, in the file's order; then tracked once for each
/// shard, where each shard takes the parts in order. Any worker may do any of this, so that even a single worker would
/// finish, and a worker waits only while others do what it depends on.
struct PartSchedule {
    enum Task: Equatable {
        /// Decode a part. Its start is known only if the part before it has been confirmed already.
        case decode(part: Int, isStartKnown: Bool)
        /// Check that the part begins where the one before it ended.
        case confirm(part: Int)
        case track(part: Int, shard: Int)
        /// Wait until another task is finished.
        case wait
        /// Stop: nothing is left to do.
        case end
    }

    /// How many parts may be in progress at once. The data of part `n` is stored at index `n % depth`.
    let depth: Int
    private var parts: Int
    private var nextToDecode = 0
    private var isDecoded: [Bool]
    private var confirmed = 0
    private var isConfirming = false
    /// By shard: how many parts were tracked, and whether a worker is tracking one now.
    private var tracked: [Int]
    private var isTracking: [Bool]

    /// - Parameter shards: must be at least the number of workers.
    init(parts: Int, shards: Int, depth: Int) {
        self.parts = parts
        self.depth = depth
        isDecoded = Array(repeating: false, count: depth)
        tracked = Array(repeating: 0, count: shards)
        isTracking = Array(repeating: false, count: shards)
    }

    /// The next task for a worker. Work for its own shard comes before other shards' work.
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

    /// Notes that a task is finished.
    ///
    /// - Parameter isLast: for a part that was confirmed, whether the parts after it do not count.
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
