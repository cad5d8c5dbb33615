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
    var sockets: [Socket] = []
    /// No descriptor before this one is free.
    var leastFree = 0
    /// By slot; those not in use wait in ``freeSlots``. Not optional, so that reading one does not copy it.
    var connections: [Connection] = []
    var freeSlots: [Int] = []
    var demultiplexer: [FourTuple: Int] = [:]
    var listeners: [ListenerKey: Int] = [:]
    /// Slots that have something to send, perhaps.
    var dirty: [Int] = []
    var deadlines = DeadlineQueue()
    var outgoing: [HostPacket] = []
    /// Storage of packets that were given back.
    var spare: [[UInt8]] = []
    /// Storage of lists, used again for each event.
    var transmissionStorage: [Transmitted] = []
    var dirtyStorage: [Int] = []
    /// Packets to its own addresses.
    var looped: [[UInt8]] = []
    var records: [HostRecord] = []
    /// Of the next record.
    private var recordNumber = 0
    var assembler = FragmentAssembler(limits: .host)
    var identification: UInt16 = 0
    var halfOpenCount = 0
    var lastCookie: Instant?
    var portSteps: UInt32 = 0
    /// The slot that the last segment was for: the next one often is too.
    var recentSlot = 0
    /// What is known of servers (RFC 7413 4.1.3).
    var fastOpenCache = FastOpenCache()
    /// Counts connections, so that one is not taken for another in the same slot.
    var serial = 0
    var resetsThisSecond = (second: Int64(0), count: 0)
    /// Packets and segments that reached no connection, by the rule they were dropped by.
    public internal(set) var discarded: [Rule: Int] = [:]
    /// SYN cookies sent in place of keeping a half-open connection.
    public internal(set) var cookiesSent = 0
    /// Connections made from an ACK that brought a SYN cookie back.
    public internal(set) var cookiesAccepted = 0

    /// As in Unix: 0 to 2 are taken.
    static let firstDescriptor = 3

    /// A host without sockets.
    public init(_ configuration: HostConfiguration) { self.configuration = configuration }

    struct Socket: Sendable {
        enum Kind: Sendable {
            /// The descriptor is free.
            case closed
            case idle
            case listener(Listener)
            /// The slot of its connection.
            case connection(Int)
        }

        var kind = Kind.idle
        var options: ConnectionOptions
        var local: Endpoint?
        /// Whom it is to be connected with once there is data for the SYN.
        var deferred: Endpoint?
        /// A listener's own Fast Open keys.
        var fastOpenKeys: [FastOpenKey] = []
        /// Whether a connect that failed was told.
        var errorTold = false
    }

    struct Listener: Sendable {
        var key: ListenerKey
        var backlog: Int
        /// Established and not accepted, oldest first.
        var accepted: [Int] = []
        /// Connections opened by data in a SYN whose handshake is not over, accepted or not.
        var fastOpened = 0
        var isFull: Bool { accepted.count > backlog }
    }

    struct Connection: Sendable {
        var block: ControlBlock
        var isInUse = false
        /// The descriptor; `nil` for what was closed or not accepted yet.
        var descriptor: Int?
        /// The descriptor of the listener that it came through, until it is accepted.
        var listener: Int?
        var isHalfOpen = false
        /// The descriptor of the listener that took data from its SYN, until the handshake is over.
        var fastOpener: Int?
        var isDirty = false
        var generation = 0

        static let free = Connection(
            block: ControlBlock(local: nowhere, remote: nowhere, iss: SequenceNumber(0)))
        private static let nowhere = Endpoint(address: IPAddress(ipv4: 0), port: 0)
    }

    struct FourTuple: Hashable {
        var local: Endpoint
        var remote: Endpoint

        /// Hashes only what differs between connections; this host's own address, which most share, is left to the comparison.
        func hash(into hasher: inout Hasher) {
            hasher.combine(remote.address.low << 32 ^ UInt64(remote.port) << 16 ^ UInt64(local.port))
            if !remote.address.isIPv4 {
                hasher.combine(remote.address.high)
                hasher.combine(remote.address.low)
            }
        }
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
        var packets: [HostPacket] = []
        poll(now: now, into: &packets)
        return packets
    }

    /// The same behind what `packets` holds. With ``recycle(_:)`` nothing is allocated for a packet once a connection is in
    /// full swing.
    public mutating func poll(now: Instant, into packets: inout [HostPacket]) {
        // What a host sends itself arrives at once. The bound keeps two confused ends from talking for ever in no time.
        for _ in 0..<4096 {
            runTimers(now: now)
            flushDirty(now: now)
            guard !looped.isEmpty else { break }
            let packets = looped
            looped = []
            for packet in packets { receive(packet: packet, now: now) }
        }
        if packets.isEmpty {
            swap(&packets, &outgoing)
        } else {
            packets += outgoing
            outgoing.removeAll(keepingCapacity: true)
        }
    }

    /// Takes back packets that are no longer needed, and empties the list: their storage is used for the next ones, unless
    /// somebody else still holds it.
    public mutating func recycle(_ packets: inout [HostPacket]) {
        for index in packets.indices {
            var octets: [UInt8] = []
            swap(&octets, &packets[index].octets)
            recycle(octets)
        }
        packets.removeAll(keepingCapacity: true)
    }

    /// Takes the octets of one packet back.
    public mutating func recycle(_ octets: consuming [UInt8]) {
        if spare.count < Self.spareLimit { spare.append(octets) }
    }

    /// About as many as a large window has segments.
    private static let spareLimit = 1024

    /// What happened since the last call, if ``HostConfiguration/keepsRecords``.
    public mutating func takeRecords() -> [HostRecord] {
        defer { records = [] }
        return records
    }

    /// How many connections there are, in whatever state.
    public var connectionCount: Int { connections.count - freeSlots.count }

    private mutating func runTimers(now: Instant) {
        while let slot = deadlines.popDue(now: now) {
            guard connections[slot].isInUse, let deadline = connections[slot].block.nextDeadline else { continue }
            if deadline <= now {
                update(slot, cause: .clock, now: now) { $0.expire(now: now) }
            } else {
                schedule(slot)
            }
        }
    }

    private mutating func flushDirty(now: Instant) {
        guard !dirty.isEmpty else { return }
        swap(&dirty, &dirtyStorage)
        // By place: the list is not held while connections change.
        for place in dirtyStorage.indices {
            let slot = dirtyStorage[place]
            guard connections[slot].isDirty else { continue }
            update(slot, cause: .clock, now: now) { $0.flush(now: now) }
            connections[slot].isDirty = false
            schedule(slot)
        }
        dirtyStorage.removeAll(keepingCapacity: true)
    }

    /// One event of a connection: applies it, sends what comes of it, looks after the connection's life.
    mutating func update(
        _ slot: Int, cause: HostRecord.Cause, now: Instant, _ event: (inout ControlBlock) -> Void
    ) {
        guard connections[slot].isInUse else { return }
        let before = connections[slot].begin(storage: &transmissionStorage)
        event(&connections[slot].block)
        if configuration.keepsRecords { record(slot, cause: cause, before: before, now: now) }
        finishUpdate(slot)
    }

    /// The event of a segment's arrival. Most events are such: so no closure captures anything, and nothing is recorded where
    /// no records are kept.
    ///
    /// - Parameter earlier: the state that the connection has been in for the other end, where the block is newer.
    mutating func deliver(_ segment: Segment, to slot: Int, from earlier: State? = nil, now: Instant) {
        guard connections[slot].isInUse else { return }
        var before = connections[slot].begin(storage: &transmissionStorage)
        if let earlier { before.state = earlier }
        connections[slot].block.receive(segment, now: now)
        if configuration.keepsRecords { record(slot, cause: .segment(segment), before: before, now: now) }
        finishUpdate(slot)
    }

    private mutating func finishUpdate(_ slot: Int) {
        var sent: [Transmitted] = []
        swap(&sent, &connections[slot].block.transmissions)
        let state = connections[slot].block.state
        for place in sent.indices {
            send(sent[place].segment, kind: sent[place].kind, because: sent[place].reason, state: state)
        }
        sent.removeAll(keepingCapacity: true)
        swap(&sent, &transmissionStorage)
        markDirty(slot)
        settle(slot)
    }

    private mutating func record(
        _ slot: Int, cause: HostRecord.Cause, before: (state: State, remote: Endpoint), now: Instant
    ) {
        let block = connections[slot].block
        let actions = block.actions
        connections[slot].block.outbox = []
        guard !actions.isEmpty || cause.isArrival else { return }
        let remote = block.remote.port == 0 ? before.remote : block.remote
        note(
            cause, local: block.local, remote: remote, stateBefore: before.state, after: block.info, actions: actions,
            now: now)
    }

    /// Keeps a record; what is sent next is what it tells of.
    mutating func note(
        _ cause: HostRecord.Cause, local: Endpoint, remote: Endpoint, stateBefore: State, after: ConnectionInfo?,
        actions: [Action], now: Instant
    ) {
        records.append(
            HostRecord(
                number: recordNumber, time: now, local: local, remote: remote, cause: cause.detached,
                stateBefore: stateBefore, after: after, actions: actions.map(\.detached)))
        recordNumber += 1
    }

    /// The connection between these two, if there is one.
    mutating func slot(between tuple: FourTuple) -> Int? {
        if connections.indices.contains(recentSlot), connections[recentSlot].isInUse,
            connections[recentSlot].block.end == nil, connections[recentSlot].block.remote == tuple.remote,
            connections[recentSlot].block.local == tuple.local
        {
            return recentSlot
        }
        guard let slot = demultiplexer[tuple] else { return nil }
        recentSlot = slot
        return slot
    }

    mutating func markDirty(_ slot: Int) {
        guard !connections[slot].isDirty else { return }
        connections[slot].isDirty = true
        dirty.append(slot)
    }

    private mutating func schedule(_ slot: Int) {
        guard let deadline = connections[slot].block.nextDeadline else { return }
        // Most deadlines move on with each segment: looked at again when the earlier one has come.
        if let scheduled = deadlines.deadline(of: slot), scheduled <= deadline { return }
        deadlines.set(deadline, of: slot)
    }

    mutating func send(_ segment: Segment, kind: Transmission, because reason: Rule, state: State?) {
        identification &+= 1
        var octets = spare.popLast() ?? []
        segment.write(into: &octets, identification: identification)
        if configuration.addresses.contains(segment.destination.address) {
            looped.append(octets)
        } else {
            outgoing.append(
                HostPacket(
                    octets: octets, segment: configuration.keepsRecords ? segment.detached : nil,
                    transmission: kind, reason: reason, state: state,
                    record: configuration.keepsRecords ? recordNumber - 1 : nil))
        }
    }
}

extension Host.Connection {
    /// Before an event.
    ///
    /// - Parameter storage: an empty list, for what the event sends.
    /// - Returns: what is so far.
    mutating func begin(storage: inout [Transmitted]) -> (state: State, remote: Endpoint) {
        if block.transmissions.isEmpty { swap(&storage, &block.transmissions) }
        return (block.state, block.remote)
    }
}

extension Action {
    /// The same without views into the connection's queue.
    var detached: Action {
        guard case .transmit(let segment, let kind) = kind else { return self }
        return Action(.transmit(segment.detached, kind), because: reason)
    }
}

extension HostRecord.Cause {
    /// The same without a view into the packet that arrived.
    var detached: HostRecord.Cause {
        if case .segment(let segment) = self { .segment(segment.detached) } else { self }
    }

    /// Whether a packet set it off, which is worth a record even where nothing came of it.
    public var isArrival: Bool {
        switch self {
        case .segment, .icmp: true
        case .call, .clock: false
        }
    }
}
