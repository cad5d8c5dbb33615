import CaptureFile
import TCPWire

/// Segments that were decoded and wait to be tracked, sorted into shards: of the connections that one tracker keeps.
struct SegmentBatch: ~Copyable {
    struct Entry: BitwiseCopyable {
        let segment: TrackedSegment
        let hash: UInt64
        /// ``CapturedPacket/blockOffset``.
        let offset: Int
    }

    typealias Entries = FlatStore<Entry>

    private var shards = InlineArray<16, Entries> { _ in Entries() }
    private let shardCount: UInt64
    private let seed: HashSeed
    /// What the packets turned out to be.
    private(set) var counts = PacketCounts()

    /// A shard's number fits in four bits.
    static let mostShards = 16

    init(shards: Int = 1, seed: HashSeed) {
        shardCount = UInt64(min(max(1, shards), Self.mostShards))
        self.seed = seed
    }

    /// The segments of a shard, in the order they were added.
    subscript(shard: Int) -> Entries {
        _read { yield shards[shard] }
    }

    mutating func removeAll() {
        for shard in 0..<Int(shardCount) { shards[shard].removeAll() }
        counts = PacketCounts()
    }

    /// Decodes packets, and adds those that are segments.
    ///
    /// - Parameters:
    ///   - limit: at most so many.
    ///   - bytes: what the packets' offsets count in.
    mutating func add(_ packets: borrowing PacketBatch, first limit: Int = .max, of bytes: RawSpan) {
        for index in 0..<min(packets.count, limit) {
            let packet = packets[index]
            let frame = bytes.extracting(packet.offset..<packet.offset &+ packet.capturedLength)
            // Apart from the walk: a header that may come from either has to lie in memory, while here its fields go from
            // register to register.
            var header = SegmentHeader()
            if packet.linkType == LinkType.ethernet.rawValue, PacketDecoder.decodePlain(frame, into: &header) {
                counts.add(.segment)
                append(TrackedSegment(header, in: frame, at: packet.time, number: packet.number), packet.blockOffset)
            } else {
                addUnusual(packet, frame)
            }
        }
    }

    /// The same for a packet of any kind.
    @inline(never)
    private mutating func addUnusual(_ packet: CapturedPacket, _ frame: RawSpan) {
        var header = SegmentHeader()
        let verdict = PacketDecoder.decode(
            frame, link: LinkType(rawValue: packet.linkType), originalLength: packet.originalLength, into: &header)
        counts.add(verdict)
        guard verdict == .segment else { return }
        append(TrackedSegment(header, in: frame, at: packet.time, number: packet.number), packet.blockOffset)
    }

    @inline(__always)
    private mutating func append(_ segment: TrackedSegment, _ offset: Int) {
        let hash = segment.key.hash(seed: seed)
        // Slots are chosen by the hash's upper half: these bits are others.
        let shard = Int(truncatingIfNeeded: (hash & 0xffff) &* shardCount >> 16)
        shards[shard].append(Entry(segment: segment, hash: hash, offset: offset))
    }
}
