import TCPState
import TCPWire
import Tracking

/// The same octets captured in pieces at one place and joined at another: what a network card, or the system behind it, cuts
/// (TSO) or joins (GRO).
extension Judge {
    /// As many segments before one are looked at; a bound for hostile captures.
    private static let pieceLimit = 64
    /// Longer than this no packet waits inside one machine; nanoseconds.
    private static let longestHandling: Int64 = 2_000_000

    mutating func findJoined(_ trip: Int64?) {
        let reach = min(Self.longestHandling, max(1, (trip ?? Self.longestHandling) / 2))
        /// By side, the segments with octets that came last.
        var recent: [[Int]] = [[], []]
        /// By side, behind its highest number so far.
        var next: [SequenceNumber?] = [nil, nil]
        /// By segment, its pieces that came behind it.
        var pieces: [Int: [Int]] = [:]
        for index in order where verdicts[index] == .taken {
            let sighting = sightings[index]
            guard sighting.segment.payloadLength > 0, sighting.flags.isDisjoint(with: [.syn, .rst]), sighting.isWhole
            else { continue }
            let side = sighting.side
            // Numbers that were not there before are in no other segment.
            let isNew = next[side].map { sighting.segment.sequence.isAtOrAfter($0) } ?? true
            next[side] = next[side]?.later(sighting.end) ?? sighting.end
            if recent[side].count >= 2 * Self.pieceLimit { recent[side].removeFirst(Self.pieceLimit) }
            guard !isNew else {
                recent[side].append(index)
                continue
            }
            recent[side] = recent[side].suffix(Self.pieceLimit).filter { gap($0, index) <= reach }
            if let first = piecesOf(index, among: recent[side]) {
                verdicts[index] = .copy(of: sightings[first].segment.number)
                continue
            }
            if let whole = recent[side].last(where: { isPiece(index, of: $0) }) {
                pieces[whole, default: []].append(index)
                if let found = pieces[whole], covers(found, whole) {
                    for piece in found { verdicts[piece] = .copy(of: sightings[whole].segment.number) }
                    pieces[whole] = nil
                    recent[side].removeAll { found.contains($0) }
                    continue
                }
            }
            recent[side].append(index)
        }
    }

    /// The first of the segments that together carry exactly this one's octets; `nil` where there are none.
    private func piecesOf(_ index: Int, among recent: [Int]) -> Int? {
        var found: [Int] = []
        var start = sightings[index].segment.sequence
        for piece in recent where sightings[piece].segment.sequence == start && isPiece(piece, of: index) {
            found.append(piece)
            start = start + sightings[piece].segment.payloadLength
        }
        guard found.count > 1, covers(found, index), isNamed(index, by: found) else { return nil }
        return found[0]
    }

    private func isPiece(_ piece: Int, of whole: Int) -> Bool {
        let (part, all) = (sightings[piece], sightings[whole])
        let offset = part.segment.sequence.relative(to: all.segment.sequence)
        guard part.segment.payloadLength < all.segment.payloadLength, offset < all.segment.payloadLength,
            offset &+ part.segment.payloadLength <= all.segment.payloadLength
        else { return false }
        return part.hasStamp == all.hasStamp
    }

    /// Whether pieces in order have, one behind the other, the octets of the whole, by their sums.
    private func covers(_ pieces: [Int], _ whole: Int) -> Bool {
        var place = sightings[whole].segment.sequence
        var sum: UInt32 = 0
        var isOdd = false
        for piece in pieces {
            let part = sightings[piece]
            guard part.segment.sequence == place else { return false }
            // From an odd place on, octets change their halves of the words (RFC 1071 2).
            sum += UInt32(isOdd ? part.payloadSum.byteSwapped : part.payloadSum)
            isOdd = isOdd != (part.segment.payloadLength & 1 == 1)
            place = place + part.segment.payloadLength
        }
        guard place == sightings[whole].segment.sequence + sightings[whole].segment.payloadLength else { return false }
        while sum > 0xffff { sum = (sum & 0xffff) + sum >> 16 }
        let expected = UInt32(sightings[whole].payloadSum)
        return sum == expected || sum % 0xffff == expected % 0xffff
    }

    /// Where packets have identifications, a joined one keeps its first piece's.
    private func isNamed(_ index: Int, by pieces: [Int]) -> Bool {
        let own = sightings[index].identification
        let theirs = pieces.map { sightings[$0].identification }
        return own == 0 || theirs.contains(0) || theirs.contains(own)
    }
}
