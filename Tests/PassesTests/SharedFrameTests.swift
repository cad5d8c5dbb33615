import CaptureFile
import TCPWire
import Testing
import Tracking
import Transcripts

@testable import Passes

/// 802.11 frames that carry several packets (A-MSDU): each is what it is.
@Suite("several packets in one frame") struct SharedFrameTests {
    @Test("each segment is its connection's, in the frame's order") func eachIsASegment() throws {
        let (t, air) = Self.conversation()
        air.take(
            t.c.data(101, 301, 1000).ipPacket(), t.c.data(1101, 301, 1000).ipPacket(), t.c.fin(2101, 301).ipPacket())
        air.take(t.s.ack(301, 2102).ipPacket(), WirelessTranscript.query, t.s.fin(301, 2102).ipPacket())
        let analysis = try air.analysis()
        #expect(
            Self.rows(analysis) == [
                "C 100+0 SYN #1", "S 300+0 SYN,ACK #2", "C 101+0 ACK #3", "C 101+1000 PSH,ACK #4",
                "C 1101+1000 PSH,ACK #4",
                "C 2101+0 FIN,ACK #4", "S 301+0 ACK #5", "S 301+0 FIN,ACK #5",
            ])
        let counts = analysis.counts
        #expect([counts.packets, counts.joined, counts.segments, counts.notIP] == [5, 4, 8, 1])
        #expect(analysis[0].completeness == 31 && analysis[0].client.streamBytes == 2000)
    }

    @Test("of several connections, in the order of their first segments", arguments: [1, 2, 5], [60, 700, 5000])
    func connections(workers: Int, partSize: Int) throws {
        let air = WirelessTranscript()
        for block in 0..<8 {
            air.take((0..<5).map { Self.opening(block * 5 + $0).ipPacket() })
        }
        var reader = try CaptureReader(bytes: air.bytes)
        let pass = ParallelPass(workers: workers, partSize: partSize, indexing: true)
        try pass.read(&reader)
        #expect(pass.count == 40)
        for place in 0..<pass.count {
            let connection = pass.connection(place)
            #expect(connection.clientEndpoint.port == UInt16(1000 + place))
            #expect(connection.firstNumber == UInt64(place / 5 + 1))
            #expect(pass.places(of: place).map(\.part) == [place % 5])
        }
    }

    @Test("fetched by their places, also where they are judged once more") func fetched() throws {
        let (t, air) = Self.conversation()
        // The second frame was captured twice.
        let data = [(101, 7), (1101, 8)].map { sequence, identification in
            var segment = t.c.data(UInt32(sequence), 301, 1000)
            segment.identification = UInt16(identification)
            return segment.ipPacket()
        }
        air.take(data)
        air.take(data)
        air.take(t.s.ack(301, 2101).ipPacket())
        let kept = try air.analysis()
        var reader = try CaptureReader(bytes: air.bytes)
        var indexed = CaptureAnalysis(keeping: .places)
        try indexed.read(&reader)
        try indexed.settle(from: reader)
        let fetched = try indexed.stored(1, from: &reader)
        #expect(FragmentTranscript.rows([fetched]) == Self.rows(kept))
        #expect(fetched?.segments.map(\.part) == [0, 0, 0, 0, 1, 0, 1, 0])
        #expect(
            Self.rows(kept).dropFirst(3) == [
                "C 101+1000 PSH,ACK #4", "C 1101+1000 PSH,ACK #4", "C 101+1000 PSH,ACK #5 =#4",
                "C 1101+1000 PSH,ACK #5 =#4", "S 301+0 ACK #6",
            ])
    }

    @Test("fragments among them are put together") func fragments() throws {
        let (t, air) = Self.conversation()
        let first = Fragments.of(t.c.data(101, 301, 2000).ipPacket(), at: [1480], id: 7)
        let second = Fragments.of(t.c.data(2101, 301, 2000).ipPacket(), at: [1480], id: 8)
        air.take(first[0], second[0])
        air.take(second[1], t.s.ack(301, 101).ipPacket(), first[1])
        let analysis = try air.analysis()
        #expect(
            Self.rows(analysis).dropFirst(3) == [
                "C 2101+2000 PSH,ACK #4 #5", "S 301+0 ACK #5", "C 101+2000 PSH,ACK #4 #5",
            ])
        var reader = try CaptureReader(bytes: air.bytes)
        var indexed = CaptureAnalysis(keeping: .places)
        try indexed.read(&reader)
        try indexed.settle(from: reader)
        #expect(FragmentTranscript.rows([try indexed.stored(1, from: &reader)]) == Self.rows(analysis))
    }

    @Test("an ICMP error among them reaches its connection") func error() throws {
        let (t, air) = Self.conversation()
        let lost = t.c.data(101, 301, 1000).ipPacket()
        air.take(lost, t.c.data(1101, 301, 10).ipPacket())
        air.take(t.s.ack(301, 101).ipPacket(), ReportedErrorTests.unreachable(quoting: lost.prefix(28)))
        let analysis = try air.analysis()
        #expect(analysis.errors(about: 0).map(\.number) == [5])
        #expect(analysis.unknownErrors == 0)
    }

    private static func conversation() -> (FragmentTranscript, WirelessTranscript) {
        let (t, air) = (FragmentTranscript(), WirelessTranscript())
        air.take(t.c.syn(100).ipPacket())
        air.take(t.s.builder.synAck(sequence: 300, acknowledgment: 101).ipPacket())
        air.take(t.c.ack(101, 301).ipPacket())
        return (t, air)
    }

    private static func opening(_ number: Int) -> SegmentBuilder {
        SegmentBuilder(
            from: Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 1000 + UInt16(number)),
            to: Endpoint(address: IPAddress(ipv4: 0x0a00_0002), port: 80)
        ).syn(sequence: 1)
    }

    private static func rows(_ analysis: borrowing CaptureAnalysis) -> [String] {
        FragmentTranscript.rows((0..<analysis.count).map { analysis.stored($0 + 1) })
    }
}
