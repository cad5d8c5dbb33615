import CaptureFile
import FlatMemory
import Settling
import TCPWire
import Tracking

/// A segment of a tuple that is to be judged, as it was gathered.
struct GatheredSegment: BitwiseCopyable, Sendable {
    var sighting: Sighting
    let tuple: UInt32
    /// ``CapturedPacket/blockOffset``.
    let offset: Int
}

/// The segments of some tuples out of one part of a capture, sorted into shards.
struct SightingBatch: ~Copyable, PartContent {
    typealias Segments = FlatStore<GatheredSegment>
    typealias Details = FlatStore<SegmentDetail>
    /// A wanted segment's shard, and its tuple there.
    typealias Finder = (TrackedSegment, UInt64) -> (shard: Int, tuple: Int)?

    private var segments = InlineArray<16, Segments> { _ in Segments() }
    private var details = InlineArray<16, Details> { _ in Details() }
    private var fragments = FragmentBatch()
    private let isMeasured: Bool
    private let sieve: TupleSieve
    private let find: Finder

    /// - Parameter find: asked for what has passed the sieve.
    init(measured: Bool, sieve: TupleSieve, finding find: @escaping Finder) {
        isMeasured = measured
        self.sieve = sieve
        self.find = find
    }

    subscript(shard: Int) -> Segments {
        _read { yield segments[shard] }
    }

    /// What is measured of them, where that is asked for.
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

    /// Puts the part's fragments together, with those of the parts before. Called for part after part in the capture's order.
    ///
    /// - Parameter before: packets that came before those that the part's numbers count from.
    mutating func join(_ reassembly: inout Reassembly, after before: Int) {
        guard !fragments.isEmpty else { return }
        var fragments = FragmentBatch()
        swap(&fragments, &self.fragments)
        sieve.sift(fragments, &reassembly, after: before) { take($0, $1) }
        swap(&fragments, &self.fragments)
    }

    /// Takes what waits for its rest as it is: nothing more is to come.
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
