import FlatMemory
import TCPWire
import Testing

/// The packets that these tests wrap, cut and spoil.
enum Sample {
    static let client = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 40000)
    static let server = Endpoint(address: IPAddress(ipv4: 0x0a00_0002), port: 8080)
    static let client6 = Endpoint(address: IPAddress(high: 0x2001_0db8_0000_0000, low: 1), port: 40000)
    static let server6 = Endpoint(address: IPAddress(high: 0x2001_0db8_0000_0000, low: 2), port: 8080)

    /// The tutorial's 16 octets, on their way.
    static let hello = SegmentBuilder(from: client, to: server)
        .data(
            Array("hello, xiao mei.".utf8), sequence: 101, acknowledgment: 301,
            options: [.noOperation, .noOperation, .timestamps(TCPTimestamps(value: 7, echoReply: 9))])
    static let hello6: SegmentBuilder = {
        var builder = hello
        builder.source = client6
        builder.destination = server6
        return builder
    }()
}

struct Decoded {
    var verdict: PacketVerdict
    var segment = SegmentHeader()

    init(_ octets: [UInt8], link: LinkType = .ethernet, originalLength: Int? = nil) {
        verdict = PacketDecoder.decode(
            octets.octets, link: link, originalLength: originalLength ?? octets.count, into: &segment)
    }
}

/// Expects the sample segment, wherever it was wrapped into.
func expectHello(
    _ octets: [UInt8], link: LinkType = .ethernet, ipv6: Bool = false, tunnelDepth: UInt8 = 0, vlan: UInt16 = 0,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let decoded = Decoded(octets, link: link)
    let segment = decoded.segment
    #expect(decoded.verdict == .segment, sourceLocation: sourceLocation)
    #expect(segment.sourceEndpoint == (ipv6 ? Sample.client6 : Sample.client), sourceLocation: sourceLocation)
    #expect(segment.destinationEndpoint == (ipv6 ? Sample.server6 : Sample.server), sourceLocation: sourceLocation)
    #expect(segment.sequence == 101 && segment.acknowledgment == 301, sourceLocation: sourceLocation)
    #expect(segment.flags == [.psh, .ack], sourceLocation: sourceLocation)
    #expect(segment.payloadLength == 16 && segment.capturedPayloadLength == 16, sourceLocation: sourceLocation)
    #expect(segment.headerLength == 32, sourceLocation: sourceLocation)
    #expect(segment.tunnelDepth == tunnelDepth, sourceLocation: sourceLocation)
    #expect(segment.vlan == vlan, sourceLocation: sourceLocation)
    #expect(
        segment.timestamps(in: octets.octets) == TCPTimestamps(value: 7, echoReply: 9), sourceLocation: sourceLocation)
    #expect(TCPChecksum.verify(segment, in: octets.octets) == .correct, sourceLocation: sourceLocation)
    let report = HeaderReport(octets, link: link)
    #expect(report.layers.last?.kind == .tcp, sourceLocation: sourceLocation)
    #expect(report.layers.last?.range.lowerBound == Int(segment.tcpOffset), sourceLocation: sourceLocation)
}

func big16(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xff), UInt8(value & 0xff)] }

let macs: [UInt8] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]

/// An Ethernet frame with this EtherType.
func ethernet(_ type: Int, _ payload: [UInt8]) -> [UInt8] { macs + big16(type) + payload }

/// An IPv4 packet with any protocol and options. Its own checksum is left zero.
func ipv4(
    _ number: UInt8, _ payload: [UInt8], options: [UInt8] = [], fragment: Int = 0, totalLength: Int? = nil
) -> [UInt8] {
    let header = 20 + options.count
    return [0x40 | UInt8(header / 4), 0] + big16(totalLength ?? header + payload.count) + [0, 42] + big16(fragment)
        + [64, number, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2] + options + payload
}

/// An IPv6 packet with any next header.
func ipv6(_ next: UInt8, _ payload: [UInt8], payloadLength: Int? = nil) -> [UInt8] {
    let address: [UInt8] = [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    return [0x60, 0, 0, 0] + big16(payloadLength ?? payload.count) + [next, 64] + address + [7] + address + [8]
        + payload
}

/// A UDP datagram in IPv4.
func datagram(from source: Int = 50000, to destination: Int, _ payload: [UInt8]) -> [UInt8] {
    ipv4(17, big16(source) + big16(destination) + big16(8 + payload.count) + [0, 0] + payload)
}
