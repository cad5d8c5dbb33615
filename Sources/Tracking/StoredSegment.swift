import CaptureFile
import FlatMemory
import TCPWire

/// One of the packets in which a segment came in IP fragments.
public struct StoredPacket: Sendable {
    /// Its number in its source.
    public let number: Int
    public let time: Timestamp
    /// The frame as captured.
    public let frame: [UInt8]
    public let link: LinkType
    public let originalLength: Int

    package init(_ packet: borrowing CapturedPacket, number: Int, _ frame: RawSpan) {
        self.number = number
        time = packet.time
        self.frame = Array(copying: frame)
        link = LinkType(rawValue: packet.linkType)
        originalLength = packet.originalLength
    }
}

/// One segment of a chosen connection with its bytes: what the second pass works on.
public struct StoredSegment: Sendable {
    /// The packet's number in its source.
    public let number: Int
    /// When it came: the packet's time, unless its capture's clock was set back.
    public package(set) var time: Timestamp
    public let header: SegmentHeader
    /// The frame as captured; of a segment that came in fragments the packet that they were put together to.
    public let frame: [UInt8]
    public let link: LinkType
    public let originalLength: Int
    /// Where it came in IP fragments, their packets in the capture's order, of which the last one's number and time are its own;
    /// else empty.
    public private(set) var fragments: [StoredPacket] = []
    /// What its capture says beside the packet.
    public package(set) var comments = PacketComments()
    /// What it turned out to be.
    public package(set) var verdict = Verdict.taken

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

    /// One that was found in fragments.
    ///
    /// - Parameter packets: theirs, in the capture's order.
    package init?(_ found: FragmentedSegments.Found, in packets: [StoredPacket]) {
        guard found.verdict == .segment, let last = packets.last else { return nil }
        guard packets.count > 1 else {
            self.init(last)
            return
        }
        self.init(
            number: last.number, time: last.time, header: found.header, frame: found.octets, link: .raw,
            originalLength: found.length)
        fragments = packets
    }

    /// One that came in one packet; `nil` where that holds none.
    package init?(_ packet: StoredPacket) {
        var header = SegmentHeader()
        guard
            PacketDecoder.decode(
                packet.frame.octets, link: packet.link, originalLength: packet.originalLength, into: &header)
                == .segment
        else { return nil }
        self.init(
            number: packet.number, time: packet.time, header: header, frame: packet.frame, link: packet.link,
            originalLength: packet.originalLength)
    }

    /// One that came in fragments, out of their packets.
    package init?(fragments packets: [StoredPacket]) {
        var fragmented = FragmentedSegments()
        for packet in packets {
            var header = SegmentHeader()
            var place: FragmentPlace?
            _ = PacketDecoder.decode(
                packet.frame.octets, link: packet.link, originalLength: packet.originalLength, into: &header,
                noting: &place)
            guard let place else { return nil }
            fragmented.take(
                packet.frame.octets, at: place, isDecided: false, from: FragmentOrigin())
        }
        fragmented.end()
        guard let found = fragmented.takeFound().first else { return nil }
        self.init(found, in: packets.sorted { $0.number < $1.number })
    }

    /// The same for the tracker.
    package var tracked: TrackedSegment { TrackedSegment(header, in: frame.octets, at: time, number: number) }

    package func numbered(_ number: Int) -> StoredSegment {
        var segment = StoredSegment(
            number: number, time: time, header: header, frame: frame, link: link, originalLength: originalLength)
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
