import Narration
import TCPStack
import Testing

@testable import Pictures

@Suite("the words for the rules") struct RuleWordsTests {
    /// Two lines between two lanes of 80 columns.
    private static let widest = 84

    @Test("each in both languages, on one line, without a full stop", arguments: Language.allCases)
    func words(_ language: Language) {
        for rule in Rule.allCases {
            let words = rule.text(language)
            let cells = DisplayWidth()(words)
            #expect(cells > 5 && cells <= Self.widest, "\(rule): \(cells)")
            #expect(!words.hasSuffix(".") && !words.hasSuffix("\u{3002}") && !words.contains("\n"), "\(rule)")
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
}
