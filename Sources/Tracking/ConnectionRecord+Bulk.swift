import CHint
import CaptureFile
import TCPState
import TCPWire

/// The bulk of any capture: data and acknowledgments between two ends that are ESTABLISHED and have not said FIN, so that
/// the states stay as they are. What remains of ``ConnectionRecord/takeInFull(_:_:)`` is worked out here without asking what
/// kind of segment it is: the answers (is it data, is it new, is a round trip being measured) follow no pattern, and each
/// wrong guess of the processor's costs as much as a quarter of all this.
extension ConnectionRecord {
    /// Takes one more segment into account, if it is of that bulk.
    ///
    /// - Returns: whether it is; else ``takeInFull(_:_:)`` has to take it.
    @inline(__always)
    mutating func takeInBulk(_ segment: TrackedSegment) -> Bool {
        let (side, other) = (segment.side, segment.side ^ 1)
        let end = segment.sequence + segment.payloadLength
        guard segment.flags.intersection([.syn, .fin, .rst, .ack]) == .ack, isInBulk,
            halves[side].expects(end, of: segment)
        else { return false }
        if lastTime < segment.time { lastTime = segment.time }
        let ticks = circlingTicks(segment.time)
        let window = halves[side].window
        let isPure = (segment.payloadLength == 0).bit & (segment.window == window).bit
        halves[side].noteSent(segment, until: end, at: ticks)
        let isDuplicate = halves[side].noteAcknowledging(segment.acknowledgment) & isPure
        let next = halves[other].next
        halves[side].duplicateAcknowledgments &+= UInt32(
            truncatingIfNeeded: isDuplicate & next.isAfter(segment.acknowledgment).bit)
        halves[other].noteAcknowledged(segment.acknowledgment, at: ticks)
        return true
    }

    @inline(__always)
    private var isInBulk: Bool {
        traits.isInBulk && halves[0].isInBulk && halves[1].isInBulk
    }
}

extension ConnectionRecord.Traits {
    @inline(__always)
    fileprivate var isInBulk: Bool { intersection([.handshakeProved, .reflexive]) == .handshakeProved }
}

extension Half {
    /// ESTABLISHED, all numbers known, and no FIN sent.
    @inline(__always)
    fileprivate var isInBulk: Bool {
        let needed: Marks = [.numbered, .acknowledged, .initialKnown, .synAcknowledged, .beyondInitial]
        return isEstablished && marks.intersection(needed.union(.fin)) == needed
    }

    /// Whether there is nothing rare about a segment of this end's that stretches to `end`: no octets that were sent before,
    /// no full circle of the numbers, no closed window.
    @inline(__always)
    fileprivate func expects(_ end: SequenceNumber, of segment: TrackedSegment) -> Bool {
        let isOld = end.isAtOrBefore(next).bit & (segment.payloadLength > 0).bit
        let isWrapped = (end.relative(to: initialSequence) < next.relative(to: initialSequence)).bit
        return tcplens_hide(isOld | isWrapped | (segment.window == 0).bit) == 0
    }

    /// Octets up to `end`, where that is beyond ``next``; one segment at a time has its round trip measured.
    @inline(__always)
    fileprivate mutating func noteSent(_ segment: TrackedSegment, until end: SequenceNumber, at ticks: UInt32) {
        segments &+= 1
        window = segment.window
        let isNew = Choice(end.isAfter(next).bit)
        let isTimed = Choice(end.isAfter(next).bit & (marks.rawValue & Marks.timing.rawValue == 0).bit)
        next.rawValue = isNew(end.rawValue, else: next.rawValue)
        timedEnd.rawValue = isTimed(end.rawValue, else: timedEnd.rawValue)
        timedAt = isTimed(ticks, else: timedAt)
        marks.formUnion(isNew(.timing))
        let fills = Choice(end.isAfter(contiguous).bit & segment.sequence.isAtOrBefore(contiguous).bit)
        contiguous.rawValue = fills(end.rawValue, else: contiguous.rawValue)
    }

    /// An acknowledgment that this end sent.
    ///
    /// - Returns: 1 where it was given before, else 0.
    @inline(__always)
    fileprivate mutating func noteAcknowledging(_ number: SequenceNumber) -> UInt64 {
        let isSame = (number == highestAcknowledgment).bit
        let isNew = Choice(number.isAfter(highestAcknowledgment).bit)
        highestAcknowledgment.rawValue = isNew(number.rawValue, else: highestAcknowledgment.rawValue)
        return isSame
    }

    /// An acknowledgment that the other end sent. What was never sent, nobody can acknowledge.
    @inline(__always)
    fileprivate mutating func noteAcknowledged(_ number: SequenceNumber, at ticks: UInt32) {
        let isValid = number.isAtOrBefore(next).bit
        let fills = Choice(isValid & number.isAfter(contiguous).bit)
        contiguous.rawValue = fills(number.rawValue, else: contiguous.rawValue)
        let isTiming = UInt64(truncatingIfNeeded: marks.rawValue / Marks.timing.rawValue) & 1
        let ends = Choice(isValid & isTiming & number.isAtOrAfter(timedEnd).bit)
        shortestRoundTrip = min(shortestRoundTrip, ends(ticks &- timedAt, else: .max))
        marks.subtract(ends(.timing))
    }
}

extension Choice {
    /// The marks, or none.
    @_transparent
    fileprivate func callAsFunction(_ marks: Half.Marks) -> Half.Marks {
        Half.Marks(rawValue: marks.rawValue & UInt16(truncatingIfNeeded: mask))
    }
}
