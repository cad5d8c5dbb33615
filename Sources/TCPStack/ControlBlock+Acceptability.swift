import TCPState
import TCPWire

/// SEGMENT ARRIVES in SYN-RECEIVED and everything after it (RFC 9293 3.10.7.4): the eight steps in their order.
extension ControlBlock {
    mutating func arriveInConnection(_ segment: Segment, now: Instant) {
        guard state == .synReceived, segment.flags.contains(.syn) else { return arriveInSequence(segment, now: now) }
        var settled = segment
        if !answersSYNWithSYN(&settled, now: now) { arriveInSequence(settled, now: now) }
    }

    private mutating func arriveInSequence(_ segment: Segment, now: Instant) {
        guard passesTimestamps(segment, now: now) else { return }
        if isAcceptable(segment) { return process(segment, now: now) }
        // While the window is closed, ACK, URG and RST are processed all the same (MUST-66), but the text is not.
        guard rcv.wnd == 0, segment.sequence == rcv.nxt, !segment.flags.contains(.syn) else {
            return refuse(segment, now: now)
        }
        var stripped = segment
        stripped.text = []
        stripped.flags.remove(.fin)
        if !stripped.flags.contains(.rst) {
            acknowledgeNow(.zeroWindow)
            discard(.zeroWindow)
        }
        process(stripped, now: now)
    }

    private mutating func process(_ segment: Segment, now: Instant) {
        lastHeard = now
        timers.unansweredProbes = 0
        if segment.flags.contains(.rst) { return processReset(segment, now: now) }
        // Third step, security and compartment: today's hosts do not send them.
        if segment.flags.contains(.syn) { return processSYN(segment, now: now) }
        guard processAcknowledgment(of: segment, now: now) else { return }
        processUrgentPointer(of: segment)
        processText(of: segment, now: now)
    }

    /// In SYN-RECEIVED, the other end's SYN may arrive again: without an ACK because our SYN-ACK was lost, or with one
    /// in a simultaneous open (RFC 9293 3.5, figure 7).
    private mutating func answersSYNWithSYN(_ segment: inout Segment, now: Instant) -> Bool {
        guard segment.flags.contains(.syn), !segment.flags.contains(.rst), segment.sequence == irs else {
            return false
        }
        if segment.flags.contains(.ack) {
            guard acknowledgesSYN(segment) else { return false }
            segment.flags.remove(.syn)
            segment.sequence = rcv.nxt
            acknowledgeNow(.synAckInSynReceived)
            return false
        }
        guard mayChallenge(now: now) else {
            discard(.challengeLimited)
            return true
        }
        counters.retransmissions += 1
        sendSYN(answering: true, kind: .retransmission, because: .synAgainInSynReceived)
        discard(.synAgainInSynReceived)
        return true
    }

    /// PAWS (RFC 7323 5.3 R1): a segment that was sent before one that has been received already is an old duplicate.
    private mutating func passesTimestamps(_ segment: Segment, now: Instant) -> Bool {
        guard agreed.timestamps, let value = segment.options.timestamps?.value, let recent = stamps.recent,
            !segment.flags.contains(.rst), Int32(bitPattern: value &- recent) < 0
        else { return true }
        // After 24 days without a segment the timestamp clock may have wrapped around (RFC 7323 5.5).
        if now - stamps.recentAt > .seconds(24 * 86_400) { return true }
        noteDuplicate(segment)
        answerUnacceptable(segment, now: now, because: .oldTimestamp)
        return false
    }

    /// Updates TS.Recent (RFC 7323 4.3 (2)). Must be called only when the whole segment is known to be from the other
    /// end. Otherwise a forged segment that only happens to lie in the window, such as an RST, a SYN, or an ACK of
    /// octets that were never sent, could set TS.Recent ahead of everything that the other end will send.
    mutating func updateRecentTimestamp(_ segment: Segment, now: Instant) {
        guard agreed.timestamps, let value = segment.options.timestamps?.value,
            segment.sequence.isAtOrBefore(stamps.lastAcknowledgment)
        else { return }
        if let recent = stamps.recent, Int32(bitPattern: value &- recent) < 0,
            now - stamps.recentAt <= .seconds(24 * 86_400)
        {
            return
        }
        stamps.recent = value
        stamps.recentAt = now
    }

    /// First step, the sequence number: the four cases of the table in RFC 9293 3.4.
    @inline(__always)
    private func isAcceptable(_ segment: Segment) -> Bool {
        switch (segment.length, rcv.wnd) {
        case (0, 0): segment.sequence == rcv.nxt
        case (0, _): segment.sequence.isInWindow(from: rcv.nxt, size: rcv.wnd)
        case (_, 0): false
        default:
            segment.sequence.isInWindow(from: rcv.nxt, size: rcv.wnd)
                || (segment.end - 1).isInWindow(from: rcv.nxt, size: rcv.wnd)
                || segment.sequence.isBefore(rcv.nxt) && segment.end.isAfter(rcv.edge)
        }
    }

    /// Answers a segment that lies outside of the window.
    private mutating func refuse(_ segment: Segment, now: Instant) {
        if segment.flags.contains(.rst) { return discard(.resetOutsideWindow) }
        noteDuplicate(segment)
        if state == .timeWait, segment.flags.contains(.fin), segment.end == rcv.nxt {
            // Eighth step, in TIME-WAIT: a retransmitted FIN means that our ACK of it was lost.
            startTimeWaitTimer(now: now)
            transmit(flags: .ack, at: snd.nxt, kind: .acknowledgment, because: .finAgainInTimeWait)
            return discard(.finAgainInTimeWait)
        }
        answerUnacceptable(segment, now: now, because: .unacceptable)
    }

    /// Answers with <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>. A segment without text may be such an answer itself, in a loop
    /// of them, so the answers to those are limited; for a segment with text, the sender waits for an answer.
    mutating func answerUnacceptable(_ segment: Segment, now: Instant, because reason: Rule) {
        if segment.length > 0 && !segment.flags.contains(.syn) || mayChallenge(now: now) {
            let kind: Transmission =
                segment.text.isEmpty ? .challengeAcknowledgment : .duplicateAcknowledgment
            transmit(flags: .ack, at: snd.nxt, kind: kind, because: reason)
            discard(reason)
        } else {
            discard(.challengeLimited)
        }
    }

    /// Whether the limit on challenge ACKs allows another one (RFC 5961 7).
    mutating func mayChallenge(now: Instant) -> Bool {
        if let lastChallenge, now - lastChallenge < options.challengeInterval { return false }
        lastChallenge = now
        return true
    }

    mutating func challenge(now: Instant, because reason: Rule) {
        guard mayChallenge(now: now) else { return discard(.challengeLimited) }
        counters.challenges += 1
        transmit(flags: .ack, at: snd.nxt, kind: .challengeAcknowledgment, because: reason)
        discard(reason)
    }

    /// Whether the segment repeats text, or a FIN, that was received before. This is reported with a DSACK (RFC 2883
    /// 4), except in TIME-WAIT, where the other end has nothing left to send for which the report could help.
    @inline(__always)
    func isDuplicate(_ segment: Segment) -> Bool {
        segment.length > 0 && !segment.flags.contains(.syn) && segment.sequence.isBefore(rcv.nxt)
    }

    mutating func noteDuplicate(_ segment: Segment) {
        guard isDuplicate(segment), state != .timeWait else { return }
        counters.duplicatesReceived += 1
        let right = segment.end.isBefore(rcv.nxt) ? segment.end : rcv.nxt
        acknowledgment.duplicate = SACKBlock(left: segment.sequence.rawValue, right: right.rawValue)
    }

    /// Second step, the RST bit, with the three cases of RFC 5961 3.2; the check of the sequence number has already
    /// settled the first of them.
    private mutating func processReset(_ segment: Segment, now: Instant) {
        guard segment.sequence == rcv.nxt else { return challenge(now: now, because: .resetNotExact) }
        switch state {
        case .synReceived:
            if fastOpen.isServing {
                // The connection was already handed to the program.
                finish(.reset, because: .resetInSynReceived)
            } else if isPassive {
                finish(.returnedToListen, because: .resetInSynReceived)
            } else {
                finish(.refused, because: .resetInSynReceived)
            }
        case .closing, .lastAck, .timeWait: finish(.closed, because: .resetWhileClosing)
        default: finish(.reset, because: .resetExact)
        }
    }

    /// Fourth step, the SYN bit.
    private mutating func processSYN(_ segment: Segment, now: Instant) {
        if state == .synReceived, isPassive {
            return finish(.returnedToListen, because: .synInSynReceived)
        }
        challenge(now: now, because: .synInConnection)
    }
}
