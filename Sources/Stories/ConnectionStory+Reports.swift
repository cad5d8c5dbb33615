import CaptureFile
import TCPState
import TCPWire
import Tracking

/// ICMP errors about the connection's segments (RFC 9293 3.9.2.2).
extension ConnectionStory {
    /// Inserts the ICMP errors among the segments, by their times, and notes on each quoted segment what became of it.
    mutating func takeReports(_ errors: [ReportedError]) {
        reports = []
        for error in errors.prefix(Self.reportLimit) { takeReport(error) }
        reportsLeftOut = max(0, errors.count - Self.reportLimit)
        reports.sort { ($0.stepsBefore, $0.error.number) < ($1.stepsBefore, $1.error.number) }
        if !reports.isEmpty, !record.isReflexive { settleLostFins() }
    }

    /// At most this many errors are examined: a limit for hostile captures.
    private static let reportLimit = 1000

    private mutating func takeReport(_ error: ReportedError) {
        let party = record.party(error.side)
        let sent = steps.indices.filter { step in
            steps[step].sender == party && steps[step].isReal
                && (steps[step].segment.time < error.time || error.isSoon(before: steps[step].segment.time))
        }
        let before =
            steps.firstIndex {
                let gap = $0.segment.time.nanoseconds(since: error.time)
                return gap > 0 || gap == 0 && $0.segment.number > error.number
            } ?? steps.count
        let (candidates, isTold) = quotable(error, among: sent)
        let quoted = candidates.last
        // A segment that was sent once and acknowledged by then had arrived. If it was sent several times, another one
        // of these may have arrived.
        let isRefuted =
            quoted.map { wasAcknowledged($0, before: before) && !(isTold && isOneOfSeveral($0, sent)) } ?? false
        let isBeyond = quoted == nil && isBeyondAll(SequenceNumber(error.error.sequence), of: sent)
        reports.append(
            Report(
                error: error, stepsBefore: max(before, quoted.map { $0 + 1 } ?? 0),
                quoted: quoted.map { steps[$0].segment.number },
                isForeign: isRefuted || isBeyond || quoted == nil && !record.hasSent(error), party: party))
        guard let quoted, !isRefuted, error.verdict.isDrop else { return }
        // If the host itself reports the error, the segment had reached it, unless its fragments were never complete
        // there.
        let hasReached =
            error.error.reporter == error.error.destination.address && error.error.reason != .reassemblyTimeExceeded
        let label: SegmentLabel = hasReached ? .notTaken : .reportedDropped
        guard !steps[quoted].has(label) else { return }
        note(.instead(ProvedLabel(label, evidence: [error.number])), of: quoted)
    }

    /// Which segments an error may quote. As `isTold`, whether more than the sequence number distinguishes them from
    /// other segments with the same number.
    private func quotable(_ error: ReportedError, among sent: [Int]) -> (steps: [Int], isTold: Bool) {
        let number = SequenceNumber(error.error.sequence)
        var candidates = sent.filter { steps[$0].segment.header.sequence == error.error.sequence }
        // A network card may have split the captured segment (segmentation offload).
        if candidates.isEmpty {
            candidates = sent.filter {
                let header = steps[$0].segment.header
                let start = SequenceNumber(header.sequence)
                return number.isAfter(start) && number.isBefore(start + header.payloadLength)
            }
            return (candidates.suffix(1), false)
        }
        var isTold = false
        func narrow(_ isIt: (SegmentHeader) -> Bool) {
            let fitting = candidates.filter { isIt(steps[$0].segment.header) }
            guard !fitting.isEmpty, fitting.count < candidates.count else { return }
            candidates = fitting
            isTold = true
        }
        if error.error.identification != 0 { narrow { $0.identification == error.error.identification } }
        narrow { UInt32($0.headerLength) + $0.payloadLength == error.error.length }
        if let acknowledgment = error.error.acknowledgment { narrow { $0.acknowledgment == acknowledgment } }
        return (candidates, isTold)
    }

    /// Whether the same numbers were sent at other times too.
    private func isOneOfSeveral(_ step: Int, _ sent: [Int]) -> Bool {
        let own = steps[step].segment.header
        return sent.contains {
            let other = steps[$0].segment.header
            return $0 != step && other.sequence == own.sequence && other.sequenceLength == own.sequenceLength
        }
    }

    /// Whether everything that a segment carries was acknowledged before a given step.
    private func wasAcknowledged(_ step: Int, before end: Int) -> Bool {
        let header = steps[step].segment.header
        let last = SequenceNumber(header.sequence) + max(header.sequenceLength, 1)
        return steps.indices[..<max(end, step)].dropFirst(step).contains { index in
            let other = steps[index].segment.header
            return steps[index].sender != steps[step].sender && other.flags.contains(.ack)
                && !steps[index].classes.contains(.invalidACK) && !steps[index].classes.contains(.stray)
                && SequenceNumber(other.acknowledgment).isAtOrAfter(last)
        }
    }

    /// Whether a number lies beyond everything that was sent by then.
    private func isBeyondAll(_ number: SequenceNumber, of sent: [Int]) -> Bool {
        sent.allSatisfy { index in
            let header = steps[index].segment.header
            return number.isAtOrAfter(SequenceNumber(header.sequence) + header.sequenceLength)
        }
    }
}

extension ConnectionStory.Report {
    /// Whether both reports are about the same error and say the same of it.
    func isTold(like other: Self) -> Bool {
        error.number == other.error.number && stepsBefore == other.stepsBefore && quoted == other.quoted
            && isForeign == other.isForeign && party == other.party
    }
}
