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
        // Into a closed window ACK, URG and RST are let through (MUST-66), the text is not.
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
        // Third, security and compartment: not carried by today's hosts.
        if segment.flags.contains(.syn) { return processSYN(segment, now: now) }
        guard processAcknowledgment(of: segment, now: now) else { return }
        processUrgentPointer(of: segment)
        processText(of: segment, now: now)
    }

    /// In SYN-RECEIVED the other end's SYN may come again: alone because our SYN-ACK was lost, or with an ACK in a
    /// simultaneous open (RFC 9293 3.5, figure 7).
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

    /// PAWS (RFC 7323 5.3 R1): what was sent before what has been received is an old duplicate.
    private mutating func passesTimestamps(_ segment: Segment, now: Instant) -> Bool {
        guard agreed.timestamps, let value = segment.options.timestamps?.value, let recent = stamps.recent,
            !segment.flags.contains(.rst), Int32(bitPattern: value &- recent) < 0
        else { return true }
        // 24 days without a segment: the clock may have gone round (RFC 7323 5.5).
        if now - stamps.recentAt > .seconds(24 * 86_400) { return true }
        noteDuplicate(segment)
        answerUnacceptable(segment, now: now, because: .oldTimestamp)
        return false
    }

    /// RFC 7323 4.3 (2), once the whole segment is known to be the other end's: a guess that only hits the window, an RST, a
    /// SYN or an ACK of what was never sent, would else move TS.Recent ahead of everything that the other end will send.
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

    /// First, the sequence number: the four cases of RFC 9293 3.4's table.
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

    /// Outside of the window.
    private mutating func refuse(_ segment: Segment, now: Instant) {
        if segment.flags.contains(.rst) { return discard(.resetOutsideWindow) }
        noteDuplicate(segment)
        if state == .timeWait, segment.flags.contains(.fin), segment.end == rcv.nxt {
            // Eighth, TIME-WAIT: a retransmitted FIN means that the ACK of it was lost.
            startTimeWaitTimer(now: now)
            transmit(flags: .ack, at: snd.nxt, kind: .acknowledgment, because: .finAgainInTimeWait)
            return discard(.finAgainInTimeWait)
        }
        answerUnacceptable(segment, now: now, because: .unacceptable)
    }

    /// <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>. Without text it may be one of a loop of such answers, and is limited; with text
    /// somebody waits for it.
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

    /// Whether the limit on answers to what cannot be right allows one more (RFC 5961 7).
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

    /// What was received before, a FIN too, is told with a DSACK (RFC 2883 4); not in TIME-WAIT, where nobody has anything to
    /// send any more that such a report could help.
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

    /// Second, the RST bit, with RFC 5961 3.2's three cases: the first was settled by the sequence number.
    private mutating func processReset(_ segment: Segment, now: Instant) {
        guard segment.sequence == rcv.nxt else { return challenge(now: now, because: .resetNotExact) }
        switch state {
        case .synReceived:
            if fastOpen.isServing {
                // The program has the connection already.
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

    /// Fourth, the SYN bit.
    private mutating func processSYN(_ segment: Segment, now: Instant) {
        if state == .synReceived, isPassive {
            return finish(.returnedToListen, because: .synInSynReceived)
        }
        challenge(now: now, because: .synInConnection)
    }
}
