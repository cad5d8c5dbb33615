/// The link-layer header that frames begin with, as the LINKTYPE number in capture files
/// (www.tcpdump.org/linktypes.html).
@frozen public struct LinkType: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// BSD loopback: an address family of four octets, in the byte order of the capturing machine.
    public static let null = LinkType(rawValue: 0)
    // Computed, so that another module's comparison is one instruction.
    @inlinable public static var ethernet: LinkType { LinkType(rawValue: 1) }
    public static let ppp = LinkType(rawValue: 9)
    /// Raw IP; the packet's version field says which one.
    public static let raw = LinkType(rawValue: 101)
    /// Raw IP as most BSDs number it in their own files.
    public static let rawBSD = LinkType(rawValue: 12)
    /// Raw IP as OpenBSD numbers it in its own files.
    public static let rawOpenBSD = LinkType(rawValue: 14)
    /// OpenBSD loopback: like `null`, in network byte order.
    public static let loop = LinkType(rawValue: 108)
    public static let linuxCooked = LinkType(rawValue: 113)
    public static let rawIPv4 = LinkType(rawValue: 228)
    public static let rawIPv6 = LinkType(rawValue: 229)
    public static let linuxCooked2 = LinkType(rawValue: 276)
}
