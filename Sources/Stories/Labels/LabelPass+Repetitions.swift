import TCPWire
import Tracking

/// Labels for numbers that are sent again, and for the cause.
extension LabelPass {
    /// Labels a segment whose numbers were sent before, or were missing until now, according to its class; with the
    /// cause.
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

    /// The segment that came after these numbers although it should have followed them. In a capture that starts in the
    /// middle this is the first segment, if the numbers lie before it.
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
        // A timer never expires sooner than an answer can come.
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
            // The spacing and doubling of the repetitions will show which timer it was.
            labelTimer(index, from: start, isTail: end == point, original: original)
            ends[side].recovery = (point, index)
        } else if end == point, copies.isEmpty {
            let before = ends[side].acknowledged.map { [$0.index] } ?? []
            add(.tailLossProbe, to: index, evidence: known + before, original: original)
        } else {
            add(.retransmission, to: index, evidence: known, original: original)
        }
    }

    /// The shortest initial time-out of any common system, minus a tolerance for inexact clocks; in nanoseconds.
    static let timerFloor: Int64 = 180_000_000

    private func recoveryStart(_ starter: Int) -> Int64 {
        var line = ends[facts[starter].side].line
        return line.place(of: facts[starter].sequence)
    }

    /// Whether it comes soon after a segment of the other end, so that this may have caused it.
    private func isPrompt(_ index: Int) -> Bool {
        guard let asked = ends[1 - facts[index].side].last else { return false }
        let reach = roundTrip.map { max($0 * 2, Self.reactionFloor) } ?? Self.reactionFloor * 2
        return elapsed(asked, index) <= reach
    }

    /// Whether the other end had shown that it has numbers beyond `start` but not those at `start`: by three duplicate
    /// ACKs (RFC 5681 3.2), or by a SACK block (RFC 6675 5).
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

    /// Whether octets are sent again in a smaller segment although the first one was no larger than the receiver
    /// accepts: then the path does not carry it (path MTU).
    private func isSmaller(_ index: Int, than original: Int) -> Bool {
        let (fact, first) = (facts[index], facts[original])
        guard fact.sequence == first.sequence, fact.payloadLength > 0, !fact.isFIN,
            let limit = ends[1 - fact.side].maximumSegmentSize
        else { return false }
        // The sender's own network may carry less than the receiver accepts.
        let full = min(UInt32(limit) &- UInt32(first.headerLength) &+ 20, ends[fact.side].longest)
        return first.payloadLength >= full && first.payloadLength <= UInt32(limit) && fact.payloadLength < full
            && fact.payloadLength * 4 > full
    }

    /// The segment whose window has room for these numbers, if it came since they were last sent, and the window before
    /// had no room for them: then the sender had waited for this window.
    private func opening(for index: Int, to end: Int64, since last: Int) -> Int? {
        let peer = ends[1 - facts[index].side]
        guard let offer = peer.windowIndex, let before = peer.windowBefore, offer > last,
            let now = windowEdge(offer), let old = windowEdge(before), now >= end, old < end
        else { return nil }
        return offer
    }

    /// The place after the last number that a segment's window allows the other end to send.
    private func windowEdge(_ index: Int) -> Int64? {
        guard let window = scaledWindow(index) else { return nil }
        var line = ends[1 - facts[index].side].line
        return line.place(of: facts[index].acknowledgment) + window
    }

    // MARK: Retransmissions in smaller segments

    /// At most this many pieces are kept: a limit for hostile captures.
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

    /// An ACK of a number within a segment, at which a piece of it ends, shows that the segment itself had not arrived.
    /// An ACK of more than the pieces shows that the segment had arrived.
    private mutating func settlePieces(of side: Int, acknowledged place: Int64, by index: Int) {
        guard !ends[side].pieces.isEmpty else { return }
        let pieces = ends[side].pieces
        if let last = pieces.last(where: { $0.end == place }), facts[index].window > 0 {
            var whole = place < last.originalEnd ? [last.original] + wholes(of: last) : []
            // The number may also lie within the next segment.
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

    /// Whether a segment begins at or after a place.
    private func isBehind(_ index: Int, _ place: Int64) -> Bool {
        var line = ends[facts[index].side].line
        return line.place(of: facts[index].sequence) >= place
    }

    /// The retransmissions of the whole original segment.
    private func wholes(of piece: Piece) -> [Int] {
        let (side, first) = (facts[piece.index].side, facts[piece.original])
        var line = ends[side].line
        return ends[side].repeats.copies(from: line.place(of: first.sequence)).filter {
            $0 != piece.index && facts[$0].length == first.length
        }
    }

    // MARK: Needed or not

    /// A segment whose numbers were acknowledged before it was sent again was not needed.
    private mutating func proveSpurious(_ index: Int, end: Int64) {
        let side = facts[index].side
        guard let acknowledged = ends[side].acknowledged, acknowledged.place >= end else { return }
        markSpurious(index, by: acknowledged.index)
    }

    /// If the other end had later numbers but not these, the original was lost.
    private mutating func proveLoss(_ index: Int, from start: Int64, original: Int?) {
        guard let original, !has(.spurious, index), isAsked(index, for: start), isWhole(index, original) else { return }
        noteLoss(of: original, in: index, proof: askers(index))
    }

    /// Whether a repetition carries everything that the original did. Otherwise it proves only that a part of it was
    /// lost.
    ///
    /// - Parameters:
    ///   - index: the repetition.
    ///   - original: the segment that first carried the repetition's first number.
    private func isWhole(_ index: Int, _ original: Int) -> Bool {
        facts[index].sequence == facts[original].sequence && facts[index].length >= facts[original].length
    }

    /// Notes newly acknowledged numbers. For retransmissions among them, the echoed timestamp shows whether the
    /// original had arrived.
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
                // The ACK answers the original (Eifel, RFC 3522): that had arrived.
                markSpurious(copy.index, by: index)
            } else if ends[side].repeats.copies(from: copy.start).first == copy.index, isWhole(copy.index, original) {
                noteLoss(of: original, in: copy.index, proof: [index])
            }
        }
    }
}
