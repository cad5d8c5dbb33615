import CaptureFile
import Settling
import Tracking

// Judging what is in doubt, with all of its segments at hand.
extension CaptureAnalysis {
    /// What the capture's times turned out to be, and how many connections could not be judged; `nil` before
    /// ``settle(from:)`` has found any in doubt.
    package var timeDisorder: TimeDisorder? { settlement?.disorder }
    public var unsettled: Int { settlement?.unsettled ?? 0 }

    /// Judges the connections in doubt: what was captured twice, out of order, not taken; which connections they are. Numbers
    /// and the number of connections may change by it. Nothing is done where none is in doubt.
    ///
    /// - Parameter reader: what was read; it is read once more from its start, where it can be.
    public mutating func settle(from reader: borrowing CaptureReader) throws(CaptureError) {
        settlement = nil
        guard !tracker.isEvicting else { return }
        takeRest()
        let pass = SecondPass(
            tuples: parallel?.doubtfulTuples() ?? [tracker.doubtfulTuples()], isMeasured: isMeasuring,
            keepsPlaces: choice == .places, lastNumber: lastNumber)
        guard pass.isNeeded else { return }
        if let parallel {
            settlement = try pass.run(
                over: reader, sieve: parallel.sieve(pass.tuples), find: { parallel.latest(of: $0, $1) })
        } else {
            let sieve = TupleSieve(seed: seed, expecting: pass.tuples[0]?.count ?? 0) { body in
                if let own = pass.tuples[0] { tracker.hashes(of: own, body) }
            }
            settlement = try pass.run(
                over: reader, sieve: sieve, find: { tracker.latest(of: $0, $1).map { (0, $0) } })
        }
        putInOrder(pass)
    }

    /// The same out of the segments that were kept with their bytes; where not all were, nothing is judged.
    public mutating func settle() {
        settlement = nil
        takeRest()
        guard choice.keepsBytes, leftOut == 0 else { return }
        let pass = SecondPass(
            tuples: [tracker.doubtfulTuples()], isMeasured: isMeasuring, keepsPlaces: true, lastNumber: lastNumber)
        guard pass.isNeeded else { return }
        settlement = pass.run(over: kept) { segment in tracker.latest(of: segment, tracker.hash(of: segment)) }
        putInOrder(pass)
    }

    private func putInOrder(_ pass: SecondPass) {
        settlement?.putInOrder(
            passCount, number: { passRecord($0).firstNumber },
            isReplaced: { index in
                if let parallel {
                    let (shard, own) = parallel.place(index)
                    return pass.isJudged(own, of: shard)
                }
                return pass.isJudged(index, of: 0)
            })
    }
}
