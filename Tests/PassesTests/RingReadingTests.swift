import CaptureFile
import FlatMemory
import Foundation
import TCPWire
import Testing
import Tracking

@testable import Passes

/// A capture in several files comes out as in one, however many workers read it, and wherever it was cut into files.
@Suite struct RingReadingTests {
    private static let header = words(0xa1b2_c3d4, 0x0004_0002, 0, 0, 65535, 1)

    private static func words(_ values: UInt32...) -> [UInt8] {
        values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
    }

    /// Records of ten connections, some of whose segments come twice, so that they are judged.
    private static func records(_ count: UInt32) -> [[UInt8]] {
        let server = Endpoint(address: IPAddress(ipv4: 0x0a00_0002), port: 443)
        return (0..<count).map { index in
            let client = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: UInt16(40_000 + index % 10))
            let place = index / 10 - (index % 70 == 69 ? 1 : 0)
            let frame = SegmentBuilder(from: client, to: server)
                .data([UInt8](repeating: 0x61, count: 100), sequence: 1 + place * 100, acknowledgment: 1)
                .ethernetFrame()
            return words(1_700_000_000, index * 10, UInt32(frame.count), UInt32(frame.count)) + frame
        }
    }

    private struct Found: Equatable {
        let connections: [String]
        let counts: PacketCounts
        let numbers: [[Int]]
    }

    private func found(_ reader: consuming CaptureReader, workers: Int) throws -> Found {
        var analysis = CaptureAnalysis(keeping: .places)
        analysis.partSize = 2048
        try analysis.read(&reader, workers: workers)
        try analysis.settle(from: reader)
        #expect((analysis.sharedRecords != nil) == (workers > 1))
        let numbers = try (1...analysis.count).map { number in
            try #require(try analysis.stored(number, from: &reader)).segments.map(\.number)
        }
        #expect(reader.brokenPaths.isEmpty)
        return Found(connections: analysis.connections.map { "\($0)" }, counts: analysis.counts, numbers: numbers)
    }

    @Test(arguments: [[600, 600], [1, 1199], [1150, 1, 1, 48], [150, 150, 150, 150, 150, 150, 150, 150]])
    func asInOneFile(sizes: [Int]) throws {
        let records = Self.records(1200)
        var expected: Found?
        try withFile(Self.header + records.flatMap { $0 }) { path in
            expected = try found(CaptureReader(path: path), workers: 1)
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: "ring-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var place = 0
        let paths = try sizes.enumerated().map { number, size in
            let file = folder.appending(path: "ring\(number)")
            try Data(Self.header + records[place..<place + size].flatMap { $0 }).write(to: file)
            place += size
            return file.path(percentEncoded: false)
        }
        for workers in 1...3 {
            let ring = try found(CaptureReader(joining: paths, name: "ring"), workers: workers)
            #expect(ring == expected, "\(workers) workers")
        }
    }

    /// Each file but the last lacks the end of its last packet: one packet each, whoever reads.
    @Test func filesThatBreakOff() throws {
        let records = Self.records(900)
        let folder = FileManager.default.temporaryDirectory.appending(path: "ring-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let paths = try (0..<3).map { number in
            let file = folder.appending(path: "ring\(number)")
            let bytes = Self.header + records[number * 300..<number * 300 + 300].flatMap { $0 }
            try Data(number < 2 ? bytes.dropLast(9) : bytes[...]).write(to: file)
            return file.path(percentEncoded: false)
        }
        for workers in 1...3 {
            var reader = try CaptureReader(joining: paths, name: "ring")
            var analysis = CaptureAnalysis()
            analysis.partSize = 2048
            try analysis.read(&reader, workers: workers)
            #expect(analysis.counts.packets == 898 && reader.ending == .complete, "\(workers) workers")
            #expect(reader.brokenPaths == Array(paths.prefix(2)), "\(workers) workers")
        }
    }
}
