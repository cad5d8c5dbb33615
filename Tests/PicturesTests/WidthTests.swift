@testable import Scenes
import Testing

@testable import Pictures

struct WidthTests {
    @Test(arguments: [
        ("", 0, 0), ("SYN,ACK", 7, 7), ("三次握手", 8, 8), ("e\u{301}", 1, 1), ("ｆｕｌｌ", 8, 8), ("─▶", 2, 4),
        ("\u{201C}", 1, 2), ("한", 2, 2), ("\u{1112}\u{1161}\u{11AB}", 2, 2), ("👨‍👩‍👧", 2, 2), ("❤️", 2, 2), ("🇨🇳", 2, 2),
        ("\u{1B}[0m", 7, 7), ("a\u{200B}b", 10, 10), ("𠀀", 2, 2), ("×", 1, 2), ("µs", 2, 2),
    ])
    func widthOf(text: String, narrow: Int, wide: Int) {
        #expect(DisplayWidth()(text) == narrow)
        #expect(DisplayWidth(ambiguous: 2)(text) == wide)
    }

    @Test func tablesAscend() {
        for table in [WidthTables.wide, WidthTables.ambiguous] {
            for (one, next) in zip(table, table.dropFirst()) { #expect(one.upperBound < next.lowerBound) }
        }
    }

    @Test(arguments: [
        ("三次握手", 8, "三次握手"), ("三次握手", 7, "三次.."), ("三次握手", 5, "三.."), ("三次握手", 2, "三"),
        ("三次握手", 1, ""), ("abc", 0, ""), ("abcdef", 4, "ab.."),
    ])
    func truncationNeverSplitsACharacter(text: String, cells: Int, expected: String) {
        #expect(DisplayWidth().truncate(text, to: cells) == expected)
    }

    @Test(arguments: ["", "ab", "三次握手", "e\u{301}三", "\u{1B}]0;x\u{7}"], 1...12)
    func paddingIsExact(text: String, cells: Int) {
        let measure = DisplayWidth()
        for alignment in [DisplayWidth.Alignment.left, .right, .centre] {
            #expect(measure(measure.pad(text, to: cells, alignment)) == cells)
        }
    }
}

struct PrintableTests {
    @Test(arguments: [
        ("plain", "plain"), ("三次", "三次"), ("\u{1B}[2J", "\\x1b[2J"), ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\u{9B}31m", "\\x9b31m"), ("\u{7F}", "\\x7f"), ("\u{202E}abc", "\\u{202e}abc"), ("\u{E000}", "\\u{e000}"),
        ("\u{FEFF}x", "\\u{feff}x"), ("a\u{200D}b", "a\\u{200d}b"), ("👨‍👩‍👧", "👨‍👩‍👧"), ("\u{301}a", "a"),
        ("a" + String(repeating: "\u{301}", count: 50), "a\u{301}\u{301}\u{301}\u{301}"), ("\0", "\\x00"),
    ])
    func whatATerminalWouldObeyIsSpelledOut(text: String, expected: String) {
        #expect(Printable.text(text) == expected)
    }

    @Test func bytesAreTextWhereTheyAreText() {
        #expect(Printable.bytes(Array("hello, xiao mei.".utf8), limit: 100) == "hello, xiao mei.")
        #expect(Printable.bytes(Array("小美\n".utf8), limit: 100) == "小美\\n")
        #expect(Printable.bytes([0x47, 0xFF, 0xC3, 0x28, 0x00], limit: 100) == "G\\xff\\xc3(\\x00")
        #expect(Printable.bytes([0xE5, 0xB0], limit: 100) == "\\xe5\\xb0")
        #expect(Printable.bytes(repeatElement(0x41, count: 1000), limit: 3) == "AAA..")
    }
}

struct LineBreakingTests {
    private func wrap(_ text: String, _ width: Int) -> [String] {
        LineBreaking(measure: DisplayWidth()).wrap(text, width: width)
    }

    @Test func englishBreaksAtSpaces() {
        #expect(wrap("the third ACK is lost", 9) == ["the third", "ACK is", "lost"])
        #expect(wrap("", 9) == [""])
    }

    @Test func chineseBreaksAnywhereButBeforeAClosingMark() {
        #expect(wrap("第三次握手丢失", 6) == ["第三次", "握手", "丢失"])
        #expect(wrap("第三次握手。丢", 10) == ["第三次握", "手。丢"])
        #expect(wrap("见《报文》", 4) == ["见", "《报", "文》"])
        #expect(wrap("回 ACK,重发", 7) == ["回 ACK,", "重发"])
        #expect(wrap("回 ACK\u{FF0C}重发", 8) == ["回 ACK\u{FF0C}", "重发"])
        #expect(wrap("回 ACK\u{FF0C}重发", 7) == ["回", "ACK\u{FF0C}", "重发"])
    }

    @Test(
        "no last line of one Chinese character, marks apart",
        arguments: [
            ("省去了其余的计算。", 16, ["省去了其余的", "计算。"]), ("省去了（其余的计算）", 18, ["省去了（其余的", "计算）"]),
            // Neither a word of Latin letters nor a lonely line before is torn for it.
            ("等待 TIME-WAIT 完", 14, ["等待 TIME-WAIT", "完"]), ("等（完）了。", 5, ["等", "（完", "）", "了。"]),
            ("其余的计算", 10, ["其余的计算"]),
        ])
    func aLastCharacterHasCompany(text: String, width: Int, lines: [String]) {
        #expect(wrap(text, width) == lines)
    }

    @Test func aWordLongerThanALineIsCut() {
        #expect(wrap("abcdefgh ij", 3) == ["abc", "def", "gh", "ij"])
        #expect(wrap(String(repeating: ",", count: 5), 2) == [",,", ",,", ","])
    }

    @Test func paragraphsHangUnderTheirLabel() {
        let paragraph = Paragraph(canvas: Canvas(width: 20, glyphs: .ascii))
        #expect(paragraph.labelled("why: it was lost on the wire") == ["why: it was lost on", "     the wire"])
        #expect(
            paragraph.labelled("为什么：服务端没收到这个报文") == ["为什么：服务端没收到", "        这个报文"])
        #expect(paragraph.lines("one\ntwo") == ["one", "two"])
    }
}

struct CellBufferTests {
    @Test func aWideGlyphIsNeverHalfDrawn() {
        var cells = CellBuffer(width: 5, height: 1)
        cells.put("三次握", row: 0, column: 0)
        #expect(cells.line(0) == "三次")
        cells.put("x", row: 0, column: 1)
        #expect(cells.line(0) == " x次")
        cells.put("y", row: 0, column: 2)
        #expect(cells.line(0) == " xy")
    }

    @Test func nothingOutsideTheGridIsTouched() {
        var cells = CellBuffer(width: 4, height: 1)
        cells.put("abcdefgh", row: 0, column: -2)
        cells.put("zz", row: 7, column: 0)
        cells.fill("-", row: 0, from: 3, to: 99)
        #expect(cells.lines() == ["cde-"])
    }

    @Test func colourIsWrittenOnlyWhereItChangesAndIsAlwaysTakenBack() {
        var cells = CellBuffer(width: 10, height: 1)
        cells.put("E*", row: 0, column: 0, style: Style(ink: .state(.open)))
        cells.put("ok", row: 0, column: 3)
        #expect(cells.line(0) == "E* ok")
        #expect(cells.line(0, colour: .sixteen) == "\u{1B}[32mE* \u{1B}[0mok")
        #expect(cells.line(0, colour: .full) == "\u{1B}[38;2;126;241;172mE* \u{1B}[0mok")
        #expect(cells.line(0, colour: .twoFiftySix) == "\u{1B}[38;5;121mE* \u{1B}[0mok")
    }

    /// Grapheme clusters without end: each of these is one or two "characters" to Swift.
    @Test(
        "what flows into one character takes the cells it is drawn in, or is spelled",
        arguments: [
            String(repeating: "\u{1100}", count: 120), "\u{0E01}" + String(repeating: "\u{0E33}", count: 64),
            String(repeating: "\u{0915}\u{094D}", count: 120), "\u{0904}" + String(repeating: "\u{093E}", count: 200),
            String(repeating: "\u{0D4E}", count: 100), "👨" + String(repeating: "\u{200D}👩", count: 140),
        ])
    func clusters(text: String) {
        for character in Printable.text(text) {
            var width = ClusterWidth()
            for scalar in character.unicodeScalars { width.add(scalar) }
            #expect(width.cells <= 2, "\(character.unicodeScalars.map { String($0.value, radix: 16) })")
        }
        #expect(DisplayWidth()(text) > 60)
        #expect(DisplayWidth()("a\u{FE0F}") == 1)
    }
}
