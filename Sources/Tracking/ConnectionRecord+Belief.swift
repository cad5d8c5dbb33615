import CaptureFile
import TCPState
import TCPWire

/// Sequence numbers that are not believed until a later segment bears them out: a segment's own, or those that the
/// other end acknowledges.
extension ConnectionRecord {
    /// A jump ahead by more numbers than this, and by more than the window that the other end offers, is not believed
    /// until the next segment or an ACK bears it out.
    private static let believable: Int32 = 1 << 20

    /// Whether a number that lies `distance` beyond ``HalfConnection/next`` of `side` is further ahead than its peer
    /// can have allowed. This method and the one that it calls change nothing; both are mutating so that the compiler
    /// passes the record by reference and does not copy its 208 octets first.
    @inline(__always)
    mutating func isOutOfReach(_ distance: Int32, of side: Int) -> Bool {
        // The window is worked out only where the answer depends on it, which is nearly never.
        distance > Self.believable && isOutOfWindow(distance, of: side)
    }

    @inline(never)
    private mutating func isOutOfWindow(_ distance: Int32, of side: Int) -> Bool {
        distance > Int32(clamping: window(of: peer(of: side)))
    }

    /// Whether a segment's numbers cannot be of this stream, as far as is known.
    mutating func isStray(
        _ segment: TrackedSegment, from side: Int, at ticks: UInt32, _ transitions: borrowing TransitionMatrix,
        _ store: inout HoleStore, _ reading: inout SegmentReading
    ) -> Bool {
        let end = segment.sequence + segment.sequenceLength
        if halves[side].marks.contains(.fin) {
            // A FIN ends the stream, so a segment that carries numbers beyond it was never of this stream.
            if end.isAfter(halves[side].next) { return true }
        } else if segment.flags.contains(.fin), end.isBefore(halves[side].next),
            isAcknowledged(end + 1, of: side) || isBeforeAll(end, of: side)
        {
            // This FIN cannot end the stream: numbers beyond it have been acknowledged, or nothing that was captured
            // would remain.
            return true
        }
        if halves[side].marks.contains(.initialKnown), halves[side].lead(over: segment.sequence) > halves[side].extent {
            return true
        }
        guard isOutOfReach(segment.sequence.distance(from: halves[side].next), of: side) else { return false }
        return isFar(segment, from: side, at: ticks, transitions, &store, &reading)
    }

    /// Whether a stream that ended at `end` would contain none of the numbers captured so far.
    private mutating func isBeforeAll(_ end: SequenceNumber, of side: Int) -> Bool {
        halves[side].extent > 1 && halves[side].lead(over: end) >= halves[side].extent - 1
    }

    @inline(__always)
    private func isAcknowledged(_ number: SequenceNumber, of side: Int) -> Bool {
        let other = peer(of: side)
        return halves[other].marks.contains(.acknowledged)
            && halves[other].highestAcknowledgment.isAtOrAfter(number)
    }

    /// Whether a segment that jumps too far ahead stays unbelieved. It is kept as suspect until the next segment or an
    /// ACK bears it out. If the stream goes on from where it stood before instead, the jump was not of this stream.
    private mutating func isFar(
        _ segment: TrackedSegment, from side: Int, at ticks: UInt32, _ transitions: borrowing TransitionMatrix,
        _ store: inout HoleStore, _ reading: inout SegmentReading
    ) -> Bool {
        let start = segment.sequence
        let end = start + segment.sequenceLength
        let isFIN = segment.flags.contains(.fin)
        if halves[side].marks.contains(.gapped),
            let old = store.takeSuspect(of: &halves[side].holes, where: { !$0.isSYN })
        {
            // Numbers after a suspect FIN do not bear it out.
            let goesOn = start.isAtOrAfter(old.start) && (!old.isFIN || end.isAtOrBefore(old.end))
            if goesOn, !isOutOfReach(start.distance(from: old.end), of: side),
                accept(old, of: side, at: ticks, transitions, &store)
            {
                reading.classes.insert(.bearsOut)
                reading.borneOut = old.start
                return false
            }
        }
        var suspect = Hole(start: start, end: end, ticks: ticks, duplicates: 0, kind: .suspect)
        suspect.isFIN = isFIN
        store.append(suspect, to: &halves[side].holes)
        halves[side].noteHoles()
        return true
    }

    /// Accepts a suspect segment as part of the stream: the numbers between the stream and the segment become a hole.
    ///
    /// - Returns: false, and nothing has changed, if the stream has meanwhile gone on beyond the segment's start.
    private mutating func accept(
        _ suspect: Hole, of side: Int, at ticks: UInt32, _ transitions: borrowing TransitionMatrix,
        _ store: inout HoleStore
    ) -> Bool {
        guard suspect.start.isAtOrAfter(halves[side].next) else { return false }
        open(halves[side].next, suspect.start, of: side, .open, at: ticks, &store)
        halves[side].advance(to: suspect.end)
        guard suspect.isFIN else { return true }
        halves[side].marks.insert(.fin)
        if closer == nil { closer = side }
        move(side, .close, transitions)
        return true
    }

    /// Moves the stream's end back to `end`, because a FIN shows that the numbers after it were not of this stream.
    mutating func retreat(_ side: Int, to end: SequenceNumber, _ store: inout HoleStore) {
        if halves[side].marks.contains(.gapped) {
            _ = store.fill(end, halves[side].next, in: &halves[side].holes, before: end)
            halves[side].noteHoles()
        }
        halves[side].retreat(to: end)
    }

    /// Whether an acknowledgment of a number beyond all that `side` was seen to send is believed. If it is, the numbers
    /// up to it count as sent but not captured; or, if nothing that `side` sent was captured, its count begins there.
    mutating func believes(
        acknowledgment number: SequenceNumber, of side: Int, by segment: TrackedSegment, at ticks: UInt32,
        _ transitions: borrowing TransitionMatrix, _ store: inout HoleStore, _ reading: inout SegmentReading
    ) -> Bool {
        let marks = halves[side].marks
        guard !marks.contains(.fin), !segment.flags.contains(.syn), !isOpening(side) else {
            return false
        }
        if marks.contains(.gapped),
            let suspect = store.takeSuspect(of: &halves[side].holes, where: { !$0.isSYN })
        {
            let speaks = number.isAtOrAfter(suspect.start) && (!suspect.isFIN || number.isAtOrBefore(suspect.end))
            if speaks, !isOutOfReach(number.distance(from: suspect.end), of: side),
                accept(suspect, of: side, at: ticks, transitions, &store)
            {
                reading.classes.insert(.bearsOutOther)
                reading.borneOut = suspect.start
            } else {
                store.append(suspect, to: &halves[side].holes)
            }
        }
        let beyond = number.distance(from: halves[side].next)
        guard beyond > 0 else { return true }
        guard !isOutOfReach(beyond, of: side), !halves[side].marks.contains(.fin) else { return false }
        if !marks.contains(.initialKnown), halves[side].extent <= 1 {
            traits.insert(.oddNumbers)
            halves[side].initialSequence = number - 1
            halves[side].begin(at: number)
            return true
        }
        open(halves[side].next, number, of: side, .acknowledged, at: ticks, &store)
        halves[side].advance(to: number)
        reading.classes.insert(.acknowledgesUnseen)
        reading.missing &+= UInt32(bitPattern: beyond)
        reading.missingHoles &+= 1
        return true
    }

    /// Whether nobody has acknowledged the SYN of `side` yet, so that an ACK of later numbers belongs to an earlier
    /// connection (RFC 9293 3.5, Figure 9) or is forged.
    private func isOpening(_ side: Int) -> Bool {
        !halves[side].marks.isDisjoint(with: [.syn, .synAck]) && !halves[side].marks.contains(.synAcknowledged)
    }
}
