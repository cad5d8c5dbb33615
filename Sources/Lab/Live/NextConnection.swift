import CaptureFile
import FlatMemory
import Stories
import TCPWire
import Tracking

/// Picks out of the packets of a live interface those of one connection at a time: the next one that begins. Its packets are
/// numbered from 1.
///
/// Packets are handed in one by one, so that no interface is needed to try it.
public struct NextConnection: Sendable {
    /// What a packet is to the connection.
    public enum Finding: Sendable {
        /// One of its segments; the first is a SYN.
        case segment(StoredSegment)
        /// An ICMP error about one of its segments.
        case error(ReportedError)
        /// It has nothing to do with it.
        case other
    }

    /// A pair of endpoints, whichever way a segment goes.
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
    /// As many are told apart.
    private static let othersLimit = 10_000
    /// Segments of connections that had begun before the first packet, while none was picked.
    public private(set) var olderSegments = 0

    /// Nothing picked yet.
    public init() {}

    /// Connections that began while another was picked, up to ten thousand of them.
    public var missed: Int { others.count }

    /// Takes the next packet.
    ///
    /// - Parameter originalLength: its octets on the wire.
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

    /// The connection is over: the next is picked.
    public mutating func release() {
        pair = nil
        packets = 0
        sightings = InterfaceSightings()
    }

    /// The connection is over, and this segment begins another between the same endpoints.
    public mutating func restart(with segment: StoredSegment) -> StoredSegment {
        pair = Pair(segment.header)
        packets = 1
        return segment.numbered(1)
    }
}

/// Of a capture on all interfaces, the first sighting of each segment: one that is routed or bridged here passes several
/// interfaces, and was sent once all the same.
private struct InterfaceSightings: Sendable {
    private struct Sighting {
        let interface: UInt32
        let header: SegmentHeader
        let time: Timestamp
    }

    /// The last ones, the oldest at ``next``.
    private var last: [Sighting] = []
    private var next = 0
    private static let depth = 64
    /// A segment takes no longer from one of this machine's interfaces to the next; nanoseconds.
    private static let reach: Int64 = 100_000_000
    /// Where LINKTYPE_LINUX_SLL2 has the interface's number.
    private static let interfaceOffset = 4

    mutating func isFirst(of header: SegmentHeader, _ frame: RawSpan, _ link: LinkType, at time: Timestamp) -> Bool {
        guard link == .linuxCooked2, frame.byteCount >= Self.interfaceOffset + 4 else { return true }
        let interface = frame.bigEndian32(at: Self.interfaceOffset)
        let isCopy = last.contains {
            $0.interface != interface && $0.header.isSameSegment(as: header)
                && (0...Self.reach).contains(time.nanoseconds(since: $0.time))
        }
        // A copy is none that others are copies of: what is sent again soon is no copy of it.
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
    /// Whether both are one segment by what no router changes.
    fileprivate func isSameSegment(as other: SegmentHeader) -> Bool {
        source == other.source && sourcePort == other.sourcePort && sequence == other.sequence
            && acknowledgment == other.acknowledgment && flags == other.flags && window == other.window
            && payloadLength == other.payloadLength && headerLength == other.headerLength
            && identification == other.identification
    }
}
