import CaptureFile
import Dispatch
import TCPWire

/// The first pass over a large file by several workers.
///
/// The file is cut into parts. In each round every worker decodes one part and sorts its segments by the hash of their
/// connection; in the next round, before that, every worker tracks, in the order of the parts, the segments whose hash is
/// its own. So each connection's segments come to one tracker in the file's order, and the result equals that of one
/// worker. Nothing waits for anything but the end of each round, so fewer processors than workers only make it slower.
///
/// Why threads may share it (`@unchecked Sendable`, here and below): a round gives each part, and each shard, to one
/// worker; parts that are tracked in it are not those that are decoded in it; rounds do not overlap.
final class ParallelPass: @unchecked Sendable {
    /// Octets of a part: what is decoded of it is still in the third-level cache when it is tracked, and the workers wait
    /// for each other only some hundred times in a gigabyte.
    static let usualPartSize = 1 << 22
    /// Below this one worker is done before several have started.
    private static let leastSize = 16 << 20
    /// A shard's number fits in the upper bits of ``order``.
    private static let mostWorkers = 16

    private let workers: Int
    private let partSize: Int
    private let seed: HashSeed
    private let shards: [Shard]
    private let isIndexing: Bool
    private(set) var counts = PacketCounts()
    /// The connections in the order of their first segments: the shard above, its own number below.
    private var order: [UInt32] = []

    static func isWorthwhile(_ reader: borrowing CaptureReader) -> Bool {
        guard reader.isSeekable, let size = reader.size else { return false }
        return size &- reader.position >= leastSize
    }

    init(workers: Int, partSize: Int = usualPartSize, indexing: Bool = false) {
        self.workers = min(workers, Self.mostWorkers)
        self.partSize = partSize
        isIndexing = indexing
        var generator = SystemRandomNumberGenerator()
        let seed = HashSeed(&generator)
        self.seed = seed
        shards = (0..<self.workers).map { _ in Shard(seed: seed, indexing: indexing) }
    }

    var count: Int { order.count }

    /// A connection by its place in the order of first segments.
    func connection(_ index: Int) -> ConnectionRecord {
        let (shard, own) = place(index)
        return shards[shard].tracker[own]
    }

    /// Where the packets of a connection lie, where they were indexed.
    func places(of index: Int) -> [PacketPlace] {
        let (shard, own) = place(index)
        return shards[shard].index.places(of: own)
    }

    private func place(_ index: Int) -> (shard: Int, own: Int) {
        (Int(order[index] >> 28), Int(order[index] & 0x0fff_ffff))
    }

    /// Reads to the end.
    ///
    /// - Parameter report: called now and then with where reading is and how many packets came before.
    func read(
        _ reader: inout CaptureReader, reporting report: (Int, Int) -> Void = { _, _ in }
    ) throws(CaptureError) {
        // The first packet comes after whatever describes the rest: sections, interfaces.
        if try readOne(&reader) {
            let (position, count) = try readParts(reader, reporting: report)
            reader.seek(to: position, count: count)
        }
        // What no part could make sense of, one packet at a time: the file's end, damage, a new section.
        while try readOne(&reader) {}
        putInOrder()
    }

    private func readOne(_ reader: inout CaptureReader) throws(CaptureError) -> Bool {
        let part = Part(shards: workers)
        guard try part.decodeOne(&reader, seed) else { return false }
        counts.add(part.counts)
        track([part], by: 0..<workers)
        return true
    }

    private func putInOrder() {
        var next = [Int](repeating: 0, count: workers)
        order.reserveCapacity(shards.reduce(0) { $0 + $1.tracker.count })
        while true {
            var first: (shard: Int, number: UInt64)?
            for shard in 0..<workers where next[shard] < shards[shard].tracker.count {
                let number = shards[shard].tracker[next[shard]].firstNumber
                if number < first?.number ?? .max { first = (shard, number) }
            }
            guard let first else { return }
            order.append(UInt32(first.shard) << 28 | UInt32(truncatingIfNeeded: next[first.shard]))
            next[first.shard] += 1
        }
    }

    // MARK: Parts

    /// - Returns: where the first octet stands that was not read, and how many packets come before it.
    private func readParts(
        _ reader: borrowing CaptureReader, reporting report: (Int, Int) -> Void
    ) throws(CaptureError) -> (position: Int, count: Int) {
        let size = reader.size ?? 0
        var position = reader.position
        var count = reader.count
        let readers = try readings(of: reader)
        let sets = (0..<2).map { _ in (0..<workers).map { _ in Part(shards: workers) } }
        var decoded: ArraySlice<Part> = []
        var isOver = position >= size
        var round = 0
        while !isOver {
            let parts = sets[round % 2]
            let start = position
            let used = min(workers, (size - start + partSize - 1) / partSize)
            let before = decoded
            DispatchQueue.concurrentPerform(iterations: workers) { worker in
                track(before, by: worker..<worker + 1)
                guard worker < used else { return }
                let from = start + worker * partSize
                readers[worker].decode(
                    parts[worker], from: from, isSure: worker == 0, until: min(from + partSize, size), seed)
            }
            var valid = 0
            while valid < used, !isOver {
                let part = parts[valid]
                if part.start != position {
                    readers[0].decode(part, from: position, isSure: true, until: max(part.limit, position), seed)
                }
                if let error = part.error { throw error }
                part.before = count
                position = part.end
                count += part.count
                counts.add(part.counts)
                isOver = part.isStopped
                valid += 1
            }
            decoded = parts[..<valid]
            isOver = isOver || position >= size
            report(position, count)
            round += 1
        }
        track(decoded, by: 0..<workers)
        return (position, count)
    }

    private func readings(of reader: borrowing CaptureReader) throws(CaptureError) -> [Reading] {
        var readings: [Reading] = []
        for _ in 0..<workers { readings.append(Reading(try reader.duplicate())) }
        return readings
    }

    private func track(_ parts: ArraySlice<Part>, by workers: Range<Int>) {
        for worker in workers {
            for part in parts {
                shards[worker].take(part, worker)
            }
        }
    }
}

/// One worker's connections.
private final class Shard: @unchecked Sendable {
    var tracker: ConnectionTracker
    var index = SegmentIndex()
    private let isIndexing: Bool

    init(seed: HashSeed, indexing: Bool) {
        tracker = ConnectionTracker(seed: seed)
        isIndexing = indexing
    }

    func take(_ part: Part, _ number: Int) {
        if isIndexing {
            tracker.take(part.segments, shard: number, after: part.before, into: &index)
        } else {
            tracker.take(part.segments, shard: number, after: part.before)
        }
    }
}

extension ConnectionTracker {
    // Loops of the tracker's own: through the class, each call would ask again whether another thread is inside.

    fileprivate mutating func take(_ segments: borrowing PartSegments, shard: Int, after before: Int) {
        var entry = segments.first(of: shard)
        while entry > 0 {
            _ = add(
                segments.entries[entry - 1].segment, hash: segments.entries[entry - 1].hash, after: before)
            entry = Int(segments.entries[entry - 1].next)
        }
    }

    fileprivate mutating func take(
        _ segments: borrowing PartSegments, shard: Int, after before: Int, into index: inout SegmentIndex
    ) {
        var entry = segments.first(of: shard)
        while entry > 0 {
            let connection = add(
                segments.entries[entry - 1].segment, hash: segments.entries[entry - 1].hash, after: before)
            index.note(
                connection, offset: segments.entries[entry - 1].offset,
                number: before &+ segments.entries[entry - 1].segment.number)
            entry = Int(segments.entries[entry - 1].next)
        }
    }
}

/// The segments of one part of the file, each linked to the next of its shard.
private struct PartSegments: ~Copyable {
    struct Entry: BitwiseCopyable {
        /// Its number counts within the part.
        let segment: TrackedSegment
        let hash: UInt64
        /// ``CapturedPacket/blockOffset``.
        let offset: Int
        /// The index + 1 of the next of the same shard; 0 for none.
        var next: UInt32 = 0
    }

    private(set) var entries = FlatStore<Entry>()
    /// The first octet that was not read, and packets read.
    private(set) var end = 0
    private(set) var count = 0
    private let shards: Int
    /// By shard, the index + 1 of its first and last entry; 0 for none.
    private var first = InlineArray<16, Int>(repeating: 0)
    private var last = InlineArray<16, Int>(repeating: 0)

    init(shards: Int) { self.shards = shards }

    func first(of shard: Int) -> Int { first[shard] }

    @inline(__always)
    mutating func append(_ segment: TrackedSegment, hash: UInt64, offset: Int) {
        // Slots are chosen by the hash's low bits and told apart by its high ones: these are neither.
        let shard = Int(hash >> 24 & 0xff) % shards
        entries.append(Entry(segment: segment, hash: hash, offset: offset))
        let entry = entries.count
        if last[shard] > 0 {
            entries[last[shard] - 1].next = UInt32(truncatingIfNeeded: entry)
        } else {
            first[shard] = entry
        }
        last[shard] = entry
    }

    mutating func removeAll() {
        entries.removeAll()
        first = InlineArray(repeating: 0)
        last = InlineArray(repeating: 0)
    }
}

/// One worker's reader.
private final class Reading: @unchecked Sendable {
    private var reader: CaptureReader

    init(_ reader: consuming CaptureReader) { self.reader = reader }

    /// - Parameter isSure: a packet's record starts at `start`, or the file ends there.
    func decode(_ part: Part, from start: Int, isSure: Bool, until limit: Int, _ seed: HashSeed) {
        part.decode(&reader, from: start, isSure: isSure, until: limit, seed)
    }
}

/// What was decoded of one part of the file. Filled by one worker in one round, only read by all in the next.
private final class Part: @unchecked Sendable {
    private(set) var segments: PartSegments
    private(set) var counts = PacketCounts()
    /// Packets in it, and packets before it.
    private(set) var count = 0
    var before = 0
    /// Where it was read from, and to: the first record behind its limit.
    private(set) var start = 0
    private(set) var end = 0
    private(set) var limit = 0
    /// Reading ended before the limit.
    private(set) var isStopped = false
    private(set) var error: CaptureError?

    init(shards: Int) { segments = PartSegments(shards: shards) }

    func decode(_ reader: inout CaptureReader, from nominal: Int, isSure: Bool, until limit: Int, _ seed: HashSeed) {
        clear()
        (start, end, self.limit) = (limit, limit, limit)
        do throws(CaptureError) {
            if isSure {
                reader.seek(to: nominal, count: 0)
            } else if try !reader.seekLikelyStart(from: nominal) {
                return
            }
            start = reader.position
            isStopped = try !segments.decode(&reader, until: limit, &counts, seed)
            end = segments.end
            count = segments.count
        } catch {
            self.error = error
        }
    }

    /// The next packet alone.
    func decodeOne(_ reader: inout CaptureReader, _ seed: HashSeed) throws(CaptureError) -> Bool {
        clear()
        return try segments.decodeOne(&reader, &counts, seed)
    }

    private func clear() {
        segments.removeAll()
        counts = PacketCounts()
        (count, before) = (0, 0)
        isStopped = false
        error = nil
    }
}

extension PartSegments {
    /// - Returns: false where reading ended before `limit`: the file's end, damage, or something that describes what comes
    ///   after it.
    fileprivate mutating func decode(
        _ reader: inout CaptureReader, until limit: Int, _ counts: inout PacketCounts, _ seed: HashSeed
    ) throws(CaptureError) -> Bool {
        let described = reader.described
        var packet = CapturedPacket()
        var header = SegmentHeader()
        end = reader.position
        count = 0
        while end < limit {
            guard try reader.next(&packet), reader.described == described else { return false }
            take(packet, reader.bytes, &header, &counts, seed)
            end = reader.position
            count = reader.count
        }
        return true
    }

    fileprivate mutating func decodeOne(
        _ reader: inout CaptureReader, _ counts: inout PacketCounts, _ seed: HashSeed
    ) throws(CaptureError) -> Bool {
        var packet = CapturedPacket()
        var header = SegmentHeader()
        guard try reader.next(&packet) else { return false }
        take(packet, reader.bytes, &header, &counts, seed)
        return true
    }

    @inline(__always)
    private mutating func take(
        _ packet: borrowing CapturedPacket, _ bytes: RawSpan, _ header: inout SegmentHeader,
        _ counts: inout PacketCounts, _ seed: HashSeed
    ) {
        let frame = bytes.extracting(packet.offset..<packet.offset &+ packet.capturedLength)
        let verdict = PacketDecoder.decode(
            frame, link: LinkType(rawValue: packet.linkType), originalLength: packet.originalLength, into: &header)
        counts.add(verdict)
        guard verdict == .segment else { return }
        let segment = TrackedSegment(header, in: frame, at: packet.time, number: packet.number)
        append(segment, hash: segment.key.hash(seed: seed), offset: packet.blockOffset)
    }
}
