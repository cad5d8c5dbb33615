import FlatMemory
import TCPWire
import Testing

@Suite struct ICMPErrorTests {
    static func read(_ packet: [UInt8]) -> ICMPError? {
        var error = ICMPError()
        let found = PacketDecoder.decodeQuoted(packet.octets, link: .raw, originalLength: packet.count, into: &error)
        #expect(found == (Decoded(packet, link: .raw).verdict == .quotedSegment))
        return found ? error : nil
    }

    @Test(
        arguments: [
            (3, 0, .networkUnreachable), (3, 1, .hostUnreachable), (3, 2, .protocolUnreachable),
            (3, 3, .portUnreachable),
            (3, 4, .fragmentationNeeded), (3, 9, .networkProhibited), (3, 10, .hostProhibited),
            (3, 13, .administrativelyProhibited), (4, 0, .sourceQuench), (5, 1, .redirect), (11, 0, .timeExceeded),
            (11, 1, .reassemblyTimeExceeded), (12, 0, .parameterProblem), (3, 99, .otherUnreachable),
        ] as [(UInt8, UInt8, ICMPReason)])
    func reasons(type: UInt8, code: UInt8, reason: ICMPReason) throws {
        let quote = Sample.hello.ipPacket().prefix(28)
        let error = try #require(Self.read(ipv4(1, [type, code, 0, 0, 0, 0, 5, 0xdc] + quote)))
        #expect(error.reason == reason)
        #expect(error.source == Sample.client && error.destination == Sample.server)
        #expect(error.sequence == 101)
        #expect(error.flags == nil)
        #expect(error.reporter.description == "192.0.2.1" && error.receiver.description == "192.0.2.2")
        #expect(error.mtu == (reason == .fragmentationNeeded ? 1500 : nil))
    }

    @Test(
        arguments: [
            (1, 0, .noRoute), (1, 1, .administrativelyProhibited), (1, 3, .addressUnreachable),
            (1, 4, .portUnreachable),
            (2, 0, .packetTooBig), (3, 0, .timeExceeded), (4, 1, .parameterProblem),
        ] as [(UInt8, UInt8, ICMPReason)])
    func reasonsOfVersion6(type: UInt8, code: UInt8, reason: ICMPReason) throws {
        let error = try #require(Self.read(ipv6(58, [type, code, 0, 0, 0, 0, 5, 0] + Sample.hello6.ipPacket())))
        #expect(error.reason == reason && error.isICMPv6)
        #expect(error.source == Sample.client6 && error.destination == Sample.server6)
        #expect(error.flags == [.psh, .ack])
        #expect(error.mtu == (reason == .packetTooBig ? 1280 : nil))
    }

    struct Sum: CustomTestStringConvertible, Sendable {
        var isICMPv6 = false
        var change: UInt16 = 0
        var fragment = 0
        var isCut = false
        let isDamaged: Bool
        var testDescription: String { "\(isICMPv6 ? "ICMPv6" : "ICMP"), \(change), \(fragment), \(isCut)" }
    }

    @Test(
        "a wrong checksum shows damage where all that it covers is there",
        arguments: [
            Sum(isDamaged: false), Sum(change: 1, isDamaged: true), Sum(change: 1, isCut: true, isDamaged: false),
            // More fragments follow.
            Sum(change: 1, fragment: 0x2000, isDamaged: false), Sum(isICMPv6: true, isDamaged: false),
            Sum(isICMPv6: true, change: 1, isDamaged: true),
        ]) func damage(_ row: Sum) throws
    {
        let quote = row.isICMPv6 ? Sample.hello6.ipPacket() : Sample.hello.ipPacket()
        var message: [UInt8] = [row.isICMPv6 ? 1 : 3, row.isICMPv6 ? 4 : 3, 0, 0, 0, 0, 0, 0] + quote
        func packet() -> [UInt8] {
            row.isICMPv6 ? ipv6(58, message) : ipv4(1, message, fragment: row.fragment)
        }
        var sum = InternetSum()
        if row.isICMPv6 {
            let whole = packet()
            sum.add(whole.octets, from: 8, to: 40)
            sum.add(
                ([0, 0] + [UInt8(message.count >> 8), UInt8(message.count & 0xff), 0, 0, 0, 58] as [UInt8]).octets,
                from: 0, to: 8)
        }
        sum.add(message.octets, from: 0, to: message.count)
        let field = sum.checksum &+ row.change
        (message[2], message[3]) = (UInt8(field >> 8), UInt8(field & 0xff))
        let whole = packet()
        var error = ICMPError()
        let octets = row.isCut ? Array(whole.dropLast()) : whole
        #expect(PacketDecoder.decodeQuoted(octets.octets, link: .raw, originalLength: whole.count, into: &error))
        #expect(error.isDamaged == row.isDamaged)
    }

    @Test func oldRouterSaysNoMTU() throws {
        let error = try #require(Self.read(ipv4(1, [3, 4, 0, 0, 0, 0, 0, 0] + Sample.hello.ipPacket())))
        #expect(error.mtu == nil)
    }

    @Test func whatQuotesNoTCP() {
        #expect(Self.read(ipv4(1, [8, 0, 0, 0, 0, 1, 0, 1] + Sample.hello.ipPacket())) == nil)
        #expect(Self.read(ipv4(1, [3, 3, 0, 0, 0, 0, 0, 0] + datagram(to: 53, [1]))) == nil)
        #expect(Self.read(ipv4(1, [3, 3, 0, 0, 0, 0, 0, 0] + Sample.hello.ipPacket().prefix(27))) == nil)
        #expect(
            Self.read(ipv4(1, [3, 3, 0, 0, 0, 0, 0, 0] + ipv4(6, InternetHeaderTests.segment, fragment: 5))) == nil)
        #expect(Self.read(Sample.hello.ipPacket()) == nil)
    }

    @Test func quotesInQuotesEnd() {
        var packet = Sample.hello.ipPacket()
        for _ in 0..<30 { packet = ipv4(1, [3, 3, 0, 0, 0, 0, 0, 0] + packet) }
        #expect(Self.read(packet) == nil)
    }

    @Test func reportShowsTheQuote() {
        let packet = ipv4(1, [3, 3, 0, 0, 0, 0, 0, 0] + Sample.hello.ipPacket().prefix(28))
        let report = HeaderReport(packet, link: .raw)
        #expect(report.layers.map(\.kind) == [.ipv4, .icmp, .ipv4, .tcp])
        #expect(report.layers[1].fields[1].meaning == "port unreachable")
        #expect(report.stop == .truncated(.tcp, have: 8, need: 20))
    }
}
