import CaptureFile
import TCPState
import TCPWire

extension ConnectionRecord {
    /// Takes one more segment from `side` into account: numbers first, then the states that follow from them.
    mutating func take(
        _ segment: SegmentHeader, in frame: RawSpan, from side: Int, at time: Timestamp,
        _ transitions: borrowing TransitionMatrix
    ) {
        let other = peer(of: side)
        let flags = segment.flags
        if lastTime < time { lastTime = time }
        halves[side].segments &+= 1
        halves[side].payloadBytes &+= UInt64(segment.payloadLength)

        // An RST is judged by its number alone and stands in nobody's stream (RFC 9293 3.10.7.4, the second check).
        if flags.contains(.rst) {
            noteBase(segment, from: side)
            settleReset(segment, from: side)
            return
        }
        halves[side].window = segment.window
        var repeatsSYN = false
        if flags.contains(.syn) {
            if isStray(segment, from: side) { return }
            repeatsSYN = noteSYN(segment, in: frame, from: side, at: time)
        }
        noteBase(segment, from: side)
        noteNumbers(segment, from: side, repeatsSYN: repeatsSYN)
        if flags.contains(.ack) {
            if !handshakeProved { noteHandshake(segment, from: side, at: time) }
            noteAcknowledgment(SequenceNumber(segment.acknowledgment), from: side)
        }
        if flags.contains(.fin), closer == nil { closer = UInt8(truncatingIfNeeded: side) }

        settleSender(segment, side: side, transitions)
        settleReceiver(segment, from: side, to: other, transitions)
    }

    /// A SYN-ACK with another ISN after the first one was acknowledged: not of this connection's numbers, whatever it is.
    private func isStray(_ segment: SegmentHeader, from side: Int) -> Bool {
        segment.flags.contains(.ack) && halves[side].marks.isSuperset(of: [.initialKnown, .synAcknowledged])
            && SequenceNumber(segment.sequence) != halves[side].initialSequence
    }

    /// - Returns: whether this very SYN (or SYN-ACK) was sent before. The SYN-ACK of a simultaneous open repeats a SYN's
    ///   number, but is not the SYN again (RFC 9293 Figure 7).
    private mutating func noteSYN(
        _ segment: SegmentHeader, in frame: RawSpan, from side: Int, at time: Timestamp
    ) -> Bool {
        let other = peer(of: side)
        let sequence = SequenceNumber(segment.sequence)
        let answers = segment.flags.contains(.ack)
        let isSame =
            !halves[side].marks.isDisjoint(with: [.initialKnown, .initialGuessed])
            && halves[side].initialSequence == sequence
        let isRepeat = isSame && halves[side].marks.contains(answers ? .synAck : .syn)
        if !isSame || !halves[side].marks.contains(.numbered) {
            halves[side].next = sequence + 1
            halves[side].contiguous = sequence + 1
            halves[side].marks.insert(.numbered)
        }
        halves[side].initialSequence = sequence
        halves[side].marks.insert(.initialKnown)
        halves[side].marks.remove(.initialGuessed)
        if answers {
            halves[side].marks.insert(.synAck)
            if !halves[other].marks.contains(.initialKnown) {
                // The SYN itself was not captured; the number that acknowledges it tells what it was.
                halves[other].initialSequence = SequenceNumber(segment.acknowledgment) - 1
                halves[other].marks.insert(.initialKnown)
                halves[other].marks.remove(.initialGuessed)
                if roleEvidence.isGuess {
                    roleEvidence = .synAck
                    clientSide = UInt8(truncatingIfNeeded: other)
                }
            }
            if synAckDelay < 0, halves[other].marks.contains(.syn) {
                synAckDelay = time.nanoseconds(since: firstTime)
            }
        } else {
            if isReflexive
                || halves[other].marks.contains(.syn) && !halves[other].marks.contains(.synAcknowledged)
                    && !halves[side].marks.contains(.syn)
            {
                simultaneousOpen = true
            }
            halves[side].marks.insert(.syn)
            if roleEvidence != .syn {
                // Captured out of order, or the end that was guessed wrong: a SYN settles it.
                roleEvidence = .syn
                clientSide = UInt8(truncatingIfNeeded: side)
            }
        }
        let options = segment.synOptions(in: frame)
        halves[side].windowScale = options.windowScale ?? 255
        halves[side].maximumSegmentSize = options.maximumSegmentSize ?? 0
        return isRepeat
    }

    /// Where the capture starts in the middle, the first number seen counts as 1, as if the SYN had come just before.
    private mutating func noteBase(_ segment: SegmentHeader, from side: Int) {
        let known: Half.Marks = [.initialKnown, .initialGuessed]
        // An RST to a closed port carries no number of its own: 0, or what the other end acknowledged.
        if segment.flags.contains(.rst), segment.flags.contains(.ack), segment.sequence == 0 { return }
        if halves[side].marks.isDisjoint(with: known) {
            halves[side].initialSequence = SequenceNumber(segment.sequence) - 1
            halves[side].marks.insert(.initialGuessed)
        }
        let other = peer(of: side)
        if segment.flags.contains(.ack), halves[other].marks.isDisjoint(with: known) {
            halves[other].initialSequence = SequenceNumber(segment.acknowledgment) - 1
            halves[other].marks.insert(.initialGuessed)
        }
    }

    private mutating func noteNumbers(_ segment: SegmentHeader, from side: Int, repeatsSYN: Bool) {
        let flags = segment.flags
        let sequence = SequenceNumber(segment.sequence)
        let length = segment.sequenceLength
        let end = sequence + length
        if flags.contains(.fin), !halves[side].marks.contains(.fin) {
            halves[side].marks.insert(.fin)
            halves[side].finSequence = end - 1
        }
        guard halves[side].marks.contains(.numbered) else {
            halves[side].next = end
            halves[side].contiguous = end
            halves[side].marks.insert(.numbered)
            halves[side].streamBytes = UInt64(segment.payloadLength)
            return
        }
        let contiguous = halves[side].contiguous
        if end.isAfter(halves[side].next) {
            let advance = end.relative(to: halves[side].next)
            halves[side].streamBytes &+= UInt64(advance &- (flags.contains(.fin) ? 1 : 0))
            halves[side].next = end
        } else if length > 0, flags.contains(.syn) ? repeatsSYN : sequence.isBefore(contiguous),
            !isKeepAlive(segment, from: side)
        {
            halves[side].retransmittedSegments &+= 1
        }
        if end.isAfter(contiguous), sequence.isAtOrBefore(contiguous) { halves[side].contiguous = end }
    }

    /// The third segment of the handshake, proved by both its numbers (RFC 9293 3.5).
    private mutating func noteHandshake(_ segment: SegmentHeader, from side: Int, at time: Timestamp) {
        let other = peer(of: side)
        guard !segment.flags.contains(.syn), halves[side].marks.contains(.syn), halves[other].marks.contains(.synAck),
            SequenceNumber(segment.acknowledgment) == halves[other].initialSequence + 1,
            // With Fast Open the SYN carried data, which the SYN-ACK has acknowledged (RFC 7413 4.2).
            SequenceNumber(segment.sequence) == halves[side].initialSequence + 1
                || halves[other].segments == 1
                    && SequenceNumber(segment.sequence) == halves[other].highestAcknowledgment
        else { return }
        handshakeProved = true
        // A refusal or reset before was of an earlier try with the same SYN.
        (resetter, closer) = (nil, nil)
        handshakeDelay = time.nanoseconds(since: firstTime)
    }

    private mutating func noteAcknowledgment(_ acknowledgment: SequenceNumber, from side: Int) {
        let other = peer(of: side)
        if !halves[side].marks.contains(.acknowledged) || acknowledgment.isAfter(halves[side].highestAcknowledgment) {
            halves[side].highestAcknowledgment = acknowledgment
            halves[side].marks.insert(.acknowledged)
        }
        // What was never sent, nobody can acknowledge (RFC 9293 3.10.7.4: SND.UNA < SEG.ACK =< SND.NXT).
        guard halves[other].marks.contains(.numbered), acknowledgment.isAtOrBefore(halves[other].next) else { return }
        if acknowledgment.isAfter(halves[other].contiguous) { halves[other].contiguous = acknowledgment }
        if halves[other].marks.contains(.initialKnown), acknowledgment.isAfter(halves[other].initialSequence) {
            halves[other].marks.insert(.synAcknowledged)
        }
        if halves[other].marks.contains(.fin), acknowledgment.isAfter(halves[other].finSequence) {
            halves[other].marks.insert(.finAcknowledged)
        }
    }

    /// RFC 9293 3.8.4: one octet or none, at the number before the next.
    func isKeepAlive(_ segment: SegmentHeader, from side: Int) -> Bool {
        let other = peer(of: side)
        return segment.payloadLength <= 1 && segment.flags.isDisjoint(with: [.syn, .fin, .rst])
            && halves[side].marks.contains(.numbered) && SequenceNumber(segment.sequence) == halves[side].next - 1
            && halves[other].marks.contains(.acknowledged)
            && halves[other].highestAcknowledgment == halves[side].next
            // Into a closed window the same numbers are a probe (3.8.6.1).
            && halves[other].window > 0
    }
}
