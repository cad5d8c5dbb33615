import TCPState
import TCPWire

/// RACK-TLP (RFC 8985): losses by time, and a probe for a lost tail.
extension ControlBlock {
    /// Steps 2 and 3: the delivered segment that was sent last, and whether segments overtake each other.
    mutating func noteDelivered(_ entry: SentLedger.Entry, by segment: Segment, now: Instant) {
        let roundTripTime = now - entry.sentAt
        if entry.transmissions > 1 {
            // Which copy was answered? Not the last one, if the echo or the time speak against it.
            if agreed.timestamps, let echo = segment.options.timestamps?.echoReply, echo != 0,
                Int32(bitPattern: echo &- stamps.value(at: entry.sentAt)) < 0
            {
                return
            }
            if let minimum = roundTrip.minimum, roundTripTime < minimum { return }
        }
        recovery.recent.roundTrip = roundTripTime
        if let sentAt = recovery.recent.sentAt,
            sentAt > entry.sentAt || sentAt == entry.sentAt && recovery.recent.end.isAtOrAfter(entry.end)
        {
        } else {
            recovery.recent.sentAt = entry.sentAt
            recovery.recent.end = entry.end
        }
        if let forward = recovery.recent.forward, entry.end.isBefore(forward) {
            if entry.transmissions == 1 { recovery.recent.reorderingSeen = true }
        } else {
            recovery.recent.forward = entry.end
        }
    }

    /// Step 4: a DSACK says that a retransmission was needless, so wait longer before the next.
    mutating func noteDuplicateReport() {
        if let probe = recovery.probe, snd.una.isAtOrAfter(probe.end) { recovery.probe = nil }
        if let round = recovery.recent.duplicateRound, snd.una.isBefore(round) { return }
        recovery.recent.duplicateRound = snd.nxt
        recovery.recent.windowFactor = min(recovery.recent.windowFactor + 1, 255)
        recovery.recent.reorderingSeen = true
    }

    private var reorderingWindow: Interval {
        if !recovery.recent.reorderingSeen {
            if recovery.phase != .open || ledger.sackedCount >= 3 { return .zero }
        }
        let quarter = (roundTrip.minimum ?? .zero) / 4 * recovery.recent.windowFactor
        return min(quarter, roundTrip.smoothed ?? quarter)
    }

    /// Step 5: what was sent long enough before something that has arrived is lost; also a retransmission.
    mutating func markByTime(now: Instant) {
        timers.reordering = nil
        guard let sentAt = recovery.recent.sentAt else { return }
        let patience = recovery.recent.roundTrip + reorderingWindow
        var wait = Interval.zero
        for index in ledger.indices {
            let entry = ledger[index]
            if entry.isSacked || entry.isLost { continue }
            guard entry.sentAt < sentAt || entry.sentAt == sentAt && entry.end.isBefore(recovery.recent.end) else {
                // Where nothing went out twice, what follows went out later still.
                if ledger.repeatedCount == 0 { break }
                continue
            }
            let left = entry.sentAt + patience - now
            if left <= .zero {
                ledger.markLost(index)
            } else {
                wait = max(wait, left)
            }
        }
        if wait > .zero { timers.reordering = now + wait }
    }

    mutating func expireReordering(now: Instant) {
        act(.expire(.reordering), because: .recentAcknowledgment)
        detectLosses(now: now)
        reduceProportionally(delivered: 0)
    }

    /// 7.2: two round trips after the last segment, or a little more for one that may wait for a delayed ACK.
    mutating func scheduleLossProbe(now: Instant) {
        guard agreed.selectiveAcknowledgment, options.usesRecentAcknowledgment, options.usesLossProbe,
            recovery.phase == .open,
            ledger.sackedLength == 0, !ledger.isEmpty, recovery.probe == nil, snd.wnd > 0,
            let smoothed = roundTrip.smoothed
        else {
            timers.lossProbe = nil
            return
        }
        let delay = smoothed * 2 + (ledger.count == 1 ? .milliseconds(200) : .milliseconds(2))
        timers.lossProbe = delay < roundTrip.timeout ? now + delay : nil
    }

    /// 7.3: new data if there is any, else the last segment once more.
    mutating func expireLossProbe(now: Instant) {
        guard let last = ledger.indices.last, recovery.probe == nil, recovery.phase == .open else { return }
        act(.expire(.lossProbe), because: .lossProbe)
        let size = min(Int(unsent), Int(effectiveSegmentSize()))
        let isNew = size > 0 && usableWindow >= size
        if isNew {
            sendNewSegment(size: size, kind: .lossProbe, because: .lossProbe, now: now)
        } else {
            let length = ledger[last].length
            let full = effectiveSegmentSize()
            if length > full { ledger.split(last, length: length - full) }
            let index = ledger.indices.upperBound - 1
            retransmit(index, limit: full, kind: .lossProbe, now: now, because: .lossProbe)
        }
        recovery.probe = RecoveryVariables.LossProbe(end: snd.nxt, isRetransmission: !isNew)
        startRetransmissionTimer(now: now)
    }

    /// 7.4: the probe filled a hole, so there was a loss, which counts like any other.
    mutating func finishLossProbe(_ segment: Segment, now: Instant) {
        guard let probe = recovery.probe, snd.una.isAtOrAfter(probe.end) else { return }
        recovery.probe = nil
        guard probe.isRetransmission, recovery.phase == .open else { return }
        let isDuplicate = segment.options.sack.first.map {
            SequenceNumber($0.left).isBefore(segment.acknowledgment)
        }
        if isDuplicate ?? false { return }
        if agreed.timestamps, let echo = segment.options.timestamps?.echoReply,
            let sentAt = recovery.recent.sentAt, Int32(bitPattern: echo &- stamps.value(at: sentAt)) < 0
        {
            return
        }
        congestion.reduceThreshold(flight: congestion.size)
        congestion.enterRecovery()
        act(.setCongestionWindow(congestion.size), because: .probeFilledHole)
    }
}
