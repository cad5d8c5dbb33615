import TCPState
import TCPWire

/// What a client remembers of servers (RFC 7413 4.1.3), by address: the cookie, and the MSS by which it knows how much goes into
/// a SYN.
struct FastOpenCache: Sendable {
    struct Entry: Sendable {
        var cookie: FastOpenOption?
        var segmentSize: UInt16 = 0
        /// Whether the next wish for a cookie tries the experimental number, because the right one was not answered; once.
        var triesExperiment = false
        var hasTriedExperiment = false
    }

    private var entries: [IPAddress: Entry] = [:]
    /// The oldest goes first.
    private var order: [IPAddress] = []
    private static let most = 1024

    subscript(address: IPAddress) -> Entry {
        get { entries[address] ?? Entry() }
        set {
            if entries.updateValue(newValue, forKey: address) == nil { order.append(address) }
            if order.count > Self.most { entries[order.removeFirst()] = nil }
        }
    }
}

/// Fast Open (RFC 7413): data in SYNs, on both sides.
extension Host {
    // MARK: The client

    /// Connects with data in the SYN, where a cookie of the other end is known; else the SYN asks for one and the data stays
    /// the caller's (MSG_FASTOPEN).
    ///
    /// - Returns: how many octets were taken.
    public mutating func connect(_ descriptor: Int, to remote: Endpoint, sending octets: [UInt8], now: Instant)
        throws(SocketError) -> Int
    {
        guard configuration.fastOpen.isClient else { throw .operationNotSupported }
        guard let socket = socket(descriptor) else { throw .badDescriptor }
        guard case .idle = socket.kind else {
            try connect(descriptor, to: remote, now: now)
            return 0
        }
        change(descriptor) { $0.deferred = nil }
        let entry = fastOpenCache[remote.address]
        let goesWithout = configuration.fastOpen.sendsWithoutCookie || socket.options.fastOpenWithoutCookie
        let mayCarry = entry.cookie != nil || goesWithout
        let limit =
            mayCarry ? textLimit(entry, remote: remote, options: socket.options, goesWithout: goesWithout) : 0
        let option =
            goesWithout ? nil : entry.cookie ?? .request(isExperimental: entry.triesExperiment)
        try open(descriptor, to: remote, now: now) { block in
            block.connect(with: option, sending: octets, limit: limit, now: now)
        }
        return min(octets.count, limit)
    }

    /// Whether a connect may wait for data (TCP_FASTOPEN_CONNECT): where a cookie is known, or none is needed.
    func mayDefer(_ options: ConnectionOptions, to remote: Endpoint) -> Bool {
        options.fastOpenOnConnect && configuration.fastOpen.isClient
            && (fastOpenCache[remote.address].cookie != nil || configuration.fastOpen.sendsWithoutCookie
                || options.fastOpenWithoutCookie)
    }

    /// Whether a socket is to be connected once there is data for its SYN.
    public func awaitsData(_ descriptor: Int) -> Bool { socket(descriptor)?.deferred != nil }

    /// What fits into a SYN beside as many options as there may be: by the MSS that the other end announced last time; where
    /// the program has vouched for the network, by the path's.
    private func textLimit(
        _ entry: FastOpenCache.Entry, remote: Endpoint, options: ConnectionOptions, goesWithout: Bool
    ) -> Int {
        let path = configuration.mtu - (remote.address.isIPv4 ? 40 : 60)
        let usual = goesWithout ? path : remote.address.isIPv4 ? 536 : 1220
        let known = entry.segmentSize == 0 ? usual : Int(entry.segmentSize)
        return max(0, min(known, path, Int(options.maximumSegmentSize ?? .max)) - 40)
    }

    /// After the SYN-ACK (RFC 7413 4.1.3.1): keeps the cookie and the MSS; of a wish that was not answered, by which number
    /// the next is made.
    mutating func learn(from slot: Int) {
        connections[slot].block.fastOpen.isNews = false
        let block = connections[slot].block
        var entry = fastOpenCache[block.remote.address]
        entry.segmentSize = block.fastOpen.learnedSize
        if let cookie = block.fastOpen.option, cookie.length > 0 {
            entry.cookie = cookie
            entry.triesExperiment = false
        } else if let wish = block.fastOpen.wish, block.counters.retransmissions == 0 {
            entry.triesExperiment = wish == .right && !entry.hasTriedExperiment
            if wish == .experimental { entry.hasTriedExperiment = true }
        }
        fastOpenCache[block.remote.address] = entry
    }

    // MARK: The server

    /// How a listener answers the Fast Open option of a SYN, or its data: `nil` where it is an ordinary SYN to it.
    enum FastOpenAnswer {
        /// The data is taken; a cookie of an old key is replaced.
        case take(FastOpenOption?)
        /// Only the cookie is given.
        case give(FastOpenOption)
    }

    func fastOpenAnswer(to syn: Segment, atListener descriptor: Int) -> FastOpenAnswer? {
        guard configuration.fastOpen.isServer, let socket = socket(descriptor),
            case .listener(let listener) = socket.kind, !syn.flags.contains(.fin)
        else { return nil }
        let room =
            socket.options.fastOpenQueue > 0
            ? socket.options.fastOpenQueue : configuration.fastOpen.coversEveryListener ? listener.backlog : 0
        guard room > listener.fastOpened, syn.options.fastOpen != nil || !syn.text.isEmpty else { return nil }
        if configuration.fastOpen.takesWithoutCookie || socket.options.fastOpenWithoutCookie { return .take(nil) }
        guard let offered = syn.options.fastOpen else { return nil }
        let keys = fastOpenKeys(socket)
        let cookies = keys.map { key in
            FastOpenOption(
                cookie: key.cookie(from: syn.source.address, to: syn.destination.address),
                isExperimental: offered.isExperimental)
        }
        guard let place = cookies.firstIndex(where: { $0.hasSameCookie(as: offered) }) else { return .give(cookies[0]) }
        return .take(place == 0 ? nil : cookies[0])
    }

    private func fastOpenKeys(_ socket: Socket) -> [FastOpenKey] {
        if !socket.fastOpenKeys.isEmpty { return socket.fastOpenKeys }
        let keys = configuration.fastOpen.keys
        return keys.isEmpty ? [FastOpenKey(configuration.secret)] : keys
    }

    /// Gives a listener keys of its own; without any the host's are its.
    public mutating func setFastOpenKeys(_ descriptor: Int, _ keys: [FastOpenKey]) throws(SocketError) {
        guard socket(descriptor) != nil else { throw .badDescriptor }
        change(descriptor) { $0.fastOpenKeys = keys }
    }

    /// A connection that took data from its SYN waits to be accepted at once.
    mutating func queueFastOpened(_ slot: Int, listener descriptor: Int) {
        connections[slot].fastOpener = descriptor
        change(descriptor) {
            $0.addAccepted(slot)
            $0.countFastOpened(1)
        }
    }

    /// Once the handshake is over, or the connection, it counts no more.
    mutating func settleFastOpened(_ slot: Int) {
        guard let descriptor = connections[slot].fastOpener,
            !connections[slot].block.fastOpen.awaitsHandshake || connections[slot].block.end != nil
        else { return }
        connections[slot].fastOpener = nil
        change(descriptor) { $0.countFastOpened(-1) }
    }
}

extension Host.Socket {
    mutating func countFastOpened(_ change: Int) {
        guard case .listener(var listener) = kind else { return }
        listener.fastOpened = max(0, listener.fastOpened + change)
        kind = .listener(listener)
    }
}
