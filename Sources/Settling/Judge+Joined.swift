import TCPState
import TCPWire
import Tracking

/// The same octets captured twice and cut otherwise each time: what a network card, or the system behind it, cuts (TSO) or
/// joins (GRO).
extension Judge {
    /// At most so many segments are looked at before one, and put together: a limit for hostile captures.
    private static let pieceLimit = 64
    /// Longer than this no packet waits inside one machine; nanoseconds.
    private static let longestHandling: Int64 = 2_000_000

    /// Segments one behind the other whose numbers were all there before.
    private struct Run {
        var pieces: [Int]
        let start: SequenceNumber
        var end: SequenceNumber
    }

    /// An end's stream as it was captured first, and what comes again of it.
    private struct Cut {
        /// The segments with octets that came last.
        var recent: [Int] = []
        /// Behind the highest number so far.
        var next: SequenceNumber?
        var run: Run?

        /// What came again was sent again, or is not all there.
        mutating func giveUpRun() {
            recent += run?.pieces ?? []
            run = nil
        }
    }

    mutating func findJoined() {
        var cuts = [Cut(), Cut()]
        for index in order where verdicts[index] == .taken {
            let sighting = sightings[index]
            guard sighting.segment.payloadLength > 0, sighting.flags.isDisjoint(with: [.syn, .rst]) else { continue }
            var cut = cuts[sighting.side]
            cuts[sighting.side] = Cut()
            findJoined(index, &cut)
            cuts[sighting.side] = cut
        }
    }

    private mutating func findJoined(_ index: Int, _ cut: inout Cut) {
        let sighting = sightings[index]
        let start = sighting.segment.sequence
        // Numbers that were not there before are in no other segment.
        let isNew = cut.next.map { start.isAtOrAfter($0) } ?? true
        cut.next = cut.next?.later(sighting.end) ?? sighting.end
        if cut.recent.count >= 2 * Self.pieceLimit { cut.recent.removeFirst(Self.pieceLimit) }
        guard !isNew else {
            cut.recent.append(index)
            return
        }
        cut.recent = cut.recent.suffix(Self.pieceLimit).filter { original in
            gap(original, index) <= handling || cut.run.map { textEnd(original).isAfter($0.start) } ?? false
        }
        if let run = cut.run, run.end == start, run.pieces.count < Self.pieceLimit {
            cut.run?.pieces.append(index)
            cut.run?.end = textEnd(index)
        } else if cut.run != nil, let last = cut.recent.last, textEnd(last) == start {
            // The stream itself goes on, while what comes again of it already reaches beyond its last segment.
            cut.recent.append(index)
        } else {
            cut.giveUpRun()
            guard cut.recent.contains(where: { sightings[$0].segment.sequence == start }) else {
                cut.recent.append(index)
                return
            }
            cut.run = Run(pieces: [index], start: start, end: textEnd(index))
        }
        compare(&cut)
    }

    /// Marks the run where it ends with a segment of the stream as it came first, and has its octets.
    private mutating func compare(_ cut: inout Cut) {
        guard let run = cut.run else { return }
        var originals: [Int] = []
        var place = run.start
        for index in cut.recent where sightings[index].segment.sequence == place && place.isBefore(run.end) {
            originals.append(index)
            place = textEnd(index)
        }
        guard place.isAtOrAfter(run.end), let first = originals.first else { return }
        guard place == run.end else {
            // A segment that is larger than the run so far may be matched by it yet.
            return
        }
        // Segments that are cut alike are copies, which other rules find.
        guard originals.count + run.pieces.count > 2, let pairs = pairs(run.pieces, originals),
            isSameText(run.pieces, originals, pairs),
            isNamed(run.pieces[0], by: originals) || isNamed(first, by: run.pieces)
        else {
            cut.giveUpRun()
            return
        }
        for (piece, original) in zip(run.pieces, pairs) {
            verdicts[piece] = .copy(of: sightings[original].segment.number)
        }
        cut.run = nil
    }

    /// By piece, the original that holds its first octet; `nil` where one came later than a packet waits inside a machine.
    private func pairs(_ pieces: [Int], _ originals: [Int]) -> [Int]? {
        var found: [Int] = []
        for piece in pieces {
            let start = sightings[piece].segment.sequence
            guard let original = originals.last(where: { sightings[$0].segment.sequence.isAtOrBefore(start) }),
                gap(original, piece).magnitude <= handling,
                sightings[original].hasStamp == sightings[piece].hasStamp
            else { return nil }
            found.append(original)
        }
        return found
    }

    /// Whether both have the same octets, by their sums. Where the capture has not all of them, whether they came sooner than
    /// anybody can have sent them again, and acknowledge the same.
    private func isSameText(_ pieces: [Int], _ originals: [Int], _ pairs: [Int]) -> Bool {
        guard (pieces + originals).allSatisfy({ sightings[$0].isWhole }) else {
            return zip(pieces, pairs).allSatisfy { piece, original in
                gap(original, piece) < soon
                    && sightings[piece].segment.acknowledgment == sightings[original].segment.acknowledgment
            }
        }
        let (sum, other) = (textSum(pieces), textSum(originals))
        return sum == other || sum % 0xffff == other % 0xffff
    }

    /// The ones' complement sum of the octets of segments that follow each other.
    private func textSum(_ pieces: [Int]) -> UInt32 {
        var sum: UInt32 = 0
        var isOdd = false
        for piece in pieces {
            let part = sightings[piece]
            // From an odd place on, octets change their halves of the words (RFC 1071 2).
            sum += UInt32(isOdd ? part.payloadSum.byteSwapped : part.payloadSum)
            isOdd = isOdd != (part.segment.payloadLength & 1 == 1)
        }
        while sum > 0xffff { sum = (sum & 0xffff) + sum >> 16 }
        return sum
    }

    /// Where packets have identifications, a joined one keeps its first piece's.
    private func isNamed(_ index: Int, by pieces: [Int]) -> Bool {
        let own = sightings[index].identification
        let theirs = pieces.map { sightings[$0].identification }
        return own == 0 || theirs.contains(0) || theirs.contains(own)
    }

    /// How long a packet may wait between two looks at it, in nanoseconds.
    private var handling: Int64 { min(Self.longestHandling, max(1, (trip ?? Self.longestHandling) / 2)) }

    /// Behind its last octet.
    private func textEnd(_ index: Int) -> SequenceNumber {
        sightings[index].segment.sequence + sightings[index].segment.payloadLength
    }
}
