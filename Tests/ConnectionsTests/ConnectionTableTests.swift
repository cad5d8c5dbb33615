import CaptureFile
import TCPWire
import Testing

@testable import Connections

/// The table of connections keeps its promises about memory, whatever its size.
@Suite struct ConnectionTableTests {
    private static func segment(_ client: Int, _ flags: TCPFlags, number: Int) -> TrackedSegment {
        var header = SegmentHeader()
        header.source = IPAddress(ipv4: 0x0a00_0000 | UInt32(client >> 8))
        header.sourcePort = 1024 + UInt16(client & 0xff)
        header.destination = IPAddress(ipv4: 0xc0a8_0001)
        header.destinationPort = 443
        header.flags = flags
        let nothing: [UInt8] = []
        return TrackedSegment(header, in: nothing.octets, at: Timestamp(nanoseconds: Int64(number)), number: number)
    }

    @Test("at most 200 octets a connection, once there are some thousand")
    func octetsPerConnection() {
        var dice = SplitMix(state: 3)
        var tracker = ConnectionTracker(seed: HashSeed(&dice))
        for client in 0..<60_000 {
            _ = tracker.add(Self.segment(client, .syn, number: client + 1))
            let octets = MemoryLayout<ConnectionRecord>.stride * tracker.count + 8 * tracker.slots.count
            if client > 2000, octets > 200 * tracker.count {
                Issue.record("\(octets / tracker.count) octets at \(tracker.count) connections")
                return
            }
        }
        #expect(tracker.count == 60_000)
        // Each is found again.
        for client in 0..<60_000 {
            let place = tracker.add(Self.segment(client, .ack, number: 60_001 + client))
            if place != client { Issue.record("\(client) is at \(place)") }
        }
    }
}
