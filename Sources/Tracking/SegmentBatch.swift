import CaptureFile
import FlatMemory
import TCPWire

/// Decoded segments that wait to be tracked, sorted into shards: each shard has its own tracker.
package struct SegmentBatch: ~Copyable {
    /// A segment, the hash of its connection's key, and where its packet lies.
    package struct Entry: BitwiseCopyable {
        /// The fields of the segment that the tracker needs.
        package let segment: TrackedSegment
        let hash: UInt64
        /// ``CapturedPacket/blockOffset`` of the segment's packet.
        let offset: Int
    }

    /// The segments of one shard.
    package typealias Entries = FlatStore<Entry>
    /// The measured details of the segments of one shard, in the same order.
    package typealias Details = FlatStore<SegmentDetail>

    var shards = InlineArray<16, Entries> { _ in Entries() }
    /// The measured details of the same segments, in the same order; empty unless segments are measured.
    var details = InlineArray<16, Details> { _ in Details() }
    let isMeasured: Bool
    private let shardCount: UInt64
    private let seed: HashSeed
    /// What the packets turned out to be.
    package internal(set) var counts = PacketCounts()
    /// IP fragments among the packets, which ``join(_:after:)`` reassembles.
    var fragments = FragmentBatch()
    /// Segments that stand after others that came later, each with its shard.
    package internal(set) var late: [(shard: Int, segment: TrackedSegment)] = []
    /// The first ICMP errors about segments that were found among the packets.
    package private(set) var errors: [ReportedError] = []
    /// The most ICMP errors that are kept: a limit for hostile captures.
    package static let mostErrors = 1 << 16

    /// A shard's number fits in four bits.
    package static let mostShards = 16

    /// - Parameter measured: whether the details that are measured are kept with the segments.
    package init(shards: Int = 1, seed: HashSeed, measured: Bool = false) {
        isMeasured = measured
        shardCount = UInt64(min(max(1, shards), Self.mostShards))
        self.seed = seed
    }

    /// The segments of a shard, in the order they were added.
    package subscript(shard: Int) -> Entries {
        _read { yield shards[shard] }
    }

    /// The measured details of a shard's segments, in the same order.
    package subscript(detailsOf shard: Int) -> Details {
        _read { yield details[shard] }
    }

    /// For how many segments memory is kept from one part of the capture to the next. A part holds more only where its
    /// packets carry no payload.
    static let usualCount = 1 << 15

    /// Forgets the segments; keeps the memory of a usual batch.
    package mutating func removeAll() {
        // Where one connection sends nearly everything, its shard gets nearly the whole batch, later another one's
        // shard. If each kept the memory that it once needed, all shards together would hold a multiple of a batch.
        let fair = Self.usualCount / Int(shardCount)
        for shard in 0..<Int(shardCount) {
            if shards[shard].count > fair { shards[shard] = Entries() } else { shards[shard].removeAll() }
            if details[shard].count > fair { details[shard] = Details() } else { details[shard].removeAll() }
        }
        counts = PacketCounts()
        fragments.removeAll()
        late.removeAll()
        errors.removeAll(keepingCapacity: true)
    }

    /// Which of `count` shards a key belongs to, by the lowest 16 bits of its hash. The tracker's slots are chosen by
    /// other bits, those of the upper half.
    @inline(__always)
    package static func shard(of hash: UInt64, among count: UInt64) -> Int {
        Int(truncatingIfNeeded: ((hash & 0xffff) &* count) >> 16)
    }

    /// Decodes packets, and adds those that are segments.
    ///
    /// - Parameters:
    ///   - packets: the batch from which the packets are taken.
    ///   - limit: the most packets that are taken.
    ///   - bytes: the memory that the packets' offsets refer to.
    package mutating func add(_ packets: inout PacketBatch, first limit: Int = .max, of bytes: RawSpan) {
        // Most packets are Ethernet frames, for which a single comparison selects the shorter decoder.
        let plainLink = isMeasured ? -1 : Int(LinkType.ethernet.rawValue)
        var count = 0
        while count < limit, let packet = packets.next(in: bytes) {
            count &+= 1
            let frame = bytes.extracting(packet.offset..<packet.offset &+ packet.capturedLength)
            // This decoder is inlined and separate from the walk through other headers, and the header is never passed
            // by reference: so the compiler keeps its fields in registers, where a call would force them into memory
            // (spills).
            var header = SegmentHeader()
            if Int(packet.linkType) == plainLink, PacketDecoder.decodePlain(frame, into: &header) {
                counts.add(.segment)
                if packet.capturedLength < packet.originalLength { counts.addCut(inOptions: header.optionsTruncated) }
                append(TrackedSegment(header, in: frame, at: packet.time, number: packet.number), packet.blockOffset)
            } else {
                addUnusual(
                    frame, LinkType(rawValue: packet.linkType), packet.originalLength, packet.time, packet.number,
                    packet.blockOffset)
            }
        }
    }

    /// Does the same for a packet of any kind, and for every packet that its frame carries.
    @inline(never)
    private mutating func addUnusual(
        _ frame: RawSpan, _ link: LinkType, _ originalLength: Int, _ time: Timestamp, _ number: Int, _ offset: Int
    ) {
        let isCutOff = frame.byteCount < originalLength
        var (part, count) = (0, 1)
        while part < count {
            defer { part &+= 1 }
            var header = SegmentHeader()
            var finding = PacketDecoder.Finding()
            let verdict = PacketDecoder.decode(
                frame, link: link, originalLength: originalLength, part: part, into: &header, noting: &finding)
            count = finding.partCount
            if let fragment = finding.fragment {
                let isKept = fragments.add(
                    frame, at: fragment, verdict, isCutOff: isCutOff,
                    from: FragmentOrigin(
                        number: number, offset: offset, time: time.nanoseconds, part: UInt8(truncatingIfNeeded: part)))
                if isKept {
                    counts.add(.fragment, of: link, part: part, isCutOff: isCutOff, isOptionCut: false)
                    continue
                }
            }
            counts.add(verdict, of: link, part: part, isCutOff: isCutOff, isOptionCut: header.optionsTruncated)
            if verdict == .quotedSegment, errors.count < Self.mostErrors {
                var error = ICMPError()
                if PacketDecoder.decodeQuoted(
                    frame, link: link, originalLength: originalLength, part: part, into: &error)
                {
                    errors.append(ReportedError(error, number: number, time: time))
                }
            }
            guard verdict == .segment else { continue }
            let segment = TrackedSegment(header, in: frame, at: time, number: number).inPart(part)
            append(segment, offset)
            guard isMeasured else { continue }
            let detail = SegmentDetail(header, in: frame, isCutOff: isCutOff)
            details[Self.shard(of: segment.key.hash(seed: seed), among: shardCount)].append(detail)
        }
    }

    /// Adds ICMP errors that came in fragments to those that came in one packet.
    mutating func add(_ joined: [ReportedError]) {
        guard !joined.isEmpty else { return }
        errors = Array((errors + joined).sorted { $0.number < $1.number }.prefix(Self.mostErrors))
    }

    /// An entry for a reassembled segment, and its shard.
    func entry(_ segment: TrackedSegment, _ offset: Int) -> (shard: Int, entry: Entry) {
        let hash = segment.key.hash(seed: seed)
        return (Self.shard(of: hash, among: shardCount), Entry(segment: segment, hash: hash, offset: offset))
    }

    @inline(__always)
    private mutating func append(_ segment: TrackedSegment, _ offset: Int) {
        let hash = segment.key.hash(seed: seed)
        shards[Self.shard(of: hash, among: shardCount)].append(Entry(segment: segment, hash: hash, offset: offset))
    }
}
