import CaptureFile
import Foundation
import Testing

/// Files that `cat` made one of, in every order of their kinds.
@Suite struct JoinedFilesTests {
    enum Part: String, CaseIterable {
        case pcap, bigEndianPcap, nanoseconds, oldLengths, bigEndianOldLengths, patched, snoop, pcapng, bigEndianPcapng

        private var isBigEndian: Bool {
            [.bigEndianPcap, .bigEndianOldLengths, .bigEndianPcapng, .snoop].contains(self)
        }

        /// The file's header, and nothing behind it.
        var header: [UInt8] {
            var file = CaptureBytes(isBigEndian: isBigEndian)
            switch self {
            case .pcap, .bigEndianPcap, .patched: file.pcapHeader(linkType: 101)
            case .nanoseconds: file.pcapHeader(magic: 0xa1b2_3c4d)
            case .oldLengths, .bigEndianOldLengths:
                file.pcapHeader(linkType: 9)
                file.bytes[self == .oldLengths ? 6 : 7] = 3
            case .snoop: file.bytes = Array("snoop\0\0\0".utf8) + [0, 0, 0, 2, 0, 0, 0, 4]
            case .pcapng, .bigEndianPcapng: file.section()
            }
            return file.bytes
        }

        /// A whole file with three packets.
        var file: [UInt8] {
            var file = CaptureBytes(isBigEndian: isBigEndian)
            file.bytes = header
            if self == .pcapng || self == .bigEndianPcapng { file.interface(linkType: 113) }
            for (index, packet) in JoinedFilesTests.packets.enumerated() {
                let fraction = UInt32(7 + index)
                switch self {
                case .pcapng, .bigEndianPcapng: file.enhancedPacket(ticks: UInt64(fraction), packet)
                case .snoop:
                    let padding = (4 - packet.count % 4) % 4
                    for word in [packet.count, packet.count, 24 + packet.count + padding, 0, 1, Int(fraction)] {
                        file.put(UInt32(word))
                    }
                    file.put(packet + Array(repeating: 0, count: padding))
                default:
                    file.record(
                        fraction: fraction, packet, patched: self == .patched ? Array(repeating: 0, count: 8) : [])
                }
            }
            return file.bytes
        }
    }

    private static let packets: [[UInt8]] = [
        Array(repeating: 0x11, count: 54), Array(repeating: 0x45, count: 61), Array(repeating: 0x22, count: 90),
    ]

    /// Each file's packets have their own link type and time, and are fetched again by their place.
    @Test(arguments: Part.allCases, Part.allCases) func joined(first: Part, second: Part) throws {
        let whole = try ReadCapture(first.file + second.file + first.file)
        let single = try [first, second, first].map { try ReadCapture($0.file) }
        #expect(whole.contents == Self.packets + Self.packets + Self.packets)
        #expect(whole.packets.map(\.linkType) == single.flatMap(\.packets).map(\.linkType))
        #expect(whole.packets.map(\.time) == single.flatMap(\.packets).map(\.time))
        #expect(whole.ending == .complete)
        // How patched records are told in pieces is VariantTests' subject.
        let size = first == .patched || second == .patched ? 10_000 : 600
        let pieces = try ReadCapture(first.file + second.file + first.file, inPiecesOf: size)
        #expect(pieces.contents == whole.contents && pieces.ending == .complete)
        var reader = try CaptureReader(bytes: first.file + second.file + first.file)
        var packet = CapturedPacket()
        while try reader.next(&packet) {}
        for expected in whole.packets {
            #expect(try reader.fetch(at: expected.blockOffset, &packet))
            #expect(packet.linkType == expected.linkType && packet.capturedLength == expected.capturedLength)
        }
    }

    /// Nothing but headers, as many as are allowed, one behind the other: each takes time, and none takes stack.
    @Test(arguments: Part.allCases, Part.allCases) func emptyFiles(first: Part, second: Part) throws {
        let bytes = Array(repeating: first.header + second.header, count: 32_500).flatMap { $0 }
        #expect(try endingOnSmallStack(bytes) == .complete)
    }

    /// How reading ends on a thread that has 128 KiB of stack.
    private func endingOnSmallStack(_ bytes: [UInt8]) throws -> CaptureEnding? {
        final class Outcome: @unchecked Sendable { var ending: Result<CaptureEnding?, any Error> = .success(nil) }
        let outcome = Outcome()
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            outcome.ending = Result {
                var reader = try CaptureReader(bytes: bytes)
                var packet = CapturedPacket()
                while try reader.next(&packet) {}
                return reader.ending
            }
            done.signal()
        }
        thread.stackSize = 1 << 17
        thread.start()
        done.wait()
        return try outcome.ending.get()
    }
}
