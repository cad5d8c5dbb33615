import TCPWire

/// A frame that resembles a wrapping and is none, or whose content nobody can read.
struct NearMiss: CustomStringConvertible, Sendable {
    var description: String
    var link: LinkType
    var frame: [UInt8]
    var verdict: PacketVerdict
    var stop: HeaderStop?

    init(
        _ description: String, link: UInt16 = 101, _ frame: [UInt8], _ verdict: PacketVerdict, _ stop: HeaderStop? = nil
    ) {
        self.description = description
        self.link = LinkType(rawValue: link)
        self.frame = frame
        self.verdict = verdict
        self.stop = stop
    }

    static let all = links + tags + datagrams + protocols

    private static let packet = CarrierSample.packet
    private static let packet6 = CarrierSample.packet6
    private static let frame = CarrierSample.frame
    private static let query = Array("not a packet, and not for lack of octets: a datagram of text".utf8)

    private static let links: [NearMiss] = [
        NearMiss("USER0", link: 147, packet, .otherLink, .otherLinkType(LinkType(rawValue: 147))),
        NearMiss("USER2 without PKTAP", link: 149, zeros(200), .otherLink),
        NearMiss("USB", link: 189, packet, .otherLink),
        NearMiss(
            "protected, though LLC seems to follow", link: 105,
            CarrierSample.dataFrame(flags: 0x41) + snap(0x0800) + packet, .concealed, .concealed(.wireless)),
        NearMiss(
            "later fragment", link: 105, CarrierSample.dataFrame(flags: 1, fragment: 1) + snap(0x0800) + packet,
            .fragment, .laterPart(.wireless)),
        NearMiss("QoS null", link: 105, CarrierSample.dataFrame(control: 0xc8, flags: 1, qos: [0, 0]), .notIP),
        NearMiss(
            "beacon", link: 105, [0x80, 0, 0, 0] + macs + macs.prefix(6) + [0x10, 0] + snap(0x0800) + packet, .notIP),
        NearMiss("version 1", link: 105, [0x09, 1] + CarrierSample.wirelessHello.dropFirst(2), .malformed),
        NearMiss(
            "radiotap of length 4", link: 127, [0, 0, 4, 0, 0, 0, 0, 0] + CarrierSample.wirelessHello, .malformed),
        NearMiss("PPI of USER1", link: 192, [0, 0] + little16(8) + little32(148) + packet, .otherLink),
        NearMiss("PKTAP without a packet", link: 258, little32(108) + little32(0) + little32(1) + zeros(96), .notIP),
        NearMiss("compressed TCP", link: 9, [0, 0x2d] + packet, .concealed, .concealed(.ppp)),
        NearMiss("encrypted PPP", link: 9, [0, 0x53] + packet, .concealed),
        NearMiss("header compression of RFC 5795", link: 9, [0, 3, 0, 0x21] + packet, .concealed, .concealed(.ppp)),
        NearMiss(
            "header compression in a session", link: 51, [0x11, 0, 0, 9, 0, 72, 0, 3, 0, 0x21] + packet, .concealed,
            .concealed(.ppp)),
        NearMiss(
            "a direction is none but of pppd's", link: 50, [1, 3, 0, 0x21] + packet, .notIP, .otherPPPProtocol(1)),
        NearMiss("later multilink fragment", link: 9, [0, 0x3d, 0x40, 0, 0, 2] + packet, .fragment),
        NearMiss("PPPoE discovery", link: 51, [0x11, 9, 0, 0, 0, 0] + packet, .notIP),
        NearMiss(
            "PPPoE version 2", link: 51, [0x21, 0, 0, 9, 0, 70, 0, 0x21] + packet, .malformed,
            .invalid(.pppoe, field: "VER", value: 2)),
        NearMiss(
            "PPPoE type 2", link: 51, [0x12, 0, 0, 9, 0, 70, 0, 0x21] + packet, .malformed,
            .invalid(.pppoe, field: "TYPE", value: 2)),
        NearMiss(
            "TZSP version 2", link: 128, [2, 0, 0, 1, 1] + frame, .notIP, .noPacket(.tzsp, field: "Version", value: 2)),
        NearMiss("TZSP of 3 octets", link: 128, [1, 0, 0], .truncated, .truncated(.tzsp, have: 3, need: 5)),
        NearMiss(
            "TZSP whose tags do not end", link: 128, [1, 0, 0, 1, 10, 1, 9], .truncated,
            .truncated(.tzsp, have: 7, need: 8)),
        NearMiss(
            "TZSP of tags only", link: 128, [1, 0, 0, 1] + zeros(200), .malformed,
            .invalid(.tzsp, field: "Tag", value: 0)),
        NearMiss("keep-alive of Cisco HDLC", link: 104, [0x8f, 0, 0x80, 0x35] + zeros(18), .notIP),
        NearMiss("Q.933", link: 107, [0, 1, 3, 8, 0, 0x75], .notIP, .otherNetworkProtocol(8)),
        NearMiss("FRF.12's second", link: 107, [0x18, 0x41, 3, 0xb1, 0x40, 2] + packet, .fragment),
        NearMiss("address of five octets", link: 107, [0x18, 0x40, 4, 4, 5, 3, 0xcc] + packet, .malformed),
        NearMiss("station management", link: 10, [0x41] + macs + snap(0x0800) + packet, .notIP),
        NearMiss("LANE control", link: 110, [0xff, 0] + frame, .notIP),
        NearMiss("ILMI", link: 123, [0x05, 0, 0, 16] + packet, .notIP),
        NearMiss(
            "a part of a preempted frame", link: 274, [0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x61, 0x52] + packet,
            .fragment),
        NearMiss("ERF of InfiniBand", link: 197, zeros(8) + [21] + zeros(7) + packet, .otherLink),
        NearMiss("Juniper without its magic", link: 178, [0x4d, 0x47, 0x42, 1] + frame, .malformed),
        NearMiss(
            "NFLOG without a packet", link: 239, [2, 0, 0, 5] + little16(8) + little16(1) + [8, 0, 1, 0], .notIP),
        NearMiss("netlink", link: 113, [0, 4, 3, 0x38] + zeros(10) + [8, 0] + packet, .notIP),
    ]

    private static let tags: [NearMiss] = [
        NearMiss("encrypted MACsec", link: 1, ethernet(0x88e5, [0x0c, 0, 0, 0, 0, 1, 8, 0] + packet), .concealed),
        NearMiss("changed text", link: 1, ethernet(0x88e5, [0x04, 0, 0, 0, 0, 1, 8, 0] + packet), .concealed),
        NearMiss("supervision of PRP", link: 1, ethernet(0x88fb, [8, 0] + packet), .notIP, .otherEtherType(0x88fb)),
        NearMiss("TRILL version 1", link: 1, ethernet(0x22f3, [0x40, 0x3f, 0, 1, 0, 2] + frame), .malformed),
        NearMiss(
            "maintenance of NSH", link: 1, ethernet(0x894f, [0x2f, 0xc2, 2, 1, 0, 0, 1, 255] + packet), .otherTransport),
        NearMiss(
            "NSH of another length", link: 1, ethernet(0x894f, [0x0f, 0xc2, 1, 1, 0, 0, 1, 255] + packet), .malformed),
        NearMiss("SNAP of Cisco", link: 1, ethernet(76, snap(0x0800, organisation: [0, 0, 0x0c]) + packet), .notIP),
        NearMiss("associated channel", link: 1, ethernet(0x8847, [0, 2, 1, 64, 0x10, 0, 0, 0x21] + query), .notIP),
    ]

    private static func udp(_ description: String, _ port: Int, from source: Int = 50000, _ payload: [UInt8])
        -> NearMiss
    {
        NearMiss(description, datagram(from: source, to: port, payload), .otherTransport, .otherProtocol(17))
    }

    private static let datagrams: [NearMiss] =
        [1701, 2152, 3386, 3544, 4341, 4500, 4754, 4789, 4790, 5072, 5247, 6080, 6081, 6635, 8472, 37008].flatMap {
            [udp("text to \($0)", $0, query), udp("text from \($0)", 50000, from: $0, query)]
        } + [
            udp("L2TP control", 1701, [0xc8, 2] + big16(90) + [0, 1, 0, 2, 0, 5, 0, 6, 0xff, 3, 0, 0x21] + packet),
            udp("L2TP version 4", 1701, [0, 4, 0, 1, 0, 2, 0xff, 3, 0, 0x21] + packet),
            udp("GTP echo", 2152, [0x32, 1, 0, 72, 0, 0, 0, 0, 0, 1, 0, 0] + packet),
            udp("GTP', protocol type 0", 2152, [0x20, 255, 0, 68, 0, 0, 0, 1] + packet),
            udp("IKE behind its marker", 4500, [0, 0, 0, 0] + zeros(16) + packet),
            udp("VXLAN without its bit", 4789, [0, 0, 0, 0, 0, 0, 5, 0] + frame),
            udp("reserved bits on the old port", 8472, [8, 0, 0, 1, 0, 0, 5, 0] + frame),
            udp("old port, no IP inside", 8472, [8, 0, 0, 0, 0, 0, 5, 0] + ethernet(0x0800, zeros(60))),
            udp("GPE of another protocol", 4790, [0x0c, 0, 0, 7, 0, 0, 5, 0] + packet),
            udp("maintenance of GPE", 4790, [0x0d, 0, 0, 1, 0, 0, 5, 0] + packet),
            udp("Geneve control", 6081, [0, 0x80, 0x65, 0x58, 0, 0, 5, 0] + frame),
            udp("Geneve version 1", 6081, [0x40, 0, 0x65, 0x58, 0, 0, 5, 0] + frame),
            udp("keep-alive of CAPWAP", 5247, [0x00, 0x10, 0x03, 0x08, 0, 0, 0, 0] + CarrierSample.wirelessHello),
            udp("keep-alive of TZSP", 37008, [1, 4, 0, 1, 1] + frame),
            udp("TZSP of something else", 37008, [1, 0, 0, 99, 1] + frame),
            udp("MPLS under DTLS", 6635, [0x17, 0xfe, 0xfd, 0, 1] + zeros(6) + big16(68) + packet),
            udp("LISP with both N and V", 4341, [0x90, 1, 2, 3, 0, 0, 0, 1] + packet),
            udp("GUE of GRE without its header", 6080, [0, 47, 0, 0, 0xb0, 0, 8, 0]),
            udp("GUE of GRE of nothing known", 6080, [0, 47, 0, 0, 0x20, 0, 0x12, 0x34, 0, 0, 0, 1] + zeros(40)),
            udp("Geneve of nothing known", 6081, [0, 0, 0x12, 0x34, 0, 0, 5, 0] + zeros(40)),
            udp("Geneve with more options than octets", 6081, [0x3f, 0, 0x65, 0x58, 0, 0, 5, 0] + zeros(40)),
            udp("GRE without the key it claims", 4754, [0x20, 0, 8, 0]),
            udp("VXLAN of a frame that ends", 4789, [8, 0, 0, 0, 0, 0, 5, 0] + frame.prefix(20)),
            udp("L2TP of compressed headers, unproven", 1701, [0, 2, 0, 1, 0, 2, 0, 3, 1, 2, 3, 4]),
            udp("GUE control", 6080, [0x20, 4, 0, 0] + packet),
            udp("AYIYA of another operation", 5072, [0x41, 0x52, 0x12, 41, 1, 2, 3, 4] + zeros(36) + packet6),
            udp("IPv6 on a port that is no tunnel's", 12345, packet6),
            udp("IPv4 on a port that is no tunnel's", 12345, packet),
            udp("VXLAN on a port that is no tunnel's", 12345, [8, 0, 0, 0, 0, 0, 5, 0] + frame),
        ] + [
            NearMiss(
                "CAPWAP under DTLS", datagram(to: 5247, [1, 0, 0, 0, 0x17, 0xfe, 0xfd] + packet), .concealed,
                .concealed(.capwap)),
            NearMiss(
                "L2TP of a later fragment",
                datagram(to: 1701, [0, 2, 0, 1, 0, 2, 0, 0x21] + ipv4(6, packet, fragment: 5)), .fragment,
                .laterFragment),
            NearMiss(
                "L2TP of compressed headers, with its length",
                datagram(to: 1701, [0x40, 2, 0, 14, 0, 1, 0, 2, 0, 3, 1, 2, 3, 4]), .concealed, .concealed(.ppp)),
            NearMiss(
                "later fragment of CAPWAP",
                datagram(to: 5247, [0x00, 0x10, 0x03, 0x80, 0, 1, 0, 8] + CarrierSample.wirelessHello), .fragment),
        ]

    private static let protocols: [NearMiss] = [
        NearMiss("ESP", ipv4(50, [0, 0, 0x12, 0x34, 0, 0, 0, 1] + Array(query)), .concealed, .otherProtocol(50)),
        NearMiss(
            "ESP whose padding does not count",
            ipv4(50, [0, 0, 0x12, 0x34, 0, 0, 0, 1] + packet6 + [2, 1, 2, 41] + zeros(12)), .concealed),
        NearMiss("compressed", ipv4(108, [4, 0, 0, 1] + packet), .concealed),
        NearMiss(
            "L2TPv3 control", ipv4(115, zeros(4) + [0xc8, 3, 0, 82] + frame), .otherTransport, .otherProtocol(115)),
        NearMiss("EtherIP version 4", ipv4(97, [0x40, 0] + frame), .malformed),
        NearMiss("GRE version 2", ipv4(47, [0, 2, 8, 0] + packet), .otherTransport),
        NearMiss(
            "EoIP without its version", ipv4(47, [0x20, 0, 0x64, 0] + big16(82) + [7, 0] + frame), .otherTransport),
        NearMiss("keep-alive of GRE", ipv4(47, [0, 0, 0, 0]), .otherTransport),
        NearMiss(
            "minimal encapsulation with a wrong sum", ipv4(55, [6, 0, 0, 0, 10, 0, 0, 9] + packet.dropFirst(20)),
            .otherTransport),
    ]
}
