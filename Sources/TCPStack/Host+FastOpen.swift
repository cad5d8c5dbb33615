import TCPState
import TCPWire

/// What a client remembers about servers (RFC 7413 4.1.3), by address: the cookie, and the MSS, which determines how
/// much data fits into a SYN.
struct FastOpenCache: Sendable {
    struct Entry: Sendable {
        var cookie: FastOpenOption?
        var segmentSize: UInt16 = 0
        /// Whether the next request for a cookie uses the experimental option number, because one with the assigned
        /// number was not answered. This is tried once.
        var triesExperiment = false
        var hasTriedExperiment = false
    }

    private var entries: [IPAddress: Entry] = [:]
    /// The addresses in the order in which they were added; the oldest entry is removed first.
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

    /// Connects with data in the SYN, if a cookie of the other end is known; otherwise the SYN requests one, and no
    /// data is accepted (MSG_FASTOPEN).
    ///
    /// - Returns: how many octets were accepted.
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

    /// Whether a connect may be put off until there is data (TCP_FASTOPEN_CONNECT): if a cookie is known, or none is
    /// needed.
    func mayDefer(_ options: ConnectionOptions, to remote: Endpoint) -> Bool {
        options.fastOpenOnConnect && configuration.fastOpen.isClient
            && (fastOpenCache[remote.address].cookie != nil || configuration.fastOpen.sendsWithoutCookie
                || options.fastOpenWithoutCookie)
    }

    /// Whether a socket will be connected once there is data for its SYN.
    public func awaitsData(_ descriptor: Int) -> Bool { socket(descriptor)?.deferred != nil }

    /// How much data fits into a SYN with the most options that it may have. This depends on the MSS that the other end
    /// announced last time; if there is none, on the default MSS, or, where the program has declared that no cookie is
    /// needed, on the path's MTU.
    private func textLimit(
        _ entry: FastOpenCache.Entry, remote: Endpoint, options: ConnectionOptions, goesWithout: Bool
    ) -> Int {
        let path = configuration.mtu - (remote.address.isIPv4 ? 40 : 60)
        let usual = goesWithout ? path : remote.address.isIPv4 ? 536 : 1220
        let known = entry.segmentSize == 0 ? usual : Int(entry.segmentSize)
        return max(0, min(known, path, Int(options.maximumSegmentSize ?? .max)) - 40)
    }

    /// Remembers what a SYN-ACK has shown (RFC 7413 4.1.3.1): the cookie and the MSS; or, where a request was not
    /// answered, which option number the next request uses.
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

    /// How a listener answers a SYN with a Fast Open option or with data; `nil` where it treats the SYN as an ordinary
    /// one.
    enum FastOpenAnswer {
        /// The data is accepted. If the cookie was made with an old key, a new one is sent.
        case take(FastOpenOption?)
        /// The data is not accepted, but a cookie is sent.
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

    /// Sets a listener's own keys; with none, it uses the host's.
    public mutating func setFastOpenKeys(_ descriptor: Int, _ keys: [FastOpenKey]) throws(SocketError) {
        guard socket(descriptor) != nil else { throw .badDescriptor }
        change(descriptor) { $0.fastOpenKeys = keys }
    }

    /// A connection that has accepted data from its SYN can be accepted by the program at once.
    mutating func queueFastOpened(_ slot: Int, listener descriptor: Int) {
        connections[slot].fastOpener = descriptor
        change(descriptor) {
            $0.addAccepted(slot)
            $0.countFastOpened(1)
        }
    }

    /// After the end of the handshake, or of the connection, the connection no longer counts against the listener's
    /// limit.
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
