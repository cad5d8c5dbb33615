import TCPState
import Tracking

/// Labels for octets that cannot belong to the stream.
extension LabelPass {
    /// Labels data beyond its sender's own FIN, and other octets than were sent with the same numbers before.
    mutating func labelStrangeText(_ index: Int, from start: Int64) {
        let fact = facts[index]
        guard fact.payloadLength > 0 else { return }
        if let fin = ends[fact.side].fin, fin < index {
            let behind = SequenceNumber(facts[fin].sequence) + facts[fin].length
            // From the FIN's own number on there can be no octets.
            if (SequenceNumber(fact.sequence) + fact.length).isAfter(behind),
                SequenceNumber(fact.sequence).isAtOrAfter(behind - 1)
            {
                add(.beyondFIN, to: index, evidence: [fin])
                return
            }
        }
        guard let first = ends[fact.side].finder.carrier(of: start), first != index, differs(index, from: first) else {
            return
        }
        add(.otherOctets, to: index, evidence: [first])
    }

    /// Whether the two segments carry different octets with the same numbers.
    private func differs(_ index: Int, from first: Int) -> Bool {
        guard !facts[first].isSYN, facts[first].artefact == nil else { return false }
        let offset = SequenceNumber(facts[index].sequence).distance(from: SequenceNumber(facts[first].sequence))
        let (here, there) = (facts[index].payload, facts[first].payload)
        guard offset >= 0, Int(offset) < there.count else { return false }
        return zip(here, there.dropFirst(Int(offset))).contains { $0 != $1 }
    }
}
