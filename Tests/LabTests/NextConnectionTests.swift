import CaptureFile
import FlatMemory
import Lab
import Stories
import TCPWire
import Testing
import Tracking
import Transcripts

/// Which packets of an interface belong to the next connection that begins.
struct NextConnectionTests {
    private static let client = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 40000)
    private static let other = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 40001)
    private static let server = Endpoint(address: IPAddress(ipv4: 0x0a00_0002), port: 8080)

    private var picker = NextConnection()

    private mutating func take(_ packet: [UInt8], _ link: LinkType = .raw, at milliseconds: Int64 = 0) -> StoredSegment?
    {
        let finding = picker.take(
            packet.octets, at: Timestamp(nanoseconds: milliseconds * 1_000_000), link: link,
            originalLength: packet.count)
        if case .segment(let segment) = finding { return segment }
        return nil
    }

    private static func syn(from client: Endpoint = client) -> SegmentBuilder {
        SegmentBuilder(from: client, to: server).syn(sequence: 100)
    }

    private static let synAck = SegmentBuilder(from: server, to: client).synAck(sequence: 300, acknowledgment: 101)

    @Test("what was open before is passed over, and counted", arguments: [TCPFlags.ack, [.psh, .ack], .fin, .rst])
    mutating func older(_ flags: TCPFlags) {
        let before = SegmentBuilder(from: Self.client, to: Self.server).with(
            flags, sequence: 7, acknowledgment: 9, options: [], payload: [])
        #expect(take(before.ipPacket()) == nil)
        #expect(picker.olderSegments == 1)
        #expect(take(Self.syn().ipPacket())?.number == 1)
    }

    @Test("its packets are numbered from 1, both ways, and others are left out and counted once")
    mutating func one() {
        #expect(take(Self.syn().ipPacket())?.number == 1)
        #expect(take(Self.syn(from: Self.other).ipPacket()) == nil)
        #expect(take(Self.syn(from: Self.other).ipPacket()) == nil)
        #expect(take(Self.synAck.ipPacket())?.number == 2)
        #expect(picker.missed == 1 && picker.olderSegments == 0)
        picker.release()
        #expect(take(Self.synAck.ipPacket())?.number == 1, "a SYN-ACK begins one where the SYN went another way")
    }

    @Test("a connection between the same endpoints again counts from 1")
    mutating func again() throws {
        _ = take(Self.syn().ipPacket())
        _ = take(Self.synAck.ipPacket())
        let segment = try #require(take(Self.syn().with(.syn, sequence: 9000, options: [], payload: []).ipPacket()))
        #expect(segment.number == 3)
        picker.release()
        #expect(picker.restart(with: segment).number == 1)
        #expect(take(Self.synAck.ipPacket())?.number == 2)
    }

    /// LINKTYPE_LINUX_SLL2: protocol, two of nothing, the interface, the rest.
    private static func cooked(_ packet: [UInt8], on interface: UInt8) -> [UInt8] {
        [0x08, 0x00, 0, 0, 0, 0, 0, interface] + Array(repeating: 0, count: 12) + packet
    }

    @Test("on all interfaces one that is routed here is seen once; one that is sent again is two")
    mutating func copies() {
        let packet = Self.syn().ipPacket()
        #expect(take(Self.cooked(packet, on: 2), .linuxCooked2) != nil)
        #expect(take(Self.cooked(packet, on: 3), .linuxCooked2) == nil)
        #expect(take(Self.cooked(packet, on: 2), .linuxCooked2, at: 50) != nil)
        #expect(take(Self.cooked(packet, on: 3), .linuxCooked2, at: 1000) != nil, "a second later")
    }

    @Test("an ICMP error about one of its segments is its own, another's is not")
    mutating func errors() {
        let syn = Self.syn().ipPacket()
        _ = take(syn)
        func unreachable(_ quoted: [UInt8]) -> [UInt8] {
            let message: [UInt8] = [3, 3, 0, 0, 0, 0, 0, 0] + quoted
            let length = 20 + message.count
            return [
                0x45, 0, UInt8(length >> 8), UInt8(length & 0xff), 0, 0, 0, 0, 64, 1, 0, 0, 10, 0, 0, 2, 10, 0, 0, 1,
            ]
                + message
        }
        func finding(_ packet: [UInt8]) -> NextConnection.Finding {
            picker.take(packet.octets, at: Timestamp(nanoseconds: 1), link: .raw, originalLength: packet.count)
        }
        if case .error(let error) = finding(unreachable(syn)) {
            #expect(error.number == 2)
        } else {
            Issue.record("not taken for an error")
        }
        if case .other = finding(unreachable(Self.syn(from: Self.other).ipPacket())) {
        } else {
            Issue.record("another connection's error was taken")
        }
    }

    @Test("no octets do harm", arguments: 0..<40)
    mutating func cut(length: Int) {
        _ = take(Array(Self.syn().ipPacket().prefix(length)))
        _ = take(Array(Self.cooked(Self.syn().ipPacket(), on: 2).prefix(length)), .linuxCooked2)
        #expect(picker.missed == 0)
    }
}
