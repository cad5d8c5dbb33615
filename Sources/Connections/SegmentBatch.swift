import CaptureFile
import TCPWire

/// Segments that were decoded and wait to be tracked, each linked to the next of its shard: of the connections that one
/// tracker keeps.
struct SegmentBatch: ~Copyable {
    struct Entry: BitwiseCopyable {
        let segment: TrackedSegment
        /// The index + 1 of the next of the same shard; 0 for none.
        fileprivate(set) var next: UInt32 = 0
        let hash: UInt64
        /// ``CapturedPacket/blockOffset``.
        let offset: Int
    }

    private(set) var entries = FlatStore<Entry>()
    /// What the packets turned out to be.
    private(set) var counts = PacketCounts()
    private let shards: Int
    private let seed: HashSeed
    /// By shard, the index + 1 of its first and last entry; 0 for none.
    private var first = InlineArray<16, Int>(repeating: 0)
    private var last = InlineArray<16, Int>(repeating: 0)

    /// A shard's number fits in four bits.
    static let mostShards = 16

    init(shards: Int = 1, seed: HashSeed) {
        self.shards = min(max(1, shards), Self.mostShards)
        self.seed = seed
    }

    /// The index + 1 of the shard's first entry; 0 for none.
    func first(of shard: Int) -> Int { first[shard] }

    mutating func removeAll() {
        entries.removeAll()
        counts = PacketCounts()
        first = InlineArray(repeating: 0)
        last = InlineArray(repeating: 0)
    }

    /// Decodes packets, and adds those that are segments.
    ///
    /// - Parameters:
    ///   - limit: at most so many.
    ///   - bytes: what the packets' offsets count in.
    mutating func add(_ packets: borrowing PacketBatch, first limit: Int = .max, of bytes: RawSpan) {
        let count = min(packets.count, limit)
        for index in 0..<count {
            let packet = packets[index]
            let frame = bytes.extracting(packet.offset..<packet.offset &+ packet.capturedLength)
            var header = SegmentHeader()
            let verdict = PacketDecoder.decode(
                frame, link: LinkType(rawValue: packet.linkType), originalLength: packet.originalLength,
                into: &header)
            counts.add(verdict)
            guard verdict == .segment else { continue }
            append(
                TrackedSegment(header, in: frame, at: packet.time, number: packet.number), offset: packet.blockOffset)
        }
    }

    @inline(__always)
    private mutating func append(_ segment: TrackedSegment, offset: Int) {
        let hash = segment.key.hash(seed: seed)
        entries.append(Entry(segment: segment, hash: hash, offset: offset))
        let entry = entries.count
        // Slots are chosen by the hash's upper half: these bits are others.
        let shard = Int(truncatingIfNeeded: (hash & 0xffff) &* UInt64(truncatingIfNeeded: shards) >> 16)
        if last[shard] > 0 {
            entries[last[shard] - 1].next = UInt32(truncatingIfNeeded: entry)
        } else {
            first[shard] = entry
        }
        last[shard] = entry
    }
}
