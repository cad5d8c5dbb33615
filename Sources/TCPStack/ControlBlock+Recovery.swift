import TCPState
import TCPWire

/// Loss recovery: NewReno (RFC 6582), SACK (RFC 6675), time-outs (RFC 5681).
extension ControlBlock {
    /// Marks what the blocks report (RFC 6675 4, Update).
    ///
    /// - Returns: whether something has newly arrived that was sent once, and not since the last loss was found.
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

    /// After an ACK of something new.
    ///
    /// - Parameter reported: octets that were known before to have arrived out of order.
    mutating func finishRecoveryStep(
        acknowledged: Range<Int>, reported: UInt32, segment: Segment, now: Instant
    ) {
        let octets = acknowledged.reduce(0) { $0 &+ ledger[$1].length }
        if ledger.sackedLength == 0 { recovery.duplicates = 0 }
        switch recovery.phase {
        case .open:
            recovery.departed = 0
            if let point = recovery.point, snd.una.isAfter(point) { recovery.point = nil }
            // RFC 3168 6.1.2: not in answer to an ACK that tells of congestion.
            if !(agreed.explicitCongestionNotification && segment.flags.contains(.ece)) {
                // What had been reported has left the network then, and made room for new segments (RFC 3042); it counts no
                // second time.
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

    /// RFC 7661 4.3: only where the program has kept the window filled, measured by the largest flight of the last round
    /// trip, not by what is left of it: in slow start the window may become twice that.
    private mutating func grow(_ octets: UInt32, limit: UInt32, now: Instant) {
        guard congestion.isFilled || congestion.isSlowStart && congestion.largestFlight > congestion.size / 2 else {
            return
        }
        congestion.grow(
            acknowledged: octets, limit: limit, now: now, roundTrip: roundTrip.smoothed ?? roundTrip.base)
    }

    /// RFC 6582 3.2 step 3, partial: what follows the acknowledged part is lost too.
    private mutating func continueRecovery(acknowledged: UInt32, now: Instant) {
        guard !agreed.selectiveAcknowledgment, let first = ledger.indices.first else { return }
        recovery.departed -= min(recovery.departed, acknowledged > 0 ? acknowledged - 1 : 0)
        guard !ledger[first].isLost, !ledger[first].isRetransmitted else { return }
        ledger.markLost(first)
        recovery.mustRetransmit = true
        act(.presumeLost(octets: ledger[first].length), because: .partialAcknowledgment)
    }

    /// RFC 9937 6.4: the window ends as large as the threshold, which the flight has come down to by then.
    private mutating func leaveRecovery() {
        recovery.phase = .open
        recovery.departed = 0
        recovery.duplicates = 0
        recovery.reduction = nil
        forgetDuplicateReports()
        congestion.enterRecovery()
        act(.setCongestionWindow(congestion.size), because: .recoveryOver)
    }

    /// Looks for losses after each ACK.
    ///
    /// - Parameter delivered: octets that the ACK in hand told to have arrived.
    /// - Returns: whether something more is taken for lost.
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

    /// RFC 6675 4, IsLost: three segments' worth, or three separate stretches, have arrived from behind it. 5 step 2: three
    /// segments of any size are enough for the first one.
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

    /// RFC 5681 3.2, RFC 6675 5 step 4.
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
        // RFC 9937 6.1: without what was reported before, which PRR does not count as delivered.
        let arrived = agreed.selectiveAcknowledgment ? departed - min(departed, delivered) : 0
        recovery.reduction = RecoveryVariables.RateReduction(flight: max(1, flight - min(flight, arrived)))
        timers.lossProbe = nil
        startRetransmissionTimer(now: now)
    }

    /// RFC 5681 3.1: the retransmission timer ran out; what is under way is taken for lost.
    mutating func enterLoss(now: Instant) {
        recovery.reduction = nil
        recovery.fastUndo = nil
        prepareUndo(now: now)
        if recovery.timeouts == 1 { congestion.reduceThreshold(flight: snd.nxt.relative(to: snd.una)) }
        congestion.collapse()
        // Reported, and yet the first that is missing: the receiver has thrown it away (RFC 2018 8).
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
    /// What a DSACK reports as received twice: the first block, where it lies below the acknowledgment or within the second
    /// block (RFC 2883 4).
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
