import CaptureFile
import TCPWire
import Testing
import Tracking
import Transcripts

@testable import Passes

@Suite("segments in IP fragments") struct FragmentTests {
    @Test(arguments: FragmentCase.all) func found(_ example: FragmentCase) throws {
        let kept = try example.transcript.analysis()
        #expect(FragmentTranscript.rows(Self.connections(kept)) == FragmentCase.handshake + example.rows)
        #expect(Self.fragments(kept.counts) == example.fragments)
        #expect(kept.counts.packets == kept.counts.segments + Self.others(kept.counts))
    }

    @Test("read by their places, or taken from memory: the same", arguments: FragmentCase.all)
    func fetched(_ example: FragmentCase) throws {
        let bytes = example.transcript.bytes
        let kept = try example.transcript.analysis()
        var reader = try CaptureReader(bytes: bytes)
        var indexed = CaptureAnalysis(keeping: .places)
        try indexed.read(&reader)
        try indexed.settle(from: reader)
        #expect(indexed.counts == kept.counts)
        let fetched = try (0..<indexed.count).map { try indexed.stored($0 + 1, from: &reader) }
        #expect(FragmentTranscript.rows(fetched) == FragmentTranscript.rows(Self.connections(kept)))
        #expect(fetched.map { $0?.segments.map(\.frame) } == Self.connections(kept).map { $0?.segments.map(\.frame) })
        #expect(indexed.connections.map { "\($0)" } == kept.connections.map { "\($0)" })
    }

    @Test("parts of any size, by any number of workers", arguments: FragmentCase.all, [60, 700, 5000])
    func parts(_ example: FragmentCase, _ partSize: Int) throws {
        let bytes = example.transcript.bytes
        var reader = try CaptureReader(bytes: bytes)
        var alone = CaptureAnalysis(keeping: .places)
        try alone.read(&reader)
        for workers in [1, 2, 5] {
            var reader = try CaptureReader(bytes: bytes)
            let pass = ParallelPass(workers: workers, partSize: partSize, indexing: true)
            try pass.read(&reader)
            #expect(pass.counts == alone.counts)
            #expect((0..<pass.count).map { "\(pass.connection($0))" } == alone.connections.map { "\($0)" })
            #expect(
                (0..<pass.count).flatMap { pass.places(of: $0) }
                    == (0..<alone.count).flatMap { alone.index.places(of: $0) })
        }
    }

    /// Of a file that is large enough for several workers, all of the above one behind the other.
    @Test("a large file, by one worker and by several", arguments: [2, 3]) func large(workers: Int) throws {
        let bytes = Self.large
        func read(_ workers: Int) throws -> [String] {
            var reader = try CaptureReader(bytes: bytes)
            var analysis = CaptureAnalysis(keeping: .places)
            try analysis.read(&reader, workers: workers)
            try analysis.settle(from: reader)
            #expect((analysis.sharedRecords != nil) == (workers > 1))
            var lines = ["\(analysis.counts)"]
            for number in 1...analysis.count {
                lines.append("\(analysis[number - 1])")
                lines += FragmentTranscript.rows([try analysis.stored(number, from: &reader)])
            }
            return lines
        }
        let alone = try read(1)
        #expect(alone.count > 100)
        #expect(try read(workers) == alone)
    }

    private static let large: [UInt8] = {
        var bytes: [UInt8] = []
        for example in FragmentCase.all {
            bytes += bytes.isEmpty ? example.transcript.bytes : example.transcript.records
            // No two of them between the same ends at the same time: a UDP datagram of 60 KB, eight times, then the next.
            let padding = FragmentTranscript()
            let packet = Fragments.tunnel(
                Fragments.datagram(Array(repeating: 1, count: 60_000), to: 9), protocol: 17)
            for _ in 0..<8 { padding.take(packet) }
            bytes += padding.records
        }
        return bytes
    }()

    @Test("what came first is told where reading goes on") func readingOn() throws {
        let t = FragmentTranscript()
        t.open()
        let pieces = Fragments.of(t.c.data(101, 301, 2000).ipPacket(), at: [1480])
        t.take(pieces[0])
        var analysis = CaptureAnalysis(keeping: .all(limit: .max))
        var reader = try CaptureReader(bytes: t.bytes)
        try analysis.read(&reader)
        #expect(analysis.stored(1)?.segments.count == 3)
        #expect(analysis.counts.fragments == 1)
        analysis.settle()
        #expect(analysis.stored(1)?.segments.count == 4)
        #expect(analysis.counts.fragments == 0)
    }

    private static func connections(_ analysis: borrowing CaptureAnalysis) -> [StoredConnection?] {
        (0..<analysis.count).map { analysis.stored($0 + 1) }
    }

    private static func fragments(_ counts: PacketCounts) -> [Int] {
        [counts.fragments, counts.refusedFragments, counts.loneFragments]
    }

    private static func others(_ counts: PacketCounts) -> Int {
        counts.quoted + counts.fragments + counts.otherTransport + counts.notIP + counts.concealed + counts.truncated
            + counts.malformed + counts.otherLinks.values.reduce(0, +)
    }
}
