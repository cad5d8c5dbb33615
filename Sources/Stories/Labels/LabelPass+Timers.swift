/// Which timer sent something again, told by spacing and doubling when all of it is known; and what was lost.
extension LabelPass {
    mutating func settleTimers(_ side: Int) {
        let repeats = ends[side].repeats
        let mayProbe = ends[0].sackPermitted != false && ends[1].sackPermitted != false
        for series in repeats.timers.values { settle(series, mayProbe: mayProbe) }
        // Seen close to the receiver it had passed the network.
        let isNearReceiver =
            if let near = ends[1 - side].fastestAnswer, let far = ends[side].fastestAnswer { near * 4 < far } else {
                false
            }
        for (original, loss) in repeats.losses where !has(.spurious, loss.copy) {
            add(isNearReceiver ? .notTaken : .lost, to: original, evidence: loss.proof + [loss.copy])
        }
    }

    private mutating func settle(_ series: Repeats.TimerSeries, mayProbe: Bool) {
        let known = series.original.map { [$0] } ?? []
        let sent = known + series.repeats
        // From each to the next; where the original is missing, from the first time it was sent again.
        let gaps = zip(sent, sent.dropFirst()).map { elapsed($0, $1) }
        let offset = series.original == nil ? 1 : 0
        func gap(_ position: Int) -> Int64? {
            gaps.indices.contains(position - offset) ? gaps[position - offset] : nil
        }
        var first = 0
        if mayProbe, series.isTail, let one = gap(0), let two = gap(1), Self.isAlike(two, one),
            gap(2).map({ Self.isDouble($0, two) }) ?? true
        {
            // After the probe the time-out starts anew and is not doubled yet (RFC 8985 7.3).
            add(.tailLossProbe, to: series.repeats[0], evidence: known + [series.repeats[1]], original: series.original)
            first = 1
        }
        var backoffs = 0
        let isAlone = series.repeats.count == 1
        for position in first..<series.repeats.count {
            let index = series.repeats[position]
            let place = position + known.count
            if position > first, let now = gap(position), let last = gap(position - 1),
                Self.isBackedOff(now, after: last)
            {
                backoffs += 1
            }
            let before = Array(sent[max(0, place - 3)..<place])
            if isAlone, mayProbe, series.isTail {
                add(.timerRetransmission, to: index, evidence: before, original: series.original)
            } else {
                add(
                    .timeoutRetransmission, to: index, evidence: before, original: series.original,
                    ordinal: backoffs)
            }
        }
    }

    /// RFC 6298 5.5 doubles; some systems do other things the first time.
    static func isBackedOff(_ gap: Int64, after last: Int64) -> Bool { gap * 2 > last * 3 }

    private static func isAlike(_ one: Int64, _ other: Int64) -> Bool {
        one * 2 < other * 3 && other * 2 < one * 3
    }

    private static func isDouble(_ one: Int64, _ other: Int64) -> Bool {
        one * 2 > other * 3 && one * 2 < other * 5
    }
}
