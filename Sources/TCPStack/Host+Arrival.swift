import FlatMemory
import TCPState
import TCPWire

/// Arriving packets.
extension Host {
    /// Accepts a packet from the network, from the IP header on. Answers to it are returned by the next ``poll(now:)``,
    /// so that several packets can be passed in before one ACK answers them all (MUST-59).
    public mutating func receive(packet octets: [UInt8], now: Instant) {
        guard let packet = InternetPacket(octets) else { return drop(.badPacket) }
        guard isValidSource(packet.source) else { return drop(.invalidSource) }
        guard configuration.addresses.contains(packet.destination) else {
            return drop(isEverybodys(packet.destination) ? .invalidSource : .notForHost)
        }
        guard packet.isWhole else {
            let (whole, isRefused) = assembler.add(packet: octets, at: now.nanoseconds)
            if let whole {
                receive(packet: whole, now: now)
            } else {
                drop(isRefused ? .fragmentDropped : .fragmentKept)
            }
            return
        }
        switch packet.nextProtocol {
        case InternetPacket.tcp: receiveTCP(packet, octets, now: now)
        case InternetPacket.icmp where packet.isIPv4, InternetPacket.icmpv6 where !packet.isIPv4:
            receiveICMP(packet, octets, now: now)
        default: drop(.otherProtocol)
        }
    }

    mutating func drop(_ rule: Rule) { discarded[rule, default: 0] += 1 }

    /// Counts and records a segment that belongs to no connection.
    mutating func drop(_ segment: Segment, because rule: Rule, in state: State = .closed, now: Instant) {
        drop(segment, because: rule, in: state, after: nil, now: now)
    }

    /// Counts and records a segment that is dropped before it reaches its connection, whose state it does not change.
    private mutating func drop(_ segment: Segment, because rule: Rule, keptFrom slot: Int, now: Instant) {
        let info = connections[slot].block.info
        drop(segment, because: rule, in: info.state, after: info, now: now)
    }

    private mutating func drop(
        _ segment: Segment, because rule: Rule, in state: State, after: ConnectionInfo?, now: Instant
    ) {
        drop(rule)
        guard configuration.keepsRecords else { return }
        note(
            .segment(segment), local: segment.destination, remote: segment.source, stateBefore: state, after: after,
            actions: [Action(.discard, because: rule)], now: now)
    }

    private func isEverybodys(_ address: IPAddress) -> Bool {
        if configuration.broadcastAddresses.contains(address) { return true }
        if let ipv4 = address.ipv4 { return ipv4 == 0xffff_ffff || ipv4 >> 28 == 0xe }
        return address.high >> 56 == 0xff
    }

    /// MUST-63: packets from a broadcast, multicast or unspecified address are not answered.
    private func isValidSource(_ address: IPAddress) -> Bool { !isEverybodys(address) && !address.isUnspecified }

    private mutating func receiveTCP(_ packet: InternetPacket, _ octets: [UInt8], now: Instant) {
        guard let length = Segment.headerLength(packet, in: octets) else { return drop(.badPacket) }
        let segment = Segment(packet, headerLength: length, in: octets)
        guard Segment.isIntact(packet, in: octets) else {
            guard let slot = demultiplexer[FourTuple(local: segment.destination, remote: segment.source)] else {
                return drop(segment, because: .badChecksum, in: idleState(at: segment.destination), now: now)
            }
            return drop(segment, because: .badChecksum, keptFrom: slot, now: now)
        }
        receive(segment, now: now)
    }

    /// Finds out whom a segment belongs to: a connection, a listener, or nobody.
    private mutating func receive(_ segment: Segment, now: Instant) {
        let tuple = FourTuple(local: segment.destination, remote: segment.source)
        var isFollowing: SequenceNumber?
        if let slot = slot(between: tuple) {
            if let next = mayReplaceTimeWait(slot, with: segment) {
                isFollowing = next
                release(slot)
            } else {
                if let reason = holdingBack(slot, segment, now: now) {
                    return drop(segment, because: reason, keptFrom: slot, now: now)
                }
                deliver(segment, to: slot, now: now)
                return
            }
        }
        if let descriptor = listener(for: segment.destination) {
            return arrive(segment, atListener: descriptor, after: isFollowing, now: now)
        }
        answerNobodys(segment, because: .noConnection, now: now)
    }

    func listener(for local: Endpoint) -> Int? {
        listeners[ListenerKey(address: local.address, port: local.port)]
            ?? listeners[ListenerKey(address: nil, port: local.port)]
    }

    /// The state of an endpoint without a connection.
    private func idleState(at local: Endpoint) -> State { listener(for: local) == nil ? .closed : .listen }

    /// The state of this end towards the other: that of their connection, or else LISTEN or CLOSED.
    public func state(local: Endpoint, remote: Endpoint) -> State {
        let slot = demultiplexer[FourTuple(local: local, remote: remote)]
        return slot.map { connections[$0].block.state } ?? idleState(at: local)
    }

    /// Answers a segment of no connection with an RST (RFC 9293 3.10.7.1). The number of RSTs per second is limited, so
    /// that a flood is not answered with a flood.
    mutating func answerNobodys(_ segment: Segment, because rule: Rule, now: Instant) {
        let isReset = segment.flags.contains(.rst)
        let state = idleState(at: segment.destination)
        drop(segment, because: isReset ? .resetInClosed : rule, in: state, now: now)
        guard var reset = ControlBlock.reset(answering: segment) else { return }
        let second = now.nanoseconds / 1_000_000_000
        if resetsThisSecond.second != second { resetsThisSecond = (second, 0) }
        guard resetsThisSecond.count < configuration.resetLimit else { return drop(.challengeLimited) }
        resetsThisSecond.count += 1
        reset.hopLimit = configuration.connection.hopLimit
        send(reset, kind: .reset, because: rule, state: state)
    }

    /// Whether a SYN may replace a connection in TIME-WAIT (RFC 6191 2, SHLD-4, MAY-2): it must be newer than
    /// everything that the connection has received.
    ///
    /// - Returns: the sequence number that the new connection's must be after; `nil` where the SYN may not replace the
    ///   connection.
    private func mayReplaceTimeWait(_ slot: Int, with segment: Segment) -> SequenceNumber? {
        guard segment.flags.contains(.syn), !segment.flags.contains(.ack), !segment.flags.contains(.rst),
            connections[slot].block.state == .timeWait, listener(for: segment.destination) != nil
        else { return nil }
        let block = connections[slot].block
        if let stamps = segment.options.timestamps, let recent = block.stamps.recent, stamps.value != recent {
            guard Int32(bitPattern: stamps.value &- recent) > 0 else { return nil }
        } else {
            guard segment.sequence.isAfter(block.rcv.nxt) else { return nil }
        }
        return block.snd.nxt
    }

    /// Why the handshake is not completed yet, if so: the program does not accept connections fast enough, or wants
    /// only those with data. The SYN-ACK is then retransmitted, and the other end answers again.
    private func holdingBack(_ slot: Int, _ segment: Segment, now: Instant) -> Rule? {
        guard connections[slot].isHalfOpen, let descriptor = connections[slot].listener,
            let socket = socket(descriptor), case .listener(let listener) = socket.kind,
            segment.flags.contains(.ack), !segment.flags.contains(.rst)
        else { return nil }
        if listener.isFull { return .acceptQueueFull }
        guard let deferral = socket.options.acceptDeferral, segment.text.isEmpty, !segment.flags.contains(.fin),
            now < connections[slot].block.openedAt + deferral
        else { return nil }
        return .acceptDeferred
    }

    private mutating func receiveICMP(_ packet: InternetPacket, _ octets: [UInt8], now: Instant) {
        let message = octets[packet.payloadStart..<packet.end]
        let start =
            packet.isIPv4
            ? 0 : InternetPacket.pseudoSum(from: packet.source, to: packet.destination, length: message.count)
        guard message.count >= 8, InternetPacket.checksum(message, startingWith: start) == 0 else {
            return drop(.badChecksum)
        }
        if message.first == (packet.isIPv4 ? 8 : 128) { return answerEcho(packet, message) }
        var error = ICMPError()
        let whole = Array(octets[0..<packet.end])
        guard PacketDecoder.decodeQuoted(whole.octets, link: .raw, originalLength: whole.count, into: &error) else {
            return drop(.otherProtocol)
        }
        guard let slot = demultiplexer[FourTuple(local: error.source, remote: error.destination)] else {
            return drop(.icmpNotOurs)
        }
        update(slot, cause: .icmp(error.reason), now: now) {
            $0.receiveICMP(error.reason, quoted: SequenceNumber(error.sequence), mtu: error.mtu, now: now)
        }
    }

    /// Answers an echo request with the same data (RFC 1122 3.2.2.6, RFC 4443 4.2).
    private mutating func answerEcho(_ packet: InternetPacket, _ message: ArraySlice<UInt8>) {
        var reply = Array(message)
        reply[0] = packet.isIPv4 ? 0 : 129
        reply[2] = 0
        reply[3] = 0
        let start =
            packet.isIPv4
            ? 0 : InternetPacket.pseudoSum(from: packet.destination, to: packet.source, length: reply.count)
        let sum = InternetPacket.checksum(reply[...], startingWith: start)
        reply[2] = UInt8(sum >> 8)
        reply[3] = UInt8(sum & 0xff)
        let octets = InternetPacket.make(
            reply, protocol: packet.isIPv4 ? InternetPacket.icmp : InternetPacket.icmpv6, from: packet.destination,
            to: packet.source, hopLimit: 64)
        outgoing.append(HostPacket(octets: octets, reason: .echoReply))
    }
}
