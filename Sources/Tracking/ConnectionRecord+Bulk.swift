import CHint
import CaptureFile
import TCPState
import TCPWire

/// The bulk of any capture: data and acknowledgments between two ends that are ESTABLISHED and have not said FIN, so that the
/// states stay as they are. What remains of ``ConnectionRecord/takeInFull(_:_:_:)`` is worked out here without branches on the
/// kind of segment: whether it is data, whether it is new, whether a round trip is being measured follows no pattern, and each
/// mispredicted branch costs as much as a quarter of the whole function.
extension ConnectionRecord {
    /// Takes one more segment into account, if it is of that bulk: the next octets or none, no other class than
    /// ``SegmentClass/advances``, ``SegmentClass/pureACK``, ``SegmentClass/duplicateACK`` and ``SegmentClass/endsRoundTrip``.
    ///
    /// - Returns: whether it is; else ``takeInFull(_:_:_:)`` has to take it.
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

    /// 1 where nothing came for so long that no round trip can have been going on, or the time went back.
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
    /// ESTABLISHED, all numbers known, nothing missing, no FIN and no RST sent.
    @inline(__always)
    fileprivate var isInBulk: Bool {
        let needed: Marks = [.numbered, .acknowledged, .initialKnown, .synAcknowledged, .beyondInitial]
        return isEstablished && marks.intersection(needed.union([.fin, .gapped, .reset])) == needed
    }

    /// 1 where there is something rare about a segment of this end's that stretches to `end`: other numbers than the next, a
    /// full circle of the numbers, a window that it closes or opens, less acknowledged than before.
    @inline(__always)
    fileprivate func isRare(_ end: SequenceNumber, of segment: TrackedSegment) -> UInt64 {
        let isWrapped = (end.relative(to: initialSequence) < next.relative(to: initialSequence)).bit
        return (segment.sequence != next).bit | isWrapped | (segment.window == 0).bit | (window == 0).bit
            | segment.acknowledgment.isBefore(highestAcknowledgment).bit
    }

    /// 1 where there is something rare about an acknowledgment of this end's numbers: they were never seen, or this end's
    /// window is closed, so that a probe may come.
    @inline(__always)
    fileprivate func isRare(_ acknowledgment: SequenceNumber) -> UInt64 {
        acknowledgment.isAfter(next).bit | (window == 0).bit
    }

    /// 1 where a round trip is being measured that has taken too long, or began later.
    @inline(__always)
    fileprivate func hasLongTimer(_ ticks: UInt32) -> UInt64 {
        let isTiming = UInt64(truncatingIfNeeded: marks.rawValue / Marks.timing.rawValue)
        return isTiming & UInt64(truncatingIfNeeded: (ticks &- timedAt) >> 31)
    }

    /// Octets up to `end`; one segment at a time has its round trip measured.
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

    /// An acknowledgment that this end sent, of no less than before.
    ///
    /// - Returns: 1 where it was given before, else 0.
    @inline(__always)
    fileprivate mutating func noteAcknowledging(_ number: SequenceNumber) -> UInt64 {
        let isSame = (number == highestAcknowledgment).bit
        highestAcknowledgment = number
        return isSame
    }

    /// An acknowledgment that the other end sent, of numbers that were.
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
