import Narration
import Pictures
import Testing

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
}
