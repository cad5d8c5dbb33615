import CHint
import CaptureFile
import TCPState
import TCPWire

/// The short path for most segments of any capture: data and acknowledgments between two ends that are ESTABLISHED and
/// have not sent a FIN, so that no state changes. The part of ``ConnectionRecord/takeInFull(_:_:_:)`` that applies to
/// them is computed here without branches on the kind of segment. Whether a segment carries data, whether the data is
/// new, and whether a round trip is being measured follow no pattern that branch prediction could learn, and each
/// misprediction costs as much as a quarter of the whole function.
extension ConnectionRecord {
    /// Processes one more segment if it is of that bulk: it carries the next octets or none, and has no class other
    /// than ``SegmentClass/advances``, ``SegmentClass/pureACK``, ``SegmentClass/duplicateACK`` and
    /// ``SegmentClass/endsRoundTrip``.
    ///
    /// - Returns: whether the segment was processed. If not, nothing has changed, and ``takeInFull(_:_:_:)`` must be
    ///   called.
    @inline(__always)
    mutating func takeInBulk(_ segment: TrackedSegment) -> Bool {
        let (side, other) = (segment.side, segment.side ^ 1)
        let end = segment.sequence + segment.payloadLength
        let ticks = circlingTicks(segment.time)
        guard segment.flags.intersection([.syn, .fin, .rst, .ack]) == .ack, isInBulk,
            tcplens_optimization_barrier(
                halves[side].isRare(end, of: segment) | halves[other].isRare(segment.acknowledgment)
                    | halves[0].hasLongTimer(ticks) | halves[1].hasLongTimer(ticks) | isSilenceLong(segment.time)) == 0
        else { return false }
        if lastTime < segment.time { lastTime = segment.time }
        let isPure = (segment.payloadLength == 0).bit & (segment.window == halves[side].window).bit
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

    /// 1 where no segment came for so long that no round trip can still be under measurement, or where the time went
    /// back; else 0.
    @inline(__always)
    private func isSilenceLong(_ time: Timestamp) -> UInt64 {
        // One comparison for both ends of the range: as an unsigned number, a negative one is huge.
        (UInt64(bitPattern: time.nanoseconds(since: lastTime)) >= UInt64(Self.longestRoundTrip)).bit
    }
}

extension ConnectionRecord.Traits {
    @inline(__always)
    fileprivate var isInBulk: Bool { intersection([.handshakeProved, .reflexive]) == .handshakeProved }
}

extension HalfConnection {
    /// Whether this end is ESTABLISHED, all its numbers are known and none missing, and it has sent neither FIN nor
    /// RST.
    @inline(__always)
    fileprivate var isInBulk: Bool {
        let needed: Marks = [.numbered, .acknowledged, .initialKnown, .synAcknowledged, .beyondInitial]
        return isEstablished && marks.intersection(needed.union([.fin, .gapped, .reset])) == needed
    }

    /// 1 if a segment from this end that stretches to `end` is not of the bulk: it does not begin at the next number,
    /// its numbers wrap around past the ISN, it closes or opens the window, or it acknowledges less than before; else 0.
    @inline(__always)
    fileprivate func isRare(_ end: SequenceNumber, of segment: TrackedSegment) -> UInt64 {
        let isWrapped = (end.relative(to: initialSequence) < next.relative(to: initialSequence)).bit
        return (segment.sequence != next).bit | isWrapped | (segment.window == 0).bit | (window == 0).bit
            | segment.acknowledgment.isBefore(highestAcknowledgment).bit
    }

    /// 1 if an acknowledgment of this end's numbers is not of the bulk: the numbers were never captured, or this end's
    /// window is closed, so that the segment may be a probe; else 0.
    @inline(__always)
    fileprivate func isRare(_ acknowledgment: SequenceNumber) -> UInt64 {
        acknowledgment.isAfter(next).bit | (window == 0).bit
    }

    /// 1 if a round trip is being measured that has taken too long, or that began at a later time than this segment;
    /// else 0.
    @inline(__always)
    fileprivate func hasLongTimer(_ ticks: UInt32) -> UInt64 {
        let isTiming = UInt64(truncatingIfNeeded: marks.rawValue / Marks.timing.rawValue)
        return isTiming & UInt64(truncatingIfNeeded: (ticks &- timedAt) >> 31)
    }

    /// Notes a segment that this end sent, up to `end`. Its round trip is measured if no other segment's is being
    /// measured.
    @inline(__always)
    fileprivate mutating func noteSent(_ segment: TrackedSegment, until end: SequenceNumber, at ticks: UInt32) {
        segments &+= 1
        window = segment.window
        let isNew = (segment.payloadLength > 0).bit
        let isTimed = BranchlessChoice(isNew & (marks.rawValue & Marks.timing.rawValue == 0).bit)
        next = end
        timedEnd.rawValue = isTimed(end.rawValue, else: timedEnd.rawValue)
        timedAt = isTimed(ticks, else: timedAt)
        marks.subtract(.unscaled)
        marks.formUnion(BranchlessChoice(isNew)(.timing))
    }

    /// Notes an acknowledgment that this end sent. Its number must not be lower than the highest one before.
    ///
    /// - Returns: 1 if the same number was acknowledged before, else 0.
    @inline(__always)
    fileprivate mutating func noteAcknowledging(_ number: SequenceNumber) -> UInt64 {
        let isSame = (number == highestAcknowledgment).bit
        highestAcknowledgment = number
        return isSame
    }

    /// Notes an acknowledgment that the other end sent. It must cover only numbers that were captured.
    @inline(__always)
    fileprivate mutating func noteAcknowledged(_ number: SequenceNumber, at ticks: UInt32) {
        let isTiming = UInt64(truncatingIfNeeded: marks.rawValue / Marks.timing.rawValue) & 1
        let ends = BranchlessChoice(isTiming & number.isAtOrAfter(timedEnd).bit)
        shortestRoundTrip = min(shortestRoundTrip, ends(ticks &- timedAt, else: .max))
        marks.subtract(ends(.timing))
    }
}

extension BranchlessChoice {
    /// The marks where the mask is all ones, else no marks.
    @_transparent
    fileprivate func callAsFunction(_ marks: HalfConnection.Marks) -> HalfConnection.Marks {
        HalfConnection.Marks(rawValue: marks.rawValue & UInt16(truncatingIfNeeded: mask))
    }
}
