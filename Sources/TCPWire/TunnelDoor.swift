/// The UDP ports whose datagrams may carry packets or frames, from IANA's registry or, where that has none, as the
/// vendor chose them.
enum TunnelDoor: UInt16, CaseIterable {
    case l2tp = 1701
    case gtp = 2152
    case oldGTP = 3386
    case teredo = 3544
    case lisp = 4341
    case natTraversal = 4500
    case gre = 4754
    case vxlan = 4789
    case vxlanGPE = 4790
    case ayiya = 5072
    case capwap = 5247
    case gue = 6080
    case geneve = 6081
    case mpls = 6635
    case oldVXLAN = 8472
    case tzsp = 37008

    /// The tunnel that a datagram from this port may belong to, if it is one in which answers come from the tunnel's
    /// port. In all others both ends send to that port, from any port of their own.
    static func ofAnswers(from source: UInt16) -> TunnelDoor? {
        switch TunnelDoor(rawValue: source) {
        case .gtp: .gtp
        case .teredo: .teredo
        case .l2tp: .l2tp
        case .capwap: .capwap
        case .ayiya: .ayiya
        case .natTraversal: .natTraversal
        default: nil
        }
    }

    /// The tunnel's name.
    var layer: HeaderLayer {
        switch self {
        case .l2tp: .l2tp
        case .gtp, .oldGTP: .gtp
        case .teredo: .teredo
        case .lisp: .lisp
        case .natTraversal: .esp
        case .gre: .gre
        case .vxlan, .oldVXLAN: .vxlan
        case .vxlanGPE: .vxlanGPE
        case .ayiya: .ayiya
        case .capwap: .capwap
        case .gue: .gue
        case .geneve: .geneve
        case .mpls: .mpls
        case .tzsp: .tzsp
        }
    }

    /// By what the tunnel is recognized, and which of its packets are not opened.
    var proof: String {
        switch self {
        case .l2tp:
            """
            version 2: a data message, reserved bits zero, the length the datagram's, PPP; version 3: a session whose data \
            proves to hold IP at one of the places where cookie and sublayer may end; not: control messages
            """
        case .gtp:
            "version 1, a G-PDU whose length fits, up to eight extension headers; IP or an Ethernet frame that holds IP"
        case .oldGTP: "version 0, a T-PDU whose IP packet is proven"
        case .teredo:
            """
            an IPv6 packet that fills the datagram, behind authentication and origin; on any other port the same, where one \
            address begins with 2001:0::/32
            """
        case .lisp: "flags that agree, a proven IP packet; LISP-GPE by its next protocol"
        case .natTraversal: "ESP without encryption, by the proofs of IP protocol 50; not: IKE"
        case .gre: "version 0 without a source route, a known type"
        case .vxlan: "the bit I; with the bit P as VXLAN-GPE"
        case .vxlanGPE: "version 0, the bit I, a known next protocol; not: operation and maintenance (O)"
        case .ayiya: "the operation \"forward\", a proven IP packet behind identity and signature"
        case .capwap:
            """
            data of version 0: 802.3 by its EtherType, 802.11 also with Cisco's order of the frame control; not: DTLS, \
            keep-alives, later fragments
            """
        case .gue:
            "variant 0 with a proven packet or frame or as GRE in UDP, variant 1 with a proven packet; not: control messages"
        case .geneve: "version 0, an EtherType that is opened; not: control packets (O)"
        case .mpls: "labels down to the bottom of the stack and a proven packet or frame behind them; not: DTLS"
        case .oldVXLAN: "only the bit I set, a frame that proves to hold IP: the port is another protocol's too"
        case .tzsp: "version 1, a type that carries a frame, tags that end; Ethernet, 802.11, Prism, AVS"
        }
    }
}

/// GRE's protocol types that are not EtherTypes.
enum GREDoor: UInt16, CaseIterable {
    case erspan3 = 0x22eb
    case mikroTik = 0x6400
    case aruba = 0x8200
    case pptp = 0x880b
    case wccp = 0x883e
    case erspan = 0x88be
    case arubaEthernet = 0x9000

    /// - Parameter type: GRE's protocol type. Aruba's access points number their kinds of traffic from 0x8200 to
    ///   0x83f0, in steps of 16.
    init?(type: UInt16) {
        if type >= 0x8200, type <= 0x83f0, type & 0x000f == 0 {
            self = .aruba
        } else {
            self.init(rawValue: type)
        }
    }

    var name: String {
        switch self {
        case .erspan3: "ERSPAN III"
        case .mikroTik: "MikroTik EoIP"
        case .aruba: "Aruba, to 0x83f0"
        case .pptp: "PPTP"
        case .wccp: "WCCP"
        case .erspan: "ERSPAN I, II"
        case .arubaEthernet: "Aruba"
        }
    }

    var limits: String {
        switch self {
        case .erspan3: "frames of Ethernet and IP, with the platform's subheader"
        case .mikroTik: "version 1"
        case .aruba, .arubaEthernet: "802.11, or Ethernet that proves to hold IP"
        case .pptp: "version 1 with a sequence number, as PPP"
        case .wccp: "version 1, and version 2 with its redirect header"
        case .erspan: "type II by its sequence number, else type I"
        }
    }
}

/// The IP protocols that carry packets or frames.
enum ProtocolDoor: UInt8, CaseIterable {
    case ipv4 = 4
    case ipv6 = 41
    case gre = 47
    case encapsulatingSecurity = 50
    case ipWithinIP = 94
    case etherIP = 97
    case l2tp = 115
    case mpls = 137
    case ethernet = 143
    case nsh = 145

    /// By what the protocol is recognized, and which of its packets are not opened; `nil` where there is nothing to
    /// say.
    var proof: String? {
        switch self {
        case .gre:
            "versions 0 and 1, with checksum, key, sequence number and source route; EtherTypes, and those of the next table"
        case .encapsulatingSecurity:
            """
            without encryption only: a tunnelled IPv4 header with a right checksum; IPv6 or TCP where the trailer agrees, \
            behind a check value of 0, 8, 12, 16, 24 or 32 octets, with an initialisation vector of 8 octets or none
            """
        case .etherIP: "version 3"
        case .l2tp:
            "version 3: Ethernet, PPP, Cisco HDLC, Frame Relay or IP that proves to hold IP, behind up to twelve octets of cookie and sublayer"
        case .mpls: EtherDoor.mpls.limits
        case .nsh: EtherDoor.nsh.limits
        case .ipv4, .ipv6, .ipWithinIP, .ethernet: nil
        }
    }
}
