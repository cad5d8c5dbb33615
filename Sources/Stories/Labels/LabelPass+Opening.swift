import TCPState
import TCPWire
import Tracking

/// Labels for SYNs and SYN-ACKs.
extension LabelPass {
    mutating func labelOpening(_ index: Int) {
        let fact = facts[index]
        let side = fact.side
        let isAnswer = fact.isACK
        let known = isAnswer ? ends[side].synAck : ends[side].syn
        var opening = known ?? SYNSeries(sequence: fact.sequence, first: index, last: index)
        if fact.classes.contains(.repeats) {
            isRepeated[index] = true
            let known = opening
            let isTimed = isAnswer ? labelSynAckRetry(index, known) : labelSynRetry(index, known)
            opening.lastGap = isTimed ? elapsed(known.last, index) : nil
            opening.backoffs = isTimed ? backoffs(known, until: index) : 0
        } else {
            opening = SYNSeries(sequence: fact.sequence, first: index, last: index)
            if !isAnswer, reusesTuple, ends[1 - side].syn == nil { add(.reusedTuple, to: index) }
        }
        opening.last = index
        if fact.payloadLength > 0, fact.fastOpen != nil { opening.withData = index }
        if isAnswer { ends[side].synAck = opening } else { ends[side].syn = opening }
        settleSYNs(index)
        labelSimultaneous(index)
        labelFastOpen(index)
        noteOpening(index)
    }

    /// Notes a SYN's options, and where its end's numbers start.
    private mutating func noteOpening(_ index: Int) {
        let fact = facts[index]
        let side = fact.side
        guard !fact.classes.contains(.stray) else { return }
        ends[side].maximumSegmentSize = fact.maximumSegmentSize ?? ends[side].maximumSegmentSize
        ends[side].sackPermitted = fact.sackPermitted
        let start = ends[side].line.place(of: fact.sequence)
        let end = start + 1 + Int64(fact.length)
        if ends[side].start.map({ start < $0.place }) ?? true {
            ends[side].start = Shown(place: start, index: index)
        }
        if fact.length > 0 { _ = ends[side].finder.original(from: start + 1, to: end, index: index) }
        if ends[side].next.map({ end > $0 }) ?? true {
            ends[side].next = end
            ends[side].line.advance(to: end)
        }
        guard fact.isACK else { return }
        let acknowledged = ends[1 - side].line.place(of: fact.acknowledgment)
        noteAcknowledged(acknowledged, by: index)
        if ends[side].lastACK.map({ acknowledged > $0.place }) ?? true {
            ends[side].lastACK = Shown(place: acknowledged, index: index)
        }
    }

    /// At most this many SYNs are remembered: a limit for hostile captures.
    private static let synLimit = 64

    /// If a SYN-ACK names an earlier SYN than the last one by its timestamp (RFC 7323 4), the SYNs after that one were
    /// not needed (RFC 3522).
    private mutating func settleSYNs(_ index: Int) {
        let fact = facts[index]
        guard let stamps = fact.timestamps, !fact.classes.contains(.stray) else { return }
        guard fact.isACK else {
            if ends[fact.side].synStamps.count < Self.synLimit {
                ends[fact.side].synStamps.append((index, stamps.value))
            }
            return
        }
        guard !fact.classes.contains(.repeats) else { return }
        let asked = ends[1 - fact.side].synStamps
        guard let named = asked.lastIndex(where: { $0.value == stamps.echoReply }) else { return }
        for syn in asked[(named + 1)...] where syn.value != stamps.echoReply { markSpurious(syn.index, by: index) }
    }

    /// - Returns: whether its timer expired.
    private mutating func labelSynRetry(_ index: Int, _ known: SYNSeries) -> Bool {
        if let refusal = ends[1 - facts[index].side].last, facts[refusal].isRST, refusal > known.last,
            facts[refusal].verdict == .taken
        {
            add(.refusedRetry, to: index, evidence: [known.first, refusal], original: known.first)
            return false
        }
        // An ACK of another connection came in between and was answered with an RST. After that nothing prevents the
        // connection, so the SYN is sent again at once, without a timer.
        if let strange = ends[1 - facts[index].side].last, strange > known.last,
            facts[strange].classes.contains(.stray)
        {
            add(.synRetry, to: index, evidence: [known.first, strange], original: known.first)
            return false
        }
        let isTimed = elapsed(known.last, index) >= Self.timerFloor
        add(
            .synRetry, to: index, evidence: Self.both(known.first, known.last), original: known.first,
            ordinal: isTimed ? backoffs(known, until: index) : nil)
        return isTimed
    }

    /// How often the timer that expires now has been backed off: once more than before, if it ran much longer than the
    /// last time.
    private func backoffs(_ known: SYNSeries, until index: Int) -> Int {
        guard let last = known.lastGap else { return 0 }
        return Self.isBackedOff(elapsed(known.last, index), after: last) ? known.backoffs + 1 : known.backoffs
    }

    /// - Returns: whether its timer expired; false if the SYN came again and was answered.
    private mutating func labelSynAckRetry(_ index: Int, _ known: SYNSeries) -> Bool {
        if let asked = synHeard(before: index, since: known.last) {
            add(.synAckRetry, to: index, evidence: [known.first, asked], original: known.first)
            return false
        }
        add(
            .synAckRetry, to: index, evidence: Self.both(known.first, known.last), original: known.first,
            ordinal: backoffs(known, until: index))
        return true
    }

    private static func both(_ one: Int, _ other: Int) -> [Int] { one == other ? [one] : [one, other] }

    /// Labels a simultaneous open (RFC 9293 Figure 7): both ends have sent a SYN, and each answers the other's with a
    /// SYN-ACK of its own number.
    private mutating func labelSimultaneous(_ index: Int) {
        let fact = facts[index]
        let side = fact.side
        guard let own = ends[side].syn, let other = ends[1 - side].syn else { return }
        let isFirst = own.first == index || fact.isACK && own.sequence == fact.sequence
        guard isFirst else { return }
        add(.simultaneousOpen, to: index, evidence: [own.first, other.first])
    }

    private mutating func labelFastOpen(_ index: Int) {
        let fact = facts[index]
        if !fact.isACK {
            guard let cookie = fact.fastOpen else { return }
            if fact.payloadLength > 0 {
                add(.fastOpenData, to: index)
            } else if cookie.length == 0 {
                add(.fastOpenRequest, to: index)
            }
            return
        }
        guard let syn = ends[1 - fact.side].syn?.withData else { return }
        let behind = SequenceNumber(facts[syn].sequence) + 1
        let acknowledged = SequenceNumber(fact.acknowledgment)
        if acknowledged == behind {
            add(.fastOpenIgnored, to: index, evidence: [syn])
        } else if acknowledged.isAfter(behind) {
            add(.fastOpenAccepted, to: index, evidence: [syn])
        }
    }
}
