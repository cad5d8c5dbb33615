import CaptureFile
import FlatMemory
import Foundation
import TCPWire
import Testing
import Tracking

@testable import Passes

/// What several workers have read is read on by them: whether in the same file or in another one, it comes out as if one had
/// read all.
@Suite struct ReadingOnTests {
    /// A capture that is worth several workers: frames of 60 kB, of ten connections.
    static func capture(firstPort: UInt16) -> [UInt8] {
        let server = Endpoint(address: IPAddress(ipv4: 0x0a00_0002), port: 443)
        let payload = [UInt8](repeating: 0x61, count: 60_000)
        var bytes = words(0xa1b2_c3d4, 0x0004_0002, 0, 0, 65535, 1)
        for index in 0..<300 as Range<UInt32> {
            let client = Endpoint(
                address: IPAddress(ipv4: 0x0a00_0001), port: firstPort + UInt16(index * 7 % 10))
            let frame = SegmentBuilder(from: client, to: server)
                .data(payload, sequence: 1 + index / 10 * 60_000, acknowledgment: 1).ethernetFrame()
            bytes += words(1_700_000_000, index, UInt32(frame.count), UInt32(frame.count)) + frame
        }
        return bytes
    }

    private static func words(_ values: UInt32...) -> [UInt8] {
        values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
    }

    private struct Found: Equatable {
        let connections: [String]
        let counts: PacketCounts
        let numbers: [[Int]]
    }

    /// Reads one file, lets it grow, reads on, and then reads another.
    private func found(workers: Int) throws -> Found {
        let (first, second) = (Self.capture(firstPort: 40_000), Self.capture(firstPort: 40_005))
        var analysis = CaptureAnalysis(keeping: .places)
        var numbers: [[Int]] = []
        try withFile(first.dropLast(100_000)) { path in
            var reader = try CaptureReader(path: path)
            try analysis.read(&reader, workers: workers)
            #expect((analysis.sharedRecords != nil) == (workers > 1))
            let file = try #require(FileHandle(forWritingAtPath: path))
            try file.seekToEnd()
            try file.write(contentsOf: Data(first.suffix(100_000)))
            try analysis.read(&reader, workers: workers)
            for number in 1...analysis.count {
                let stored = try #require(try analysis.stored(number, from: &reader))
                numbers.append(stored.segments.map(\.number))
            }
        }
        try withFile(second) { path in
            var reader = try CaptureReader(path: path)
            try analysis.read(&reader, workers: workers)
        }
        return Found(connections: analysis.connections.map { "\($0)" }, counts: analysis.counts, numbers: numbers)
    }

    @Test func theSameFileGrownAndAnotherOne() throws {
        let expected = try found(workers: 1)
        #expect(expected.counts.packets == 600 && expected.connections.count == 15)
        for workers in 2...3 { #expect(try found(workers: workers) == expected) }
    }

    @Test func notWhileOthersShareTheRecords() async throws {
        try await withFile(Self.capture(firstPort: 40_000)) { path in
            await #expect(processExitsWith: .failure) { [path = path as String] in
                var reader = try CaptureReader(path: path)
                var analysis = CaptureAnalysis()
                try analysis.read(&reader, workers: 2)
                let shared = analysis.sharedRecords
                try analysis.read(&reader, workers: 2)
                withExtendedLifetime(shared) {}
            }
            await #expect(processExitsWith: .success) { [path = path as String] in
                var reader = try CaptureReader(path: path)
                var analysis = CaptureAnalysis()
                try analysis.read(&reader, workers: 2)
                _ = analysis.sharedRecords
                try analysis.read(&reader, workers: 2)
            }
        }
    }

    @Test func noSinglePacketsBehindSeveralWorkers() async throws {
        try await withFile(Self.capture(firstPort: 40_000)) { path in
            await #expect(processExitsWith: .failure) { [path = path as String] in
                var reader = try CaptureReader(path: path)
                var analysis = CaptureAnalysis()
                try analysis.read(&reader, workers: 2)
                let frame: [UInt8] = []
                analysis.take(frame.octets, number: 1, at: Timestamp(nanoseconds: 0), link: .raw)
            }
        }
    }
}
