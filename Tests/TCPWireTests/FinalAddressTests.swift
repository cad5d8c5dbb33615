import TCPWire
import Testing

/// A connection's ends, and the addresses of TCP's pseudo-header, are the last ones (RFC 791 3.1, RFC 8200 8.1).
@Suite struct FinalAddressTests {
    private static let segment = Array(Sample.hello.ipPacket().dropFirst(20))
    private static let segment6 = Array(Sample.hello6.ipPacket().dropFirst(40))
    private static let client: [UInt8] = [10, 0, 0, 1]
    private static let server: [UInt8] = [10, 0, 0, 2]
    private static let waypoint: [UInt8] = [192, 0, 2, 9]

    private static func ip4(to destination: [UInt8], options: [UInt8]) -> [UInt8] {
        let header = 20 + options.count
        return [0x40 | UInt8(header / 4), 0] + big16(header + segment.count) + [0, 1, 0, 0, 64, 6, 0, 0] + client
            + destination + options + segment
    }

    @Test(arguments: [131, 137] as [UInt8]) func aRouteThatIsNotFinished(type: UInt8) {
        let one = [type, 7, 4] + Self.server + [0]
        expectHello(Self.ip4(to: Self.waypoint, options: one), link: .raw)
        let second = [1, type, 11, 8] + Self.waypoint + Self.server
        expectHello(Self.ip4(to: Self.waypoint, options: second), link: .raw)
        let behindAnother = [7, 3, 4, type, 7, 4] + Self.server + [0, 0]
        expectHello(Self.ip4(to: Self.waypoint, options: behindAnother), link: .raw)
    }

    @Test(
        arguments: [
            [131, 7, 8] + waypoint + [0],
            [131, 3, 4, 0],
            [131, 40, 4] + waypoint + [0],
            [0, 131, 7, 4] + waypoint,
            [131, 0, 4] + waypoint + [0],
        ] as [[UInt8]])
    func whatLeadsNoFurther(options: [UInt8]) {
        expectHello(Self.ip4(to: Self.server, options: options), link: .raw)
    }

    // MARK: IPv6

    private static func octets(_ address: IPAddress) -> [UInt8] {
        (0..<16).map { index in
            let word = index < 8 ? address.high : address.low
            return UInt8(truncatingIfNeeded: word >> UInt64((7 - index % 8) * 8))
        }
    }

    private static let client6 = octets(Sample.client6.address)
    private static let server6 = octets(Sample.server6.address)
    private static let waypoint6: [UInt8] = [0x20, 1, 0x0d, 0xb8] + Array(repeating: 0, count: 11) + [0x99]

    private static func ip6(from source: [UInt8]? = nil, to destination: [UInt8], _ next: UInt8, _ header: [UInt8])
        -> [UInt8]
    {
        [0x60, 0, 0, 0] + big16(header.count + segment6.count) + [next, 64] + (source ?? client6) + destination + header
            + segment6
    }

    @Test func routingHeaders() {
        let toWaypoint = Self.waypoint6
        expectHello(
            Self.ip6(to: toWaypoint, 43, [6, 2, 0, 1, 0, 0, 0, 0] + Self.server6), link: .raw, ipv6: true)
        expectHello(
            Self.ip6(to: toWaypoint, 43, [6, 4, 0, 1, 0, 0, 0, 0] + Self.waypoint6 + Self.server6), link: .raw,
            ipv6: true)
        expectHello(
            Self.ip6(to: toWaypoint, 43, [6, 2, 2, 1, 0, 0, 0, 0] + Self.server6), link: .raw, ipv6: true)
        // Segment routing: the list is written backwards, and the first on the way may be left out of it.
        expectHello(
            Self.ip6(to: toWaypoint, 43, [6, 4, 4, 1, 1, 0, 0, 0] + Self.server6 + Self.waypoint6), link: .raw,
            ipv6: true)
        expectHello(
            Self.ip6(to: toWaypoint, 43, [6, 2, 4, 1, 0, 0, 0, 0] + Self.server6), link: .raw, ipv6: true)
        // RPL: fifteen octets of the destination are shared.
        expectHello(
            Self.ip6(to: toWaypoint, 43, [6, 1, 3, 1, 0xff, 0x70, 0, 0, 2] + zeros(7)), link: .raw, ipv6: true)
    }

    @Test(
        arguments: [
            [6, 2, 0, 0, 0, 0, 0, 0] + waypoint6,
            [6, 2, 4, 0, 0, 0, 0, 0] + waypoint6,
            [6, 2, 0, 2, 0, 0, 0, 0] + waypoint6,
            [6, 2, 253, 1, 0, 0, 0, 0] + waypoint6,
            [6, 0, 4, 1, 0, 0, 0, 0],
        ] as [[UInt8]])
    func routingHeadersThatLeadNoFurther(header: [UInt8]) {
        expectHello(Self.ip6(to: Self.server6, 43, header), link: .raw, ipv6: true)
    }

    @Test func homeAddress() {
        let option = [6, 2, 1, 2, 0, 0, 0xc9, 16] + Self.client6
        expectHello(Self.ip6(from: Self.waypoint6, to: Self.server6, 60, option), link: .raw, ipv6: true)
        let other = [6, 2, 1, 2, 0, 0, 0x09, 16] + Self.waypoint6
        expectHello(Self.ip6(to: Self.server6, 60, other), link: .raw, ipv6: true)
    }

    @Test func minimalEncapsulation() {
        var header: [UInt8] = [6, 0x80, 0, 0] + Self.server + Self.client
        let sum = header.enumerated().reduce(0) { $0 + Int($1.element) << ($1.offset % 2 == 0 ? 8 : 0) }
        let folded = ~((sum & 0xffff) + (sum >> 16)) & 0xffff
        (header[2], header[3]) = (UInt8(folded >> 8), UInt8(folded & 0xff))
        expectHello(ipv4(55, header + Self.segment), link: .raw)
    }

    @Test func theReportShowsTheRoute() throws {
        let report = HeaderReport(
            Self.ip4(to: Self.waypoint, options: [131, 7, 4] + Self.server + [0]), link: .raw)
        let fields = report.layers[0].fields
        #expect(fields.contains { $0.name == "Route Address" && $0.meaning == "10.0.0.2" })
        let routed = HeaderReport(
            Self.ip6(to: Self.waypoint6, 43, [6, 2, 0, 1, 0, 0, 0, 0] + Self.server6), link: .raw)
        #expect(routed.layers.map(\.kind) == [.ipv6, .routingHeader, .tcp])
        #expect(routed.layers[1].fields.last?.meaning == "2001:db8::2")
        #expect(routed.layers[2].checksum == .correct)
    }
}
