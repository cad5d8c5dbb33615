import FlatMemory
import TCPWire
import Testing

@Suite struct InternetHeaderTests {
    static let segment = Array(Sample.hello.ipPacket().dropFirst(20))

    @Test func paddingIsNotPayload() {
        let ack = SegmentBuilder(from: Sample.client, to: Sample.server).ack(sequence: 1, acknowledgment: 1)
        let frame = ack.ethernetFrame() + Array(repeating: 0xff, count: 6)
        let decoded = Decoded(frame)
        #expect(frame.count == 60)
        #expect(decoded.segment.payloadLength == 0 && decoded.segment.capturedPayloadLength == 0)
        #expect(TCPChecksum.verify(decoded.segment, in: frame.octets) == .correct)
    }

    @Test(arguments: [4, 20, 40]) func ipv4Options(length: Int) {
        let packet = ipv4(6, Self.segment, options: Array(repeating: 1, count: length))
        let decoded = Decoded(ethernet(0x0800, packet))
        #expect(decoded.verdict == .segment)
        #expect(decoded.segment.tcpOffset == 34 + UInt32(length))
        #expect(decoded.segment.payloadLength == 16)
        #expect(decoded.segment.identification == 42 && decoded.segment.hopLimit == 64)
    }

    @Test func totalLengthZeroMeansTheFramesOwn() {
        let packet = ipv4(6, Self.segment, totalLength: 0)
        #expect(Decoded(packet, link: .raw).segment.payloadLength == 16)
        let cut = Decoded(Array(packet.prefix(60)), link: .raw, originalLength: 70000)
        #expect(cut.verdict == .segment)
        #expect(cut.segment.payloadLength == 70000 - 52)
        #expect(cut.segment.capturedPayloadLength == 8)
    }

    @Test func builderLeavesZeroWhereTheLengthDoesNotFit() {
        var builder = Sample.hello
        builder.payload = Array(repeating: 0x61, count: 70000)
        let packet = builder.ipPacket()
        let decoded = Decoded(packet, link: .raw)
        #expect(decoded.segment.payloadLength == 70000)
        #expect(TCPChecksum.verify(decoded.segment, in: packet.octets) == .correct)
        builder.source = Sample.client6
        builder.destination = Sample.server6
        #expect(Decoded(builder.ipPacket(), link: .raw).segment.payloadLength == 70000)
    }

    @Test func snapLengthCutsPayload() {
        let decoded = Decoded(Array(Sample.hello.ethernetFrame().prefix(70)), originalLength: 82)
        #expect(decoded.verdict == .segment)
        #expect(decoded.segment.payloadLength == 16 && decoded.segment.capturedPayloadLength == 4)
        #expect(!decoded.segment.optionsTruncated)
    }

    @Test func snapLengthCutsOptions() {
        let frame = Array(Sample.hello.ethernetFrame().prefix(60))
        let decoded = Decoded(frame, originalLength: 82)
        #expect(decoded.verdict == .segment)
        #expect(decoded.segment.optionsTruncated)
        #expect(decoded.segment.payloadLength == 16 && decoded.segment.capturedPayloadLength == 0)
        #expect(decoded.segment.timestamps(in: frame.octets) == nil)
        #expect(TCPChecksum.verify(decoded.segment, in: frame.octets) == .cannotVerify)
    }

    @Test func firstFragmentIsASegmentWhoseEndIsNotKnown() {
        let packet = ipv4(6, Array(Self.segment.prefix(40)), fragment: 0x2000)
        let decoded = Decoded(packet, link: .raw)
        #expect(decoded.verdict == .segment)
        #expect(decoded.segment.isFirstFragment)
        #expect(decoded.segment.payloadLength == 8)
        #expect(TCPChecksum.verify(decoded.segment, in: packet.octets) == .cannotVerify)
    }

    @Test func laterFragmentsHaveNoPorts() {
        #expect(Decoded(ipv4(6, Self.segment, fragment: 0x0003), link: .raw).verdict == .fragment)
        #expect(HeaderReport(ipv4(6, Self.segment, fragment: 3), link: .raw).stop == .laterFragment)
        #expect(Decoded(ipv6(44, [6, 0, 0, 8, 0, 0, 0, 1] + Self.segment), link: .raw).verdict == .fragment)
    }

    @Test func firstFragmentTooShortForTheHeader() {
        #expect(Decoded(ipv4(6, Array(Self.segment.prefix(8)), fragment: 0x2000), link: .raw).verdict == .fragment)
        #expect(Decoded(ipv4(6, Array(Self.segment.prefix(24)), fragment: 0x2000), link: .raw).verdict == .fragment)
    }

    @Test func tunnelledSegmentWhoseOuterPacketIsAFragment() {
        let whole = Sample.hello.ipPacket()
        let decoded = Decoded(ipv4(4, Array(whole.prefix(60)), fragment: 0x2000), link: .raw)
        #expect(decoded.verdict == .segment)
        #expect(!decoded.segment.isFirstFragment)
        #expect(decoded.segment.payloadLength == 16 && decoded.segment.capturedPayloadLength == 8)
    }

    @Test func ipv6ExtensionHeaders() {
        let hopByHop: [UInt8] = [43, 0, 1, 4, 0, 0, 0, 0]
        let routing: [UInt8] = [60, 2, 0, 0] + Array(repeating: 0, count: 20)
        let destination: [UInt8] = [44, 0, 1, 4, 0, 0, 0, 0]
        let atomicFragment: [UInt8] = [51, 0, 0, 0, 0, 0, 1, 0]
        let authentication: [UInt8] = [6, 4] + Array(repeating: 0, count: 22)
        let chain = hopByHop + routing + destination + atomicFragment + authentication
        let decoded = Decoded(ipv6(0, chain + Self.segment), link: .raw)
        #expect(decoded.verdict == .segment)
        #expect(decoded.segment.payloadLength == 16)
        #expect(decoded.segment.identification == 256)
        #expect(!decoded.segment.isFirstFragment)
        let kinds = HeaderReport(ipv6(0, chain + Self.segment), link: .raw).layers.map(\.kind)
        #expect(
            kinds == [
                .ipv6, .extensionHeader, .extensionHeader, .extensionHeader, .fragmentHeader, .authenticationHeader,
                .tcp,
            ])
    }

    @Test func firstFragmentOfIPv6() {
        let decoded = Decoded(ipv6(44, [6, 0, 0, 1, 0, 0, 0, 9] + Self.segment), link: .raw)
        #expect(decoded.verdict == .segment && decoded.segment.isFirstFragment)
        #expect(decoded.segment.identification == 9)
    }

    @Test func extensionHeadersWithoutEnd() {
        let endless = Array(repeating: [0, 0, 1, 4, 0, 0, 0, 0] as [UInt8], count: 500).flatMap { $0 }
        #expect(Decoded(ipv6(0, endless), link: .raw).verdict == .malformed)
    }

    @Test func authenticationHeaderInIPv4() {
        let header: [UInt8] = [6, 1] + Array(repeating: 0, count: 10)
        #expect(Decoded(ipv4(51, header + Self.segment), link: .raw).verdict == .segment)
    }

    @Test func otherTransports() {
        #expect(Decoded(ipv4(2, [0x16, 0, 0, 0]), link: .raw).verdict == .otherTransport)
        #expect(Decoded(datagram(to: 53, [1, 2, 3]), link: .raw).verdict == .otherTransport)
        #expect(Decoded(ipv6(59, []), link: .raw).verdict == .otherTransport)
        #expect(HeaderReport(ipv4(132, [0]), link: .raw).stop == .otherProtocol(132))
    }

    @Test func trafficClassIsReadFromBothVersions() {
        var builder = Sample.hello
        builder.trafficClass = 0xb9
        #expect(Decoded(builder.ipPacket(), link: .raw).segment.trafficClass == 0xb9)
        builder.source = Sample.client6
        #expect(Decoded(builder.ipPacket(), link: .raw).segment.trafficClass == 0xb9)
    }
}
