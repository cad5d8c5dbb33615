import CaptureFile
import Testing
import Tracking

@testable import Passes

/// More than a pass has numbers for is refused and told of, whoever reads: nothing is counted under another's number.
@Suite struct PassLimitsTests {
    /// What a pass over a capture of ten connections and 300 segments has read when it is at its limit.
    private func packets(workers: Int, _ limits: PassLimits) throws -> Int {
        var analysis = CaptureAnalysis(keeping: .places)
        analysis.limits = limits
        try withFile(ReadingOnTests.capture(firstPort: 40_000)) { path in
            var reader = try CaptureReader(path: path)
            #expect(throws: CaptureError.tooLarge(path: path)) { try analysis.read(&reader, workers: workers) }
        }
        #expect((analysis.sharedRecords != nil) == (workers > 1))
        return analysis.counts.packets
    }

    @Test("connections beyond the limit end the pass", arguments: [1, 2])
    func connections(workers: Int) throws {
        #expect((5..<300).contains(try packets(workers: workers, PassLimits(connections: 5))))
    }

    @Test("so do segments whose places are noted", arguments: [1, 2])
    func segments(workers: Int) throws {
        #expect((60..<300).contains(try packets(workers: workers, PassLimits(segments: 60))))
    }

    @Test("a capture that stays below them is read to its end", arguments: [1, 2])
    func below(workers: Int) throws {
        var analysis = CaptureAnalysis(keeping: .places)
        analysis.limits = PassLimits(connections: 11, segments: 301)
        try withFile(ReadingOnTests.capture(firstPort: 40_000)) { path in
            var reader = try CaptureReader(path: path)
            try analysis.read(&reader, workers: workers)
        }
        #expect(analysis.count == 10)
        #expect(analysis.counts.packets == 300)
    }
}
