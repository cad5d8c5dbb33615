import FlatMemory
import TCPStack
import TCPState
import TCPWire
import Testing

/// A host and the other end's packets, written down as a conversation: `takes` hands a segment in, `gives` expects the next
/// one out. Numbers are relative to both ends' initial ones.
///
///     var talk = Transcript()
///     talk.listens()
///     talk.takes("S 0:0(0) win 60000 <mss 1000>")
///     talk.gives("S. 0:0(0) ack 1 <mss 1460>")
///
/// Flags: S F P R U E(CE) W (CWR) and `.` for ACK. Of what goes out only the parts that are written are compared.
struct Transcript {
    var host: Host
    var now = Instant(nanoseconds: 1_000_000_000_000)
    var local: Endpoint
    var remote: Endpoint
    /// The initial numbers: the other end's own, and this end's as seen in its SYN.
    var theirStart: UInt32 = 0xffff_f000
    var ourStart: UInt32?
    var sent: [(time: Instant, packet: HostPacket)] = []
    var records: [HostRecord] = []
    /// The listening socket, and the connection in question.
    var listener = -1
    var socket = -1

    init(
        isIPv6: Bool = false, _ options: (inout ConnectionOptions) -> Void = { _ in },
        host configure: (inout HostConfiguration) -> Void = { _ in }
    ) {
        let ours = isIPv6 ? IPAddress(high: 0xfd3d_0a0b_17d6_0000, low: 1) : IPAddress(ipv4: 0xc0a8_0001)
        let theirs = isIPv6 ? IPAddress(high: 0x2001_0db8_0000_0000, low: 1) : IPAddress(ipv4: 0xc000_0201)
        local = Endpoint(address: ours, port: 8080)
        remote = Endpoint(address: theirs, port: 40_000)
        var configuration = HostConfiguration(addresses: [ours])
        configuration.keepsRecords = true
        options(&configuration.connection)
        configure(&configuration)
        host = Host(configuration)
    }

    // MARK: Opening

    mutating func listens(backlog: Int = 8, _ place: SourceLocation = #_sourceLocation) {
        listener = host.open()
        do {
            try host.bind(listener, to: local)
            try host.listen(listener, backlog: backlog)
        } catch {
            Issue.record("cannot listen: \(error)", sourceLocation: place)
        }
    }

    mutating func accepts(_ place: SourceLocation = #_sourceLocation) {
        do {
            socket = try host.accept(listener).descriptor
        } catch {
            Issue.record("nothing to accept: \(error)", sourceLocation: place)
        }
        poll()
    }

    /// A connection from the other end, accepted.
    static func served(
        isIPv6: Bool = false, window: Int = 60_000, syn: String = "<mss 1000>", ack: String = "",
        _ options: (inout ConnectionOptions) -> Void = { _ in },
        host configure: (inout HostConfiguration) -> Void = { _ in }, _ place: SourceLocation = #_sourceLocation
    ) -> Transcript {
        var talk = Transcript(isIPv6: isIPv6, options, host: configure)
        talk.listens()
        talk.takes("S 0:0(0) win \(window) \(syn)", place)
        talk.gives("S. 0:0(0) ack 1", place)
        talk.takes(". 1:1(0) ack 1 win \(window) \(ack)", place)
        talk.accepts(place)
        return talk
    }

    mutating func connects(_ place: SourceLocation = #_sourceLocation) {
        socket = host.open()
        do {
            try host.bind(socket, to: local)
            try host.connect(socket, to: remote, now: now)
        } catch {
            Issue.record("connect: \(error)", sourceLocation: place)
        }
        poll()
    }

    /// Connects with octets for the SYN (RFC 7413); how many were taken.
    @discardableResult
    mutating func connects(sending count: Int, _ place: SourceLocation = #_sourceLocation) -> Int {
        socket = host.open()
        defer { poll() }
        do {
            try host.bind(socket, to: local)
            return try host.connect(socket, to: remote, sending: Transcript.text(count), now: now)
        } catch {
            Issue.record("connect: \(error)", sourceLocation: place)
            return -1
        }
    }

    /// A connection to the other end.
    static func connected(
        isIPv6: Bool = false, window: Int = 60_000, synAck: String = "<mss 1000>",
        _ options: (inout ConnectionOptions) -> Void = { _ in }, _ place: SourceLocation = #_sourceLocation
    ) -> Transcript {
        var talk = Transcript(isIPv6: isIPv6, options)
        talk.connects(place)
        talk.gives("S 0:0(0)", place)
        talk.takes("S. 0:0(0) ack 1 win \(window) \(synAck)", place)
        talk.gives(". 1:1(0) ack 1", place)
        return talk
    }

    // MARK: The wire

    mutating func takes(_ text: String, _ place: SourceLocation = #_sourceLocation) {
        guard let segment = SegmentText.parse(text, self) else {
            Issue.record("not a segment: \(text)", sourceLocation: place)
            return
        }
        takes(segment.packet(identification: 7))
    }

    mutating func takes(_ packet: [UInt8]) {
        host.receive(packet: packet, now: now)
        poll()
    }

    /// Several segments in one batch, before the host sends anything.
    mutating func takes(together texts: [String], _ place: SourceLocation = #_sourceLocation) {
        for text in texts {
            guard let segment = SegmentText.parse(text, self) else {
                Issue.record("not a segment: \(text)", sourceLocation: place)
                continue
            }
            host.receive(packet: segment.packet(identification: 7), now: now)
        }
        poll()
    }

    @discardableResult
    mutating func gives(_ text: String, _ place: SourceLocation = #_sourceLocation) -> Segment? {
        guard !sent.isEmpty else {
            Issue.record("expected \(text), nothing was sent", sourceLocation: place)
            return nil
        }
        let (_, packet) = sent.removeFirst()
        var header = SegmentHeader()
        let octets = packet.octets
        let verdict = PacketDecoder.decode(octets.octets, link: .raw, originalLength: octets.count, into: &header)
        #expect(verdict == .segment, sourceLocation: place)
        #expect(TCPChecksum.verify(header, in: octets.octets) == .correct, sourceLocation: place)
        let segment = Segment(header, in: octets)
        if segment.flags.contains(.syn) { ourStart = segment.sequence.rawValue }
        let complaint = SegmentText.differs(segment, from: text, self)
        #expect(complaint == nil, "expected \(text), got \(SegmentText.render(segment, self))", sourceLocation: place)
        return segment
    }

    mutating func givesNothing(_ place: SourceLocation = #_sourceLocation) {
        #expect(sent.isEmpty, "sent \(sent.map { describe($0.packet) })", sourceLocation: place)
        sent = []
    }

    /// Nothing goes out for that long.
    mutating func isSilent(_ interval: Interval, _ place: SourceLocation = #_sourceLocation) {
        wait(interval)
        givesNothing(place)
    }

    /// Waits for the next segment, and says how long it took.
    @discardableResult
    mutating func waits(atMost limit: Interval, for text: String, _ place: SourceLocation = #_sourceLocation)
        -> Interval
    {
        let start = now
        let end = now + limit
        while sent.isEmpty, let deadline = host.nextDeadline, deadline <= end {
            now = max(now, deadline)
            poll()
        }
        let took = now - start
        gives(text, place)
        return took
    }

    mutating func wait(_ interval: Interval) {
        let end = now + interval
        while let deadline = host.nextDeadline, deadline <= end {
            now = max(now, deadline)
            poll()
        }
        now = end
        poll()
    }

    mutating func poll() {
        for packet in host.poll(now: now) { sent.append((now, packet)) }
        records += host.takeRecords()
    }

    private func describe(_ packet: HostPacket) -> String {
        packet.segment.map { SegmentText.render($0, self) } ?? "ICMP"
    }

    // MARK: The program

    @discardableResult
    mutating func writes(_ count: Int, urgent: Bool = false, _ place: SourceLocation = #_sourceLocation) -> Int {
        writes(Transcript.text(count), urgent: urgent, place)
    }

    @discardableResult
    mutating func writes(_ octets: [UInt8], urgent: Bool = false, _ place: SourceLocation = #_sourceLocation) -> Int {
        do {
            let taken = try host.write(socket, octets, urgent: urgent, now: now)
            poll()
            return taken
        } catch {
            Issue.record("write: \(error)", sourceLocation: place)
            return 0
        }
    }

    @discardableResult
    mutating func reads(_ limit: Int = 1 << 20, _ place: SourceLocation = #_sourceLocation) -> [UInt8] {
        do {
            let octets = try host.read(socket, limit: limit, now: now)
            poll()
            return octets
        } catch {
            Issue.record("read: \(error)", sourceLocation: place)
            return []
        }
    }

    mutating func readError(_ limit: Int = 1000) -> SocketError? {
        do {
            _ = try host.read(socket, limit: limit, now: now)
            return nil
        } catch {
            return error
        }
    }

    mutating func writeError() -> SocketError? {
        do {
            _ = try host.write(socket, [1], now: now)
            return nil
        } catch {
            return error
        }
    }

    mutating func closes(_ place: SourceLocation = #_sourceLocation) {
        calls("close", place) { me throws(SocketError) in _ = try me.host.close(me.socket, now: me.now) }
    }

    mutating func aborts(_ place: SourceLocation = #_sourceLocation) {
        calls("abort", place) { me throws(SocketError) in try me.host.abort(me.socket, now: me.now) }
    }

    mutating func shutsDown(
        _ direction: Host.Direction = .writing, _ place: SourceLocation = #_sourceLocation
    ) {
        calls("shutdown", place) { me throws(SocketError) in try me.host.shutdown(me.socket, direction, now: me.now) }
    }

    mutating func sets(
        _ place: SourceLocation = #_sourceLocation, _ change: (inout ConnectionOptions) -> Void
    ) {
        calls("setsockopt", place) { me throws(SocketError) in try me.host.setOptions(me.socket, now: me.now, change) }
    }

    /// Makes a call that has to succeed.
    private mutating func calls(
        _ name: String, _ place: SourceLocation, _ call: (inout Self) throws(SocketError) -> Void
    ) {
        do {
            try call(&self)
            poll()
        } catch {
            Issue.record("\(name): \(error)", sourceLocation: place)
        }
    }

    // MARK: What is known

    /// The state of the connection in question, closed or not.
    var state: State { info?.state ?? .closed }

    var info: ConnectionInfo? {
        host.info(socket) ?? host.connectionInfos.first { $0.remote == remote }
    }

    /// The reasons given since the last call.
    mutating func reasons() -> [Rule] {
        defer { records = [] }
        return records.flatMap { $0.actions.map(\.reason) }
    }

    /// The actions since the last call.
    mutating func actions() -> [Action.Kind] {
        defer { records = [] }
        return records.flatMap { $0.actions.map(\.kind) }
    }

    /// Octets that tell their place.
    static func text(_ count: Int, from start: Int = 0) -> [UInt8] {
        (start..<(start + count)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    }
}
