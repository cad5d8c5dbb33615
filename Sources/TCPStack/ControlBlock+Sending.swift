import TCPState
import TCPWire

/// Sending data and acknowledgments (RFC 9293 3.7 and 3.8).
extension ControlBlock {
    /// Sends what the windows allow, and ACKs that are due. Must be called after all events of the current time have
    /// been processed, so that one ACK answers them all (MUST-59), with data if there is any.
    public mutating func flush(now: Instant) {
        clock = now
        guard state.isSynchronized || fastOpen.isServing, end == nil else { return }
        if state != .timeWait, state != .finWait2 {
            sendLost(now: now)
            sendNew(now: now)
            settleForwardRecovery(now: now)
            armPersistTimer(now: now)
        }
        if acknowledgment.isNow {
            transmit(flags: .ack, at: snd.nxt, kind: .acknowledgment, because: acknowledgment.reason)
        } else if acknowledgment.isWaiting, timers.delayedAcknowledgment == nil {
            timers.delayedAcknowledgment = now + options.acknowledgmentDelay
        }
        updateUserTimeout()
    }

    private mutating func noteBusiness(isFilled: Bool, now: Instant) {
        let unsent = unsent
        let kind: BusyTimes.Kind
        if unsent == 0 {
            kind = ledger.isEmpty ? .idle : isShortOfRoom ? .buffer : .sending
        } else if !isFilled, usableWindow < min(Int(unsent), Int(effectiveSegmentSize())) {
            kind = .window
        } else {
            kind = .sending
        }
        busy.note(kind, now: now)
    }

    /// How many octets were written and have never been sent.
    @inline(__always)
    public var unsent: UInt32 { finishNumber == nil ? queueEnd.relative(to: snd.nxt) : 0 }

    /// Whether a FIN must still be sent.
    @inline(__always)
    var owesFinish: Bool {
        finishRequested && finishNumber == nil && (state.isSynchronized || fastOpen.isServing)
    }

    /// The usable window U (RFC 9293 3.8.6.2.1); negative where the other end has shrunk its window (MUST-34). A SYN
    /// does not use up any of the window, which begins after it.
    @inline(__always)
    var usableWindow: Int { Int(snd.wnd) - Int(snd.nxt.relative(to: flightStart)) }

    /// The first sequence number that counts as outstanding. It is after a SYN-ACK that is not acknowledged yet but is
    /// followed by data.
    @inline(__always)
    var flightStart: SequenceNumber { fastOpen.awaitsHandshake ? iss + 1 : snd.una }

    /// The octets in flight (RFC 6675 4: pipe). A segment that was presumed lost and has been retransmitted counts
    /// once.
    @inline(__always)
    public var pipe: UInt32 {
        let present = snd.nxt.relative(to: flightStart) - departed
        return present - min(present, ledger.lostLength)
    }

    private mutating func sendNew(now: Instant) {
        restartAfterIdle(now: now)
        var sentAny = false
        var isFilled = false
        while let size = nextSize() {
            let window = congestion.size
            let pipe = pipe
            if pipe > 0, pipe + UInt32(size) > window {
                isFilled = true
                break
            }
            sendNewSegment(size: size, now: now)
            sentAny = true
        }
        if sentAny { noteSending(now: now) }
        noteBusiness(isFilled: isFilled, now: now)
        if sentAny || isFilled {
            let isFull = isFilled || pipe.addingClamped(congestion.segmentSize) > congestion.size
            congestion.noteUsage(
                flight: snd.nxt.relative(to: snd.una), isFilled: isFull, una: snd.una, nxt: snd.nxt)
        }
    }

    /// The size of the next segment with new data, if it may be sent now by the sender's silly-window avoidance (RFC
    /// 9293 3.8.6.2.1, MUST-38) and Nagle's algorithm (3.7.4). 0 means a FIN without data; `nil`: nothing may be sent.
    @inline(__always)
    private func nextSize() -> Int? {
        let unsent = Int(unsent)
        let usable = usableWindow
        if unsent == 0 { return owesFinish && usable > 0 ? 0 : nil }
        let full = Int(effectiveSegmentSize())
        let record = recordEnds.first.map { Int($0.relative(to: snd.nxt)) } ?? .max
        let size = min(unsent, full, record, max(0, usable))
        if size == 0 { return nil }
        if size == full { return size }
        // The end of a record that others follow is not held back, since nothing can be appended to that record.
        if size == record, size < unsent { return size }
        if size == unsent {
            if owesFinish || snd.up.isAfter(snd.nxt) { return size }
            if options.cork || awaitsMore { return nil }
            return nagleAllows ? size : nil
        }
        // The window is the limit here: half of the largest window seen is enough to send.
        return size >= max(1, Int(snd.maxWindow / 2)) && nagleAllows ? size : nil
    }

    @inline(__always)
    private var nagleAllows: Bool {
        switch options.nagle {
        case .off: true
        case .whileUnacknowledged: snd.una == snd.nxt
        case .whileSmallUnacknowledged: !snd.sml.isAfter(snd.una)
        }
    }

    mutating func sendNewSegment(size: Int, kind: Transmission? = nil, because reason: Rule? = nil, now: Instant) {
        let start = snd.nxt
        let offset = Int(start.relative(to: sendBase))
        let payload = size > 0 ? sendQueue[offset..<(offset + size)] : []
        var flags: TCPFlags = .ack
        // PSH with the segment that empties the queue (MUST-61): successive pushes are combined into one (SHLD-27).
        if size > 0, offset + size == sendQueue.count, !awaitsMore { flags.insert(.psh) }
        if let end = recordEnds.first, end == start + UInt32(truncatingIfNeeded: size) {
            flags.insert(.psh)
        }
        var length = UInt32(truncatingIfNeeded: size)
        if owesFinish, offset + size == sendQueue.count, usableWindow > size {
            flags.insert(.fin)
            finishNumber = start + length
            length += 1
        }
        if size > 0, size < Int(effectiveSegmentSize()) { snd.sml = start + length }
        if acknowledgment.isWaiting, size > 0 { acknowledgment.quick = 0 }
        transmit(
            flags: flags, at: start, text: payload, kind: kind ?? (size > 0 ? .data : .finish),
            because: reason ?? (size > 0 ? sendingReason(size: size) : .sendFinish))
        ledger.append(start: start, length: length, now: now)
        recovery.reduction?.out &+= length
        snd.nxt = start + length
        passRecordEnds()
    }

    @inline(__always)
    private func sendingReason(size: Int) -> Rule {
        if case .probing? = recovery.forward { return .forwardRecovery }
        if isLimitedTransmit(size: size) { return .limitedTransmit }
        if size == Int(effectiveSegmentSize()) { return .fullSegment }
        return UInt32(size) == unsent ? .lastOfQueue : .halfWindow
    }

    /// Whether only duplicate ACKs make room for this segment (RFC 3042): if what they report as departed still counted
    /// as outstanding, the segment would exceed the congestion window.
    @inline(__always)
    private func isLimitedTransmit(size: Int) -> Bool {
        guard recovery.phase == .open, (1..<3).contains(recovery.duplicates) else { return false }
        return snd.nxt.relative(to: snd.una) + UInt32(truncatingIfNeeded: size) > congestion.size
    }

    /// When sending resumes after a silence, the window is at most the initial one (RFC 5681 4.1 and RFC 6928).
    private mutating func restartAfterIdle(now: Instant) {
        guard options.restartsAfterIdle, ledger.isEmpty, unsent > 0, now - lastSent > roundTrip.timeout,
            congestion.size > congestion.initialSize, nextSize() != nil
        else { return }
        congestion.restart()
        act(.setCongestionWindow(congestion.size), because: .restartAfterIdle)
    }

    private mutating func noteSending(now: Instant) {
        lastSent = now
        timers.persist = nil
        if unansweredSince == nil { unansweredSince = now }
        // RFC 6298 5.1.
        if timers.retransmission == nil { startRetransmissionTimer(now: now) }
        scheduleLossProbe(now: now)
    }

    /// Retransmits the segments that are presumed lost, in order, as far as the congestion window allows.
    mutating func sendLost(now: Instant) {
        if case .probing? = recovery.forward { return }
        while let index = ledger.firstLost {
            let entry = ledger[index]
            if !recovery.mustRetransmit, pipe > 0, pipe + entry.length > congestion.size { return }
            let isFirst = index == ledger.indices.lowerBound
            // Segments beyond a window that was shrunk must wait (SHLD-15, SHLD-16), but the first octet is
            // retransmitted all the same.
            let room = Int(snd.wnd) - Int(entry.start.relative(to: snd.una))
            guard room > 0 || isFirst else { return }
            recovery.mustRetransmit = false
            let reason: Rule =
                fastOpen.isResending
                ? .fastOpenDataAgain : recovery.phase == .loss ? .retransmitAfterTimeout : .fastRetransmit
            retransmit(
                index, limit: UInt32(max(1, room)), kind: .retransmission, now: now,
                because: entry.isTooLarge ? .icmpPacketTooBig : reason)
        }
        recovery.mustRetransmit = false
        fastOpen.isResending = false
    }

    /// Retransmits one entry; it is divided first if it is larger than what may be sent now (MUST-16, MUST-34).
    mutating func retransmit(_ index: Int, limit: UInt32, kind: Transmission, now: Instant, because reason: Rule) {
        ledger.split(index, length: min(limit, effectiveSegmentSize()))
        let entry = ledger[index]
        let offset = Int(entry.start.relative(to: sendBase))
        let hasFIN = finishNumber.map { $0 == entry.end - 1 } ?? false
        let size = Int(entry.length) - (hasFIN ? 1 : 0)
        var flags: TCPFlags = .ack
        if hasFIN { flags.insert(.fin) }
        if size > 0, offset + size == sendQueue.count { flags.insert(.psh) }
        ledger.markRetransmitted(index, now: now)
        recovery.reduction?.out &+= entry.length
        counters.retransmissions += 1
        recovery.retransmissions += 1
        if recovery.phase == .recovery, let undo = recovery.fastUndo {
            if undo.unreported == 0, agreed.timestamps { recovery.fastUndo?.stamp = stamps.value(at: now) }
            recovery.fastUndo?.unreported += 1
        }
        transmit(
            flags: flags, at: entry.start, text: sendQueue[offset..<(offset + size)], kind: kind, because: reason)
        lastSent = now
        if unansweredSince == nil { unansweredSince = now }
        if timers.retransmission == nil { startRetransmissionTimer(now: now) }
    }
}
