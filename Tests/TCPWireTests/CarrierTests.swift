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

    /// Sixteen of each wrapping that can lie in itself end, and no deeper walk is begun.
    @Test func nothingNestsWithoutEnd() {
        let heads: [[UInt8]] = [
            [0, 0] + little16(8) + little32(192),
            [0x0f, 0xc2, 2, 4, 0, 0, 1, 255],
            [0, 5, 0, 6, 0x89, 0x26],
        ]
        let starts: [(LinkType, [UInt8])] = [
            (LinkType(rawValue: 192), []), (.ethernet, ethernet(0x894f, [])), (.ethernet, ethernet(0x8926, [])),
        ]
        for (head, (link, start)) in zip(heads, starts) {
            let frame = start + Array(repeating: head, count: 500).flatMap { $0 }
            #expect(HeaderReport(frame, link: link).stop == .tooDeep)
            #expect(Decoded(frame, link: link).verdict == .malformed)
        }
    }
}
