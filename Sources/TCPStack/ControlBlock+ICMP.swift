import TCPState
import TCPWire

/// ICMP errors about this connection (RFC 9293 3.9.2.2).
extension ControlBlock {
    /// - Parameters:
    ///   - reason: the meaning of the message.
    ///   - sequence: the sequence number in the quoted header; unless it lies between SND.UNA and SND.NXT, the message
    ///     is old or forged (RFC 5927 4.1).
    ///   - mtu: the MTU of the next link; `nil` where the message does not state it.
    public mutating func receiveICMP(_ reason: ICMPReason, quoted sequence: SequenceNumber, mtu: UInt32?, now: Instant)
    {
        clock = now
        guard state != .closed, state != .listen, state != .timeWait else { return }
        if reason == .sourceQuench { return discard(.icmpSourceQuench) }
        guard sequence.isAtOrAfter(snd.una), sequence.isBefore(snd.nxt) else { return discard(.icmpNotOurs) }
        let isOpening = state == .synSent || state == .synReceived
        switch reason {
        case .fragmentationNeeded, .packetTooBig: reducePathMTU(to: mtu)
        case .protocolUnreachable, .portUnreachable:
            if isOpening { return finish(.unreachable(reason), because: .icmpHardError) }
            note(reason, because: .icmpHardErrorInConnection)
        case .sourceQuench, .redirect, .other: discard(.icmpSourceQuench)
        case .networkUnreachable, .hostUnreachable, .sourceRouteFailed, .networkProhibited, .hostProhibited,
            .administrativelyProhibited, .noRoute, .beyondScope, .addressUnreachable, .policyFailed, .routeRejected:
            if isOpening, options.unreachableEndsOpening {
                return finish(.unreachable(reason), because: .icmpInOpening)
            }
            note(reason, because: .icmpSoftError)
        case .timeExceeded, .reassemblyTimeExceeded, .parameterProblem, .otherUnreachable:
            note(reason, because: .icmpSoftError)
        }
    }

    private mutating func note(_ reason: ICMPReason, because rule: Rule) {
        softError = reason
        if options.reportsErrors { act(.softError(reason), because: rule) }
    }

    /// Reduces the path MTU (RFC 1191 and RFC 8201), but not below the least that the version of IP guarantees.
    /// Outstanding segments that are too large are sent again in smaller pieces.
    private mutating func reducePathMTU(to mtu: UInt32?) {
        let least = isIPv4 ? 552 : 1280
        let wanted = max(Int(mtu ?? UInt32(least)), least)
        guard wanted < pathMTU else { return discard(.icmpNotOurs) }
        pathMTU = wanted
        if state == .synSent, fastOpen.sent > 0 {
            // The data in the SYN made it too large.
            counters.retransmissions += 1
            sendSYN(answering: false, kind: .retransmission, because: .icmpPacketTooBig)
        }
        guard state.isSynchronized else { return }
        let size = effectiveSegmentSize(withSACK: false)
        congestion.setSegmentSize(size)
        for index in ledger.indices where ledger[index].length > size + 1 && !ledger[index].isSacked {
            ledger.markLost(index, isTooLarge: true)
        }
        recovery.mustRetransmit = true
        act(.presumeLost(octets: ledger.lostLength), because: .icmpPacketTooBig)
    }
}
