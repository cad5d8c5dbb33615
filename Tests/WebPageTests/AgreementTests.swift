import Foundation
import Narration
import Passes
import Scenes
import Stories
import TCPState
import Testing
import Tracking
import Transcripts

@testable import WebPage

/// What a page says of a connection, on every capture that there is: the same as the story's summary says, and nothing twice.
@Suite(
    "the page and the story agree",
    .enabled(if: SharedCaptures.requiresAll || !SharedCaptures.cases.isEmpty, "needs the shared captures"))
struct AgreementTests {
    /// One holds nothing at all.
    private static let captures = SharedCaptures.cases.filter { SharedCaptures.name($0) != "no-octets.pcap" }

    /// The connections of a capture that a page shows whole.
    private static func tutorials(_ path: String) throws -> [Tutorial] {
        let analysis = try SharedCaptures.analysis(path)
        return (1...max(1, min(4, analysis.count))).compactMap { number in
            guard number <= analysis.count, let story = analysis.stored(number).flatMap({ ConnectionStory($0) }),
                story.steps.count <= LadderFigure.longest
            else { return nil }
            return Tutorial(
                story: story, scene: Scene(story: story, title: Text(verbatim: "c")),
                paths: Party.allCases.map { story.path(of: $0) }, actions: [], tables: [], opening: story.summary,
                silence: 50_000_000)
        }
    }

    /// In English, without markup.
    private static func english(_ html: HTML) -> String {
        html.source.replacing(#/<span lang="zh">.*?</span>|<span class="raw">.*?</span>/#, with: "")
            .replacing(#/<[^>]*>/#, with: "")
    }

    @Test("who closed first", arguments: captures)
    func closer(_ path: String) throws {
        for tutorial in try Self.tutorials(path) {
            let summary = tutorial.story.summary.map(\.english).joined(separator: " ")
            let told = summary.firstMatch(
                of: #/the (client|server) closed first|sent a FIN, (client|server) first|nly the (client|server) sent/#)
            let party = told.flatMap { $0.1 ?? $0.2 ?? $0.3 }.map(String.init)
            #expect(tutorial.closing?.sender.rawValue == party, "\(summary)")
        }
    }

    @Test("a handshake ends with a segment that arrived, later than its SYN", arguments: captures)
    func handshake(_ path: String) throws {
        for tutorial in try Self.tutorials(path) {
            guard let told = Self.english(tutorial.introduction).firstMatch(of: #/ms from #(\d+) \(SYN\) to #(\d+)/#)
            else { continue }
            let steps = try [told.1, told.2].map { number in
                try #require(tutorial.story.steps.first { "\($0.segment.number)" == number })
            }
            #expect(steps[0].kind == .syn && steps[1].fate != .lost && steps[1].fate != .notTaken)
            #expect(steps[1].client.state != .synSent && steps[1].server.state != .synReceived)
            #expect(steps[0].segment.time <= steps[1].segment.time)
        }
    }

    @Test("the list says nothing twice", arguments: captures)
    func list(_ path: String) throws {
        for tutorial in try Self.tutorials(path) {
            let sentences = EventSentences(lanes: tutorial.scene.lanes, milliseconds: Tutorial.milliseconds)
            for row in tutorial.rows {
                guard let segment = row.segment else { continue }
                let line = Self.english(sentences.html([row]))
                let parts = line.replacing("\n", with: "").split(separator: ", ")
                #expect(Set(parts).count == parts.count, "\(line)")
                for word in ["lost", "not taken", "on its way"] {
                    #expect(line.ranges(of: word).count <= 1, "\(line)")
                }
                if let original = segment.original {
                    #expect(line.matches(of: #/#(\d+)/#).count { $0.1 == "\(original)" } <= 1, "\(line)")
                }
            }
        }
    }
}
