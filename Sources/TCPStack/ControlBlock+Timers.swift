import TCPState
import TCPWire

/// Timeouts (RFC 9293 3.8 and 3.10.8, RFC 6298).
extension ControlBlock {
    /// The time at which ``expire(now:)`` must be called next; `nil` while no timer is running.
    @inline(__always)
    public var nextDeadline: Instant? { end == nil ? timers.next : nil }

    /// Processes the timers that have expired. ``flush(now:)`` must be called afterwards.
    public mutating func expire(now: Instant) {
        clock = now
        if Timers.isDue(&timers.timeWait, now) {
            act(.expire(.timeWait), because: .timeWaitOver)
            return finish(.closed, because: .timeWaitOver)
        }
        if Timers.isDue(&timers.finWait2, now) {
            act(.expire(.finWait2), because: .finWait2Over)
            return finish(.closed, because: .finWait2Over)
        }
        if Timers.isDue(&timers.userTimeout, now) {
            act(.expire(.userTimeout), because: .userTimeout)
            return giveUp(because: .userTimeout)
        }
        if Timers.isDue(&timers.delayedAcknowledgment, now) {
            act(.expire(.delayedAcknowledgment), because: .delayedAcknowledgment)
            acknowledgeNow(.delayedAcknowledgment)
        }
        if Timers.isDue(&timers.reordering, now) { expireReordering(now: now) }
        if Timers.isDue(&timers.lossProbe, now) { expireLossProbe(now: now) }
        if Timers.isDue(&timers.retransmission, now) { expireRetransmission(now: now) }
        if Timers.isDue(&timers.persist, now) { expirePersist(now: now) }
        if Timers.isDue(&timers.keepAlive, now) { expireKeepAlive(now: now) }
    }

    mutating func startRetransmissionTimer(now: Instant) { timers.retransmission = now + roundTrip.timeout }

    /// RFC 6298 5.2 and 5.3: stops the timer if everything is acknowledged, and otherwise restarts it.
    mutating func restartRetransmissionTimers(now: Instant) {
        timers.lossProbe = nil
        guard !ledger.isEmpty else {
            timers.retransmission = nil
            timers.reordering = nil
            return
        }
        startRetransmissionTimer(now: now)
        scheduleLossProbe(now: now)
    }

    /// RFC 6298 5.4 to 5.6 and RFC 5681 3.1.
    private mutating func expireRetransmission(now: Instant) {
        act(.expire(.retransmission), because: .retransmissionTimeout)
        counters.timeouts += 1
        let isOpening = state == .synSent || state == .synReceived || fastOpen.awaitsHandshake
        let isProbing = !isOpening && snd.wnd == 0
        if isProbing {
            // The other end keeps its window closed, which is no reason to give up as long as it answers (SHLD-17,
            // MUST-37).
            timers.unansweredProbes += 1
            if timers.unansweredProbes > options.retransmissionLimit { return giveUp(because: .retransmissionLimit) }
        } else {
            let limit = isOpening ? options.synRetransmissionLimit : options.retransmissionLimit
            if recovery.timeouts >= limit { return giveUp(because: .retransmissionLimit) }
        }
        recovery.timeouts += 1
        if recovery.timeouts == options.retransmissionWarning {
            act(.warn(retransmissions: recovery.timeouts), because: .retransmissionWarning)
        }
        roundTrip.backOff()
        if isOpening {
            counters.retransmissions += 1
            sendSYN(answering: state != .synSent, kind: .retransmission, because: .retransmissionTimeout)
        } else if isProbing {
            retransmitFirst(now: now)
        } else {
            enterLoss(now: now)
        }
        startRetransmissionTimer(now: now)
    }

    private mutating func retransmitFirst(now: Instant) {
        guard let index = ledger.indices.first else { return }
        retransmit(index, limit: 1, kind: .windowProbe, now: now, because: .windowProbe)
    }

    /// Ends the connection for lack of an answer. The reason that the program gets is the last soft error, if there was
    /// one.
    private mutating func giveUp(because reason: Rule) {
        if let softError, options.reportsErrors {
            finish(.unreachable(softError), because: reason)
        } else {
            finish(.timedOut, because: reason)
        }
    }

    /// While nothing is outstanding but there is something to send, the sender must probe the window (MUST-36): the
    /// first time after an RTO, then at growing intervals (SHLD-29, SHLD-30). The same timer overrides Nagle's
    /// algorithm and silly-window avoidance.
    mutating func armPersistTimer(now: Instant) {
        guard ledger.isEmpty, unsent > 0 || owesFinish, !fastOpen.awaitsHandshake else {
            timers.persist = nil
            return
        }
        guard timers.persist == nil else { return }
        var delay = roundTrip.base
        for _ in 0..<min(timers.persistBackoff, 40) where delay < options.maximumRTO { delay = delay * 2 }
        timers.persist = now + min(delay, options.maximumRTO)
    }

    private mutating func expirePersist(now: Instant) {
        act(.expire(.persist), because: usableWindow > 0 ? .overrideTimeout : .persistTimeout)
        guard ledger.isEmpty, unsent > 0 || owesFinish else { return }
        if usableWindow > 0 {
            sendOverridden(now: now)
            return
        }
        if timers.unansweredProbes >= options.retransmissionLimit { return giveUp(because: .retransmissionLimit) }
        timers.persistBackoff += 1
        timers.unansweredProbes += 1
        if unansweredSince == nil { unansweredSince = now }
        if options.windowProbe == .newOctet, unsent > 0 {
            let octet = sendQueue[0..<1]
            transmit(flags: .ack, at: snd.nxt, text: octet, kind: .windowProbe, because: .windowProbe)
            ledger.append(start: snd.nxt, length: 1, now: now)
            snd.nxt = snd.nxt + 1
            passRecordEnds()
            startRetransmissionTimer(now: now)
        } else {
            transmit(flags: .ack, at: snd.una - 1, kind: .windowProbe, because: .windowProbe)
        }
    }

    /// The override timeout has expired (RFC 9293 3.8.6.2.1 (4)): sends what the window allows.
    private mutating func sendOverridden(now: Instant) {
        let record = recordEnds.first.map { Int($0.relative(to: snd.nxt)) } ?? .max
        let size = min(Int(unsent), Int(effectiveSegmentSize()), record, usableWindow)
        let payload = sendQueue[0..<size]
        transmit(flags: [.psh, .ack], at: snd.nxt, text: payload, kind: .data, because: .overrideTimeout)
        ledger.append(start: snd.nxt, length: UInt32(truncatingIfNeeded: size), now: now)
        snd.nxt = snd.nxt + UInt32(truncatingIfNeeded: size)
        passRecordEnds()
        lastSent = now
        if unansweredSince == nil { unansweredSince = now }
        startRetransmissionTimer(now: now)
    }

    mutating func startKeepAliveTimer(now: Instant) {
        timers.keepAlive = options.keepAlive.isEnabled ? max(now, lastHeard + options.keepAlive.idle) : nil
    }

    /// RFC 9293 3.8.4: probes are sent only on an idle connection (MUST-26), and a single unanswered one does not end
    /// it (MUST-29).
    private mutating func expireKeepAlive(now: Instant) {
        guard options.keepAlive.isEnabled, state != .timeWait else { return }
        let isIdle = ledger.isEmpty && unsent == 0
        if !isIdle || now - lastHeard < options.keepAlive.idle {
            timers.keepAlive = (isIdle ? lastHeard : now) + options.keepAlive.idle
            return
        }
        act(.expire(.keepAlive), because: .keepAlive)
        if timers.unansweredProbes >= options.keepAlive.limit {
            transmit(flags: [.rst, .ack], at: snd.nxt, kind: .reset, because: .keepAliveLimit)
            return finish(.timedOut, because: .keepAliveLimit)
        }
        timers.unansweredProbes += 1
        let octet: ArraySlice<UInt8> = options.keepAlive.sendsOctet ? [0] : []
        transmit(flags: .ack, at: snd.nxt - 1, text: octet, kind: .keepAlive, because: .keepAlive)
        timers.keepAlive = now + options.keepAlive.interval
    }

    /// The user timeout (RFC 9293 3.10.8 and RFC 5482) is counted from the earliest time since which something has been
    /// unanswered.
    mutating func updateUserTimeout() {
        guard let limit = options.userTimeout, let since = unansweredSince, end == nil, state != .timeWait else {
            timers.userTimeout = nil
            return
        }
        timers.userTimeout = since + limit
    }

    mutating func startFinWait2Timer(now: Instant) {
        timers.finWait2 = options.finWait2Timeout.map { now + $0 }
    }

    /// 2 MSL (MUST-13).
    mutating func startTimeWaitTimer(now: Instant) {
        timers.timeWait = now + options.maximumSegmentLifetime * 2
    }

    mutating func enterTimeWait(now: Instant, because reason: Rule) {
        enter(.timeWait, because: reason)
        timers = Timers()
        // Everything is acknowledged, so the memory is released: there may be many such connections, for minutes.
        sendQueue.removeAll()
        ledger.removeAll()
        startTimeWaitTimer(now: now)
    }
}
