import TCPWire
import Testing

/// Each door with a transcript from octets, and each door's near misses: what looks like it and is not.
@Suite struct CarrierTests {
    @Test(arguments: CarrierSample.all) func opened(sample: CarrierSample) {
        expectHello(
            sample.frame, link: sample.link, ipv6: sample.isIPv6, tunnelDepth: sample.tunnelDepth, vlan: sample.vlan)
    }

    @Test(arguments: NearMiss.all) func notOpened(near: NearMiss) {
        let decoded = Decoded(near.frame, link: near.link)
        #expect(decoded.verdict == near.verdict, "\(HeaderReport(near.frame, link: near.link).layers.map(\.kind))")
        let report = HeaderReport(near.frame, link: near.link)
        #expect(report.verdict == near.verdict && report.stop != nil)
        if let stop = near.stop { #expect(report.stop == stop) }
    }

    /// What the tables call opened is opened by some sample, and what they only name is not.
    @Test func theTablesAreTrue() {
        let opened = Set(CarrierSample.all.map(\.row))
        let rows = Carriers.links + Carriers.etherTypes + Carriers.protocols + Carriers.gre + Carriers.ports
        for row in rows {
            #expect(!row.name.isEmpty, "\(row.key)")
            if row.isOpened { #expect(opened.contains(row.key), "\(row.key) is opened by no sample") }
        }
        #expect(Set(rows.map(\.key)).count == rows.count)
        for link in LinkType.registry where !link.isOpened {
            let report = HeaderReport(Sample.hello.ethernetFrame(), link: link)
            #expect(report.verdict == .otherLink && report.stop == .otherLinkType(link) && report.layers.isEmpty)
        }
    }

    /// Each header is told from its first octet to the next one's.
    @Test(arguments: CarrierSample.all) func reported(sample: CarrierSample) {
        let report = HeaderReport(sample.frame, link: sample.link)
        for (layer, next) in zip(report.layers, report.layers.dropFirst()) {
            #expect(layer.range.upperBound <= next.range.lowerBound, "\(layer.kind) before \(next.kind)")
            var bit = 0
            for field in layer.fields {
                #expect(field.bitOffset >= bit, "\(layer.kind) \(field.name)")
                bit = field.bitOffset + field.bitWidth
            }
        }
    }

    /// Where a header says that IP follows, and IP does, it is the version that it says.
    @Test(arguments: CarrierSample.all) func familiesAreTheOnesThatFollow(sample: CarrierSample) {
        let report = HeaderReport(sample.frame, link: sample.link)
        for (layer, next) in zip(report.layers, report.layers.dropFirst())
        where next.kind == .ipv4 || next.kind == .ipv6 {
            for field in layer.fields where field.meaning == "IPv4" || field.meaning == "IPv6" {
                #expect(field.meaning == next.kind.name, "\(layer.kind) \(field.name)")
            }
        }
    }

    /// Every wrapping laid into itself as often as the frame has room for it: no walk goes deeper than its limit, and a wrapping
    /// that can lie in itself meets it; but in UDP, where what cannot be walked to its end is a datagram.
    @Test func nothingNestsWithoutEnd() {
        var deep: Set<String> = []
        for sample in CarrierSample.all {
            guard let (start, unit) = sample.nesting else { continue }
            let frame = start + Array(repeating: unit, count: 500).flatMap { $0 }
            let report = HeaderReport(frame, link: sample.link)
            #expect(report.layers.count <= 60, "\(sample): \(report.layers.map(\.kind))")
            #expect(report.stop == .tooDeep || report.layers.count <= 20, "\(sample): \(report.layers.map(\.kind))")
            #expect(Decoded(frame, link: sample.link).verdict == report.verdict, "\(sample)")
            if report.stop == .tooDeep { deep.insert(sample.row) }
        }
        for row in [
            "IP 4", "IP 47", "IP 94", "IP 97", "IP 143", "GRE 0x6558", "GRE 0x88be", "GRE 0x22eb",
            "EtherType 0x8100", "EtherType 0x88a8", "EtherType 0x8926", "EtherType 0x893f", "EtherType 0x892f",
            "EtherType 0x22e9", "EtherType 0xf1c1", "EtherType 0x6558", "EtherType 0x22f3", "EtherType 0x894f",
            "EtherType 0x88e7", "EtherType 0x8903",
        ] {
            #expect(deep.contains(row), "\(row) does not meet the limit")
        }
        // A header that says the link type of what follows, its own.
        let link = LinkType(rawValue: 192)
        let frame = Array(repeating: [0, 0] + little16(8) + little32(192), count: 500).flatMap { $0 }
        #expect(HeaderReport(frame, link: link).stop == .tooDeep && Decoded(frame, link: link).verdict == .malformed)
    }
}

extension CarrierSample {
    /// What a frame of nothing but this wrapping begins with, and what is repeated behind it.
    fileprivate var nesting: (start: [UInt8], unit: [UInt8])? {
        let inner = [Self.frame, Self.packet, Self.packet6].first { frame.suffix($0.count).elementsEqual($0) }
        guard let inner else { return nil }
        var head = Array(frame.dropLast(inner.count))
        // Between a frame's addresses and the EtherType of what it carries, which is the tag's own then.
        if link == .ethernet, inner != Self.frame {
            return head.count > 16 ? (Array(head.prefix(12)), Array(head.dropFirst(12).dropLast(2))) : nil
        }
        // A packet whose lengths are zero reaches as far as what is around it.
        if link == .raw, head.count >= 20 {
            head.replaceSubrange(2..<4, with: [0, 0])
            if head[9] == 17 { head.replaceSubrange(24..<26, with: [0, 0]) }
            if inner == Self.frame { head += ethernet(0x0800, []) }
        }
        return head.isEmpty ? nil : ([], head)
    }
}
