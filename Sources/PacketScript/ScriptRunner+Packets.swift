import TCPWire

extension ScriptRunner {
    // MARK: In

    mutating func inject(_ pattern: SegmentPattern, _ event: ScriptEvent) throws(Stop) {
        let index = connection(for: pattern)
        let packet = connections[index].segment(pattern).ipPacket()
        note(.received, pattern.text, line: event.line)
        notePacket(packet, at: host.now)
        try onHost { host throws(ScriptHostError) in try host.inject(packet) }
        // The times of the events that follow count from when the host has the packet.
        previous = max(previous, host.now)
    }

    mutating func inject(_ pattern: ICMPPattern, _ event: ScriptEvent) throws(Stop) {
        let index = currentConnection()
        let connection = connections[index]
        var quoted = SegmentBuilder(from: connection.local, to: connection.remote)
        quoted.flags = .ack
        quoted.sequence = connection.lastSent.sequence
        var length = connection.lastSent.length
        if let sequence = pattern.sequence {
            quoted.sequence = sequence &+ (connection.localISN ?? 0)
            length = pattern.length
        }
        quoted.payload = [UInt8](repeating: 0, count: min(length, 65_000))
        let packet = ICMPPacket.error(
            pattern, quoting: quoted.ipPacket(), from: script.network.remote, to: connection.local.address)
        if pattern.word >= 68 { connections[index].pathMTU = Int(pattern.word) }
        note(.received, pattern.text, line: event.line)
        notePacket(packet, at: host.now)
        try onHost { host throws(ScriptHostError) in try host.inject(packet) }
        previous = max(previous, host.now)
    }

    /// The index of the connection that a segment to be injected belongs to; a new one is made where there is none.
    private mutating func connection(for pattern: SegmentPattern) -> Int {
        let network = script.network
        if let source = pattern.sourcePort, let destination = pattern.destinationPort {
            let found = connections.firstIndex { $0.remote.port == source && $0.local.port == destination }
            let index = found ?? begin(localPort: destination, remotePort: source)
            current = index
            return index
        }
        // If a listener was opened after the current connection began, a SYN begins another connection.
        if pattern.flags.contains(.syn), !pattern.flags.contains(.ack), hasNewListener || current == nil {
            hasNewListener = false
            let taken = connections.count { $0.local.port == listeningPort }
            let port = network.remotePort &+ UInt16(truncatingIfNeeded: taken)
            return begin(localPort: listeningPort, remotePort: port)
        }
        return currentConnection()
    }

    private mutating func currentConnection() -> Int {
        current ?? begin(localPort: listeningPort, remotePort: script.network.remotePort)
    }

    private mutating func begin(localPort: UInt16, remotePort: UInt16) -> Int {
        connections.append(
            ScriptConnection(
                local: Endpoint(address: script.network.local, port: localPort),
                remote: Endpoint(address: script.network.remote, port: remotePort)))
        current = connections.count - 1
        connections[connections.count - 1].wasCurrent = true
        return connections.count - 1
    }

    // MARK: Out

    mutating func expect(_ pattern: SegmentPattern, _ event: ScriptEvent) throws(Stop) {
        var latest = previous &+ Self.longestSilence
        var earliest = Int64.min
        let begun = previousStart
        switch event.moment.base {
        case .start: (earliest, latest) = (start &+ event.moment.earliest, start &+ event.moment.latest)
        case .previous:
            earliest = previousStart &+ event.moment.earliest
            latest = previous &+ event.moment.latest
        case .anything: break
        }
        let limit = max(latest &+ tolerance &+ Self.patience, host.now)
        let tolerance = event.moment.base == .anything ? tolerance : tolerance(after: earliest &- begun)
        guard let (time, first, index) = try nextSegment(for: pattern, until: limit) else {
            throw Stop(.silence(until: host.now &- start))
        }
        var segment = first
        try join(&segment, pattern, index, until: max(latest &+ tolerance, time))
        connections[index].comparesClock = script.clockTick != nil
        connections[index].clockSlack = clockSlack(at: time)
        let actual = connections[index].pattern(segment, expected: pattern)
        note(.sent, actual.shown(like: pattern).text, line: event.line, at: time)
        let differences = pattern.differences(from: actual)
        guard differences.isEmpty else {
            throw Stop(.packet(expected: pattern.text, actual: actual.shown(like: pattern).text, differences))
        }
        guard event.moment.base == .anything || time >= earliest &- tolerance && time <= latest &+ tolerance else {
            throw Stop(.time(earliest: earliest &- start, latest: latest &- start, actual: time &- start))
        }
        previous = max(time, previousStart)
        previousStart = previous
    }

    /// By how many ticks a timestamp (TSval) of the host may differ from the script's. Where the script says how long a tick is,
    /// timestamps are compared with the time that has passed, and may be off by the tolerance for the time since the script began.
    /// Elsewhere it is by how much two timestamps that the script gives the same name may differ.
    private func clockSlack(at time: Int64) -> UInt32 {
        if let tick = script.clockTick { return UInt32(clamping: tolerance(after: time &- start) / tick) }
        // Linux's clock ticks once a millisecond.
        return tolerance == 0 ? 0 : UInt32(clamping: tolerance / 1_000_000) &+ 1
    }

    /// The next TCP segment from the host; other packets do not matter to a script.
    private mutating func nextSegment(until limit: Int64) throws(Stop) -> (Int64, HostSegment)? {
        while true {
            let packet = try onHost { host throws(ScriptHostError) in try host.nextPacket(until: limit) }
            guard let packet else { return nil }
            notePacket(packet.octets, at: packet.time)
            if let segment = HostSegment(packet.octets) { return (packet.time, segment) }
        }
    }

    /// The next segment that may be the expected one. A line without ports is about the current connection, so segments
    /// of earlier connections are skipped.
    private mutating func nextSegment(
        for pattern: SegmentPattern, until limit: Int64
    ) throws(Stop) -> (Int64, HostSegment, Int)? {
        while let (time, segment) = try nextSegment(until: limit) {
            let index = connection(of: segment)
            let isEarlier = index != current && connections[index].wasCurrent
            guard pattern.sourcePort == nil, isEarlier else { return (time, segment, index) }
            let text = connections[index].pattern(segment, expected: nil).shown(like: nil).text
            note(.unexpected, text, line: nil, at: time)
        }
        return nil
    }

    /// The connection that a segment of the host belongs to; a SYN from a new port begins one.
    private mutating func connection(of segment: HostSegment) -> Int {
        let header = segment.header
        if let found = connections.firstIndex(where: {
            $0.local == header.sourceEndpoint && $0.remote == header.destinationEndpoint
        }) {
            return found
        }
        connections.append(ScriptConnection(local: header.sourceEndpoint, remote: header.destinationEndpoint))
        if header.flags.contains(.syn) {
            current = connections.count - 1
            connections[connections.count - 1].wasCurrent = true
            hasNewListener = false
        }
        return connections.count - 1
    }

    /// Joins segments: scripts may write a burst as the one large segment that a host with segmentation offload hands
    /// to its network card. Every segment of the burst but the last must be full.
    private mutating func join(
        _ segment: inout HostSegment, _ pattern: SegmentPattern, _ index: Int, until limit: Int64
    ) throws(Stop) {
        let full = segment.length
        let least = connections[index].leastFullPayload(mtu: script.network.mtu, maximumSegment: leastSegment)
        guard !script.isStrict, full >= least, pattern.length > full else { return }
        var isPushed = segment.header.flags.contains(.psh)
        // Segmentation offload sets PSH on every large segment that it divides; a host without it does not, so the flag
        // counts as set.
        defer { if !isPushed, pattern.flags.contains(.psh) { segment.header.flags.insert(.psh) } }
        while segment.length < pattern.length {
            guard let (_, next) = try nextSegment(until: limit) else { return }
            let follows = next.header.sequence == segment.header.sequence &+ UInt32(truncatingIfNeeded: segment.length)
            guard follows, next.length > 0, next.length <= full, next.header.sourcePort == segment.header.sourcePort
            else {
                // The comparison will show what came instead.
                segment.length &+= next.length
                return
            }
            segment.length &+= next.length
            // The flags PSH and FIN are in the last segment of the burst.
            isPushed = isPushed || next.header.flags.contains(.psh)
            segment.header.flags = next.header.flags
            if next.length < full { return }
        }
    }

    /// Adds the packets that were sent and not compared to the report, so that its reader sees everything. If the host
    /// fails while it is asked for them, that error is added too.
    mutating func showRest() {
        let now = host.now
        do throws(ScriptHostError) {
            for _ in 0..<50 {
                guard let packet = try host.nextPacket(until: now) else { return }
                notePacket(packet.octets, at: packet.time)
                guard let segment = HostSegment(packet.octets) else { continue }
                let index = connection(of: segment)
                let text = connections[index].pattern(segment, expected: nil).shown(like: nil).text
                note(.unexpected, text, line: nil, at: packet.time)
            }
        } catch {
            if report.failure?.reason != .host(error) { note(.broken, error.name, line: nil) }
        }
    }
}
