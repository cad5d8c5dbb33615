import Foundation
import TCPWire
import Testing

/// Writes the fuzzer's seeds: into `TCPLENS_SEEDS` where that names a directory, else only to see that they can be.
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
        let frames =
            AbsurdHeaderTests.frames + CarrierSample.all.filter(\.provenByItsEnd).map { ($0.link, $0.frame) }
            + NearMiss.all.map { ($0.link, $0.frame) }
        for (index, (link, frame)) in frames.enumerated() {
            // A link type that is not opened has nothing to be mutated.
            guard let choice = Self.links.firstIndex(of: link) else { continue }
            let seed = directory.appending(path: "\(index)")
            try Data([UInt8(choice), 0] + frame).write(to: seed)
            #expect(try Data(contentsOf: seed).count == frame.count + 2)
        }
    }
}
