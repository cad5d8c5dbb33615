import Narration
import Scenes
import Stories
import Testing

@testable import Pictures

@Suite struct LabelWordsTests {
    /// Between two lanes the last column has room for so much; longer ones take a line of their own.
    @Test(arguments: SegmentLabel.allCases) func namesAreShort(_ label: SegmentLabel) {
        #expect(!label.name.english.isEmpty && label.name.english.count <= 28)
        #expect(label.name.english.utf8.allSatisfy { (0x20..<0x7f).contains($0) })
        #expect(DisplayWidth()(label.name.chinese) <= 28)
    }

    /// A name that two labels share would tell them apart no more.
    @Test(arguments: Language.allCases) func namesDiffer(_ language: Language) {
        #expect(Set(SegmentLabel.allCases.map { $0.name(language) }).count == SegmentLabel.allCases.count)
    }

    /// A document and where in it: a reader shall be able to look it up.
    @Test(arguments: SegmentLabel.allCases) func itsSourceIsADocument(_ label: SegmentLabel) {
        #expect(
            label.entry.source.prefixMatch(of: /(RFC [1-9][0-9]{2,3}|IEEE 802\.[0-9]+)\b/) != nil,
            "\(label.entry.source)")
    }
}
