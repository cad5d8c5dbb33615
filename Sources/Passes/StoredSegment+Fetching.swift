import CaptureFile
import FlatMemory
import TCPWire
import Tracking

extension StoredSegment {
    /// Packets fetched again by their places; by reading all of the capture once more where it cannot be read at any place.
    ///
    /// - Returns: `nil` where one is not where it was: the file has changed.
    static func fetched(
        _ places: [PacketPlace], from reader: inout CaptureReader
    ) throws(CaptureError) -> [StoredSegment]? {
        var segments: [StoredSegment] = []
        segments.reserveCapacity(places.count)
        if reader.isSeekable {
            for place in places {
                guard let segment = try StoredSegment(at: place, from: &reader) else { return nil }
                segments.append(segment)
            }
            return segments
        }
        guard var source = try reader.again() else { return nil }
        let wanted = places.indices.sorted { places[$0].number < places[$1].number }
        var found: [StoredSegment?] = Array(repeating: nil, count: places.count)
        var (packet, next) = (CapturedPacket(), 0)
        while next < wanted.count, try source.next(&packet) {
            guard packet.number == places[wanted[next]].number else { continue }
            let frame = source.bytes.extracting(packet.offset..<packet.offset + packet.capturedLength)
            guard var segment = StoredSegment(frame, packet, number: packet.number) else { return nil }
            segment.comments = source.comments(of: packet)
            found[wanted[next]] = segment
            next += 1
        }
        segments = found.compactMap { $0 }
        return segments.count == places.count ? segments : nil
    }

    private init?(at place: PacketPlace, from reader: inout CaptureReader) throws(CaptureError) {
        var packet = CapturedPacket()
        guard try reader.fetch(at: place.offset, &packet) else { return nil }
        let frame = reader.fetchedBytes.extracting(packet.offset..<packet.offset + packet.capturedLength)
        guard var segment = StoredSegment(frame, packet, number: place.number) else { return nil }
        segment.comments = reader.fetchedComments(of: packet)
        self = segment
    }

    private init?(_ frame: RawSpan, _ packet: CapturedPacket, number: Int) {
        let link = LinkType(rawValue: packet.linkType)
        var header = SegmentHeader()
        guard
            PacketDecoder.decode(frame, link: link, originalLength: packet.originalLength, into: &header) == .segment
        else { return nil }
        self.init(
            number: number, time: packet.time, header: header, frame: Array(copying: frame), link: link,
            originalLength: packet.originalLength)
    }

    /// As it turned out.
    func judged(_ member: Settlement.Member) -> StoredSegment {
        var segment = self
        segment.time = member.time
        segment.verdict = member.verdict
        return segment
    }
}
