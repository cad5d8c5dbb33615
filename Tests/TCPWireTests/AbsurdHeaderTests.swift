import FlatMemory
import TCPWire
import Testing

@Suite struct AbsurdHeaderTests {
    /// Frames of every shape this room reads.
    static let frames: [(LinkType, [UInt8])] = {
        var frames: [(LinkType, [UInt8])] = []
        for link in LinkLayerTests.links {
            for builder in [Sample.hello, Sample.hello6] {
                if let frame = builder.frame(link: link) { frames.append((link, frame)) }
            }
        }
        frames += TunnelTests.encapsulations.map { (.raw, ipv4(47, $0.1 + $0.2)) }
        let hello = Sample.hello.ipPacket()
        frames.append(
            (.raw, datagram(to: 4789, [8, 0, 0, 0, 0, 0, 5, 0] + Sample.hello.ethernetFrame(vlans: [1, 2]))))
        frames.append(
            (.raw, datagram(to: 6081, [1, 0, 0x65, 0x58, 0, 0, 5, 0, 1, 2, 3, 0] + Sample.hello.ethernetFrame())))
        frames.append((.raw, datagram(to: 2152, [0x34, 255, 0, 92, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0, 9, 0] + hello)))
        frames.append((.raw, datagram(to: 3544, [0, 0, 1, 2, 3, 4, 5, 6] + Sample.hello6.ipPacket())))
        frames.append((.raw, ipv6(0, [43, 0, 1, 4, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0] + InternetHeaderTests.segment)))
        frames.append(
            (.ethernet, ethernet(0x8847, [0, 1, 0, 64, 0, 2, 1, 64, 0, 0, 0, 1] + Sample.hello.ethernetFrame())))
        frames.append((.ethernet, ethernet(0x88e7, [0, 0, 0, 1] + Sample.hello.ethernetFrame())))
        frames.append((.ethernet, ethernet(0x8864, [0x11, 0, 0, 1, 0, 86, 0, 0x21] + hello)))
        frames.append((.ethernet, ethernet(0x0800, ipv4(1, [3, 4, 0, 0, 0, 0, 5, 0xdc] + hello))))
        frames.append((.ethernet, ethernet(0x86dd, ipv6(58, [2, 0, 0, 0, 0, 0, 5, 0] + Sample.hello6.ipPacket()))))
        return frames
    }()

    /// A cut frame is a segment from the last octet of the fixed TCP header on, and before that nothing worse than cut.
    @Test func everyTruncation() {
        for (link, frame) in Self.frames {
            let whole = Decoded(frame, link: link)
            for length in 0..<frame.count {
                let cut = Array(frame.prefix(length))
                let decoded = Decoded(cut, link: link, originalLength: frame.count)
                let report = HeaderReport(cut, link: link, originalLength: frame.count)
                #expect(report.verdict == decoded.verdict)
                #expect(report.layers.allSatisfy { $0.range.upperBound <= length })
                if whole.verdict == .segment, length >= Int(whole.segment.tcpOffset) + 20 {
                    #expect(decoded.verdict == .segment)
                    #expect(decoded.segment.sequence == 101 && decoded.segment.payloadLength == 16)
                } else if whole.verdict == .segment {
                    // What lies behind labels and ports is guessed by its look, which a cut one does not have.
                    #expect([.truncated, .otherTransport, .notIP].contains(decoded.verdict), "\(link) at \(length)")
                } else {
                    #expect([.truncated, .otherTransport, .quotedSegment].contains(decoded.verdict))
                }
                var error = ICMPError()
                let isQuoted = PacketDecoder.decodeQuoted(
                    cut.octets, link: link, originalLength: frame.count, into: &error)
                #expect(isQuoted == (decoded.verdict == .quotedSegment))
                _ = HeaderReport.guessing(cut)
            }
        }
    }

    /// Each octet of each frame set to its extremes: whatever comes out, nothing traps and report and decoder agree.
    @Test func everyOctetSpoiled() {
        for (link, frame) in Self.frames {
            for index in frame.indices {
                for value in [0x00, 0x01, 0x7f, 0x80, 0xff] as [UInt8] {
                    var spoiled = frame
                    spoiled[index] = value
                    let decoded = Decoded(spoiled, link: link)
                    #expect(HeaderReport(spoiled, link: link).verdict == decoded.verdict)
                    if decoded.verdict == .segment {
                        #expect(decoded.segment.capturedPayloadLength <= decoded.segment.payloadLength)
                        #expect(Int(decoded.segment.tcpOffset) + 20 <= spoiled.count)
                        _ = decoded.segment.synOptions(in: spoiled.octets)
                        _ = TCPChecksum.verify(decoded.segment, in: spoiled.octets)
                    }
                }
            }
        }
    }

    @Test func dataOffsetsThatCannotBe() {
        for words in 0..<16 {
            var packet = SegmentBuilder(from: Sample.client, to: Sample.server).syn(sequence: 1).ipPacket()
            packet[32] = UInt8(words << 4)
            let report = HeaderReport(packet, link: .raw)
            #expect(Decoded(packet, link: .raw).verdict == (words == 5 ? .segment : .malformed))
            if words != 5 { #expect(report.stop == .invalid(.tcp, field: "Data Offset", value: words)) }
        }
    }

    @Test func ipLengthsThatCannotBe() {
        let segment = InternetHeaderTests.segment
        #expect(Decoded(ipv4(6, segment, totalLength: 19), link: .raw).verdict == .malformed)
        #expect(Decoded(ipv4(6, segment, totalLength: 39), link: .raw).verdict == .malformed)
        var shortHeader = ipv4(6, segment)
        shortHeader[0] = 0x44
        #expect(HeaderReport(shortHeader, link: .raw).stop == .invalid(.ipv4, field: "IHL", value: 4))
        #expect(Decoded(ipv6(6, segment, payloadLength: 12), link: .raw).verdict == .malformed)
        #expect(Decoded([0x10, 0, 0, 0], link: .raw).verdict == .notIP)
    }

    @Test func lengthsBeyondTheFrameAreKeptAndMarkedAsNotCaptured() {
        let decoded = Decoded(ipv4(6, InternetHeaderTests.segment, totalLength: 1500), link: .raw)
        #expect(decoded.verdict == .segment)
        #expect(decoded.segment.payloadLength == 1448 && decoded.segment.capturedPayloadLength == 16)
    }

    @Test(arguments: [Int.min, -1, 0, 1, Int.max]) func absurdOriginalLengths(length: Int) {
        #expect(Decoded(Sample.hello.ethernetFrame(), originalLength: length).segment.payloadLength == 16)
        let zero = Decoded(ipv4(6, InternetHeaderTests.segment, totalLength: 0), link: .raw, originalLength: length)
        #expect(zero.verdict == .segment)
    }

    @Test func nothingAtAll() {
        for link in LinkLayerTests.links + [.rawIPv4, .rawIPv6] {
            #expect(Decoded([], link: link).verdict == .truncated)
        }
        #expect(HeaderReport.guessing([]).verdict == .truncated)
    }
}
