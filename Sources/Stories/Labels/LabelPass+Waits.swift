import TCPState
import TCPWire

/// Labels for segments that were delayed, and for what they waited.
extension LabelPass {
    /// If an answer takes this much longer than the end's fastest one, the cause is not scheduling (in nanoseconds).
    /// The ceiling is a little more than the half second that RFC 9293 3.8.6.3 allows.
    private static let delayFloor: Int64 = 25_000_000
    private static let delayCeiling: Int64 = 550_000_000
    /// An ACK this soon after a segment that it may answer does answer it, whatever the round trip; in nanoseconds.
    static let reactionFloor: Int64 = 50_000_000

    /// How long a sender's TCP takes at most to go on once it may, in nanoseconds.
    private static let promptness: Int64 = 1_000_000

    /// Labels an ACK that waited for a second segment, or for data to go with (delayed ACK, RFC 9293 3.8.6.3).
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

    /// Labels a small segment that waited for the ACK of the small one before it (Nagle's algorithm, RFC 9293 3.7.4). A
    /// program cannot wait for an ACK, so data that directly follows one, after a wait, was held back by the sender's
    /// TCP.
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
        // The data must come about one round trip after the ACK passed the capture point; if it comes sooner, the ACK
        // had not reached the sender yet.
        guard gap >= answer * 3 / 4, gap <= answer * 3 / 2 + Self.promptness, wait >= 2 * Self.promptness else {
            return
        }
        add(.nagleWait, to: index, evidence: [held, release])
    }

    /// Whether it is less than a full segment, by the receiver's maximum segment size.
    private func isSmall(_ index: Int) -> Bool {
        let fact = facts[index]
        guard let limit = ends[1 - fact.side].maximumSegmentSize, fact.payloadLength > 0 else { return false }
        return fact.payloadLength + UInt32(fact.headerLength) - 20 < UInt32(limit)
    }
}
