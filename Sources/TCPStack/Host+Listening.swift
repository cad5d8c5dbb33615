import TCPState
import TCPWire

/// Listeners: half-open connections, SYN cookies, and the queue of connections that wait to be accepted.
extension Host {
    /// Processes a segment that is for a listener and belongs to none of its connections.
    mutating func arrive(
        _ segment: Segment, atListener descriptor: Int, after previous: SequenceNumber?, now: Instant
    ) {
        if segment.flags.contains(.rst) { return drop(segment, because: .resetInListen, in: .listen, now: now) }
        if segment.flags.contains(.ack) {
            if !segment.flags.contains(.syn), takeCookie(segment, atListener: descriptor, now: now) { return }
            return answerNobodys(segment, because: .acknowledgmentInListen, now: now)
        }
        guard segment.flags.contains(.syn) else {
            return drop(segment, because: .nothingInListen, in: .listen, now: now)
        }
        guard case .listener(let listener)? = socket(descriptor)?.kind else { return }
        guard !listener.isFull else { return drop(segment, because: .acceptQueueFull, in: .listen, now: now) }
        let isUnderPressure = halfOpenCount >= configuration.halfOpenLimit
        switch configuration.cookies {
        case .always: return sendCookie(answering: segment, atListener: descriptor, now: now)
        case .underPressure where isUnderPressure:
            return sendCookie(answering: segment, atListener: descriptor, now: now)
        case .never where isUnderPressure: return drop(segment, because: .synQueueFull, in: .listen, now: now)
        case .underPressure, .never: break
        }
        var block = makeBlock(
            local: segment.destination, remote: segment.source, options: listenerOptions(descriptor), now: now)
        // The ISN must be beyond all numbers that the previous connection has used (RFC 6191 2 and RFC 1122 4.2.2.13).
        if let previous, !block.iss.isAfter(previous) {
            block = ControlBlock(
                local: segment.destination, remote: segment.source, iss: previous + 131_072,
                timestampOffset: block.stamps.offset, mtu: configuration.mtu, options: block.options)
        }
        block.listen()
        // The transition to LISTEN is not an effect of this segment, so it is not recorded.
        _ = block.takeActions()
        let answer = fastOpenAnswer(to: segment, atListener: descriptor)
        switch answer {
        case .take(let cookie)?:
            block.fastOpen.isServing = true
            block.fastOpen.option = cookie
        case .give(let cookie)?: block.fastOpen.option = cookie
        case nil: break
        }
        guard let slot = add(block) else {
            return drop(segment, because: .tooManyConnections, in: .listen, now: now)
        }
        connections[slot].listener = descriptor
        var segment = segment
        switch answer {
        case .take?: queueFastOpened(slot, listener: descriptor)
        case .give?:
            // The data is dropped; the client will send it again after the handshake.
            segment.text = []
            fallthrough
        case nil:
            connections[slot].isHalfOpen = true
            halfOpenCount += 1
        }
        deliver(segment, to: slot, now: now)
    }

    private func listenerOptions(_ descriptor: Int) -> ConnectionOptions {
        socket(descriptor)?.options ?? configuration.connection
    }

    func makeBlock(local: Endpoint, remote: Endpoint, options: ConnectionOptions, now: Instant) -> ControlBlock {
        let generator = ISNGenerator(configuration.secret)
        return ControlBlock(
            local: local, remote: remote, iss: generator.number(local: local, remote: remote, now: now),
            timestampOffset: generator.timestampOffset(local: local, remote: remote), mtu: configuration.mtu,
            options: options)
    }

    private mutating func sendCookie(answering syn: Segment, atListener descriptor: Int, now: Instant) {
        let local = syn.destination
        let remote = syn.source
        let generator = ISNGenerator(configuration.secret)
        let offset = generator.timestampOffset(local: local, remote: remote)
        let ticks = TimestampVariables(offset: 0).value(at: now)
        let stamp = SYNCookie.stamp(ticks &+ offset, for: syn.options)
        // A temporary connection that answers the SYN and is not kept.
        var block = ControlBlock(
            local: local, remote: remote, iss: SYNCookie(hash: configuration.secret).number(answering: syn, now: now),
            timestampOffset: stamp &- ticks, mtu: configuration.mtu, options: listenerOptions(descriptor))
        block.listen()
        block.receive(syn, now: now)
        let answers = block.transmissions
        if configuration.keepsRecords {
            note(
                .segment(syn), local: local, remote: remote, stateBefore: .listen, after: nil,
                actions: answers.map { Action(.transmit($0.segment, $0.kind), because: .cookieSent) }, now: now)
        }
        for sent in answers { send(sent.segment, kind: sent.kind, because: .cookieSent, state: .listen) }
        lastCookie = now
        cookiesSent += 1
    }

    /// - Returns: whether the segment has been processed: it has opened a connection, or was dropped.
    private mutating func takeCookie(_ ack: Segment, atListener descriptor: Int, now: Instant) -> Bool {
        guard let lastCookie, now - lastCookie < .seconds(192),
            let syn = SYNCookie(hash: configuration.secret).syn(acknowledgedBy: ack, now: now)
        else {
            if lastCookie != nil { drop(.cookieWrong) }
            return false
        }
        guard case .listener(let listener)? = socket(descriptor)?.kind, !listener.isFull else {
            drop(ack, because: .acceptQueueFull, in: .listen, now: now)
            return true
        }
        let generator = ISNGenerator(configuration.secret)
        var block = ControlBlock(
            local: ack.destination, remote: ack.source, iss: ack.acknowledgment - 1,
            timestampOffset: generator.timestampOffset(local: ack.destination, remote: ack.source),
            mtu: configuration.mtu, options: listenerOptions(descriptor))
        block.measuresHandshake = false
        block.listen()
        block.receive(syn, now: now)
        _ = block.takeActions()
        guard let slot = add(block) else {
            drop(ack, because: .tooManyConnections, in: .listen, now: now)
            return true
        }
        cookiesAccepted += 1
        connections[slot].listener = descriptor
        connections[slot].isHalfOpen = true
        halfOpenCount += 1
        // Nothing was kept of the connection until now, so its state was the listener's, LISTEN.
        connections[slot].block.act(.enter(.synReceived, from: .listen), because: .cookieAccepted)
        deliver(ack, to: slot, from: .listen, now: now)
        return true
    }

    /// Puts a connection into a slot; `nil` where there are too many connections.
    mutating func add(_ block: ControlBlock) -> Int? {
        guard connectionCount < configuration.connectionLimit else { return nil }
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = free
        } else {
            slot = connections.count
            connections.append(.free)
        }
        serial += 1
        connections[slot] = Connection(block: block, isInUse: true, generation: serial)
        connections[slot].block.tellsActions = configuration.keepsRecords
        demultiplexer[FourTuple(local: block.local, remote: block.remote)] = slot
        return slot
    }

    /// Frees a connection's slot, and removes the connection from the tables and queues that it is in.
    mutating func release(_ slot: Int) {
        guard connections[slot].isInUse else { return }
        leaveHalfOpen(slot)
        unregister(slot)
        if let descriptor = connections[slot].descriptor { change(descriptor) { $0.kind = .idle } }
        connections[slot] = .free
        deadlines.remove(slot)
        freeSlots.append(slot)
    }

    private mutating func leaveHalfOpen(_ slot: Int) {
        guard connections[slot].isHalfOpen else { return }
        connections[slot].isHalfOpen = false
        halfOpenCount -= 1
    }

    private mutating func unregister(_ slot: Int) {
        let tuple = FourTuple(local: connections[slot].block.local, remote: connections[slot].block.remote)
        if demultiplexer[tuple] == slot { demultiplexer[tuple] = nil }
    }

    /// Must be called after each event. A half-open connection that has become established is queued to be accepted;
    /// one that has ended is removed.
    mutating func settle(_ slot: Int) {
        guard connections[slot].isInUse else { return }
        if connections[slot].block.fastOpen.isNews { learn(from: slot) }
        if connections[slot].fastOpener != nil { settleFastOpened(slot) }
        let hasEnded = connections[slot].block.end != nil
        if connections[slot].isHalfOpen, connections[slot].block.state.isSynchronized, !hasEnded,
            let descriptor = connections[slot].listener
        {
            leaveHalfOpen(slot)
            change(descriptor) { $0.addAccepted(slot) }
        }
        guard hasEnded else { return }
        unregister(slot)
        let waitsForAccept = connections[slot].listener != nil && !connections[slot].isHalfOpen
        if connections[slot].descriptor == nil, !waitsForAccept { release(slot) }
    }
}

extension Host.Socket {
    /// Whether the descriptor is in use.
    var isOpen: Bool { if case .closed = kind { false } else { true } }

    /// The slot of the socket's connection; `nil` where it has none.
    var slot: Int? { if case .connection(let slot) = kind { slot } else { nil } }

    mutating func addAccepted(_ slot: Int) {
        guard case .listener(var listener) = kind else { return }
        listener.accepted.append(slot)
        kind = .listener(listener)
    }

    mutating func takeAccepted() -> Int? {
        guard case .listener(var listener) = kind, !listener.accepted.isEmpty else { return nil }
        let slot = listener.accepted.removeFirst()
        kind = .listener(listener)
        return slot
    }
}
