/// The link-layer header that frames begin with, as the LINKTYPE number in capture files
/// (www.tcpdump.org/linktypes.html).
@frozen public struct LinkType: RawRepresentable, Hashable, Sendable {
    /// The LINKTYPE number; in a pcap file's header, it is the lower sixteen bits of the field.
    public let rawValue: UInt16

    /// The link type with this number, whether or not its frames can be decoded.
    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// BSD loopback: an address family of four octets, in the byte order of the capturing machine.
    public static let null = LinkType(rawValue: 0)
    // Computed, so that in other modules a comparison is one instruction.
    /// A frame from its destination MAC address on, without preamble and usually without checksum.
    @inlinable public static var ethernet: LinkType { LinkType(rawValue: 1) }
    /// PPP, with or without the address and control octets of HDLC (RFC 1662).
    public static let ppp = LinkType(rawValue: 9)
    /// Raw IP; the packet's version field says which one.
    public static let raw = LinkType(rawValue: 101)
    /// Raw IP as most BSDs number it in their own files.
    public static let rawBSD = LinkType(rawValue: 12)
    /// Raw IP as OpenBSD numbers it in its own files.
    public static let rawOpenBSD = LinkType(rawValue: 14)
    /// OpenBSD loopback: like `null`, in network byte order.
    public static let loop = LinkType(rawValue: 108)
    /// Linux's cooked capture of the pseudo-interface `any`: a header of 16 octets in place of the link's own.
    public static let linuxCooked = LinkType(rawValue: 113)
    /// A packet that begins with an IPv4 header.
    public static let rawIPv4 = LinkType(rawValue: 228)
    /// A packet that begins with an IPv6 header.
    public static let rawIPv6 = LinkType(rawValue: 229)
    /// Linux's cooked capture, version 2: a header of 20 octets, with the interface's index.
    public static let linuxCooked2 = LinkType(rawValue: 276)
}
