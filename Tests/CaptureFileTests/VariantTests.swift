import CaptureFile
import Testing

/// pcap files of patched and of old libraries, snoop, and several files joined to one.
@Suite struct VariantTests {
    private static let packets: [[UInt8]] = [
        Array(repeating: 0x11, count: 54), Array(repeating: 0x45, count: 61), Array(repeating: 0x22, count: 90),
    ]

    /// A file whose records have so many octets more in their headers.
    private static func pcap(
        magic: UInt32 = 0xa1b2_c3d4, extra: Int = 0, isBigEndian: Bool = false, linkType: UInt32 = 1,
        swappingLengthsOf minor: UInt16? = nil, from first: UInt32 = 1
    ) -> [UInt8] {
        var file = CaptureBytes(isBigEndian: isBigEndian)
        file.pcapHeader(magic: magic, linkType: linkType)
        if let minor { file.bytes.replaceSubrange(6..<8, with: isBigEndian ? [0, UInt8(minor)] : [UInt8(minor), 0]) }
        for (index, packet) in packets.enumerated() {
            file.put(first + UInt32(index))
            file.put(7 as UInt32)
            let lengths = [UInt32(packet.count), 1500]
            for length in minor == nil ? lengths : lengths.reversed() { file.put(length) }
            file.put(Array(repeating: 0, count: extra))
            file.put(packet)
        }
        return file.bytes
    }

    private static func snoop(linkType: UInt32 = 4) -> [UInt8] {
        var file = CaptureBytes(isBigEndian: true)
        file.put(Array("snoop\0\0\0".utf8))
        file.put(2 as UInt32)
        file.put(linkType)
        for (index, packet) in packets.enumerated() {
            let padding = (4 - packet.count % 4) % 4
            for word in [1500, packet.count, 24 + packet.count + padding, 0, index + 1, 7] { file.put(UInt32(word)) }
            file.put(packet + Array(repeating: 0, count: padding))
        }
        return file.bytes
    }

    private func check(_ file: [UInt8], linkType: UInt16 = 1, sourceLocation: SourceLocation = #_sourceLocation) throws
    {
        for read in [try ReadCapture(file), try ReadCapture(file, inPiecesOf: 10000)] {
            #expect(read.contents == Self.packets, sourceLocation: sourceLocation)
            #expect(
                read.packets.map(\.time.nanoseconds) == (1...3).map { $0 * 1_000_000_000 + 7000 },
                sourceLocation: sourceLocation)
            #expect(
                read.packets.allSatisfy { $0.originalLength == 1500 && $0.linkType == linkType },
                sourceLocation: sourceLocation)
            #expect(read.ending == .complete, sourceLocation: sourceLocation)
        }
    }

    @Test(arguments: [false, true]) func recordHeaders(isBigEndian: Bool) throws {
        try check(Self.pcap(isBigEndian: isBigEndian))
        // Red Hat 6.1, Nokia; with their own magic number Kuznetsov's patch, SuSE 6.3.
        try check(Self.pcap(extra: 8, isBigEndian: isBigEndian))
        try check(Self.pcap(extra: 4, isBigEndian: isBigEndian))
        try check(Self.pcap(magic: 0xa1b2_cd34, extra: 8, isBigEndian: isBigEndian))
        try check(Self.pcap(magic: 0xa1b2_cd34, extra: 12, isBigEndian: isBigEndian))
    }

    @Test(arguments: [2, 3] as [UInt16]) func oldLengths(minor: UInt16) throws {
        try check(Self.pcap(swappingLengthsOf: minor))
    }

    @Test func snoopFiles() throws {
        try check(Self.snoop())
        try check(Self.snoop(linkType: 0x8000_0005), linkType: 226)
        try check(Self.snoop(linkType: 77), linkType: 65535)
        let cut = try ReadCapture(Array(Self.snoop().dropLast(5)))
        #expect(cut.contents.count == 2 && cut.ending == .cutOff(packetNumber: 3, missing: 5))
    }

    /// Each file's packets have their own link type, and are fetched again by their place.
    @Test func joinedFiles() throws {
        let files = [
            Self.pcap(), Self.pcap(isBigEndian: true, linkType: 101), Self.snoop(linkType: 0x8000_0005),
            Self.snoop(), motley, Self.pcap(extra: 8, linkType: 113),
        ]
        // A snoop file tells where it ends by another's beginning only where that is snoop's.
        let joins: [[Int]] = [[0, 0], [0, 1, 5], [1, 4, 4, 0], [2, 3], [4, 0]]
        for join in joins {
            let whole = try ReadCapture(join.flatMap { files[$0] })
            let single = try join.map { try ReadCapture(files[$0]) }
            #expect(whole.contents == single.flatMap(\.contents), "\(join)")
            #expect(whole.packets.map(\.linkType) == single.flatMap(\.packets).map(\.linkType), "\(join)")
            #expect(whole.packets.map(\.time) == single.flatMap(\.packets).map(\.time), "\(join)")
            #expect(whole.ending == single.last?.ending, "\(join)")
            let pieces = try ReadCapture(join.flatMap { files[$0] }, inPiecesOf: 5000)
            #expect(pieces.contents == whole.contents, "\(join) in pieces")
            var reader = try CaptureReader(bytes: join.flatMap { files[$0] })
            var packet = CapturedPacket()
            while try reader.next(&packet) {}
            for expected in whole.packets {
                #expect(try reader.fetch(at: expected.blockOffset, &packet))
                #expect(packet.linkType == expected.linkType && packet.capturedLength == expected.capturedLength)
            }
        }
    }

    /// An empty packet is none of another file's, and a packet's octets never are.
    @Test func whatIsNotJoined() throws {
        var file = CaptureBytes()
        file.pcapHeader()
        file.record([])
        file.record(Array(Self.pcap().prefix(40)))
        file.record([])
        let read = try ReadCapture(file.bytes)
        #expect(read.contents.map(\.count) == [0, 40, 0] && read.ending == .complete)
    }

    @Test(
        arguments: [
            ("Rar!\u{1a}\u{7}\u{1}\0", .rar), ("LZIP\u{1}", .lzip), ("TRSNIFF data    \u{1a}", .sniffer),
            ("GMBU\0\u{2}", .networkMonitor), ("ObserverPktBufferVersion=15.00\0", .observer),
            ("iptrace 2.0\0", .iptrace),
            ("0000  45 00 00 3c 1c 46 40 00\n", .hexDump), ("000000 45 00 00 3c 1c 46\n", .hexDump),
            ("12:00:01.5 IP 10.0.0.1.5 > 10.0.0.2.6: Flags [S]\n", .text), ("{\"a\": 1}", .json),
            ("[\n  {\n    \"_index\": \"packets\"", .json), ("[]", .json), ("{ }", .json),
            ("[    0.000000] Linux version 6.8\n", .text), ("[2024-05-01 12:00:01] connected\n", .text),
            ("[Unit]\nDescription=x\n", .text), ("{\\rtf1\\ansi", .text), ("{% extends %}", .text),
            ("<!DOCTYPE html>", .html),
        ] as [(String, FileKind)])
    func otherFiles(beginning: String, kind: FileKind) {
        #expect(throws: CaptureError.notCapture(path: "", kind: kind)) { try ReadCapture(Array(beginning.utf8)) }
    }

    @Test func packedAndForeignFilesNameACommand() {
        #expect(FileKind.zstandard.remedy == .unpack("zstdcat"))
        #expect(FileKind.networkMonitor.remedy == .convert("editcap"))
        #expect(FileKind.hexDump.remedy == .convert("text2pcap"))
        #expect(FileKind.png.remedy == nil)
        // Endace's records: type 2, then length 32, and another behind it.
        let record: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 2, 4, 0, 32, 0, 0, 0, 14] + Array(repeating: 0, count: 16)
        #expect(throws: CaptureError.notCapture(path: "", kind: .erf)) { try ReadCapture(record + record) }
    }
}
