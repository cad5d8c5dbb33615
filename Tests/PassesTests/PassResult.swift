import CaptureFile
import Foundation
import Tracking

@testable import Passes

/// All that a pass over a capture finds, for comparison: every field of every record with its packets' numbers, the counts,
/// and how it ended.
struct PassResult: Equatable, CustomStringConvertible {
    let connections: [String]
    let counts: PacketCounts
    let ending: CaptureEnding?

    /// What several workers have found. The pass must have been indexing.
    init(_ pass: ParallelPass, _ ending: CaptureEnding?) {
        connections = (0..<pass.count).map { "\(pass.connection($0)) \(pass.places(of: $0).map(\.number))" }
        counts = pass.counts
        self.ending = ending
    }

    /// What one has found. The analysis must have been keeping all.
    init(_ analysis: borrowing CaptureAnalysis, _ ending: CaptureEnding?) {
        connections = (0..<analysis.count).map {
            "\(analysis[$0]) \(analysis.stored($0 + 1)?.segments.map(\.number) ?? [])"
        }
        counts = analysis.counts
        self.ending = ending
    }

    /// What one worker finds in a file.
    init(path: String) throws {
        var reader = try CaptureReader(path: path)
        var analysis = CaptureAnalysis(keeping: .all(limit: .max))
        try analysis.read(&reader)
        self.init(analysis, reader.ending)
    }

    /// Short: a failed comparison would else print megabytes.
    var description: String {
        "\(connections.count) connections, \(counts.packets) packets, \(ending.map { "\($0)" } ?? "no ending")"
    }
}

/// Runs `body` with a file that goes when it is done.
func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "pass-\(UUID().uuidString).pcap")
    try Data(bytes).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    try body(file.path)
}

/// The same around what waits: a process that traps could not remove the file itself.
func withFile(_ bytes: [UInt8], _ body: (String) async throws -> Void) async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "pass-\(UUID().uuidString).pcap")
    try Data(bytes).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    try await body(file.path)
}
