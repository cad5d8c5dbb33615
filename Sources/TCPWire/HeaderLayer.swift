/// A kind of header that a walk through a frame meets.
public enum HeaderLayer: String, Hashable, Sendable, CaseIterable {
    // Headers that capturing systems put before a frame.
    case direction = "Direction"
    case linuxCooked = "Linux cooked"
    case linuxCooked2 = "Linux cooked v2"
    case loopback = "Loopback"
    case ppi = "PPI"
    case pktap = "PKTAP"
    case nflog = "NFLOG"
    case pflog = "PFLOG"
    case enc = "ENC"
    case ipnet = "ipnet"
    case erf = "ERF"
    case symantec = "Symantec"
    case juniper = "Juniper"
    case netAnalyzer = "netANALYZER"
    case preamble = "Preamble"
    case radiotap = "radiotap"
    case prism = "Prism"
    case avs = "AVS"
    // Links.
    case ethernet = "Ethernet"
    case wireless = "802.11"
    case meshControl = "Mesh Control"
    case subframe = "A-MSDU subframe"
    case tokenRing = "Token Ring"
    case fddi = "FDDI"
    case firewire = "IEEE 1394"
    case fibreChannel = "Fibre Channel Network_Header"
    case ipoib = "IPoIB"
    case atm = "ATM"
    case lane = "LANE"
    case slip = "SLIP"
    case ppp = "PPP"
    case ciscoHDLC = "Cisco HDLC"
    case frameRelay = "Frame Relay"
    case llc = "LLC"
    case bridged = "Bridged PDU"
    // Tags and labels.
    case vlan = "802.1Q"
    case eTag = "802.1BR E-tag"
    case vnTag = "VN-tag"
    case macsec = "MACsec"
    case hsr = "HSR"
    case redundancyTag = "802.1CB R-tag"
    case congestionTag = "802.1Qau CN-tag"
    case ciscoMetadata = "Cisco MetaData"
    case switchTag = "Switch tag"
    case mpls = "MPLS"
    case pseudowire = "PW control word"
    case providerBackbone = "802.1ah"
    case fabricPath = "FabricPath"
    case trill = "TRILL"
    case pppoe = "PPPoE"
    case nsh = "NSH"
    // Internet.
    case ipv4 = "IPv4"
    case ipv6 = "IPv6"
    case extensionHeader = "IPv6 extension header"
    case routingHeader = "IPv6 Routing header"
    case destinationOptions = "IPv6 Destination Options header"
    case fragmentHeader = "IPv6 Fragment header"
    case authenticationHeader = "AH"
    case esp = "ESP"
    case minimalEncapsulation = "Minimal encapsulation"
    // Tunnels.
    case gre = "GRE"
    case erspan = "ERSPAN"
    case wccp = "WCCP"
    case etherIP = "EtherIP"
    case l2tp = "L2TPv2"
    case l2tp3 = "L2TPv3"
    case udp = "UDP"
    case vxlan = "VXLAN"
    case vxlanGPE = "VXLAN-GPE"
    case geneve = "Geneve"
    case gtp = "GTP-U"
    case teredo = "Teredo"
    case capwap = "CAPWAP"
    case lisp = "LISP"
    case tzsp = "TZSP"
    case gue = "GUE"
    case ayiya = "AYIYA"
    // Transports.
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
    /// What this header carries is a later part of a packet, not its beginning.
    case laterPart(HeaderLayer)
    /// What follows this header is encrypted or compressed.
    case concealed(HeaderLayer)
    /// The header carries no packet, by the value of this field.
    case noPacket(HeaderLayer, field: String, value: Int)
    /// An EtherType that is not read further.
    case otherEtherType(UInt16)
    /// An IP protocol that is not read further.
    case otherProtocol(UInt8)
    /// A PPP protocol that is not read further.
    case otherPPPProtocol(UInt16)
    /// A service access point of LLC (IEEE 802.2) that is not read further, or a frame of LLC's own.
    case otherAccessPoint(UInt8)
    /// A network layer protocol identifier (ISO/IEC TR 9577) that is not read further.
    case otherNetworkProtocol(UInt8)
    /// An address family of BSD loopback that is not IP.
    case otherFamily(UInt32)
    /// A link type that is not read.
    case otherLinkType(LinkType)
    /// More nested headers than any real network has.
    case tooDeep
}
