/// One TCP segment's fixed header with what its packet says of it: flat, allocation-free, filled by
/// ``PacketDecoder/decode(_:link:originalLength:into:)``.
///
/// Offsets are from the start of the frame, so that options and payload can be read from the same bytes later.
@frozen public struct SegmentHeader: Sendable, BitwiseCopyable {
    /// The innermost IP header's source address.
    public var source = IPAddress(high: 0, low: 0)
    /// The innermost IP header's destination address.
    public var destination = IPAddress(high: 0, low: 0)
    /// The port the segment was sent from.
    public var sourcePort: UInt16 = 0
    /// The port the segment was sent to.
    public var destinationPort: UInt16 = 0
    /// Sequence number of the first octet (of the SYN, if there is one).
    public var sequence: UInt32 = 0
    /// Acknowledgment number as sent, also where the ACK bit is off.
    public var acknowledgment: UInt32 = 0
    /// The control bits as sent, whether or not they make sense together.
    public var flags: TCPFlags = []
    /// The window field as sent, not scaled.
    public var window: UInt16 = 0
    /// As sent, also where the URG bit is off.
    public var urgentPointer: UInt16 = 0
    /// The checksum field as sent; ``TCPChecksum`` verifies it.
    public var checksum: UInt16 = 0
    /// Payload octets by the IP header's length, whether or not all were captured. Of a first fragment: those in it.
    public var payloadLength: UInt32 = 0
    /// Payload octets that stand in the frame.
    public var capturedPayloadLength: UInt32 = 0
    /// Where the innermost IP header starts.
    public var ipOffset: UInt32 = 0
    /// Where the TCP header starts.
    public var tcpOffset: UInt32 = 0
    /// Length of the TCP header with its options, in octets: 20 to 60.
    public var headerLength: UInt8 = 20
    /// Time to live, or hop limit.
    public var hopLimit: UInt8 = 0
    /// IPv4's type of service or IPv6's traffic class: six bits DSCP, two bits ECN (RFC 3168 5).
    public var trafficClass: UInt8 = 0
    /// IPv4 identification; of IPv6 the fragment header's, else 0.
    public var identification: UInt32 = 0
    /// The innermost VLAN id, 0 for none.
    public var vlan: UInt16 = 0
    /// What tells virtual networks apart: the innermost one's number (VNI, VSID, a GRE key), an outer VLAN's,
    /// else a number made of the tunnel's two ends; 0 for none.
    public var network: UInt32 = 0
    /// How many IP headers lie outside this one.
    public var tunnelDepth: UInt8 = 0
    /// Whether more of the payload lies in later IP fragments, so that its length is not known from here.
    public var isFirstFragment = false
    /// Whether the captured bytes end before the options do.
    public var optionsTruncated = false

    /// A header with nothing filled in yet, for a decoder to fill.
    @inlinable public init() {}

    /// Address and port of the end that sent it.
    @inlinable public var sourceEndpoint: Endpoint { Endpoint(address: source, port: sourcePort) }
    /// Address and port of the end it was sent to.
    @inlinable public var destinationEndpoint: Endpoint { Endpoint(address: destination, port: destinationPort) }

    /// Sequence numbers the segment takes up: its payload, and one each for SYN and FIN (RFC 9293 3.4: SEG.LEN).
    @inlinable public var sequenceLength: UInt32 {
        payloadLength &+ (flags.contains(.syn) ? 1 : 0) &+ (flags.contains(.fin) ? 1 : 0)
    }
}

/// What a frame turned out to hold.
@frozen public enum PacketVerdict: UInt8, Sendable {
    /// A whole fixed TCP header: the segment was filled in.
    case segment
    /// An ICMP or ICMPv6 error that quotes a TCP segment; ``ICMPError`` reads it.
    case quotedSegment
    /// A later IP fragment, or a later part of what a link or tunnel divided: no transport header in it.
    case fragment
    /// IP, but not TCP.
    case otherTransport
    /// Not IP (ARP, LLDP, a wireless beacon …).
    case notIP
    /// A frame of a link type that is not read: what it holds is not known.
    case otherLink
    /// Encrypted or compressed, so that what it holds cannot be read.
    case concealed
    /// The captured bytes end before the TCP header does.
    case truncated
    /// Lengths that contradict each other.
    case malformed
}
