import TCPWire
import Testing

@Suite struct HeaderReportTests {
    static func field(_ name: String, of layer: HeaderReport.Layer) -> HeaderReport.Field? {
        layer.fields.first { $0.name == name }
    }

    @Test func aWholeFrame() throws {
        let frame = Sample.hello.ethernetFrame(vlans: [5])
        let report = HeaderReport(frame, link: .ethernet)
        #expect(report.layers.map(\.kind) == [.ethernet, .vlan, .ipv4, .tcp])
        #expect(report.layers.map(\.range) == [0..<14, 14..<18, 18..<38, 38..<70])
        #expect(report.verdict == .segment && report.stop == nil)
        let ip = report.layers[2]
        #expect(ip.checksum == .correct)
        #expect(Self.field("Source Address", of: ip)?.meaning == "10.0.0.1")
        #expect(Self.field("Protocol", of: ip)?.meaning == "TCP")
        let tcp = report.layers[3]
        #expect(tcp.checksum == .correct)
        #expect(Self.field("Data Offset", of: tcp)?.meaning == "32 octets")
        #expect(Self.field("Sequence Number", of: tcp)?.value == 101)
        #expect(Self.field("PSH", of: tcp)?.value == 1 && Self.field("SYN", of: tcp)?.value == 0)
        #expect(tcp.options.map(\.range) == [58..<59, 59..<60, 60..<70])
        #expect(tcp.options.last?.option.description == "TSval 7 TSecr 9")
        #expect(tcp.optionStop == .complete)
    }

    /// RFC 9293, figure 1: the fields fill the fixed header without gap or overlap.
    @Test func fieldsTileTheFixedHeader() throws {
        let tcp = try #require(HeaderReport(Sample.hello.ipPacket(), link: .raw).layers.last)
        var bit = 0
        for field in tcp.fields {
            #expect(field.bitOffset == bit)
            bit += field.bitWidth
        }
        #expect(bit == 160)
        #expect(Self.field("ACK", of: tcp)?.bitOffset == 107)
    }

    /// Every layer of every kind of frame begins where its neighbour ends.
    @Test func layersTileTheFrame() {
        for (link, frame) in AbsurdHeaderTests.frames {
            let report = HeaderReport(frame, link: link)
            var end = 0
            for layer in report.layers where layer.kind != .gtp {
                if layer.range.lowerBound == end { end = layer.range.upperBound }
            }
            if !report.layers.contains(where: { $0.kind == .gtp }) {
                #expect(
                    end == report.layers.last?.range.upperBound,
                    "\(report.layers.map(\.kind)) \(report.layers.map(\.range))")
            }
        }
    }

    @Test func aCutHeaderShowsWhatIsThere() throws {
        let report = HeaderReport(Array(Sample.hello.ipPacket().prefix(32)), link: .raw, originalLength: 68)
        #expect(report.stop == .truncated(.tcp, have: 12, need: 20))
        let tcp = try #require(report.layers.last)
        #expect(tcp.range == 20..<32)
        #expect(tcp.length == 20)
        #expect(
            tcp.fields.map(\.name) == [
                "Source Port", "Destination Port", "Sequence Number", "Acknowledgment Number",
            ])
        #expect(tcp.checksum == nil)
    }

    @Test func optionsThatOverrunAreShownUpToThere() throws {
        var builder = SegmentBuilder(from: Sample.client, to: Sample.server).syn(
            sequence: 1, options: [.maximumSegmentSize(1460)])
        builder.rawOptions = [8, 10, 0, 0]
        let tcp = try #require(HeaderReport(builder.ipPacket(), link: .raw).layers.last)
        #expect(tcp.options.map(\.option) == [.maximumSegmentSize(1460)])
        #expect(tcp.optionStop == .overrun(kind: 8, length: 10))
    }

    @Test func addressesOfCookedCapturesAreAddresses() throws {
        let hello = Sample.hello.ipPacket()
        let first = HeaderReport([0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 9, 0, 0, 8, 0] + hello, link: .linuxCooked)
        #expect(Self.field("Address", of: first.layers[0])?.meaning == "02:00:00:00:00:09")
        let second = HeaderReport(
            [8, 0, 0, 0, 0, 0, 0, 3, 0, 1, 4, 6, 2, 0, 0, 0, 0, 9, 0, 0] + hello, link: .linuxCooked2)
        #expect(Self.field("Address", of: second.layers[0])?.meaning == "02:00:00:00:00:09")
        let none = HeaderReport([0, 4, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0] + hello, link: .linuxCooked)
        #expect(Self.field("Address", of: none.layers[0])?.meaning == nil)
        #expect(none.layers[0].range == 0..<16 && none.verdict == .segment)
    }

    @Test func guessingFindsTheBeginning() {
        let hello = Sample.hello
        #expect(HeaderReport.guessing(hello.ipPacket()).link == .raw)
        #expect(HeaderReport.guessing(Sample.hello6.ipPacket()).link == .raw)
        #expect(HeaderReport.guessing(hello.ethernetFrame()).link == .ethernet)
        #expect(HeaderReport.guessing(Sample.hello6.ethernetFrame(vlans: [9])).link == .ethernet)
        for link in [LinkType.linuxCooked, .linuxCooked2, .null] {
            let report = HeaderReport.guessing(hello.frame(link: link) ?? [])
            #expect(report.link == link)
            #expect(report.layers.last?.checksum == .correct)
        }
        let bare = HeaderReport.guessing(hello.segment())
        #expect(bare.link == nil)
        #expect(bare.layers.map(\.kind) == [.tcp])
        #expect(bare.layers[0].options.count == 3)
        #expect(bare.layers[0].checksum == nil)
    }

    @Test func guessingTakesABareHeaderWhosePortLooksLikeIP() {
        var builder = SegmentBuilder(from: Sample.client, to: Sample.server).syn(sequence: 0x0028_0001)
        builder.source.port = 0x4500
        #expect(HeaderReport.guessing(builder.segment()).link == nil)
    }

    @Test func guessingShowsACutPacketToItsEnd() {
        let cut = HeaderReport.guessing(Array(Sample.hello.ipPacket().prefix(30)))
        #expect(cut.link == .raw)
        #expect(cut.stop == .truncated(.tcp, have: 10, need: 20))
        #expect(HeaderReport.guessing([0x45, 0, 0, 0x3c]).layers.map(\.kind) == [.ipv4])
        #expect(HeaderReport.guessing(Array(Sample.hello.segment().prefix(9))).layers.map(\.kind) == [.tcp])
    }
}
