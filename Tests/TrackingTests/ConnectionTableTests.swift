import CaptureFile
import Passes
import TCPWire
import Testing
import Transcripts

@testable import FlatMemory
@testable import Tracking

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

    /// What is written, that is: room that a store has beyond its records is not touched, and has no memory yet.
    @Test("at most 224 octets a connection are written, once there are some thousand, in at most twice the room")
    func octetsPerConnection() {
        var dice = SplitMix(state: 3)
        var tracker = ConnectionTracker(seed: HashSeed(&dice), expecting: 64)
        let record = MemoryLayout<ConnectionRecord>.stride
        var most = (written: 0, room: 0)
        for client in 0..<60_000 {
            _ = tracker.add(Self.segment(client, .syn, number: client + 1))
            guard client > 2000 else { continue }
            // A slot for each connection is written wherever its hash lies, so all slots count.
            let slots = 8 * tracker.slots.capacity
            most.written = max(most.written, (record * tracker.count + slots) / tracker.count)
            most.room = max(most.room, (record * tracker.records.capacity + slots) / tracker.count)
        }
        #expect(most.written <= 224)
        #expect(most.room <= 2 * record + 16)
        #expect(tracker.count == 60_000)
        // Each is found again.
        for client in 0..<60_000 {
            let place = tracker.add(Self.segment(client, .ack, number: 60_001 + client)).connection
            if place != client { Issue.record("\(client) is at \(place)") }
        }
    }

    /// Thousands of connections, each with its first segments next to each other and its tuple used again at once, so that
    /// a group of segments that are looked up together holds new connections, known ones, and a table that grows.
    @Test func segmentsInGroupsAreSegmentsOneByOne() throws {
        func words(_ values: UInt32...) -> [UInt8] {
            values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
        }
        var bytes = words(0xa1b2_c3d4, 0x0004_0002, 0, 0, 65535, 1)
        for number in 0..<3000 {
            let client = Endpoint(address: IPAddress(ipv4: 0x0a00_0000 + UInt32(number)), port: 40_000)
            let server = Endpoint(address: IPAddress(ipv4: 0x0b00_0001), port: 443)
            let (up, down) = (SegmentBuilder(from: client, to: server), SegmentBuilder(from: server, to: client))
            for frame in [
                up.syn(sequence: 100), down.synAck(sequence: 300, acknowledgment: 101), up.rst(sequence: 101),
                up.syn(sequence: 9000), up.syn(sequence: 9000),
                down.synAck(sequence: 700, acknowledgment: 9001),
                up.with(.ack, sequence: 9001, acknowledgment: 701, payload: [0x61]),
            ].map({ $0.ethernetFrame() }) {
                bytes += words(1, UInt32(number), UInt32(frame.count), UInt32(frame.count)) + frame
            }
        }
        func records(keeping choice: StoryChoice) throws -> [String] {
            var reader = try CaptureReader(bytes: bytes)
            var analysis = CaptureAnalysis(keeping: choice)
            try analysis.read(&reader)
            return analysis.connections.map { "\($0)" }
        }
        // What keeps segments takes them one by one.
        let grouped = try records(keeping: .none)
        #expect(grouped.count == 6000)
        #expect(try grouped == records(keeping: .all(limit: 0)))
    }
}
