import CaptureFile
import TCPState
import TCPWire
import Tracking

extension ConnectionStory.Step {
    init(_ reading: StepReading, sender: Party, _ classes: SegmentClass, labels: [ProvedLabel]) {
        let header = reading.segment.header
        let final = reading.final
        segment = reading.segment
        self.sender = sender
        sequence = RelativeNumber(
            header.sequence, in: final.halves[reading.side], at: reading.after.halves[reading.side],
            isSYN: header.flags.contains(.syn) && reading.segment.verdict != .refused(.syn),
            isStrange: reading.isStrange)
        acknowledgment =
            header.flags.contains(.ack)
            ? RelativeNumber(
                header.acknowledgment, in: final.halves[reading.other], at: reading.after.halves[reading.other],
                isStrange: reading.isStrange) : nil
        covers = reading.coverage
        kind = reading.kind
        completesHandshake = kind == .handshakeAck
        self.classes = classes
        self.labels = labels
        let clientSide = final.side(of: .client)
        let serverSide = final.side(of: .server)
        client = ConnectionStory.EndState(state: reading.after.halves[clientSide].state, provenance: .inferred)
        server = ConnectionStory.EndState(state: reading.after.halves[serverSide].state, provenance: .inferred)
        clientVariables = reading.variables(of: clientSide)
        serverVariables = reading.variables(of: serverSide)
    }

    /// Resets the states and labels to what its packet alone shows, without hindsight.
    mutating func lay(_ client: ConnectionStory.EndState, _ server: ConnectionStory.EndState, _ labels: [ProvedLabel]) {
        (self.client, self.server, self.labels) = (client, server, labels)
        completesHandshake = kind == .handshakeAck
    }

    mutating func set(_ party: Party, _ state: State?) {
        if party == .client { client.state = state } else { server.state = state }
    }
}

/// One segment, with the connection's record before and after it, and the final record, from whose ISNs its numbers are
/// counted.
struct StepReading {
    let segment: StoredSegment
    let side: Int
    let before: ConnectionRecord?
    let after: ConnectionRecord
    let final: ConnectionRecord
    let isStrange: Bool

    var other: Int { final.peer(of: side) }

    func variables(of side: Int) -> ConnectionStory.Variables? {
        let own = after.halves[side]
        let peer = after.halves[final.peer(of: side)]
        guard own.marks.contains(.numbered) else { return nil }
        let other = final.peer(of: side)
        // Where the capture starts in the middle, no number before the first one counts as unacknowledged.
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
            after.halves[side].highestAcknowledgment == acknowledgment
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
        if after.handshakeProved, before?.handshakeProved != true { return .handshakeAck }
        return .acknowledgment
    }
}
