import TCPState
import TCPWire
import Tracking

/// ICMP errors about the connection's segments (RFC 9293 3.9.2.2).
extension ConnectionStory {
    /// Puts the errors among the segments, by their packets' numbers, and says of each segment that one quotes what became of
    /// it.
    mutating func takeReports(_ errors: [ReportedError]) {
        for error in errors {
            let party = record.party(error.side)
            let before = steps.firstIndex { $0.segment.number > error.number } ?? steps.count
            // The last time that the number was sent: what went before was given up already.
            let quoted = steps[..<before].lastIndex {
                $0.sender == party && $0.segment.header.sequence == error.error.sequence && $0.isReal
            }
            let isForeign = quoted == nil && !record.hasSent(error)
            reports.append(
                Report(
                    error: error, stepsBefore: before, quoted: quoted.map { steps[$0].segment.number },
                    isForeign: isForeign, party: party))
            guard let quoted, error.verdict.isDrop else { continue }
            // What the host itself says had reached it.
            let hasReached = error.error.reporter == error.error.destination.address
            let label: SegmentLabel = hasReached ? .notTaken : .reportedDropped
            guard !steps[quoted].has(label) else { continue }
            steps[quoted].labels.removeAll { $0.label == .lost }
            steps[quoted].labels.insert(ProvedLabel(label, evidence: [error.number]), at: 0)
        }
    }
}
