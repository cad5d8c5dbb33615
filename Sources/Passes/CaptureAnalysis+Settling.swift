import CaptureFile
import Settling
import Tracking

// Judging connections in doubt, with all of their segments at hand.
extension CaptureAnalysis {
    /// What is wrong with the capture's times; `nil` unless ``settle(from:)`` has found connections in doubt.
    package var timeDisorder: TimeDisorder? { settlement?.disorder }
    /// How many connections in doubt could not be judged; 0 before ``settle(from:)``.
    public var unsettled: Int { settlement?.unsettled ?? 0 }

    /// Judges the connections in doubt: which packets were captured twice, came out of order or were not accepted, and
    /// to which connections they belong. Connections' counters, and their number, may change by it. Nothing happens if
    /// none is in doubt. No more packets can be read after this.
    ///
    /// - Parameter reader: the reader of the capture, which is read again from its start, if that is possible.
    public mutating func settle(from reader: borrowing CaptureReader) throws(CaptureError) {
        guard !isSettled, !tracker.isEvicting else { return }
        takeRest()
        isSettled = true
        defer { assignErrors() }
        if let parallel {
            let pass = secondPass(parallel.doubtfulTuples(), keepsPlaces: choice == .places)
            guard pass.isNeeded else { return }
            putInOrder(
                try pass.run(
                    over: reader, sieve: parallel.sieve(pass.tuples), find: { parallel.latest(of: $0, $1) },
                    keep: { parallel.settle($0, $1, $2, $3) }))
            return
        }
        let pass = secondPass([tracker.doubtfulTuples()], keepsPlaces: choice == .places)
        guard let own = pass.tuples[0] else { return }
        let sieve = TupleSieve(seed: seed, expecting: own.count) { tracker.hashes(of: own, $0) }
        let count = tracker.count
        let shard = lendShard()
        defer { takeBack(shard) }
        let settled = try pass.run(
            over: reader, sieve: sieve, find: { shard.tracker.latest(of: $0, $1).map { (0, $0) } },
            keep: { shard.settle($1, $2, $3) })
        putInOrder(settled, shard, of: count)
    }

    /// Does the same with the segments that were kept with their bytes. If not all were kept, nothing is judged.
    public mutating func settle() {
        guard !isSettled else { return }
        takeRest()
        isSettled = true
        defer { assignErrors() }
        guard choice.keepsBytes, leftOut == 0 else { return }
        let pass = secondPass([tracker.doubtfulTuples()], keepsPlaces: true)
        guard pass.isNeeded else { return }
        let count = tracker.count
        let shard = lendShard()
        defer { takeBack(shard) }
        let settled = pass.run(
            over: kept, find: { shard.tracker.latest(of: $0, shard.tracker.hash(of: $0)) },
            keep: { shard.settle($1, $2, $3) })
        putInOrder(settled, shard, of: count)
    }

    private func secondPass(_ tuples: [DoubtfulTuples?], keepsPlaces: Bool) -> SecondPass {
        SecondPass(
            tuples: tuples, isMeasured: isMeasuring, keepsPlaces: keepsPlaces, lastNumber: lastNumber,
            partSize: partSize)
    }

    private mutating func putInOrder(_ settled: [SettledShard], _ shard: PassShard? = nil, of count: Int = 0) {
        let unsettled = settled.reduce(0) { $0 + $1.unsettled }
        if let parallel {
            let settlement = Settlement(
                settled, unsettled: unsettled, among: parallel.count, place: { parallel.place($0) },
                firstPlace: { parallel.firstPlace($0, $1) })
            parallel.putInOrder(settlement.order)
            self.settlement = settlement
        } else if let shard {
            settlement = Settlement(
                settled, unsettled: unsettled, among: count, place: { (0, $0) },
                firstPlace: { shard.tracker.firstPlace(of: $1) })
        }
    }
}
