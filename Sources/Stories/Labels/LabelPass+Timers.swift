/// Labels for which timer caused a retransmission, judged by the spacing and doubling of the times, as far as they are
/// known.
extension LabelPass {
    /// Notes a retransmission by a timer, and labels all of them that start at this number: each further one may show
    /// which timer the earlier ones were sent by.
    mutating func labelTimer(_ index: Int, from start: Int64, isTail: Bool, original: Int?) {
        let side = facts[index].side
        timed += 1
        ends[side].repeats.noteTimer(index, from: start, isTail: isTail, original: original)
        relabel(start, of: side)
    }

    /// Up to this many retransmissions by timers, labels are corrected at once; with more of them only when the story
    /// is settled.
    static let timedHandful = 64

    /// Labels the timers' retransmissions again, where it turns out that the ends may send tail loss probes, or may
    /// not.
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
        // Up to two more repetitions decide which timer sent the first ones. After that only the last repetition needs
        // a label.
        if series.repeats.count <= Repeats.TimerSeries.decisive { series.labelled = 0 }
        if series.labelled == 0 {
            for index in series.repeats {
                remove([.tailLossProbe, .timerRetransmission, .timeoutRetransmission], from: index)
            }
            series.backoffs = 0
            series.first = 0
            if isProbed(series) {
                // After the probe the time-out starts again and is not doubled yet (RFC 8985 7.3).
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

    /// Whether the first repetition was a tail loss probe: the next one came after a similar time, and the one after
    /// that, if there is one, after twice that time.
    private func isProbed(_ series: Repeats.TimerSeries) -> Bool {
        guard mayProbe, series.isTail, let one = gap(before: 0, in: series), let two = gap(before: 1, in: series),
            Self.isAlike(two, one)
        else { return false }
        return gap(before: 2, in: series).map { Self.isDouble($0, two) } ?? true
    }

    /// The time from the transmission before a repetition to the repetition; `nil` if that transmission was not
    /// captured.
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

    /// Whether a timer was backed off. RFC 6298 5.5 doubles the time; some systems do otherwise the first time.
    static func isBackedOff(_ gap: Int64, after last: Int64) -> Bool { gap * 2 > last * 3 }

    private static func isAlike(_ one: Int64, _ other: Int64) -> Bool {
        one * 2 < other * 3 && other * 2 < one * 3
    }

    private static func isDouble(_ one: Int64, _ other: Int64) -> Bool {
        one * 2 > other * 3 && one * 2 < other * 5
    }
}
