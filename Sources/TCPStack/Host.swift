import TCPState
import TCPWire

/// A host on the network, as far as TCP is concerned: sockets, connections, listeners with their queues, and the
/// delivery of packets to them. It does no IO and reads no clock: packets and times are passed in, ``poll(now:)``
/// returns the packets to be sent, and ``nextDeadline`` tells when it must be called again.
///
///     var host = Host(HostConfiguration(addresses: [address]))
///     let server = host.open()
///     try host.bind(server, to: Endpoint(address: address, port: 80))
///     try host.listen(server, backlog: 16)
///     host.receive(packet: octets, now: now)
///     let packets = host.poll(now: now)
public struct Host: Sendable {
    /// The configuration that the host was made with.
    public var configuration: HostConfiguration
    /// The sockets; the index is the descriptor less ``firstDescriptor``.
    var sockets: [Socket] = []
    /// No index in `sockets` below this one is free.
    var leastFree = 0
    /// The connections, by slot; the slots that are not in use are in ``freeSlots``. They are not optional, so that
    /// reading one does not copy it.
    var connections: [Connection] = []
    var freeSlots: [Int] = []
    var demultiplexer: [FourTuple: Int] = [:]
    var listeners: [ListenerKey: Int] = [:]
    /// Slots of connections that may have something to send.
    var dirty: [Int] = []
    var deadlines = DeadlineQueue()
    var outgoing: [HostPacket] = []
    /// The storage of packets that were recycled.
    var spare: [[UInt8]] = []
    /// The storage of lists that is reused for each event.
    var transmissionStorage: [Transmitted] = []
    var dirtyStorage: [Int] = []
    /// Packets to the host's own addresses.
    var looped: [[UInt8]] = []
    var records: [HostRecord] = []
    /// The number of the next record.
    private var recordNumber = 0
    var assembler = FragmentAssembler(limits: .host)
    var identification: UInt16 = 0
    var halfOpenCount = 0
    var lastCookie: Instant?
    var portSteps: UInt32 = 0
    /// The slot of the connection that the last segment belonged to, since the next one often belongs to it too.
    var recentSlot = 0
    /// What is remembered about servers (RFC 7413 4.1.3).
    var fastOpenCache = FastOpenCache()
    /// The number of connections made so far, by which a connection is distinguished from an earlier one in the same
    /// slot.
    var serial = 0
    var resetsThisSecond = (second: Int64(0), count: 0)
    /// How many packets and segments were dropped before they reached a connection, by the rule that required it.
    public internal(set) var discarded: [Rule: Int] = [:]
    /// How many SYN cookies were sent, instead of keeping a half-open connection.
    public internal(set) var cookiesSent = 0
    /// How many connections were made by an ACK that returned a SYN cookie.
    public internal(set) var cookiesAccepted = 0

    /// As on Unix, 0 to 2 are in use.
    static let firstDescriptor = 3

    /// A host without sockets.
    public init(_ configuration: HostConfiguration) { self.configuration = configuration }

    struct Socket: Sendable {
        enum Kind: Sendable {
            /// The descriptor is free.
            case closed
            case idle
            case listener(Listener)
            /// A connection, which is in this slot.
            case connection(Int)
        }

        var kind = Kind.idle
        var options: ConnectionOptions
        var local: Endpoint?
        /// The endpoint to connect to once there is data for the SYN.
        var deferred: Endpoint?
        /// The listener's own Fast Open keys.
        var fastOpenKeys: [FastOpenKey] = []
        /// Whether the error that ended the connection has been reported.
        var errorTold = false
    }

    struct Listener: Sendable {
        var key: ListenerKey
        var backlog: Int
        /// The slots of connections that are established and not accepted, oldest first.
        var accepted: [Int] = []
        /// How many connections were opened by data in a SYN and are still in their handshake, accepted or not.
        var fastOpened = 0
        var isFull: Bool { accepted.count > backlog }
    }

    struct Connection: Sendable {
        var block: ControlBlock
        var isInUse = false
        /// The socket's descriptor; `nil` if it was closed or the connection was not accepted yet.
        var descriptor: Int?
        /// The descriptor of the listener that the connection came from, until it is accepted.
        var listener: Int?
        var isHalfOpen = false
        /// The descriptor of the listener that accepted data from the connection's SYN, until the handshake is over.
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

        /// Hashes only what differs between connections. The host's own address, which most of them share, is only
        /// compared.
        func hash(into hasher: inout Hasher) {
            hasher.combine(remote.address.low << 32 ^ UInt64(remote.port) << 16 ^ UInt64(local.port))
            if !remote.address.isIPv4 {
                hasher.combine(remote.address.high)
                hasher.combine(remote.address.low)
            }
        }
    }

    struct ListenerKey: Hashable {
        /// The address; `nil` stands for any of the host's.
        var address: IPAddress?
        var port: UInt16
    }

    /// When ``poll(now:)`` must be called next, if nothing else happens before; `nil` while no timer is running.
    public var nextDeadline: Instant? {
        if !dirty.isEmpty || !outgoing.isEmpty || !looped.isEmpty { return Instant(nanoseconds: .min) }
        return deadlines.first
    }

    /// Processes timers that have expired, and sends what may be sent.
    ///
    /// - Returns: the packets to be sent, oldest first.
    public mutating func poll(now: Instant) -> [HostPacket] {
        var packets: [HostPacket] = []
        poll(now: now, into: &packets)
        return packets
    }

    /// Processes timers that have expired, and appends the packets to be sent to `packets`. If the caller returns them
    /// with ``recycle(_:)``, packets of a busy connection need no allocations.
    public mutating func poll(now: Instant, into packets: inout [HostPacket]) {
        // What a host sends to itself arrives at once. The limit keeps two confused ends from exchanging packets
        // forever without time passing.
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

    /// Takes back packets that are no longer needed, and empties the list. Their storage is used for later packets,
    /// unless it is still referenced elsewhere.
    public mutating func recycle(_ packets: inout [HostPacket]) {
        for index in packets.indices {
            var octets: [UInt8] = []
            swap(&octets, &packets[index].octets)
            recycle(octets)
        }
        packets.removeAll(keepingCapacity: true)
    }

    /// Takes back the octets of one packet, for reuse of their storage.
    public mutating func recycle(_ octets: consuming [UInt8]) {
        if spare.count < Self.spareLimit { spare.append(octets) }
    }

    /// About as many packets as a large window has segments.
    private static let spareLimit = 1024

    /// The records since the last call; none unless ``HostConfiguration/keepsRecords`` is set.
    public mutating func takeRecords() -> [HostRecord] {
        defer { records = [] }
        return records
    }

    /// How many connections there are, in any state.
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
        // By index, so that the array is not referenced while connections change.
        for place in dirtyStorage.indices {
            let slot = dirtyStorage[place]
            guard connections[slot].isDirty else { continue }
            update(slot, cause: .clock, now: now) { $0.flush(now: now) }
            connections[slot].isDirty = false
            schedule(slot)
        }
        dirtyStorage.removeAll(keepingCapacity: true)
    }

    /// Applies one event to a connection, sends the resulting segments, and updates the host's tables if the connection
    /// opens or ends.
    mutating func update(
        _ slot: Int, cause: HostRecord.Cause, now: Instant, _ event: (inout ControlBlock) -> Void
    ) {
        guard connections[slot].isInUse else { return }
        let before = connections[slot].begin(storage: &transmissionStorage)
        event(&connections[slot].block)
        if configuration.keepsRecords { record(slot, cause: cause, before: before, now: now) }
        finishUpdate(slot)
    }

    /// Applies the arrival of a segment, the most frequent event: here no closure captures anything, and nothing is
    /// recorded unless records are kept.
    ///
    /// - Parameter earlier: the state in which the connection has been from the other end's point of view, if the
    ///   control block was only made for this segment.
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

    /// Adds a record. Segments sent after this refer to it by its number.
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

    /// The slot of the connection between these two endpoints; `nil` where there is none.
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
        // Most deadlines are postponed with each segment, so the earlier time is kept, and the deadline is checked
        // again when that has come.
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
    /// Prepares an event.
    ///
    /// - Parameter storage: an empty array in which the event's segments will be stored.
    /// - Returns: the state and the remote endpoint before the event.
    mutating func begin(storage: inout [Transmitted]) -> (state: State, remote: Endpoint) {
        if block.transmissions.isEmpty { swap(&storage, &block.transmissions) }
        return (block.state, block.remote)
    }
}

extension Action {
    /// A copy that does not share storage with the connection's queue.
    var detached: Action {
        guard case .transmit(let segment, let kind) = kind else { return self }
        return Action(.transmit(segment.detached, kind), because: reason)
    }
}

extension HostRecord.Cause {
    /// A copy that does not share storage with the packet that arrived.
    var detached: HostRecord.Cause {
        if case .segment(let segment) = self { .segment(segment.detached) } else { self }
    }

    /// Whether the cause is an arriving packet, which is recorded even if it had no effect.
    public var isArrival: Bool {
        switch self {
        case .segment, .icmp: true
        case .call, .clock: false
        }
    }
}
