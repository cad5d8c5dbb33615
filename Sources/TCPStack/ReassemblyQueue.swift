import TCPState
import TCPWire

/// Text that has arrived after a gap (RFC 9293 3.10.7.4, SHLD-31: "queue out-of-order segments"), in pieces that
/// neither touch nor overlap, sorted by their sequence numbers.
public struct ReassemblyQueue: Hashable, Sendable {
    struct Piece: Hashable, Sendable {
        var start: SequenceNumber
        var octets: [UInt8]
        var end: SequenceNumber { start + UInt32(truncatingIfNeeded: octets.count) }
    }

    private(set) var pieces: [Piece] = []
    /// The sequence number of a FIN that arrived after a gap.
    private var finish: SequenceNumber?
    /// The first sequence numbers of the pieces that changed last, newest first; blocks are reported in this order (RFC
    /// 2018 4).
    private var recent: [SequenceNumber] = []
    /// How many octets are held.
    public private(set) var count = 0

    /// The most pieces. Pieces of one octet take far more memory than their text; text for which there is no piece left
    /// is dropped, and will be retransmitted.
    static let pieceLimit = 2048

    /// Whether no text is held.
    public var isEmpty: Bool { pieces.isEmpty }

    /// How many SACK blocks there are to report.
    var blockCount: Int { pieces.count + (finish != nil && pieces.last?.end != finish ? 1 : 0) }

    /// Adds text, which must lie in the window, except for what is held already.
    ///
    /// - Returns: whether any octet of it was new.
    mutating func insert(_ octets: ArraySlice<UInt8>, at start: SequenceNumber) -> Bool {
        guard !octets.isEmpty else { return false }
        let end = start + UInt32(truncatingIfNeeded: octets.count)
        // Pieces that touch or overlap [start, end).
        var first = pieces.count
        while first > 0, pieces[first - 1].end.isAtOrAfter(start) { first -= 1 }
        var last = first
        while last < pieces.count, pieces[last].start.isAtOrBefore(end) { last += 1 }
        if first == last {
            guard pieces.count < Self.pieceLimit else { return false }
            pieces.insert(Piece(start: start, octets: Array(octets)), at: first)
            count += octets.count
            noteRecent(start, replacing: [])
            return true
        }
        if last == first + 1, pieces[first].start.isAtOrBefore(start), pieces[first].end.isAtOrAfter(end) {
            noteRecent(pieces[first].start, replacing: [])
            return false
        }
        let merged = merge(octets, at: start, end: end, over: first..<last)
        noteRecent(merged.start, replacing: pieces[first..<last].map(\.start))
        count -= pieces[first..<last].reduce(0) { $0 + $1.octets.count }
        count += merged.octets.count
        pieces.replaceSubrange(first..<last, with: [merged])
        return true
    }

    /// Merges text with the pieces that it touches. Where they overlap, the octets that arrived first are kept: if the
    /// new ones differ, that is an attack or a fault (RFC 5722 takes this view of fragments).
    private func merge(
        _ octets: ArraySlice<UInt8>, at start: SequenceNumber, end: SequenceNumber, over range: Range<Int>
    ) -> Piece {
        var merged: Piece
        if let first = pieces[range].first, first.start.isAtOrBefore(start) {
            merged = first
        } else {
            merged = Piece(start: start, octets: [])
        }
        for piece in pieces[range] {
            if piece.start.isAfter(merged.end) {
                let from = Int(merged.end.relative(to: start))
                let to = Int(piece.start.relative(to: start))
                merged.octets += octets[(octets.startIndex + from)..<(octets.startIndex + to)]
            }
            if piece.end.isAfter(merged.end) {
                merged.octets += piece.octets[Int(merged.end.relative(to: piece.start))...]
            }
        }
        if end.isAfter(merged.end) {
            merged.octets += octets[(octets.startIndex + Int(merged.end.relative(to: start)))...]
        }
        return merged
    }

    /// Notes the sequence number of a FIN, which is reported like an octet of text.
    mutating func insertFinish(at number: SequenceNumber) {
        finish = number
        noteRecent(pieces.last.flatMap { $0.end == number ? $0.start : nil } ?? number, replacing: [])
    }

    private mutating func noteRecent(_ start: SequenceNumber, replacing gone: [SequenceNumber]) {
        recent.removeAll { $0 == start || gone.contains($0) }
        recent.insert(start, at: 0)
        if recent.count > 4 { recent.removeLast() }
    }

    /// Removes and returns the text that continues at `next`, and drops what lies before it.
    mutating func take(continuing next: SequenceNumber) -> [UInt8] {
        var taken: [UInt8] = []
        var position = next
        while let piece = pieces.first, piece.start.isAtOrBefore(position) {
            pieces.removeFirst()
            recent.removeAll { $0 == piece.start }
            count -= piece.octets.count
            guard piece.end.isAfter(position) else { continue }
            taken += piece.octets[Int(position.relative(to: piece.start))...]
            position = piece.end
        }
        return taken
    }

    mutating func removeAll() { self = ReassemblyQueue() }

    /// The SACK blocks to report, the one that changed last first (RFC 2018 4).
    func blocks(limit: Int) -> [SACKBlock] {
        guard blockCount > 0 else { return [] }
        var blocks: [SACKBlock] = []
        for start in recent where blocks.count < limit {
            if let block = block(holding: start), !blocks.contains(block) { blocks.append(block) }
        }
        for piece in pieces.prefix(8) where blocks.count < limit && !recent.contains(piece.start) {
            blocks.append(block(of: piece))
        }
        return blocks
    }

    private func block(of piece: Piece) -> SACKBlock {
        SACKBlock(left: piece.start.rawValue, right: (piece.end == finish ? piece.end + 1 : piece.end).rawValue)
    }

    /// The SACK block that contains `number`; `nil` where none does.
    func block(holding number: SequenceNumber) -> SACKBlock? {
        if let piece = pieces.first(where: { $0.start.isAtOrBefore(number) && $0.end.isAfter(number) }) {
            return block(of: piece)
        }
        guard number == finish else { return nil }
        return pieces.last.flatMap { $0.end == number ? block(of: $0) : nil }
            ?? SACKBlock(left: number.rawValue, right: (number + 1).rawValue)
    }
}
