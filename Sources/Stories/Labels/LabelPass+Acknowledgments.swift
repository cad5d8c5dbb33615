import CaptureFile
import TCPState
import TCPWire
import Tracking

/// Labels for what ACKs say of the other end's segments.
extension LabelPass {
    mutating func labelAcknowledgment(_ index: Int, at start: Int64, isProbe: Bool) {
        let fact = facts[index]
        let (side, other) = (fact.side, 1 - fact.side)
        let place = ends[other].line.place(of: fact.acknowledgment)
        let isFresh = ends[side].lastACK.map { place > $0.place } ?? true
        if fact.isPure, !fact.classes.contains(.duplicateACK), labelStrange(index) { return }
        if fact.classes.contains(.invalidACK) {
            add(.notTaken, to: index)
            return
        }
        labelUnseen(index, place)
        let answersProbe = labelProbeAnswer(index, acknowledges: place)
        let duplicate = noteBlocks(index)
        labelDuplicate(index, place)
        if fact.isPure, !isProbe {
            if duplicate != nil, !answersProbe {
                labelDuplicateSACK(index, duplicate)
            } else if !isFresh, !answersProbe {
                labelRepeatedACK(index, at: start, place)
            } else if !isFresh, answersProbe {
                labelUpdate(index)
            } else {
                labelDelayed(index)
            }
        } else if duplicate != nil {
            labelDuplicateSACK(index, duplicate)
        }
        noteAcknowledged(place, by: index)
        guard isFresh else { return }
        ends[side].lastACK = Shown(place: place, index: index)
        ends[side].duplicates = []
    }

    /// Labels a duplicate ACK (RFC 5681 2), as the record counts it. The segment behind the hole is named only if there is
    /// a hole.
    private mutating func labelDuplicate(_ index: Int, _ place: Int64) {
        let side = facts[index].side
        guard facts[index].classes.contains(.duplicateACK) else { return }
        ends[side].duplicates.append(index)
        let behind = hasHole(at: place, of: 1 - side, by: index) ? ends[1 - side].lastData : nil
        let evidence = [ends[side].lastACK?.index, behind].compactMap { $0 }
        add(.duplicateACK, to: index, evidence: evidence, ordinal: ends[side].duplicates.count)
    }

    /// Whether the other end sent something behind the segment that an ACK still waits for.
    private func hasHole(at place: Int64, of side: Int, by index: Int) -> Bool {
        if !facts[index].blocks.isEmpty { return true }
        guard let next = ends[side].next, next > place else { return false }
        guard let carrier = ends[side].finder.carrier(of: place) else {
            return ends[side].lastData.map { facts[$0].sequence != facts[index].acknowledgment } ?? false
        }
        var line = ends[side].line
        return line.place(of: facts[carrier].sequence) + Int64(facts[carrier].length) < next
    }

    /// Labels an ACK of numbers that were never captured.
    private mutating func labelUnseen(_ index: Int, _ place: Int64) {
        let other = 1 - facts[index].side
        guard !facts[index].classes.isDisjoint(with: [.acknowledgesUnseen, .bearsOutOther]),
            let next = ends[other].next, place > max(next, ends[other].unseen ?? next)
        else { return }
        ends[other].unseen = place
        add(.ackedUnseen, to: index, evidence: ends[other].last.map { [$0] } ?? [])
    }

    /// Labels an ACK with numbers that do not answer the SYN: its sender still holds an earlier connection (RFC 9293
    /// 3.5, Figure 9).
    private mutating func labelStrange(_ index: Int) -> Bool {
        let fact = facts[index]
        let (side, other) = (fact.side, 1 - fact.side)
        guard ends[side].next == nil || ends[side].syn == nil && ends[side].synAck == nil, let syn = ends[other].syn,
            ends[other].last == syn.last, previous == syn.last
        else { return false }
        let behind = SequenceNumber(syn.sequence) + 1
        let acknowledged = SequenceNumber(fact.acknowledgment)
        guard acknowledged.isBefore(behind) || acknowledged.isAfter(behind + facts[syn.first].length) else {
            return false
        }
        add(.challengeACK, to: index, evidence: [syn.last])
        return true
    }

    /// Labels a pure ACK that acknowledges nothing new.
    private mutating func labelRepeatedACK(_ index: Int, at start: Int64, _ place: Int64) {
        let fact = facts[index]
        let (side, other) = (fact.side, 1 - fact.side)
        guard let last = ends[side].lastACK, place == last.place, ends[side].next.map({ start == $0 }) ?? true else {
            return
        }
        if labelChallenge(index) { return }
        if fact.blocks.isEmpty, windowGrowth(index) ?? 0 != 0 {
            labelUpdate(index)
            return
        }
        if let cause = previous, facts[cause].side == other, isAnswerable(cause, below: place) {
            add(.answersDuplicate, to: index, evidence: [cause])
        } else if !fact.classes.contains(.duplicateACK),
            let cause = lastRepetition(of: other, below: place, before: index)
        {
            add(.answersDuplicate, to: index, evidence: [cause])
        } else if let cause = lateACK(before: index, below: place) {
            add(.answersDuplicate, to: index, evidence: [cause])
        }
    }

    /// The other end's last ACK, if others have overtaken it: its number lies below what the receiver expects, and such
    /// a segment is answered with an ACK too.
    private func lateACK(before index: Int, below place: Int64) -> Int? {
        guard facts[index].arrival != .unknown, let cause = lastHeard(before: index), facts[cause].isPure else {
            return nil
        }
        var line = ends[facts[cause].side].line
        return line.place(of: facts[cause].sequence) < place ? cause : nil
    }

    /// Whether a segment carries only numbers that had been acknowledged, so that it is answered with an ACK (RFC 9293
    /// 3.10.7.4).
    private func isAnswerable(_ index: Int, below place: Int64) -> Bool {
        let fact = facts[index]
        guard fact.length > 0, !fact.isSYN, !fact.isRST else { return false }
        var line = ends[fact.side].line
        return isRepeated[index] && line.place(of: fact.sequence) + Int64(fact.length) <= place
    }

    /// The last repetition of `side` that an ACK can answer: of several in a row each one is answered.
    private func lastRepetition(of side: Int, below place: Int64, before index: Int) -> Int? {
        guard let last = ends[side].lastData, isAnswerable(last, below: place),
            elapsed(last, index) <= max(roundTrip ?? 0, Self.reactionFloor)
        else { return nil }
        return last
    }

    /// Labels a challenge ACK (RFC 5961): the answer to a SYN, to an RST with another number than the expected one, or
    /// to an ACK of what was not sent.
    private mutating func labelChallenge(_ index: Int) -> Bool {
        let fact = facts[index]
        let side = fact.side
        guard let cause = lastHeard(before: index), let last = ends[side].last else { return false }
        let trigger = facts[cause]
        guard trigger.isRST || !facts[last].isSYN else { return false }
        // If a SYN-ACK is repeated several times in a row, each one is answered.
        guard isHeard(cause, since: last) || trigger.isSYN && isRepeated[cause] else {
            return false
        }
        if trigger.isSYN {
            let wait = facts[index].time.nanoseconds(since: hearing(of: cause) ?? facts[cause].time)
            guard wait <= max(roundTrip ?? 0, Self.reactionFloor) else { return false }
            add(.challengeACK, to: index, evidence: [cause])
            return true
        }
        if trigger.isRST, !isExpected(trigger.sequence, by: side) {
            add(.challengeACK, to: index, evidence: [cause])
            return true
        }
        if trigger.isACK, !trigger.isRST, previous == cause, let next = ends[side].next {
            var line = ends[side].line
            guard line.place(of: trigger.acknowledgment) > next else { return false }
            add(.challengeACK, to: index, evidence: [cause])
            return true
        }
        return false
    }

    private func isExpected(_ sequence: UInt32, by side: Int) -> Bool {
        guard let expected = ends[side].lastACK?.place else { return false }
        var line = ends[1 - side].line
        return line.place(of: sequence) == expected
    }

    private mutating func labelUpdate(_ index: Int) {
        guard let growth = windowGrowth(index), growth > 0, let old = ends[facts[index].side].windowIndex else {
            return
        }
        add(.windowUpdate, to: index, evidence: [old])
    }

    // MARK: SACK

    /// Notes how far the other end's numbers have been acknowledged by SACK blocks.
    ///
    /// - Returns: the numbers of the D-SACK block, as places on the other end's line; `nil` where there is none.
    private mutating func noteBlocks(_ index: Int) -> ClosedRange<Int64>? {
        let fact = facts[index]
        let other = 1 - fact.side
        guard !fact.blocks.isEmpty else { return nil }
        let duplicate = fact.duplicateBlock
        for block in fact.blocks where block != duplicate {
            let right = ends[other].line.place(of: block.right)
            if ends[other].next.map({ right <= $0 }) ?? false {
                ends[other].sacked = max(ends[other].sacked ?? right, right)
            }
        }
        guard let duplicate else { return nil }
        let left = ends[other].line.place(of: duplicate.left)
        let right = ends[other].line.place(of: duplicate.right)
        return left < right ? left...right : nil
    }

    private mutating func labelDuplicateSACK(_ index: Int, _ block: ClosedRange<Int64>?) {
        guard let block else { return }
        let other = 1 - facts[index].side
        let copy = ends[other].repeats.last(from: block.lowerBound, to: block.upperBound)
        add(.duplicateSACK, to: index, evidence: copy.map { [$0] } ?? [])
        if let copy { markSpurious(copy, by: index) }
    }

    mutating func markSpurious(_ copy: Int, by proof: Int) {
        guard !has(.spurious, copy) else { return }
        add(.spurious, to: copy, evidence: [proof])
        withdrawLosses(shownBy: copy)
    }
}
