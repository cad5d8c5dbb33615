/// A kind of header that a walk through a frame meets.
public enum HeaderLayer: String, Hashable, Sendable, CaseIterable {
    case ethernet = "Ethernet"
    case vlan = "802.1Q"
    case llc = "LLC"
    case mpls = "MPLS"
    case pseudowire = "PW control word"
    case providerBackbone = "802.1ah"
    case fabricPath = "FabricPath"
    case pppoe = "PPPoE"
    case ppp = "PPP"
    case linuxCooked = "Linux cooked"
    case linuxCooked2 = "Linux cooked v2"
    case loopback = "Loopback"
    case ipv4 = "IPv4"
    case ipv6 = "IPv6"
    case extensionHeader = "IPv6 extension header"
    case fragmentHeader = "IPv6 Fragment header"
    case authenticationHeader = "AH"
    case gre = "GRE"
    case erspan = "ERSPAN"
    case etherIP = "EtherIP"
    case udp = "UDP"
    case vxlan = "VXLAN"
    case geneve = "Geneve"
    case gtp = "GTP-U"
    case teredo = "Teredo"
    case icmp = "ICMP"
    case icmpv6 = "ICMPv6"
    case tcp = "TCP"

    /// The protocol's name as its own documents write it.
    public var name: String { rawValue }
}

/// Why a walk through a frame ended before a whole TCP header was read.
public enum HeaderStop: Hashable, Sendable {
    /// The captured octets end inside the header: `have` of the `need` that had to be read next.
    case truncated(HeaderLayer, have: Int, need: Int)
    /// A field contradicts the header it stands in, or the length the layer around it allows.
    case invalid(HeaderLayer, field: String, value: Int)
    /// A later IP fragment: the transport header was in the first.
    case laterFragment
    /// A first IP fragment too short to hold the TCP header.
    case shortFragment
    /// An EtherType that is not read further.
    case otherEtherType(UInt16)
    /// An IP protocol that is not read further.
    case otherProtocol(UInt8)
    /// A PPP protocol that is not read further.
    case otherPPPProtocol(UInt16)
    /// An address family of BSD loopback that is not IP.
    case otherFamily(UInt32)
    /// A link type that is not read.
    case otherLinkType(LinkType)
    /// More headers around each other than any real network stacks.
    case tooDeep
}
