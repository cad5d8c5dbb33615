import CaptureFile
import Narration
import Scenes
import Stories
import TCPStack
import TCPState
import Testing
import Tracking

@testable import Pictures

@Suite("the words for the rules") struct RuleWordsTests {
    @Test("each in both languages, on one line, without a full stop", arguments: Language.allCases)
    func words(_ language: Language) {
        for rule in Rule.allCases {
            let words = rule.text(language)
            let cells = DisplayWidth()(words)
            #expect(cells > 5, "\(rule): \(cells)")
            #expect(!words.hasSuffix(".") && !words.hasSuffix("\u{3002}") && !words.contains("\n"), "\(rule)")
        }
    }

    @Test("at 80 columns each stands whole between two lanes, in three lines at most", arguments: Language.allCases)
    func height(_ language: Language) {
        for rule in Rule.allCases {
            let rows = Self.notes(Scene.Note(lane: 1, text: rule.text, source: rule.place), language)
            #expect((1...3).contains(rows.count), "\(rule): \(rows.count)")
            #expect(rows.first?.hasSuffix(rule.place(language)) ?? false, "\(rule): its place stands beside it")
            #expect(!rows.joined().contains("\u{2026}"), "\(rule)")
        }
    }

    /// What stands below a row that has this note, at 80 columns.
    private static func notes(_ note: Scene.Note, _ language: Language) -> [String] {
        var moment = Scene.Moment(time: 0, end: Scene.End(lane: 0), peer: 1, what: Text(verbatim: "call()"))
        moment.notes = [note]
        let scene = Scene(
            title: Text(verbatim: "notes"), provenance: [],
            lanes: [Scene.Lane(role: .client, name: "one"), Scene.Lane(role: .server, name: "other")],
            rows: [.moment(moment)])
        let canvas = Canvas(width: 80, glyphs: .unicode, language: language)
        return Array(Ladder(canvas: canvas).lines(scene).drop { !$0.contains("call()") }.dropFirst())
    }

    @Test("a note that is too long for its lines ends in an ellipsis, as a remark does", arguments: [0, 1])
    func cut(lane: Int) {
        let words = Text(verbatim: Array(repeating: "octets", count: 60).joined(separator: " "))
        let rows = Self.notes(Scene.Note(lane: lane, text: words, source: Text(verbatim: "RFC 9293 3.4")), .english)
        #expect(rows.count == 4)
        #expect(rows.map { $0.contains("\u{2026}") } == [false, false, false, true])
    }

    @Test("where a rule stands has one form in Chinese, whatever form the document has")
    func places() {
        #expect(Rule.acknowledgmentOfSYN.place == Text(en: "RFC 9293 3.10.7.4 fifth", zh: "RFC 9293 3.10.7.4 第五步"))
        #expect(Rule.recentAcknowledgment.place == Text(en: "RFC 8985 6.2 step 5", zh: "RFC 8985 6.2 第五步"))
        #expect(Rule.lastOfQueue.place.chinese == "RFC 9293 3.8.6.2.1 (2)")
        for rule in Rule.allCases {
            #expect(
                rule.place.chinese.contains("步") == rule.section.contains(/step|th$|first$|second$|third$/), "\(rule)")
            #expect(!rule.place.chinese.contains("步骤") && !rule.place.chinese.contains("step"), "\(rule)")
        }
    }

    @Test("a guess is told as a guess: what is taken for lost may have arrived")
    func guesses() {
        for rule in [Rule.threeDuplicates, .sackLoss, .recentAcknowledgment, .partialAcknowledgment, .fastRetransmit] {
            #expect(rule.text.english.contains("taken for lost"), "\(rule)")
            #expect(rule.text.chinese.contains("判定"), "\(rule)")
        }
    }

    @Test("no two rules say the same", arguments: Language.allCases)
    func distinct(_ language: Language) {
        #expect(Set(Rule.allCases.map { $0.text(language) }).count == Rule.allCases.count)
    }

    @Test("English is ASCII, Chinese is Chinese")
    func scripts() {
        for rule in Rule.allCases {
            #expect(rule.text.english.utf8.allSatisfy { (0x20..<0x7f).contains($0) }, "\(rule)")
            #expect(rule.text.chinese.unicodeScalars.contains { (0x4e00...0x9fff).contains($0.value) }, "\(rule)")
            #expect(!rule.text.chinese.contains(","), "\(rule)")
        }
    }

    @Test("what happened at an end, in both languages")
    func moments() {
        func what(_ cause: Testimony.Moment.Cause) -> Text {
            Testimony.Moment(
                time: Timestamp(nanoseconds: 0), party: .client, cause: cause, reasons: [], state: .established,
                segmentsBefore: 0
            ).what
        }
        #expect(what(.segment(5)) == Text(en: "#5 arrives", zh: "#5 到达"))
        #expect(what(.call("close")) == Text(verbatim: "close()"))
        #expect(what(.timer(.retransmission)) == Text(en: "retransmission timer", zh: "重传定时器到期"))
        let timers = TimerName.allCases.map { what(.timer($0)) }
        #expect(Set(timers.map(\.english)).count == timers.count && Set(timers.map(\.chinese)).count == timers.count)
        #expect(timers.allSatisfy { $0.chinese.hasSuffix("定时器到期") && $0.english.utf8.allSatisfy { $0 < 0x80 } })
    }
}
