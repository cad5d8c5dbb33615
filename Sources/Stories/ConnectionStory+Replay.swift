import CaptureFile
import TCPState
import TCPWire
import Tracking

extension ConnectionStory {
    /// The story of what a pass has kept or fetched of a connection: its segments go once more through the record that the pass
    /// made of them, each as what it turned out to be, and the record is looked at after each.
    ///
    /// - Returns: `nil` where there are no segments, or they are not of one connection.
    public init?(_ connection: StoredConnection) {
        let segments = connection.segments
        guard let replay = Replay(segments, connection.standing) else { return nil }
        let record = connection.record
        let facts = segments.indices.map { index in
            let sender: Party = replay.final.isFromClient(segments[index].header) ? .client : .server
            return SegmentFacts(segments[index], side: replay.final.side(of: sender), replay.readings[index])
        }
        let artefacts = CaptureArtefacts(segments, facts)
        var pass = LabelPass(segments, facts, artefacts, replay.final, reusesTuple: record.reusesTuple)
        let labels = replay.final.isReflexive ? pass.runReflexive() : pass.run()

        self.record = record
        leftOut = connection.leftOut
        endedBy = connection.endedBy
        client = record.clientEndpoint
        server = record.serverEndpoint
        clientBefore = .unknown
        serverBefore = .unknown
        steps = []
        steps.reserveCapacity(segments.count)
        for (index, segment) in segments.enumerated() {
            let sender: Party = replay.final.isFromClient(segment.header) ? .client : .server
            // Of another connection; so is the RST that answers such an ACK.
            let answered = index > 0 ? index - 1 : nil
            let isStrange =
                facts[index].classes.contains(.stray) && !facts[index].isSYN && facts[index].payloadLength == 0
                || facts[index].isRST
                    && answered.map {
                        facts[$0].classes.contains(.stray) && facts[$0].side != facts[index].side
                            && facts[$0].acknowledgment == facts[index].sequence
                    } ?? false
            let reading = StepReading(
                segment: segment, side: replay.final.side(of: sender),
                before: index > 0 ? replay.moments[index - 1] : nil, after: replay.moments[index], final: replay.final,
                isStrange: isStrange)
            steps.append(Step(reading, sender: sender, facts[index].classes, labels: labels[index]))
        }
        settle()
        takeReports(connection.errors)
    }
}

/// The connection's record after each segment.
private struct Replay {
    private(set) var moments: [ConnectionRecord?] = []
    /// What each segment is to the connection.
    private(set) var readings: [SegmentReading] = []
    let final: ConnectionRecord

    init?(_ segments: [StoredSegment], _ standing: Standing?) {
        var cursor = ConnectionCursor(standing: standing)
        moments.reserveCapacity(segments.count)
        readings.reserveCapacity(segments.count)
        for segment in segments {
            guard let reading = cursor.take(segment.tracked, as: segment.verdict) else { return nil }
            readings.append(reading)
            moments.append(cursor.record)
        }
        guard let last = cursor.record else { return nil }
        final = last
    }
}

extension ConnectionStory.Step {
    fileprivate init(_ reading: StepReading, sender: Party, _ classes: SegmentClass, labels: [ProvedLabel]) {
        let header = reading.segment.header
        let final = reading.final
        segment = reading.segment
        self.sender = sender
        sequence = RelativeNumber(
            header.sequence, in: final.halves[reading.side], at: reading.after?.halves[reading.side],
            isSYN: header.flags.contains(.syn) && reading.segment.verdict != .refused(.syn),
            isStrange: reading.isStrange)
        acknowledgment =
            header.flags.contains(.ack)
            ? RelativeNumber(
                header.acknowledgment, in: final.halves[reading.other], at: reading.after?.halves[reading.other],
                isStrange: reading.isStrange) : nil
        covers = reading.coverage
        kind = reading.kind
        completesHandshake = kind == .handshakeAck
        self.classes = classes
        self.labels = labels
        let clientSide = final.side(of: .client)
        let serverSide = final.side(of: .server)
        client = ConnectionStory.EndState(state: reading.after?.halves[clientSide].state, provenance: .inferred)
        server = ConnectionStory.EndState(state: reading.after?.halves[serverSide].state, provenance: .inferred)
        clientVariables = reading.variables(of: clientSide)
        serverVariables = reading.variables(of: serverSide)
    }

    mutating func set(_ party: Party, _ state: State?) {
        if party == .client { client.state = state } else { server.state = state }
    }
}

/// One segment between what was known before and after it, and in the end.
private struct StepReading {
    let segment: StoredSegment
    let side: Int
    let before: ConnectionRecord?
    let after: ConnectionRecord?
    let final: ConnectionRecord
    let isStrange: Bool

    var other: Int { final.peer(of: side) }

    func variables(of side: Int) -> ConnectionStory.Variables? {
        guard let after else { return nil }
        let own = after.halves[side]
        let peer = after.halves[final.peer(of: side)]
        guard own.marks.contains(.numbered) else { return nil }
        let other = final.peer(of: side)
        // Where the capture starts in the middle, nothing before its first number is known to be on its way.
        let start: UInt64 = final.halves[side].marks.contains(.initialKnown) ? 0 : 1
        return ConnectionStory.Variables(
            sendUnacknowledged: peer.marks.contains(.acknowledged)
                ? relative(peer.highestAcknowledgment, of: side, after) : start,
            sendNext: relative(own.next, of: side, after),
            receiveNext: own.marks.contains(.acknowledged) ? relative(own.highestAcknowledgment, of: other, after) : 0)
    }

    private func relative(_ number: SequenceNumber, of side: Int, _ after: ConnectionRecord) -> UInt64 {
        RelativeNumber(number.rawValue, in: final.halves[side], at: after.halves[side]).value
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
        guard acknowledgment.isAfter(start), peer.segments > 0,
            after?.halves[side].highestAcknowledgment == acknowledgment
        else { return coverage }
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

    var kind: ConnectionStory.Kind {
        let header = segment.header
        let flags = header.flags
        if flags.contains(.rst) { return .reset }
        if flags.contains(.syn) { return flags.contains(.ack) ? .synAck : .syn }
        if flags.contains(.fin) { return .fin }
        if header.payloadLength > 0 { return .data }
        if let after, after.handshakeProved, before?.handshakeProved != true { return .handshakeAck }
        return .acknowledgment
    }
}
