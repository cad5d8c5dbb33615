import TCPStack
import TCPWire

/// Hosts and links in virtual time: a simulated day takes only as long as its packets take to compute. The same seed,
/// hosts, links and programs always give the same packets, octet for octet.
///
///     var network = VirtualNetwork(seed: 1)
///     let client = network.addHost(HostConfiguration(addresses: [clientAddress]))
///     let server = network.addHost(HostConfiguration(addresses: [serverAddress]))
///     network.connect(client, server, LinkProfile(delay: .milliseconds(10)))
///     try network.with(server) { host, now in ... }
///     network.run(for: .seconds(60))
public struct VirtualNetwork {
    /// A program on a host, which is called after everything that happens there. It may call the host's sockets, and
    /// returns the time at which it must be called again at the latest; `nil`: only when something happens.
    public typealias Program = (_ host: inout Host, _ now: Instant) -> Instant?

    struct Node {
        var host: Host
        var program: Program?
        var programAt: Instant?
    }

    struct Link {
        var first: Int
        var second: Int
        var forward: LinkProfile
        var backward: LinkProfile
        var forwardState = LinkState()
        var backwardState = LinkState()
        var boxes: [any Middlebox]
        /// The indices in the record of the last packets that its middleboxes held back, since they may still forward
        /// them.
        var kept: [Int] = []
    }

    /// The queue of one direction of a link.
    struct LinkState {
        var busyUntil = Instant()
        /// When each packet that waits or is being sent will have left the queue.
        var departures: [Instant] = []
    }

    /// The current virtual time.
    public private(set) var now: Instant
    /// Whether events are added to ``record``, which grows with every packet.
    public var keepsRecord: Bool
    /// The faults that an experiment applies to a packet on its link, besides those of the link's profile. `place` is
    /// the packet's index in ``record``. It is called once for each packet and each copy. Requires ``keepsRecord``.
    public var fault: ((_ place: Int, _ packet: NetworkRecord.Packet) -> PacketFault)?
    /// Everything that has happened.
    public internal(set) var record = NetworkRecord()
    /// How many packets have reached a host.
    public internal(set) var delivered = 0
    /// How many packets have not reached a host: they were lost, kept by a middlebox, too large, or had no route.
    public internal(set) var undelivered = 0

    var nodes: [Node] = []
    var links: [Link] = []
    var random: SeededRandom
    var events = EventQueue()
    /// The storage of a list that is reused each time a host sends.
    private var packetStorage: [HostPacket] = []
    /// The next deadline of each host or of its program.
    var wakes = DeadlineQueue()

    /// - Parameters:
    ///   - seed: determines everything random here: faults, and the hosts' secrets.
    ///   - start: the virtual time at the beginning.
    public init(seed: UInt64, start: Instant = Instant(nanoseconds: 1_000_000_000), keepsRecord: Bool = true) {
        random = SeededRandom(seed: seed)
        now = start
        self.keepsRecord = keepsRecord
    }

    /// Adds a host, whose secret is derived from the seed.
    ///
    /// - Returns: the host's number.
    public mutating func addHost(_ configuration: HostConfiguration, program: Program? = nil) -> Int {
        var configuration = configuration
        configuration.secret = KeyedHash(random.next(), random.next())
        configuration.keepsRecords = keepsRecord
        nodes.append(Node(host: Host(configuration), program: program))
        return nodes.count - 1
    }

    /// Connects two hosts with a link.
    ///
    /// - Parameters:
    ///   - profile: the link's properties in the direction from the first to the second.
    ///   - backward: those in the other direction; `nil`: the same.
    ///   - boxes: the middleboxes on the link, beginning at the first host's side.
    public mutating func connect(
        _ first: Int, _ second: Int, _ profile: LinkProfile = LinkProfile(), backward: LinkProfile? = nil,
        boxes: [any Middlebox] = []
    ) {
        links.append(
            Link(first: first, second: second, forward: profile, backward: backward ?? profile, boxes: boxes))
    }

    /// Changes a link's properties while it is in use; a loss of 1 cuts it.
    public mutating func setProfile(ofLink link: Int, _ profile: LinkProfile, backward: LinkProfile? = nil) {
        guard links.indices.contains(link) else { return }
        links[link].forward = profile
        links[link].backward = backward ?? profile
    }

    /// Calls a host's sockets in `body`, and sends the resulting packets.
    public mutating func with<Result, Failure: Error>(
        _ host: Int, _ body: (inout Host, Instant) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let result = try body(&nodes[host].host, now)
        serve(host, packet: nil)
        return result
    }

    /// A copy of a host in its current state.
    public func host(_ number: Int) -> Host { nodes[number].host }

    /// Processes all events up to and including time `end`.
    public mutating func run(until end: Instant) {
        while let next = nextEvent, next <= end { step() }
        now = max(now, end)
    }

    /// Processes all events of the next `interval`.
    public mutating func run(for interval: Interval) { run(until: now + interval) }

    /// Processes events until the condition holds, at most for `limit`.
    ///
    /// - Returns: whether the condition holds.
    public mutating func run(atMost limit: Interval, until condition: (VirtualNetwork) -> Bool) -> Bool {
        let end = now + limit
        while !condition(self) {
            guard let next = nextEvent, next <= end else { return false }
            step()
        }
        return true
    }

    /// Processes the next event. Of events at the same time, packets come before timers.
    ///
    /// - Returns: whether there was an event.
    @discardableResult
    public mutating func step() -> Bool {
        guard let time = nextEvent else { return false }
        now = max(now, time)
        guard events.nextTime == time, let event = events.pop() else {
            if let host = wakes.popDue(now: now) { serve(host, packet: nil) }
            return true
        }
        switch event {
        case .arrival(let host, let sender, let octets, let place):
            delivered += 1
            settle(place, .arrived(at: now))
            nodes[host].host.receive(packet: octets, now: now)
            // A record refers to its packets; without one, their storage goes back to the sender.
            if !keepsRecord { nodes[sender].host.recycle(octets) }
            serve(host, packet: place)
        case .departure(let link, let isForward, let octets, let place):
            enter(link, isForward: isForward, octets, record: place)
        }
        return true
    }

    /// The time of the next event; `nil` where nothing will happen any more.
    public var nextEvent: Instant? {
        guard let wake = wakes.first else { return events.nextTime }
        return events.nextTime.map { min($0, wake) } ?? wake
    }

    mutating func settle(_ place: Int?, _ fate: NetworkRecord.Fate) {
        guard let place, record.packets.indices.contains(place) else { return }
        record.packets[place].fate = fate
    }

    /// Takes the packets that a host sends, calls its program, and notes when the host must be served next.
    private mutating func serve(_ host: Int, packet: Int?) {
        take(from: host, packet: packet)
        if let program = nodes[host].program {
            nodes[host].programAt = program(&nodes[host].host, now)
            take(from: host, packet: nil)
        }
        var wake = nodes[host].host.nextDeadline
        if let programAt = nodes[host].programAt { wake = wake.map { min($0, programAt) } ?? programAt }
        if let wake { wakes.set(max(wake, now), of: host) } else { wakes.remove(host) }
    }

    private mutating func take(from host: Int, packet: Int?) {
        var packets: [HostPacket] = []
        swap(&packets, &packetStorage)
        nodes[host].host.poll(now: now, into: &packets)
        if keepsRecord {
            for happening in NetworkRecord.inOrder(nodes[host].host.takeRecords(), packets) {
                switch happening {
                case .moment(let record): self.record.append(record, of: host, arrived: packet)
                case .packet(let packet): route(packet, from: host)
                }
            }
        } else {
            for packet in packets { route(packet, from: host) }
        }
        packets.removeAll(keepingCapacity: true)
        swap(&packets, &packetStorage)
    }
}

extension VirtualNetwork {
    /// Sets the program of a host. It is first called when something happens there.
    public mutating func setProgram(_ host: Int, _ program: @escaping Program) { nodes[host].program = program }
}
