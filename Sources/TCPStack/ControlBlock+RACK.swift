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

    /// Step 4: a DSACK says that a retransmission was needless, so wait longer before the next: once a round trip, and until
    /// sixteen recoveries have passed without one.
    mutating func noteDuplicateReport(_ report: SACKBlock) {
        counters.duplicateReports += 1
        // What a probe has repeated was not retransmitted for being overtaken.
        if let probe = recovery.probe, SequenceNumber(report.right) == probe.end { return }
        undoFastRecovery(report)
        if let round = recovery.recent.duplicateRound, snd.una.isBefore(round) { return }
        recovery.recent.duplicateRound = snd.nxt
        recovery.recent.windowFactor = min(recovery.recent.windowFactor + 1, 255)
        recovery.recent.windowPersistence = 16
    }

    /// Step 4 at the end of a recovery, fast or after a time-out.
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
        reduceProportionally(delivered: 0, isSafe: false)
    }

    /// 7.2: two round trips after the last segment, or a little more for one that may wait for a delayed ACK; where the RTO
    /// would run out before that, the probe goes in its place.
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

    /// 7.3: new data if there is any, else the last segment once more.
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

    /// 7.4.2: what an ACK of the probe's end says of it. That the probe filled a hole, and so there was a loss, is known only
    /// once more is acknowledged: until then the original may have arrived too, and a DSACK or a second ACK will say so.
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
