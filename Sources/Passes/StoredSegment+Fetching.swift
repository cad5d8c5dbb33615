import CaptureFile
import FlatMemory
import TCPWire
import Tracking

extension StoredSegment {
    /// Segments fetched again by their packets' places; by reading all of the capture once more where it cannot be read at any
    /// place.
    ///
    /// - Parameter fragments: by their places' keys, the packets of those that came in several.
    /// - Returns: `nil` where one is not where it was: the file has changed.
    static func fetched(
        _ places: [PacketPlace], _ fragments: [Int: [PacketPlace]], from reader: inout CaptureReader
    ) throws(CaptureError) -> [StoredSegment]? {
        let wanted = places.flatMap { fragments[$0.key] ?? [$0] }
        guard let packets = try FetchedPacket.fetched(wanted, from: &reader) else { return nil }
        var segments: [StoredSegment] = []
        segments.reserveCapacity(places.count)
        var next = 0
        for place in places {
            let count = fragments[place.key]?.count ?? 1
            guard let segment = StoredSegment(packets[next..<next + count]) else { return nil }
            segments.append(segment)
            next += count
        }
        return segments
    }

    private init?(_ packets: ArraySlice<FetchedPacket>) {
        guard let last = packets.max(by: { ($0.packet.number, $0.packet.part) < ($1.packet.number, $1.packet.part) })
        else { return nil }
        if packets.count > 1 {
            self.init(fragments: packets.map(\.packet))
        } else {
            self.init(last.packet)
        }
        comments = last.comments
    }

    /// As it turned out.
    func judged(_ member: Settlement.Member) -> StoredSegment {
        var segment = self
        segment.time = member.time
        segment.verdict = member.verdict
        return segment
    }
}

/// A packet that was fetched again, with what its capture says beside it.
private struct FetchedPacket {
    let packet: StoredPacket
    let comments: PacketComments

    static func fetched(
        _ places: [PacketPlace], from reader: inout CaptureReader
    ) throws(CaptureError) -> [FetchedPacket]? {
        var packets: [FetchedPacket] = []
        packets.reserveCapacity(places.count)
        if reader.isSeekable {
            for place in places {
                var packet = CapturedPacket()
                guard try reader.fetch(at: place.offset, &packet) else { return nil }
                let frame = reader.fetchedBytes.extracting(packet.offset..<packet.offset + packet.capturedLength)
                packets.append(
                    FetchedPacket(
                        packet: StoredPacket(packet, number: place.number, part: place.part, frame),
                        comments: reader.fetchedComments(of: packet)))
            }
            return packets
        }
        guard var source = try reader.again() else { return nil }
        let wanted = places.indices.sorted { places[$0].number < places[$1].number }
        var found: [FetchedPacket?] = Array(repeating: nil, count: places.count)
        var (packet, next) = (CapturedPacket(), 0)
        while next < wanted.count, try source.next(&packet) {
            let frame = source.bytes.extracting(packet.offset..<packet.offset + packet.capturedLength)
            while next < wanted.count, packet.number == places[wanted[next]].number {
                found[wanted[next]] = FetchedPacket(
                    packet: StoredPacket(packet, number: packet.number, part: places[wanted[next]].part, frame),
                    comments: source.comments(of: packet))
                next += 1
            }
        }
        packets = found.compactMap { $0 }
        return packets.count == places.count ? packets : nil
    }
}
