import CaptureFile
import Drawings
import Foundation
import Narration
import Passes
import Scenes
import Stories
import TCPWire
import Testing
import Tracking
import Transcripts

/// Every drawn segment of every shared capture beside tshark's reading of it.
@Suite(.enabled(if: !SharedCaptures.paths.isEmpty || SharedCaptures.requiresAll, "../shared/captures is not there"))
struct DrawingOracleTests {
    private struct Key: Hashable {
        var frame: Int
        var port: String
    }

    /// tshark's flags, sequence, acknowledgment and length.
    private struct Reading: Equatable {
        var flags: String
        var sequence: String
        var acknowledgment: String?
        var length: String
    }

    private static func oracle() throws -> [String: [Key: [Reading]]] {
        let text = try String(
            contentsOf: SharedCaptures.root.appending(path: "oracles/tshark-segments.tsv"), encoding: .utf8)
        var result: [String: [Key: [Reading]]] = [:]
        for line in text.split(separator: "\n").dropFirst() {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard fields.count > 8, let frame = Int(fields[1]) else { continue }
            let bits = UInt16(fields[8].dropFirst(2), radix: 16) ?? 0
            let flags = TCPFlags(rawValue: bits)
            let reading = Reading(
                flags: flags.description, sequence: fields[5],
                acknowledgment: flags.contains(.ack) ? fields[6] : nil, length: fields[7])
            result[fields[0], default: [:]][Key(frame: frame, port: fields[3]), default: []].append(reading)
        }
        return result
    }

    @Test("flags, sequence, acknowledgment and length of each drawn segment are tshark's")
    func numbers() throws {
        let oracle = try Self.oracle()
        var compared = 0
        var differences: [String: [String]] = [:]
        for path in SharedCaptures.paths {
            let name = SharedCaptures.name(path)
            let analysis = try SharedCaptures.analysis(path)
            var groups: [[StoredSegment]] = Array(repeating: [], count: analysis.count)
            for (connection, segment) in analysis.kept { groups[connection].append(segment) }
            for segments in groups {
                guard let story = ConnectionStory(segments: segments) else { continue }
                let ports = Dictionary(
                    segments.map { ($0.number, "\($0.header.sourcePort)") }, uniquingKeysWith: { one, _ in one })
                let scene = Scene(story: story, title: Text(verbatim: name))
                let drawing = try #require(SVGReading(LadderDrawing(scene).svg), "\(name)")
                #expect(
                    drawing.segments.map { $0.attributes["data-number"] } == story.steps.map { "\($0.segment.number)" })
                for group in drawing.segments {
                    let number = Int(group.attributes["data-number"] ?? "") ?? 0
                    guard let theirs = oracle[name]?[Key(frame: number, port: ports[number] ?? "")] else { continue }
                    let ours = Reading(
                        flags: group.attributes["data-flags"] ?? "", sequence: group.attributes["data-sequence"] ?? "",
                        acknowledgment: group.attributes["data-acknowledgment"],
                        length: group.attributes["data-length"] ?? "")
                    compared += 1
                    // Where the IP header names no length, tshark tells none.
                    let isSame = theirs.contains { their in
                        var their = their
                        if their.length.isEmpty { their.length = ours.length }
                        return their == ours
                    }
                    if !isSame { differences[name, default: []].append("#\(number): \(ours), \(theirs)") }
                }
            }
        }
        #expect(compared > 17_000)
        #expect(differences.isEmpty, "\(differences.mapValues { $0.prefix(3) })")
    }
}
