import TCPState
import TCPWire

/// Reading, writing and closing connections.
extension Host {
    private func slot(_ descriptor: Int) throws(SocketError) -> Int {
        let index = descriptor - Self.firstDescriptor
        guard sockets.indices.contains(index), sockets[index].isOpen else { throw .badDescriptor }
        guard let slot = sockets[index].slot else { throw .notConnected }
        return slot
    }

    /// Runs a call of the program on its connection.
    private mutating func call<Result>(
        _ name: String, _ descriptor: Int, now: Instant, _ body: (inout ControlBlock) throws(CallError) -> Result
    ) throws(SocketError) -> Result {
        let slot = try slot(descriptor)
        var outcome: Swift.Result<Result, CallError>?
        update(slot, cause: .call(name), now: now) { block in
            do throws(CallError) { outcome = .success(try body(&block)) } catch { outcome = .failure(error) }
        }
        switch outcome {
        case .success(let result)?: return result
        case .failure(let error)?: throw socketError(error, descriptor)
        case nil: throw .badDescriptor
        }
    }

    /// An error ends the connection for the program once; after that it is only not connected.
    private mutating func socketError(_ error: CallError, _ descriptor: Int) -> SocketError {
        switch error {
        case .wouldBlock: return .wouldBlock
        case .notOpen: return .notConnected
        case .alreadyOpen: return .isConnected
        case .closing: return .brokenPipe
        case .ended:
            return takeError(descriptor) ?? .brokenPipe
        }
    }

    /// SEND. What is beyond the buffer's room is not taken.
    ///
    /// - Parameters:
    ///   - urgent: whether the octets are urgent data.
    ///   - hints: what the program says of how they go on.
    /// - Returns: how many octets were taken.
    @discardableResult
    public mutating func write(
        _ descriptor: Int, _ octets: [UInt8], urgent: Bool = false, hints: SendHints = [], now: Instant
    ) throws(SocketError) -> Int {
        if let remote = socket(descriptor)?.deferred {
            return try connect(descriptor, to: remote, sending: octets, now: now)
        }
        return try call("write", descriptor, now: now) { block throws(CallError) in
            try block.send(octets, urgent: urgent, hints: hints, now: now)
        }
    }

    /// RECEIVE: at most `limit` octets; none at the end of the stream.
    public mutating func read(_ descriptor: Int, limit: Int, now: Instant) throws(SocketError) -> [UInt8] {
        var octets: [UInt8] = []
        _ = try read(descriptor, into: &octets, limit: limit, now: now)
        return octets
    }

    /// The same behind what `octets` holds, whose storage may serve many reads.
    ///
    /// - Returns: how many.
    public mutating func read(_ descriptor: Int, into octets: inout [UInt8], limit: Int, now: Instant)
        throws(SocketError) -> Int
    {
        // Nothing can have come: the connection waits for data to begin with.
        if awaitsData(descriptor) { throw .wouldBlock }
        do throws(SocketError) {
            return try call("read", descriptor, now: now) { block throws(CallError) in
                try block.receive(into: &octets, limit: limit, now: now)
            }
        } catch .brokenPipe {
            // The error has been told: what is left is the end.
            return 0
        }
    }

    /// What ``read(_:limit:now:)`` would give, left in place.
    public func peek(_ descriptor: Int, limit: Int) throws(SocketError) -> [UInt8] {
        let slot = try slot(descriptor)
        guard connections[slot].block.readable > 0 || connections[slot].block.isAtEnd else { throw .wouldBlock }
        return Array(connections[slot].block.receiveQueue[0..<max(0, limit)])
    }

    /// Closes one direction or both; the descriptor stays.
    public mutating func shutdown(_ descriptor: Int, _ direction: Direction, now: Instant) throws(SocketError) {
        if case .listener? = socket(descriptor)?.kind {
            closeListener(descriptor, now: now)
            change(descriptor) { $0.kind = .idle }
            return
        }
        let state = try connections[slot(descriptor)].block.state
        guard state != .closed, state != .synSent else { throw .notConnected }
        if direction != .writing {
            try call("shutdown", descriptor, now: now) { block throws(CallError) in block.shutdownReceiving() }
        }
        if direction != .reading {
            try call("shutdown", descriptor, now: now) { block throws(CallError) in
                try block.shutdownSending(now: now)
            }
        }
    }

    /// CLOSE: gives the descriptor back. The connection goes on by itself to its orderly end, unless there is unread data or
    /// a linger time of zero.
    ///
    /// - Returns: where the linger time is not zero, what to ask ``hasFinished(_:)`` for before returning to the program.
    @discardableResult
    public mutating func close(_ descriptor: Int, now: Instant) throws(SocketError) -> Lingering? {
        guard let socket = socket(descriptor) else { throw .badDescriptor }
        defer { free(descriptor) }
        switch socket.kind {
        case .closed, .idle: return nil
        case .listener:
            closeListener(descriptor, now: now)
            return nil
        case .connection(let slot):
            let generation = connections[slot].generation
            connections[slot].descriptor = nil
            update(slot, cause: .call("close"), now: now) { $0.close(now: now) }
            guard case .wait(let time) = socket.options.linger, connections[slot].generation == generation else {
                return nil
            }
            return Lingering(slot: slot, generation: generation, time: time)
        }
    }

    /// Whether everything that was written, and the FIN, has been acknowledged, or the connection is gone.
    public func hasFinished(_ lingering: Lingering) -> Bool {
        let slot = lingering.slot
        guard connections[slot].generation == lingering.generation else { return true }
        return connections[slot].block.isFinishAcknowledged || connections[slot].block.end != nil
    }

    /// ABORT: gives the descriptor back and tells the other end with an RST.
    public mutating func abort(_ descriptor: Int, now: Instant) throws(SocketError) {
        let slot = try slot(descriptor)
        connections[slot].descriptor = nil
        free(descriptor)
        update(slot, cause: .call("abort"), now: now) { $0.abort() }
    }

    /// What nobody accepted, and nobody ever will, is reset.
    private mutating func closeListener(_ descriptor: Int, now: Instant) {
        guard case .listener(let listener)? = socket(descriptor)?.kind else { return }
        listeners[listener.key] = nil
        for slot in connections.indices where connections[slot].listener == descriptor {
            connections[slot].listener = nil
            update(slot, cause: .call("close"), now: now) { $0.abort(because: .listenerClosed) }
            if connections[slot].block.end != nil { release(slot) }
        }
    }

    /// Changes the options of a socket: of a connection those that can still take effect, of a listener what its next
    /// connections begin with.
    public mutating func setOptions(
        _ descriptor: Int, now: Instant, _ body: (inout ConnectionOptions) -> Void
    ) throws(SocketError) {
        guard let socket = socket(descriptor) else { throw .badDescriptor }
        change(descriptor) { body(&$0.options) }
        if case .connection(let slot) = socket.kind {
            update(slot, cause: .call("setOptions"), now: now) { $0.setOptions(body, now: now) }
        }
    }

    /// The options of a socket.
    public func options(_ descriptor: Int) throws(SocketError) -> ConnectionOptions {
        guard let socket = socket(descriptor) else { throw .badDescriptor }
        return socket.options
    }

    /// What is known of its connection; `nil` for a socket that has none.
    public func info(_ descriptor: Int) -> ConnectionInfo? {
        guard let slot = try? slot(descriptor) else { return nil }
        return connections[slot].block.info
    }

    /// How many connections wait to be accepted.
    public func waiting(_ descriptor: Int) -> Int {
        if case .listener(let listener)? = socket(descriptor)?.kind { listener.accepted.count } else { 0 }
    }

    /// What every connection looks like, accepted or not, in the order of their slots.
    public var connectionInfos: [ConnectionInfo] {
        connections.indices.compactMap { connections[$0].isInUse ? connections[$0].block.info : nil }
    }

    /// This end's name; `nil` before bind.
    public func localName(_ descriptor: Int) -> Endpoint? { socket(descriptor)?.local }

    /// The error that ended the connection, or kept it waiting last (SHLD-25), once.
    public mutating func takeError(_ descriptor: Int) -> SocketError? {
        guard let slot = try? slot(descriptor), let socket = socket(descriptor), !socket.errorTold,
            let end = connections[slot].block.end
        else { return nil }
        change(descriptor) { $0.errorTold = true }
        return SocketError(end)
    }

    /// What may be done without waiting.
    public func readiness(_ descriptor: Int) -> Readiness {
        guard let socket = socket(descriptor) else { return .error }
        switch socket.kind {
        case .closed: return .error
        case .idle: return socket.deferred == nil ? [.writable, .hangUp] : .writable
        case .listener(let listener): return listener.accepted.isEmpty ? [] : .readable
        case .connection(let slot):
            return Self.readiness(of: connections[slot].block, errorTold: socket.errorTold)
        }
    }

    private static func readiness(of block: borrowing ControlBlock, errorTold: Bool) -> Readiness {
        var ready: Readiness = []
        if block.readable > 0 || block.isAtEnd { ready.insert(.readable) }
        if block.hasRemoteFinished || block.end != nil { ready.insert(.peerClosed) }
        if block.urgentAhead > 0 { ready.insert(.urgent) }
        if block.canWrite { ready.insert(.writable) }
        if let end = block.end {
            ready.formUnion([.hangUp, .writable])
            if !errorTold, SocketError(end) != nil { ready.insert(.error) }
        } else if block.hasRemoteFinished, block.hasFinished {
            ready.insert(.hangUp)
        }
        return ready
    }
}
