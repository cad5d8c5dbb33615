import CaptureFile
import FlatMemory
import Narration
import Pictures
import Scenes
import TCPWire
import Tracking

/// The list of connections as a table for people. Where the terminal is too narrow even for the addresses and the
/// outcome, each connection gets a few lines instead of a row.
struct ConnectionTable {
    private var table: TableText
    /// The troubles of the connections that were added.
    private(set) var troubles = TroubleCount()
    private let canvas: Canvas

    init(canvas: Canvas) {
        self.canvas = canvas
        table = TableText(
            [
                Self.column(Text(verbatim: "#"), .right, importance: 9),
                Self.endpoint(Self.client, importance: 8, canvas),
                Self.endpoint(Self.server, importance: 8, canvas),
                Self.column(Self.opened, importance: 7),
                Self.column(Self.ended, importance: 6),
                Self.troubles(canvas),
                Self.column(Text(en: "segs", zh: "报文段"), .right, importance: 3),
                Self.column(Text(en: "bytes", zh: "字节"), .right, importance: 4),
                Self.column(Text(en: "dur s", zh: "时长 s"), .right, importance: 2, manner: .givesWay),
                Self.column(Text(en: "hs ms", zh: "握手 ms"), .right, importance: 1, manner: .givesWay),
                Self.column(Text(en: "start", zh: "开始"), importance: 0, manner: .givesWay),
            ], canvas: canvas)
    }

    private static let client = Text(en: "client", zh: "客户端")
    private static let server = Text(en: "server", zh: "服务端")
    private static let opened = Text(en: "opened", zh: "建立")
    private static let ended = Text(en: "ended", zh: "结束")
    private static let trouble = Text(en: "trouble", zh: "异常")

    /// A column that is shown in full or hidden: a shortened number would be misread.
    private static func column(
        _ header: Text, _ alignment: DisplayWidth.Alignment = .left, importance: Int,
        manner: TableText.Column.Manner = []
    ) -> TableText.Column {
        TableText.Column(header, alignment, importance: importance, minimum: .max, manner: manner)
    }

    /// A column of addresses with ports. Only the address is shortened, because the port tells connections apart.
    private static func endpoint(_ header: Text, importance: Int, _ canvas: Canvas) -> TableText.Column {
        TableText.Column(header, importance: importance, minimum: narrowestEndpoint, shorten: shortening(canvas))
    }

    /// The narrowest column of an address and its port, in cells: in fewer cells nothing would be left of the address.
    static let narrowestEndpoint = 15

    /// Shortens an address in the middle and keeps its port.
    static func shortening(_ canvas: Canvas) -> @Sendable (String, Int) -> String {
        { text, width in
            let characters = Array(text)
            let address = characters[..<(characters.lastIndex(of: ":") ?? characters.endIndex)]
            let port = characters[address.endIndex...]
            let ellipsis = canvas.glyphs.ellipsis
            let room = width - port.count - ellipsis.count
            guard room > 1 else { return text }
            return String(address.prefix(room / 2)) + ellipsis + String(address.suffix(room - room / 2)) + String(port)
        }
    }

    /// A column of troubles, the worst first: where it is too narrow, troubles are dropped from the end.
    private static func troubles(_ canvas: Canvas) -> TableText.Column {
        let separator = Trouble.separator(canvas.language)
        return TableText.Column(
            trouble, importance: 5, minimum: 20, manner: [.isShortenedFirst, .isOnlyWhereUsed]
        ) { text, width in
            var kept = text[...]
            while let end = kept.ranges(of: separator).last {
                kept = kept[..<end.lowerBound]
                let short = String(kept) + " " + canvas.glyphs.ellipsis
                if canvas.measure(short) <= width { return short }
            }
            // A duration is shown in full or dropped: a shortened number would be a different one.
            let isTooWide = canvas.measure(String(kept)) > width
            if isTooWide, let time = kept.ranges(of: /\ [0-9]/).last, time.lowerBound > kept.startIndex {
                kept = kept[..<time.lowerBound]
            }
            return String(kept)
        }
    }

    mutating func add(_ record: ConnectionRecord, number: Int) {
        let outcome = record.outcome
        let client = record.clientEndpoint.description + (record.roleEvidence.isGuess ? "?" : "")
        let opened = outcome.opening.text(canvas.language)
        let hasEnd = outcome.ending != .none
        let who = hasEnd ? outcome.endedBy.map { $0 == .client ? " C" : " S" } ?? "" : ""
        let ended = outcome.endingText(canvas.language) + who
        let troubles = record.troubles(outcome)
        self.troubles.take(troubles, number: number)
        let noted = troubles.filter { !$0.isInOutcome }.map { $0.text(canvas.language) }
            .joined(separator: Trouble.separator(canvas.language))
        let segments = "\(record.client.segments)/\(record.server.segments)"
        let bytes = "\(record.client.streamBytes)/\(record.server.streamBytes)"
        // A connection on loopback may last less than a millisecond, so short durations have more decimals.
        let duration = String(record.duration, unit: 1_000_000_000, decimals: record.duration < 10_000_000 ? 6 : 3)
        let handshake =
            record.handshakeDelay >= 0 ? String(record.handshakeDelay, unit: 1_000_000, decimals: 3) : "-"
        table.add([
            String(number), client, record.serverEndpoint.description, opened, ended, noted, segments, bytes,
            duration, handshake, record.firstTime.clockText,
        ])
    }

    /// Makes the columns wide enough for most connections. Must be called before the first row where rows are taken
    /// with ``takeRows()`` before all are added.
    mutating func expectUsual() {
        let address = "192.168.100.100:50000"
        let troubles = [Trouble.Kind.zeroWindow, .retransmitted].map { $0.text(canvas.language) }
        table.expect([
            "1000", address, address, Opening.handshake.text(canvas.language),
            Ending.closed.text(canvas.language) + " C",
            troubles.joined(separator: Trouble.separator(canvas.language)), "1000/1000", "10000/1000000", "10.000",
            "10.000", Timestamp(nanoseconds: 0).clockText,
        ])
    }

    /// The rows added since the last call, as lines. The note on hidden columns, which follows a whole table, is not
    /// included: see ``roomNote``.
    mutating func takeRows() -> [UInt8] {
        guard table.rowCount > 0 else { return [] }
        guard isTooNarrow else { return table.takeRows() }
        defer { table.removeRows() }
        return Self.octets(stacks())
    }

    /// A few lines for each connection, composed from the cells of its row.
    private func stacks() -> [String] {
        (0..<table.rowCount).flatMap { row in
            let cells = table.texts(ofRow: row)
            let (opened, ended) = (cells[3], cells[4])
            let hasEnd = ended != "-"
            let outcome = Text(
                en: hasEnd ? "\(opened), \(ended)" : opened, zh: hasEnd ? "\(opened)，\(ended)" : opened)
            let measures = Text(
                en: "\(cells[6]) segments, \(cells[7]) bytes, \(cells[8]) s",
                zh: "\(cells[6]) 个报文段，\(cells[7]) 字节，时长 \(cells[8]) s")
            let lines = [outcome(canvas.language), cells[5], measures(canvas.language)].filter { !$0.isEmpty }
            return stack(cells[0], ends: [cells[1], "-> \(cells[2])"], lines)
        }
    }

    private func stack(_ number: String, ends: [String], _ rest: [String]) -> [String] {
        let lead = "\(number)  "
        let joined = ends.joined(separator: " ")
        let lines = (canvas.measure(lead + joined) <= canvas.width ? [joined] : ends) + rest
        let margin = String(repeating: " ", count: canvas.measure(lead))
        return lines.enumerated().flatMap { index, line in
            Paragraph(canvas: canvas).lines(line, first: index == 0 ? lead : margin)
        }
    }

    /// The whole table as lines that end in line feeds: the rows, and below them the note on hidden columns.
    func octets() -> [UInt8] {
        isTooNarrow ? Self.octets(stacks()) : table.octets() + Self.octets(roomNote)
    }

    /// Whether a column that every connection needs does not fit the width.
    private var isTooNarrow: Bool {
        let needed = [Self.client, Self.server, Self.opened, Self.ended, Self.trouble]
        return table.hiddenColumns.contains(where: needed.contains)
    }

    /// The note on the columns that did not fit the width; empty where none is hidden, or where lines replace the rows.
    var roomNote: [String] { isTooNarrow ? [] : table.roomNote(canvas) }

    private static func octets(_ lines: [String]) -> [UInt8] {
        lines.reduce(into: []) { octets, line in
            octets.append(contentsOf: line.utf8)
            octets.append(UInt8(ascii: "\n"))
        }
    }
}
