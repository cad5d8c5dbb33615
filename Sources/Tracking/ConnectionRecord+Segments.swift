import CaptureFile
import TCPState
import TCPWire

extension ConnectionRecord {
    @inline(__always)
    private mutating func noteSegment(_ segment: TrackedSegment, of side: Int) {
        if lastTime < segment.time { lastTime = segment.time }
        halves[side].segments &+= 1
    }

    /// Takes one more segment into account: numbers first, then the states that follow from them.
    @inline(never)
    mutating func takeInFull(_ segment: TrackedSegment, _ transitions: borrowing TransitionMatrix) {
        let side = segment.side
        noteSegment(segment, of: side)
        let flags = segment.flags
        // An RST is judged by its number alone and stands in nobody's stream (RFC 9293 3.10.7.4, the second check).
        if flags.contains(.rst) {
            noteBase(segment, from: side)
            settleReset(segment, from: side)
            return
        }
        var repeatsSYN = false
        if flags.contains(.syn) {
            if isStray(segment, from: side) { return }
            repeatsSYN = noteSYN(segment, from: side)
        }
        noteBase(segment, from: side)
        noteNumbers(segment, from: side, repeatsSYN: repeatsSYN)
        if flags.contains(.ack) {
            if !handshakeProved { noteHandshake(segment, from: side) }
            noteAcknowledgment(segment, from: side)
        }
        noteWindow(segment, of: side)
        if flags.contains(.fin), closer == nil { closer = side }

        settleSender(segment, side: side, transitions)
        settleReceiver(segment, from: side, to: peer(of: side), transitions)
    }

    /// A SYN-ACK with another ISN after the first one was acknowledged: not of this connection's numbers, whatever it is.
    @inline(__always)
    private func isStray(_ segment: TrackedSegment, from side: Int) -> Bool {
        segment.flags.contains(.ack) && halves[side].marks.isSuperset(of: [.initialKnown, .synAcknowledged])
            && segment.sequence != halves[side].initialSequence
    }

    /// - Returns: whether this very SYN (or SYN-ACK) was sent before. The SYN-ACK of a simultaneous open repeats a SYN's
    ///   number, but is not the SYN again (RFC 9293 Figure 7).
    private mutating func noteSYN(_ segment: TrackedSegment, from side: Int) -> Bool {
        let other = peer(of: side)
        let sequence = segment.sequence
        let answers = segment.flags.contains(.ack)
        let isSame =
            !halves[side].marks.isDisjoint(with: [.initialKnown, .initialGuessed])
            && halves[side].initialSequence == sequence
        let isRepeat = isSame && halves[side].marks.contains(answers ? .synAck : .syn)
        halves[side].initialSequence = sequence
        if !isSame || !halves[side].marks.contains(.numbered) { halves[side].begin(at: sequence + 1) }
        halves[side].marks.insert(.initialKnown)
        halves[side].marks.remove(.initialGuessed)
        if answers {
            halves[side].marks.insert(.synAck)
            if !halves[other].marks.contains(.initialKnown) {
                // The SYN itself was not captured; the number that acknowledges it tells what it was.
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
                // Captured out of order, or the end that was guessed wrong: a SYN settles it.
                roleEvidence = .syn
                clientSide = UInt8(truncatingIfNeeded: side)
            }
        }
        halves[side].windowScale = segment.windowScale
        return isRepeat
    }

    /// Where the capture starts in the middle, the first number seen counts as 1, as if the SYN had come just before.
    private mutating func noteBase(_ segment: TrackedSegment, from side: Int) {
        let known: Half.Marks = [.initialKnown, .initialGuessed]
        // An RST to a closed port carries no number of its own: 0, or what the other end acknowledged.
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

    @inline(__always)
    private mutating func noteNumbers(_ segment: TrackedSegment, from side: Int, repeatsSYN: Bool) {
        let flags = segment.flags
        let sequence = segment.sequence
        let length = segment.sequenceLength
        let end = sequence + length
        guard halves[side].marks.contains(.numbered) else {
            halves[side].begin(at: end)
            if flags.contains(.fin) { halves[side].marks.insert(.fin) }
            return
        }
        let contiguous = halves[side].contiguous
        if flags.contains(.fin), !halves[side].marks.contains(.fin) {
            halves[side].marks.insert(.fin)
            // Nothing comes after a FIN: what seemed to was never of this stream.
            if end.isAtOrAfter(contiguous) { halves[side].advance(to: end) }
        } else if end.isAfter(halves[side].next) {
            if !halves[side].marks.contains(.fin) { advance(side, to: end, at: segment.time) }
        } else if length > 0 {
            noteRepetition(segment, from: side, repeatsSYN: repeatsSYN)
        }
        if end.isAfter(contiguous), sequence.isAtOrBefore(contiguous) { halves[side].contiguous = end }
    }

    /// New octets: one segment at a time has its round trip measured.
    @inline(__always)
    private mutating func advance(_ side: Int, to end: SequenceNumber, at time: Timestamp) {
        halves[side].advance(to: end)
        guard !halves[side].marks.contains(.timing) else { return }
        halves[side].marks.insert(.timing)
        halves[side].timedEnd = end
        halves[side].timedAt = circlingTicks(time)
    }

    /// Nothing but numbers that lie before the highest.
    private mutating func noteRepetition(_ segment: TrackedSegment, from side: Int, repeatsSYN: Bool) {
        let isBefore = segment.sequence.isBefore(halves[side].contiguous)
        if segment.flags.contains(.syn) ? repeatsSYN : isBefore {
            guard !isKeepAlive(segment, from: side) else { return }
            halves[side].retransmittedSegments &+= 1
            halves[side].retransmittedBytes.addStaying(segment.payloadLength)
            // Which of the two an ACK answers, nobody can tell (RFC 6298 3, Karn's algorithm).
            halves[side].marks.remove(.timing)
        } else if !segment.flags.contains(.syn) {
            halves[side].outOfOrderSegments &+= 1
        }
    }

    /// The third segment of the handshake, proved by both its numbers (RFC 9293 3.5).
    private mutating func noteHandshake(_ segment: TrackedSegment, from side: Int) {
        let other = peer(of: side)
        guard !segment.flags.contains(.syn), halves[side].marks.contains(.syn), halves[other].marks.contains(.synAck),
            segment.acknowledgment == halves[other].initialSequence + 1,
            // With Fast Open the SYN carried data, which the SYN-ACK has acknowledged (RFC 7413 4.2).
            segment.sequence == halves[side].initialSequence + 1
                || halves[other].segments == 1
                    && segment.sequence == halves[other].highestAcknowledgment
        else { return }
        handshakeProved = true
        // A refusal or reset before was of an earlier try with the same SYN.
        (resetter, closer) = (nil, nil)
        noteHandshake(at: segment.time)
    }

    @inline(__always)
    private mutating func noteAcknowledgment(_ segment: TrackedSegment, from side: Int) {
        let other = peer(of: side)
        let acknowledgment = segment.acknowledgment
        if !halves[side].marks.contains(.acknowledged) || acknowledgment.isAfter(halves[side].highestAcknowledgment) {
            halves[side].highestAcknowledgment = acknowledgment
            halves[side].marks.insert(.acknowledged)
        } else if acknowledgment == halves[side].highestAcknowledgment, segment.sequenceLength == 0,
            segment.window == halves[side].window, segment.window > 0, halves[other].next.isAfter(acknowledgment)
        {
            halves[side].duplicateAcknowledgments &+= 1
        }
        // What was never sent, nobody can acknowledge (RFC 9293 3.10.7.4: SND.UNA < SEG.ACK =< SND.NXT).
        guard halves[other].marks.contains(.numbered), acknowledgment.isAtOrBefore(halves[other].next) else { return }
        if acknowledgment.isAfter(halves[other].contiguous) { halves[other].contiguous = acknowledgment }
        if halves[other].marks.contains(.timing), acknowledgment.isAtOrAfter(halves[other].timedEnd) {
            halves[other].marks.remove(.timing)
            let elapsed = circlingTicks(segment.time) &- halves[other].timedAt
            if elapsed < halves[other].shortestRoundTrip { halves[other].shortestRoundTrip = elapsed }
        }
        if halves[other].marks.contains(.synAcknowledged), !halves[other].marks.contains(.fin) { return }
        if halves[other].marks.contains(.initialKnown), acknowledgment.isAfter(halves[other].initialSequence) {
            halves[other].marks.insert(.synAcknowledged)
        }
        if halves[other].marks.contains(.fin), acknowledgment.isAfter(halves[other].finSequence) {
            halves[other].marks.insert(.finAcknowledged)
        }
    }

    @inline(__always)
    private mutating func noteWindow(_ segment: TrackedSegment, of side: Int) {
        halves[side].window = segment.window
        if segment.window == 0, halves[side].zeroWindows < .max, segment.flags.isDisjoint(with: [.syn, .fin]) {
            halves[side].zeroWindows &+= 1
        }
    }

    /// RFC 9293 3.8.4: one octet or none, at the number before the next.
    @inline(__always)
    func isKeepAlive(_ segment: TrackedSegment, from side: Int) -> Bool {
        let other = peer(of: side)
        return segment.payloadLength <= 1 && segment.flags.isDisjoint(with: [.syn, .fin, .rst])
            && halves[side].marks.contains(.numbered) && segment.sequence == halves[side].next - 1
            && halves[other].marks.contains(.acknowledged)
            && halves[other].highestAcknowledgment == halves[side].next
            // Into a closed window the same numbers are a probe (3.8.6.1).
            && halves[other].window > 0
    }
}
