import TCPWire
import Testing

@Suite struct LinkLayerTests {
    static let links: [LinkType] = [
        .ethernet, .raw, .rawBSD, .rawOpenBSD, .null, .loop, .ppp, .linuxCooked, .linuxCooked2,
    ]

    @Test(arguments: links) func everyLinkTypeCarriesBothVersions(link: LinkType) throws {
        expectHello(try #require(Sample.hello.frame(link: link)), link: link)
        expectHello(try #require(Sample.hello6.frame(link: link)), link: link, ipv6: true)
    }

    @Test func rawTypesOfOneVersionTakeThatOneOnly() throws {
        expectHello(try #require(Sample.hello.frame(link: .rawIPv4)), link: .rawIPv4)
        expectHello(try #require(Sample.hello6.frame(link: .rawIPv6)), link: .rawIPv6, ipv6: true)
        #expect(Sample.hello6.frame(link: .rawIPv4) == nil)
        #expect(Decoded(Sample.hello6.ipPacket(), link: .rawIPv4).verdict == .malformed)
        #expect(Decoded(Sample.hello.ipPacket(), link: .rawIPv6).verdict == .malformed)
    }

    @Test(arguments: [10, 23, 24, 28, 30] as [UInt8]) func loopbackFamiliesInBothByteOrders(family: UInt8) {
        expectHello([family, 0, 0, 0] + Sample.hello6.ipPacket(), link: .null, ipv6: true)
        expectHello([0, 0, 0, family] + Sample.hello6.ipPacket(), link: .null, ipv6: true)
        expectHello([0, 0, 0, family] + Sample.hello6.ipPacket(), link: .loop, ipv6: true)
    }

    @Test func anotherFamilyIsNotIP() {
        #expect(Decoded([7, 0, 0, 0] + Sample.hello.ipPacket(), link: .null).verdict == .notIP)
        #expect(HeaderReport([7, 0, 0, 0, 1], link: .null).stop == .otherFamily(7))
    }

    @Test(arguments: [[], [5], [7, 5], [1, 2, 3, 4094]] as [[UInt16]]) func vlanTags(tags: [UInt16]) {
        expectHello(Sample.hello.ethernetFrame(vlans: tags), vlan: tags.last ?? 0)
    }

    @Test(arguments: [0x8100, 0x88a8, 0x9100]) func outerTagTypes(type: Int) {
        let inner = big16(0x2005) + big16(0x8100) + big16(0xe006) + big16(0x0800) + Sample.hello.ipPacket()
        expectHello(ethernet(type, inner), vlan: 6)
    }

    @Test func logicalLinkControl() {
        let snap: [UInt8] = [0xaa, 0xaa, 3, 0, 0, 0, 8, 0]
        expectHello(ethernet(76, snap + Sample.hello.ipPacket()))
        expectHello(ethernet(71, [6, 6, 3] + Sample.hello.ipPacket()))
        #expect(Decoded(ethernet(38, [0x42, 0x42, 3] + Array(repeating: 0, count: 40))).verdict == .notIP)
    }

    @Test(arguments: [0x8847, 0x8848]) func labelStack(type: Int) {
        let labels: [UInt8] = [0, 1, 0x00, 64, 0, 2, 0x01, 64]
        expectHello(ethernet(type, labels + Sample.hello.ipPacket()))
        expectHello(ethernet(type, labels + Sample.hello6.ipPacket()), ipv6: true)
    }

    @Test func pseudowires() {
        let label: [UInt8] = [0, 2, 0x01, 64]
        expectHello(ethernet(0x8847, label + Sample.hello.ethernetFrame(vlans: [9])), vlan: 9)
        expectHello(ethernet(0x8847, label + [0, 0, 0, 5] + Sample.hello.ethernetFrame()))
    }

    @Test func labelsWithoutBottomEnd() {
        let endless = Array(repeating: [0, 1, 0, 64] as [UInt8], count: 200).flatMap { $0 }
        #expect(Decoded(ethernet(0x8847, endless)).verdict == .malformed)
        #expect(Decoded(ethernet(0x8847, Array(endless.prefix(8)))).verdict == .truncated)
    }

    @Test func providerBackboneBridge() {
        let inner = Sample.hello.ethernetFrame(vlans: [4020])
        expectHello(ethernet(0x8100, big16(4051) + big16(0x88e7) + [0, 0x1e, 0xbb, 0x44] + inner), vlan: 4020)
    }

    @Test func fabricPath() {
        expectHello(ethernet(0x8903, [0, 0x20] + Sample.hello.ethernetFrame()))
    }

    @Test func pppOverEthernet() {
        let session: [UInt8] = [0x11, 0, 0x12, 0x34, 0, 86]
        expectHello(ethernet(0x8864, session + [0, 0x21] + Sample.hello.ipPacket()))
        expectHello(ethernet(0x8864, session + [0, 0x57] + Sample.hello6.ipPacket()), ipv6: true)
    }

    @Test(arguments: [[0xff, 3, 0, 0x21], [0, 0x21], [0x21], [0xff, 3, 0x21]] as [[UInt8]])
    func pppWithAndWithoutFraming(header: [UInt8]) {
        expectHello(header + Sample.hello.ipPacket(), link: .ppp)
    }

    @Test func pppControlIsNotIP() {
        #expect(Decoded([0xff, 3, 0xc0, 0x21, 1, 1, 0, 4], link: .ppp).verdict == .notIP)
    }

    @Test func whatIsNotIP() {
        #expect(Decoded(ethernet(0x0806, Array(repeating: 0, count: 46))).verdict == .notIP)
        #expect(Decoded(Sample.hello.ethernetFrame(), link: LinkType(rawValue: 999)).verdict == .otherLink)
        #expect(HeaderReport(ethernet(0x0806, [0]), link: .ethernet).stop == .otherEtherType(0x0806))
    }

    @Test func tagsWithoutEndAreTooDeep() {
        let tags = Array(repeating: [0, 1, 0x81, 0] as [UInt8], count: 1000).flatMap { $0 }
        #expect(Decoded(ethernet(0x8100, tags)).verdict == .malformed)
        #expect(HeaderReport(ethernet(0x8100, tags), link: .ethernet).stop == .tooDeep)
    }
}
