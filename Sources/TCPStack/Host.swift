import TCPState
import TCPWire

/// A machine on the network, as far as TCP is concerned: sockets, connections, listeners with their queues, the ways of
/// packets between them. It does no IO and reads no clock: packets and times are handed in, ``poll(now:)`` gives what goes
/// out, ``nextDeadline`` says when to ask again.
///
///     var host = Host(HostConfiguration(addresses: [address]))
///     let server = host.open()
///     try host.bind(server, to: Endpoint(address: address, port: 80))
///     try host.listen(server, backlog: 16)
///     host.receive(packet: octets, now: now)
///     let packets = host.poll(now: now)
public struct Host: Sendable {
    /// What it was given.
    public var configuration: HostConfiguration
    /// By descriptor, less ``firstDescriptor``.
    var sockets: [Socket?] = []
    var connections: [Connection?] = []
    var freeSlots: [Int] = []
    var demultiplexer: [FourTuple: Int] = [:]
    var listeners: [ListenerKey: Int] = [:]
    /// Slots that have something to send, perhaps.
    var dirty: [Int] = []
    var deadlines = DeadlineQueue()
    var outgoing: [HostPacket] = []
    /// Packets to its own addresses.
    var looped: [[UInt8]] = []
    var records: [HostRecord] = []
    var assembler = FragmentAssembler()
    var identification: UInt16 = 0
    var halfOpenCount = 0
    var lastCookie: Instant?
    var portSteps: UInt32 = 0
    /// Counts connections, so that one is not taken for another in the same slot.
    var serial = 0
    var resetsThisSecond = (second: Int64(0), count: 0)
    /// Packets and segments that reached no connection, by the rule they were dropped by.
    public internal(set) var discarded: [Rule: Int] = [:]
    /// SYN cookies sent and taken back.
    public internal(set) var cookiesSent = 0
    public internal(set) var cookiesAccepted = 0

    /// As in Unix: 0 to 2 are taken.
    static let firstDescriptor = 3

    /// A host without sockets.
    public init(_ configuration: HostConfiguration) { self.configuration = configuration }

    struct Socket: Sendable {
        enum Kind: Sendable {
            case idle
            case listener(Listener)
            /// The slot of its connection.
            case connection(Int)
        }

        var kind = Kind.idle
        var options: ConnectionOptions
        var local: Endpoint?
        /// Whether a connect that failed was told.
        var errorTold = false
    }

    struct Listener: Sendable {
        var key: ListenerKey
        var backlog: Int
        /// Established and not accepted, oldest first.
        var accepted: [Int] = []
        var isFull: Bool { accepted.count > backlog }
    }

    struct Connection: Sendable {
        var block: ControlBlock
        /// The descriptor; `nil` for what was closed or not accepted yet.
        var descriptor: Int?
        /// The descriptor of the listener that it came through, until it is accepted.
        var listener: Int?
        var isHalfOpen = false
        var isDirty = false
        var generation = 0
    }

    struct FourTuple: Hashable {
        var local: Endpoint
        var remote: Endpoint
    }

    struct ListenerKey: Hashable {
        /// `nil`: any of the host's.
        var address: IPAddress?
        var port: UInt16
    }

    /// When ``poll(now:)`` has something to do by itself; `nil` while no timer runs.
    public var nextDeadline: Instant? {
        if !dirty.isEmpty || !outgoing.isEmpty || !looped.isEmpty { return Instant(nanoseconds: .min) }
        return deadlines.first
    }

    /// Runs what is due, sends what may be sent.
    ///
    /// - Returns: the packets that go out, oldest first.
    public mutating func poll(now: Instant) -> [HostPacket] {
        // What a host sends itself arrives at once. The bound keeps two confused ends from talking for ever in no time.
        for _ in 0..<4096 {
            runTimers(now: now)
            flushDirty(now: now)
            guard !looped.isEmpty else { break }
            let packets = looped
            looped = []
            for packet in packets { receive(packet: packet, now: now) }
        }
        defer { outgoing = [] }
        return outgoing
    }

    /// What happened since the last call, if ``HostConfiguration/keepsRecords``.
    public mutating func takeRecords() -> [HostRecord] {
        defer { records = [] }
        return records
    }

    /// How many connections there are, in whatever state.
    public var connectionCount: Int { connections.count - freeSlots.count }

    private mutating func runTimers(now: Instant) {
        while let slot = deadlines.popDue(now: now) {
            guard let deadline = connections[slot]?.block.nextDeadline else { continue }
            if deadline <= now {
                update(slot, cause: .clock, now: now) { $0.expire(now: now) }
            } else {
                schedule(slot)
            }
        }
    }

    private mutating func flushDirty(now: Instant) {
        let slots = dirty
        dirty = []
        for slot in slots {
            guard connections[slot]?.isDirty ?? false else { continue }
            connections[slot]?.isDirty = false
            update(slot, cause: .clock, now: now) { $0.flush(now: now) }
            connections[slot]?.isDirty = false
            schedule(slot)
        }
        dirty.removeAll { !(connections[$0]?.isDirty ?? false) }
    }

    /// One event of a connection: applies it, sends what comes of it, looks after the connection's life.
    mutating func update(
        _ slot: Int, cause: HostRecord.Cause, now: Instant, _ event: (inout ControlBlock) -> Void
    ) {
        guard let before = connections[slot]?.block.state, let local = connections[slot]?.block.local,
            let remote = connections[slot]?.block.remote
        else { return }
        withBlock(slot) { event(&$0) }
        let actions = withBlock(slot) { $0.takeActions() } ?? []
        let state = connections[slot]?.block.state
        for action in actions {
            if case .transmit(let segment, let kind) = action.kind {
                send(segment, kind: kind, because: action.reason, state: state)
            }
        }
        markDirty(slot)
        if configuration.keepsRecords, !actions.isEmpty || cause.isArrival {
            let remoteNow = connections[slot]?.block.remote ?? remote
            records.append(
                HostRecord(
                    time: now, local: local, remote: remoteNow, cause: cause, stateBefore: before,
                    after: connections[slot]?.block.info, actions: actions))
        }
        settle(slot, before: before)
    }

    @discardableResult
    mutating func withBlock<Result>(_ slot: Int, _ body: (inout ControlBlock) -> Result) -> Result? {
        guard connections.indices.contains(slot), connections[slot] != nil else { return nil }
        // Optional chaining keeps the block in place: nothing is copied.
        var result: Result?
        if let value = connections[slot]?.change(body) { result = value }
        return result
    }

    mutating func markDirty(_ slot: Int) {
        guard connections[slot]?.isDirty == false else { return }
        connections[slot]?.isDirty = true
        dirty.append(slot)
    }

    private mutating func schedule(_ slot: Int) {
        guard let deadline = connections[slot]?.block.nextDeadline else { return }
        // Most deadlines move on with each segment: looked at again when the earlier one has come.
        if let scheduled = deadlines.deadline(of: slot), scheduled <= deadline { return }
        deadlines.set(deadline, of: slot)
    }

    mutating func send(_ segment: Segment, kind: Transmission, because reason: Rule, state: State?) {
        identification &+= 1
        let octets = segment.packet(identification: identification)
        if configuration.addresses.contains(segment.destination.address) {
            looped.append(octets)
        } else {
            outgoing.append(
                HostPacket(octets: octets, segment: segment, transmission: kind, reason: reason, state: state))
        }
    }
}

extension Host.Connection {
    mutating func change<Result>(_ body: (inout ControlBlock) -> Result) -> Result { body(&block) }
}

extension HostRecord.Cause {
    /// Whether it is worth a record even where nothing came of it.
    var isArrival: Bool {
        switch self {
        case .segment, .icmp: true
        case .call, .clock, .packet: false
        }
    }
}
