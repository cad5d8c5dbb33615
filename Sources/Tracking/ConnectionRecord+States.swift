import TCPState
import TCPWire

/// Both ends' states from the packets alone, by RFC 9293's table. A segment tells first of its sender, who must have been
/// in a state to send it, then moves its receiver.
extension ConnectionRecord {
    mutating func settleSender(
        _ segment: TrackedSegment, side: Int, isStray: Bool, _ transitions: borrowing TransitionMatrix
    ) {
        let other = peer(of: side)
        let flags = segment.flags
        if flags.contains(.syn) {
            settleOpening(segment, side: side)
            return
        }
        // A segment with no SYN comes from an end that knows both numbers: whatever it answers has arrived there.
        switch halves[side].state {
        case nil, .listen, .synSent: halves[side].state = .established
        case .closed where halves[side].segments == 1: halves[side].state = .established
        case .synReceived where isPastSynReceived(segment, side: side): halves[side].state = .established
        default: break
        }
        if halves[other].marks.contains(.fin), halves[side].marks.contains(.acknowledged) {
            if halves[side].highestAcknowledgment.isAfter(halves[other].finSequence) {
                move(side, .finArrives, transitions)
            } else if halves[side].state == .closeWait {
                // It would acknowledge the FIN if it had got it: the two crossed, or the FIN was lost.
                halves[side].state = .established
            }
        }
        if flags.contains(.fin), !isStray { move(side, .close, transitions) }
    }

    private mutating func settleOpening(_ segment: TrackedSegment, side: Int) {
        switch (segment.flags.contains(.ack), halves[side].state) {
        case (false, nil), (false, .closed), (false, .listen):
            halves[side].state = .synSent
        case (true, nil), (true, .closed), (true, .listen), (true, .synSent):
            halves[side].state = .synReceived
        case (true, .established) where mayStillOpen(segment, side: side),
            (true, .closeWait) where mayStillOpen(segment, side: side):
            // It repeats its SYN-ACK, so the ACK that was to complete the handshake had not reached it.
            halves[side].state = .synReceived
        default: break
        }
    }

    /// Whether the end that seems to have gone on from SYN-RECEIVED shows nothing yet that it has.
    @inline(__always)
    private func mayStillOpen(_ segment: TrackedSegment, side: Int) -> Bool {
        !simultaneousOpen && halves[side].streamBytes == 0
            && !halves[side].highestAcknowledgment.isAfter(segment.acknowledgment)
    }

    /// Whether an end in SYN-RECEIVED could not have sent this: its data waits until it is ESTABLISHED (RFC 9293 3.10.2),
    /// unless the SYN brought data of its own (RFC 7413). Of a simultaneous open any ACK tells that the SYN-ACK came.
    @inline(__always)
    private func isPastSynReceived(_ segment: TrackedSegment, side: Int) -> Bool {
        let other = peer(of: side)
        guard segment.flags.contains(.ack) else { return false }
        if halves[other].marks.contains(.synAck) { return true }
        let mayAnswerSYN = halves[other].streamBytes > 0 && !halves[other].marks.contains(.acknowledged)
        guard !mayAnswerSYN else { return false }
        return segment.sequenceLength > 0
            || halves[other].marks.contains(.initialKnown)
                && segment.acknowledgment.isAfter(halves[other].initialSequence + 1)
    }

    mutating func settleReceiver(
        _ segment: TrackedSegment, from side: Int, to other: Int, _ transitions: borrowing TransitionMatrix,
        _ store: borrowing HoleStore
    ) {
        let flags = segment.flags
        let acknowledgment = segment.acknowledgment
        if flags.contains(.syn) {
            if flags.contains(.ack) {
                let coversSYN =
                    halves[other].marks.contains(.initialKnown)
                    && acknowledgment.isAfter(halves[other].initialSequence)
                    && (!halves[other].marks.contains(.numbered) || acknowledgment.isAtOrBefore(halves[other].next))
                if coversSYN { move(other, .synAckArrives, transitions) }
            } else if halves[other].state == .synSent {
                move(other, .synArrives, transitions)
            }
            return
        }
        // Out of order, a FIN waits in the receiver's queue: the receiver's own ACK will tell when it counted. What was
        // sent after it arrives after it, as far as the capture tells.
        let finPassed =
            halves[side].marks.contains(.fin)
            && (halves[side].holes == 0 || store.firstMissing(in: halves[side].holes) == nil)
        if finPassed, segment.sequence.isAfter(halves[side].finSequence) {
            move(other, .finArrives, transitions)
        }
        if flags.contains(.ack) {
            if halves[other].marks.contains(.synAcknowledged) { move(other, .ackOfSynArrives, transitions) }
            if halves[other].marks.contains(.finAcknowledged) { move(other, .ackOfFinArrives, transitions) }
        }
        if finPassed, flags.contains(.fin) { move(other, .finArrives, transitions) }
    }

    @inline(__always)
    mutating func move(_ side: Int, _ event: Event, _ transitions: borrowing TransitionMatrix) {
        guard let state = halves[side].state else { return }
        halves[side].state = transitions.next(state, event)
    }
}
