import CaptureFile
import Dispatch
import Measures
import Settling
import Tracking

/// The second reading of a capture, for the tuples in doubt: their segments are gathered and judged.
struct SecondPass {
    /// The tuples in doubt, by shard.
    let tuples: [DoubtfulTuples?]
    let isMeasured: Bool
    let keepsPlaces: Bool
    /// The number of the last packet that the first pass saw; packets after it are ignored.
    let lastNumber: Int
    let partSize: Int

    var isNeeded: Bool { tuples.contains { $0 != nil } }

    /// Stores a connection that was judged: gets its shard, and the index, record and measures of
    /// ``SettledShard/judge(_:_:keep:)``; returns its index. It is called by several threads at once, but by one for
    /// each shard.
    typealias Keeper = (Int, Int?, ConnectionRecord, ConnectionMeasures?) -> Int

    /// By shard: the range of tuple numbers that are gathered in one reading.
    private typealias Round = [Range<Int>]

    /// Divides the tuples so that the segments of a round fit into memory. A tuple that alone does not fit is left out.
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

    /// Reads the capture again from its start, by as many workers as there are shards.
    ///
    /// - Parameters:
    ///   - sieve: passes all segments of the tuples, and few others.
    ///   - find: returns the last connection of a segment's tuple, by the tuple's hash, and its shard; it is called by
    ///     several threads at once.
    /// - Returns: the results by shard. A connection whose packets could not be read again stays as it was.
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
                // `find` only reads the trackers, and nobody changes them meanwhile.
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

    /// Does the same with segments that were kept with their bytes. The place of a member is then its index among them.
    func run(over kept: [StoredSegment], find: (TrackedSegment) -> Int?, keep: Keeper) -> [SettledShard] {
        let settled = [SettledShard(tuples[0], keepsPlaces: keepsPlaces)]
        guard let own = tuples[0] else { return settled }
        // The segments are counted here, because SYNs that are known to have been refused were kept but not tracked.
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

    /// The shard and the tuple number of a segment, if it is gathered in this round; else `nil`.
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

    /// Judges the tuples of each shard, on as many processors as there are shards.
    private func judge(_ gathered: [Gathering], into settled: [SettledShard], _ keep: Keeper) {
        withoutActuallyEscaping(keep) { keep in
            // It is called by one thread for each shard, and changes only what belongs to that shard.
            nonisolated(unsafe) let keep = keep
            DispatchQueue.concurrentPerform(iterations: gathered.count) { shard in
                gathered[shard].handOut { tuple, segments in
                    settled[shard].judge(tuple, segments) { unsafe keep(shard, $0, $1, $2) }
                }
            }
        }
    }
}
