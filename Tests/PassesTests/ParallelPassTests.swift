import CaptureFile
import TCPWire
import Testing
import Tracking
import Transcripts

@testable import Passes

/// However a file is divided, what comes out is what one worker finds.
@Suite struct ParallelPassTests {
    /// 1,500 packets of 60 interleaved connections. Every seventh payload looks like records and blocks itself, so that
    /// guesses at where packets start go wrong.
    private static let frames: [[UInt8]] = {
        let bait: [UInt8] = (0..<12).flatMap { _ -> [UInt8] in
            [6, 0, 0, 0, 32, 0, 0, 0, 1, 0, 0, 0, 16, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0, 0]
        }
        return (0..<1500).map { index in
            let number = UInt16(index * 7 % 60)
            let round = UInt32(index / 60)
            let client = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 40_000 + number)
            let server = Endpoint(address: IPAddress(ipv4: 0x0a00_0002), port: 443)
            let (up, down) = (SegmentBuilder(from: client, to: server), SegmentBuilder(from: server, to: client))
            switch round {
            case 0: return up.syn(sequence: 100, options: [.windowScale(7)]).ethernetFrame()
            case 1: return down.synAck(sequence: 300, acknowledgment: 101).ethernetFrame()
            case 2: return up.ack(sequence: 101, acknowledgment: 301).ethernetFrame()
            case 24: return up.fin(sequence: 101, acknowledgment: 301 + 20 * 50).ethernetFrame()
            default:
                let payload = index % 7 == 0 ? bait : [UInt8](repeating: 0x61, count: 50)
                return down.data(payload, sequence: 301 + (round - 3) * 50, acknowledgment: 101).ethernetFrame()
            }
        }
    }()

    private static func words(_ values: UInt32...) -> [UInt8] {
        values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
    }

    private static func record(_ frame: [UInt8], _ index: Int) -> [UInt8] {
        words(1_700_000_000, UInt32(index), UInt32(frame.count), UInt32(frame.count)) + frame
    }

    private static let pcap: [UInt8] =
        words(0xa1b2_c3d4, 0x0004_0002, 0, 0, 65535, 1)
        + frames.enumerated().flatMap { record($1, $0) }

    private static func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
        let padded = body + [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
        let length = UInt32(padded.count + 12)
        return words(type, length) + padded + words(length)
    }

    private static let section =
        block(0x0a0d_0d0a, words(0x1a2b_3c4d, 1, 0xffff_ffff, 0xffff_ffff)) + block(1, words(1, 65535))

    private static func packetBlocks(_ frames: some Sequence<[UInt8]>) -> [UInt8] {
        frames.flatMap { frame in
            block(6, words(0, 0, 77, UInt32(frame.count), UInt32(frame.count)) + frame)
        }
    }

    private static let pcapng = section + packetBlocks(frames)

    private func check(_ bytes: [UInt8]) throws {
        try withFile(bytes) { path in
            let expected = try PassResult(path: path)
            for workers in 1...3 {
                for partSize in bytes.count < 300_000 ? [64, 777, 5_000, 60_000, 10_000_000] : [3_001, 60_000] {
                    var reader = try CaptureReader(path: path)
                    let pass = ParallelPass(workers: workers, partSize: partSize, indexing: true)
                    try pass.read(&reader)
                    let found = PassResult(pass, reader.ending)
                    #expect(found == expected, "\(workers) workers, parts of \(partSize)")
                }
            }
        }
    }

    @Test func pcapWhole() throws { try check(Self.pcap) }

    @Test func pcapngWhole() throws { try check(Self.pcapng) }

    @Test("a file that stops inside a packet", arguments: [1, 17, 4_321])
    func cutOff(missing: Int) throws {
        try check(Array(Self.pcap.dropLast(missing)))
        try check(Array(Self.pcapng.dropLast(missing)))
    }

    @Test func damageInTheMiddle() throws {
        var bytes = Self.pcap
        var place = 24
        for index in 0..<700 { place += 16 + Self.frames[index].count }
        bytes.replaceSubrange(place + 8..<place + 12, with: Self.words(0x7fff_ffff))
        try check(bytes)
    }

    @Test func anotherSectionInTheMiddle() throws {
        let parts = Self.section + Self.packetBlocks(Self.frames[..<800])
        try check(parts + Self.section + Self.packetBlocks(Self.frames[800...]))
    }

    /// Statistics (5), names (4), custom (0xbad) and journal (9) blocks, of which Wireshark numbers the last two, wherever the
    /// parts' borders fall in them, and larger than any part.
    @Test("blocks without packets between packets", arguments: [4, 5, 9, 0xbad] as [UInt32])
    func blocksWithoutPackets(type: UInt32) throws {
        for (length, every) in [(0, 2), (1500, 9), (70_000, 700)] {
            var bytes = Self.section
            for (index, frame) in Self.frames.enumerated() {
                bytes += Self.packetBlocks([frame])
                if index % every == 0 { bytes += Self.block(type, [UInt8](repeating: 0x42, count: length)) }
            }
            try check(bytes)
            try check(bytes + Self.block(type, [UInt8](repeating: 0x42, count: length)).dropLast(5))
        }
    }

    @Test("a block whose body looks like packets")
    func bodyThatLooksLikeBlocks() throws {
        let body = Self.packetBlocks(Self.frames[..<6])
        var bytes = Self.section
        for frame in Self.frames[..<600] { bytes += Self.packetBlocks([frame]) + Self.block(0xbad, body) }
        try check(bytes)
    }

    @Test("a capture in a packet: what is met on a wrong guess counts nowhere")
    func captureInACapture() throws {
        let other =
            Self.block(0x0a0d_0d0a, Self.words(0x1a2b_3c4d, 1, 0xffff_ffff, 0xffff_ffff))
            + Self.block(1, Self.words(101, 65535))
        let inner = Self.packetBlocks(Self.frames[..<4]) + other + Self.packetBlocks(Self.frames[..<4])
        let payload = [UInt8](repeating: 0, count: 14) + [UInt8](repeating: 0, count: 2) + inner
        var bytes = Self.section
        for (index, frame) in Self.frames.enumerated() {
            bytes += Self.packetBlocks([frame])
            if index % 100 == 50 { bytes += Self.packetBlocks([payload]) }
        }
        try check(bytes)
    }

    @Test func anotherInterfaceInTheMiddle() throws {
        // Of raw IP, so that what follows reads otherwise with it than without.
        let raw = Self.frames[800...].map { Array($0.dropFirst(14)) }
        let packets = raw.flatMap { packet in
            Self.block(6, Self.words(1, 0, 77, UInt32(packet.count), UInt32(packet.count)) + packet)
        }
        try check(
            Self.section + Self.packetBlocks(Self.frames[..<800]) + Self.block(1, Self.words(101, 65535)) + packets)
    }

    private static func snoop(_ frames: some Sequence<[UInt8]>) -> [UInt8] {
        func words(_ values: Int...) -> [UInt8] {
            values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - $0 * 8)) } }
        }
        return Array("snoop\0\0\0".utf8) + words(2, 4)
            + frames.enumerated().flatMap { index, frame in
                words(frame.count, frame.count, 24 + frame.count, 0, 1_700_000_000, index) + frame
            }
    }

    @Test("files of different kinds, joined to one")
    func joinedFiles() throws {
        let header = Array(Self.pcap.prefix(24))
        let first = Self.frames[..<800]
        let second = Self.frames[800...]
        let records = { (frames: ArraySlice<[UInt8]>) in frames.enumerated().flatMap { Self.record($1, $0) } }
        try check(Self.snoop(Self.frames))
        try check(header + records(first) + Self.snoop(second))
        try check(Self.snoop(first) + header + records(second))
        try check(Self.section + Self.packetBlocks(first) + Self.snoop(second))
        try check(header + records(first) + Self.section + Self.packetBlocks(second))
        try check(header + records(first) + header + records(second))
    }

    @Test func nothingButAHeader() throws {
        try check(Array(Self.pcap.prefix(24)))
        try check(Array(Self.pcap.prefix(24)) + Self.record(Self.frames[0], 0))
    }

    @Test("parts lie one behind the other, whatever size a file claims to have")
    func division() {
        for (start, end, partSize) in [
            (24, 25, 64), (0, 128, 64), (70, 128, 64), (64, 129, 64), (100, 300, 1 << 20), (Int.max - 200, .max, 64),
        ] {
            let division = Division(start: start, end: end, partSize: partSize)
            let parts = (0..<division.count).map { division[$0] }
            #expect(parts.first?.lowerBound == start && parts.last?.upperBound == end)
            #expect(zip(parts, parts.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
            #expect(parts.allSatisfy { !$0.isEmpty && $0.count <= partSize })
            #expect(parts.dropFirst().allSatisfy { $0.lowerBound % partSize == 0 })
        }
        let division = Division(start: 24, end: .max, partSize: 1 << 20)
        #expect(division[division.count - 1].upperBound == .max)
    }
}
