import CaptureFile
import Foundation
import Narration
import Passes
import Scenes
import Stories
import TCPWire
import Testing
import Tracking
import Transcripts

@testable import Pictures

/// No row drops what it is there to show, however narrow: a handshake's segment its seq and its ack, data its seq and its length,
/// an ACK its ack, a FIN its seq, a closed window and one that opens again the window.
@Suite("the numbers of a ladder's rows") struct LadderNumbersTests {
    /// The demo's own recording: ISNs of ten digits, as the tutorial's learner sees them.
    private static let recording = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Docs/pictures/hello.pcap").path

    private static func scenes(_ path: String, longest: Int = 60, most: Int = 5) throws -> [Scene] {
        guard let analysis = try SharedCaptures.filled(path), analysis.count > 0 else { return [] }
        var scenes: [Scene] = []
        for number in 1...analysis.count where scenes.count < most {
            guard let story = analysis.stored(number).flatMap({ ConnectionStory($0) }) else { continue }
            if story.steps.count <= longest { scenes.append(Scene(story: story, title: Text(verbatim: ""))) }
        }
        return scenes
    }

    /// What the row of a segment has to say, told apart from how the ladder finds it.
    private static func needed(_ segment: Scene.Segment) -> [String] {
        let seq = "seq=\(segment.sequence.raw)"
        let ack = segment.acknowledgment.map { "ack=\($0.raw)" }
        switch segment.kind {
        case .syn, .synAck, .handshakeAck: return [seq, ack].compactMap { $0 }
        case .data: return [seq, "len=\(segment.length)"]
        case .fin: return [seq]
        case .acknowledgment:
            let isPlain = segment.flags.isDisjoint(with: [.syn, .fin, .rst]) && !segment.isProbe
            return isPlain ? [ack, segment.window.map { "win=\($0)" }].compactMap { $0 } : [seq]
        case .reset: return []
        }
    }

    /// The segments whose row, with the lines below it, lacks one of its numbers.
    private static func lacking(_ scene: Scene, _ canvas: Canvas) -> [String] {
        let lines = Ladder(canvas: canvas, absoluteNumbers: true).lines(scene)
        let packed = lines.map { $0.split(separator: " ").joined(separator: " ") }
        var lacking: [String] = []
        for case .segment(let segment) in scene.rows where segment.part == 0 {
            let head = "#\(segment.number) \(segment.flags)"
            guard let row = packed.firstIndex(where: { " \($0) ".contains(" \(head) ") }) else {
                lacking.append("\(head): no row")
                continue
            }
            // A line of its own has no time, which a row begins with.
            let below = lines.indices.dropFirst(row + 1).prefix { !lines[$0].prefix(10).contains(where: \.isNumber) }
            let words = Set(packed[row..<(below.last.map { $0 + 1 } ?? row + 1)].flatMap { $0.split(separator: " ") })
            for number in needed(segment) where !words.contains(Substring(number)) {
                lacking.append("\(head) lacks \(number) at \(canvas.width):\n\(lines[row])")
            }
        }
        return lacking
    }

    @Test("the tutorial's connection, real numbers, at every width", arguments: Language.allCases)
    func tutorial(language: Language) throws {
        let scene = try #require(try Self.scenes(Self.recording).first)
        for width in 60...200 {
            for glyphs in GlyphSet.allCases {
                let canvas = Canvas(width: width, glyphs: glyphs, language: language)
                #expect(Self.lacking(scene, canvas).isEmpty, "\(Self.lacking(scene, canvas).joined(separator: "\n"))")
            }
        }
    }

    @Test(
        "every connection of the shared captures, real numbers",
        .enabled(if: !SharedCaptures.paths.isEmpty || SharedCaptures.requiresAll, "../shared/captures is not there"),
        arguments: [60, 72, 80, 100, 110, 120, 160])
    func captures(width: Int) throws {
        let canvas = Canvas(width: width)
        var drawn = 0
        var lacking: [String] = []
        for path in SharedCaptures.paths + SharedCaptures.cases {
            for scene in try Self.scenes(path) {
                drawn += 1
                lacking += Self.lacking(scene, canvas).map { "\(SharedCaptures.name(path)) \($0)" }
                for line in Ladder(canvas: canvas, absoluteNumbers: true).lines(scene)
                where canvas.measure(line) > width {
                    lacking.append("too wide: \(line)")
                }
            }
        }
        #expect(drawn > 100)
        #expect(lacking.isEmpty, "\(lacking.count) of them:\n\(lacking.prefix(10).joined(separator: "\n"))")
    }

    @Test("where there is room the states have their names, and then no list of letters")
    func names() throws {
        let scene = try #require(try Self.scenes(Self.recording).first)
        let wide = Ladder(canvas: Canvas(width: 120), legend: .letters).lines(scene)
        let narrow = Ladder(canvas: Canvas(width: 80), legend: .letters).lines(scene)
        for name in ["SYN-SENT*", "SYN-RECEIVED*", "ESTABLISHED*", "FIN-WAIT-1*", "CLOSE-WAIT*", "TIME-WAIT*"] {
            #expect(wide.contains { $0.contains(name) })
            #expect(!narrow.contains { $0.contains(name) })
        }
        #expect(!wide.contains { $0.hasPrefix("letters:") } && wide.contains("signs: * changed on this row"))
        #expect(narrow.contains { $0.hasPrefix("letters: ") })
        // Names before variables, these where both fit.
        #expect(!Ladder(canvas: Canvas(width: 110)).lines(scene).contains { $0.contains("SND.UNA") })
        #expect(Ladder(canvas: Canvas(width: 140)).lines(scene).contains { $0.contains("SND.UNA") })
    }

    @Test(
        "one kind of numbers on a screen: with real ones SND.UNA and its like are real, too", arguments: [false, true])
    func oneKind(isAbsolute: Bool) throws {
        let scene = try #require(try Self.scenes(Self.recording).first)
        let lines = Ladder(canvas: Canvas(width: 200), absoluteNumbers: isAbsolute).lines(scene)
        #expect(lines.contains { $0.contains("SND.UNA") })
        guard case .segment(let syn)? = scene.rows.first, case .segment(let ack)? = scene.rows.dropFirst(2).first else {
            Issue.record("no handshake")
            return
        }
        let row = try #require(lines.first { $0.contains("#\(ack.number) ") })
        let numbers = isAbsolute ? UInt64(syn.sequence.raw) : 0
        // SND.UNA and SND.NXT on the left, RCV.NXT on the right: all count the client's octets.
        let words = row.split(separator: " ")
        #expect(words.count { $0 == "\(numbers + 1)" } == 3, "\(row)")
        let first = try #require(lines.first { $0.contains("#\(syn.number) ") })
        #expect(first.contains(" \(numbers) "), "\(first)")
    }

    @Test("the letters in brackets are explained", arguments: Language.allCases)
    func brackets(language: Language) throws {
        let scene = try #require(try Self.scenes(Self.recording).first)
        let lines = Ladder(canvas: Canvas(width: 80, language: language), legend: .letters).lines(scene)
        #expect(
            lines.contains(
                language == .english ? "[W+I]: W captured packets  I inferred" : "[W+I]：W 抓包  I 推断"))
    }
}
