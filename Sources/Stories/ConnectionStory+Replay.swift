import CaptureFile
import TCPState
import TCPWire
import Tracking

extension ConnectionStory {
    /// Replays the segments of one connection through the same tracker as the first pass, looking at it after each. What
    /// the tracker could not know at that moment (a segment was damaged, was a copy, was an RST that nobody took) is found
    /// out first, and left out of it.
    ///
    /// - Parameter reusesTuple: whether the capture holds an earlier connection of the same endpoints, which these segments
    ///   alone do not tell.
    /// - Returns: `nil` where there are no segments, or they are not of one connection.
    public init?(segments: [StoredSegment], reusesTuple: Bool = false) {
        let refused = Set(segments.indices.filter { segments[$0].isRefused })
        guard let first = Replay(segments, leavingOut: refused) else { return nil }
        let facts = segments.indices.map { index in
            let sender: Party = first.final.isFromClient(segments[index].header) ? .client : .server
            return SegmentFacts(
                segments[index], side: first.final.side(of: sender), first.readings[index])
        }
        let artefacts = CaptureArtefacts(segments, facts)
        var pass = LabelPass(facts, artefacts, first.final, reusesTuple: reusesTuple)
        let labels = first.final.isReflexive ? pass.runReflexive() : pass.run()
        let unreal = refused.union(facts.indices.filter { artefacts.kinds[$0] != nil })
        let resets = ResetHindsight(facts, leavingOut: unreal)
        let left = unreal.union(resets.notTaken)
        let replay = left.isEmpty ? first : Replay(segments, leavingOut: left) ?? first
        let foreign = left.union(resets.foreign)
        let sendersReplay = resets.foreign.isEmpty ? replay : Replay(segments, leavingOut: foreign) ?? replay

        record = first.final
        settled = replay.final
        if reusesTuple { (record.reusesTuple, settled.reusesTuple) = (true, true) }
        let record = settled
        client = record.clientEndpoint
        server = record.serverEndpoint
        clientBefore = .unknown
        serverBefore = .unknown
        steps = []
        steps.reserveCapacity(segments.count)
        let foreignSides = Set(resets.foreign.map { facts[$0].side })
        for (index, segment) in segments.enumerated() {
            let sender: Party = record.isFromClient(segment.header) ? .client : .server
            let reading = StepReading(
                segment: segment, side: record.side(of: sender), before: index > 0 ? replay.moments[index - 1] : nil,
                after: replay.moments[index], final: record)
            var step = Step(reading, sender: sender, facts[index].classes, labels: labels[index])
            if !foreignSides.isEmpty {
                let moment = sendersReplay.moments[index]
                for party in Party.allCases where foreignSides.contains(record.side(of: party)) {
                    step.set(party, moment?.halves[record.side(of: party)].state)
                }
            }
            steps.append(step)
        }
        settle()
    }
}

/// The connection's record after each segment.
private struct Replay {
    /// `nil` before the first segment that was not left out.
    private(set) var moments: [ConnectionRecord?] = []
    /// What each segment is to the connection; `nil` for those left out.
    private(set) var readings: [SegmentReading?] = []
    let final: ConnectionRecord

    init?(_ segments: [StoredSegment], leavingOut left: Set<Int>) {
        var cursor = ConnectionCursor()
        moments.reserveCapacity(segments.count)
        readings.reserveCapacity(segments.count)
        for (index, segment) in segments.enumerated() {
            if left.contains(index) {
                readings.append(nil)
            } else {
                guard let reading = cursor.take(segment.tracked) else { return nil }
                readings.append(reading)
            }
            moments.append(cursor.record)
        }
        guard let last = cursor.record else { return nil }
        final = last
    }
}

/// Which RSTs did not do what they say, told by who goes on.
private struct ResetHindsight {
    /// Both ends went on: its receiver did not take it, and its sender did not close.
    private(set) var notTaken: Set<Int> = []
    /// Its sender went on and its receiver did not: it was not the sender's TCP that sent it.
    private(set) var foreign: Set<Int> = []

    /// A segment this soon behind an RST may only stand in the wrong order in the capture; nanoseconds.
    private static let disorder: Int64 = 1_000_000

    init(_ facts: [SegmentFacts], leavingOut left: Set<Int>) {
        /// By side, the next segment from here on that only a living connection sends.
        var alive: [Int?] = [nil, nil]
        /// The same for the other side, from that segment on.
        var aliveAfter: [Int?] = [nil, nil]
        for index in facts.indices.reversed() where !left.contains(index) {
            let fact = facts[index]
            let (side, other) = (fact.side, 1 - fact.side)
            if fact.isRST {
                guard let next = alive[side], facts[next].time.nanoseconds(since: fact.time) >= Self.disorder else {
                    continue
                }
                if aliveAfter[side] == nil { foreign.insert(index) } else { notTaken.insert(index) }
            } else if !fact.isSYN, fact.isACK {
                alive[side] = index
                aliveAfter[side] = alive[other]
            }
        }
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
            isSYN: header.flags.contains(.syn) && !reading.segment.isRefused)
        acknowledgment =
            header.flags.contains(.ack)
            ? RelativeNumber(
                header.acknowledgment, in: final.halves[reading.other], at: reading.after?.halves[reading.other]) : nil
        covers = reading.coverage
        kind = reading.kind
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
