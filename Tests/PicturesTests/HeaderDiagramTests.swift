import Narration
import Pictures
import Scenes
import TCPWire
import Testing

struct HeaderDiagramTests {
    /// A SYN as Linux sends it on loopback.
    static let values = HeaderDiagram.Values(
        sourcePort: 50312, destinationPort: 8080, sequenceNumber: 4_017_847_991, acknowledgmentNumber: 0,
        dataOffset: 10, flags: [.syn], window: 65495, checksum: 0xFE30,
        options: [
            HeaderDiagram.Option([.init(1, "kind 2"), .init(1, "len 4"), .init(2, "MSS 65495")]),
            HeaderDiagram.Option([.init(1, "kind 4"), .init(1, "len 2")]),
            HeaderDiagram.Option([
                .init(1, "kind 8"), .init(1, "len 10"), .init(4, "TSval 123456"), .init(4, "TSecr 0"),
            ]),
            HeaderDiagram.Option([.init(1, "NOP")]),
            HeaderDiagram.Option([.init(1, "kind 3"), .init(1, "len 3"), .init(1, "shift 7")]),
        ], sequenceNote: "relative 0")

    @Test func aSYNIsDrawnAsTheRFCDrawsIt() {
        let expected = """
              0                   1                   2                   3
              0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |       Source port 50312       |     Destination port 8080     |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |            Sequence number 4017847991 (relative 0)            |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |                    Acknowledgment number 0                    |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             | Data  |Rsr- | |C|E|U|A|P|R|S|F|                               |
             |offset | ved |A|W|C|R|C|S|S|Y|I|            Window             |
             |  10   |  0  |E|R|E|G|K|H|T|N|N|             65495             |
             |       |     |0|0|0|0|0|0|0|1|0|                               |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |        Checksum 0xfe30        |       Urgent pointer 0        |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |    kind 2     |     len 4     |           MSS 65495           |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |    kind 4     |     len 2     |    kind 8     |    len 10     |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |                         TSval 123456                          |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |                            TSecr 0                            |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
             |      NOP      |    kind 3     |     len 3     |    shift 7    |
             +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
            """
        #expect(HeaderDiagram(canvas: Canvas(width: 80)).lines(Self.values).joined(separator: "\n") == expected)
    }

    @Test func everyBitHasItsPlace() {
        var values = Self.values
        values.flags = [.ae, .ece, .ack, .rst, .fin]
        values.reserved = 5
        let lines = HeaderDiagram(canvas: Canvas(width: 80)).lines(values)
        #expect(lines[12] == " |       |     |1|0|1|0|1|0|1|0|1|                               |")
        #expect(lines[11].hasPrefix(" |  10   |  5  |"))
    }

    @Test(arguments: Language.allCases, [20, 40, 65, 66, 80])
    func everyRowIsAsWideAsTheRuler(language: Language, width: Int) {
        let canvas = Canvas(width: width, language: language)
        for line in HeaderDiagram(canvas: canvas).lines(Self.values) {
            #expect(canvas.measure(line) <= width)
            if width >= 66, line.hasPrefix(" |") { #expect(canvas.measure(line) == 66) }
        }
    }

    @Test func anAbsurdHeaderIsCutOffAtTheLongestThereCanBe() {
        var values = Self.values
        values.options = Array(repeating: HeaderDiagram.Option([.init(3, "\u{1B}[31m")]), count: 10_000)
        values.options.append(HeaderDiagram.Option([.init(-1, "x"), .init(Int.max, "y")]))
        let lines = HeaderDiagram(canvas: Canvas(width: 80)).lines(values)
        #expect(lines.count == 16 + 20)
        #expect(lines.allSatisfy { !$0.contains("\u{1B}") })
    }

    @Test func aNarrowCanvasGetsAList() {
        let lines = HeaderDiagram(canvas: Canvas(width: 50)).lines(Self.values)
        #expect(lines[0] == "Source port            50312")
        #expect(lines[2] == "Sequence number        4017847991 (relative 0)")
        #expect(lines[6] == "Flags                  SYN")
    }
}
