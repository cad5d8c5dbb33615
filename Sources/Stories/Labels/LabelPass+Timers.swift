/// Which timer sent something again, told by spacing and doubling, as far as they are known.
extension LabelPass {
    /// Says of what a timer sent again, from one number on, which timer it was; each that follows may show that anew.
    mutating func labelTimer(_ index: Int, from start: Int64, isTail: Bool, original: Int?) {
        let side = facts[index].side
        timed += 1
        ends[side].repeats.noteTimer(index, from: start, isTail: isTail, original: original)
        relabel(start, of: side)
    }

    /// Up to so many segments that timers sent are looked at again at once; more of them when the story is settled.
    static let timedHandful = 64

    /// Where the ends may send tail loss probes after all, or may not, their timers are looked at again.
    mutating func relabelTimers() {
        let mayProbe = ends[0].sackPermitted != false && ends[1].sackPermitted != false
        guard mayProbe != self.mayProbe else { return }
        self.mayProbe = mayProbe
        for side in 0...1 {
            for start in Array(ends[side].repeats.timers.keys) {
                ends[side].repeats.timers[start]?.labelled = 0
                relabel(start, of: side)
            }
        }
    }

    private mutating func relabel(_ start: Int64, of side: Int) {
        guard var series = ends[side].repeats.timers[start] else { return }
        // Which timer sent the first repeats is decided by up to two more; behind these only the last repeat needs a label.
        if series.repeats.count <= Repeats.TimerSeries.decisive { series.labelled = 0 }
        if series.labelled == 0 {
            for index in series.repeats {
                remove([.tailLossProbe, .timerRetransmission, .timeoutRetransmission], from: index)
            }
            series.backoffs = 0
            series.first = 0
            if isProbed(series) {
                // After the probe the time-out starts anew and is not doubled yet (RFC 8985 7.3).
                add(
                    .tailLossProbe, to: series.repeats[0],
                    evidence: (series.original.map { [$0] } ?? []) + [series.repeats[1]], original: series.original)
                series.first = 1
                series.labelled = 1
            }
        }
        for position in series.labelled..<series.repeats.count { label(position, of: &series) }
        series.labelled = series.repeats.count
        ends[side].repeats.timers[start] = series
    }

    /// Whether the first repetition was a tail loss probe: the next came after as long a time, and the one after it twice as
    /// late.
    private func isProbed(_ series: Repeats.TimerSeries) -> Bool {
        guard mayProbe, series.isTail, let one = gap(before: 0, in: series), let two = gap(before: 1, in: series),
            Self.isAlike(two, one)
        else { return false }
        return gap(before: 2, in: series).map { Self.isDouble($0, two) } ?? true
    }

    /// The time from the one before a repetition to it; `nil` where there is none before the first one.
    private func gap(before position: Int, in series: Repeats.TimerSeries) -> Int64? {
        guard series.repeats.indices.contains(position) else { return nil }
        let before = position > 0 ? series.repeats[position - 1] : series.original
        return before.map { elapsed($0, series.repeats[position]) }
    }

    private mutating func label(_ position: Int, of series: inout Repeats.TimerSeries) {
        let index = series.repeats[position]
        if position > series.first, let now = gap(before: position, in: series),
            let last = gap(before: position - 1, in: series), Self.isBackedOff(now, after: last)
        {
            series.backoffs += 1
        }
        let known = position < 3 ? series.original.map { [$0] } ?? [] : []
        let before = known + series.repeats[max(0, position - 3)..<position]
        if series.repeats.count == 1, mayProbe, series.isTail {
            add(.timerRetransmission, to: index, evidence: before, original: series.original)
        } else {
            add(
                .timeoutRetransmission, to: index, evidence: before, original: series.original,
                ordinal: series.backoffs)
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
