import TCPState
import TCPWire
import Tracking

/// The same octets captured twice, but divided into segments differently, because a network card or the system behind
/// it splits (TSO) or joins (GRO) segments.
extension Judge {
    /// At most this many earlier segments are examined for one, and joined to a run: a limit for hostile captures.
    private static let pieceLimit = 64
    /// The longest time that a packet waits inside one machine, in nanoseconds.
    private static let longestHandling: Int64 = 2_000_000

    /// Consecutive segments whose numbers were all captured before.
    private struct Run {
        var pieces: [Int]
        let start: SequenceNumber
        var end: SequenceNumber
    }

    /// One end's stream as it was captured first, and the part of it that comes again.
    private struct Cut {
        /// The latest segments with payload.
        var recent: [Int] = []
        /// The number after the highest one so far.
        var next: SequenceNumber?
        var run: Run?

        /// Gives up the run, because its segments were retransmitted, or some of them are missing: they count as part
        /// of the stream.
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
        // Numbers that were not captured before cannot be in another segment.
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
            // The stream itself goes on, while the part of it that comes again already reaches beyond its latest
            // segment.
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

    /// Marks the run's segments as copies, if the run ends where a segment of the first capture ends, and has the same
    /// octets.
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
            // The run may still grow to match a segment that is larger than it is now.
            return
        }
        // Segments that are divided alike are plain copies, which other rules find.
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

    /// For each piece the original that holds its first octet; `nil` if a piece came later than a packet waits inside a
    /// machine.
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

    /// Whether pieces and originals have the same octets, judged by their checksums. Where the capture does not hold
    /// all octets: whether the pieces came sooner than anybody can have retransmitted them, with the same
    /// acknowledgments.
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

    /// The ones' complement sum of the payload of consecutive segments.
    private func textSum(_ pieces: [Int]) -> UInt32 {
        var sum: UInt32 = 0
        var isOdd = false
        for piece in pieces {
            let part = sightings[piece]
            // After an odd number of octets, the following ones change their halves of the 16-bit words (RFC 1071 2).
            sum += UInt32(isOdd ? part.payloadSum.byteSwapped : part.payloadSum)
            isOdd = isOdd != (part.segment.payloadLength & 1 == 1)
        }
        while sum > 0xffff { sum = (sum & 0xffff) + sum >> 16 }
        return sum
    }

    /// Whether one of the pieces has the segment's IP identification, or there are none: a joined packet keeps its
    /// first piece's.
    private func isNamed(_ index: Int, by pieces: [Int]) -> Bool {
        let own = sightings[index].identification
        let theirs = pieces.map { sightings[$0].identification }
        return own == 0 || theirs.contains(0) || theirs.contains(own)
    }

    /// How long a packet may wait between the two points at which it is captured, in nanoseconds.
    private var handling: Int64 { min(Self.longestHandling, max(1, (trip ?? Self.longestHandling) / 2)) }

    /// The number after its last octet of payload.
    private func textEnd(_ index: Int) -> SequenceNumber {
        sightings[index].segment.sequence + sightings[index].segment.payloadLength
    }
}
