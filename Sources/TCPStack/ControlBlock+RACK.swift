import TCPState
import TCPWire

/// RACK-TLP (RFC 8985): detection of losses by time, and probes for the loss of the last segments.
extension ControlBlock {
    /// Steps 2 and 3: notes the most recently sent segment that has been delivered, and whether segments overtake each
    /// other.
    mutating func noteDelivered(_ entry: SentLedger.Entry, by segment: Segment, now: Instant) {
        let roundTripTime = now - entry.sentAt
        if entry.transmissions > 1 {
            // It must be known which copy was answered: not the last one, if the echoed timestamp or the time
            // contradict that.
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
            if entry.transmissions == 1 {
                recovery.recent.reorderingSeen = true
                let distance = forward.relative(to: entry.start)
                let degree = (Int(distance) + Int(congestion.segmentSize) - 1) / Int(congestion.segmentSize)
                recovery.recent.reorderingDegree = min(max(recovery.recent.reorderingDegree, degree), 300)
            }
        } else {
            recovery.recent.forward = entry.end
        }
    }

    /// Step 4: a DSACK reports that a retransmission was needless, so the reordering window is increased: at most once
    /// per round trip, and until sixteen recoveries have passed without a DSACK.
    mutating func noteDuplicateReport(_ report: SACKBlock) {
        counters.duplicateReports += 1
        // What a probe repeated was not retransmitted because it had been overtaken.
        if let probe = recovery.probe, SequenceNumber(report.right) == probe.end { return }
        undoFastRecovery(report)
        if let round = recovery.recent.duplicateRound, snd.una.isBefore(round) { return }
        recovery.recent.duplicateRound = snd.nxt
        recovery.recent.windowFactor = min(recovery.recent.windowFactor + 1, 255)
        recovery.recent.windowPersistence = 16
    }

    /// Step 4, at the end of a recovery, whether a fast one or one after a timeout.
    mutating func forgetDuplicateReports() {
        guard recovery.recent.windowFactor > 1 else { return }
        recovery.recent.windowPersistence -= 1
        if recovery.recent.windowPersistence <= 0 { recovery.recent.windowFactor = 1 }
    }

    @inline(__always)
    private var reorderingWindow: Interval {
        if !recovery.recent.reorderingSeen {
            if recovery.phase != .open || ledger.sackedCount >= 3 { return .zero }
        }
        let quarter = (roundTrip.minimum ?? .zero) / 4 * recovery.recent.windowFactor
        return min(quarter, roundTrip.smoothed ?? quarter)
    }

    /// Step 5: a segment that was sent long enough before one that has arrived is lost; this applies to retransmissions
    /// too.
    mutating func markByTime(now: Instant) {
        timers.reordering = nil
        guard let sentAt = recovery.recent.sentAt else { return }
        let patience = recovery.recent.roundTrip + reorderingWindow
        var wait = Interval.zero
        for index in ledger.indices {
            let entry = ledger[index]
            if entry.isSacked || entry.isLost { continue }
            guard entry.sentAt < sentAt || entry.sentAt == sentAt && entry.end.isBefore(recovery.recent.end) else {
                // If nothing was retransmitted, all following segments were sent later still.
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
        reduceProportionally(delivered: 0, isSafe: false)
    }

    /// Schedules the probe (7.2): two round trips after the last segment, or a little later for a single one, whose ACK
    /// may be delayed; where the RTO would expire earlier, the probe is sent at that time instead.
    mutating func scheduleLossProbe(now: Instant) {
        guard agreed.selectiveAcknowledgment, options.usesRecentAcknowledgment, options.usesLossProbe,
            recovery.phase == .open,
            ledger.sackedLength == 0, !ledger.isEmpty, !fastOpen.awaitsHandshake, recovery.probe == nil, snd.wnd > 0
        else {
            timers.lossProbe = nil
            return
        }
        let grace = ledger.count == 1 ? Interval.milliseconds(200) : .milliseconds(2)
        let deadline = now + (roundTrip.smoothed.map { $0 * 2 + grace } ?? .seconds(1))
        timers.lossProbe = timers.retransmission.map { min($0, deadline) } ?? deadline
    }

    /// Sends the probe (7.3): new data if there is any, otherwise the last segment again.
    mutating func expireLossProbe(now: Instant) {
        guard let last = ledger.indices.last, recovery.probe == nil, recovery.phase == .open else { return }
        act(.expire(.lossProbe), because: .lossProbe)
        let record = recordEnds.first.map { Int($0.relative(to: snd.nxt)) } ?? .max
        let size = min(Int(unsent), Int(effectiveSegmentSize()), record)
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

    /// Evaluates an ACK of the probe's end (7.4.2). That the probe filled a hole, so that there was a loss, is known
    /// only once more is acknowledged: until then the original may have arrived too, which a DSACK or a second ACK
    /// would show.
    mutating func settleLossProbe(_ segment: Segment, isDuplicate: Bool) {
        guard let probe = recovery.probe, segment.acknowledgment.isAtOrAfter(probe.end) else { return }
        let isReported = segment.duplicateReport.map { SequenceNumber($0.right) == probe.end } ?? false
        guard probe.isRetransmission, !isReported, segment.acknowledgment.isAfter(probe.end) else {
            if !probe.isRetransmission || isReported || isDuplicate && segment.options.sack.isEmpty {
                recovery.probe = nil
            }
            return
        }
        recovery.probe = nil
        guard recovery.phase == .open else { return }
        congestion.reduceThreshold(flight: congestion.size)
        congestion.enterRecovery()
        act(.setCongestionWindow(congestion.size), because: .probeFilledHole)
    }
}
