import FlatMemory
import TCPWire
import Testing

@Suite struct ChecksumTests {
    /// The header that explanations of this checksum work through: 172.16.10.99 > 172.16.10.12, TCP, checksum 0xb1e6.
    static let header: [UInt8] = [
        0x45, 0x00, 0x00, 0x3c, 0x1c, 0x46, 0x40, 0x00, 0x40, 0x06, 0xb1, 0xe6, 0xac, 0x10, 0x0a, 0x63, 0xac, 0x10,
        0x0a, 0x0c,
    ]

    @Test func knownIPv4Header() {
        #expect(IPv4Checksum.verify(in: Self.header.octets, at: 0) == .correct)
        var wrong = Self.header
        wrong[8] = 63
        #expect(IPv4Checksum.verify(in: wrong.octets, at: 0) == .wrong(expected: 0xb2e6))
        wrong[10] = 0
        wrong[11] = 0
        #expect(IPv4Checksum.verify(in: wrong.octets, at: 0) == .zero(expected: 0xb2e6))
    }

    @Test func ipv4HeaderThatIsNotThere() {
        for (octets, offset) in [([], 0), (Self.header, 1), (Self.header, -1), (Self.header, 99)] as [([UInt8], Int)] {
            #expect(IPv4Checksum.verify(in: octets.octets, at: offset) == .cannotVerify)
        }
    }

    /// Computed by hand from the words of pseudo-header and header: 127.0.0.1:40000 > 127.0.0.1:8080, SYN, sequence 1.
    @Test func knownSegment() {
        let loopback = IPAddress(ipv4: 0x7f00_0001)
        var builder = SegmentBuilder(
            from: Endpoint(address: loopback, port: 40000), to: Endpoint(address: loopback, port: 8080)
        ).syn(sequence: 1)
        builder.window = 0
        // 7f00+0001+7f00+0001+0006+0014 = fe1c; +9c40+1f90+0000+0001+0000+0000+5002+0000+0000 = 209ef -> 09f1
        #expect(builder.segment()[16...17] == [0xf6, 0x0e])
    }

    @Test(arguments: [Sample.hello, Sample.hello6]) func verdicts(hello: SegmentBuilder) {
        func verdict(_ builder: SegmentBuilder) -> ChecksumVerdict {
            let packet = builder.ipPacket()
            return TCPChecksum.verify(Decoded(packet, link: .raw).segment, in: packet.octets)
        }
        let segment = hello.segment()
        let right = UInt16(segment[16]) << 8 | UInt16(segment[17])
        var builder = hello
        #expect(verdict(builder) == .correct)
        builder.checksum = right ^ 0x0100
        #expect(verdict(builder) == .wrong(expected: right))
        builder.checksum = 0
        #expect(verdict(builder) == .zero(expected: right))
        builder.checksum = Self.pseudoHeaderSum(of: hello, length: segment.count)
        #expect(verdict(builder) == .partial(expected: right))
    }

    /// The sum of a pseudo-header, word by word.
    static func pseudoHeaderSum(of builder: SegmentBuilder, length: Int) -> UInt16 {
        var sum = UInt64(length + 6)
        for address in [builder.source.address, builder.destination.address] {
            for word in [address.high, address.low] {
                for shift in stride(from: 0, to: 64, by: 16) {
                    // The mapped prefix of an IPv4 address is not in its pseudo-header.
                    if address.isIPv4, shift >= 32 { continue }
                    sum += word >> UInt64(shift) & 0xffff
                }
            }
        }
        while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
        return UInt16(sum)
    }

    @Test func everyPayloadLength() {
        for length in 0..<70 {
            var builder = Sample.hello
            builder.payload = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
            let packet = builder.ipPacket()
            let segment = Decoded(packet, link: .raw).segment
            #expect(TCPChecksum.verify(segment, in: packet.octets) == .correct)
            var spoiled = packet
            spoiled[packet.count - 1] ^= 0x40
            #expect(TCPChecksum.verify(segment, in: spoiled.octets) != .correct)
        }
    }
}
