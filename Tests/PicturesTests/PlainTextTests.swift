import Testing

@testable import Pictures
@testable import Scenes

/// What is measured and drawn without asking Unicode is what would come out of asking.
@Suite struct PlainTextTests {
    /// All code points that are taken for plain.
    private static let plain: [Unicode.Scalar] = (0...0xFFFF as ClosedRange<UInt32>).compactMap { value in
        guard let scalar = Unicode.Scalar(value) else { return nil }
        let text = Array(String(scalar).utf8)
        return PlainText.piece(of: text.span, at: 0)?.octets == text.count ? scalar : nil
    }

    @Test func eachIsShowableAndHasItsWidth() {
        #expect(Self.plain.count > 21_000)
        var wrong: [UInt32] = []
        for scalar in Self.plain {
            let text = Array(String(scalar).utf8)
            let piece = PlainText.piece(of: text.span, at: 0)
            let isShowable: Bool =
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned,
                    .nonspacingMark, .enclosingMark, .spacingMark:
                    false
                default: true
                }
            let width = DisplayWidth().cellsOf(Character(scalar))
            if !isShowable || piece?.value != scalar.value || piece?.cells != width { wrong.append(scalar.value) }
        }
        #expect(wrong.isEmpty, "\(wrong.prefix(10).map { String($0, radix: 16) })")
    }

    /// Between any two of them there is a border of characters: tried in a row, forwards and backwards, and each beside an ASCII
    /// letter.
    @Test func noTwoMakeACharacter() {
        let letter: Unicode.Scalar = "a"
        let rows: [[Unicode.Scalar]] = [Self.plain, Self.plain.reversed(), Self.plain.flatMap { [$0, letter] }]
        for row in rows {
            var text = ""
            text.unicodeScalars.append(contentsOf: row)
            #expect(text.count == row.count)
        }
    }

    @Test(arguments: ["", "hello", "992 字节已收到", "丢失，见 #37", "──▶ x", "a\u{AD}b", "e\u{301}", "👩‍👩‍👧 字", "\t", "½…"])
    func measuredAsWithoutTheShortWay(text: String) {
        for ambiguous in [1, 2] {
            let measure = DisplayWidth(ambiguous: ambiguous)
            let asked = Printable.text(text).reduce(0) { $0 + measure.cellsOf($1) }
            #expect(measure(text) == asked, "\(ambiguous)")
            if let plain = measure.plainCells(text) { #expect(plain == asked) }
        }
    }

    @Test func wideAndNarrowShareARow() {
        var cells = CellBuffer(width: 8, height: 1)
        cells.put("字节已收", row: 0, column: 0)
        cells.put("ab", row: 0, column: 1)
        #expect(cells.line(0) == " ab 已收")
        cells.fill("-", row: 0, from: 5, to: 8)
        #expect(cells.line(0) == " ab  ---")
        cells.clear()
        cells.addRow()
        cells.put("e\u{301}×字x", row: 0, column: 0, style: .bold)
        #expect(cells.line(0) == "e\u{301}×字x")
        #expect(cells.line(0, colour: .sixteen) == "\u{1B}[1me\u{301}×字x\u{1B}[0m")
        #expect(cells.glyph(row: 0, column: 0) == "e\u{301}" && cells.glyph(row: 0, column: 3) == nil)
    }
}
