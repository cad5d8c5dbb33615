import FlatMemory
import Foundation
import TCPWire
import Testing

/// Writes the fuzzer's seeds: into `TCPLENS_SEEDS` where that names a directory, else only to see that the fuzzer finds in them
/// what the samples hold.
@Suite struct SeedCorpusTests {
    /// As the fuzzer orders them.
    static let links = LinkType.registry.filter(\.isOpened) + [LinkType(rawValue: 147)]

    @Test func seeds() throws {
        let chosen = ProcessInfo.processInfo.environment["TCPLENS_SEEDS"]
        let parent = chosen.map { URL(filePath: $0) }
        let directory = (parent ?? FileManager.default.temporaryDirectory.appending(path: UUID().uuidString))
            .appending(path: "FuzzWire")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { if parent == nil { try? FileManager.default.removeItem(at: directory.deletingLastPathComponent()) } }
        let carriers = CarrierSample.all.filter(\.provenByItsEnd)
        let frames: [(link: LinkType, frame: [UInt8], verdict: PacketVerdict?)] =
            AbsurdHeaderTests.frames.map { ($0.0, $0.1, nil) } + carriers.map { ($0.link, $0.frame, .segment) }
            + NearMiss.all.map { ($0.link, $0.frame, $0.verdict) }
        var verdicts: [PacketVerdict] = []
        for (index, (link, frame, verdict)) in frames.enumerated() {
            // A link type that is not opened has nothing to be mutated.
            guard let choice = Self.links.firstIndex(of: link) else { continue }
            let seed = directory.appending(path: "\(index)")
            try Data([UInt8(choice), 0] + frame).write(to: seed)
            // As the fuzzer reads it.
            let input = [UInt8](try Data(contentsOf: seed))
            let octets = Array(input[2...])
            var header = SegmentHeader()
            let found = PacketDecoder.decode(
                octets.octets, link: Self.links[Int(input[0])], originalLength: octets.count + Int(input[1]) * 37,
                into: &header)
            verdicts.append(found)
            if let verdict { #expect(found == verdict, "\(index), \(link)") }
        }
        #expect(verdicts.count { $0 == .segment } >= carriers.count)
        #expect(verdicts.contains { $0 != .segment })
    }
}
