import CaptureFile
import Foundation
import TCPWire
import Testing
import Tracking
import Transcripts

@testable import Passes

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What comes through a pipe is read once more from where it was kept.
@Suite struct SpoolTests {
    /// A connection in which everything stands twice, as a capture file.
    private static var doubled: [UInt8] {
        let up = SegmentBuilder(from: Sample.client, to: Sample.server)
        let down = SegmentBuilder(from: Sample.server, to: Sample.client)
        var bytes = words(0xa1b2_c3d4, 0x0002_0004, 0, 0, 65535, 1)
        let frames = [
            up.syn(sequence: 100), down.synAck(sequence: 300, acknowledgment: 101),
            up.ack(sequence: 101, acknowledgment: 301),
            up.with([.psh, .ack], sequence: 101, acknowledgment: 301, payload: [1, 2, 3]),
        ].map { $0.ethernetFrame() }
        for (number, frame) in frames.enumerated() {
            for copy in 0...1 {
                let time = UInt32(number * 20_000 + copy * 5)
                bytes += words(1, time, UInt32(frame.count), UInt32(frame.count)) + frame
            }
        }
        return bytes
    }

    private static func words(_ words: UInt32...) -> [UInt8] {
        words.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) } }
    }

    /// What is found in it through a pipe that keeps so many octets: how often the client sent again, and what was not judged.
    private func found(keeping limit: Int?) throws -> (retransmitted: [UInt32], unsettled: Int) {
        let pipe = Pipe()
        pipe.fileHandleForWriting.write(Data(Self.doubled))
        try pipe.fileHandleForWriting.close()
        defer { withExtendedLifetime(pipe) {} }
        let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
        var reader = try CaptureReader(path: path, spool: limit.map { Spool(limit: $0) })
        var analysis = CaptureAnalysis()
        try analysis.read(&reader)
        try analysis.settle(from: reader)
        return (analysis.connections.map(\.client.retransmittedSegments), analysis.unsettled)
    }

    @Test("what was kept is judged") func kept() throws {
        let found = try found(keeping: 1 << 20)
        #expect(found.retransmitted == [0] && found.unsettled == 0)
    }

    @Test("what was not kept stands as it is, and is said to be in doubt", arguments: [nil, 0, 100])
    func gone(limit: Int?) throws {
        let found = try found(keeping: limit)
        #expect(found.retransmitted == [2] && found.unsettled == 1)
    }
}
