import FlatMemory
import PacketScript
import TCPStack
import TCPState
import TCPWire

/// One exchange, the path between the two ends in this process. The peer's clock is the clock: real with a kernel, virtual
/// with a TCP of our own.
package struct ExchangeRun {
    private struct Flight {
        var time: Int64
        var octets: [UInt8]
        var isToPeer: Bool
    }

    private static let network = ScriptNetwork.ipv4
    /// Of the path, in each direction.
    private static let delay: Int64 = 10_000_000
    /// What a segment takes to be put on it: no two arrive in one moment.
    private static let pace: Int64 = 60_000

    /// How long a run may take, and how long nothing may happen in it, in nanoseconds.
    package struct Patience: Sendable {
        package var limit: Int64
        package var silence: Int64
    }

    private let patience: Patience
    private let plan: ExchangePlan
    private let host: any ScriptHost
    private var driver: DriverSocket
    private var peer: PeerSocket
    private var driverProgram: ProgramRun
    private var peerProgram: ProgramRun
    private var flights: [Flight] = []
    /// When the path is free again.
    private var isFree: [Impairment.Direction: Int64] = [:]
    private var seen: [Impairment.Name: Int] = [:]
    /// The numbers of the two SYNs.
    private var peerStart: UInt32?
    private var driverStart: UInt32?
    /// Of windows, where both SYNs have the option.
    private var scales: [Bool: UInt8] = [:]
    private var driverScale: UInt8 { scales[true] == nil ? 0 : scales[false] ?? 0 }
    private var trace = ExchangeTrace()
    private var statesNoted = 0
    private let start: Int64

    /// - Parameter host: fresh, on ``ScriptNetwork/ipv4``.
    package init(_ plan: ExchangePlan, on host: any ScriptHost, patience: Patience) throws {
        self.patience = patience
        self.plan = plan
        self.host = host
        start = host.now
        let server = plan.peerConnects ? Self.network.remote : Self.network.local
        let listening = Endpoint(address: server, port: 8080)
        var configuration = HostConfiguration(addresses: [Self.network.remote])
        plan.offer.apply(to: &configuration.connection)
        // A listener must be there before the SYN is, whichever side it is on.
        peer = try PeerSocket(
            host, listeningAt: plan.peerConnects ? nil : listening, isAwaited: plan.isAwaited, connectingTo: listening)
        driver = try DriverSocket(
            Host(configuration), listeningAt: plan.peerConnects ? listening : nil, isAwaited: plan.isAwaited,
            connectingTo: listening, now: Instant(nanoseconds: host.now))
        peerProgram = ProgramRun(plan.peer)
        driverProgram = ProgramRun(plan.driver)
    }

    /// Runs it to its end, which is when nothing more happens for a while.
    package mutating func run() throws -> ExchangeTrace {
        var lastEvent = host.now
        while host.now - start < patience.limit {
            if try advance() {
                lastEvent = host.now
                continue
            }
            let silence: Int64 = isOver ? 600_000_000 : patience.silence
            guard host.now < lastEvent + silence else { break }
            let deadlines = [
                flights.first?.time, driver.host.nextDeadline?.nanoseconds, driverProgram.resumption,
                peerProgram.resumption, lastEvent + silence, start + patience.limit,
            ]
            let deadline = deadlines.compactMap { $0 }.min() ?? lastEvent + silence
            if let packet = try host.nextPacket(until: max(deadline, host.now)) {
                depart(packet.octets, isToPeer: false, at: packet.time)
                lastEvent = host.now
            }
        }
        if let fault = driver.fault ?? peer.fault { throw fault }
        trace.peerEnding = peerProgram.standing
        trace.driverEnding = driverProgram.standing
        trace.peerRead = peerProgram.read
        trace.driverRead = driverProgram.read
        trace.driverScale = driverScale
        trace.writeEnds = plan.peer.reduce(into: []) { ends, step in
            if case .write(let count) = step { ends.append((ends.last ?? 1) + UInt32(count)) }
        }
        trace.isGarbled = peerProgram.isGarbled || driverProgram.isGarbled
        return trace
    }

    private var isOver: Bool {
        driverProgram.ending != nil && peerProgram.ending != nil && flights.isEmpty && driver.isOver
            && [nil, PeerSocket.over].contains(peer.states.last)
    }

    /// Everything that there is to do at this moment.
    private mutating func advance() throws -> Bool {
        var isMoving = false
        // One at a time: the programs see to each before the next comes.
        if let flight = flights.first, flight.time <= host.now {
            flights.removeFirst()
            try arrive(flight)
            isMoving = true
        }
        driver.now = Instant(nanoseconds: host.now)
        if driverProgram.advance(&driver, now: host.now) { isMoving = true }
        for packet in driver.host.poll(now: driver.now) {
            depart(packet.octets, isToPeer: true, at: host.now)
            isMoving = true
        }
        if peerProgram.advance(&peer, now: host.now) { isMoving = true }
        noteState()
        while let packet = try host.nextPacket(until: host.now) {
            depart(packet.octets, isToPeer: false, at: packet.time)
            isMoving = true
        }
        return isMoving
    }

    private mutating func noteState() {
        peer.lookForState()
        for state in peer.states.dropFirst(statesNoted) { trace.note(.state(state), at: host.now - start) }
        statesNoted = peer.states.count
    }

    // MARK: The path

    private mutating func depart(_ octets: [UInt8], isToPeer: Bool, at time: Int64) {
        guard let sighting = sight(octets, isFromPeer: !isToPeer) else { return }
        let name = Impairment.Name(
            direction: isToPeer ? .toPeer : .fromPeer,
            number: sighting.isPureAcknowledgment ? sighting.acknowledgment : sighting.sequence,
            isPure: sighting.isPureAcknowledgment,
            flags: sighting.flags.intersection([.syn, .rst]).rawValue)
        let fate = plan.impairment.fate(of: name, seen: seen[name, default: 0])
        seen[name, default: 0] += 1
        if !isToPeer { trace.note(.sent(sighting, fate), at: time - start) }
        let departure = max(time, isFree[name.direction] ?? 0)
        isFree[name.direction] = departure + Self.pace
        let arrival = departure + Self.delay
        switch fate {
        case .passes: add(octets, isToPeer, at: arrival)
        case .isLost: break
        case .isLate(let milliseconds): add(octets, isToPeer, at: arrival + Int64(milliseconds) * 1_000_000)
        case .isDoubled(let milliseconds):
            add(octets, isToPeer, at: arrival)
            add(octets, isToPeer, at: arrival + Int64(milliseconds) * 1_000_000)
        }
    }

    private mutating func add(_ octets: [UInt8], _ isToPeer: Bool, at time: Int64) {
        let place = flights.firstIndex { $0.time > time } ?? flights.endIndex
        flights.insert(Flight(time: time, octets: octets, isToPeer: isToPeer), at: place)
    }

    private mutating func arrive(_ flight: Flight) throws {
        guard flight.isToPeer else {
            driver.host.receive(packet: flight.octets, now: Instant(nanoseconds: host.now))
            return
        }
        if let sighting = sight(flight.octets, isFromPeer: false) {
            trace.note(.arrived(sighting), at: host.now - start)
        }
        try host.inject(flight.octets)
        noteState()
    }

    /// The segment in a packet, with relative numbers; `nil` where there is none.
    private mutating func sight(_ octets: [UInt8], isFromPeer: Bool) -> ExchangeTrace.Sighting? {
        var header = SegmentHeader()
        guard
            PacketDecoder.decode(octets.octets, link: .raw, originalLength: octets.count, into: &header) == .segment
        else { return nil }
        let segment = Segment(header, in: octets)
        if segment.flags.contains(.syn) {
            if isFromPeer { peerStart = header.sequence } else { driverStart = header.sequence }
        }
        let (own, other) = isFromPeer ? (peerStart, driverStart) : (driverStart, peerStart)
        var sighting = ExchangeTrace.Sighting(
            flags: segment.flags, sequence: header.sequence &- (own ?? header.sequence),
            acknowledgment: segment.flags.contains(.ack) ? header.acknowledgment &- (other ?? 0) : 0,
            length: Int(header.payloadLength), window: header.window)
        sighting.stamp = segment.options.timestamps?.value
        sighting.sack = segment.options.sack.map {
            SACKBlock(left: $0.left &- (other ?? 0), right: $0.right &- (other ?? 0))
        }
        if segment.flags.contains(.syn) {
            let options = segment.options
            if let size = options.maximumSegmentSize { sighting.options += " mss \(size)" }
            scales[isFromPeer] = options.windowScale
            if let scale = options.windowScale { sighting.options += " wscale \(scale)" }
            if options.sackPermitted { sighting.options += " sackOK" }
            if options.timestamps != nil { sighting.options += " TS" }
        }
        return sighting
    }
}

extension ExchangePlan.Offer {
    func apply(to options: inout ConnectionOptions) {
        options.timestamps = timestamps
        options.selectiveAcknowledgment = selectiveAcknowledgment
        options.windowScaling = windowScaling
        options.explicitCongestionNotification = explicitCongestionNotification
        options.maximumSegmentSize = maximumSegmentSize
        options.receiveBuffer = receiveBuffer
        // Longer than Linux's and its peer's, so that of two timers for one loss it is not chance which runs out first.
        options.initialRTO = .milliseconds(1400)
        options.minimumRTO = .milliseconds(330)
        options.usesLossProbe = false
    }
}
