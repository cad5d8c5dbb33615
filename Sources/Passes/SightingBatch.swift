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
        for shard in 0..<segments.count {
            segments[shard].removeAll()
            details[shard].removeAll()
        }
    }

    mutating func add(_ packets: inout PacketBatch, first limit: Int, of bytes: RawSpan) {
        sieve.sift(&packets, first: limit, of: bytes) { header, frame, packet, hash in
            let segment = TrackedSegment(header, of: packet, in: frame)
            guard let (shard, tuple) = find(segment, hash) else { return }
            segments[shard].append(
                GatheredSegment(
                    sighting: Sighting(header, in: frame, segment), tuple: UInt32(truncatingIfNeeded: tuple),
                    offset: packet.blockOffset))
            guard isMeasured else { return }
            details[shard].append(
                SegmentDetail(header, in: frame, isCutOff: packet.capturedLength < packet.originalLength))
        }
    }
}
