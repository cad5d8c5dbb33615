/// EtherTypes (IEEE 802 registry) that a walk goes through.
@usableFromInline
enum EtherType {
    @inlinable static var ipv4: UInt16 { 0x0800 }
    static let transparentEthernet: UInt16 = 0x6558
    static let vlan: UInt16 = 0x8100
    @inlinable static var ipv6: UInt16 { 0x86dd }
    static let mpls: UInt16 = 0x8847
    static let mplsMulticast: UInt16 = 0x8848
    static let pppoeSession: UInt16 = 0x8864
    static let pppInGRE: UInt16 = 0x880b
    static let serviceVLAN: UInt16 = 0x88a8
    static let erspan2: UInt16 = 0x88be
    static let providerBackbone: UInt16 = 0x88e7
    static let fabricPath: UInt16 = 0x8903
    static let oldServiceVLAN: UInt16 = 0x9100
    static let erspan3: UInt16 = 0x22eb
    /// Below this the field is an 802.3 length.
    static let least: UInt16 = 0x0600

    static func name(_ value: UInt16) -> String? {
        switch value {
        case ipv4: "IPv4"
        case 0x0806: "ARP"
        case transparentEthernet: "Ethernet"
        case vlan: "802.1Q"
        case ipv6: "IPv6"
        case mpls: "MPLS"
        case mplsMulticast: "MPLS multicast"
        case pppoeSession: "PPPoE"
        case pppInGRE: "PPP"
        case serviceVLAN: "802.1ad"
        case erspan2: "ERSPAN II"
        case providerBackbone: "802.1ah"
        case 0x88cc: "LLDP"
        case fabricPath: "FabricPath"
        case oldServiceVLAN: "802.1QinQ"
        case erspan3: "ERSPAN III"
        default: nil
        }
    }
}

/// Protocol numbers of IP headers (IANA) that a walk goes through.
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
    static let authentication: UInt8 = 51
    static let icmpv6: UInt8 = 58
    static let destinationOptions: UInt8 = 60
    static let etherIP: UInt8 = 97
    static let mobility: UInt8 = 135
    static let mpls: UInt8 = 137
    static let hostIdentity: UInt8 = 139
    static let shim6: UInt8 = 140

    static func name(_ value: UInt8) -> String? {
        switch value {
        case hopByHop: "HOPOPT"
        case icmp: "ICMP"
        case 2: "IGMP"
        case ipv4: "IPv4"
        case tcp: "TCP"
        case udp: "UDP"
        case ipv6: "IPv6"
        case routing: "IPv6-Route"
        case fragment: "IPv6-Frag"
        case gre: "GRE"
        case 50: "ESP"
        case authentication: "AH"
        case icmpv6: "ICMPv6"
        case 59: "IPv6-NoNxt"
        case destinationOptions: "IPv6-Opts"
        case 89: "OSPF"
        case etherIP: "ETHERIP"
        case 112: "VRRP"
        case 132: "SCTP"
        case mobility: "Mobility Header"
        case mpls: "MPLS-in-IP"
        case hostIdentity: "HIP"
        case shim6: "Shim6"
        default: nil
        }
    }
}

/// UDP ports (IANA) whose datagrams carry packets.
enum TunnelPort {
    static let gtpUser: UInt16 = 2152
    static let teredo: UInt16 = 3544
    static let gre: UInt16 = 4754
    static let vxlan: UInt16 = 4789
    static let geneve: UInt16 = 6081
}
