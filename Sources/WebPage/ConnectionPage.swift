import Drawings
import Narration
import Scenes
import Stories
import Tracking

/// One connection of a capture as a page: its ladder, its headers, the ways of both ends through the states. To be attached to a
/// ticket: what the segments carry is in it only where the scene was made so.
public struct ConnectionPage {
    /// The most rows of a ladder that a hand-out shows: a class fills in no more.
    public static let mostOnPaper = LadderFigure.longest

    private let facts: Tutorial
    private let title: Text

    /// - Parameters:
    ///   - title: what the capture calls it.
    ///   - silence: the longest pause, in nanoseconds, that the ladder does not tear.
    public init(story: ConnectionStory, scene: Scene, title: Text, silence: Int64) {
        self.title = title
        facts = Tutorial(
            story: story, scene: scene, paths: Party.allCases.map { story.path(of: $0) }, actions: [], tables: [],
            opening: story.summary, silence: silence)
    }

    /// The whole page.
    ///
    /// - Parameters:
    ///   - language: the one that is shown first.
    ///   - maker: the program and its version.
    ///   - isBlank: a hand-out instead, with blanks to fill in and a page of answers; of no more than ``mostOnPaper`` rows.
    ///   - absoluteNumbers: the sequence numbers of the headers are shown first, not those relative to the ISNs.
    public func html(
        _ language: Language, maker: String, isBlank: Bool = false, absoluteNumbers: Bool = false
    ) throws -> String {
        if isBlank {
            return try HandOut(tutorial: facts, title: title)
                .html(language, maker: maker, absoluteNumbers: absoluteNumbers)
        }
        let isLong = facts.rows.count > LadderFigure.longest
        var drawn = SharedStyle()
        var chapters: [(id: String, title: Text, body: HTML)] = [
            ("run", PageWords.ladder, facts.ladder(language, &drawn) + (isLong ? "" : facts.sums))
        ]
        if let handshake = facts.handshake {
            chapters.append(("header", DemoWords.headers, facts.headers(handshake)))
        }
        chapters.append(("machine", PageWords.states, facts.machineChapter))
        let frame = PageFrame(
            title: title, language: language, maker: maker, absoluteNumbers: absoluteNumbers,
            chapters: chapters.map { ($0.id, $0.title) }, hasTimes: !isLong)
        let sections = chapters.map { chapter in
            "<section id=\"\(chapter.id)\"><h2>\(chapter.title)</h2>\n\(chapter.body)</section>\n" as HTML
        }
        return try frame.html(facts.introduction + sections.joined(), drawn: drawn, data: PageData(facts.rows).html)
    }
}
