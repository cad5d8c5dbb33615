import CaptureFile
import Lab
import Narration
import Scenes
import Stories
import TCPState
import TCPWire
import Testing
import Tracking
import Transcripts

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

    @Test func noEdgeRunsThroughAState() { #expect(StateDiagram.blockedWays == []) }

    @Test func aStepThatTheTableDoesNotKnowIsDrawnDashed() {
        let path = StatePath(
            party: .client,
            observations: [State.closed, .synReceived, .established, .lastAck, .closed].enumerated().map {
                StateObservation(
                    time: .init(nanoseconds: Int64($0.offset)), party: .client, state: $0.element, isMini: false)
            })
        let svg = StateDiagram(paths: [path]).svg.source
        let badges = svg.matches(of: #/class="badge client">.*?>([0-9]+)<\/text>/#).map { String($0.1) }
        #expect(badges.sorted() == ["1", "2", "3", "4"])
        let dashed = svg.matches(of: #/data-edge="([^"]*)" d="[^"]*" stroke-dasharray/#).map { String($0.1) }
        #expect(dashed == ["CLOSED>SYN-RECEIVED", "ESTABLISHED>LAST-ACK"])
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

    @Test func anAckThatWasLostCompletesNothing() throws {
        var options = StackExperiment.Options()
        options.plan = .losing([3])
        let story = try #require(StackExperiment(options).run()).story
        let tutorial = Tutorial(
            story: story, scene: Scene(story: story, title: Text(verbatim: "c")),
            paths: Party.allCases.map { story.path(of: $0) }, actions: [], tables: [], opening: [],
            silence: 50_000_000)
        let meanings = tutorial.bitMeanings(try #require(tutorial.handshake)).map(\.meaning.english)
        #expect(
            meanings == [
                "asks for a connection", "agrees, and asks in turn", "acknowledges; but it was lost on the way",
            ])
        #expect(tutorial.introduction.source.contains("to #4 (PSH,ACK)"))
        let sheet = try tutorial.html(.english, maker: "tcplens", isBlank: true)
        #expect(!sheet.contains("the handshake is complete"))
    }

    @Test func bothClosedNodesAreWhereTheirEdgesLead() {
        #expect(StateDiagram.node(.closed, from: nil) == "CLOSED")
        #expect(StateDiagram.node(.closed, from: .listen) == "CLOSED")
        #expect(StateDiagram.node(.closed, from: .synSent) == "CLOSED")
        for state in [State.synReceived, .established, .lastAck, .timeWait] {
            #expect(StateDiagram.node(.closed, from: state) == "CLOSED-end")
        }
        #expect(StateDiagram.node(.timeWait, from: .finWait2) == "TIME-WAIT")
    }

    @Test(
        arguments: [
            ("/* a */\n/* b */ p { x: y }\nq { /* c */ }\n", " p { x: y }\nq {  }\n"),
            ("p {}\n/* over\n two lines */\nq {}\n", "p {}\nq {}\n"), ("p {}\n/* open", "p {}\n"),
        ])
    func aStyleLosesItsCommentsAlone(_ style: String, _ bare: String) {
        #expect(PageFrame.withoutComments(style) == bare)
    }

    @Test func aChecksumHasFourDigits() {
        #expect((0x2f as UInt16).hexadecimal(digits: 4) == "002f")
        let hexadecimal = PageData.layout.filter { HeaderTable.isHexadecimal($0.field) }.map(\.field.name)
        #expect(hexadecimal == ["Checksum"])
    }

    @Test func aHandOutOfNothingToAskAsksNothing() throws {
        let t = Transcript()
        t.c.syn(100)
        let story = try t.story
        let scene = Scene(story: story, title: Text(verbatim: "Exercise 3"))
        let page = ConnectionPage(story: story, scene: scene, title: scene.title, silence: 50_000_000)
        let sheet = try page.html(.english, maker: "tcplens", isBlank: true)
        #expect(sheet.contains("<title>Exercise 3</title>"))
        #expect(!sheet.contains("class=\"questions\"") && !sheet.contains("<ol>"))
    }

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
