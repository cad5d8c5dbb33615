import Foundation
import TCPWire
import Testing

/// Writes the fuzzer's seeds: into `TCPLENS_SEEDS` where that names a directory, else only to see that they can be.
@Suite struct SeedCorpusTests {
    static let links: [LinkType] = [
        .ethernet, .null, .loop, .ppp, .raw, .rawIPv4, .rawIPv6, .linuxCooked, .linuxCooked2,
    ]

    @Test func seeds() throws {
        let chosen = ProcessInfo.processInfo.environment["TCPLENS_SEEDS"]
        let parent = chosen.map { URL(filePath: $0) }
        let directory = (parent ?? FileManager.default.temporaryDirectory.appending(path: UUID().uuidString))
            .appending(path: "FuzzWire")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { if parent == nil { try? FileManager.default.removeItem(at: directory.deletingLastPathComponent()) } }
        for (index, (link, frame)) in AbsurdHeaderTests.frames.enumerated() {
            let choice = try #require(Self.links.firstIndex(of: link) ?? Self.links.firstIndex(of: .raw))
            let seed = directory.appending(path: "\(index)")
            try Data([UInt8(choice), 0] + frame).write(to: seed)
            #expect(try Data(contentsOf: seed).count == frame.count + 2)
        }
    }
}
