import CaptureFile
import FlatMemory
import TCPWire

/// A packet in which a segment, or a part of one, came.
public struct StoredPacket: Sendable {
    /// Its number in its source.
    public let number: Int
    /// ``StoredSegment/part``.
    public let part: Int
    /// Its packet's time.
    public let time: Timestamp
    /// The frame as captured.
    public let frame: [UInt8]
    /// The link type of the frame, which says with which header it begins.
    public let link: LinkType
    /// Octets of the frame on the wire.
    public let originalLength: Int

    /// Creates a packet with a copy of its frame.
    package init(_ packet: borrowing CapturedPacket, number: Int, part: Int, _ frame: RawSpan) {
        self.number = number
        self.part = part
        time = packet.time
        self.frame = Array(copying: frame)
        link = LinkType(rawValue: packet.linkType)
        originalLength = packet.originalLength
    }
}

extension StoredPacket {
    /// Unique within its source.
    package var key: Int { number << 6 | part }
}

/// One segment with its packet's bytes, either kept in memory or read again from the capture.
public struct StoredSegment: Sendable {
    /// The packet's number in its source.
    public let number: Int
    /// Which packet of its frame it came in, from 0, where the frame carries several (802.11 A-MSDU); such segments
    /// have the same number.
    public private(set) var part = 0
    /// When it came: the packet's time, unless its capture's clock was set back.
    public package(set) var time: Timestamp
    /// The decoded header; its offsets count from the start of ``frame``.
    public let header: SegmentHeader
    /// The frame as captured; for a segment that came in fragments, the packet that was put together from them.
    public let frame: [UInt8]
    /// The link type of the frame; raw IP for a packet that was put together from fragments.
    public let link: LinkType
    /// The length of the frame on the wire, in octets; for a packet that was put together from fragments, the packet's
    /// length.
    public let originalLength: Int
    /// If it came in IP fragments, their packets in the capture's order; the last one's number and time are the
    /// segment's own. Empty if it came in one packet.
    public private(set) var fragments: [StoredPacket] = []
    /// The comments that the capture file has for its packet.
    public package(set) var comments = PacketComments()
    /// What the segment turned out to be.
    public package(set) var verdict = Verdict.taken

    /// Creates a segment that came in a single packet. Its verdict is that it was accepted, until it is judged
    /// otherwise.
    public init(
        number: Int, time: Timestamp, header: SegmentHeader, frame: [UInt8], link: LinkType, originalLength: Int
    ) {
        self.number = number
        self.time = time
        self.header = header
        self.frame = frame
        self.link = link
        self.originalLength = originalLength
    }

    /// Creates a segment that was found in fragments; `nil` if what was found is no segment.
    ///
    /// - Parameter packets: the fragments' packets, in the capture's order.
    package init?(_ found: FragmentedSegments.Found, in packets: [StoredPacket]) {
        guard found.verdict == .segment, let last = packets.last else { return nil }
        guard packets.count > 1 else {
            self.init(last)
            return
        }
        self.init(
            number: last.number, time: last.time, header: found.header, frame: found.octets, link: .raw,
            originalLength: found.length)
        part = last.part
        fragments = packets
    }

    /// Creates a segment that came in one packet; `nil` if the packet holds none.
    package init?(_ packet: StoredPacket) {
        var header = SegmentHeader()
        var finding = PacketDecoder.Finding()
        let verdict = PacketDecoder.decode(
            packet.frame.octets, link: packet.link, originalLength: packet.originalLength, part: packet.part,
            into: &header, noting: &finding)
        guard verdict == .segment else { return nil }
        self.init(packet, header)
    }

    /// Creates a segment from its packet and the header that was decoded there.
    package init(_ packet: StoredPacket, _ header: SegmentHeader) {
        self.init(
            number: packet.number, time: packet.time, header: header, frame: packet.frame, link: packet.link,
            originalLength: packet.originalLength)
        part = packet.part
    }

    /// Creates a segment from the packets of its fragments; `nil` if they hold none.
    package init?(fragments packets: [StoredPacket]) {
        var fragmented = FragmentedSegments()
        for packet in packets {
            var header = SegmentHeader()
            var finding = PacketDecoder.Finding()
            _ = PacketDecoder.decode(
                packet.frame.octets, link: packet.link, originalLength: packet.originalLength, part: packet.part,
                into: &header, noting: &finding)
            guard let place = finding.fragment else { return nil }
            fragmented.take(
                packet.frame.octets, at: place, isDecided: false, from: FragmentOrigin())
        }
        fragmented.end()
        guard let found = fragmented.takeFound().first else { return nil }
        self.init(found, in: packets.sorted { ($0.number, $0.part) < ($1.number, $1.part) })
    }

    /// This segment as the tracker takes it.
    package var tracked: TrackedSegment {
        TrackedSegment(header, in: frame.octets, at: time, number: number).inPart(part)
    }

    /// Unique within its source, where all segments of one frame have the same packet number.
    public var key: Int { number << 6 | part }

    /// The same segment with another packet number.
    package func numbered(_ number: Int) -> StoredSegment {
        var segment = StoredSegment(
            number: number, time: time, header: header, frame: frame, link: link, originalLength: originalLength)
        segment.part = part
        segment.verdict = verdict
        segment.comments = comments
        return segment
    }

    /// The payload octets that were captured.
    public var payload: ArraySlice<UInt8> {
        let start = Int(header.tcpOffset) + Int(header.headerLength)
        guard start <= frame.count else { return [] }
        return frame[start..<min(frame.count, start + Int(header.capturedPayloadLength))]
    }
}
