import Lab
import Narration
import Scenes
import Stories
import TCPWire
import Testing
import Tracking

@testable import WebPage

/// A page's text, apart from what a browser makes of it (`Tests/Browser`).
@Suite struct PageTests {
    @Test func whatComesFromOutsideIsNeverMarkup() {
        let name = "<img src=x onerror=\"alert('1')\">&amp;"
        let html: HTML = "<b>\(name)</b>"
        #expect(html.source == "<b>&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;</b>")
    }

    @Test(
        "what a terminal would obey, or turns what stands beside it, is spelled out",
        arguments: [0x1b, 0x202e, 0x2028, 0x9b])
    func whatComesFromOutsideSteersNothing(_ number: UInt32) throws {
        let scalar = try #require(Unicode.Scalar(number))
        let html: HTML = "<b>\("a" + String(scalar) + "<b>")</b>"
        #expect(!html.source.unicodeScalars.contains(scalar))
        #expect(html.source.hasPrefix("<b>a\\") && html.source.hasSuffix("&lt;b&gt;</b>"))
    }

    @Test func linesStayLines() {
        let html: HTML = "<pre>\("45 00\n00 3c")</pre>"
        #expect(html.source == "<pre>45 00\n00 3c</pre>")
    }

    @Test func aTextIsThereInBothLanguagesUnlessTheyAreTheSame() {
        let both: HTML = "\(Text(en: "a & b", zh: "甲"))"
        #expect(both.source == "<span lang=\"zh\">甲</span><span lang=\"en\">a &amp; b</span>")
        let same: HTML = "\(Text(verbatim: "SYN"))"
        #expect(same.source == "SYN")
    }

    @Test func nothingInTheDataEndsItsElement() throws {
        let story = try #require(StackExperiment().run()).story
        let title = "</script><!-- \u{2028}\u{2029}"
        let moment = Scene.Moment(time: 0, end: Scene.End(lane: 0), peer: 1, what: Text(verbatim: title))
        let scene = Scene(story: story, title: Text(verbatim: title), keepsPayload: true, moments: [moment])
        let page = try ConnectionPage(story: story, scene: scene, title: scene.title, silence: 50_000_000)
            .html(.english, maker: "tcplens")
        let data = try #require(page.split(separator: "id=\"data\">", maxSplits: 1).last)
        let json = try #require(data.split(separator: "</script>", maxSplits: 1).first)
        #expect(json.hasSuffix("}"))
        for mark in ["<", ">", "\u{2028}", "\u{2029}"] { #expect(!json.contains(mark)) }
        #expect(!page.contains(title) && page.contains("&lt;/script&gt;"))
    }

    @Test func aPageOfACaptureHoldsNoPayloadUnlessTheSceneDoes() throws {
        let story = try #require(StackExperiment().run()).story
        for keepsPayload in [false, true] {
            let scene = Scene(story: story, title: Text(verbatim: "c"), keepsPayload: keepsPayload)
            let page = try ConnectionPage(story: story, scene: scene, title: scene.title, silence: 50_000_000)
                .html(.english, maker: "tcplens")
            #expect(page.contains("hello, xiao mei.") == keepsPayload)
            // Nor as octets.
            #expect(!page.contains("68656c6c6f"))
        }
    }

    @Test func aPageAsksNobodyForAnything() throws {
        let story = try #require(StackExperiment().run()).story
        let scene = Scene(story: story, title: Text(verbatim: "c"))
        let page = try ConnectionPage(story: story, scene: scene, title: scene.title, silence: 50_000_000)
            .html(.chinese, maker: "tcplens")
        #expect(page.contains("default-src 'none'"))
        for word in ["http://", "https://", "src=", "@import", "url(//", "fetch(", "XMLHttpRequest"] {
            #expect(!page.contains(word), "\(word)")
        }
    }

    @Test func anAnswerNamesWhatItAnswers() throws {
        let story = try #require(StackExperiment().run()).story
        for (step, answer) in zip(story.steps, story.answers) {
            guard let answer else { continue }
            let question = try #require(story.steps.first { $0.segment.number == answer.number })
            #expect(question.sender != step.sender)
            #expect(step.segment.header.acknowledgment == question.segment.header.sequence &+ answer.advance)
        }
        #expect(story.answers.contains { $0?.octets == 16 && $0?.takesNumber == false })
        #expect(story.answers[0] == nil)
    }

    @Test(arguments: [Language.english, .chinese]) func theFigureIsAPictureOfItsOwn(_ language: Language) throws {
        let story = try #require(StackExperiment().run()).story
        let picture = StateDiagram(paths: Party.allCases.map { story.path(of: $0) }).picture(language)
        // Programs that draw SVG and know no variables agree with browsers; nothing in it depends on a page.
        #expect(picture.contains("stroke: #12A568") && picture.contains("stroke: #7EF1AC"))
        #expect(!picture.contains("var(") && !picture.contains("<tspan lang"))
        let gone = [
            "CLOSED>SYN-SENT", "SYN-SENT>ESTABLISHED", "ESTABLISHED>CLOSE-WAIT", "CLOSE-WAIT>LAST-ACK",
            "LAST-ACK>CLOSED", "LISTEN>SYN-RECEIVED", "SYN-RECEIVED>ESTABLISHED", "ESTABLISHED>FIN-WAIT-1",
            "FIN-WAIT-1>FIN-WAIT-2", "FIN-WAIT-2>TIME-WAIT", "TIME-WAIT>CLOSED",
        ]
        for edge in gone { #expect(picture.contains("class=\"edge went\" data-edge=\"\(edge)\""), "\(edge)") }
        #expect(picture.matches(of: /class="edge went"/).count == gone.count)
    }

    @Test func everyEdgeOfTheFigureHasItsPlace() { #expect(StateDiagram.hasPlaceForAll) }

    @Test func theFieldsAreThoseOfTheHeader() {
        let widths = PageData.layout.map(\.field.bitWidth)
        #expect(widths == [16, 16, 32, 32, 4, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 16, 16, 16])
        #expect(widths.reduce(0, +) == 160)
    }

    @Test(arguments: [true, false]) func aTutorialIsUnder300KiB(isBlank: Bool) throws {
        let story = try #require(StackExperiment().run()).story
        let scene = Scene(story: story, title: Text(verbatim: "c"), keepsPayload: true)
        let tutorial = Tutorial(
            story: story, scene: scene, paths: Party.allCases.map { story.path(of: $0) }, actions: [], tables: [],
            opening: [], silence: 50_000_000)
        let page = try tutorial.html(.chinese, maker: "tcplens", isBlank: isBlank)
        #expect(page.utf8.count < 300 * 1024)
    }
}
