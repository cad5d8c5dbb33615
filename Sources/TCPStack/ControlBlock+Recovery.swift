import TCPState
import TCPWire

/// Loss recovery: NewReno (RFC 6582), SACK (RFC 6675), timeouts (RFC 5681).
extension ControlBlock {
    /// Marks the segments that SACK blocks report (RFC 6675 4, Update).
    ///
    /// - Returns: whether an octet is newly known to have arrived that was sent only once, and before the last loss was
    ///   detected.
    mutating func processSACK(of segment: Segment, acknowledged: Range<Int>, now: Instant) -> Bool {
        guard agreed.selectiveAcknowledgment else { return false }
        var hasOriginal = false
        func isOriginal(_ entry: SentLedger.Entry) -> Bool {
            entry.transmissions == 1 && (recovery.point.map(entry.end.isAtOrBefore) ?? true)
        }
        for index in acknowledged where !ledger[index].isSacked {
            let entry = ledger[index]
            noteDelivered(entry, by: segment, now: now)
            if isOriginal(entry) { hasOriginal = true }
        }
        let duplicate = segment.duplicateReport
        for (place, block) in segment.options.sack.enumerated() {
            let left = SequenceNumber(block.left)
            let right = SequenceNumber(block.right)
            guard left.isBefore(right), right.isAtOrBefore(snd.nxt), left.isAtOrAfter(segment.acknowledgment) else {
                continue
            }
            if place == 0, duplicate != nil { continue }
            for index in ledger.indices {
                let entry = ledger[index]
                guard entry.start.isBefore(right) else { break }
                if entry.isSacked || entry.start.isBefore(left) || entry.end.isAfter(right) { continue }
                ledger.markSacked(index)
                counters.delivered += 1
                noteDelivered(entry, by: segment, now: now)
                if isOriginal(entry) { hasOriginal = true }
                recovery.duplicates += 1
            }
        }
        if let duplicate, SequenceNumber(duplicate.right).isAtOrBefore(snd.nxt) { noteDuplicateReport(duplicate) }
        return hasOriginal
    }

    /// Continues or ends the phase after an ACK that advances SND.UNA.
    ///
    /// - Parameter reported: how many octets were known, before this ACK, to have arrived out of order.
    mutating func finishRecoveryStep(
        acknowledged: Range<Int>, reported: UInt32, segment: Segment, now: Instant
    ) {
        let octets = acknowledged.reduce(0) { $0 &+ ledger[$1].length }
        if ledger.sackedLength == 0 { recovery.duplicates = 0 }
        switch recovery.phase {
        case .open:
            recovery.departed = 0
            if let point = recovery.point, snd.una.isAfter(point) { recovery.point = nil }
            // RFC 3168 6.1.2: the window does not grow with an ACK that reports congestion.
            if !(agreed.explicitCongestionNotification && segment.flags.contains(.ece)) {
                // Octets that had been reported as arrived out of order already made room for new segments when they
                // were reported (RFC 3042); they do not count a second time.
                let known = reported - min(reported, departed)
                grow(
                    octets - min(octets, known), limit: UInt32(clamping: options.slowStartLimit ?? 1 << 16), now: now)
            }
        case .recovery:
            if isRetransmissionSpurious(segment) { return undoFastRecovery(because: .spuriousRetransmission) }
            if let point = recovery.point, snd.una.isBefore(point) {
                continueRecovery(acknowledged: UInt32(truncatingIfNeeded: acknowledged.count), now: now)
            } else {
                leaveRecovery()
            }
        case .loss:
            if isTimeoutSpurious(segment) { return undoTimeout(because: .spuriousTimeout) }
            recovery.departed = 0
            grow(octets, limit: 1, now: now)
            if let point = recovery.point, snd.una.isBefore(point) { return }
            recovery.phase = .open
            recovery.undo = nil
            recovery.forward = nil
            forgetDuplicateReports()
        }
    }

    /// Grows the window, but only if the program has kept it filled (RFC 7661 4.3). What counts is the largest flight
    /// of the last round trip, not what is left of it; in slow start the window may become twice that flight.
    private mutating func grow(_ octets: UInt32, limit: UInt32, now: Instant) {
        guard congestion.isFilled || congestion.isSlowStart && congestion.largestFlight > congestion.size / 2 else {
            return
        }
        congestion.grow(
            acknowledged: octets, limit: limit, now: now, roundTrip: roundTrip.smoothed ?? roundTrip.base)
    }

    /// Partial acknowledgment (RFC 6582 3.2 step 3): the segment that follows the acknowledged part is lost too.
    private mutating func continueRecovery(acknowledged: UInt32, now: Instant) {
        guard !agreed.selectiveAcknowledgment, let first = ledger.indices.first else { return }
        recovery.departed -= min(recovery.departed, acknowledged > 0 ? acknowledged - 1 : 0)
        guard !ledger[first].isLost, !ledger[first].isRetransmitted else { return }
        ledger.markLost(first)
        recovery.mustRetransmit = true
        act(.presumeLost(octets: ledger[first].length), because: .partialAcknowledgment)
    }

    /// RFC 9937 6.4: the window is set to the threshold, to which the flight has been reduced by now.
    private mutating func leaveRecovery() {
        recovery.phase = .open
        recovery.departed = 0
        recovery.duplicates = 0
        recovery.reduction = nil
        forgetDuplicateReports()
        congestion.enterRecovery()
        act(.setCongestionWindow(congestion.size), because: .recoveryOver)
    }

    /// Looks for lost segments, after each ACK.
    ///
    /// - Parameter delivered: how many octets this ACK reports as newly arrived.
    /// - Returns: whether further segments are now presumed lost.
    @discardableResult
    mutating func detectLosses(delivered: UInt32 = 0, now: Instant) -> Bool {
        guard !ledger.isEmpty else { return false }
        let before = ledger.lostLength
        var reason = Rule.threeDuplicates
        if agreed.selectiveAcknowledgment {
            reason = .sackLoss
            if !recovery.recent.reorderingSeen || !options.usesRecentAcknowledgment { markByScoreboard() }
            if options.usesRecentAcknowledgment {
                let marked = ledger.lostLength
                markByTime(now: now)
                if ledger.lostLength > marked { reason = .recentAcknowledgment }
            }
        } else if recovery.phase == .open, recovery.duplicates >= 3, recovery.point.map(snd.una.isAfter) ?? true,
            let first = ledger.indices.first
        {
            ledger.markLost(first)
        }
        guard ledger.lostLength > before else { return false }
        act(.presumeLost(octets: ledger.lostLength - before), because: reason)
        if recovery.phase == .open { enterRecovery(delivered: delivered, now: now) }
        return true
    }

    /// A segment is lost if more than two segments' worth of octets, or three separate ranges, with higher sequence
    /// numbers have arrived (IsLost, RFC 6675 4). For the first segment, three later segments of any size are enough (5
    /// step 2).
    private mutating func markByScoreboard() {
        guard ledger.sackedLength > 0 else { return }
        if recovery.phase == .open, ledger.sackedCount >= 3, let first = ledger.first, !first.isSacked,
            first.transmissions == 1
        {
            ledger.markLost(ledger.indices.lowerBound)
        }
        var above: UInt32 = 0
        var stretches = 0
        var isInStretch = false
        for index in ledger.indices.reversed() {
            let entry = ledger[index]
            if entry.isSacked {
                above &+= entry.length
                if !isInStretch { stretches += 1 }
                isInStretch = true
                continue
            }
            isInStretch = false
            if !entry.isLost, entry.transmissions == 1, stretches >= 3 || above > 2 &* congestion.segmentSize {
                ledger.markLost(index)
            }
        }
    }

    /// Begins fast recovery (RFC 5681 3.2, RFC 6675 5 step 4).
    private mutating func enterRecovery(delivered: UInt32, now: Instant) {
        recovery.phase = .recovery
        recovery.point = snd.nxt
        recovery.mustRetransmit = true
        recovery.probe = nil
        counters.fastRecoveries += 1
        recovery.fastUndo = RecoveryVariables.FastUndo(
            window: congestion.size, threshold: congestion.threshold, end: snd.nxt)
        let isAlreadyReduced = ecn.reducedUntil.map { $0.isAfter(snd.una) } ?? false
        let flight = snd.nxt.relative(to: snd.una)
        if !isAlreadyReduced { congestion.reduceThreshold(flight: flight) }
        // RecoverFS (RFC 9937 6.1) excludes octets that were reported earlier, since PRR does not count them as
        // delivered.
        let arrived = agreed.selectiveAcknowledgment ? departed - min(departed, delivered) : 0
        recovery.reduction = RecoveryVariables.RateReduction(flight: max(1, flight - min(flight, arrived)))
        timers.lossProbe = nil
        startRetransmissionTimer(now: now)
    }

    /// The retransmission timer has expired (RFC 5681 3.1): all outstanding segments are presumed lost.
    mutating func enterLoss(now: Instant) {
        recovery.reduction = nil
        recovery.fastUndo = nil
        prepareUndo(now: now)
        if recovery.timeouts == 1 { congestion.reduceThreshold(flight: snd.nxt.relative(to: snd.una)) }
        congestion.collapse()
        // The first missing segment was reported by SACK before: the receiver has discarded it since (RFC 2018 8).
        if ledger.first?.isSacked ?? false { ledger.forgetSacks() }
        for index in ledger.indices { ledger.markLost(index) }
        recovery.phase = .loss
        recovery.point = snd.nxt
        recovery.duplicates = 0
        recovery.departed = 0
        recovery.mustRetransmit = true
        recovery.probe = nil
        timers.lossProbe = nil
        timers.reordering = nil
        act(.presumeLost(octets: ledger.lostLength), because: .retransmissionTimeout)
        act(.setCongestionWindow(congestion.size), because: .lossWindow)
    }
}

extension Segment {
    /// The block that a DSACK reports as received twice: the first one, if it lies below the acknowledgment number or
    /// within the second block (RFC 2883 4); `nil` where the segment has no DSACK.
    var duplicateReport: SACKBlock? {
        let blocks = options.sack
        guard let first = blocks.first, SequenceNumber(first.left).isBefore(SequenceNumber(first.right)) else {
            return nil
        }
        let isBelow = SequenceNumber(first.left).isBefore(acknowledgment)
        return isBelow || blocks.count > 1 && blocks[1].covers(first) ? first : nil
    }
}

extension SACKBlock {
    func covers(_ other: SACKBlock) -> Bool {
        SequenceNumber(left).isAtOrBefore(SequenceNumber(other.left))
            && SequenceNumber(right).isAtOrAfter(SequenceNumber(other.right))
    }
}
