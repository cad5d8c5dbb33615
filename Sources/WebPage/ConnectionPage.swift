import Drawings
import Narration
import Scenes
import Stories
import Tracking

/// One connection of a capture as an HTML page: its ladder, its headers, and the states that both ends passed through.
/// It can be attached to a ticket: the payload of segments is in it only if the scene was made with payload.
public struct ConnectionPage {
    /// The most rows of a ladder that a hand-out shows; a class would not fill in more.
    public static let mostOnPaper = LadderFigure.longest

    private let facts: Tutorial
    private let title: Text

    /// - Parameters:
    ///   - title: the connection's name in the capture.
    ///   - silence: the longest pause, in nanoseconds, that is not shortened by a tear in the ladder.
    public init(story: ConnectionStory, scene: Scene, title: Text, silence: Int64) {
        self.title = title
        facts = Tutorial(
            story: story, scene: scene, paths: Party.allCases.map { story.path(of: $0) }, actions: [], tables: [],
            opening: story.summary, silence: silence)
    }

    /// The HTML of the whole page.
    ///
    /// - Parameters:
    ///   - language: the language that is shown first.
    ///   - maker: the program and its version.
    ///   - isBlank: whether to make a hand-out instead, with blanks to fill in and a page of answers. The ladder must
    ///     have at most ``mostOnPaper`` rows.
    ///   - absoluteNumbers: whether the sequence numbers of the headers are shown first, and not those relative to the
    ///     ISNs.
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
