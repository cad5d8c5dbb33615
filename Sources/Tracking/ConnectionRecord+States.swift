import TCPState
import TCPWire

/// Both ends' states, concluded from the packets alone by RFC 9293's table. A segment first shows in which state its
/// sender must have been to send it, and then moves its receiver's state.
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
        // A segment without SYN comes from an end that knows both ISNs: the SYN or SYN-ACK of the other end has arrived
        // there.
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
                // This end does not acknowledge the FIN, so it has not got it: the two segments crossed, or the FIN was
                // lost.
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
            // This end repeats its SYN-ACK, so the ACK that should complete the handshake has not reached it yet.
            halves[side].state = .synReceived
        default: break
        }
    }

    /// Whether an end that seems to have left SYN-RECEIVED has sent nothing yet that proves it.
    @inline(__always)
    private func mayStillOpen(_ segment: TrackedSegment, side: Int) -> Bool {
        !simultaneousOpen && halves[side].streamBytes == 0
            && !halves[side].highestAcknowledgment.isAfter(segment.acknowledgment)
    }

    /// Whether an end in SYN-RECEIVED could not have sent this segment, so that it has left that state: its data waits
    /// until it is ESTABLISHED (RFC 9293 3.10.2), unless the SYN brought data of its own (RFC 7413). In a simultaneous
    /// open any ACK shows that the SYN-ACK has arrived.
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
        // A FIN that arrives out of order waits in the receiver's queue; the receiver's own ACK will show when it was
        // processed. A segment that was sent after the FIN arrives after it, as far as the capture shows.
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
