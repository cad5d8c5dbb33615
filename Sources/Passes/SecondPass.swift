import CaptureFile
import Dispatch
import Settling
import Tracking

/// The second reading of a capture, for the tuples that are in doubt: gathers their segments and has them judged.
struct SecondPass {
    /// By shard.
    let tuples: [DoubtfulTuples?]
    let isMeasured: Bool
    let keepsPlaces: Bool
    /// Nothing behind the packet of this number was seen by the first pass.
    let lastNumber: Int

    var isNeeded: Bool { tuples.contains { $0 != nil } }

    /// Whether a connection of the pass is among those that are judged.
    func isJudged(_ record: Int, of shard: Int) -> Bool {
        guard let own = tuples[shard] else { return false }
        let tuple = own.number(of: record)
        return tuple > 0 && own.sizes[tuple - 1].segments <= Gathering.limit
    }

    /// By shard, tuples that are gathered in one reading.
    private typealias Round = [Range<Int>]

    /// Divides the tuples so that what is gathered at once fits into memory; one that alone does not is left out.
    private func rounds(_ settlement: Settlement) -> [Round] {
        var rounds: [Round] = []
        var held = 0
        for (shard, own) in tuples.enumerated() {
            for (place, size) in (own?.sizes ?? []).enumerated() {
                guard size.segments <= Gathering.limit else {
                    settlement.leaveOut(size.lives)
                    continue
                }
                if rounds.isEmpty || held + size.segments > Gathering.limit {
                    rounds.append(tuples.map { _ in 0..<0 })
                    held = 0
                }
                held += size.segments
                let known = rounds[rounds.count - 1][shard]
                rounds[rounds.count - 1][shard] = (known.isEmpty ? place + 1 : known.lowerBound)..<(place + 2)
            }
        }
        return rounds
    }

    /// Reads the capture once more from its start, by as many workers as there are shards.
    ///
    /// - Parameters:
    ///   - sieve: lets all segments of the tuples through, and few others.
    ///   - find: the last connection of a segment's tuple, by its hash, and its shard; asked by several threads at once.
    func run(
        over reader: borrowing CaptureReader, sieve: TupleSieve,
        find: (TrackedSegment, UInt64) -> (shard: Int, own: Int)?
    ) throws(CaptureError) -> Settlement {
        let settlement = Settlement()
        for round in rounds(settlement) {
            // Asked before anything is judged: what is gone now was gone in the round before.
            guard var source = try reader.again() else {
                return Settlement(leavingOut: tuples.reduce(0) { $0 + ($1?.sizes.reduce(0) { $0 + $1.lives } ?? 0) })
            }
            let gathered = round.map { _ in Gathering() }
            let reassembly = SharedReassembly(Reassembly(isIndexed: keepsPlaces))
            let failure = withoutActuallyEscaping(find) { find in
                // What it asks is only read meanwhile.
                nonisolated(unsafe) let find = find
                let make = {
                    SightingBatch(measured: isMeasured, sieve: sieve) { segment, hash in
                        unsafe wanted(segment, hash, find, round)
                    }
                }
                let reading = PartedReading(
                    workers: round.count, partSize: ParallelPass.usualPartSize, making: make,
                    confirmed: { part in part.complete { $0.join(&reassembly.value, after: $1) } },
                    taking: { part, shard in
                        gathered[shard].take(part.content, shard: shard, after: part.before, upTo: lastNumber)
                    })
                do throws(CaptureError) {
                    try reading.read(&source)
                    var rest = make()
                    rest.joinRest(&reassembly.value)
                    for shard in round.indices {
                        gathered[shard].take(rest, shard: shard, after: 0, upTo: lastNumber)
                    }
                    return nil as CaptureError?
                } catch {
                    return error
                }
            }
            if let failure { throw failure }
            judge(gathered, round, into: settlement)
            settlement.fragments = reassembly.value.places
        }
        return settlement
    }

    /// The same over segments that were kept; a member's place is then its own among them.
    func run(over kept: [StoredSegment], find: (TrackedSegment) -> Int?) -> Settlement {
        let settlement = Settlement()
        guard let own = tuples[0] else { return settlement }
        let gathering = Gathering()
        for (place, segment) in kept.enumerated() {
            let tuple = find(segment.tracked).map { own.number(of: $0) } ?? 0
            if tuple > 0 { gathering.take(segment, at: place, tuple: tuple, measured: isMeasured) }
        }
        judge([gathering], [1..<(own.count + 1)], into: settlement)
        return settlement
    }

    /// The shard and tuple of a segment that is gathered in this round.
    @inline(__always)
    private func wanted(
        _ segment: TrackedSegment, _ hash: UInt64,
        _ find: (TrackedSegment, UInt64) -> (shard: Int, own: Int)?, _ round: Round
    ) -> (shard: Int, tuple: Int)? {
        guard let (shard, record) = find(segment, hash), let own = tuples[shard] else { return nil }
        let tuple = own.number(of: record)
        guard tuple > 0, round[shard].contains(tuple), own.sizes[tuple - 1].segments <= Gathering.limit else {
            return nil
        }
        return (shard, tuple)
    }

    /// Each shard by itself, on as many processors as there are shards.
    private func judge(_ gathered: [Gathering], _ round: Round, into settlement: Settlement) {
        let judged = gathered.map { _ in Settlement() }
        let keepsPlaces = keepsPlaces
        DispatchQueue.concurrentPerform(iterations: gathered.count) { shard in
            gathered[shard].judge(tuples: round[shard], into: judged[shard], keepsPlaces: keepsPlaces)
        }
        for own in judged { settlement.add(own) }
    }
}
