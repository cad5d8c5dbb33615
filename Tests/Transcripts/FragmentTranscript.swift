import CaptureFile
import TCPWire
import Passes
import Tracking

/// A conversation in which some packets are fragments, written down packet by packet, one each millisecond, and read back as
/// the segments that were found in it.
package final class FragmentTranscript {
    /// One of the two ends.
    package struct End {
        package let builder: SegmentBuilder

        package func syn(_ sequence: UInt32) -> SegmentBuilder {
            builder.syn(sequence: sequence, options: [.maximumSegmentSize(1460), .sackPermitted])
        }
        package func data(_ sequence: UInt32, _ acknowledgment: UInt32, _ count: Int, octet: UInt8 = 0x61)
            -> SegmentBuilder
        {
            builder.with(
                [.psh, .ack], sequence: sequence, acknowledgment: acknowledgment,
                payload: (0..<count).map { octet &+ UInt8($0 % 23) })
        }
        package func fin(_ sequence: UInt32, _ acknowledgment: UInt32, _ count: Int = 0) -> SegmentBuilder {
            builder.with(
                [.fin, .ack], sequence: sequence, acknowledgment: acknowledgment,
                payload: Array(repeating: 0x61, count: count))
        }
        package func ack(_ sequence: UInt32, _ acknowledgment: UInt32) -> SegmentBuilder {
            builder.ack(sequence: sequence, acknowledgment: acknowledgment)
        }
    }

    /// One packet of the capture.
    private struct Packet {
        var microseconds: Int
        var frame: [UInt8]
        var length: Int
    }

    package let c: End
    package let s: End
    package let isIPv6: Bool
    private var packets: [Packet] = []
    private var clock = 0
    /// The capture keeps so many octets of a frame.
    package var snapLength = Int.max

    package init(isIPv6: Bool = false) {
        self.isIPv6 = isIPv6
        let addresses =
            isIPv6
            ? (IPAddress(high: 0x2001_0db8 << 32, low: 1), IPAddress(high: 0x2001_0db8 << 32, low: 2))
            : (IPAddress(ipv4: 0x0a00_0001), IPAddress(ipv4: 0x0a00_0002))
        let client = Endpoint(address: addresses.0, port: 40000)
        let server = Endpoint(address: addresses.1, port: 80)
        c = End(builder: SegmentBuilder(from: client, to: server))
        s = End(builder: SegmentBuilder(from: server, to: client))
    }

    /// Packets 1 to 3: the client goes on at 101, the server at 301.
    package func open() {
        take(c.syn(100))
        take(s.builder.synAck(sequence: 300, acknowledgment: 101))
        take(c.ack(101, 301))
    }

    package func wait(milliseconds: Int) { clock += milliseconds * 1000 }

    package func take(_ segment: SegmentBuilder) { take(segment.ipPacket()) }

    /// - Parameter vlan: of an 802.1Q tag.
    package func take(_ packets: [UInt8]..., vlan: UInt16? = nil) {
        for packet in packets {
            var frame: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]
            if let vlan { frame += [0x81, 0, UInt8(vlan >> 8), UInt8(vlan & 0xff)] }
            frame += packet[0] >> 4 == 6 ? [0x86, 0xdd] : [8, 0]
            frame += packet
            self.packets.append(
                Packet(microseconds: clock, frame: Array(frame.prefix(snapLength)), length: frame.count))
            clock += 1000
        }
    }

    /// The capture as a pcap file.
    package var bytes: [UInt8] { Self.words(0xa1b2_c3d4, 0x0004_0002, 0, 0, 65535, 1) + records }

    /// Its records alone.
    package var records: [UInt8] {
        packets.flatMap { packet in
            Self.words(
                UInt32(1_700_000_000 + packet.microseconds / 1_000_000), UInt32(packet.microseconds % 1_000_000),
                UInt32(packet.frame.count), UInt32(packet.length)) + packet.frame
        }
    }

    private static func words(_ values: UInt32...) -> [UInt8] {
        values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    }

    /// What is found, a row for each segment: `C 101+3000 PA #4 #5`; its packets are named where there are several. Rows of
    /// another connection come behind a line. A copy has `=#4` behind it.
    package static func rows(_ connections: [StoredConnection?]) -> [String] {
        Array(
            connections.map { connection in
                (connection?.segments ?? []).map { row($0) }
            }.joined(separator: ["--"]))
    }

    /// What it is read as, kept and settled.
    package func analysis() throws -> CaptureAnalysis {
        var reader = try CaptureReader(bytes: bytes)
        var analysis = CaptureAnalysis(keeping: .all(limit: .max))
        try analysis.read(&reader)
        analysis.settle()
        return analysis
    }

    private static func row(_ segment: StoredSegment) -> String {
        let header = segment.header
        let fragments = segment.fragments.isEmpty ? ["#\(segment.number)"] : segment.fragments.map { "#\($0.number)" }
        var words = [
            header.destinationPort == 80 ? "C" : "S", "\(header.sequence)+\(header.payloadLength)",
            header.flags.description,
        ]
        if header.isFirstFragment { words.append("...") }
        words += fragments.count > 4 ? [fragments[0], "to", fragments[fragments.count - 1]] : fragments
        if case .copy(let original) = segment.verdict { words.append("=#\(original)") }
        return words.joined(separator: " ")
    }
}

/// A packet cut into fragments.
package enum Fragments {
    /// - Parameters:
    ///   - offsets: in its payload, where the second and the later ones begin.
    ///   - extensions: IPv6 extension headers before the fragment header, and the number of the first.
    package static func of(
        _ packet: [UInt8], at offsets: [Int], id: UInt32 = 7, extensions: (number: UInt8, octets: [UInt8]) = (44, [])
    ) -> [[UInt8]] {
        let isIPv6 = packet[0] >> 4 == 6
        let body = Array(packet[(isIPv6 ? 40 : 20)...])
        let starts = [0] + offsets
        return starts.indices.map { index in
            let end = index + 1 < starts.count ? starts[index + 1] : body.count
            return piece(
                of: packet, Array(body[starts[index]..<end]), at: starts[index], hasMore: end < body.count, id: id,
                extensions: extensions)
        }
    }

    /// One fragment, of whatever it claims to be.
    package static func piece(
        of packet: [UInt8], _ body: [UInt8], at offset: Int, hasMore: Bool, id: UInt32 = 7,
        extensions: (number: UInt8, octets: [UInt8]) = (44, [])
    ) -> [UInt8] {
        guard packet[0] >> 4 == 6 else {
            var header = Array(packet[..<20])
            let field = UInt16(offset / 8) | (hasMore ? 0x2000 : 0)
            header.replaceSubrange(2..<4, with: big(UInt16(20 + body.count)))
            header.replaceSubrange(4..<6, with: big(UInt16(truncatingIfNeeded: id)))
            header.replaceSubrange(6..<8, with: big(field))
            return header + body
        }
        var header = Array(packet[..<40])
        let next = header[6]
        header[6] = extensions.number
        let field = UInt16(offset) | (hasMore ? 1 : 0)
        let fragment: [UInt8] = [next, 0] + big(field) + big(UInt16(id >> 16)) + big(UInt16(id & 0xffff))
        header.replaceSubrange(4..<6, with: big(UInt16(extensions.octets.count + 8 + body.count)))
        return header + extensions.octets + fragment + body
    }

    private static func big(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xff)] }

    /// A packet around another: from 192.0.2.1 to 192.0.2.2.
    package static func tunnel(_ packet: [UInt8], protocol number: UInt8 = 4, id: UInt16 = 9) -> [UInt8] {
        [0x45, 0] + big(UInt16(20 + packet.count)) + big(id) + [0, 0, 64, number, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]
            + packet
    }

    package static func datagram(_ payload: [UInt8], from source: UInt16 = 4000, to destination: UInt16) -> [UInt8] {
        big(source) + big(destination) + big(UInt16(8 + payload.count)) + [0, 0] + payload
    }
}
