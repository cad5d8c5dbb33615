import TCPState
import TCPWire

extension ConnectionStory {
    /// Replays the segments of one connection through the same tracker as the first pass, looking at it after each.
    ///
    /// - Returns: `nil` where there are no segments, or they are not of one connection.
    public init?(segments: [StoredSegment]) {
        var generator = SystemRandomNumberGenerator()
        var tracker = ConnectionTracker(seed: HashSeed(&generator))
        var moments: [ConnectionRecord] = []
        moments.reserveCapacity(segments.count)
        for segment in segments {
            _ = tracker.add(segment.tracked)
            guard tracker.count == 1 else { return nil }
            moments.append(tracker[0])
        }
        guard let record = moments.last else { return nil }
        self.record = record
        client = record.clientEndpoint
        server = record.serverEndpoint
        clientBefore = .unknown
        serverBefore = .unknown
        steps = []
        steps.reserveCapacity(segments.count)
        var originals = [OriginalFinder(), OriginalFinder()]
        for (index, segment) in segments.enumerated() {
            let sender: Party = record.isFromClient(segment.header) ? .client : .server
            let reading = StepReading(
                segment: segment, side: record.side(of: sender), before: index > 0 ? moments[index - 1] : nil,
                after: moments[index], final: record)
            steps.append(Step(reading, sender: sender, original: reading.original(&originals[reading.side])))
        }
        settle()
    }
}

extension ConnectionStory.Step {
    fileprivate init(_ reading: StepReading, sender: Party, original: Int?) {
        let header = reading.segment.header
        let after = reading.after
        let final = reading.final
        segment = reading.segment
        self.sender = sender
        // The final record's bases, so that a number read before its SYN was captured counts from the same zero.
        sequence = RelativeNumber(
            header.sequence, in: final.halves[reading.side], isSYN: header.flags.contains(.syn))
        acknowledgment =
            header.flags.contains(.ack) ? RelativeNumber(header.acknowledgment, in: final.halves[reading.other]) : nil
        covers = reading.coverage
        kind = reading.kind(original: original)
        let clientSide = final.side(of: .client)
        let serverSide = final.side(of: .server)
        client = ConnectionStory.EndState(state: after.halves[clientSide].state, provenance: .inferred)
        server = ConnectionStory.EndState(state: after.halves[serverSide].state, provenance: .inferred)
        clientVariables = reading.variables(of: clientSide)
        serverVariables = reading.variables(of: serverSide)
    }
}

/// One segment between what was known before and after it, and in the end.
private struct StepReading {
    let segment: StoredSegment
    let side: Int
    let before: ConnectionRecord?
    let after: ConnectionRecord
    let final: ConnectionRecord

    var other: Int { final.peer(of: side) }

    func variables(of side: Int) -> ConnectionStory.Variables? {
        let own = after.halves[side]
        let peer = after.halves[final.peer(of: side)]
        guard own.marks.contains(.numbered) else { return nil }
        let ownBase = final.halves[side].initialSequence
        let peerBase = final.halves[final.peer(of: side)].initialSequence
        // Where the capture starts in the middle, nothing before its first number is known to be on its way.
        let start: UInt32 = final.halves[side].marks.contains(.initialKnown) ? 0 : 1
        return ConnectionStory.Variables(
            sendUnacknowledged: peer.marks.contains(.acknowledged)
                ? peer.highestAcknowledgment.relative(to: ownBase) : start,
            sendNext: own.next.relative(to: ownBase),
            receiveNext: own.marks.contains(.acknowledged) ? own.highestAcknowledgment.relative(to: peerBase) : 0)
    }

    var coverage: ConnectionStory.Coverage {
        var coverage = ConnectionStory.Coverage()
        guard segment.header.flags.contains(.ack), let before else { return coverage }
        let own = before.halves[side]
        let peer = before.halves[other]
        let base = final.halves[other]
        let acknowledgment = SequenceNumber(segment.header.acknowledgment)
        let start: SequenceNumber
        if own.marks.contains(.acknowledged) {
            start = own.highestAcknowledgment
        } else {
            start = base.marks.contains(.initialKnown) ? base.initialSequence : base.initialSequence + 1
        }
        guard acknowledgment.isAfter(start), peer.segments > 0 else { return coverage }
        var octets = acknowledgment.relative(to: start)
        if base.marks.contains(.initialKnown), start == base.initialSequence {
            coverage.syn = true
            octets &-= 1
        }
        if peer.marks.contains(.fin), start.isAtOrBefore(peer.finSequence), acknowledgment.isAfter(peer.finSequence),
            octets > 0
        {
            coverage.fin = true
            octets &-= 1
        }
        coverage.octets = octets
        return coverage
    }

    /// The packet that carried the first of this one's numbers, where all of them were sent before; else remembers them.
    func original(_ finder: inout OriginalFinder) -> Int? {
        let flags = segment.header.flags
        guard !flags.contains(.rst) else { return nil }
        let repeated = finder.original(of: segment)
        if flags.contains(.syn) { return finder.originalOpening(of: segment) }
        return repeated
    }

    func kind(original: Int?) -> ConnectionStory.Kind {
        let header = segment.header
        let flags = header.flags
        if flags.contains(.rst) {
            let refuses =
                after.halves[side].marks.isDisjoint(with: .numbered) && after.halves[other].marks.contains(.syn)
            return refuses ? .refusal : .reset
        }
        if let before, before.isKeepAlive(segment.tracked, from: side) { return .keepAlive }
        if let original { return .retransmission(of: original) }
        if flags.contains(.syn) { return flags.contains(.ack) ? .synAck : .syn }
        if flags.contains(.fin) { return .fin }
        if header.payloadLength > 0 { return .data }
        if after.handshakeProved, before?.handshakeProved != true { return .handshakeAck }
        return .acknowledgment
    }
}
