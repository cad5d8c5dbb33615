import CaptureFile
import TCPState
import TCPWire

extension ConnectionRecord {
    /// Processes one more segment: first its numbers, then the states that follow from them.
    ///
    /// - Parameter store: where the holes of this record's directions are kept.
    @inline(never)
    @discardableResult
    mutating func takeInFull(
        _ segment: TrackedSegment, _ transitions: borrowing TransitionMatrix, _ store: inout HoleStore
    ) -> SegmentReading {
        let side = segment.side
        let ticks = noteArrival(segment, &store)
        let flags = segment.flags
        // An RST is judged by its number alone and is no part of its sender's stream (RFC 9293 3.10.7.4, the second
        // check).
        if flags.contains(.rst) {
            noteBase(segment, from: side)
            settleReset(segment, from: side, transitions, store)
            return SegmentReading()
        }
        if isSecondAnswer(segment, from: side) {
            var second = Hole(
                start: segment.sequence, end: segment.sequence + segment.sequenceLength, ticks: ticks, duplicates: 0,
                kind: .suspect)
            second.isSYN = true
            second.scaleCode = segment.scaleCode
            store.append(second, to: &halves[side].holes)
            halves[side].marks.insert(.gapped)
        } else if !isOfAnother(segment, from: side) {
            return takeOwn(segment, transitions, at: ticks, &store)
        }
        var reading = SegmentReading()
        reading.classes.insert(.stray)
        traits.insert(.oddNumbers)
        return reading
    }

    /// Counts a segment of any kind and notes its time, which is returned in ticks.
    @inline(__always)
    private mutating func noteArrival(_ segment: TrackedSegment, _ store: inout HoleStore) -> UInt32 {
        let ticks = circlingTicks(segment.time)
        giveUpTimers(at: ticks, after: segment.time.nanoseconds(since: lastTime), &store)
        if segment.time < lastTime { traits.insert(.timesGoBack) }
        advance(to: segment.time)
        if !halves[0].marks.union(halves[1].marks).isDisjoint(with: .reset) { traits.insert(.outlivesReset) }
        halves[segment.side].segments &+= 1
        return ticks
    }

    /// Processes an RST that its receiver ignored: it counts as a segment and ends nothing.
    mutating func takeRefused(reset segment: TrackedSegment, _ store: inout HoleStore) {
        _ = noteArrival(segment, &store)
        noteBase(segment, from: segment.side)
        halves[segment.side].marks.insert(.reset)
    }

    /// Processes a segment that belongs to this connection. It must not be an RST.
    @inline(__always)
    private mutating func takeOwn(
        _ segment: TrackedSegment, _ transitions: borrowing TransitionMatrix, at ticks: UInt32,
        _ store: inout HoleStore
    ) -> SegmentReading {
        let (side, flags) = (segment.side, segment.flags)
        var repeatsSYN = false
        if flags.contains(.syn) {
            repeatsSYN = noteSYN(segment, from: side, &store)
        }
        noteBase(segment, from: side)
        var reading = noteNumbers(segment, from: side, repeatsSYN: repeatsSYN, at: ticks, transitions, &store)
        if flags.contains(.ack) {
            if halves[peer(of: side)].marks.contains(.gapped) {
                settleAnswer(segment.acknowledgment, of: peer(of: side), &store)
            }
            if !handshakeProved { noteHandshake(segment, from: side) }
            noteAcknowledgment(segment, from: side, at: ticks, transitions, &store, &reading)
        }
        noteWindow(segment, of: side, &reading)
        halves[side].count(reading)
        // Data acknowledged before it was captured, and a capture that begins with probes, may look otherwise once all
        // segments are known.
        let isProbe = !reading.classes.isDisjoint(with: [.keepAlive, .windowProbe])
        if reading.found > 0 || !reading.classes.isDisjoint(with: [.stray, .invalidACK]) || isProbe && isMidstream {
            traits.insert(.oddNumbers)
        }
        let isStray = reading.classes.contains(.stray)
        if flags.contains(.fin), !flags.contains(.syn), closer == nil, !isStray { closer = side }

        settleSender(segment, side: side, isStray: isStray, transitions)
        settleReceiver(segment, from: side, to: peer(of: side), transitions, store)
        for side in 0...1 where halves[side].marks.contains(.gapped) { forgetHoles(of: side, at: ticks, &store) }
        return reading
    }

    /// Processes a segment that its receiver dropped: its numbers count as sent, its acknowledgment and its window do
    /// not count.
    mutating func takeSent(
        _ segment: TrackedSegment, _ transitions: borrowing TransitionMatrix, _ store: inout HoleStore
    ) -> SegmentReading {
        let side = segment.side
        let ticks = noteArrival(segment, &store)
        guard !segment.flags.contains(.rst) else { return SegmentReading() }
        let repeatsSYN = segment.flags.contains(.syn) && noteSYN(segment, from: side, &store)
        noteBase(segment, from: side)
        let reading = noteNumbers(segment, from: side, repeatsSYN: repeatsSYN, at: ticks, transitions, &store)
        halves[side].count(reading)
        return reading
    }

    /// Whether a segment belongs to another connection between the same two endpoints: it is a SYN-ACK with another ISN
    /// after the first one was acknowledged, or the first segment that an end sends, with an ACK that does not cover
    /// the SYN of this connection (RFC 9293 3.5, Figure 9). The method changes nothing; it is mutating, as
    /// ``isSecondAnswer(_:from:)`` is, so that the compiler does not copy the record first.
    @inline(__always)
    private mutating func isOfAnother(_ segment: TrackedSegment, from side: Int) -> Bool {
        guard segment.flags.contains(.ack) else { return false }
        if segment.flags.contains(.syn) {
            return halves[side].marks.isSuperset(of: [.initialKnown, .synAcknowledged])
                && segment.sequence != halves[side].initialSequence
        }
        guard !halves[side].marks.contains(.numbered), halves[peer(of: side)].state == .synSent else { return false }
        let number = segment.acknowledgment
        return !number.isAfter(halves[peer(of: side)].initialSequence) || number.isAfter(halves[peer(of: side)].next)
    }

    /// - Returns: whether this very SYN (or SYN-ACK) was sent before. The SYN-ACK of a simultaneous open repeats a
    ///   SYN's number, but is not the SYN again (RFC 9293 Figure 7).
    private mutating func noteSYN(_ segment: TrackedSegment, from side: Int, _ store: inout HoleStore) -> Bool {
        let other = peer(of: side)
        let sequence = segment.sequence
        let answers = segment.flags.contains(.ack)
        let isSame =
            !halves[side].marks.isDisjoint(with: [.initialKnown, .initialGuessed])
            && halves[side].initialSequence == sequence
        let isRepeat = isSame && halves[side].marks.contains(answers ? .synAck : .syn)
        halves[side].initialSequence = sequence
        if !isSame || !halves[side].marks.contains(.numbered) {
            halves[side].begin(at: sequence + 1)
            // A FIN that was captured before its end's SYN was not of this stream.
            if halves[side].marks.contains(.fin), closer == side { closer = nil }
            halves[side].marks.subtract([.timing, .gapped, .fin, .finAcknowledged])
            store.removeAll(of: &halves[side].holes)
        }
        halves[side].marks.insert(.initialKnown)
        halves[side].marks.remove(.initialGuessed)
        if answers {
            halves[side].marks.insert(.synAck)
            if !halves[other].marks.contains(.initialKnown) {
                // The SYN itself was not captured; the acknowledgment of it shows its number.
                halves[other].initialSequence = segment.acknowledgment - 1
                halves[other].marks.insert(.initialKnown)
                halves[other].marks.remove(.initialGuessed)
                halves[other].countCirclesAnew()
                if roleEvidence.isGuess {
                    roleEvidence = .synAck
                    clientSide = UInt8(truncatingIfNeeded: other)
                }
            }
            if synAckDelay < 0, halves[other].marks.contains(.syn) { noteSynAck(at: segment.time) }
        } else {
            if isReflexive
                || halves[other].marks.contains(.syn) && !halves[other].marks.contains(.synAcknowledged)
                    && !halves[side].marks.contains(.syn)
            {
                traits.insert(.simultaneousOpen)
            }
            halves[side].marks.insert(.syn)
            if roleEvidence != .syn {
                // The packets were captured out of order, or the client was guessed wrong. The SYN settles who is the
                // client; the order is settled once all segments are known.
                traits.insert(.oddNumbers)
                roleEvidence = .syn
                clientSide = UInt8(truncatingIfNeeded: side)
            }
        }
        halves[side].noteScale(segment.scaleCode)
        return isRepeat
    }

    /// Sets the ends' ISNs as far as they are not known, because the capture starts in the middle: the first number
    /// seen counts as 1, as if the SYN had come just before.
    private mutating func noteBase(_ segment: TrackedSegment, from side: Int) {
        let known: HalfConnection.Marks = [.initialKnown, .initialGuessed]
        // An RST with ACK and the number 0 answers a segment to a closed port: 0 is no number of its sender's stream.
        if segment.flags.contains(.rst), segment.flags.contains(.ack), segment.sequence.rawValue == 0 { return }
        if halves[side].marks.isDisjoint(with: known) {
            halves[side].initialSequence = segment.sequence - 1
            halves[side].marks.insert(.initialGuessed)
        }
        let other = peer(of: side)
        if segment.flags.contains(.ack), halves[other].marks.isDisjoint(with: known) {
            halves[other].initialSequence = segment.acknowledgment - 1
            halves[other].marks.insert(.initialGuessed)
        }
    }

    /// Recognizes the third segment of the handshake, by both its numbers (RFC 9293 3.5).
    private mutating func noteHandshake(_ segment: TrackedSegment, from side: Int) {
        let other = peer(of: side)
        guard !segment.flags.contains(.syn), halves[side].marks.contains(.syn), halves[other].marks.contains(.synAck),
            // Data that the SYN-ACK carried may be acknowledged together with it.
            segment.acknowledgment.isAfter(halves[other].initialSequence),
            segment.acknowledgment.isAtOrBefore(halves[other].next),
            // With Fast Open the SYN carried data, which the SYN-ACK has acknowledged (RFC 7413 4.2).
            segment.sequence == halves[side].initialSequence + 1
                || !halves[side].marks.contains(.acknowledged)
                    && segment.sequence == halves[other].highestAcknowledgment
        else { return }
        handshakeProved = true
        // An RST or FIN that was captured before belongs to an earlier attempt with the same SYN.
        (resetter, closer) = (nil, nil)
        // This end goes on, so an RST that seemed to close it did not count.
        if halves[side].state == .closed { halves[side].state = .established }
        noteHandshake(at: segment.time)
    }

    /// Whether this is a SYN-ACK with another ISN than an earlier one, and neither is acknowledged yet. The one that
    /// will be counts.
    @inline(__always)
    private mutating func isSecondAnswer(_ segment: TrackedSegment, from side: Int) -> Bool {
        segment.flags.isSuperset(of: [.syn, .ack]) && halves[side].marks.isSuperset(of: [.initialKnown, .synAck])
            && !halves[side].marks.contains(.synAcknowledged) && segment.sequence != halves[side].initialSequence
    }

    /// Restarts the stream of `side` at its second SYN-ACK, if `number` acknowledges that one.
    private mutating func settleAnswer(_ number: SequenceNumber, of side: Int, _ store: inout HoleStore) {
        guard !halves[side].marks.contains(.synAcknowledged),
            let second = store.takeSuspect(
                of: &halves[side].holes, where: { $0.isSYN && number == $0.start + 1 })
        else { return }
        store.removeAll(of: &halves[side].holes)
        halves[side].initialSequence = second.start
        halves[side].begin(at: second.end)
        halves[side].noteScale(second.scaleCode)
        if halves[side].holes == 0 { halves[side].marks.remove(.gapped) }
    }

    private mutating func noteAcknowledgment(
        _ segment: TrackedSegment, from side: Int, at ticks: UInt32, _ transitions: borrowing TransitionMatrix,
        _ store: inout HoleStore, _ reading: inout SegmentReading
    ) {
        let other = peer(of: side)
        let number = segment.acknowledgment
        if segment.payloadLength == 0, segment.flags.isDisjoint(with: [.syn, .fin]) {
            reading.classes.insert(.pureACK)
        }
        // A number that was never sent cannot be acknowledged (RFC 9293 3.10.7.4: SND.UNA < SEG.ACK =< SND.NXT).
        if halves[other].marks.contains(.numbered), number.isAfter(halves[other].next),
            !believes(acknowledgment: number, of: other, by: segment, at: ticks, transitions, &store, &reading)
        {
            reading.classes.insert(.invalidACK)
            return
        }
        noteRepeated(segment, from: side, &reading)
        guard halves[other].marks.contains(.numbered) else { return }
        if halves[other].marks.contains(.gapped) {
            let missing = store.acknowledge(number, in: &halves[other].holes, at: ticks)
            reading.missing &+= missing.numbers
            reading.missingHoles &+= missing.holes
        }
        if halves[other].marks.contains(.timing), number.isAtOrAfter(halves[other].timedEnd) {
            halves[other].marks.remove(.timing)
            reading.classes.insert(.endsRoundTrip)
            reading.roundTrip = ticks &- halves[other].timedAt
            halves[other].shortestRoundTrip = min(halves[other].shortestRoundTrip, reading.roundTrip)
        }
        if halves[other].marks.contains(.initialKnown), number.isAfter(halves[other].initialSequence) {
            halves[other].marks.insert(.synAcknowledged)
        }
        if halves[other].marks.contains(.fin), number.isAfter(halves[other].finSequence) {
            halves[other].marks.insert(.finAcknowledged)
        }
    }

    /// Notes the number that a segment acknowledges, and whether the segment is a duplicate ACK.
    private mutating func noteRepeated(_ segment: TrackedSegment, from side: Int, _ reading: inout SegmentReading) {
        let other = peer(of: side)
        let number = segment.acknowledgment
        if !halves[side].marks.contains(.acknowledged) || number.isAfter(halves[side].highestAcknowledgment) {
            halves[side].highestAcknowledgment = number
            halves[side].marks.insert(.acknowledged)
        } else if number == halves[side].highestAcknowledgment, reading.classes.contains(.pureACK),
            segment.window == halves[side].window, segment.window > 0, halves[other].marks.contains(.numbered),
            halves[other].next.isAfter(number)
        {
            reading.classes.insert(.duplicateACK)
        }
    }

    /// Notes the window that a segment offers. A segment that its receiver does not accept offers none, and the window
    /// of one that a segment with a later acknowledgment has overtaken does not count (RFC 9293 3.10.7.4, SND.WL1 and
    /// SND.WL2).
    private mutating func noteWindow(_ segment: TrackedSegment, of side: Int, _ reading: inout SegmentReading) {
        guard reading.classes.isDisjoint(with: [.stray, .invalidACK]) else { return }
        let opens = segment.flags.contains(.syn)
        if segment.window == 0, !segment.flags.contains(.fin) { reading.classes.insert(.zeroWindow) }
        if segment.flags.contains(.ack), halves[side].marks.contains(.acknowledged),
            halves[side].highestAcknowledgment.isAfter(segment.acknowledgment)
        {
            return
        }
        halves[side].noteWindow(segment.window, closes: reading.classes.contains(.zeroWindow))
        if opens { halves[side].marks.insert(.unscaled) } else { halves[side].marks.remove(.unscaled) }
    }
}

extension HalfConnection {
    /// Counts a segment of this direction by its class.
    fileprivate mutating func count(_ reading: SegmentReading) {
        let classes = reading.classes
        // Most segments have no class that is counted.
        guard !classes.isDisjoint(with: .counted) else { return }
        if classes.isSentAgain {
            retransmittedSegments &+= 1
            retransmittedBytes.addStaying(reading.octetsSentAgain)
        }
        if classes.isOutOfOrder { outOfOrderSegments &+= 1 }
        if classes.contains(.duplicateACK) { duplicateAcknowledgments &+= 1 }
        if classes.contains(.zeroWindow), zeroWindows < .max { zeroWindows &+= 1 }
    }
}
