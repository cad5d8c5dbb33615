import TCPState
import TCPWire

/// The socket calls of programs, by descriptor. None of them blocks.
extension Host {
    /// Which directions ``shutdown(_:_:now:)`` closes.
    public enum Direction: Hashable, Sendable {
        case reading, writing, both
    }

    /// What can be done without blocking, as poll(2) reports it.
    public struct Readiness: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// There is something to read: octets, the end of the stream, or a connection to accept.
        public static let readable = Readiness(rawValue: 1)
        /// There is room to write, or the connection has ended, so that a write would return the error at once.
        public static let writable = Readiness(rawValue: 2)
        /// There is urgent data that has not been read.
        public static let urgent = Readiness(rawValue: 4)
        /// The connection has ended with an error that was not reported yet, or the descriptor is invalid.
        public static let error = Readiness(rawValue: 8)
        /// Both directions are closed.
        public static let hangUp = Readiness(rawValue: 16)
        /// The other end has closed its direction.
        public static let peerClosed = Readiness(rawValue: 32)
    }

    /// A connection that was closed with a linger time, for which the caller can ask ``hasFinished(_:)``.
    public struct Lingering: Hashable, Sendable {
        let slot: Int
        let generation: Int
        /// For how long the program is to wait.
        public let time: Interval
    }

    /// Always inlined, so that a caller that needs one field copies only that field.
    @inline(__always)
    func socket(_ descriptor: Int) -> Socket? {
        let index = descriptor - Self.firstDescriptor
        return sockets.indices.contains(index) && sockets[index].isOpen ? sockets[index] : nil
    }

    mutating func change(_ descriptor: Int, _ body: (inout Socket) -> Void) {
        let index = descriptor - Self.firstDescriptor
        guard sockets.indices.contains(index), sockets[index].isOpen else { return }
        body(&sockets[index])
    }

    /// A new socket, with the lowest free descriptor.
    public mutating func open() -> Int {
        let socket = Socket(options: configuration.connection)
        while leastFree < sockets.count, sockets[leastFree].isOpen { leastFree += 1 }
        if leastFree < sockets.count { sockets[leastFree] = socket } else { sockets.append(socket) }
        return leastFree + Self.firstDescriptor
    }

    /// Frees a descriptor.
    mutating func free(_ descriptor: Int) {
        let index = descriptor - Self.firstDescriptor
        sockets[index].kind = .closed
        leastFree = min(leastFree, index)
    }

    /// Sets a socket's local endpoint. An unspecified address stands for any of the host's (MUST-43), port 0 for any
    /// port.
    public mutating func bind(_ descriptor: Int, to local: Endpoint) throws(SocketError) {
        guard let socket = socket(descriptor) else { throw .badDescriptor }
        guard case .idle = socket.kind, socket.local == nil else { throw .invalidArgument }
        guard local.address.isUnspecified || configuration.addresses.contains(local.address) else {
            throw .addressNotAvailable
        }
        if local.port != 0, listeners.keys.contains(where: { $0.port == local.port && $0.overlaps(local.address) }) {
            throw .addressInUse
        }
        change(descriptor) { $0.local = local }
    }

    /// Passive OPEN (RFC 9293 3.10.1). Other listeners and connections are not affected (MUST-41), and any number of
    /// sockets may listen (MUST-42).
    public mutating func listen(_ descriptor: Int, backlog: Int) throws(SocketError) {
        guard let socket = socket(descriptor) else { throw .badDescriptor }
        if case .listener(var listener) = socket.kind {
            listener.backlog = max(0, backlog)
            change(descriptor) { $0.kind = .listener(listener) }
            return
        }
        guard case .idle = socket.kind else { throw .invalidArgument }
        var port = socket.local?.port ?? 0
        if port == 0 {
            guard let free = configuration.ephemeralPorts.first(where: { isFreeToListen($0) }) else {
                throw .addressInUse
            }
            port = free
        }
        let bound = socket.local?.address
        let key = ListenerKey(address: bound.flatMap { $0.isUnspecified ? nil : $0 }, port: port)
        guard listeners[key] == nil else { throw .addressInUse }
        listeners[key] = descriptor
        change(descriptor) {
            $0.local = Endpoint(address: bound ?? IPAddress(ipv4: 0), port: port)
            $0.kind = .listener(Listener(key: key, backlog: max(0, backlog)))
        }
    }

    private func isFreeToListen(_ port: UInt16) -> Bool { !listeners.keys.contains { $0.port == port } }

    /// Accepts the oldest connection that waits for it.
    ///
    /// - Returns: the connection's new descriptor and its remote endpoint.
    public mutating func accept(_ descriptor: Int) throws(SocketError) -> (descriptor: Int, remote: Endpoint) {
        guard let socket = socket(descriptor) else { throw .badDescriptor }
        guard case .listener = socket.kind else { throw .invalidArgument }
        var taken: Int?
        change(descriptor) { taken = $0.takeAccepted() }
        guard let slot = taken else { throw .wouldBlock }
        let new = open()
        connections[slot].descriptor = new
        connections[slot].listener = nil
        let local = connections[slot].block.local
        let options = connections[slot].block.options
        change(new) {
            $0.kind = .connection(slot)
            $0.local = local
            $0.options = options
        }
        return (new, connections[slot].block.remote)
    }

    /// Active OPEN (RFC 9293 3.10.1): begins to connect. ``readiness(_:)`` shows when this is finished,
    /// ``takeError(_:)`` whether it has failed.
    public mutating func connect(_ descriptor: Int, to remote: Endpoint, now: Instant) throws(SocketError) {
        guard let socket = socket(descriptor) else { throw .badDescriptor }
        switch socket.kind {
        case .closed: throw .badDescriptor
        case .idle where socket.deferred != nil: throw .isConnected
        case .idle: break
        case .listener: throw .isConnected
        case .connection(let slot):
            let state = connections[slot].block.state
            if state == .synSent || state == .synReceived { throw .already }
            throw .isConnected
        }
        if mayDefer(socket.options, to: remote), socket.deferred == nil {
            change(descriptor) { $0.deferred = remote }
            return
        }
        let isWished = socket.options.fastOpenOnConnect && configuration.fastOpen.isClient
        let wish =
            isWished ? FastOpenOption.request(isExperimental: fastOpenCache[remote.address].triesExperiment) : nil
        try open(descriptor, to: remote, now: now) {
            $0.connect(with: wish, sending: [], limit: 0, now: now)
        }
    }

    /// Makes a connection for a socket, and begins it.
    mutating func open(
        _ descriptor: Int, to remote: Endpoint, now: Instant, _ begin: (inout ControlBlock) -> Void
    ) throws(SocketError) {
        guard let socket = socket(descriptor) else { throw .badDescriptor }
        // MUST-46: no connection to a broadcast or multicast address.
        guard remote.port != 0, isAddressOfOne(remote.address) else { throw .networkUnreachable }
        guard let local = localEndpoint(for: remote, bound: socket.local) else { throw .addressNotAvailable }
        guard demultiplexer[FourTuple(local: local, remote: remote)] == nil else { throw .addressNotAvailable }
        let block = makeBlock(local: local, remote: remote, options: socket.options, now: now)
        guard let slot = add(block) else { throw .noBufferSpace }
        connections[slot].descriptor = descriptor
        change(descriptor) {
            $0.kind = .connection(slot)
            $0.local = local
        }
        update(slot, cause: .call("connect"), now: now, begin)
    }

    private func isAddressOfOne(_ address: IPAddress) -> Bool {
        if address.isUnspecified || configuration.broadcastAddresses.contains(address) { return false }
        if let ipv4 = address.ipv4 { return ipv4 != 0xffff_ffff && ipv4 >> 28 != 0xe }
        return address.high >> 56 != 0xff
    }

    /// The local endpoint of a new connection: the address that the program chose, or the host's first one of the right
    /// version (MUST-44, MUST-45), and a port that cannot be predicted (RFC 6056).
    private mutating func localEndpoint(for remote: Endpoint, bound: Endpoint?) -> Endpoint? {
        var address = bound?.address ?? IPAddress(ipv4: 0)
        if address.isUnspecified {
            let own = configuration.addresses
            guard
                let first = own.first(where: { $0 == remote.address })
                    ?? own.first(where: { $0.isIPv4 == remote.address.isIPv4 })
            else { return nil }
            address = first
        }
        if let port = bound?.port, port != 0 { return Endpoint(address: address, port: port) }
        let ports = configuration.ephemeralPorts
        let count = UInt32(ports.count)
        let offset = ISNGenerator(configuration.secret).portOffset(local: address, remote: remote)
        for _ in 0..<count {
            portSteps &+= 1
            let port = ports.lowerBound &+ UInt16(truncatingIfNeeded: (offset &+ portSteps) % count)
            let local = Endpoint(address: address, port: port)
            if demultiplexer[FourTuple(local: local, remote: remote)] == nil, isFreeToListen(port) { return local }
        }
        return nil
    }
}

extension Host.ListenerKey {
    func overlaps(_ other: IPAddress) -> Bool { address == nil || other.isUnspecified || address == other }
}
