import TCPState
import TCPWire

/// How an RST's number fits those of its receiver (RFC 9293 3.10.7.4 with RFC 5961 3.2).
package enum ResetFit {
    /// Exactly the number expected next; in SYN-SENT, the SYN acknowledged. The receiver closes.
    case exact
    /// Elsewhere in the window: the receiver only asks back with an ACK.
    case inWindow
    /// The receiver ignores it, and it need not even come from the other end.
    case outside
    /// No number is known to compare it with.
    case unknown
}

/// What an RST does to the two ends.
extension ConnectionRecord {
    mutating func settleReset(
        _ segment: TrackedSegment, from side: Int, _ transitions: borrowing TransitionMatrix,
        _ store: borrowing HoleStore
    ) {
        let other = peer(of: side)
        halves[side].marks.insert(.reset)
        let fit = fit(ofReset: segment, from: side, store)
        if fit == .outside {
            // Where the numbers stand in a capture that begins in the middle, hindsight may see otherwise.
            if isMidstream { traits.insert(.oddNumbers) }
            return
        }
        // Whatever it was in, an end that sends an RST which counts has no connection any more.
        halves[side].state = .closed
        if resetter == nil { resetter = side }
        if fit == .exact {
            halves[side].marks.insert(.resetAcceptable)
            if halves[other].state == nil { halves[other].state = .closed }
            move(other, .resetArrives, transitions)
        }
    }

    /// Ends it by an RST that its other end still took, when the one that sent it knew nothing of it any more (RFC 9293 3.5,
    /// Figure 9). TIME-WAIT is left as it is (RFC 1337).
    package mutating func end(byResetOf side: Int) {
        let other = peer(of: side)
        halves[side].marks.insert([.reset, .resetAcceptable])
        if resetter == nil { resetter = side }
        for end in [side, other] where halves[end].state != .timeWait { halves[end].state = .closed }
    }

    func fit(ofReset segment: TrackedSegment, from side: Int, _ store: borrowing HoleStore) -> ResetFit {
        let other = peer(of: side)
        let sequence = segment.sequence
        let acknowledgment = segment.acknowledgment
        // An end that has sent its SYN and knows nothing of the other goes by the ACK (3.10.7.3: SND.UNA < SEG.ACK =<
        // SND.NXT). An RST from the one that sent the SYN itself is judged by the number, as any other.
        if halves[other].state == .synSent {
            let covers =
                segment.flags.contains(.ack) && acknowledgment.isAfter(halves[other].initialSequence)
                && acknowledgment.isAtOrBefore(halves[other].next)
            return covers ? .exact : .outside
        }
        let isNumbered = halves[side].marks.contains(.numbered)
        let isAcknowledged = halves[other].marks.contains(.acknowledged)
        let contiguous = store.firstMissing(in: halves[side].holes) ?? halves[side].next
        if isNumbered, sequence == halves[side].next || sequence == contiguous { return .exact }
        if isAcknowledged, sequence == halves[other].highestAcknowledgment { return .exact }
        guard isNumbered || isAcknowledged else { return .unknown }
        let expected = isAcknowledged ? halves[other].highestAcknowledgment : contiguous
        return sequence.isInWindow(from: expected, size: window(of: other)) ? .inWindow : .outside
    }

    /// The window that an end last offered, scaled (RFC 7323 2.2); the largest it can mean where not both SYNs were captured,
    /// which tell the scale.
    @inline(__always)
    package func window(of side: Int) -> UInt32 {
        guard !halves[side].marks.contains(.unscaled) else { return UInt32(halves[side].window) }
        return UInt32(halves[side].window) << UInt32(windowShift(of: side) ?? halves[side].windowScale ?? 14)
    }
}
