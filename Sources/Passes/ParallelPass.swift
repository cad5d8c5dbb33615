import CaptureFile
import Dispatch
import Measures
import Synchronization
import TCPWire
import Tracking

/// The first pass over a large file by several workers.
///
/// The file is divided into parts. Any worker decodes a part and sorts its segments into shards by the hash of their
/// connection; each shard has one tracker, which processes the shard's segments in the order of the parts. So all
/// segments of a connection are processed by one tracker in the file's order, and the result equals that of one worker.
/// ``PartSchedule`` decides who does what when.
///
/// The class and those below are safe to share (`@unchecked Sendable`), because the schedule gives each piece of work
/// to one worker at a time, under a lock.
package final class ParallelPass: @unchecked Sendable {
    /// Octets in a part: so few that what was decoded of it is still in the processor's cache when it is tracked.
    package static let usualPartSize = 1 << 20
    /// One worker reads a capture of fewer parts than this, since it finishes before others would have started.
    private static let leastParts = 16

    /// How many workers share the work.
    let workers: Int
    private let partSize: Int
    private let isMeasuring: Bool
    private let limits: PassLimits
    /// Whether one of the limits is reached. Then no part is begun any more.
    private let isFull = Atomic(false)
    private let seed: HashSeed
    private let shards: [PassShard]
    /// What the packets of all confirmed parts turned out to be.
    package private(set) var counts = PacketCounts()
    /// Reassembles IP fragments. It is used only while a part is confirmed, by one worker at a time.
    private var reassembly: Reassembly
    /// The first ICMP errors about segments.
    private(set) var errors: [ReportedError] = []
    /// The connections in the order of their first segments, each as a ``Settlement/location(_:_:)``.
    private var order: [UInt32] = []
    /// By shard: how many of its connections are in ``order`` already.
    private var ordered: [Int]

    static func isWorthwhile(_ reader: borrowing CaptureReader, _ partSize: Int) -> Bool {
        guard reader.isSeekable, let size = reader.size else { return false }
        return (size &- reader.position) / partSize >= leastParts
    }

    /// Creates a pass by `workers`, of which there are at most ``SegmentBatch/mostShards``. Each worker indexes and
    /// measures its own connections.
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

    /// The number of connections found so far.
    package var count: Int { order.count }

    /// A connection by its index in the order of first segments.
    package func connection(_ index: Int) -> ConnectionRecord {
        let (shard, own) = place(index)
        return connection(shard, own)
    }

    /// A connection by its shard, and its index there.
    func connection(_ shard: Int, _ own: Int) -> ConnectionRecord { shards[shard].tracker[own] }
    func firstPlace(_ shard: Int, _ own: Int) -> UInt64 { shards[shard].tracker.firstPlace(of: own) }

    /// The measures of a connection, by its index; `nil` if they were not asked for.
    package func measures(of index: Int) -> ConnectionMeasures? {
        let (shard, own) = place(index)
        return measures(shard, own)
    }

    func measures(_ shard: Int, _ own: Int) -> ConnectionMeasures? {
        isMeasuring ? shards[shard].measures[own] : nil
    }

    /// Where the packets of a connection lie; empty if they were not indexed.
    func places(of index: Int) -> [PacketPlace] {
        let (shard, own) = place(index)
        return places(shard, own)
    }

    func places(_ shard: Int, _ own: Int, limit: Int = .max) -> [PacketPlace] {
        shards[shard].index.places(of: own, limit: limit)
    }

    /// Stores a connection that was judged; see ``SettledShard/judge(_:_:keep:)``. Each shard must be used by one
    /// thread at a time.
    func settle(_ shard: Int, _ own: Int?, _ record: ConnectionRecord, _ measures: ConnectionMeasures?) -> Int {
        shards[shard].settle(own, record, measures)
    }

    /// Replaces the order of the connections, each as a ``Settlement/location(_:_:)``.
    func putInOrder(_ order: [UInt32]) { self.order = order }

    /// The tuples in doubt of each shard.
    func doubtfulTuples() -> [DoubtfulTuples?] {
        var found: [DoubtfulTuples?] = Array(repeating: nil, count: workers)
        for shard in 0..<workers { found[shard] = shards[shard].tracker.doubtfulTuples() }
        return found
    }

    /// A filter that passes the segments of these tuples.
    func sieve(_ tuples: [DoubtfulTuples?]) -> TupleSieve {
        TupleSieve(seed: seed, expecting: tuples.reduce(0) { $0 + ($1?.count ?? 0) }) { body in
            for (shard, own) in tuples.enumerated() {
                if let own { shards[shard].tracker.hashes(of: own, body) }
            }
        }
    }

    /// The last connection of a segment's tuple, found by the tuple's hash: its shard, and its index there.
    func latest(of segment: TrackedSegment, _ hash: UInt64) -> (shard: Int, own: Int)? {
        let shard = SegmentBatch.shard(of: hash, among: UInt64(workers))
        return shards[shard].tracker.latest(of: segment, hash).map { (shard, $0) }
    }

    /// Where a connection's record is, by its index in the order of first segments: its shard, and its index there.
    func place(_ index: Int) -> (shard: Int, own: Int) {
        (Int(order[index] >> 28), Int(order[index] & 0x0fff_ffff))
    }

    /// Reads to the end. If it is called again, it goes on after the last packet that was read: where the file has
    /// grown, or after an error.
    ///
    /// - Parameter report: is called now and then with the offset that reading has reached and the number of packets
    ///   before it, by one thread at a time.
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

    /// Processes fragments of packets that are still incomplete as they are, because no more packets are to come.
    ///
    /// - Parameter count: the number of packets in the capture.
    func takeRest(of count: Int) {
        var rest = SegmentBatch(shards: workers, seed: seed, measured: isMeasuring)
        rest.joinRest(&reassembly, of: count)
        counts.add(rest.counts)
        for shard in 0..<workers { shards[shard].take(rest, shard, after: 0) }
        putInOrder()
    }

    /// Where the packets of some segments lie, by the segments' keys; only of segments that came in several packets.
    func packets(of segments: [PacketPlace]) -> [Int: [PacketPlace]] { reassembly.places.packets(of: segments) }

    /// Appends the connections that were found since the last call to ``order``, in the order of their first segments.
    private func putInOrder() {
        // The capacity is reserved only the first time. Later calls may add few connections each, so the array grows by
        // itself.
        if order.isEmpty { order.reserveCapacity(shards.reduce(0) { $0 + $1.tracker.count }) }
        // The array is swapped into a local variable, because each access to a class's property is checked for
        // exclusivity at run time.
        var order: [UInt32] = []
        swap(&order, &self.order)
        defer { swap(&order, &self.order) }
        // By shard: its next connections.
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

    /// The next connections of a shard, a few thousand at a time.
    struct LookAhead {
        /// The index of the first of them in the shard.
        let start: Int
        /// The positions of their first packets in the capture; empty if there are no more connections.
        let firstPlaces: [UInt64]
        var taken = 0

        var connection: Int { start &+ taken }
        var isUsedUp: Bool { taken == firstPlaces.count }
        /// The position of the next connection's first packet; the largest number if there is no next one.
        var firstPlace: UInt64 { isUsedUp ? .max : firstPlaces[taken] }
    }
}
