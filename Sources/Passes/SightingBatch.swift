import CaptureFile
import FlatMemory
import Settling
import TCPWire
import Tracking

/// A segment that was gathered because its tuple is to be judged.
struct GatheredSegment: BitwiseCopyable, Sendable {
    var sighting: Sighting
    let tuple: UInt32
    /// ``CapturedPacket/blockOffset`` of the segment's packet.
    let offset: Int
}

/// The segments of tuples in doubt from one part of a capture, sorted into shards.
struct SightingBatch: ~Copyable, PartContent {
    typealias Segments = FlatStore<GatheredSegment>
    typealias Details = FlatStore<SegmentDetail>
    /// Returns the shard of a segment, and its tuple's number there; `nil` if the segment is not wanted.
    typealias Finder = (TrackedSegment, UInt64) -> (shard: Int, tuple: Int)?

    private var segments = InlineArray<16, Segments> { _ in Segments() }
    private var details = InlineArray<16, Details> { _ in Details() }
    private var fragments = FragmentBatch()
    private let isMeasured: Bool
    private let sieve: TupleSieve
    private let find: Finder

    /// - Parameter find: is called for each segment that has passed the sieve.
    init(measured: Bool, sieve: TupleSieve, finding find: @escaping Finder) {
        isMeasured = measured
        self.sieve = sieve
        self.find = find
    }

    subscript(shard: Int) -> Segments {
        _read { yield segments[shard] }
    }

    /// The measured details of a shard's segments; empty if they were not asked for.
    subscript(detailsOf shard: Int) -> Details {
        _read { yield details[shard] }
    }

    mutating func removeAll() {
        fragments.removeAll()
        for shard in 0..<segments.count {
            segments[shard].removeAll()
            details[shard].removeAll()
        }
    }

    mutating func add(_ packets: inout PacketBatch, first limit: Int, of bytes: RawSpan) {
        var fragments = FragmentBatch()
        swap(&fragments, &self.fragments)
        sieve.sift(&packets, first: limit, of: bytes, fragments: &fragments) { header, frame, packet, part, hash in
            take(
                TrackedSegment(header, of: packet, in: frame).inPart(part), hash, header, frame,
                isCutOff: packet.capturedLength < packet.originalLength, offset: packet.blockOffset)
        }
        swap(&fragments, &self.fragments)
    }

    /// Reassembles the part's fragments, together with those of the parts before. It must be called for part after part
    /// in the capture's order.
    ///
    /// - Parameter before: the number of packets before the first one that the part's numbers count.
    mutating func join(_ reassembly: inout Reassembly, after before: Int) {
        guard !fragments.isEmpty else { return }
        var fragments = FragmentBatch()
        swap(&fragments, &self.fragments)
        sieve.sift(fragments, &reassembly, after: before) { take($0, $1) }
        swap(&fragments, &self.fragments)
    }

    /// Takes packets that are still incomplete as they are, because no more fragments are to come.
    mutating func joinRest(_ reassembly: inout Reassembly) {
        sieve.siftRest(&reassembly) { take($0, $1) }
    }

    private mutating func take(_ segment: Reassembly.Segment, _ hash: UInt64) {
        take(
            segment.tracked, hash, segment.found.header, segment.found.octets.octets, isCutOff: segment.isCutOff,
            offset: segment.origin.offset)
    }

    @inline(__always)
    private mutating func take(
        _ segment: TrackedSegment, _ hash: UInt64, _ header: SegmentHeader, _ frame: RawSpan, isCutOff: Bool,
        offset: Int
    ) {
        guard let (shard, tuple) = find(segment, hash) else { return }
        segments[shard].append(
            GatheredSegment(
                sighting: Sighting(header, in: frame, segment), tuple: UInt32(truncatingIfNeeded: tuple),
                offset: offset))
        if isMeasured { details[shard].append(SegmentDetail(header, in: frame, isCutOff: isCutOff)) }
    }
}
