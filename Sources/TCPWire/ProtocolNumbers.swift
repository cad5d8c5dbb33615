/// Protocol numbers of IP headers (IANA): those that the walk handles, and the names of all that are known.
enum IPProtocol {
    static let hopByHop: UInt8 = 0
    static let icmp: UInt8 = 1
    static let ipv4: UInt8 = 4
    static let tcp: UInt8 = 6
    static let udp: UInt8 = 17
    static let ipv6: UInt8 = 41
    static let routing: UInt8 = 43
    static let fragment: UInt8 = 44
    static let gre: UInt8 = 47
    static let encapsulatingSecurity: UInt8 = 50
    static let authentication: UInt8 = 51
    static let minimalEncapsulation: UInt8 = 55
    static let icmpv6: UInt8 = 58
    static let destinationOptions: UInt8 = 60
    static let ipWithinIP: UInt8 = 94
    static let etherIP: UInt8 = 97
    static let compressed: UInt8 = 108
    static let l2tp: UInt8 = 115
    static let mobility: UInt8 = 135
    static let mpls: UInt8 = 137
    static let hostIdentity: UInt8 = 139
    static let shim6: UInt8 = 140
    static let ethernet: UInt8 = 143
    static let nsh: UInt8 = 145

    static func name(_ value: UInt8) -> String? { names[value] }

    private static let names: [UInt8: String] = [
        0: "HOPOPT", 1: "ICMP", 2: "IGMP", 4: "IPv4", 6: "TCP", 8: "EGP", 17: "UDP", 27: "RDP", 33: "DCCP", 41: "IPv6",
        43: "IPv6-Route", 44: "IPv6-Frag", 46: "RSVP", 47: "GRE", 50: "ESP", 51: "AH", 55: "MOBILE", 58: "ICMPv6",
        59: "IPv6-NoNxt", 60: "IPv6-Opts", 88: "EIGRP", 89: "OSPF", 94: "IPIP", 97: "ETHERIP", 103: "PIM",
        108: "IPComp", 112: "VRRP", 115: "L2TP", 132: "SCTP", 133: "FC", 135: "Mobility Header", 136: "UDPLite",
        137: "MPLS-in-IP", 139: "HIP", 140: "Shim6", 142: "ROHC", 143: "Ethernet", 145: "NSH",
    ]
}
