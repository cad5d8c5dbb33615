import TCPWire

extension CarrierSample {
    private static func inIP(
        _ number: UInt8, _ description: String, _ payload: [UInt8], isIPv6: Bool = false, depth: UInt8 = 1,
        provenByItsEnd: Bool = false
    ) -> CarrierSample {
        CarrierSample(
            "IP \(number)", description, link: .raw, ipv4(number, payload), isIPv6: isIPv6, tunnelDepth: depth,
            provenByItsEnd: provenByItsEnd)
    }

    private static func inGRE(
        _ type: Int, _ description: String, flags: [UInt8] = [0, 0], _ payload: [UInt8], isIPv6: Bool = false,
        provenByItsEnd: Bool = false
    ) -> CarrierSample {
        let digits = String(type, radix: 16)
        return CarrierSample(
            "GRE 0x" + String(repeating: "0", count: 4 - digits.count) + digits, description, link: .raw,
            ipv4(47, flags + big16(type) + payload), isIPv6: isIPv6, tunnelDepth: 1,
            provenByItsEnd: provenByItsEnd)
    }

    /// What encapsulating security puts behind a packet: padding to a multiple of four, its length, what was wrapped.
    private static func trailer(after count: Int, next: UInt8) -> [UInt8] {
        let padding = (4 - (count + 2) % 4) % 4
        return (0..<padding).map { UInt8($0 + 1) } + [UInt8(padding), next]
    }

    private static let spi: [UInt8] = [0, 0, 0x12, 0x34, 0, 0, 0, 1]

    static let tunnels: [CarrierSample] = [
        inIP(4, "IPv4", packet),
        inIP(41, "6in4", packet6, isIPv6: true),
        inIP(47, "GRE", [0, 0, 8, 0] + packet),
        inIP(50, "a tunnel in the clear", spi + packet + trailer(after: packet.count, next: 4) + zeros(12)),
        inIP(
            50, "IPv6 with a check value of 16", spi + packet6 + trailer(after: packet6.count, next: 41) + zeros(16),
            isIPv6: true, provenByItsEnd: true),
        inIP(
            50, "IPv6 behind an initialisation vector",
            spi + zeros(8) + packet6 + trailer(after: packet6.count, next: 41) + zeros(16), isIPv6: true,
            provenByItsEnd: true),
        inIP(94, "IP within IP", packet),
        inIP(97, "EtherIP", [0x30, 0] + frame),
        inIP(115, "L2TPv3 of Ethernet", [0, 0, 0, 9] + frame),
        inIP(115, "L2TPv3 with cookie and sublayer", [0, 0, 0, 9] + zeros(12) + frame),
        inIP(115, "L2TPv3 of PPP", [0, 0, 0, 9] + zeros(4) + [0xff, 3, 0, 0x21] + packet),
        inIP(115, "L2TPv3 of Cisco HDLC", [0, 0, 0, 9, 1, 2, 3, 4, 0x0f, 0, 8, 0] + packet),
        inIP(115, "L2TPv3 of IPv6", [0, 0, 0, 9] + packet6, isIPv6: true),
        inIP(137, "labels", [0, 2, 1, 64] + packet),
        inIP(143, "Ethernet", frame),
        inIP(145, "NSH", [0x0f, 0xc2, 2, 1, 0, 0, 1, 255] + packet),
        inGRE(0x0800, "source route", flags: [0x40, 0], zeros(4) + [8, 0, 4, 4, 10, 0, 0, 9] + zeros(4) + packet),
        inGRE(
            0x22eb, "ERSPAN III of IP", flags: [0x10, 0], [0, 0, 0, 6, 0x20, 1, 0, 9] + zeros(6) + [8, 0] + packet),
        inGRE(0x6400, "EoIP", flags: [0x20, 1], big16(82) + [7, 0] + frame),
        inGRE(0x6558, "NVGRE", flags: [0x20, 0], [0, 0x12, 0x34, 1] + frame),
        inGRE(0x6559, "Frame Relay", [0x18, 0x41, 3, 0xcc] + packet),
        inGRE(0x8200, "Aruba", wirelessHello),
        inGRE(0x9000, "Aruba's Ethernet", frame),
        inGRE(0x880b, "PPTP", flags: [0x30, 1], [0, 70, 0, 1, 0, 0, 0, 6, 0x21] + packet),
        inGRE(0x883e, "WCCP 1", packet),
        inGRE(0x883e, "WCCP 1 of IPv6", packet6, isIPv6: true),
        inGRE(0x883e, "WCCP 2", [0, 0, 0, 9] + packet),
        inGRE(0x883e, "WCCP 2 that looks like IPv4", [0x45, 0, 0, 40] + packet, provenByItsEnd: true),
        inGRE(0x88be, "ERSPAN I", frame),
        inGRE(0x894f, "NSH", [0x0f, 0xc2, 2, 3, 0, 0, 1, 255] + frame),
    ]
}

extension CarrierSample {
    private static func inUDP(
        _ port: Int, from source: Int = 50000, to destination: Int? = nil, _ description: String, _ payload: [UInt8],
        isIPv6: Bool = false, vlan: UInt16 = 0
    ) -> CarrierSample {
        CarrierSample(
            "UDP \(port)", description, link: .raw, datagram(from: source, to: destination ?? port, payload),
            isIPv6: isIPv6, tunnelDepth: 1, vlan: vlan)
    }

    private static let natPacket: [UInt8] = spi + packet + trailer(after: packet.count, next: 4) + zeros(12)

    static let datagrams: [CarrierSample] = [
        inUDP(1701, "no optional field", [0, 2, 0, 1, 0, 2, 0xff, 3, 0, 0x21] + packet),
        inUDP(1701, from: 1701, to: 40001, "an answer, protocol compressed", [0, 2, 0, 1, 0, 2, 0x21] + packet),
        inUDP(
            1701, "all of them",
            [0x4b, 2] + big16(90) + [0, 1, 0, 2, 0, 5, 0, 6, 0, 4, 9, 9, 9, 9, 0xff, 3, 0, 0x21] + packet + zeros(4)),
        inUDP(1701, "version 3", [0, 3, 0, 0, 0, 0, 0, 9, 1, 2, 3, 4] + frame),
        inUDP(2152, "length of the datagram", [0x30, 255, 0, 68, 0, 0, 0, 1] + packet),
        inUDP(2152, "session of Ethernet", [0x34, 255, 0, 90, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0x10, 9, 0] + frame),
        inUDP(3386, "version 0", [0x1e, 255] + big16(68) + zeros(16) + packet),
        inUDP(3544, "Teredo", packet6, isIPv6: true),
        inUDP(4341, "LISP", [0x80, 1, 2, 3, 0, 0, 0, 1] + packet),
        inUDP(4341, "LISP of IPv6", [0x08, 0, 0, 0, 0, 0, 9, 1] + packet6, isIPv6: true),
        inUDP(4341, "LISP-GPE", [0x0c, 0, 0, 3, 0, 0, 9, 0] + frame),
        inUDP(4500, "in the clear", natPacket),
        inUDP(4754, "key", [0x20, 0, 8, 0, 0, 0, 0, 5] + packet),
        inUDP(4789, "group policy", [0x88, 0, 0, 9, 0, 0, 5, 0] + frame),
        inUDP(4790, "IPv4", [0x0c, 0, 0, 1, 0, 0, 5, 0] + packet),
        inUDP(4790, "IPv6", [0x0c, 0, 0, 2, 0, 0, 5, 0] + packet6, isIPv6: true),
        inUDP(4790, "Ethernet", [0x08, 0, 0, 0, 0, 0, 5, 0] + frame),
        inUDP(4790, "NSH", [0x0c, 0, 0, 4, 0, 0, 5, 0, 0x0f, 0xc2, 2, 3, 0, 0, 1, 255] + frame),
        inUDP(4790, "labels", [0x0c, 0, 0, 5, 0, 0, 5, 0, 0, 2, 1, 64] + packet),
        inUDP(5072, "AYIYA", [0x41, 0x52, 0x11, 41, 1, 2, 3, 4] + zeros(16 + 20) + packet6, isIPv6: true),
        inUDP(5247, "802.3", [0x00, 0x10, 0x02, 0x00, 0, 0, 0, 0] + frame),
        inUDP(5247, "802.11", [0x00, 0x10, 0x03, 0x00, 0, 0, 0, 0] + wirelessHello),
        inUDP(5247, "802.11 in Cisco's order", [0x00, 0x10, 0x03, 0x00, 0, 0, 0, 0] + swapped),
        inUDP(5247, "radio's address", [0x00, 0x20, 0x03, 0x10, 0, 0, 0, 0, 6] + macs.prefix(6) + [0] + wirelessHello),
        inUDP(6080, "variant 0", [0x00, 4, 0, 0] + packet),
        inUDP(6080, "variant 0 with fields", [0x02, 41, 0x80, 0] + zeros(8) + packet6, isIPv6: true),
        inUDP(6080, "variant 1", packet),
        inUDP(6081, "Geneve with an option", [2, 0, 0x65, 0x58, 0, 0, 5, 0, 1, 2, 3, 1, 0, 0, 0, 0] + frame),
        inUDP(6635, "labels", [0, 2, 1, 64] + packet),
        inUDP(6635, "pseudo-wire", [0, 2, 1, 64, 0, 0, 0, 0] + frame),
        inUDP(8472, "old VXLAN", [8, 0, 0, 0, 0, 0, 5, 0] + Sample.hello.ethernetFrame(vlans: [9]), vlan: 9),
        inUDP(37008, "Ethernet", [1, 0, 0, 1, 1] + frame),
        inUDP(37008, "tags and padding", [1, 0, 0, 1, 0, 10, 1, 9, 0, 1] + frame),
    ]

    private static let swapped: [UInt8] = {
        var frame = wirelessHello
        frame.swapAt(0, 1)
        return frame
    }()
}
