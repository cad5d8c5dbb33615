import CaptureFile
import TCPWire
import Testing
import Transcripts

@testable import tcplens

/// `header` of packets that are a part of something, or carry several.
@Suite("tcplens header: fragments, and several packets in one frame")
struct HeaderOfPartsTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    /// A row for each fragment of a capture: its number, what is said of it in English.
    struct Fragment: Sendable, CustomTestStringConvertible {
        let name: String
        let said: [(number: Int, text: String)]
        let write: @Sendable (FragmentTranscript) -> Void
        var testDescription: String { name }
    }

    static let fragments = [
        Fragment(
            name: "in order",
            said: [
                (4, "a first IP fragment: the packet's fragments are #4, #5, #6; it is whole with #6"),
                (
                    5,
                    "a later IP fragment: the TCP header is in #4, the packet's fragments are #4, #5, #6; it is whole with #6"
                ),
                (
                    6,
                    "a later IP fragment: the TCP header is in #4, the packet's fragments are #4, #5, #6; it is whole with #6"
                ),
            ]
        ) { t in
            for piece in Fragments.of(t.c.data(101, 301, 3000).ipPacket(), at: [1480, 2960]) { t.take(piece) }
        },
        Fragment(
            name: "the first one last",
            said: [
                (
                    4,
                    "a later IP fragment: the TCP header is in #5, the packet's fragments are #4, #5; it is whole with #5"
                ),
                (5, "a first IP fragment: the packet's fragments are #4, #5; it is whole with #5"),
            ]
        ) { t in
            for piece in Fragments.of(t.c.data(101, 301, 3000).ipPacket(), at: [1480]).reversed() { t.take(piece) }
        },
        Fragment(
            name: "no first one", said: [(4, "a later IP fragment: the first is not in the capture")]
        ) { t in t.take(Fragments.of(t.c.data(101, 301, 3000).ipPacket(), at: [1480])[1]) },
        Fragment(
            name: "no last one",
            said: [
                (4, "a first IP fragment: others of its packet are not in the capture"),
                (5, "a later IP fragment: the first is #4; others of its packet are not in the capture"),
            ]
        ) { t in
            for piece in Fragments.of(t.c.data(101, 301, 3000).ipPacket(), at: [1480, 2960]).dropLast() {
                t.take(piece)
            }
        },
        Fragment(
            name: "overlapping",
            said: [
                (
                    5,
                    "a later IP fragment: the first is #4; fragments of its packet overlap, so all were refused (RFC 5722)"
                )
            ]
        ) { t in
            let packet = t.c.data(101, 301, 3000).ipPacket()
            t.take(Fragments.of(packet, at: [1480])[0])
            t.take(Fragments.piece(of: packet, Array(packet[1420...]), at: 1400, hasMore: false))
        },
        Fragment(
            name: "of a datagram",
            said: [(5, "a later IP fragment: the first is #4; its packet carries no TCP")]
        ) { t in
            let packet = Fragments.tunnel(
                Fragments.datagram(Array(repeating: 1, count: 3000), to: 9), protocol: 17)
            for piece in Fragments.of(packet, at: [1480]) { t.take(piece) }
        },
        Fragment(
            name: "one identification twice",
            said: [
                (
                    5,
                    "a later IP fragment: the TCP header is in #4, the packet's fragments are #4, #5; it is whole with #5"
                ),
                (
                    7,
                    "a later IP fragment: the TCP header is in #6, the packet's fragments are #6, #7; it is whole with #7"
                ),
            ]
        ) { t in
            for piece in Fragments.of(t.c.data(101, 301, 2000).ipPacket(), at: [1480]) { t.take(piece) }
            for piece in Fragments.of(t.c.data(2101, 301, 2000).ipPacket(), at: [1480]) { t.take(piece) }
        },
    ]

    @Test("a fragment names the packet's others", arguments: fragments)
    func fragment(_ example: Fragment) async throws {
        let t = FragmentTranscript()
        t.open()
        example.write(t)
        let path = try folder.write(t.bytes, to: "fragments.pcap")
        for (number, text) in example.said {
            let run = try await Run("header", path + "#\(number)", "--lang", "en", "--width", "200")
            let isFirst = text.hasPrefix("a first")
            #expect(run.status == (isFirst ? 0 : 5))
            if isFirst {
                #expect(run.out.hasSuffix(text + "\n"))
            } else {
                #expect(run.err == "tcplens: \(text)\n")
            }
        }
    }

    @Test("in Chinese") func chinese() async throws {
        let t = FragmentTranscript()
        t.open()
        for piece in Fragments.of(t.c.data(101, 301, 3000).ipPacket(), at: [1480]) { t.take(piece) }
        let path = try folder.write(t.bytes, to: "fragments.pcap")
        let run = try await Run("header", path + "#5", "--lang", "zh")
        #expect(run.err == "tcplens：这是后续 IP 分片：TCP 首部在 #4，整个报文由 #4、#5 组成，到 #5 才完整\n")
    }

    @Test("each of a frame's packets with TCP is shown") func shared() async throws {
        let (t, air) = (FragmentTranscript(), WirelessTranscript())
        air.take(WirelessTranscript.query, t.c.data(101, 301, 10).ipPacket(), t.c.data(111, 301, 20).ipPacket())
        let path = try folder.write(air.bytes, to: "air.pcap")
        let run = try await Run("header", path + "#1", "--lang", "en")
        #expect(run.status == 0 && run.err.isEmpty)
        #expect(run.out.hasPrefix("TCP packet 1 of 2 in one 802.11 frame (A-MSDU):\n"))
        #expect(run.out.contains("\nTCP packet 2 of 2 in one 802.11 frame (A-MSDU):\n"))
        #expect(run.out.contains("payload: 10 bytes") && run.out.contains("payload: 20 bytes"))
        let flow = try await Run("flow", path, "--lang", "en")
        #expect(flow.out.contains("in one frame with others"))
    }

    @Test(
        "what is not IP is called so, what is only not read is not",
        arguments: [
            (0x0806, "not IP: EtherType 0x0806 (ARP)"), (0x88cc, "not IP: EtherType 0x88cc (LLDP)"),
            (0x4305, "EtherType 0x4305 (B.A.T.M.A.N.) is not read"), (0x1234, "EtherType 0x1234 is not read"),
            (0x0026, "not IP: LLC service access point 0x42"),
        ])
    func notIP(type: Int, said: String) async throws {
        var frame = Array(Exchange().frames[0].bytes.prefix(12))
        frame += [UInt8(type >> 8), UInt8(type & 0xff), 0x42, 0x42, 0x03] + Array(repeating: 0, count: 43)
        let path = try Exchange.capture([Exchange.Frame(time: 0, bytes: frame)], in: folder)
        let run = try await Run("header", path + "#1", "--lang", "en")
        #expect(run.status == 5 && run.err == "tcplens: \(said)\n")
    }

    @Test("what cannot be read is told once for the capture below the ladder, as below the list") func told()
        async throws
    {
        let t = FragmentTranscript()
        t.snapLength = 58
        t.open()
        t.take(t.c.data(101, 301, 100))
        let path = try folder.write(t.bytes, to: "cut.pcap")
        let flow = try await Run("flow", path, "--lang", "en", "--width", "200")
        let list = try await Run("connections", path, "--lang", "en", "--width", "200")
        let cut =
            "2 of 4 packets are cut off in the capture, 1 of them within TCP's options, which are unknown from there on"
        #expect(list.out.contains(cut) && flow.out.contains(cut))
        let hosts = try await Run("flow", path, "--hosts", "--lang", "en", "--width", "200")
        #expect(hosts.out.contains(cut))
        let json = try await Run("flow", path, "--json")
        #expect(!json.out.contains("cut off in the capture"))
    }
}
