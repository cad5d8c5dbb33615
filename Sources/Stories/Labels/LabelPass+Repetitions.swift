import TCPWire
import Tracking

/// Numbers sent again, and why.
extension LabelPass {
    /// Numbers that were left out before, or sent before, by the record's count; and what they are sent again for.
    mutating func labelRepetition(_ index: Int, from start: Int64, to end: Int64) {
        let fact = facts[index]
        let side = fact.side
        guard end > start else { return }
        let carrier = ends[side].finder.carrier(of: start)
        let original = ends[side].finder.original(from: start, to: end, index: index) ?? carrier
        guard fact.classes.isSentAgain || fact.classes.isOutOfOrder else { return }
        if !fact.classes.isOutOfOrder, let probe = ends[side].probedPlaces.removeValue(forKey: start) {
            let opening = ends[1 - side].windowIndex
            add(
                .probedRetransmission, to: index, evidence: [probe] + (opening.map { [$0] } ?? []), original: probe)
            return
        }
        let behind = passedBy(index, from: start, to: end)
        if fact.classes.isOutOfOrder {
            add(.reordered, to: index, evidence: behind.map { [$0] } ?? [])
            return
        }
        labelCause(index, from: start, to: end, original: original)
        if original == nil {
            let isAsked = isAsked(index, for: start)
            add(
                isAsked ? .lostBeforeCapture : .originalNotCaptured, to: index,
                evidence: isAsked ? askers(index) : behind.map { [$0] } ?? [])
        }
        isRepeated[index] = true
        if let original { notePiece(index, from: start, to: end, of: original) }
        proveSpurious(index, end: end)
        proveLoss(index, from: start, original: original)
        ends[side].repeats.append(
            Repeats.Copy(start: start, end: end, index: index, original: original), facts[index].timestamps)
    }

    /// The segment that jumped over these numbers; the first one of a capture that starts in the middle, where they lie before
    /// it.
    private mutating func passedBy(_ index: Int, from start: Int64, to end: Int64) -> Int? {
        let side = facts[index].side
        if let hole = hole(of: side, from: start, to: end) {
            noteFiller(index, of: hole, side)
            return ends[side].holes[hole].index
        }
        guard let first = ends[side].start, start < first.place, first.index != index, !facts[first.index].isSYN else {
            return nil
        }
        return first.index
    }

    // MARK: The cause

    private mutating func labelCause(_ index: Int, from start: Int64, to end: Int64, original: Int?) {
        let fact = facts[index]
        let side = fact.side
        let known = original.map { [$0] } ?? []
        let isPrompt = isPrompt(index)
        let point = ends[side].next ?? end
        if let recovery = ends[side].recovery, start < recovery.point, isPrompt,
            start > recoveryStart(recovery.starter), ends[side].acknowledged.map({ $0.place < recovery.point }) ?? true
        {
            add(
                .recoveryRetransmission, to: index, evidence: known + [recovery.starter] + askers(index),
                original: original)
            return
        }
        if isPrompt, isAsked(index, for: start) {
            add(.fastRetransmission, to: index, evidence: known + askers(index), original: original)
            ends[side].recovery = (point, index)
            return
        }
        if let original, isSmaller(index, than: original) {
            add(.smallerRetransmission, to: index, evidence: [original], original: original)
            ends[side].recovery = (point, index)
            return
        }
        if let last = ends[side].repeats.copies(from: start).last ?? original, isPrompt,
            let offer = opening(for: index, to: end, since: last)
        {
            add(.retransmission, to: index, evidence: known + [offer], original: original)
            if let original, let roundTrip, elapsed(original, offer) >= roundTrip, !has(.notTaken, original) {
                add(.notTaken, to: original, evidence: [offer])
            }
            return
        }
        let copies = ends[side].repeats.copies(from: start)
        let previousCopy = copies.last ?? original
        let waited = previousCopy.map { elapsed($0, index) }
        let hasWaited = waited.map { $0 >= max(Self.timerFloor, (roundTrip ?? 0) * 3 / 2) } ?? !isPrompt
        let isUnasked = !isAsked(index, for: start)
        // No timer runs out sooner than an answer can come.
        if let waited, let roundTrip, waited < roundTrip {
            add(.retransmission, to: index, evidence: known, original: original)
            return
        }
        guard !isPrompt || hasWaited && isUnasked else {
            add(.retransmission, to: index, evidence: known, original: original)
            return
        }
        let isFirstOutstanding = ends[side].acknowledged.map { start <= $0.place } ?? true
        if isFirstOutstanding {
            // Which timer it was, spacing and doubling will tell.
            labelTimer(index, from: start, isTail: end == point, original: original)
            ends[side].recovery = (point, index)
        } else if end == point, copies.isEmpty {
            let before = ends[side].acknowledged.map { [$0.index] } ?? []
            add(.tailLossProbe, to: index, evidence: known + before, original: original)
        } else {
            add(.retransmission, to: index, evidence: known, original: original)
        }
    }

    /// The least time-out that any common system starts with, less what clocks may lie; nanoseconds.
    static let timerFloor: Int64 = 180_000_000

    private func recoveryStart(_ starter: Int) -> Int64 {
        var line = ends[facts[starter].side].line
        return line.place(of: facts[starter].sequence)
    }

    /// Whether it follows on something the other end sent, so that this may have called for it.
    private func isPrompt(_ index: Int) -> Bool {
        guard let asked = ends[1 - facts[index].side].last else { return false }
        let reach = roundTrip.map { max($0 * 2, Self.reactionFloor) } ?? Self.reactionFloor * 2
        return elapsed(asked, index) <= reach
    }

    /// Whether the other end had shown that it has what lies behind `start` but not what lies there: three duplicate ACKs
    /// (RFC 5681 3.2), or a SACK block (RFC 6675 5).
    private func isAsked(_ index: Int, for start: Int64) -> Bool {
        let side = facts[index].side
        let peer = ends[1 - side]
        if let asked = peer.lastACK, asked.place == start, peer.duplicates.count >= 3 { return true }
        guard let sacked = ends[side].sacked, sacked > start else { return false }
        return (peer.lastACK.map { $0.place <= start } ?? false)
            && !(peer.last.map { facts[$0].blocks.isEmpty } ?? true)
    }

    private func askers(_ index: Int) -> [Int] {
        let peer = ends[1 - facts[index].side]
        let duplicates = peer.duplicates.suffix(3)
        return duplicates.isEmpty ? peer.last.map { [$0] } ?? [] : Array(duplicates)
    }

    /// The same octets in smaller segments, though the first was no larger than the receiver takes: the path does not take it.
    private func isSmaller(_ index: Int, than original: Int) -> Bool {
        let (fact, first) = (facts[index], facts[original])
        guard fact.sequence == first.sequence, fact.payloadLength > 0, !fact.isFIN,
            let limit = ends[1 - fact.side].maximumSegmentSize
        else { return false }
        // What its sender's own network takes may be less than what the receiver does.
        let full = min(UInt32(limit) &- UInt32(first.headerLength) &+ 20, ends[fact.side].longest)
        return first.payloadLength >= full && first.payloadLength <= UInt32(limit) && fact.payloadLength < full
            && fact.payloadLength * 4 > full
    }

    /// The segment whose window has room for these numbers, which the one before it had not, where it came since they were sent
    /// last: then that is what they waited for.
    private func opening(for index: Int, to end: Int64, since last: Int) -> Int? {
        let peer = ends[1 - facts[index].side]
        guard let offer = peer.windowIndex, let before = peer.windowBefore, offer > last,
            let now = windowEdge(offer), let old = windowEdge(before), now >= end, old < end
        else { return nil }
        return offer
    }

    /// Behind the last number that a segment's window lets the other end send.
    private func windowEdge(_ index: Int) -> Int64? {
        guard let window = scaledWindow(index) else { return nil }
        var line = ends[1 - facts[index].side].line
        return line.place(of: facts[index].acknowledgment) + window
    }

    // MARK: In pieces

    /// At most so many pieces are waited for: a limit for hostile captures.
    private static let pieceLimit = 64

    private mutating func notePiece(_ index: Int, from start: Int64, to end: Int64, of original: Int) {
        let side = facts[index].side
        guard facts[index].length < facts[original].length else { return }
        let originalStart = ends[side].line.place(of: facts[original].sequence)
        ends[side].pieces =
            ends[side].pieces.suffix(Self.pieceLimit - 1) + [
                Piece(
                    index: index, start: start, end: end, original: original,
                    originalEnd: originalStart + Int64(facts[original].length))
            ]
    }

    /// An ACK that ends within a segment's numbers, where a piece of them ends, shows that the segment itself had not arrived; one
    /// that covers more than its pieces, that it had.
    private mutating func settlePieces(of side: Int, acknowledged place: Int64, by index: Int) {
        guard !ends[side].pieces.isEmpty else { return }
        let pieces = ends[side].pieces
        if let last = pieces.last(where: { $0.end == place }), facts[index].window > 0 {
            var whole = place < last.originalEnd ? [last.original] + wholes(of: last) : []
            // It may end within the next segment as well.
            if let next = ends[side].finder.carrier(of: place), !isBehind(next, place), next != last.index {
                whole.append(next)
            }
            for lost in whole { noteLoss(of: lost, in: last.index, proof: [index]) }
        }
        for piece in pieces where place >= piece.originalEnd {
            let covered = pieces.filter { $0.original == piece.original }.map(\.end).max() ?? piece.end
            if covered < piece.originalEnd { markSpurious(piece.index, by: index) }
        }
        ends[side].pieces.removeAll { $0.originalEnd <= place }
    }

    /// Whether a segment begins at a place, or behind it.
    private func isBehind(_ index: Int, _ place: Int64) -> Bool {
        var line = ends[facts[index].side].line
        return line.place(of: facts[index].sequence) >= place
    }

    /// The times that the whole was sent again.
    private func wholes(of piece: Piece) -> [Int] {
        let (side, first) = (facts[piece.index].side, facts[piece.original])
        var line = ends[side].line
        return ends[side].repeats.copies(from: line.place(of: first.sequence)).filter {
            $0 != piece.index && facts[$0].length == first.length
        }
    }

    // MARK: Needed or not

    /// What was acknowledged before it was sent again was not needed.
    private mutating func proveSpurious(_ index: Int, end: Int64) {
        let side = facts[index].side
        guard let acknowledged = ends[side].acknowledged, acknowledged.place >= end else { return }
        markSpurious(index, by: acknowledged.index)
    }

    /// That the other end had what came behind and not this, shows that the original was lost.
    private mutating func proveLoss(_ index: Int, from start: Int64, original: Int?) {
        guard let original, !has(.spurious, index), isAsked(index, for: start), isWhole(index, original) else { return }
        noteLoss(of: original, in: index, proof: askers(index))
    }

    /// Whether a repetition carries all that the original did. One that carries less proves a loss of that part only.
    ///
    /// - Parameters:
    ///   - index: the repetition.
    ///   - original: what carried its first number first.
    private func isWhole(_ index: Int, _ original: Int) -> Bool {
        facts[index].sequence == facts[original].sequence && facts[index].length >= facts[original].length
    }

    /// Numbers newly acknowledged: what was sent again among them is settled by the timestamp that comes back.
    mutating func noteAcknowledged(_ place: Int64, by index: Int) {
        let side = 1 - facts[index].side
        guard ends[side].acknowledged.map({ place > $0.place }) ?? true else { return }
        ends[side].acknowledged = Shown(place: place, index: index)
        noteHoles(of: side, acknowledged: place, by: index)
        settlePieces(of: side, acknowledged: place, by: index)
        let echo = facts[index].timestamps?.echoReply
        while let copy = ends[side].repeats.popCovered(below: place) {
            guard let original = copy.original, let echo, let again = copy.stamp,
                let first = facts[original].timestamps?.value, again != first
            else { continue }
            if Int32(bitPattern: echo &- again) < 0 {
                // The answer is to the original (Eifel, RFC 3522): it had arrived.
                markSpurious(copy.index, by: index)
            } else if ends[side].repeats.copies(from: copy.start).first == copy.index, isWhole(copy.index, original) {
                noteLoss(of: original, in: copy.index, proof: [index])
            }
        }
    }
}
