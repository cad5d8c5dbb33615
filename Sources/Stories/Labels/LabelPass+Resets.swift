import TCPState
import TCPWire
import Tracking

/// Labels for why an end sent an RST, as far as the RST's form shows it. Only the kernel that sent it knows the reason;
/// the rules here say what RFC 9293 and the common systems send in each case.
extension LabelPass {
    mutating func labelReset(_ index: Int) {
        let fact = facts[index]
        let (side, other) = (fact.side, 1 - fact.side)
        let trigger = ends[other].last
        ends[side].resets.append(index)
        labelForeign(index)
        if fact.verdict == .refused(.reset) {
            add(.resetNotTaken, to: index)
            refusedResets.append(index)
            return
        }
        if let trigger, labelRefusal(index, trigger) { return }
        if isUnexpected(index) { ends[side].doubtfulReset = index }
        // An RST that answers a segment takes its sequence number from that segment's ACK, and its sender sends nothing
        // after it.
        if !fact.isACK, let trigger, facts[trigger].isACK, fact.sequence == facts[trigger].acknowledgment,
            ends[side].last.map({ $0 < trigger || facts[$0].isRST }) ?? true
        {
            labelAnswer(index, trigger)
        } else {
            labelAbort(index)
        }
    }

    /// Adds the proof that RSTs were ignored: the next segment that either end sends.
    mutating func proveRefused(by index: Int) {
        guard !refusedResets.isEmpty, !facts[index].isRST, facts[index].artefact == nil else { return }
        for reset in refusedResets {
            remove([.resetNotTaken], from: reset)
            add(.resetNotTaken, to: reset, evidence: [index])
            noteMissing(before: reset, askedBackBy: index)
        }
        refusedResets = []
    }

    /// At most this many segments are examined: a limit for hostile captures.
    private static let missingLimit = 64

    /// A challenge ACK that answers an RST (RFC 5961 3.2) carries the number that its sender expects. If it comes as
    /// late as an answer does, the segments from that number to the RST had not arrived.
    private mutating func noteMissing(before reset: Int, askedBackBy answer: Int) {
        let side = facts[reset].side
        guard facts[answer].side != side, facts[answer].isPure, let roundTrip,
            elapsed(reset, answer) >= roundTrip / 10 * 9
        else { return }
        var place = ends[side].line.place(of: facts[answer].acknowledgment)
        let end = ends[side].line.place(of: facts[reset].sequence)
        for _ in 0..<Self.missingLimit where place < end {
            guard let carrier = ends[side].finder.carrier(of: place), facts[carrier].length > 0 else { return }
            let behind = ends[side].line.place(of: facts[carrier].sequence) + Int64(facts[carrier].length)
            guard behind > place else { return }
            if !has(.lost, carrier) { add(.lost, to: carrier, evidence: [answer]) }
            place = behind
        }
    }

    /// Labels an RST that answers a SYN where nobody listens (RFC 9293 3.10.7.1).
    private mutating func labelRefusal(_ index: Int, _ trigger: Int) -> Bool {
        let fact = facts[index]
        let (side, other) = (fact.side, 1 - fact.side)
        guard fact.isACK, ends[side].next == nil, let syn = ends[other].syn?.last, trigger == syn else {
            return false
        }
        let behind = SequenceNumber(facts[syn].sequence) + 1
        let acknowledged = SequenceNumber(fact.acknowledgment)
        guard acknowledged.isAtOrAfter(behind), acknowledged.isAtOrBefore(behind + facts[syn].length) else {
            return false
        }
        add(.refused, to: index, evidence: [syn])
        return true
    }

    /// Labels an RST without ACK, which takes its number from the ACK that it answers (RFC 9293 3.5.2): its sender has
    /// no connection to which that ACK belongs, or it has another one.
    private mutating func labelAnswer(_ index: Int, _ trigger: Int) {
        let side = facts[index].side
        if let syn = ends[side].syn, ends[side].last == syn.last {
            let behind = SequenceNumber(syn.sequence) + 1
            let acknowledged = SequenceNumber(facts[trigger].acknowledgment)
            if acknowledged.isBefore(behind) || acknowledged.isAfter(behind + facts[syn.first].length) {
                add(.resetOldDuplicate, to: index, evidence: [syn.first, trigger])
                return
            }
        }
        add(.resetClosedSocket, to: index, evidence: [trigger] + (ends[side].fin.map { [$0] } ?? []))
    }

    /// The longest time for which a program counts as not having read yet, in nanoseconds.
    private static let unreadCeiling: Int64 = 1_000_000_000

    /// Labels an RST that its sender sends of its own accord, with its next sequence number.
    private mutating func labelAbort(_ index: Int) {
        let fact = facts[index]
        let (side, other) = (fact.side, 1 - fact.side)
        guard ends[side].next != nil else { return }
        if ends[side].unansweredKeepAlives.count >= 2 {
            add(.resetGivingUp, to: index, evidence: ends[side].unansweredKeepAlives.suffix(3))
            return
        }
        // There must be at least three attempts (RFC 9293 3.8.3, R1 and R2); the RST comes when the next one would be
        // due.
        let attempts = ends[side].unanswered
        if attempts.count >= 3, let last = attempts.last, let before = attempts.dropLast().last,
            elapsed(last, index) >= elapsed(before, last)
        {
            add(.resetGivingUp, to: index, evidence: attempts.suffix(3))
            return
        }
        guard fact.isACK else { return }
        // The other end's last data was only acknowledged: the socket was closed before the program had read it.
        if let data = ends[other].lastData, facts[data].payloadLength > 0, elapsed(data, index) <= Self.unreadCeiling,
            ends[side].lastData.map({ $0 < data }) ?? true,
            SequenceNumber(fact.acknowledgment).isAtOrAfter(
                SequenceNumber(facts[data].sequence) + facts[data].payloadLength)
        {
            add(.resetUnreadData, to: index, evidence: [data])
        } else {
            add(.resetAbort, to: index, evidence: ends[side].last.map { [$0] } ?? [])
        }
    }

    // MARK: Doubtful resets

    /// The smallest difference in TTL that shows another sender: paths change by fewer hops.
    private static let hopTolerance = 3

    private mutating func labelForeign(_ index: Int) {
        let fact = facts[index]
        guard let usual = ends[fact.side].hopLimit.usual,
            abs(Int(usual.limit) - Int(fact.hopLimit)) >= Self.hopTolerance
        else { return }
        add(.resetForeign, to: index, evidence: [usual.witness])
    }

    /// The TTL of an end, if all its segments have the same; at least three segments are needed.
    struct HopLimit {
        private var first: (limit: UInt8, witness: Int)?
        private var count = 0
        private var isMixed = false

        /// The TTL, with the first segment that has it; `nil` where there is no common TTL.
        var usual: (limit: UInt8, witness: Int)? { isMixed || count < 3 ? nil : first }

        mutating func note(_ limit: UInt8, of index: Int) {
            if let first { isMixed = isMixed || first.limit != limit } else { first = (limit, index) }
            count += 1
        }
    }

    /// Notes a segment's TTL. If this changes what is known of its end, the end's RSTs are labelled again.
    mutating func noteHopLimit(_ index: Int) {
        let fact = facts[index]
        guard fact.artefact == nil, !fact.isRST else { return }
        let before = ends[fact.side].hopLimit.usual?.witness
        ends[fact.side].hopLimit.note(fact.hopLimit, of: index)
        guard ends[fact.side].hopLimit.usual?.witness != before else { return }
        for reset in ends[fact.side].resets {
            remove([.resetForeign], from: reset)
            labelForeign(reset)
        }
    }

    /// Whether an RST's number is not the one that the receiver expects. Inside the window the receiver then sends a
    /// challenge ACK (RFC 5961 3.2), outside it drops the RST (RFC 9293 3.10.7.4).
    private func isUnexpected(_ index: Int) -> Bool {
        let fact = facts[index]
        let (side, other) = (fact.side, 1 - fact.side)
        guard let next = ends[side].next, let expected = ends[other].lastACK?.place else { return false }
        var line = ends[side].line
        let place = line.place(of: fact.sequence)
        return place != next && place != expected && place != ends[side].holes.last?.start
    }

    /// A segment that the receiver of a doubtful RST sends later shows that it ignored the RST, unless the segment may
    /// have been on its way already.
    mutating func settleReset(before index: Int) {
        let other = 1 - facts[index].side
        guard let reset = ends[other].doubtfulReset else { return }
        let isAnswer = facts[index].isPure && previous == reset
        guard isAnswer || elapsed(reset, index) > (roundTrip ?? 0) else { return }
        ends[other].doubtfulReset = nil
        add(.resetNotTaken, to: reset, evidence: [index])
    }
}
