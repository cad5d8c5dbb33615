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

    /// Executes a call of the program on its connection.
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

    /// The error of the socket call. How the connection ended is reported only once; after that the calls fail like
    /// those on an unconnected socket.
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

    /// SEND. Octets for which the buffer has no room are not accepted.
    ///
    /// - Parameters:
    ///   - urgent: whether the octets are urgent data.
    ///   - hints: what the program says about what will follow.
    /// - Returns: how many octets were accepted.
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

    /// RECEIVE: returns at most `limit` octets; none at the end of the stream.
    public mutating func read(_ descriptor: Int, limit: Int, now: Instant) throws(SocketError) -> [UInt8] {
        var octets: [UInt8] = []
        _ = try read(descriptor, into: &octets, limit: limit, now: now)
        return octets
    }

    /// RECEIVE: appends at most `limit` octets to `octets`, so that one array can serve many reads.
    ///
    /// - Returns: how many were appended; 0 at the end of the stream.
    public mutating func read(_ descriptor: Int, into octets: inout [UInt8], limit: Int, now: Instant)
        throws(SocketError) -> Int
    {
        // Nothing can have arrived, since the SYN is not sent before there is data for it.
        if awaitsData(descriptor) { throw .wouldBlock }
        do throws(SocketError) {
            return try call("read", descriptor, now: now) { block throws(CallError) in
                try block.receive(into: &octets, limit: limit, now: now)
            }
        } catch .brokenPipe {
            // The error was reported already; from then on reads return the end of the stream.
            return 0
        }
    }

    /// The octets that ``read(_:limit:now:)`` would return, without removing them.
    public func peek(_ descriptor: Int, limit: Int) throws(SocketError) -> [UInt8] {
        let slot = try slot(descriptor)
        guard connections[slot].block.readable > 0 || connections[slot].block.isAtEnd else { throw .wouldBlock }
        return Array(connections[slot].block.receiveQueue[0..<max(0, limit)])
    }

    /// Closes one direction or both; the descriptor remains open.
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

    /// CLOSE: frees the descriptor. The connection continues by itself until its orderly end, unless there is unread
    /// data or a linger time of zero.
    ///
    /// - Returns: with a linger time other than zero, the value for ``hasFinished(_:)``, which must be true, or the
    ///   time over, before the call returns to the program; otherwise `nil`.
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

    /// Whether everything that was written, and the FIN, has been acknowledged, or the connection no longer exists.
    public func hasFinished(_ lingering: Lingering) -> Bool {
        let slot = lingering.slot
        guard connections[slot].generation == lingering.generation else { return true }
        return connections[slot].block.isFinishAcknowledged || connections[slot].block.end != nil
    }

    /// ABORT: frees the descriptor and sends an RST to the other end.
    public mutating func abort(_ descriptor: Int, now: Instant) throws(SocketError) {
        let slot = try slot(descriptor)
        connections[slot].descriptor = nil
        free(descriptor)
        update(slot, cause: .call("abort"), now: now) { $0.abort() }
    }

    /// Closes a listener. Its connections that were not accepted are reset, since nobody can accept them any more.
    private mutating func closeListener(_ descriptor: Int, now: Instant) {
        guard case .listener(let listener)? = socket(descriptor)?.kind else { return }
        listeners[listener.key] = nil
        for slot in connections.indices where connections[slot].listener == descriptor {
            connections[slot].listener = nil
            update(slot, cause: .call("close"), now: now) { $0.abort(because: .listenerClosed) }
            if connections[slot].block.end != nil { release(slot) }
        }
    }

    /// Changes the options of a socket. For a connection, those that can still take effect change; for a listener,
    /// those that its next connections will begin with.
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

    /// The state of a socket's connection; `nil` for a socket without one.
    public func info(_ descriptor: Int) -> ConnectionInfo? {
        guard let slot = try? slot(descriptor) else { return nil }
        return connections[slot].block.info
    }

    /// How many connections of a listener wait to be accepted.
    public func waiting(_ descriptor: Int) -> Int {
        if case .listener(let listener)? = socket(descriptor)?.kind { listener.accepted.count } else { 0 }
    }

    /// The states of all connections, accepted or not, in the order of their slots.
    public var connectionInfos: [ConnectionInfo] {
        connections.indices.compactMap { connections[$0].isInUse ? connections[$0].block.info : nil }
    }

    /// The socket's local endpoint; `nil` before it is bound.
    public func localName(_ descriptor: Int) -> Endpoint? { socket(descriptor)?.local }

    /// The error that ended the connection; it is returned only once.
    public mutating func takeError(_ descriptor: Int) -> SocketError? {
        guard let slot = try? slot(descriptor), let socket = socket(descriptor), !socket.errorTold,
            let end = connections[slot].block.end
        else { return nil }
        change(descriptor) { $0.errorTold = true }
        return SocketError(end)
    }

    /// What can be done with the socket without blocking.
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
