import TCPState
import TCPWire

/// How an RST's number fits those of its receiver (RFC 9293 3.10.7.4 with RFC 5961 3.2).
package enum ResetFit {
    /// The number that is expected next; in SYN-SENT, an RST that acknowledges the SYN. The receiver closes.
    case exact
    /// Another number in the window: the receiver does not close, but answers with a challenge ACK.
    case inWindow
    /// A number outside the window: the receiver ignores the RST, which need not even come from the other end.
    case outside
    /// No number is known with which the RST's could be compared.
    case unknown
}

/// How an RST changes the states of the two ends.
extension ConnectionRecord {
    mutating func settleReset(
        _ segment: TrackedSegment, from side: Int, _ transitions: borrowing TransitionMatrix,
        _ store: borrowing HoleStore
    ) {
        let other = peer(of: side)
        halves[side].marks.insert(.reset)
        let fit = fit(ofReset: segment, from: side, store)
        if fit == .outside {
            // In a capture that begins in the middle, the numbers may turn out to be others once all segments are
            // known.
            if isMidstream { traits.insert(.oddNumbers) }
            return
        }
        // An end that sends an RST which counts has no connection any more, whatever its state was.
        halves[side].state = .closed
        if resetter == nil { resetter = side }
        if fit == .exact {
            halves[side].marks.insert(.resetAcceptable)
            if halves[other].state == nil { halves[other].state = .closed }
            move(other, .resetArrives, transitions)
        }
    }

    /// Ends the connection by an RST of `side` that the other end accepted, after `side` had already lost the
    /// connection (RFC 9293 3.5, Figure 9). An end in TIME-WAIT stays in it (RFC 1337).
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
        // An end in SYN-SENT does not know the other end's numbers yet and judges an RST by its ACK (3.10.7.3: SND.UNA
        // < SEG.ACK =< SND.NXT). An RST that comes from the end in SYN-SENT itself is judged by its number, as any
        // other.
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

    /// The window that an end last offered, in octets (scaled, RFC 7323 2.2). Where the SYNs, which tell the scale,
    /// were not both captured, it is the largest that the header field can mean.
    @inline(__always)
    package func window(of side: Int) -> UInt32 {
        guard !halves[side].marks.contains(.unscaled) else { return UInt32(halves[side].window) }
        return UInt32(halves[side].window) << UInt32(windowShift(of: side) ?? halves[side].windowScale ?? 14)
    }
}
