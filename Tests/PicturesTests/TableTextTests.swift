import Narration
import Scenes
import Testing

@testable import Pictures

struct TableTextTests {
    private func table(_ canvas: Canvas) -> TableText {
        var table = TableText(
            [
                TableText.Column(Text(en: "Proto", zh: "协议"), importance: 1),
                TableText.Column(Text(en: "Recv-Q", zh: "接收队列"), .right, importance: 0),
                TableText.Column(Text(en: "Local Address", zh: "本地地址"), importance: 3, minimum: 9),
                TableText.Column(Text(en: "State", zh: "状态"), importance: 2, minimum: 11),
            ], canvas: canvas)
        table.add(["tcp", "0", "127.0.0.1:8080", "ESTABLISHED"])
        table.add(["tcp6", "128", "[::1]:50000"])
        return table
    }

    @Test func columnsAreAligned() {
        #expect(
            table(Canvas(width: 80)).lines() == [
                "Proto  Recv-Q  Local Address   State",
                "tcp         0  127.0.0.1:8080  ESTABLISHED",
                "tcp6      128  [::1]:50000",
            ])
        #expect(
            table(Canvas(width: 80, language: .chinese)).lines() == [
                "协议  接收队列  本地地址        状态",
                "tcp          0  127.0.0.1:8080  ESTABLISHED",
                "tcp6       128  [::1]:50000",
            ])
    }

    /// Rows that are taken as they come: one header, and another where what came is wider than what was expected.
    @Test func rowsTakenOneByOne() {
        var table = TableText(
            [
                TableText.Column(Text(en: "Local Address", zh: "本地地址"), importance: 1),
                TableText.Column(Text(en: "bytes", zh: "字节"), .right, importance: 0),
            ], canvas: Canvas(width: 80))
        table.expect(["192.168.1.1:50000", "10000"])
        func taken(_ address: String, _ octets: String) -> String {
            table.add([address, octets])
            return String(decoding: table.takeRows(), as: UTF8.self)
        }
        #expect(
            taken("127.0.0.1:8080", "5") == """
                Local Address      bytes
                127.0.0.1:8080         5

                """)
        #expect(taken("10.0.0.1:1", "12345") == "10.0.0.1:1         12345\n")
        #expect(
            taken("192.168.100.100:50000", "7") == """
                Local Address          bytes
                192.168.100.100:50000      7

                """)
        #expect(taken("10.0.0.1:2", "8") == "10.0.0.1:2                 8\n")
        #expect(table.rowCount == 0)
    }

    @Test func theLeastImportantColumnsGiveWay() {
        #expect(
            table(Canvas(width: 40)).lines() == [
                "Proto  Rec…  Local Address   State",
                "tcp       0  127.0.0.1:8080  ESTABLISHED",
                "tcp6    128  [::1]:50000",
            ])
        #expect(
            table(Canvas(width: 24, glyphs: .ascii)).lines() == [
                "Local Add..  State",
                "127.0.0.1..  ESTABLISHED",
                "[::1]:50000",
            ])
    }

    @Test(arguments: [20, 24, 31, 37, 44, 80], Language.allCases)
    func noLineIsWiderThanAskedFor(width: Int, language: Language) {
        for ambiguous in [1, 2] {
            let canvas = Canvas(width: width, ambiguousWidth: ambiguous, language: language)
            for line in table(canvas).lines() { #expect(canvas.measure(line) <= width) }
        }
    }

    @Test func whatComesFromOutsideIsMadeShowable() {
        var table = TableText([TableText.Column(Text(verbatim: "Process"))], canvas: Canvas())
        table.add(["\u{1B}[2Jevil\n"])
        #expect(table.lines() == ["Process", "\\x1b[2Jevil\\n"])
    }

    /// What a grid of cells that the lines are drawn into gives: no cell beyond its column, a wide character whole or
    /// not at all, a style from the first letter to the last.
    @Test(arguments: [20, 26, 31, 40, 80], [ColourDepth.none, .sixteen, .full])
    func octetsAreTheLinesOfAGrid(width: Int, depth: ColourDepth) {
        for ambiguous in [1, 2] {
            let canvas = Canvas(width: width, ambiguousWidth: ambiguous, colour: depth, language: .chinese)
            var table = TableText(
                [
                    TableText.Column(Text(verbatim: "左"), importance: 3, minimum: 2),
                    TableText.Column(Text(verbatim: "mid"), .centre, importance: 1, minimum: 3),
                    TableText.Column(Text(verbatim: "右"), .right, importance: 2),
                ], canvas: canvas)
            let rows: [([String], Style)] = [
                (["一二三四五六七八", "a", "12345"], .plain), (["", "中文", "1"], .alarm), (["e\u{301}\u{1160}x", "", ""], .dim),
                (["\u{1B}[31m", "→ mid dle", "7"], .plain), ([], .bold), (["a", "b", "c", "surplus"], .plain),
            ]
            for (texts, style) in rows { table.add(texts, style: style) }
            let lines = table.lines()
            #expect(String(decoding: table.octets(), as: UTF8.self) == lines.map { $0 + "\n" }.joined())
            let plain = lines.map { $0.replacing(/\x1B\[[0-9;]*m/, with: "") }
            for ((line, bare), style) in zip(zip(lines, plain), [.bold] + rows.map(\.1)) {
                var cells = CellBuffer(width: width, height: 1, measure: canvas.measure)
                cells.put(bare, row: 0, column: 0, style: style)
                #expect(line == cells.line(0, colour: depth, theme: canvas.theme))
            }
        }
    }

    @Test func aRowsTextsAreKeptWhole() {
        let table = table(Canvas(width: 20))
        #expect(table.rowCount == 2)
        #expect(table.texts(ofRow: 1) == ["tcp6", "128", "[::1]:50000", ""])
    }

    /// What may be missed goes before anything is shortened; equals are shortened alike, each in its own way; what no
    /// row has is not missed.
    @Test(
        arguments: [
            (
                40, ["name        name        trouble   start", "abcdefghij  klmnopqrst  bad, sad     12"],
                [String]()
            ),
            (34, ["name        name        trouble", "abcdefghij  klmnopqrst  bad, sad"], ["start"]),
            (30, ["name        name        troub…", "abcdefghij  klmnopqrst  bad"], ["start"]),
            (25, ["name      name      trou…", "…defghij  …nopqrst  bad"], ["start"]),
        ])
    func mannersOfColumns(width: Int, lines: [String], hidden: [String]) {
        func name(_ importance: Int) -> TableText.Column {
            TableText.Column(Text(verbatim: "name"), importance: importance, minimum: 6) { text, width in
                "…" + text.suffix(width - 1)
            }
        }
        var table = TableText(
            [
                name(3), name(3),
                TableText.Column(
                    Text(verbatim: "trouble"), importance: 2, minimum: 5, manner: .isShortenedFirst
                ) { text, _ in String(text.prefix { $0 != "," }) },
                TableText.Column(Text(verbatim: "unused"), importance: 2, manner: .isOnlyWhereUsed),
                TableText.Column(Text(verbatim: "start"), .right, importance: 1, manner: .givesWay),
            ], canvas: Canvas(width: width))
        table.add(["abcdefghij", "klmnopqrst", "bad, sad", "", "12"])
        #expect(table.lines() == lines)
        #expect(table.hiddenColumns.map(\.english) == hidden)
    }
}
