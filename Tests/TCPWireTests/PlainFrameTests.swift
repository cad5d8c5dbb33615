import FlatMemory
import Testing

@testable import TCPWire

/// What is decoded in a straight line is decoded as the walk decodes it, whatever an octet says and wherever a frame ends.
@Suite struct PlainFrameTests {
    private static let frames = [
        Sample.hello.ethernetFrame(), Sample.hello6.ethernetFrame(),
        SegmentBuilder(from: Sample.client, to: Sample.server)
            .syn(sequence: 100, options: [.maximumSegmentSize(1460), .noOperation, .windowScale(7)]).ethernetFrame(),
        // A header without options and without payload, padded to Ethernet's least length.
        SegmentBuilder(from: Sample.client, to: Sample.server).ack(sequence: 1, acknowledgment: 2).ethernetFrame()
            + [0, 0, 0, 0, 0, 0],
    ]

    /// What both say, or `nil` where they say the same.
    private func difference(_ frame: [UInt8], link: LinkType = .ethernet, originalLength: Int? = nil) -> String? {
        let length = originalLength ?? frame.count
        var (short, long) = (SegmentHeader(), SegmentHeader())
        let verdict = PacketDecoder.decode(frame.octets, link: link, originalLength: length, into: &short)
        let walked = PacketDecoder.walk(frame.octets, link: link, originalLength: length, into: &long)
        guard verdict != walked || verdict == .segment && "\(short)" != "\(long)" else { return nil }
        return "\(verdict) \(short), walked: \(walked) \(long)"
    }

    @Test(arguments: frames)
    func theyAreTakenInAStraightLine(frame: [UInt8]) {
        var header = SegmentHeader()
        #expect(PacketDecoder.decodePlain(frame.octets, into: &header))
        #expect(difference(frame) == nil)
        #expect(difference(frame, originalLength: frame.count + 1000) == nil)
        #expect(difference(frame, link: .linuxCooked) == nil)
    }

    @Test(arguments: frames)
    func anyOctetMayBeAnother(frame: [UInt8]) {
        for place in 12..<min(frame.count, 96) {
            let octet = frame[place]
            for other in [0, 1, 0x3f, 0x40, 0x7f, 0x80, 0xff, octet &+ 1, octet &- 1, octet ^ 0x10, octet ^ 0x20] {
                var changed = frame
                changed[place] = other
                if let difference = difference(changed) { Issue.record("octet \(place) = \(other): \(difference)") }
            }
        }
    }

    @Test(arguments: frames)
    func aFrameMayEndAnywhere(frame: [UInt8]) {
        for length in 0..<frame.count {
            let cut = Array(frame[..<length])
            for originalLength in [length, frame.count] {
                if let difference = difference(cut, originalLength: originalLength) {
                    Issue.record("\(length) octets: \(difference)")
                }
            }
        }
    }

    @Test(arguments: frames)
    func lengthFieldsMayLie(frame: [UInt8]) {
        let isIPv4 = frame[12] == 8
        let field = isIPv4 ? 16 : 18
        for length in Array(0...120) + [1500, 0xffff] {
            var changed = frame
            (changed[field], changed[field + 1]) = (UInt8(length >> 8), UInt8(length & 0xff))
            if let difference = difference(changed) { Issue.record("length \(length): \(difference)") }
        }
    }
}
