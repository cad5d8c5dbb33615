import CaptureFile
import Foundation
import Testing

/// pcap files of patched and of old libraries, snoop, and several files joined to one.
@Suite struct VariantTests {
    /// Nothing that a link carries.
    private static let packets: [[UInt8]] = [
        Array(repeating: 0x11, count: 54), Array(repeating: 0x45, count: 61), Array(repeating: 0x22, count: 90),
    ]
    /// Headers of TCP's three packets: a SYN of IPv4, one of IPv6, an ARP request, each behind what its link puts first.
    private static func carried(onLink linkType: UInt32) -> [[UInt8]] {
        let fourth: [UInt8] = [0x45, 0, 0, 40, 0, 1, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]
        let sixth: [UInt8] = [0x60, 0, 0, 0, 0, 20, 6, 64] + Array(repeating: 0x20, count: 32)
        let segment: [UInt8] = [0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 0xff, 0xff, 0, 0, 0, 0]
        let (four, six) = (fourth + segment, sixth + segment)
        let zeros = [UInt8](repeating: 0, count: 20)
        return switch linkType {
        case 1:
            // On loopback both addresses are zero, as are the fields of a patched header that nobody filled in.
            [
                zeros.prefix(12) + [8, 0] + four, zeros.prefix(12) + [0x81, 0, 0, 5, 0x86, 0xdd] + six,
                zeros.prefix(12) + [8, 6, 0, 1, 8, 0, 6, 4],
            ]
        case 113: [zeros.prefix(14) + [8, 0] + four, zeros.prefix(14) + [0x86, 0xdd] + six]
        case 276: [[8, 0] + zeros.prefix(18) + four, [0x86, 0xdd] + zeros.prefix(18) + six]
        case 0: [[2, 0, 0, 0] + four, [24, 0, 0, 0] + six]
        default: [four, six]
        }
    }
    private static let links: [UInt32] = [0, 1, 101, 113, 276]

    /// A file whose records have so many octets more in their headers.
    ///
    /// - Parameter interface: what stands first there.
    private static func pcap(
        magic: UInt32 = 0xa1b2_c3d4, extra: Int = 0, interface: UInt32 = 0, isBigEndian: Bool = false,
        linkType: UInt32 = 1, swappingLengthsOf minor: UInt16? = nil, from first: UInt32 = 1,
        _ packets: [[UInt8]] = packets
    ) -> [UInt8] {
        var file = CaptureBytes(isBigEndian: isBigEndian)
        file.pcapHeader(magic: magic, linkType: linkType)
        if let minor { file.bytes.replaceSubrange(6..<8, with: isBigEndian ? [0, UInt8(minor)] : [UInt8(minor), 0]) }
        for (index, packet) in packets.enumerated() {
            file.put(first + UInt32(index))
            file.put(7 as UInt32)
            let lengths = [UInt32(packet.count), 1500]
            for length in minor == nil ? lengths : lengths.reversed() { file.put(length) }
            if extra >= 4 {
                file.put(interface)
                file.put(Array(repeating: 0, count: extra - 4))
            }
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
        for size in [file.count] + Array(1...64) {
            let read = size == file.count ? try ReadCapture(file) : try ReadCapture(file, inPiecesOf: size)
            #expect(read.contents == Self.packets, "in pieces of \(size)", sourceLocation: sourceLocation)
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

    /// How many octets a record's header has beyond the usual sixteen, and the file's magic number.
    private static let patches: [(magic: UInt32, extra: Int)] = [
        (0xa1b2_c3d4, 0), (0xa1b2_c3d4, 8), (0xa1b2_c3d4, 4), (0xa1b2_cd34, 8), (0xa1b2_cd34, 12),
    ]

    /// What the links carry tells the usual headers from patched ones, whose interfaces' numbers may look like IP.
    @Test(arguments: links, [false, true]) func headersBeforePackets(linkType: UInt32, isBigEndian: Bool) throws {
        let packets = Self.carried(onLink: linkType)
        for (patch, interface) in Self.patches.flatMap({ patch in [0, 2, 0x45, 0x60].map { (patch, $0 as UInt32) } }) {
            for count in [1, packets.count] {
                let file = Self.pcap(
                    magic: patch.magic, extra: patch.extra, interface: interface, isBigEndian: isBigEndian,
                    linkType: linkType, from: 1_700_000_000, Array(packets.prefix(count)))
                let whole = try ReadCapture(file)
                #expect(whole.contents == Array(packets.prefix(count)), "\(patch), interface \(interface)")
                #expect(whole.ending == .complete)
                for size in 1...64 { #expect(try ReadCapture(file, inPiecesOf: size) == whole, "\(patch), \(size)") }
            }
        }
    }

    /// As `tcpdump -w -` writes: the file's header, and much later a packet.
    @Test(arguments: 0..<patches.count) func aStreamOpensWithItsHeader(patch: Int) throws {
        let (magic, extra) = Self.patches[patch]
        let file = Self.pcap(magic: magic, extra: extra)
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data(file.prefix(24)))
        // The pipe is still open: a reader that waited for more would hang here.
        let reader = try CaptureReader(path: "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)")
        try pipe.fileHandleForWriting.write(contentsOf: Data(file.dropFirst(24)))
        try pipe.fileHandleForWriting.close()
        let read = try ReadCapture(reader)
        #expect(read.contents == Self.packets)
        #expect(read.ending == .complete)
    }

    /// So does a packet that says for itself where it starts, without a second one.
    @Test(arguments: links) func aPacketDoesNotWaitForTheNext(linkType: UInt32) throws {
        for (index, packet) in Self.carried(onLink: linkType).enumerated() {
            let pipe = Pipe()
            let file = Self.pcap(linkType: linkType, [packet])
            try pipe.fileHandleForWriting.write(contentsOf: Data(file))
            var reader = try CaptureReader(path: "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)")
            var read = CapturedPacket()
            #expect(try reader.next(&read), "packet \(index)")
            #expect(reader.contents(of: read) == packet)
            try pipe.fileHandleForWriting.close()
        }
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
            for size in 1...64 {
                let pieces = try ReadCapture(join.flatMap { files[$0] }, inPiecesOf: size)
                #expect(pieces == whole, "\(join) in pieces of \(size)")
            }
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
