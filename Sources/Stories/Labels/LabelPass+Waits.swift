import TCPState
import TCPWire

/// Segments that waited, and for what.
extension LabelPass {
    /// A wait of this much more than the end's fastest answer is no scheduling delay; the longest that RFC 9293 3.8.6.3
    /// allows is half a second. In nanoseconds.
    private static let delayFloor: Int64 = 25_000_000
    private static let delayCeiling: Int64 = 550_000_000
    /// An ACK that comes this soon after what it may answer answers it, whatever the round trip; nanoseconds.
    static let reactionFloor: Int64 = 50_000_000

    /// What a sender's TCP takes to go on once it may; nanoseconds.
    private static let promptness: Int64 = 1_000_000

    /// RFC 9293 3.8.6.3: an ACK that waited for a second segment, or for data to go with.
    mutating func labelDelayed(_ index: Int) {
        let side = facts[index].side
        guard let cause = previous, facts[cause].side != side, facts[cause].length > 0, !isRepeated[cause],
            let fastest = ends[side].fastestAnswer,
            SequenceNumber(facts[cause].sequence) + facts[cause].length
                == SequenceNumber(facts[index].acknowledgment)
        else { return }
        let wait = elapsed(cause, index)
        guard wait &- fastest >= max(Self.delayFloor, fastest / 2), wait <= Self.delayCeiling else { return }
        add(.delayedACK, to: index, evidence: [cause])
    }

    /// RFC 9293 3.7.4: a small segment that waited for the ACK of the small one before it. The program has no way to wait
    /// for an ACK, so data that follows directly on one, after a wait, was held back by the sender's TCP.
    mutating func labelNagle(_ index: Int) {
        let fact = facts[index]
        let (side, other) = (fact.side, 1 - fact.side)
        guard fact.payloadLength > 0, let release = previous, facts[release].side == other, facts[release].isPure,
            let held = ends[side].lastData, held < release, ends[side].acknowledged?.index == release,
            ends[side].acknowledged?.place == ends[side].next, ends[other].lastData.map({ $0 < held }) ?? true,
            isSmall(index), isSmall(held), let answer = ends[side].fastestAnswer
        else { return }
        let wait = elapsed(held, release)
        let gap = elapsed(release, index)
        // As long as the way to the sender and back: sooner, the ACK had not reached it yet.
        guard gap >= answer * 3 / 4, gap <= answer * 3 / 2 + Self.promptness, wait >= 2 * Self.promptness else {
            return
        }
        add(.nagleWait, to: index, evidence: [held, release])
    }

    /// Less than a full segment, by what the receiver takes.
    private func isSmall(_ index: Int) -> Bool {
        let fact = facts[index]
        guard let limit = ends[1 - fact.side].maximumSegmentSize, fact.payloadLength > 0 else { return false }
        return fact.payloadLength + UInt32(fact.headerLength) - 20 < UInt32(limit)
    }
}
