import TCPWire

extension CarrierSample {
    private static func tag(
        _ type: Int, _ description: String, _ header: [UInt8], _ rest: [UInt8], isIPv6: Bool = false, vlan: UInt16 = 0,
        provenByItsEnd: Bool = false
    ) -> CarrierSample {
        let digits = String(type, radix: 16)
        let row = "EtherType 0x" + String(repeating: "0", count: 4 - digits.count) + digits
        return CarrierSample(
            row, description, ethernet(type, header + rest), isIPv6: isIPv6, vlan: vlan,
            provenByItsEnd: provenByItsEnd)
    }

    static let tags: [CarrierSample] = [
        tag(0x0800, "IPv4", [], packet),
        tag(0x22e9, "congestion notification", [0, 5, 8, 0], packet),
        tag(0x22f3, "TRILL", [0x00, 0x3f, 0, 1, 0, 2], frame),
        tag(0x22f3, "TRILL with options", [0x00, 0x7f, 0, 1, 0, 2, 9, 9, 9, 9], frame),
        tag(0x3c13, "old PPPoE", [0x11, 0, 0, 9, 0, 70, 0, 0x21], packet),
        tag(0x6558, "Ethernet", [], frame),
        tag(0x6559, "Frame Relay", [0x18, 0x41, 3, 0xcc], packet),
        tag(0x8100, "priority", [0xe0, 6, 8, 0], packet, vlan: 6),
        tag(0x86dd, "IPv6", [], packet6, isIPv6: true),
        tag(0x880b, "PPP", [0, 0x21], packet),
        tag(0x8847, "Ethernet whose address looks like IPv4", [0, 2, 1, 64], pseudowire, provenByItsEnd: true),
        tag(0x8848, "control word", [0, 2, 1, 64, 0, 0, 0, 1], frame),
        tag(0x8864, "PPPoE", [0x11, 0, 0, 9, 0, 70, 0, 0x21], packet),
        tag(0x8870, "LLC", snap(0x0800), packet),
        tag(0x88a8, "two tags", [0, 5, 0x81, 0, 0, 6, 8, 0], packet, vlan: 6),
        tag(0x88e5, "in the clear", [0x00, 0, 0, 0, 0, 1, 8, 0], packet + zeros(16)),
        tag(0x88e5, "with a channel", [0x20, 0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 8, 0], packet + zeros(16)),
        tag(0x88e7, "I-tag", [0, 0, 0, 5], frame),
        tag(0x8903, "FabricPath", [0, 0x20], frame),
        tag(0x8909, "security group", [1, 1, 0, 1, 0, 9, 8, 0], packet),
        tag(0x8926, "VN-tag", [0x80, 5, 0, 6, 8, 0], packet),
        tag(0x892f, "HSR", [0, 74, 0, 1, 8, 0], packet),
        tag(0x893f, "E-tag", [0, 5, 0x10, 6, 0, 0, 8, 0], packet),
        tag(0x894f, "NSH of metadata 1", [0x0f, 0xc6, 1, 3, 0, 0, 1, 255] + zeros(16), frame),
        tag(0x894f, "NSH of metadata 2", [0x0f, 0xc2, 2, 2, 0, 0, 1, 255], packet6, isIPv6: true),
        tag(0x9100, "QinQ", [0, 5, 8, 0], packet, vlan: 5),
        tag(0x9200, "QinQ", [0, 5, 8, 0], packet, vlan: 5),
        tag(0x9300, "QinQ", [0, 5, 8, 0], packet, vlan: 5),
        tag(0xdada, "Marvell's tag", [0, 0, 0x40, 1, 0, 0, 8, 0], packet),
        tag(0xf1c1, "R-tag", [0, 0, 0, 9, 8, 0], packet),
    ]

    /// The first octets of this Ethernet header could begin an IPv4 header.
    private static let pseudowire: [UInt8] = [0x45, 0, 0, 60, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0] + packet
}
