import CaptureFile
import Dispatch
import Measures
import Synchronization
import TCPWire
import Tracking

/// The first pass over a large file by several workers.
///
/// The file is cut into parts. Any worker decodes a part and sorts its segments by the hash of their connection; the
/// segments of a hash are tracked by one tracker in the order of the parts. So each connection's segments come to one tracker
/// in the file's order, and the result equals that of one worker. ``PartSchedule`` says who does what when.
///
/// Why threads may share it (`@unchecked Sendable`, here and below): what the schedule hands out it hands to one worker at
/// a time, under a lock.
package final class ParallelPass: @unchecked Sendable {
    /// Octets of a part: so few that what was decoded of it is still in the processor's cache when it is tracked.
    package static let usualPartSize = 1 << 20
    /// A capture of fewer parts is read by one worker: it is done in less time than it takes to start others.
    private static let leastParts = 16

    /// How many share the work.
    let workers: Int
    private let partSize: Int
    private let isMeasuring: Bool
    private let limits: PassLimits
    /// Whether one of the limits is reached: no part behind those that are under way is read then.
    private let isFull = Atomic(false)
    private let seed: HashSeed
    private let shards: [PassShard]
    /// What the packets of all confirmed parts turned out to be.
    package private(set) var counts = PacketCounts()
    /// Used by whoever confirms a part.
    private var reassembly: Reassembly
    /// The ICMP errors about segments, the first of them.
    private(set) var errors: [ReportedError] = []
    /// The connections in the order of their first segments, each as ``Settlement/location(_:_:)``.
    private var order: [UInt32] = []
    /// By shard, how many of its connections are in that order.
    private var ordered: [Int]

    static func isWorthwhile(_ reader: borrowing CaptureReader, _ partSize: Int) -> Bool {
        guard reader.isSeekable, let size = reader.size else { return false }
        return (size &- reader.position) / partSize >= leastParts
    }

    /// A pass by so many workers, at most ``SegmentBatch/mostShards``; what is indexed and measured, each does for its
    /// own
    /// connections.
    package init(
        workers: Int, partSize: Int = usualPartSize, indexing: Bool = false, measuring: Bool = false,
        limits: PassLimits = PassLimits()
    ) {
        isMeasuring = measuring
        self.limits = limits
        self.workers = max(1, min(workers, SegmentBatch.mostShards))
        self.partSize = partSize
        var generator = SystemRandomNumberGenerator()
        let seed = HashSeed(&generator)
        self.seed = seed
        let count = ConnectionTracker.usualCount / self.workers
        reassembly = Reassembly(isIndexed: indexing)
        shards = (0..<self.workers).map { _ in
            PassShard(seed: seed, indexing: indexing, measuring: measuring, expecting: count)
        }
        ordered = Array(repeating: 0, count: self.workers)
    }

    /// How many connections have been found.
    package var count: Int { order.count }

    /// A connection by its place in the order of first segments.
    package func connection(_ index: Int) -> ConnectionRecord {
        let (shard, own) = place(index)
        return connection(shard, own)
    }

    /// The same by where it is.
    func connection(_ shard: Int, _ own: Int) -> ConnectionRecord { shards[shard].tracker[own] }
    func firstPlace(_ shard: Int, _ own: Int) -> UInt64 { shards[shard].tracker.firstPlace(of: own) }

    /// What was measured of a connection, where that was asked for.
    package func measures(of index: Int) -> ConnectionMeasures? {
        let (shard, own) = place(index)
        return measures(shard, own)
    }

    func measures(_ shard: Int, _ own: Int) -> ConnectionMeasures? {
        isMeasuring ? shards[shard].measures[own] : nil
    }

    /// Where the packets of a connection lie, where they were indexed.
    func places(of index: Int) -> [PacketPlace] {
        let (shard, own) = place(index)
        return places(shard, own)
    }

    func places(_ shard: Int, _ own: Int, limit: Int = .max) -> [PacketPlace] {
        shards[shard].index.places(of: own, limit: limit)
    }

    /// Keeps what a connection turned out to be: ``SettledShard/judge(_:_:keep:)``. Each shard by one thread at a time.
    func settle(_ shard: Int, _ own: Int?, _ record: ConnectionRecord, _ measures: ConnectionMeasures?) -> Int {
        shards[shard].settle(own, record, measures)
    }

    /// Gives the connections another order, each as ``Settlement/location(_:_:)``.
    func putInOrder(_ order: [UInt32]) { self.order = order }

    /// By shard, the tuples in doubt.
    func doubtfulTuples() -> [DoubtfulTuples?] {
        var found: [DoubtfulTuples?] = Array(repeating: nil, count: workers)
        for shard in 0..<workers { found[shard] = shards[shard].tracker.doubtfulTuples() }
        return found
    }

    /// What lets the tuples' segments through.
    func sieve(_ tuples: [DoubtfulTuples?]) -> TupleSieve {
        TupleSieve(seed: seed, expecting: tuples.reduce(0) { $0 + ($1?.count ?? 0) }) { body in
            for (shard, own) in tuples.enumerated() {
                if let own { shards[shard].tracker.hashes(of: own, body) }
            }
        }
    }

    /// The last connection of a segment's tuple, by its hash: its shard, and its place there.
    func latest(of segment: TrackedSegment, _ hash: UInt64) -> (shard: Int, own: Int)? {
        let shard = SegmentBatch.shard(of: hash, among: UInt64(workers))
        return shards[shard].tracker.latest(of: segment, hash).map { (shard, $0) }
    }

    /// Where a connection is, by its place in the order of first segments.
    func place(_ index: Int) -> (shard: Int, own: Int) {
        (Int(order[index] >> 28), Int(order[index] & 0x0fff_ffff))
    }

    /// Reads to the end. Called again it reads on, behind what was read: where the file has grown, or after an error.
    ///
    /// - Parameter report: called now and then with where reading is and how many packets came before, by one thread at a
    ///   time.
    package func read(
        _ reader: inout CaptureReader, reporting report: (Int, Int) -> Void = { _, _ in }
    ) throws(CaptureError) {
        defer { putInOrder() }
        try PartedReading(
            workers: workers, partSize: partSize,
            making: { [workers, seed, isMeasuring] in
                SegmentBatch(shards: workers, seed: seed, measured: isMeasuring)
            }, confirmed: { self.confirm($0) }, taking: { self.take($0, $1) },
            until: { self.isFull.load(ordering: .relaxed) }
        ).read(&reader, reporting: report)
        if isFull.load(ordering: .relaxed) { throw .tooLarge(path: reader.path) }
    }

    private func take(_ part: PassPart<SegmentBatch>, _ shard: Int) {
        shards[shard].take(part.content, shard, after: part.before)
        if shards[shard].isFull(limits) { isFull.store(true, ordering: .relaxed) }
    }

    private func confirm(_ part: PassPart<SegmentBatch>) {
        part.complete { $0.join(&reassembly, after: $1) }
        counts.add(part.content.counts)
        let room = SegmentBatch.mostErrors - errors.count
        for error in part.content.errors.prefix(max(0, room)) {
            errors.append(error.numbered(error.number + part.before))
        }
    }

    /// Takes the fragments that wait for others as they are: nothing more is to come.
    ///
    /// - Parameter count: packets of the capture.
    func takeRest(of count: Int) {
        var rest = SegmentBatch(shards: workers, seed: seed, measured: isMeasuring)
        rest.joinRest(&reassembly, of: count)
        counts.add(rest.counts)
        for shard in 0..<workers { shards[shard].take(rest, shard, after: 0) }
        putInOrder()
    }

    /// Where the packets lie of those of some segments that came in several.
    func packets(of segments: [PacketPlace]) -> [Int: [PacketPlace]] { reassembly.places.packets(of: segments) }

    /// Puts the connections that were found since the last time behind those that are in order.
    private func putInOrder() {
        // All at once the first time; later the array grows as it likes, since each time may bring a few.
        if order.isEmpty { order.reserveCapacity(shards.reduce(0) { $0 + $1.tracker.count }) }
        // A local copy by swapping: each access to a class's property is checked for exclusivity at run time.
        var order: [UInt32] = []
        swap(&order, &self.order)
        defer { swap(&order, &self.order) }
        // By shard, its next connections.
        var ahead = (0..<workers).map { shards[$0].lookAhead(from: ordered[$0]) }
        while true {
            var first = 0
            for shard in 1..<workers where ahead[shard].firstPlace < ahead[first].firstPlace { first = shard }
            guard ahead[first].firstPlace != .max else {
                ordered = ahead.map(\.connection)
                return
            }
            order.append(Settlement.location(first, ahead[first].connection))
            ahead[first].taken += 1
            if ahead[first].isUsedUp { ahead[first] = shards[first].lookAhead(from: ahead[first].connection) }
        }
    }

    /// A shard's next connections, some of them at a time.
    struct LookAhead {
        /// How many connections come before them.
        let start: Int
        /// Where their first packets stand in the order of all; none where there are no more connections.
        let firstPlaces: [UInt64]
        var taken = 0

        var connection: Int { start &+ taken }
        var isUsedUp: Bool { taken == firstPlaces.count }
        /// Of the next one; the largest number where there is none.
        var firstPlace: UInt64 { isUsedUp ? .max : firstPlaces[taken] }
    }
}
