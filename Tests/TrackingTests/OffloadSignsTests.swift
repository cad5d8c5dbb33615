import FlatMemory
import TCPWire
import Testing
import Tracking
import Transcripts

/// What a capture's segments show of the network card's part of the work.
@Suite struct OffloadSignsTests {
    private static let client = SegmentBuilder(from: Sample.client, to: Sample.server)
    private static let server = SegmentBuilder(from: Sample.server, to: Sample.client)

    private static func signs(_ segments: [SegmentBuilder]) -> OffloadSigns {
        var signs = OffloadSigns()
        for segment in segments {
            let frame = segment.ethernetFrame()
            signs.take(frame.octets, link: .ethernet, originalLength: frame.count)
        }
        return signs
    }

    private static let opening = [
        client.syn(sequence: 100, options: [.maximumSegmentSize(1460)]),
        server.synAck(sequence: 300, acknowledgment: 101, options: [.maximumSegmentSize(1000)]),
    ]

    @Test("larger than the MSS of the other end, not of its own", arguments: [(1000, 0), (1001, 1), (2920, 1)])
    func oversized(length: Int, expected: Int) {
        let payload = Array(repeating: UInt8(0x61), count: length)
        let data = Self.client.data(payload, sequence: 101, acknowledgment: 301)
        let signs = Self.signs(Self.opening + [data])
        #expect(signs.oversized == expected)
        #expect(signs.unfilledChecksums == 0 && signs.segments == 3)
    }

    @Test("where nobody says how much it takes, nothing is too large") func unknown() {
        let payload = Array(repeating: UInt8(0x61), count: 9000)
        #expect(Self.signs([Self.client.data(payload, sequence: 101, acknowledgment: 301)]).oversized == 0)
    }

    @Test("a checksum that is wrong is none that is not filled in") func checksums() {
        var (zero, wrong) = (
            Self.client.ack(sequence: 101, acknowledgment: 301), Self.client.ack(sequence: 101, acknowledgment: 301)
        )
        zero.checksum = 0
        wrong.checksum = 0x1234
        #expect(Self.signs(Self.opening + [zero, wrong]).unfilledChecksums == 1)
    }
}
