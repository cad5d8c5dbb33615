import CaptureFile
import FlatMemory
import Stories
import TCPWire
import Tracking

/// Selects from the packets of a live interface those of one connection at a time: of the next connection that begins.
/// The connection's packets are numbered from 1.
///
/// The caller passes in the packets one by one, so a test needs no interface.
public struct NextConnection: Sendable {
    /// How a packet is related to the selected connection.
    public enum Finding: Sendable {
        /// The packet is one of the connection's segments; the first of them is a SYN.
        case segment(StoredSegment)
        /// The packet is an ICMP error about one of the connection's segments.
        case error(ReportedError)
        /// The packet is unrelated to the connection, or a copy of one of its packets from another interface.
        case other
    }

    /// Two endpoints, equal for both directions of a connection.
    private struct Pair: Hashable {
        let low: Endpoint
        let high: Endpoint

        init(_ one: Endpoint, _ other: Endpoint) { (low, high) = one < other ? (one, other) : (other, one) }

        init(_ header: SegmentHeader) { self.init(header.sourceEndpoint, header.destinationEndpoint) }
    }

    private var pair: Pair?
    private var packets = 0
    private var sightings = InterfaceSightings()
    private var others: Set<Pair> = []
    /// The most connections that ``missed`` counts.
    private static let othersLimit = 10_000
    /// Segments without SYN seen while no connection was selected: of connections that had begun earlier.
    public private(set) var olderSegments = 0

    /// Starts without a selected connection.
    public init() {}

    /// The number of connections that began while another was selected, up to ten thousand.
    public var missed: Int { others.count }

    /// Takes the next packet. If no connection is selected and the packet is a SYN, its connection becomes the selected
    /// one.
    ///
    /// - Parameter originalLength: the packet's length on the wire in octets.
    public mutating func take(
        _ frame: RawSpan, at time: Timestamp, link: LinkType, originalLength: Int
    ) -> Finding {
        var header = SegmentHeader()
        let verdict = PacketDecoder.decode(frame, link: link, originalLength: originalLength, into: &header)
        if verdict == .quotedSegment { return error(frame, at: time, link: link, originalLength: originalLength) }
        guard verdict == .segment else { return .other }
        let own = Pair(header)
        if let pair {
            guard pair == own else {
                if header.flags.contains(.syn), !header.flags.contains(.ack), others.count < Self.othersLimit {
                    others.insert(own)
                }
                return .other
            }
        } else {
            guard header.flags.contains(.syn) else {
                olderSegments += 1
                return .other
            }
            pair = own
        }
        guard sightings.isFirst(of: header, frame, link, at: time) else { return .other }
        packets += 1
        return .segment(
            StoredSegment(
                number: packets, time: time, header: header, frame: [UInt8](copying: frame), link: link,
                originalLength: originalLength))
    }

    private mutating func error(
        _ frame: RawSpan, at time: Timestamp, link: LinkType, originalLength: Int
    ) -> Finding {
        var error = ICMPError()
        guard PacketDecoder.decodeQuoted(frame, link: link, originalLength: originalLength, into: &error),
            let pair, pair == Pair(error.source, error.destination)
        else { return .other }
        packets += 1
        return .error(ReportedError(error, number: packets, time: time))
    }

    /// Must be called when the connection is over; the next one that begins is selected then.
    public mutating func release() {
        pair = nil
        packets = 0
        sightings = InterfaceSightings()
    }

    /// Must be called when the connection is over and `segment` begins another between the same endpoints, which is
    /// selected. Returns the segment with the number 1.
    public mutating func restart(with segment: StoredSegment) -> StoredSegment {
        pair = Pair(segment.header)
        packets = 1
        return segment.numbered(1)
    }
}

/// Finds copies of segments in a capture on all interfaces: a segment that this machine routes or bridges is captured
/// on several interfaces, although it was sent once. Only its first sighting counts.
private struct InterfaceSightings: Sendable {
    private struct Sighting {
        let interface: UInt32
        let header: SegmentHeader
        let time: Timestamp
    }

    /// The last ``depth`` first sightings; once there are so many, the oldest is at ``next``.
    private var last: [Sighting] = []
    private var next = 0
    private static let depth = 64
    /// The longest time, in nanoseconds, that a segment takes from one of this machine's interfaces to another.
    private static let reach: Int64 = 100_000_000
    /// The offset of the interface index in the header of LINKTYPE_LINUX_SLL2.
    private static let interfaceOffset = 4

    mutating func isFirst(of header: SegmentHeader, _ frame: RawSpan, _ link: LinkType, at time: Timestamp) -> Bool {
        guard link == .linuxCooked2, frame.byteCount >= Self.interfaceOffset + 4 else { return true }
        let interface = frame.bigEndian32(at: Self.interfaceOffset)
        let isCopy = last.contains {
            $0.interface != interface && $0.header.isSameSegment(as: header)
                && (0...Self.reach).contains(time.nanoseconds(since: $0.time))
        }
        // A copy is not recorded as a sighting, so that a retransmission soon after it is not taken for a copy of the
        // copy.
        guard !isCopy else { return false }
        let sighting = Sighting(interface: interface, header: header, time: time)
        if last.count < Self.depth {
            last.append(sighting)
        } else {
            last[next] = sighting
            next = (next + 1) % Self.depth
        }
        return true
    }
}

extension SegmentHeader {
    /// Whether both headers are of the same segment, judged by fields that routers leave unchanged.
    fileprivate func isSameSegment(as other: SegmentHeader) -> Bool {
        source == other.source && sourcePort == other.sourcePort && sequence == other.sequence
            && acknowledgment == other.acknowledgment && flags == other.flags && window == other.window
            && payloadLength == other.payloadLength && headerLength == other.headerLength
            && identification == other.identification
    }
}
