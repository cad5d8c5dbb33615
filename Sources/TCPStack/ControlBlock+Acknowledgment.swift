import TCPState
import TCPWire

/// Fifth step, the ACK field (RFC 9293 3.10.7.4).
extension ControlBlock {
    /// - Returns: whether the rest of the segment is to be processed.
    mutating func processAcknowledgment(of segment: Segment, now: Instant) -> Bool {
        guard segment.flags.contains(.ack) else {
            discard(.noAcknowledgment)
            return false
        }
        if state == .synReceived {
            guard acknowledgesSYN(segment) else {
                sendReset(answering: segment, because: .badAcknowledgmentInSynReceived)
                discard(.badAcknowledgmentInSynReceived)
                return false
            }
            snd.una = iss + 1
            fastOpen.awaitsHandshake = false
            setWindow(scaled(segment), from: segment)
            enterEstablished(now: now, because: .acknowledgmentOfSYN)
            counters.octetsAcknowledged = 0
            // The retransmission timeout of data that was sent before the end of the handshake begins now.
            if !ledger.isEmpty { restartRetransmissionTimers(now: now) }
        } else if fastOpen.awaitsHandshake, segment.acknowledgment.isAfter(iss),
            segment.acknowledgment.isAtOrBefore(snd.nxt)
        {
            // The program has already closed the connection.
            snd.una = iss + 1
            fastOpen.awaitsHandshake = false
            counters.delivered += 1
            setWindow(scaled(segment), from: segment)
            restartRetransmissionTimers(now: now)
        }
        let ack = segment.acknowledgment
        if ack.isAfter(snd.nxt) {
            challenge(now: now, because: .acknowledgmentOfUnsent)
            return false
        }
        // RFC 5961 5.2: an acknowledgment that is older than the largest window was guessed by an attacker.
        if ack.isBefore(snd.una - snd.maxWindow) {
            challenge(now: now, because: .acknowledgmentTooOld)
            return false
        }
        updateRecentTimestamp(segment, now: now)
        if ack.isBefore(snd.una) {
            _ = processSACK(of: segment, acknowledged: 0..<0, now: now)
            return true
        }
        processEcho(of: segment)
        let windowBefore = snd.wnd
        let before = (una: snd.una, departed: departed)
        var acknowledged = 0..<0
        let isNew = ack.isAfter(snd.una)
        if isNew { acknowledged = advance(to: ack, segment, now: now) }
        updateWindow(from: segment, now: now)
        let hasOriginal = processSACK(of: segment, acknowledged: acknowledged, now: now)
        let isRepeated =
            !isNew && segment.text.isEmpty && !segment.flags.contains(.fin) && snd.wnd == windowBefore
        settleLossProbe(segment, isDuplicate: isRepeated)
        let isDuplicate = isRepeated && !ledger.isEmpty
        if isNew || isDuplicate { continueForwardRecovery(segment, isNew: isNew, hasOriginal: hasOriginal) }
        if isNew {
            finishRecoveryStep(acknowledged: acknowledged, reported: before.departed, segment: segment, now: now)
        } else if isDuplicate {
            countDuplicate()
        }
        // DeliveredData (RFC 9937 3): the octets that are newly known to have arrived, acknowledged or reported by
        // SACK.
        let delivered = UInt32(
            clamping: Int64(ack.relative(to: before.una)) + Int64(departed) - Int64(before.departed))
        let foundMore = detectLosses(delivered: delivered, now: now)
        reduceProportionally(delivered: delivered, isSafe: isNew && !foundMore)
        return processAcknowledgmentOfFIN(now: now)
    }

    /// Advances SND.UNA: acknowledged octets are removed from the queue (RFC 9293 3.10.7.4) and give a round-trip
    /// measurement (RFC 6298).
    private mutating func advance(to ack: SequenceNumber, _ segment: Segment, now: Instant) -> Range<Int> {
        var octets = ack.relative(to: snd.una)
        let gone = ledger.acknowledge(upTo: ack)
        counters.delivered += gone.reduce(0) { $0 + (ledger[$1].isSacked ? 0 : 1) }
        snd.una = ack
        if let finishNumber, ack.isAfter(finishNumber), octets > 0 { octets -= 1 }
        sendQueue.removeFirst(Int(octets))
        counters.octetsAcknowledged += UInt64(octets)
        if octets > 0 { act(.acknowledged(octets: octets), because: .acknowledgmentOfText) }
        if snd.up.isBefore(ack) { snd.up = ack }
        if snd.sml.isBefore(ack) { snd.sml = ack }
        unansweredSince = ledger.isEmpty ? nil : now
        measureRoundTrip(gone, segment, now: now)
        recovery.timeouts = 0
        recovery.retransmissions = 0
        roundTrip.endBackoff()
        softError = nil
        restartRetransmissionTimers(now: now)
        return gone
    }

    /// Karn's algorithm (RFC 6298 3, MUST-18): if a segment was sent twice, only a timestamp shows which copy an ACK
    /// answers.
    private mutating func measureRoundTrip(_ gone: Range<Int>, _ segment: Segment, now: Instant) {
        if !gone.isEmpty, !gone.contains(where: { ledger[$0].transmissions > 1 }) {
            roundTrip.measure(now - ledger[gone.lowerBound].sentAt)
        } else if agreed.timestamps, let echo = segment.options.timestamps?.echoReply, echo != 0 {
            let ticks = Int32(bitPattern: stamps.value(at: now) &- echo)
            if ticks >= 0, ticks < 600_000 { roundTrip.measure(.milliseconds(max(Int(ticks), 1))) }
        }
    }

    @inline(__always)
    func scaled(_ segment: Segment) -> UInt32 { UInt32(segment.window) << UInt32(snd.shift) }

    mutating func setWindow(_ window: UInt32, from segment: Segment) {
        snd.wnd = window
        snd.wl1 = segment.sequence
        snd.wl2 = segment.acknowledgment
        snd.maxWindow = max(snd.maxWindow, window)
    }

    /// SND.WL1 and SND.WL2 keep an older segment from changing the window.
    private mutating func updateWindow(from segment: Segment, now: Instant) {
        guard
            snd.wl1.isBefore(segment.sequence)
                || snd.wl1 == segment.sequence && snd.wl2.isAtOrBefore(segment.acknowledgment)
        else { return }
        let wasClosed = snd.wnd == 0
        setWindow(scaled(segment), from: segment)
        if timers.persist != nil { unansweredSince = nil }
        if snd.wnd > 0 {
            timers.persistBackoff = 0
            // Octets that may now be sent are sent at once, and not with the next probe.
            timers.persist = nil
            if wasClosed, !ledger.isEmpty { reviveAfterClosedWindow(now: now) }
        }
    }

    /// Octets that were sent into a window that had closed in the meantime were dropped by the receiver. They are sent
    /// again without the penalty of a timeout.
    private mutating func reviveAfterClosedWindow(now: Instant) {
        guard recovery.timeouts > 0 || recovery.phase == .loss else { return }
        roundTrip.endBackoff()
        // The octet that probed the window was dropped too.
        if let first = ledger.indices.first { ledger.markLost(first) }
        recovery.mustRetransmit = true
        startRetransmissionTimer(now: now)
    }

    private mutating func countDuplicate() {
        recovery.duplicates += 1
        counters.duplicateAcknowledgmentsReceived += 1
        if !agreed.selectiveAcknowledgment, recovery.departed + 1 < UInt32(truncatingIfNeeded: ledger.count) {
            recovery.departed += 1
        }
    }

    /// FIN-WAIT-1, CLOSING and LAST-ACK wait for the ACK of the FIN.
    private mutating func processAcknowledgmentOfFIN(now: Instant) -> Bool {
        guard isFinishAcknowledged else { return true }
        switch state {
        case .finWait1:
            enter(.finWait2, because: .acknowledgmentOfFIN)
            if isOrphan { startFinWait2Timer(now: now) }
        case .closing:
            enterTimeWait(now: now, because: .acknowledgmentOfFIN)
            return false
        case .lastAck:
            finish(.closed, because: .acknowledgmentOfFIN)
            return false
        default: break
        }
        return true
    }

    /// Whether our FIN has been acknowledged.
    @inline(__always)
    var isFinishAcknowledged: Bool { finishNumber.map { snd.una.isAfter($0) } ?? false }

    /// ECE reports congestion: once per round trip, the window is reduced as for a loss (RFC 3168 6.1.2).
    private mutating func processEcho(of segment: Segment) {
        guard agreed.explicitCongestionNotification, segment.flags.contains(.ece), recovery.phase == .open else {
            return
        }
        if let until = ecn.reducedUntil, segment.acknowledgment.isAtOrBefore(until) { return }
        congestion.reduceThreshold(flight: snd.nxt.relative(to: snd.una))
        congestion.enterRecovery()
        ecn.reducedUntil = snd.nxt
        ecn.owesCWR = true
        act(.setCongestionWindow(congestion.size), because: .congestionEcho)
    }
}
