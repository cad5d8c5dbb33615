import CaptureFile
import FlatMemory
import TCPWire
import Tracking

/// How many segments with their bytes may be held at once.
public struct StoredLimit: Sendable, Equatable {
    /// How many more segments may be held.
    public var segments: Int
    /// How many more octets of captured packets may be held. A single packet may have a quarter of a megabyte.
    public var octets: Int

    /// Creates a limit of segments and octets. The last segment may exceed the limit of octets.
    public init(segments: Int, octets: Int) {
        self.segments = segments
        self.octets = octets
    }

    /// No limit.
    public static let none = StoredLimit(segments: .max, octets: .max)

    /// Whether nothing more may be held.
    public var isReached: Bool { segments <= 0 || octets <= 0 }

    /// Subtracts segments that are held now.
    public mutating func take(_ taken: some Sequence<StoredSegment>) {
        for segment in taken {
            segments -= 1
            octets -= segment.heldOctets
        }
    }
}

extension StoredSegment {
    /// Reads segments again, from where their packets lie; if the reader cannot seek, the whole capture is read again.
    ///
    /// - Parameters:
    ///   - fragments: for segments that came in several packets, where these lie, by the segments' keys.
    ///   - limit: the last segment may exceed the limit of octets; the ones after it are left out.
    /// - Returns: `nil` if a packet does not lie where it did, because the file has changed.
    static func fetched(
        _ places: [PacketPlace], _ fragments: [Int: [PacketPlace]], from reader: inout CaptureReader, limit: StoredLimit
    ) throws(CaptureError) -> [StoredSegment]? {
        guard reader.isSeekable else { return try readAgain(places, fragments, from: &reader, limit: limit) }
        var segments: [StoredSegment] = []
        segments.reserveLargeCapacity(min(places.count, limit.segments))
        var left = limit
        for place in places where !left.isReached {
            var segment: StoredSegment?
            if let several = fragments[place.key] {
                var packets: [FetchedPacket] = []
                for place in several {
                    guard let packet = try FetchedPacket(at: place, from: &reader) else { return nil }
                    packets.append(packet)
                }
                segment = StoredSegment(packets)
            } else if let packet = try FetchedPacket(at: place, from: &reader) {
                segment = StoredSegment(packet)
            }
            guard let segment else { return nil }
            left.take(CollectionOfOne(segment))
            segments.append(segment)
        }
        return segments
    }

    private static func readAgain(
        _ places: [PacketPlace], _ fragments: [Int: [PacketPlace]], from reader: inout CaptureReader, limit: StoredLimit
    ) throws(CaptureError) -> [StoredSegment]? {
        guard var source = try reader.again() else { return nil }
        let wanted = places.prefix(limit.segments).flatMap { fragments[$0.key] ?? [$0] }
        let order = wanted.indices.sorted { wanted[$0].number < wanted[$1].number }
        var found: [FetchedPacket?] = Array(repeating: nil, count: wanted.count)
        var (packet, next, octets) = (CapturedPacket(), 0, 0)
        while next < order.count, octets < limit.octets, try source.next(&packet) {
            let frame = source.bytes.extracting(packet.offset..<packet.offset + packet.capturedLength)
            while next < order.count, packet.number == wanted[order[next]].number {
                let part = wanted[order[next]].part
                found[order[next]] = FetchedPacket(
                    packet: StoredPacket(packet, number: packet.number, part: part, frame),
                    comments: source.comments(of: packet))
                octets += packet.capturedLength
                next += 1
            }
        }
        guard next == order.count || octets >= limit.octets else { return nil }
        var segments: [StoredSegment] = []
        var start = 0
        for place in places.prefix(limit.segments) {
            let packets = found[start..<start + (fragments[place.key]?.count ?? 1)]
            start = packets.endIndex
            // This segment lies beyond the limit.
            if packets.contains(where: { $0 == nil }) { break }
            guard let segment = StoredSegment(packets.compactMap { $0 }) else { return nil }
            segments.append(segment)
        }
        return segments
    }

    private init?(_ packets: [FetchedPacket]) {
        guard let last = packets.max(by: { ($0.packet.number, $0.packet.part) < ($1.packet.number, $1.packet.part) })
        else { return nil }
        guard packets.count > 1 else {
            self.init(last)
            return
        }
        self.init(fragments: packets.map(\.packet))
        comments = last.comments
    }

    private init?(_ packet: FetchedPacket) {
        self.init(packet.packet)
        comments = packet.comments
    }

    /// The octets of all its packets that it holds.
    fileprivate var heldOctets: Int { fragments.reduce(frame.count) { $0 + $1.frame.count } }

    /// This segment with the time and the verdict that the judge has given it.
    func judged(_ member: Settlement.Member) -> StoredSegment {
        var segment = self
        segment.time = member.time
        segment.verdict = member.verdict
        return segment
    }
}

/// A packet that was read again, with its comments in the capture file.
private struct FetchedPacket {
    let packet: StoredPacket
    let comments: PacketComments

    init(packet: StoredPacket, comments: PacketComments) {
        self.packet = packet
        self.comments = comments
    }

    /// Reads the packet at a place; `nil` if it is not there any more.
    init?(at place: PacketPlace, from reader: inout CaptureReader) throws(CaptureError) {
        var captured = CapturedPacket()
        guard try reader.fetch(at: place.offset, &captured) else { return nil }
        let frame = reader.fetchedBytes.extracting(captured.offset..<captured.offset + captured.capturedLength)
        packet = StoredPacket(captured, number: place.number, part: place.part, frame)
        comments = reader.fetchedComments(of: captured)
    }
}
