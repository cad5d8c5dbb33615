import CaptureFile
import Dispatch
import Measures
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
    let partSize: Int

    var isNeeded: Bool { tuples.contains { $0 != nil } }

    /// Keeps what a connection turned out to be: its shard, ``SettledShard/judge(_:_:keep:)``'s place, record and measures. Called
    /// by several threads at once, for each shard by one.
    typealias Keeper = (Int, Int?, ConnectionRecord, ConnectionMeasures?) -> Int

    /// By shard, tuples that are gathered in one reading.
    private typealias Round = [Range<Int>]

    /// Divides the tuples so that what is gathered at once fits into memory; one that alone does not is left out.
    private func rounds() -> [Round] {
        var rounds: [Round] = []
        var held = 0
        for (shard, own) in tuples.enumerated() {
            for (place, size) in (own?.sizes ?? []).enumerated() where size.segments <= Gathering.limit {
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

    private func gatherings(for round: Round) -> [Gathering] {
        zip(round, tuples).map {
            Gathering($0, of: $1?.sizes ?? [], measured: isMeasured, keepsPlaces: keepsPlaces)
        }
    }

    /// Reads the capture once more from its start, by as many workers as there are shards.
    ///
    /// - Parameters:
    ///   - sieve: lets all segments of the tuples through, and few others.
    ///   - find: the last connection of a segment's tuple, by its hash, and its shard; asked by several threads at once.
    /// - Returns: what became of them, by shard. What could not be read once more stays as it was.
    func run(
        over reader: borrowing CaptureReader, sieve: TupleSieve,
        find: (TrackedSegment, UInt64) -> (shard: Int, own: Int)?, keep: Keeper
    ) throws(CaptureError) -> [SettledShard] {
        let settled = tuples.map { SettledShard($0, keepsPlaces: keepsPlaces) }
        for round in rounds() {
            guard var source = try reader.again() else { break }
            let gathered = gatherings(for: round)
            let reassembly = SharedReassembly(Reassembly(isIndexed: false))
            let failure = withoutActuallyEscaping(find) { find in
                // `find` only reads the trackers, which nobody changes meanwhile.
                nonisolated(unsafe) let find = find
                let make = {
                    SightingBatch(measured: isMeasured, sieve: sieve) { segment, hash in
                        unsafe wanted(segment, hash, find, round)
                    }
                }
                let reading = PartedReading(
                    workers: round.count, partSize: partSize, making: make,
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
            judge(gathered, into: settled, keep)
        }
        return settled
    }

    /// The same over segments that were kept; a member's place is then its own among them.
    func run(over kept: [StoredSegment], find: (TrackedSegment) -> Int?, keep: Keeper) -> [SettledShard] {
        let settled = [SettledShard(tuples[0], keepsPlaces: keepsPlaces)]
        guard let own = tuples[0] else { return settled }
        // Counted here: what is known to have been refused was kept and not tracked.
        let numbers = kept.map { find($0.tracked).map { own.number(of: $0) } ?? 0 }
        var sizes = own.sizes
        for place in sizes.indices { sizes[place].segments = 0 }
        for tuple in numbers where tuple > 0 { sizes[tuple - 1].segments += 1 }
        let gathering = Gathering(1..<(own.count + 1), of: sizes, measured: isMeasured, keepsPlaces: keepsPlaces)
        for (place, segment) in kept.enumerated() where numbers[place] > 0 {
            gathering.take(segment, at: place, tuple: numbers[place])
        }
        judge([gathering], into: settled, keep)
        return settled
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
    private func judge(_ gathered: [Gathering], into settled: [SettledShard], _ keep: Keeper) {
        withoutActuallyEscaping(keep) { keep in
            // For each shard it is called by one thread, and changes what is that shard's own.
            nonisolated(unsafe) let keep = keep
            DispatchQueue.concurrentPerform(iterations: gathered.count) { shard in
                gathered[shard].handOut { tuple, segments in
                    settled[shard].judge(tuple, segments) { unsafe keep(shard, $0, $1, $2) }
                }
            }
        }
    }
}
