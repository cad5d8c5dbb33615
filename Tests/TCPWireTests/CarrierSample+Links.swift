import TCPWire

extension CarrierSample {
    private static let llcHello = snap(0x0800) + packet

    static let links: [CarrierSample] = [
        CarrierSample(link: 0, "little-endian family", [2, 0, 0, 0] + packet),
        CarrierSample(link: 0, "family of Solaris", [26, 0, 0, 0] + packet6, isIPv6: true),
        CarrierSample(link: 1, "802.1H", ethernet(76, snap(0x0800, organisation: [0, 0, 0xf8]) + packet)),
        CarrierSample(link: 1, "802.3 with padding", ethernet(76, llcHello) + zeros(9)),
        CarrierSample(link: 1, "NLPID", ethernet(72, [0xfe, 0xfe, 3, 0xcc] + packet)),
        CarrierSample(link: 6, "Token Ring", [0x10, 0x40] + macs + llcHello),
        CarrierSample(
            link: 6, "source route",
            [0x10, 0x40] + macs.prefix(6) + [0x82, 0, 0, 0, 0, 2, 0x06, 0x80, 0, 1, 0, 2] + llcHello),
        CarrierSample(link: 10, "FDDI", [0x57] + macs + llcHello),
        CarrierSample(link: 10, "aligned", [0, 0, 0, 0x50] + macs + llcHello),
        CarrierSample(link: 11, "LLC", llcHello),
        CarrierSample(link: 12, "raw", packet),
        CarrierSample(link: 12, "OpenBSD's loopback", [0, 0, 0, 24] + packet6, isIPv6: true),
        CarrierSample(link: 13, "enc", [0, 0, 0, 2, 1, 2, 3, 4, 0, 0, 0, 0] + packet),
        CarrierSample(link: 14, "raw", packet6, isIPv6: true),
        CarrierSample(link: 14, "PPP", [0xff, 3, 0, 0x21] + packet),
        CarrierSample(link: 17, "old pflog", [0, 0, 0, 2] + zeros(24) + packet),
        CarrierSample(link: 19, "LLC", llcHello),
        CarrierSample(link: 99, "Symantec", [1, 2, 3, 4, 5, 6, 8, 0] + zeros(36) + packet),
        CarrierSample(link: 100, "LLC", llcHello),
        CarrierSample(link: 100, "bridged", snap(7, organisation: [0, 0x80, 0xc2]) + [0, 0] + frame),
        CarrierSample(link: 100, "IP at once", packet),
        CarrierSample(link: 101, "raw", packet6, isIPv6: true),
        CarrierSample(link: 106, "IP at once", packet6, isIPv6: true),
        CarrierSample(link: 108, "loop", [0, 0, 0, 2] + packet),
        CarrierSample(link: 109, "little-endian family", [2, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0] + packet),
        CarrierSample(link: 110, "LAN emulation", [0, 7] + frame),
        CarrierSample(link: 113, "cooked", [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0] + packet),
        CarrierSample(link: 113, "cooked radiotap", [0, 0, 0x03, 0x23, 0, 0] + zeros(8) + [0, 4] + radiotapHello),
        CarrierSample(link: 113, "cooked without a header", [0, 0, 0xff, 0xfe, 0, 0] + zeros(8) + [0, 0] + packet),
        CarrierSample(
            link: 113, "cooked Frame Relay", [0, 0, 3, 2, 0, 0] + zeros(8) + [0, 0, 0x18, 0x41, 3, 0xcc] + packet),
        CarrierSample(link: 117, "pflog of FreeBSD", [61, 2, 0, 0] + Array("em0".utf8) + zeros(57) + packet),
        CarrierSample(link: 117, "pflog of OpenBSD", [100, 24, 0, 0] + zeros(96) + packet6, isIPv6: true),
        CarrierSample(link: 122, "IP over Fibre Channel", zeros(16) + llcHello),
        CarrierSample(link: 123, "LLC", [0x82, 0, 0, 42] + llcHello),
        CarrierSample(link: 123, "LANE", [0x01, 0, 0, 42, 0, 7] + frame),
        CarrierSample(link: 123, "raw", [0x80, 0, 0, 42] + packet),
        CarrierSample(link: 138, "FireWire", zeros(16) + [8, 0] + packet),
        CarrierSample(link: 149, "early PKTAP", pktap + frame),
        CarrierSample(link: 167, "Juniper PPPoE", juniper + frame),
        CarrierSample(link: 175, "ERF", erf(2) + [0, 0] + frame),
        CarrierSample(link: 176, "ERF", erf(1) + [0xff, 3, 0, 0x21] + packet),
        CarrierSample(link: 178, "Juniper Ethernet", juniper + frame),
        CarrierSample(
            link: 178, "extensions", [0x4d, 0x47, 0x43, 0x80, 0, 6, 1, 1, 0, 2, 1, 0] + frame),
        CarrierSample(link: 178, "without a link layer", [0x4d, 0x47, 0x43, 0x02, 0, 0, 0, 2] + packet),
        CarrierSample(link: 179, "Juniper PPP", juniper + [0, 0x21] + packet),
        CarrierSample(link: 180, "Juniper Frame Relay", juniper + [0x18, 0x41, 3, 0xcc] + packet),
        CarrierSample(link: 181, "Juniper Cisco HDLC", juniper + [0x0f, 0, 8, 0] + packet),
        CarrierSample(link: 192, "PPI of Ethernet", [0, 0] + little16(8) + little32(1) + frame),
        CarrierSample(
            link: 192, "PPI of 802.11",
            [0, 0] + little16(32) + little32(105) + little16(2) + little16(20) + zeros(20) + wirelessHello),
        CarrierSample(link: 197, "Ethernet", erf(2) + [0, 0] + frame),
        CarrierSample(link: 197, "extensions", erf(0x82) + [0x83] + zeros(7) + [3] + zeros(7) + [0, 0] + frame),
        CarrierSample(link: 197, "Cisco HDLC", erf(1) + [0x0f, 0, 8, 0] + packet),
        CarrierSample(link: 197, "Frame Relay", erf(10) + [0x18, 0x41, 3, 0xcc] + packet),
        CarrierSample(link: 197, "multichannel HDLC", erf(5) + zeros(4) + [0xff, 3, 0, 0x21] + packet),
        CarrierSample(link: 197, "AAL5", erf(4) + zeros(4) + llcHello),
        CarrierSample(link: 197, "IPv6", erf(23) + packet6, isIPv6: true),
        CarrierSample(link: 219, "label", [0, 2, 1, 64] + packet),
        CarrierSample(link: 226, "ipnet", [2, 26] + zeros(22) + packet6, isIPv6: true),
        CarrierSample(link: 228, "IPv4", packet),
        CarrierSample(link: 229, "IPv6", packet6, isIPv6: true),
        CarrierSample(link: 239, "little-endian", [2, 0, 0, 5] + attributes(little16) + packet),
        CarrierSample(link: 239, "big-endian", [2, 0, 0, 5] + attributes(big16) + packet),
        CarrierSample(link: 239, "bridge", [7, 0, 0, 5] + attributes(little16) + packet),
        CarrierSample(link: 240, "netANALYZER", [0, 4, 0, 0] + frame),
        CarrierSample(link: 241, "transparent", [0, 6, 0, 0] + preamble + frame),
        CarrierSample(link: 242, "four octets", [8, 0, 0, 0] + packet),
        CarrierSample(
            link: 242, "with addresses", zeros(20) + Array(repeating: 0xfe, count: 20) + [8, 0, 0, 0] + packet),
        CarrierSample(link: 258, "PKTAP", pktap + frame),
        CarrierSample(
            link: 258, "version 2",
            [52, 0, 0, 40, 0, 0] + little16(12) + zeros(28) + little32(0x80000) + Array("en0".utf8) + zeros(9) + packet),
        CarrierSample(link: 259, "EPON", zeros(6) + frame),
        CarrierSample(link: 274, "mPacket", preamble + frame),
        CarrierSample(
            link: 276, "cooked", [8, 0, 0, 0, 0, 0, 0, 3, 0, 1, 4, 6, 2, 0, 0, 0, 0, 1, 0, 0] + packet),
        CarrierSample(link: 281, "Broadcom's tag", macs + [0, 0, 0, 1, 8, 0] + packet),
        CarrierSample(link: 282, "Broadcom's tag", [0, 0, 0, 1] + frame),
        CarrierSample(link: 284, "Marvell's tag", macs + [0x40, 1, 0, 0, 8, 0] + packet),
        CarrierSample(link: 285, "Marvell's tag", macs + [0xda, 0xda, 0, 0, 0x40, 1, 0, 0, 8, 0] + packet),
    ]

    private static let preamble: [UInt8] = [0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xd5]
    private static let juniper: [UInt8] = [0x4d, 0x47, 0x43, 0x01]
    private static let pktap =
        little32(108) + little32(1) + little32(1) + Array("en0".utf8) + zeros(21) + zeros(72)

    private static func erf(_ type: UInt8) -> [UInt8] {
        [1, 2, 3, 4, 5, 6, 7, 8, type, 4] + big16(90) + [0, 0] + big16(82)
    }

    /// A packet header attribute, a prefix that needs padding, the packet's own header.
    private static func attributes(_ number: (Int) -> [UInt8]) -> [UInt8] {
        number(8) + number(1) + [8, 0, 1, 0] + number(7) + number(10) + [0x61, 0x62, 0, 0] + number(4 + packet.count)
            + number(9)
    }
}

extension CarrierSample {
    private static let multilinkLong: [UInt8] = [0, 0x3d, 0xc0, 0, 0, 1]

    static let serial: [CarrierSample] = [
        CarrierSample(link: 8, "SLIP", [1, 0x45] + zeros(14) + packet),
        CarrierSample(link: 9, "framed", [0xff, 3, 0, 0x57] + packet6, isIPv6: true),
        CarrierSample(link: 9, "both fields compressed", [0x21] + packet),
        CarrierSample(link: 9, "left uncompressed", [0, 0x2f] + vanJacobson),
        CarrierSample(link: 9, "bridged", [0, 0x31, 0, 1] + frame),
        CarrierSample(link: 9, "bridged with a LAN's number", [0, 0x31, 0x40, 1, 0, 0, 0, 9] + frame),
        CarrierSample(link: 9, "whole multilink packet", multilinkLong + [0, 0x21] + packet),
        CarrierSample(link: 9, "short sequence number", [0xff, 3, 0, 0x3d, 0xc0, 1, 0x21] + packet),
        CarrierSample(link: 9, "labels", [2, 0x81, 0, 2, 1, 64] + packet),
        CarrierSample(link: 9, "Cisco HDLC", [0x0f, 0, 8, 0] + packet),
        CarrierSample(link: 16, "Cisco HDLC", [0x0f, 0, 8, 0] + packet),
        CarrierSample(link: 50, "PPP", [0xff, 3, 0, 0x21] + packet),
        CarrierSample(link: 50, "Cisco HDLC", [0x8f, 0, 0x86, 0xdd] + packet6, isIPv6: true),
        CarrierSample(link: 51, "session", [0x11, 0, 0, 9, 0, 70, 0, 0x21] + packet),
        CarrierSample(link: 102, "SLIP", zeros(16) + packet),
        CarrierSample(link: 104, "IPv6", [0x0f, 0, 0x86, 0xdd] + packet6, isIPv6: true),
        CarrierSample(link: 107, "two octets", [0x18, 0x41, 3, 0xcc] + packet),
        CarrierSample(link: 107, "three octets and padding", [0x18, 0x40, 0x05, 3, 0, 0xcc] + packet),
        CarrierSample(link: 107, "four octets", [0x18, 0x40, 0x04, 0x05, 3, 0x8e] + packet6, isIPv6: true),
        CarrierSample(link: 107, "SNAP", [0x18, 0x41, 3, 0, 0x80, 0, 0, 0, 8, 0] + packet),
        CarrierSample(link: 107, "bridged", [0x18, 0x41, 3, 0, 0x80, 0, 0x80, 0xc2, 0, 7] + frame),
        CarrierSample(link: 107, "PPP", [0x18, 0x41, 3, 0xcf, 0, 0x21] + packet),
        CarrierSample(link: 107, "whole FRF.12 fragment", [0x18, 0x41, 3, 0xb1, 0xc0, 1, 3, 0xcc] + packet),
        CarrierSample(link: 107, "Cisco's", [0x18, 0x41, 8, 0] + packet),
        CarrierSample(link: 112, "Cisco HDLC", [0x0f, 0, 8, 0] + packet),
        CarrierSample(link: 166, "sent", [1, 3, 0, 0x21] + packet),
        CarrierSample(link: 166, "received", [0, 3, 0, 0x57] + packet6, isIPv6: true),
        CarrierSample(link: 204, "direction", [1, 0xff, 3, 0, 0x21] + packet),
        CarrierSample(link: 205, "direction", [0, 0x0f, 0, 8, 0] + packet),
        CarrierSample(link: 206, "direction", [1, 0x18, 0x41, 3, 0xcc] + packet),
    ]

    /// The packet with a connection's number in its protocol field (RFC 1144 3.2.2).
    private static let vanJacobson: [UInt8] = {
        var changed = packet
        changed[9] = 3
        return changed
    }()
}
