/// The EtherTypes that are opened: those of the IEEE 802 registry, and those that only tunnels use.
enum EtherDoor: UInt16, CaseIterable {
    case ipv4 = 0x0800
    case congestionNotification = 0x22e9
    case trill = 0x22f3
    case oldPPPoESession = 0x3c13
    case transparentEthernet = 0x6558
    case rawFrameRelay = 0x6559
    case vlan = 0x8100
    case ipv6 = 0x86dd
    case ppp = 0x880b
    case mpls = 0x8847
    case mplsMulticast = 0x8848
    case pppoeSession = 0x8864
    case jumboLLC = 0x8870
    case serviceVLAN = 0x88a8
    case macsec = 0x88e5
    case providerBackbone = 0x88e7
    case fabricPath = 0x8903
    case ciscoMetadata = 0x8909
    case vnTag = 0x8926
    case hsr = 0x892f
    case eTag = 0x893f
    case nsh = 0x894f
    case oldServiceVLAN = 0x9100
    case oldServiceVLAN2 = 0x9200
    case oldServiceVLAN3 = 0x9300
    case marvellTag = 0xdada
    case redundancyTag = 0xf1c1

    /// Which of its forms are not opened, or by what its contents are recognized; `nil` where every form is opened.
    var limits: String? {
        switch self {
        case .mpls, .mplsMulticast:
            """
            at most 16 labels; IP, or Ethernet with and without a pseudo-wire's control word, by what it looks like, since \
            labels do not say it
            """
        case .macsec: "frames without encryption (bits E and C clear); not: encrypted ones"
        case .trill: "version 0, with options"
        case .nsh: "version 0, IP, Ethernet, NSH and MPLS; not: operation and maintenance (O)"
        case .hsr: "data frames; supervision frames have another EtherType"
        case .ciscoMetadata: "version 1"
        case .vlan, .serviceVLAN, .oldServiceVLAN, .oldServiceVLAN2, .oldServiceVLAN3:
            "any number of tags up to the depth limit"
        case .pppoeSession, .oldPPPoESession, .ppp: "as PPP"
        default: nil
        }
    }
}

/// EtherTypes by number: those that `decodePlain` compares with, and the names of all that are known.
@usableFromInline
enum EtherType {
    @inlinable static var ipv4: UInt16 { 0x0800 }
    @inlinable static var ipv6: UInt16 { 0x86dd }
    /// Below this the field is an 802.3 length.
    static let least: UInt16 = 0x0600

    static func name(_ value: UInt16) -> String? { names[value] }

    /// Every EtherType that has a name, in order.
    static var registry: [UInt16] { names.keys.sorted() }

    /// EtherTypes that have a name and may carry frames or packets, but are not opened: B.A.T.M.A.N.'s mesh, Realtek's
    /// switches, radio between vehicles; and those that are defined for GRE only, so that their meaning elsewhere is
    /// not known.
    static let carriers: Set<UInt16> = [0x4305, 0x8899, 0x8947, 0x22eb, 0x6400, 0x883e, 0x88be]

    private static let names: [UInt16: String] = [
        0x0800: "IPv4", 0x0806: "ARP", 0x22e9: "802.1Qau congestion notification", 0x22ea: "SRP", 0x22eb: "ERSPAN III",
        0x22f3: "TRILL", 0x3c12: "PPPoE Discovery (old)", 0x3c13: "PPPoE (old)", 0x4305: "B.A.T.M.A.N.",
        0x6003: "DECnet", 0x6400: "EoIP (in GRE)", 0x6558: "Ethernet", 0x6559: "Frame Relay",
        0x8035: "RARP", 0x809b: "AppleTalk", 0x80f3: "AARP", 0x8100: "802.1Q", 0x8137: "IPX", 0x86dd: "IPv6",
        0x8808: "Ethernet flow control", 0x8809: "Slow Protocols (LACP)", 0x880b: "PPP", 0x883e: "WCCP (in GRE)",
        0x8847: "MPLS", 0x8848: "MPLS multicast", 0x8863: "PPPoE Discovery", 0x8864: "PPPoE",
        0x886f: "MS NLB heartbeat", 0x8870: "Jumbo LLC", 0x888e: "EAPOL", 0x8892: "PROFINET", 0x8899: "Realtek",
        0x88a2: "ATA over Ethernet", 0x88a4: "EtherCAT", 0x88a8: "802.1ad", 0x88be: "ERSPAN II", 0x88ca: "TIPC",
        0x88cc: "LLDP", 0x88e5: "MACsec", 0x88e7: "802.1ah", 0x88f5: "MVRP", 0x88f6: "MMRP", 0x88f7: "PTP",
        0x88fb: "PRP supervision", 0x8902: "CFM", 0x8903: "FabricPath", 0x8906: "FCoE", 0x8909: "Cisco MetaData",
        0x890d: "802.11 management", 0x8914: "FIP", 0x8915: "RoCE", 0x8926: "VN-tag", 0x892f: "HSR",
        0x893a: "IEEE 1905.1", 0x893f: "802.1BR", 0x8947: "GeoNetworking", 0x894f: "NSH", 0x9000: "Loopback",
        0x9100: "802.1QinQ", 0x9200: "802.1QinQ", 0x9300: "802.1QinQ", 0xdada: "Marvell EDSA", 0xf1c1: "802.1CB",
        0xfefe: "OSI",
    ]
}
