import CaptureFile
import Dispatch
import TCPWire

/// The first pass over a large mapped capture by several workers.
///
/// The file is cut into parts. In each round every worker decodes one part and sorts its segments by the hash of their
/// connection; then every worker tracks, in the order of the parts, the segments whose hash is its own. So each
/// connection's segments come to one tracker in the file's order, and the result equals that of one worker. Nothing waits
/// for anything but the end of each step, so fewer processors than workers only make it slower.
///
/// Why threads may share it (`@unchecked Sendable`, here and below): a step gives each part, or each shard, to one worker,
/// and the steps do not overlap.
final class ParallelPass: @unchecked Sendable {
    /// Octets of a part: small enough that what is decoded of it is still in the cache when it is tracked.
    static let usualPartSize = 2 << 20
    /// Below this one worker is done before several have started.
    private static let leastSize = 16 << 20

    private let workers: Int
    private let partSize: Int
    private let seed: HashSeed
    private let shards: [Shard]
    private var counts = PacketCounts()

    static func isWorthwhile(_ reader: borrowing CaptureReader) -> Bool {
        reader.isMapped && reader.bytes.byteCount &- reader.position >= leastSize
    }

    init(workers: Int, partSize: Int = usualPartSize) {
        self.workers = min(workers, 16)
        self.partSize = partSize
        var generator = SystemRandomNumberGenerator()
        let seed = HashSeed(&generator)
        self.seed = seed
        shards = (0..<self.workers).map { _ in Shard(seed: seed) }
    }

    /// Reads to the end.
    func read(_ reader: inout CaptureReader) throws(CaptureError) {
        // The first packet comes after whatever describes the rest: sections, interfaces.
        var header = SegmentHeader()
        var packet = CapturedPacket()
        guard try reader.next(&packet) else { return }
        take(packet, reader, &header)
        let (position, count) = readParts(reader.bytes, reader.format, from: reader.position)
        reader.resume(at: position, count: count)
        // What no part could make sense of, one packet at a time: the file's end, damage, a new section.
        while try reader.next(&packet) { take(packet, reader, &header) }
    }

    /// All connections in the order of their first segments, and what the packets were.
    func result() -> ([ConnectionRecord], PacketCounts) {
        var all: [ConnectionRecord] = []
        all.reserveCapacity(shards.reduce(0) { $0 + $1.tracker.connections.count })
        var next = [Int](repeating: 0, count: workers)
        while true {
            var first: (shard: Int, number: UInt64)?
            for shard in 0..<workers where next[shard] < shards[shard].tracker.connections.count {
                let number = shards[shard].tracker.connections[next[shard]].firstNumber
                if number < first?.number ?? .max { first = (shard, number) }
            }
            guard let first else { return (all, counts) }
            all.append(shards[first.shard].tracker.connections[next[first.shard]])
            next[first.shard] += 1
        }
    }

    private func take(_ packet: CapturedPacket, _ reader: borrowing CaptureReader, _ header: inout SegmentHeader) {
        let frame = reader.bytes.extracting(packet.offset..<packet.offset + packet.capturedLength)
        let verdict = PacketDecoder.decode(
            frame, link: LinkType(rawValue: packet.linkType), originalLength: packet.originalLength, into: &header)
        counts.add(verdict)
        guard verdict == .segment else { return }
        let (key, side) = FlowKey.of(header)
        let hash = key.hash(seed: seed)
        _ = shards[shard(of: hash)].tracker.add(
            header, of: key, from: side, hash: hash, in: frame, at: packet.time, number: packet.number)
    }

    /// Slots are chosen by the hash's low bits and told apart by its high ones: these are neither.
    @inline(__always)
    private func shard(of hash: UInt64) -> Int { Int(hash >> 24 & 0xff) % workers }

    // MARK: Parts

    /// - Returns: where the first octet stands that was not read, and how many packets come before it.
    private func readParts(_ bytes: RawSpan, _ format: CaptureFormat, from start: Int) -> (position: Int, count: Int) {
        let partCount = (bytes.byteCount - start + partSize - 1) / partSize
        let parts = (0..<workers).map { _ in Part(shards: workers) }
        var position = start
        var count = format.count
        for round in stride(from: 0, to: partCount, by: workers) {
            let used = min(workers, partCount - round)
            DispatchQueue.concurrentPerform(iterations: used) { worker in
                let nominal = start + (round + worker) * partSize
                let limit = min(nominal + partSize, bytes.byteCount)
                let guess = nominal == start ? start : format.likelyStart(in: bytes, from: nominal)
                decode(parts[worker], bytes, format, from: guess ?? limit, until: limit)
            }
            var isOver = false
            var valid = 0
            while valid < used, !isOver {
                let part = parts[valid]
                if part.start != position { decode(part, bytes, format, from: position, until: part.limit) }
                part.before = count
                position = part.end
                count += part.count
                counts.add(part.counts)
                isOver = part.isStopped
                valid += 1
            }
            let read = parts[..<valid]
            DispatchQueue.concurrentPerform(iterations: workers) { worker in
                for part in read { track(part, of: worker, bytes) }
            }
            if isOver { break }
        }
        return (position, count)
    }

    private func decode(_ part: Part, _ bytes: RawSpan, _ format: CaptureFormat, from start: Int, until limit: Int) {
        part.clear(at: start)
        part.limit = limit
        var format = format
        format.count = 0
        let described = format.described
        var packet = CapturedPacket()
        var header = SegmentHeader()
        var counts = PacketCounts()
        var offset = start
        while offset < limit {
            guard case .packet = format.next(in: bytes, at: &offset, packet: &packet), format.described == described
            else {
                part.isStopped = true
                break
            }
            part.end = offset
            part.count = format.count
            let frame = bytes.extracting(packet.offset..<packet.offset &+ packet.capturedLength)
            let verdict = PacketDecoder.decode(
                frame, link: LinkType(rawValue: packet.linkType), originalLength: packet.originalLength, into: &header)
            counts.add(verdict)
            guard verdict == .segment else { continue }
            let hash = FlowKey.of(header).key.hash(seed: seed)
            part.segments[shard(of: hash)].append(
                Part.Entry(
                    header: header, time: packet.time, hash: hash, number: packet.number, offset: packet.offset,
                    length: packet.capturedLength))
        }
        part.counts = counts
    }

    private func track(_ part: Part, of worker: Int, _ bytes: RawSpan) {
        let shard = shards[worker]
        for entry in part.segments[worker] {
            let (key, side) = FlowKey.of(entry.header)
            _ = shard.tracker.add(
                entry.header, of: key, from: side, hash: entry.hash,
                in: bytes.extracting(entry.offset..<entry.offset &+ entry.length), at: entry.time,
                number: part.before &+ entry.number)
        }
    }
}

/// One worker's connections.
private final class Shard: @unchecked Sendable {
    var tracker: ConnectionTracker
    init(seed: HashSeed) { tracker = ConnectionTracker(seed: seed) }
}

/// What was decoded of one part of the file. Filled by one worker in one step, only read by all in the next.
private final class Part: @unchecked Sendable {
    struct Entry {
        var header: SegmentHeader
        var time: Timestamp
        var hash: UInt64
        /// The packet's number within the part.
        var number: Int
        var offset: Int
        var length: Int
    }

    /// By shard.
    var segments: [[Entry]]
    var counts = PacketCounts()
    /// Packets in it, and packets before it.
    var count = 0
    var before = 0
    /// Where it was read from, and to: the first record behind its limit.
    var start = 0
    var end = 0
    var limit = 0
    /// Reading ended before the limit.
    var isStopped = false

    init(shards: Int) { segments = Array(repeating: [], count: shards) }

    func clear(at place: Int) {
        for index in segments.indices { segments[index].removeAll(keepingCapacity: true) }
        counts = PacketCounts()
        count = 0
        (start, end, limit) = (place, place, place)
        isStopped = false
    }
}
