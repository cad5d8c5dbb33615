import TCPState
import TCPWire
import Tracking

/// Why an end sent an RST, as far as its shape tells. The reason itself is known in the kernel that sent it; these are what
/// RFC 9293 and the common systems send in each case.
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
        // An RST that answers a segment takes its sequence number from that segment's ACK; its sender sends nothing behind it.
        if !fact.isACK, let trigger, facts[trigger].isACK, fact.sequence == facts[trigger].acknowledgment,
            ends[side].last.map({ $0 < trigger || facts[$0].isRST }) ?? true
        {
            labelAnswer(index, trigger)
        } else {
            labelAbort(index)
        }
    }

    /// What shows that RSTs were refused: the next that either end goes on to send.
    mutating func proveRefused(by index: Int) {
        guard !refusedResets.isEmpty, !facts[index].isRST, facts[index].artefact == nil else { return }
        for reset in refusedResets {
            remove([.resetNotTaken], from: reset)
            add(.resetNotTaken, to: reset, evidence: [index])
            noteMissing(before: reset, askedBackBy: index)
        }
        refusedResets = []
    }

    /// At most so many segments are looked at: a limit for hostile captures.
    private static let missingLimit = 64

    /// An ACK that asks back about an RST (RFC 5961 3.2) names the number that its sender waits for: what was sent from there on
    /// had not arrived, where it came as late as an answer does.
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

    /// RFC 9293 3.10.7.1: to a SYN where nobody listens.
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

    /// RFC 9293 3.5.2: an RST without ACK takes its number from the ACK that it answers, so its sender knows no connection
    /// to which that belongs, or another one.
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

    /// A program that has done nothing for longer has had the time to read; nanoseconds.
    private static let unreadCeiling: Int64 = 1_000_000_000

    /// An RST of the sender's own will: it carries the number that comes next.
    private mutating func labelAbort(_ index: Int) {
        let fact = facts[index]
        let (side, other) = (fact.side, 1 - fact.side)
        guard ends[side].next != nil else { return }
        if ends[side].unansweredKeepAlives.count >= 2 {
            add(.resetGivingUp, to: index, evidence: ends[side].unansweredKeepAlives.suffix(3))
            return
        }
        // Three attempts at least (RFC 9293 3.8.3, R1 and R2); the RST comes when the next would be due.
        let attempts = ends[side].unanswered
        if attempts.count >= 3, let last = attempts.last, let before = attempts.dropLast().last,
            elapsed(last, index) >= elapsed(before, last)
        {
            add(.resetGivingUp, to: index, evidence: attempts.suffix(3))
            return
        }
        guard fact.isACK else { return }
        // The other end's last data got an ACK and nothing more: closed before the program had read it.
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

    // MARK: Doubts

    /// Hops by which a TTL may differ though the sender is the same: paths change by less.
    private static let hopTolerance = 3

    private mutating func labelForeign(_ index: Int) {
        let fact = facts[index]
        guard let usual = ends[fact.side].hopLimit.usual,
            abs(Int(usual.limit) - Int(fact.hopLimit)) >= Self.hopTolerance
        else { return }
        add(.resetForeign, to: index, evidence: [usual.witness])
    }

    /// The TTL of an end, as long as all its segments have the same; three are the fewest that say so.
    struct HopLimit {
        private var first: (limit: UInt8, witness: Int)?
        private var count = 0
        private var isMixed = false

        /// `nil` where it has none. The witness is the first segment that has it.
        var usual: (limit: UInt8, witness: Int)? { isMixed || count < 3 ? nil : first }

        mutating func note(_ limit: UInt8, of index: Int) {
            if let first { isMixed = isMixed || first.limit != limit } else { first = (limit, index) }
            count += 1
        }
    }

    /// Counts a segment's TTL; where that tells more of its end, or less, than was known, its RSTs are looked at again.
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

    /// Whether its number is not the one that the receiver expects: inside the window it then asks back (RFC 5961 3.2),
    /// outside it drops the RST (RFC 9293 3.10.7.4).
    private func isUnexpected(_ index: Int) -> Bool {
        let fact = facts[index]
        let (side, other) = (fact.side, 1 - fact.side)
        guard let next = ends[side].next, let expected = ends[other].lastACK?.place else { return false }
        var line = ends[side].line
        let place = line.place(of: fact.sequence)
        return place != next && place != expected && place != ends[side].holes.last?.start
    }

    /// Whatever the receiver of a doubtful RST goes on to send shows that it did not take it, once the answer cannot have
    /// been under way before.
    mutating func settleReset(before index: Int) {
        let other = 1 - facts[index].side
        guard let reset = ends[other].doubtfulReset else { return }
        let isAnswer = facts[index].isPure && previous == reset
        guard isAnswer || elapsed(reset, index) > (roundTrip ?? 0) else { return }
        ends[other].doubtfulReset = nil
        add(.resetNotTaken, to: reset, evidence: [index])
    }
}
