/// One TCP segment's fixed header, with the fields of the IP packet that matter for it. It is a flat value without
/// references, which ``PacketDecoder/decode(_:link:originalLength:into:)`` fills in.
///
/// Offsets count from the start of the frame, so that options and payload can be read from the same octets later.
@frozen public struct SegmentHeader: Sendable, BitwiseCopyable {
    /// The innermost IP header's source address.
    public var source = IPAddress(high: 0, low: 0)
    /// The innermost IP header's destination address.
    public var destination = IPAddress(high: 0, low: 0)
    /// The port from which the segment was sent.
    public var sourcePort: UInt16 = 0
    /// The port to which the segment was sent.
    public var destinationPort: UInt16 = 0
    /// Sequence number of the first octet (of the SYN, if there is one).
    public var sequence: UInt32 = 0
    /// Acknowledgment number as sent, also where the ACK bit is off.
    public var acknowledgment: UInt32 = 0
    /// The control bits as sent, even where they contradict each other.
    public var flags: TCPFlags = []
    /// The window field as sent, not scaled.
    public var window: UInt16 = 0
    /// The urgent pointer as sent, also where the URG bit is off.
    public var urgentPointer: UInt16 = 0
    /// The checksum field as sent; ``TCPChecksum`` verifies it.
    public var checksum: UInt16 = 0
    /// Payload octets by the IP header's length, whether or not all were captured. For a first fragment: those in that
    /// fragment.
    public var payloadLength: UInt32 = 0
    /// Payload octets that are in the captured frame.
    public var capturedPayloadLength: UInt32 = 0
    /// Where the innermost IP header begins.
    public var ipOffset: UInt32 = 0
    /// Where the TCP header begins.
    public var tcpOffset: UInt32 = 0
    /// Length of the TCP header with its options, in octets: 20 to 60.
    public var headerLength: UInt8 = 20
    /// Time to live, or hop limit.
    public var hopLimit: UInt8 = 0
    /// IPv4's type of service or IPv6's traffic class: six bits DSCP, two bits ECN (RFC 3168 5).
    public var trafficClass: UInt8 = 0
    /// IPv4's identification; for IPv6 that of the fragment header, or 0 where there is none.
    public var identification: UInt32 = 0
    /// The innermost VLAN id, 0 for none.
    public var vlan: UInt16 = 0
    /// A number that distinguishes virtual networks: the identifier of the innermost one (VNI, VSID, a GRE key), or an
    /// outer VLAN's, or else a number made from the addresses of the tunnel's two ends; 0 for none.
    public var network: UInt32 = 0
    /// How many IP headers enclose this packet's own.
    public var tunnelDepth: UInt8 = 0
    /// Whether the rest of the payload is in later IP fragments, so that its whole length is not known from this one.
    public var isFirstFragment = false
    /// Whether the captured bytes end before the options do.
    public var optionsTruncated = false

    /// A header with nothing filled in yet, for a decoder to fill.
    @inlinable public init() {}

    /// Address and port of the sender.
    @inlinable public var sourceEndpoint: Endpoint { Endpoint(address: source, port: sourcePort) }
    /// Address and port of the receiver.
    @inlinable public var destinationEndpoint: Endpoint { Endpoint(address: destination, port: destinationPort) }

    /// Sequence numbers the segment takes up: its payload, and one each for SYN and FIN (RFC 9293 3.4: SEG.LEN).
    @inlinable public var sequenceLength: UInt32 {
        payloadLength &+ (flags.contains(.syn) ? 1 : 0) &+ (flags.contains(.fin) ? 1 : 0)
    }
}

/// What decoding a frame has found in it.
@frozen public enum PacketVerdict: UInt8, Sendable {
    /// A whole fixed TCP header: the segment was filled in.
    case segment
    /// An ICMP or ICMPv6 error that quotes a TCP segment; ``ICMPError`` reads it.
    case quotedSegment
    /// A later IP fragment, or a later part of a packet that a link layer or a tunnel divided: it holds no transport
    /// header.
    case fragment
    /// IP, but not TCP.
    case otherTransport
    /// Not IP (ARP, LLDP, a wireless beacon …).
    case notIP
    /// A frame of a link type that is not decoded: its contents are not known.
    case otherLink
    /// Encrypted or compressed, so that the contents cannot be read.
    case concealed
    /// The captured bytes end before the TCP header does.
    case truncated
    /// Lengths that contradict each other.
    case malformed
}
