import CaptureFile
import FlatMemory
import TCPWire

/// Picks the segments of some tuples out of packets, by a Bloom filter with one hash function: each tuple's hash sets a
/// bit, so that most other segments are skipped once their addresses and ports have been hashed.
package struct TupleSieve: Sendable {
    private let bits: [UInt64]
    private let seed: HashSeed

    /// The most words that the filter may have, so that it stays in a processor's first-level cache.
    private static let mostWords = 1 << 12

    /// - Parameter hashes: calls the closure that it is given with each tuple's hash.
    package init(seed: HashSeed, expecting count: Int, hashes: ((UInt64) -> Void) -> Void) {
        // With eight bits for each tuple, one in eight of the other segments passes.
        var words = 64
        while words < Self.mostWords, words &* 8 < count { words &*= 2 }
        var bits = Array(repeating: UInt64(0), count: words)
        hashes { hash in
            let place = Self.place(hash, words)
            bits[place.word] |= place.bit
        }
        self.bits = bits
        self.seed = seed
    }

    @inline(__always)
    private static func place(_ hash: UInt64, _ words: Int) -> (word: Int, bit: UInt64) {
        // Mixed from both halves, because the lower half chooses the shard, and the upper half the tracker's slot.
        let mixed = hash ^ hash >> 32
        return (Int(truncatingIfNeeded: mixed >> 6) & (words &- 1), 1 << (mixed & 63))
    }

    /// Takes packets out of a batch, and passes on those that may be of the tuples.
    ///
    /// - Parameters:
    ///   - limit: the most packets that are taken.
    ///   - bytes: the memory that the packets' offsets refer to.
    ///   - fragments: receives all IP fragments among the packets, whatever their tuples.
    ///   - body: is called with the segment's header, its frame, its packet, which of the frame's packets it came in,
    ///     and its tuple's hash.
    package func sift(
        _ packets: inout PacketBatch, first limit: Int, of bytes: RawSpan, fragments: inout FragmentBatch,
        _ body: (borrowing SegmentHeader, RawSpan, borrowing CapturedPacket, Int, UInt64) -> Void
    ) {
        let plainLink = Int(LinkType.ethernet.rawValue)
        let span = bits.span
        var count = 0
        while count < limit, let packet = packets.next(in: bytes) {
            count &+= 1
            let frame = bytes.extracting(packet.offset..<packet.offset &+ packet.capturedLength)
            var header = SegmentHeader()
            if Int(packet.linkType) == plainLink, PacketDecoder.decodePlain(frame, into: &header) {
                let hash = FlowKey.of(header).key.hash(seed: seed)
                let place = Self.place(hash, span.count)
                if span[place.word] & place.bit != 0 { body(header, frame, packet, 0, hash) }
            } else {
                siftUnusual(frame, packet, &fragments, body)
            }
        }
    }

    @inline(never)
    private func siftUnusual(
        _ frame: RawSpan, _ packet: CapturedPacket, _ fragments: inout FragmentBatch,
        _ body: (borrowing SegmentHeader, RawSpan, borrowing CapturedPacket, Int, UInt64) -> Void
    ) {
        var (part, count) = (0, 1)
        while part < count {
            defer { part &+= 1 }
            var header = SegmentHeader()
            var finding = PacketDecoder.Finding()
            let verdict = PacketDecoder.decode(
                frame, link: LinkType(rawValue: packet.linkType), originalLength: packet.originalLength, part: part,
                into: &header, noting: &finding)
            count = finding.partCount
            if let fragment = finding.fragment {
                let isKept = fragments.add(
                    frame, at: fragment, verdict, isCutOff: packet.capturedLength < packet.originalLength,
                    from: FragmentOrigin(packet, part: part))
                if isKept { continue }
            }
            guard verdict == .segment else { continue }
            if let hash = hash(of: header) { body(header, frame, packet, part, hash) }
        }
    }

    /// A segment's hash, if the segment may be of the tuples; else `nil`.
    private func hash(of header: SegmentHeader) -> UInt64? {
        let hash = FlowKey.of(header).key.hash(seed: seed)
        let place = Self.place(hash, bits.count)
        return bits[place.word] & place.bit != 0 ? hash : nil
    }

    /// Reassembles fragments, and passes on those segments that may be of the tuples.
    ///
    /// - Parameters:
    ///   - before: the number of packets before the first one that the fragments' numbers count.
    ///   - body: is called with the segment and its tuple's hash.
    package func sift(
        _ fragments: borrowing FragmentBatch, _ reassembly: inout Reassembly, after before: Int,
        _ body: (Reassembly.Segment, UInt64) -> Void
    ) {
        var counts = PacketCounts()
        reassembly.take(fragments, after: before, &counts) { found in
            if let hash = hash(of: found.found.header) { body(found, hash) }
        }
    }

    /// Does the same with packets that are still incomplete, because no more fragments are to come.
    package func siftRest(_ reassembly: inout Reassembly, _ body: (Reassembly.Segment, UInt64) -> Void) {
        var counts = PacketCounts()
        reassembly.end(at: 0, &counts) { found in
            if let hash = hash(of: found.found.header) { body(found, hash) }
        }
    }
}
