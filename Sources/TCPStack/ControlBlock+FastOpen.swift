import TCPState
import TCPWire

/// Data in SYNs (RFC 7413).
extension ControlBlock {
    /// The listener's side. Must be called only if the SYN's cookie is valid, or none is required. The SYN's text is
    /// delivered to the program at once, and the program may answer before the handshake is over (4.2.2).
    mutating func takeTextOfSYN(_ segment: Segment, now: Instant) {
        fastOpen.awaitsHandshake = true
        rcv.wnd = min(UInt32(clamping: options.receiveBuffer), 65_535)
        congestion.setSegmentSize(effectiveSegmentSize(withSACK: false))
        snd.maxWindow = snd.wnd
        snd.sml = snd.una
        let text = segment.text.prefix(Int(rcv.wnd))
        guard !text.isEmpty else { return }
        fastOpen.carriedData = true
        let count = UInt32(truncatingIfNeeded: text.count)
        rcv.nxt = rcv.nxt + count
        rcv.wnd -= count
        stamps.lastAcknowledgment = rcv.nxt
        counters.octetsReceived += UInt64(count)
        receiveQueue.append(text)
        act(.deliver(octets: text.count), because: .fastOpenAccepted)
    }

    /// The client's side, when the SYN-ACK arrives. What it acknowledges of the SYN's text was accepted; the rest is
    /// retransmitted at once, since it was not congestion that prevented its arrival (4.2.2).
    mutating func settleTextOfSYN(_ segment: Segment) {
        fastOpen.isNews = fastOpen.option != nil || fastOpen.sent > 0
        if fastOpen.isNews {
            // A cookie that this end did not request is ignored (RFC 7413 4.1.3: it answers the client's request).
            fastOpen.option = fastOpen.option == nil ? nil : segment.options.fastOpen
            fastOpen.learnedSize = segment.options.maximumSegmentSize ?? (isIPv4 ? 536 : 1220)
        }
        guard fastOpen.sent > 0 else { return }
        let taken = segment.acknowledgment.relative(to: snd.una)
        _ = ledger.acknowledge(upTo: segment.acknowledgment)
        sendQueue.removeFirst(Int(taken))
        snd.una = segment.acknowledgment
        snd.sml = snd.una
        counters.octetsAcknowledged += UInt64(taken)
        if taken > 0 { act(.acknowledged(octets: taken), because: .acknowledgmentOfText) }
        fastOpen.carriedData = ledger.isEmpty
        guard let rest = ledger.indices.first else { return }
        ledger.markLost(rest)
        recovery.mustRetransmit = true
        fastOpen.isResending = true
        unansweredSince = clock
        act(.presumeLost(octets: ledger.lostLength), because: .fastOpenDataAgain)
    }
}
