import TCPWire
import Testing

@Suite struct TunnelTests {
    static let packet = Sample.hello.ipPacket()
    static let packet6 = Sample.hello6.ipPacket()

    @Test func ipInIP() {
        expectHello(ipv4(4, Self.packet), link: .raw, tunnelDepth: 1)
        expectHello(ipv4(41, Self.packet6), link: .raw, ipv6: true, tunnelDepth: 1)
        expectHello(ipv6(4, Self.packet), link: .raw, tunnelDepth: 1)
        expectHello(ipv6(41, ipv4(4, Self.packet)), link: .raw, tunnelDepth: 2)
    }

    @Test func ethernetInIP() {
        expectHello(ipv4(97, [0x30, 0] + Sample.hello.ethernetFrame(vlans: [3])), link: .raw, tunnelDepth: 1, vlan: 3)
        expectHello(ipv4(137, [0, 2, 1, 64] + Self.packet), link: .raw, tunnelDepth: 1)
    }

    /// Header octets, and what they carry.
    static let encapsulations: [(String, [UInt8], [UInt8])] = [
        ("plain", [0, 0, 8, 0], packet),
        ("checksum", [0x80, 0, 8, 0, 1, 2, 0, 0], packet),
        ("key", [0x20, 0, 8, 0, 0, 0, 0, 5], packet),
        ("checksum, key, sequence", [0xb0, 0, 8, 0, 1, 2, 0, 0, 0, 0, 0, 5, 0, 0, 0, 6], packet),
        ("Ethernet", [0, 0, 0x65, 0x58], Sample.hello.ethernetFrame()),
        ("MPLS", [0, 0, 0x88, 0x47, 0, 2, 1, 64], packet),
        ("ERSPAN I", [0, 0, 0x88, 0xbe], Sample.hello.ethernetFrame()),
        ("ERSPAN II", [0x10, 0, 0x88, 0xbe, 0, 0, 0, 6, 0x10, 1, 0, 9, 0, 0, 0, 1], Sample.hello.ethernetFrame()),
        (
            "ERSPAN III", [0x10, 0, 0x22, 0xeb, 0, 0, 0, 6, 0x20, 1, 0, 9, 0, 0, 0, 1, 0, 0, 0, 0],
            Sample.hello.ethernetFrame()
        ),
        (
            "ERSPAN III with subheader",
            [0x10, 0, 0x22, 0xeb, 0, 0, 0, 6, 0x20, 1, 0, 9, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
            Sample.hello.ethernetFrame()
        ),
        ("PPTP", [0x30, 0x01, 0x88, 0x0b, 0, 88, 0, 1, 0, 0, 0, 6, 0xff, 3, 0, 0x21], packet),
        ("PPTP, acknowledged", [0x30, 0x81, 0x88, 0x0b, 0, 88, 0, 1, 0, 0, 0, 6, 0, 0, 0, 1, 0x21], packet),
    ]

    @Test(arguments: encapsulations) func genericRouting(name: String, header: [UInt8], inner: [UInt8]) {
        expectHello(ipv4(47, header + inner), link: .raw, tunnelDepth: 1)
    }

    @Test func genericRoutingOfIPv6() {
        expectHello(ipv4(47, [0, 0, 0x86, 0xdd] + Self.packet6), link: .raw, ipv6: true, tunnelDepth: 1)
        expectHello(ipv6(47, [0, 0, 8, 0] + Self.packet), link: .raw, tunnelDepth: 1)
    }

    @Test func acknowledgmentOnlyPPTPCarriesNothing() {
        #expect(
            Decoded(ipv4(47, [0x20, 0x81, 0x88, 0x0b, 0, 0, 0, 1, 0, 0, 0, 1]), link: .raw).verdict == .otherTransport)
    }

    @Test func virtualLANs() {
        let vxlan: [UInt8] = [8, 0, 0, 0, 0, 0, 5, 0]
        expectHello(datagram(to: 4789, vxlan + Sample.hello.ethernetFrame()), link: .raw, tunnelDepth: 1)
        let geneve: [UInt8] = [2, 0, 0x65, 0x58, 0, 0, 5, 0, 1, 2, 3, 1, 0, 0, 0, 0]
        expectHello(datagram(to: 6081, geneve + Sample.hello.ethernetFrame()), link: .raw, tunnelDepth: 1)
        expectHello(
            datagram(to: 6081, [0, 0, 8, 0, 0, 0, 5, 0] + Self.packet), link: .raw, tunnelDepth: 1)
    }

    @Test func genericRoutingInUDP() {
        expectHello(datagram(to: 4754, [0, 0, 8, 0] + Self.packet), link: .raw, tunnelDepth: 1)
    }

    @Test(
        arguments: [
            [0x30, 255, 0, 68, 0, 0, 0, 1],
            [0x32, 255, 0, 72, 0, 0, 0, 1, 0, 1, 0, 0],
            [0x34, 255, 0, 76, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0x10, 9, 0],
        ] as [[UInt8]])
    func mobileUserPlane(header: [UInt8]) {
        expectHello(datagram(to: 2152, header + Self.packet), link: .raw, tunnelDepth: 1)
        expectHello(datagram(from: 2152, to: 5906, header + Self.packet), link: .raw, tunnelDepth: 1)
    }

    @Test func mobileExtensionOfLengthZeroEnds() {
        let header: [UInt8] = [0x34, 255, 0, 92, 0, 0, 0, 1, 0, 0, 0, 0x85, 0, 0x10, 9, 0x85]
        #expect(Decoded(datagram(to: 2152, header + Self.packet), link: .raw).verdict == .otherTransport)
    }

    @Test func teredo() {
        expectHello(datagram(to: 3544, Self.packet6), link: .raw, ipv6: true, tunnelDepth: 1)
        let origin: [UInt8] = [0, 0, 1, 2, 3, 4, 5, 6]
        expectHello(datagram(from: 3544, to: 50000, origin + Self.packet6), link: .raw, ipv6: true, tunnelDepth: 1)
        let authentication: [UInt8] = [0, 1, 1, 2, 9, 8, 8] + Array(repeating: 0, count: 9)
        expectHello(datagram(to: 3544, authentication + origin + Self.packet6), link: .raw, ipv6: true, tunnelDepth: 1)
    }

    @Test func aPortIsNoProofOfATunnel() {
        #expect(
            Decoded(datagram(to: 3544, Array("not IPv6 at all, not even nearly so".utf8)), link: .raw).verdict
                == .otherTransport)
        #expect(Decoded(datagram(to: 2152, Array(repeating: 0, count: 90)), link: .raw).verdict == .otherTransport)
        #expect(
            Decoded(
                datagram(to: 4789, [8, 0, 0, 0, 0, 0, 5, 0] + ethernet(0x0800, Array(repeating: 0x77, count: 40))),
                link: .raw
            ).verdict == .otherTransport)
        let report = HeaderReport(
            datagram(to: 4789, [8, 0, 0, 0, 0, 0, 5, 0] + ethernet(0x0800, Array(repeating: 0x77, count: 40))),
            link: .raw)
        #expect(report.layers.map(\.kind) == [.ipv4, .udp])
        #expect(report.stop == .otherProtocol(17))
    }

    @Test func tunnelsWithoutEndAreTooDeep() {
        var packet = Self.packet
        for _ in 0..<40 { packet = ipv4(4, packet) }
        #expect(Decoded(packet, link: .raw).verdict == .malformed)
        #expect(HeaderReport(packet, link: .raw).stop == .tooDeep)
    }
}
