import CaptureFile
import LinuxKernel
import Stories
import TCPStack
import TCPState
import TCPWire
import Tracking
import VirtualNetwork

/// The tutorial's experiment on our own TCP: the same server and client on two hosts of a virtual network, in virtual
/// time. It needs no privilege and no kernel, and both hosts report what they do and why. The same options give the
/// same packets, octet for octet.
public struct StackExperiment: Sendable {
    /// How the experiment is to be done.
    public struct Options: Sendable {
        /// The server's port. On the virtual host it is always free.
        public var port: UInt16 = 8080
        /// How many more connections are made, one after another, only to see their initial sequence numbers.
        public var furtherConnections = 0
        /// What happens to the first connection's packets on the way.
        public var plan = WirePlan()
        /// The seed of the hosts' secrets, from which initial sequence numbers and ports are derived.
        public var seed: UInt64 = 1
        /// Creates the usual options: one connection to port 8080, without interventions.
        public init() {}
    }

    /// The results.
    public struct Record: Sendable {
        /// What the client's program did in the experiment's connection.
        public let clientSteps: [DialStep]
        /// What happened at the server's program, in order.
        public let serverEvents: [ServerEvent]
        /// The experiment's connection.
        public let story: ConnectionStory
        /// The client's ISNs of the connections that were made afterwards.
        public let furtherInitialNumbers: [UInt32]
        /// Interventions for segments that were never sent.
        public let unmatched: [Intervention]
        /// The places on the kernel that would have been better, and why they were not available.
        public var refusals: [WireRefusal] = []
    }

    /// The delay of the link in each direction.
    private static let delay = Interval.milliseconds(10)

    private static let clientAddress = IPAddress(ipv4: 0x0a00_0001)
    private static let serverAddress = IPAddress(ipv4: 0x0a00_0002)
    /// The longest time for a connection, in virtual time: longer than all retransmissions, with TIME-WAIT after them.
    private static let longest = Interval.seconds(3600)

    private let options: Options

    /// Creates an experiment. Nothing happens until it is run.
    public init(_ options: Options = Options()) { self.options = options }

    /// Does the experiment: a few minutes of virtual time, which take only a moment.
    ///
    /// - Returns: `nil` if not even a SYN was sent.
    public func run() -> Record? {
        var network = VirtualNetwork(seed: options.seed)
        let client = network.addHost(HostConfiguration(addresses: [Self.clientAddress]))
        let server = network.addHost(HostConfiguration(addresses: [Self.serverAddress]))
        network.connect(client, server, LinkProfile(delay: Self.delay))
        let endpoint = Endpoint(address: Self.serverAddress, port: options.port)
        let serving = GreetingProgram()
        network.setProgram(server) { host, now in
            serving.run(&host, now)
            return nil
        }
        network.with(server) { host, now in serving.listen(&host, on: endpoint, now) }
        let calling = CallingProgram(server: endpoint, silence: Interval(nanoseconds: options.plan.silence))
        network.setProgram(client) { host, now in
            calling.run(&host, now)
            return calling.wake
        }
        let faults = PlannedFaults(options.plan, client: client)
        network.fault = { faults.fault(at: $0, $1) }
        var events: [ServerEvent] = []
        for place in 0...options.furtherConnections {
            network.with(client) { host, now in calling.connect(&host, now) }
            let end = network.now + Self.longest
            while let next = network.nextEvent, next <= end { network.step() }
            // The plan's segment numbers are those of the first connection.
            network.fault = nil
            // The other connections are made only for their ISNs.
            if place == 0 { events = serving.events }
        }
        let stories = network.record.stories
        guard let story = stories.first else { return nil }
        return Record(
            clientSteps: calling.steps, serverEvents: events, story: story,
            furtherInitialNumbers: stories.dropFirst().map(\.record.client.initialSequence.rawValue),
            unmatched: faults.unmatched)
    }
}

/// The plan's faults on the virtual network's link.
private final class PlannedFaults {
    private var fates: PlannedFates
    private let client: Int

    init(_ plan: WirePlan, client: Int) {
        fates = PlannedFates(plan)
        self.client = client
    }

    var unmatched: [Intervention] { fates.unmatched }

    func fault(at place: Int, _ packet: NetworkRecord.Packet) -> PacketFault {
        let fate: PlannedFates.Fate
        if packet.isCopy {
            fate = fates.copy(place + 1)
        } else if let segment = packet.segment {
            fate = fates.next(place + 1, from: packet.sender == client ? .client : .server, segment.flags)
        } else {
            return PacketFault()
        }
        return PacketFault(
            isLost: fate.isLost, isDoubled: fate.isDoubled, delay: Interval(nanoseconds: fate.held))
    }
}

/// The server program: answers each client once, and closes when the answer has been acknowledged.
private final class GreetingProgram {
    private enum Phase { case reading, answered }

    private(set) var events: [ServerEvent] = []
    private var listener: Int?
    private var sessions: [(socket: Int, number: Int, phase: Phase)] = []
    private var clients = 0

    func listen(_ host: inout Host, on endpoint: Endpoint, _ now: Instant) {
        let socket = host.open()
        guard (try? host.bind(socket, to: endpoint)) != nil, (try? host.listen(socket, backlog: 16)) != nil else {
            return
        }
        listener = socket
        note(.listening(endpoint, taken: nil), now)
    }

    private func note(_ kind: ServerEvent.Kind, _ now: Instant) {
        events.append(ServerEvent(time: Timestamp(now), kind: kind))
    }

    func run(_ host: inout Host, _ now: Instant) {
        if let listener, let accepted = try? host.accept(listener) {
            clients += 1
            sessions.append((accepted.descriptor, clients, .reading))
            if let local = host.localName(accepted.descriptor) ?? host.localName(listener) {
                note(.accepted(client: clients, peer: accepted.remote, local: local), now)
            }
        }
        sessions = sessions.compactMap { session in
            var session = session
            return go(on: &session.phase, session.socket, session.number, &host, now) ? session : nil
        }
    }

    /// - Returns: whether there is more to do for this client.
    private func go(on phase: inout Phase, _ socket: Int, _ number: Int, _ host: inout Host, _ now: Instant) -> Bool {
        let ready = host.readiness(socket)
        if ready.contains(.error) { return close(socket, number, .failed, &host, now) }
        if phase == .reading, ready.contains(.readable), let octets = try? host.read(socket, limit: 4096, now: now) {
            guard !octets.isEmpty else { return close(socket, number, .byClient, &host, now) }
            note(.received(client: number, octets: octets.count, first: octets), now)
            let written = (try? host.write(socket, GreetingServer.greeting, now: now)) ?? 0
            note(.replied(client: number, octets: written), now)
            phase = .answered
            return true
        }
        if phase == .answered, host.info(socket)?.unacknowledged == 0 {
            return close(socket, number, .byServer, &host, now)
        }
        return true
    }

    private func close(
        _ socket: Int, _ number: Int, _ how: ServerEvent.Ending, _ host: inout Host, _ now: Instant
    ) -> Bool {
        _ = try? host.close(socket, now: now)
        note(.closed(client: number, how: how), now)
        return false
    }
}

/// The client program: sends its greeting, reads to the end and closes.
private final class CallingProgram {
    /// The steps of the first connection.
    private(set) var steps: [DialStep] = []
    private let server: Endpoint
    private let silence: Interval
    private var socket: Int?
    private var isConnected = false
    private var isFirst = true
    /// When the client sends its greeting.
    private(set) var wake: Instant?

    init(server: Endpoint, silence: Interval) {
        self.server = server
        self.silence = silence
    }

    private func note(_ kind: DialStep.Kind, _ now: Instant) {
        if isFirst { steps.append(DialStep(time: Timestamp(now), kind: kind)) }
    }

    func connect(_ host: inout Host, _ now: Instant) {
        if !steps.isEmpty { isFirst = false }
        isConnected = false
        let socket = host.open()
        self.socket = socket
        note(.connecting(server), now)
        try? host.connect(socket, to: server, now: now)
    }

    func run(_ host: inout Host, _ now: Instant) {
        guard let socket else { return }
        if host.readiness(socket).contains(.error), let error = host.takeError(socket) {
            note(.failed(server, Self.outcome(error, wasConnected: isConnected)), now)
            return close(socket, &host, now)
        }
        if !isConnected {
            guard let info = host.info(socket), info.state == .established || info.state == .closeWait else { return }
            isConnected = true
            note(.established(local: info.local, remote: info.remote), now)
            wake = isFirst ? now + silence : now
        }
        if let wake, wake <= now {
            self.wake = nil
            if let count = try? host.write(socket, Experiment.clientGreeting, now: now) {
                note(.sent(octets: count), now)
            }
        }
        while host.readiness(socket).contains(.readable), let octets = try? host.read(socket, limit: 4096, now: now) {
            guard !octets.isEmpty else {
                note(.peerClosed, now)
                return close(socket, &host, now)
            }
            note(.received(octets), now)
        }
    }

    private func close(_ socket: Int, _ host: inout Host, _ now: Instant) {
        _ = try? host.close(socket, now: now)
        self.socket = nil
        note(.closed, now)
    }

    private static func outcome(_ error: SocketError, wasConnected: Bool) -> DialOutcome {
        switch error {
        case .connectionRefused: .refused(nil)
        case .connectionReset: .resetAfterEstablished
        case .timedOut: .timedOut
        default:
            wasConnected
                ? .brokenAfterEstablished(SystemError(call: "read", code: error.number))
                : .unreachable(.other, SystemError(call: "connect", code: error.number), nil)
        }
    }
}
