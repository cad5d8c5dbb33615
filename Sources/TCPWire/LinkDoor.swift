/// The link types whose frames are opened, by their number in the registry. Frames of any other type are only counted,
/// under its name. The walk switches over all these cases, so every type listed here is really read.
enum LinkDoor: UInt16, CaseIterable {
    case null = 0
    case ethernet = 1
    case tokenRing = 6
    case slip = 8
    case ppp = 9
    case fddi = 10
    case atmBSD = 11
    case rawBSD = 12
    case encOpenBSD = 13
    case rawOpenBSD = 14
    case hdlcNetBSD = 16
    case pflogOld = 17
    case atmCLIPLinux = 19
    case pppHDLC = 50
    case pppEther = 51
    case symantec = 99
    case atm = 100
    case raw = 101
    case slipBSDOS = 102
    case ciscoHDLC = 104
    case wireless = 105
    case atmCLIP = 106
    case frameRelay = 107
    case loop = 108
    case enc = 109
    case lane = 110
    case netBSDHDLC = 112
    case linuxCooked = 113
    case pflog = 117
    case prism = 119
    case fibreChannel = 122
    case sunATM = 123
    case radiotap = 127
    case tzsp = 128
    case firewire = 138
    case pktapUser2 = 149
    case avs = 163
    case pppd = 166
    case juniperPPPoE = 167
    case erfEthernet = 175
    case erfPOS = 176
    case juniperEthernet = 178
    case juniperPPP = 179
    case juniperFrameRelay = 180
    case juniperCiscoHDLC = 181
    case ppi = 192
    case erf = 197
    case pppWithDirection = 204
    case ciscoHDLCWithDirection = 205
    case frameRelayWithDirection = 206
    case mpls = 219
    case ipnet = 226
    case ipv4 = 228
    case ipv6 = 229
    case nflog = 239
    case netAnalyzer = 240
    case netAnalyzerTransparent = 241
    case ipoib = 242
    case pktap = 258
    case epon = 259
    case mPacket = 274
    case linuxCooked2 = 276
    case broadcomTag = 281
    case broadcomTagBefore = 282
    case marvellTag = 284
    case marvellEtherTypeTag = 285

    /// Which frames of the type are not opened, or by what their contents are recognized; `nil` where all are opened.
    var limits: String? {
        switch self {
        case .wireless, .prism, .avs, .radiotap:
            """
            data frames with LLC, also of four addresses, of a mesh, with QoS and HT control; of several MSDUs in one \
            frame (A-MSDU) each, up to 64; not: frames whose Protected bit is set, later fragments
            """
        case .ppi: "the link types that are opened here, 802.11 and Ethernet among them"
        case .pktap: "versions 1 and 2; the link types that are opened here"
        case .pktapUser2: "Apple's early PKTAP only, told by its version 1 header of 108 octets"
        case .rawBSD: "raw IP; BSD loopback, which OpenBSD numbers so, where the version nibble is neither 4 nor 6"
        case .rawOpenBSD: "raw IP; PPP, which other BSDs number so, where the version nibble is neither 4 nor 6"
        case .ppp, .pppHDLC, .pppd, .pppEther, .pppWithDirection:
            """
            IPv4, IPv6, MPLS, bridged Ethernet, TCP headers left uncompressed by Van Jacobson's method, whole multilink \
            packets; not: what is compressed, encrypted or a part of a multilink packet
            """
        case .frameRelay, .frameRelayWithDirection:
            "addresses of two to four octets; NLPID, SNAP and Cisco's EtherType; not: fragments (FRF.12)"
        case .atm, .atmBSD, .atmCLIP, .atmCLIPLinux, .sunATM:
            "LLC with SNAP or NLPID, bridged Ethernet (RFC 2684), LAN emulation of Ethernet, IP without a header"
        case .erf, .erfEthernet, .erfPOS:
            "Ethernet, HDLC with PPP, Cisco HDLC or Frame Relay, IP, AAL5 with LLC; with extension headers"
        case .juniperPPPoE, .juniperEthernet, .juniperPPP, .juniperFrameRelay, .juniperCiscoHDLC:
            "with extensions, and packets whose link layer was left out"
        case .nflog: "packets of the families IPv4, IPv6 and bridge"
        case .mPacket: "whole frames, and of preempted ones the first part; not: later parts"
        case .linuxCooked, .linuxCooked2:
            "EtherTypes and LLC; radiotap, 802.11, Frame Relay and raw IP by the ARPHRD type; not: netlink, CAN"
        case .slip, .slipBSDOS: "what the system has uncompressed"
        case .netAnalyzer, .netAnalyzerTransparent: "Ethernet frames, not events of its inputs"
        default: nil
        }
    }
}
