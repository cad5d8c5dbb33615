import TCPStack
import TCPWire

/// Hosts and links in virtual time: a day of traffic takes as long as its packets take to compute. The same seed, hosts,
/// links and programs give the same packets, byte for byte.
///
///     var network = VirtualNetwork(seed: 1)
///     let client = network.addHost(HostConfiguration(addresses: [clientAddress]))
///     let server = network.addHost(HostConfiguration(addresses: [serverAddress]))
///     network.connect(client, server, LinkProfile(delay: .milliseconds(10)))
///     try network.with(server) { host, now in ... }
///     network.run(for: .seconds(60))
public struct VirtualNetwork {
    /// What runs on a host: called after everything that happens there. It may call the host's sockets, and returns when it
    /// wants to be called again at the latest.
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
        /// The places in the record of the last packets that its boxes kept: they may let them go yet.
        var kept: [Int] = []
    }

    /// One direction's queue.
    struct LinkState {
        var busyUntil = Instant()
        /// When each packet that waits or is being sent will have left.
        var departures: [Instant] = []
    }

    /// Now.
    public private(set) var now: Instant
    /// Whether ``record`` is kept; it grows with every packet.
    public var keepsRecord: Bool
    /// What happens to a packet on its link besides what the link's profile brings, by its place in ``record``: an experiment's own
    /// faults. Asked once for each packet and each copy. Needs ``keepsRecord``.
    public var fault: ((_ place: Int, _ packet: NetworkRecord.Packet) -> PacketFault)?
    /// What happened.
    public internal(set) var record = NetworkRecord()
    /// Packets that reached a host.
    public internal(set) var delivered = 0
    /// Packets that reached none: lost, kept by a middlebox, too large, without a way.
    public internal(set) var undelivered = 0

    var nodes: [Node] = []
    var links: [Link] = []
    var random: SeededRandom
    var events = EventQueue()
    /// Storage of a list, used again each time a host sends.
    private var packetStorage: [HostPacket] = []
    /// The hosts' next deadlines, or their programs'.
    var wakes = DeadlineQueue()

    /// - Parameters:
    ///   - seed: of all that is random here: faults, and the secrets of hosts that bring none.
    ///   - start: the time it begins at.
    public init(seed: UInt64, start: Instant = Instant(nanoseconds: 1_000_000_000), keepsRecord: Bool = true) {
        random = SeededRandom(seed: seed)
        now = start
        self.keepsRecord = keepsRecord
    }

    /// Adds a host, with secrets drawn from the seed.
    ///
    /// - Returns: its number.
    public mutating func addHost(_ configuration: HostConfiguration, program: Program? = nil) -> Int {
        var configuration = configuration
        configuration.secret = KeyedHash(random.next(), random.next())
        configuration.keepsRecords = keepsRecord
        nodes.append(Node(host: Host(configuration), program: program))
        return nodes.count - 1
    }

    /// Joins two hosts.
    ///
    /// - Parameters:
    ///   - profile: of the direction from the first to the second.
    ///   - backward: of the other; by default the same.
    ///   - boxes: what stands on the link, from the first host's side on.
    public mutating func connect(
        _ first: Int, _ second: Int, _ profile: LinkProfile = LinkProfile(), backward: LinkProfile? = nil,
        boxes: [any Middlebox] = []
    ) {
        links.append(
            Link(first: first, second: second, forward: profile, backward: backward ?? profile, boxes: boxes))
    }

    /// Changes a link while it is used: the wire is cut with a loss of 1.
    public mutating func setProfile(ofLink link: Int, _ profile: LinkProfile, backward: LinkProfile? = nil) {
        guard links.indices.contains(link) else { return }
        links[link].forward = profile
        links[link].backward = backward ?? profile
    }

    /// Calls a host's sockets, and sends what comes of it.
    public mutating func with<Result, Failure: Error>(
        _ host: Int, _ body: (inout Host, Instant) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let result = try body(&nodes[host].host, now)
        serve(host, packet: nil)
        return result
    }

    /// A host as it is now.
    public func host(_ number: Int) -> Host { nodes[number].host }

    /// Lets everything happen up to and including that moment.
    public mutating func run(until end: Instant) {
        while let next = nextEvent, next <= end { step() }
        now = max(now, end)
    }

    /// Lets that much time pass.
    public mutating func run(for interval: Interval) { run(until: now + interval) }

    /// Runs until the condition holds, at most for so long.
    ///
    /// - Returns: whether it holds.
    public mutating func run(atMost limit: Interval, until condition: (VirtualNetwork) -> Bool) -> Bool {
        let end = now + limit
        while !condition(self) {
            guard let next = nextEvent, next <= end else { return false }
            step()
        }
        return true
    }

    /// The next thing that happens: at one moment packets first, then timers.
    ///
    /// - Returns: whether there was one.
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
            // A record keeps its packets; else their storage goes back to where it came from.
            if !keepsRecord { nodes[sender].host.recycle(octets) }
            serve(host, packet: place)
        case .departure(let link, let isForward, let octets, let place):
            enter(link, isForward: isForward, octets, record: place)
        }
        return true
    }

    /// When something happens next; `nil` where everything is silent for ever.
    public var nextEvent: Instant? {
        guard let wake = wakes.first else { return events.nextTime }
        return events.nextTime.map { min($0, wake) } ?? wake
    }

    mutating func settle(_ place: Int?, _ fate: NetworkRecord.Fate) {
        guard let place, record.packets.indices.contains(place) else { return }
        record.packets[place].fate = fate
    }

    /// Takes what a host sends, lets its program look, and notes when to come back.
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
    /// Lets a program run on a host from now on; it is called first when something happens there.
    public mutating func setProgram(_ host: Int, _ program: @escaping Program) { nodes[host].program = program }
}
