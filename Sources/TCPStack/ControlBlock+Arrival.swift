import TCPState
import TCPWire

/// SEGMENT ARRIVES (RFC 9293 3.10.7), up to the point where a connection is open.
extension ControlBlock {
    /// Processes a segment of this connection, whose checksum must have been verified. Only direct answers to it are
    /// sent here; data and plain acknowledgments wait for ``flush(now:)``, so that several segments can be processed
    /// before one ACK is sent (MUST-58, MUST-59).
    public mutating func receive(_ segment: Segment, now: Instant) {
        clock = now
        counters.segmentsReceived += 1
        switch state {
        case .closed: arriveInClosed(segment)
        case .listen: arriveInListen(segment, now: now)
        case .synSent: arriveInSynSent(segment, now: now)
        default: arriveInConnection(segment, now: now)
        }
    }

    /// The RST that answers a segment of no connection (RFC 9293 3.10.7.1); `nil` for an RST.
    public static func reset(answering segment: Segment) -> Segment? {
        guard !segment.flags.contains(.rst) else { return nil }
        var reset = Segment(from: segment.destination, to: segment.source)
        if segment.flags.contains(.ack) {
            reset.sequence = segment.acknowledgment
            reset.flags = .rst
        } else {
            reset.acknowledgment = segment.end
            reset.flags = [.rst, .ack]
        }
        return reset
    }

    mutating func sendReset(answering segment: Segment, because reason: Rule) {
        guard var reset = Self.reset(answering: segment) else { return }
        reset.hopLimit = options.hopLimit
        reset.trafficClass = options.trafficClass & 0xfc
        counters.segmentsSent += 1
        emit(reset, .reset, because: reason)
    }

    mutating func discard(_ reason: Rule) {
        counters.discarded += 1
        act(.discard, because: reason)
    }

    private mutating func arriveInClosed(_ segment: Segment) {
        if segment.flags.contains(.rst) {
            discard(.resetInClosed)
        } else {
            sendReset(answering: segment, because: .noConnection)
            discard(.noConnection)
        }
    }

    /// RFC 9293 3.10.7.2.
    private mutating func arriveInListen(_ segment: Segment, now: Instant) {
        if segment.flags.contains(.rst) { return discard(.resetInListen) }
        if segment.flags.contains(.ack) {
            sendReset(answering: segment, because: .acknowledgmentInListen)
            return discard(.acknowledgmentInListen)
        }
        guard segment.flags.contains(.syn) else { return discard(.nothingInListen) }
        remote = segment.source
        synchronize(with: segment)
        agreeAsServer(segment)
        snd.una = iss
        snd.nxt = iss + 1
        snd.wnd = UInt32(segment.window)
        if fastOpen.isServing { takeTextOfSYN(segment, now: now) }
        sendSYN(answering: true, because: fastOpen.isServing ? .fastOpenAccepted : .synInListen)
        enter(.synReceived, because: .synInListen)
        startRetransmissionTimer(now: now)
        lastSent = now
        openedAt = now
        lastHeard = now
        if !fastOpen.isServing { keepTextOfSYN(segment) }
    }

    /// RFC 9293 3.10.7.3.
    private mutating func arriveInSynSent(_ segment: Segment, now: Instant) {
        let hasAcknowledgment = segment.flags.contains(.ack)
        if hasAcknowledgment, !acknowledgesSYN(segment) {
            sendReset(answering: segment, because: .badAcknowledgmentInSynSent)
            return discard(.badAcknowledgmentInSynSent)
        }
        if segment.flags.contains(.rst) {
            guard hasAcknowledgment else { return discard(.resetWithoutAcknowledgmentInSynSent) }
            return finish(.refused, because: .resetInSynSent)
        }
        guard segment.flags.contains(.syn) else { return discard(.nothingInSynSent) }
        synchronize(with: segment)
        lastHeard = now
        if hasAcknowledgment {
            agreeAsClient(segment)
            snd.una = iss + 1
            setWindow(UInt32(segment.window), from: segment)
            enterEstablished(now: now, because: .synAckInSynSent)
            settleTextOfSYN(segment)
            acknowledgeNow(.synAckInSynSent)
            processText(of: segment, now: now)
        } else {
            agreeAsServer(segment)
            setWindow(UInt32(segment.window), from: segment)
            sendSYN(answering: true, because: .simultaneousOpen)
            enter(.synReceived, because: .simultaneousOpen)
            startRetransmissionTimer(now: now)
            keepTextOfSYN(segment)
        }
    }

    /// Whether SND.UNA < SEG.ACK =< SND.NXT.
    func acknowledgesSYN(_ segment: Segment) -> Bool {
        segment.acknowledgment.isAfter(snd.una) && segment.acknowledgment.isAtOrBefore(snd.nxt)
    }

    private mutating func synchronize(with segment: Segment) {
        irs = segment.sequence
        rcv.nxt = irs + 1
        stamps.lastAcknowledgment = rcv.nxt
    }

    /// Text in a SYN is kept without being acknowledged until the connection is open (RFC 9293 3.10.7.2, third step).
    private mutating func keepTextOfSYN(_ segment: Segment) {
        let text = segment.text.prefix(Int(min(rcv.wnd, UInt32(Int32.max))))
        _ = reassembly.insert(text, at: rcv.nxt)
        if segment.flags.contains(.fin), text.count == segment.text.count { remoteFinish = segment.end - 1 }
    }

    /// Agrees on the options with which a SYN is answered: only those that it offered (RFC 7323 2.2 and 3.2, RFC 2018
    /// 2).
    private mutating func agreeAsServer(_ segment: Segment) {
        agreeOnOptions(segment)
        agreed.explicitCongestionNotification =
            (options.explicitCongestionNotification || options.acceptsExplicitCongestionNotification)
            && segment.flags.contains(.ece) && segment.flags.contains(.cwr)
    }

    private mutating func agreeAsClient(_ segment: Segment) {
        agreeOnOptions(segment)
        agreed.explicitCongestionNotification =
            options.explicitCongestionNotification && segment.flags.contains(.ece) && !segment.flags.contains(.cwr)
    }

    private mutating func agreeOnOptions(_ segment: Segment) {
        // RFC 9293 3.7.1, MUST-15: 536 or 1220 where the other end sent no MSS. With less than 64, nearly all octets
        // would be headers.
        let announced = segment.options.maximumSegmentSize.map(UInt32.init)
        // If the program has chosen the MSS that this end announces, it limits this end's own segments too.
        let chosen = options.maximumSegmentSize.map(UInt32.init) ?? .max
        snd.mss = max(min(announced ?? (isIPv4 ? 536 : 1220), chosen), 64)
        agreed.windowScaling = options.windowScaling && segment.options.windowScale != nil
        agreed.selectiveAcknowledgment = options.selectiveAcknowledgment && segment.options.sackPermitted
        agreed.timestamps = options.timestamps && segment.options.timestamps != nil
        if agreed.windowScaling {
            snd.shift = segment.options.windowScale ?? 0
        } else {
            snd.shift = 0
            rcv.shift = 0
        }
        stamps.recent = agreed.timestamps ? segment.options.timestamps?.value : nil
    }

    /// Enters ESTABLISHED, from SYN-SENT or SYN-RECEIVED.
    mutating func enterEstablished(now: Instant, because reason: Rule) {
        enter(.established, because: reason)
        timers.retransmission = nil
        unansweredSince = nil
        updateUserTimeout()
        congestion.setSegmentSize(effectiveSegmentSize(withSACK: false))
        if recovery.timeouts == 0 {
            if measuresHandshake { roundTrip.measure(now - openedAt) }
        } else {
            // The SYN was lost on this path (RFC 6298 5.7 and RFC 5681 3.1).
            roundTrip.endBackoff()
            roundTrip.distrust()
            congestion.beginSmall()
        }
        recovery = RecoveryVariables()
        counters.delivered += 1
        if lastTaken == nil { lastTaken = now }
        snd.sml = snd.una
        startKeepAliveTimer(now: now)
        if finishRequested { enter(.finWait1, because: .closeBeforeEstablished) }
    }
}
