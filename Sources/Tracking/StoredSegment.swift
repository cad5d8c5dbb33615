import CaptureFile
import FlatMemory
import TCPWire

/// One segment of a chosen connection with its bytes: what the second pass works on.
public struct StoredSegment: Sendable {
    /// The packet's number in its source.
    public let number: Int
    /// When it came: the packet's time, unless its capture's clock was set back.
    public package(set) var time: Timestamp
    public let header: SegmentHeader
    /// The frame as captured.
    public let frame: [UInt8]
    public let link: LinkType
    public let originalLength: Int
    /// What its capture says beside the packet.
    public package(set) var comments = PacketComments()
    /// When it reached the other end, where whoever carried it tells.
    public enum Arrival: Sendable, Equatable {
        case unknown
        case at(Timestamp)
        case never
    }
    package var arrival = Arrival.unknown
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

    /// The same for the tracker.
    package var tracked: TrackedSegment { TrackedSegment(header, in: frame.octets, at: time, number: number) }

    package func numbered(_ number: Int) -> StoredSegment {
        var segment = StoredSegment(
            number: number, time: time, header: header, frame: frame, link: link, originalLength: originalLength)
        segment.verdict = verdict
        segment.comments = comments
        segment.arrival = arrival
        return segment
    }

    /// The payload octets that were captured.
    public var payload: ArraySlice<UInt8> {
        let start = Int(header.tcpOffset) + Int(header.headerLength)
        guard start <= frame.count else { return [] }
        return frame[start..<min(frame.count, start + Int(header.capturedPayloadLength))]
    }
}
