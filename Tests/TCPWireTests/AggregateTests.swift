import FlatMemory
import TCPWire
import Testing

/// Several MSDUs in one 802.11 frame (IEEE 802.11-2020 9.3.2.2.2), each found by its place.
@Suite struct AggregateTests {
    private static let arp = snap(0x0806) + [0, 1, 8, 0] + zeros(24)

    /// A data frame with these in it; all but the last are padded.
    private static func frame(_ bodies: [[UInt8]], qos: [UInt8] = [0x80, 0]) -> [UInt8] {
        var content: [UInt8] = []
        for body in bodies { content += zeros((4 - content.count % 4) % 4) + macs + big16(body.count) + body }
        return CarrierSample.dataFrame(control: 0x88, flags: 1, qos: qos) + content
    }

    /// The verdicts of all parts, and where their segments lie.
    private static func parts(_ frame: [UInt8], link: UInt16 = 105) -> [(
        verdict: PacketVerdict, segment: SegmentHeader
    )] {
        var (part, count) = (0, 1)
        var found: [(PacketVerdict, SegmentHeader)] = []
        while part < count {
            var segment = SegmentHeader()
            var finding = PacketDecoder.Finding()
            let verdict = PacketDecoder.decode(
                frame.octets, link: LinkType(rawValue: link), originalLength: frame.count, part: part, into: &segment,
                noting: &finding)
            count = finding.partCount
            found.append((verdict, segment))
            part += 1
        }
        return found
    }

    private static let hello = snap(0x0800) + CarrierSample.packet
    private static let hello6 = snap(0x86dd) + CarrierSample.packet6

    @Test(
        "each by its place",
        arguments: [
            ([hello, arp, hello6], [PacketVerdict.segment, .notIP, .segment]),
            ([hello, hello], [.segment, .segment]),
            ([arp, hello], [.notIP, .segment]),
            ([hello], [.segment]),
        ])
    func places(bodies: [[UInt8]], verdicts: [PacketVerdict]) {
        let frame = Self.frame(bodies)
        let parts = Self.parts(frame)
        #expect(parts.map(\.verdict) == verdicts)
        for part in parts where part.verdict == .segment {
            #expect(part.segment.sequence == 101 && part.segment.payloadLength == 16)
            #expect(TCPChecksum.verify(part.segment, in: frame.octets) == .correct)
        }
        let report = HeaderReport(frame, link: LinkType(rawValue: 105))
        #expect(report.verdict == .segment && report.partCount == bodies.count)
        for (place, verdict) in verdicts.enumerated() {
            let one = HeaderReport(frame, link: LinkType(rawValue: 105), part: place)
            #expect(one.verdict == verdict && one.layers.filter { $0.kind == .subframe }.count == 1)
        }
    }

    @Test("mesh control stands in each") func mesh() {
        let control: [UInt8] = [0, 31, 1, 0, 0, 0]
        let frame = Self.frame([control + Self.hello, control + Self.hello6], qos: [0x80, 1])
        #expect(Self.parts(frame).map(\.verdict) == [.segment, .segment])
    }

    @Test("within radiotap that keeps the check sequence, and within CAPWAP") func within() {
        let frame = Self.frame([Self.hello, Self.hello6])
        let radiotap: [UInt8] = [0, 0] + little16(9) + little32(2) + [0x10]
        #expect(Self.parts(radiotap + frame + [1, 2, 3, 4], link: 127).map(\.verdict) == [.segment, .segment])
        // 802.11, a header of 8 octets.
        let capwap = datagram(to: 5247, [0x00, 0x10, 0x03, 0x00, 0, 0, 0, 0] + frame)
        #expect(Self.parts(capwap, link: 101).map(\.verdict) == [.segment, .segment])
        let other = datagram(to: 5247, [0x00, 0x10, 0x03, 0x00, 0, 0, 0, 0] + Self.frame([Self.arp, Self.hello]))
        #expect(Self.parts(other, link: 101).map(\.verdict) == [.otherTransport, .segment])
    }

    @Test("near misses: a length of zero, a frame that ends, more than are told apart, no aggregate") func near() {
        let zero = Self.frame([Self.hello]) + zeros(2) + macs + [0, 0] + Self.hello
        #expect(Self.parts(zero).map(\.verdict) == [.segment])
        let whole = Self.frame([Self.hello, Self.hello6])
        #expect(Self.parts(Array(whole.dropLast(60))).map(\.verdict) == [.segment, .truncated])
        // The second one's length was not captured.
        #expect(Self.parts(Array(whole.prefix(26 + 92 + 13))).map(\.verdict) == [.segment])
        #expect(Self.parts(Array(whole.prefix(26 + 13))).map(\.verdict) == [.truncated])
        let many = Self.frame(Array(repeating: Self.hello, count: 70))
        #expect(Self.parts(many).count == PacketDecoder.mostParts)
        let plain = CarrierSample.dataFrame(control: 0x88, flags: 1, qos: [0, 0]) + Self.hello
        #expect(Self.parts(plain).map(\.verdict) == [.segment])
        // A length that reaches behind the frame: what is there is read.
        var long = Self.frame([Self.hello])
        long[26 + 12] = 0xff
        #expect(Self.parts(long).map(\.verdict) == [.segment])
    }
}
