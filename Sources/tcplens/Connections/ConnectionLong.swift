import CaptureFile
import FlatMemory
import Measures
import Narration
import Pictures
import Scenes
import TCPWire
import Tracking

/// All measures of a connection as text for people: a few lines about the whole connection, then a table of both
/// directions side by side.
///
/// The text is written as octets into one buffer. A line that is certainly narrow enough (no text takes more cells than
/// octets) is written directly; only other lines are measured and broken.
struct ConnectionLong {
    private let canvas: Canvas
    private let labels: [Label]
    /// The headings of the table of directions.
    private let heads: [Label]
    private let headStyle: (begin: String, end: String)
    /// The text that has been written since the last ``clear()``.
    private(set) var text = OctetText()
    /// The cells of the table of directions, concatenated; `ends` holds the end index of each cell in `cells`.
    private var cells = OctetText()
    private var ends: [Int] = []
    /// The measures that have a row in the table, as indices in ``MeasureRow/all``.
    private var rows: [Int] = []

    private struct Label {
        let octets: [UInt8]
        let width: Int
        init(_ text: String, _ canvas: Canvas) {
            octets = Array(text.utf8)
            width = canvas.measure(text)
        }
    }

    private static let sentBy = Text(en: "sent by", zh: "发送方")

    init(canvas: Canvas) {
        self.canvas = canvas
        let language = canvas.language
        labels = MeasureRow.all.map { Label($0.label(language), canvas) }
        heads = [Self.sentBy, Party.client.text, Party.server.text].map { Label($0(language), canvas) }
        headStyle = Style.bold.sequences(canvas)
    }

    mutating func clear() { text.clear() }

    /// Writes one connection, and an empty line after it.
    mutating func write(
        _ record: ConnectionRecord, _ measures: ConnectionMeasures, errors: [ReportedError], number: Int
    ) {
        putHead(record, number: number)
        putFacts(record, measures)
        for kind in ErrorKind.all(errors, about: record) {
            let language = canvas.language
            putFact(Text(en: "ICMP", zh: "ICMP")) { $0.put(kind.text(language)) }
        }
        putTable(record, measures)
        text.put("\n")
    }

    private mutating func putHead(_ record: ConnectionRecord, number: Int) {
        let start = text.count
        text.put(number)
        text.put("  ")
        text.put(record.clientEndpoint.description)
        if record.roleEvidence.isGuess { text.put("?") }
        let client = text.count
        text.put(" -> ")
        text.put(record.serverEndpoint.description)
        if text.count - start > canvas.width {
            text.cut(to: client)
            text.put("\n   -> ")
            text.put(record.serverEndpoint.description)
        }
        text.put("\n")
    }

    // MARK: The whole

    private mutating func putFacts(_ record: ConnectionRecord, _ measures: ConnectionMeasures) {
        let language = canvas.language
        let outcome = record.outcome
        putFact(Text(en: "outcome", zh: "结局")) { text in
            text.put(outcome.opening.text(language))
            for part in [outcome.endingPhrase, outcome.timeWaitText, outcome.heldText] {
                guard let part else { continue }
                text.put(Text(en: "; ", zh: "；")(language))
                text.put(part(language))
            }
        }
        putFact(Text(en: "Zeek", zh: "Zeek")) { text in
            text.put(record.zeekState.rawValue)
            text.put(" ")
            text.put(measures.zeekHistory(of: record))
        }
        putFact(Text(en: "began", zh: "开始")) { text in
            text.put(record.firstTime.clockText)
            text.put(Text(en: ", lasted ", zh: "，历时 ")(language))
            text.put(record.duration, unit: 1_000_000_000, decimals: 6)
            text.put(Text(en: " s, longest pause ", zh: " s，最长空闲 ")(language))
            text.put(milliseconds: measures.idleMaximum)
        }
        putFact(Text(en: "captured", zh: "抓包点")) { $0.put(measures.vantage(of: record).text(language)) }
        putShares(measures.shares(of: record))
    }

    private mutating func putShares(_ shares: TimeShares) {
        let language = canvas.language
        if let whole = shares.roundTrip, let toClient = shares.toClient, let toServer = shares.toServer {
            putFact(Text(en: "trip", zh: "往返")) { text in
                text.put(milliseconds: whole)
                text.put(language == .english ? ": " : "：到服务端 ")
                text.put(milliseconds: toServer)
                text.put(language == .english ? " to the server and back, " : "，到客户端 ")
                text.put(milliseconds: toClient)
                if language == .english { text.put(" to the client") }
            }
        }
        putFact(Text(en: "waited", zh: "耗时")) { text in
            text.put(Text(en: "network ", zh: "网络 ")(language))
            text.put(milliseconds: shares.network)
            text.put(Text(en: ", client ", zh: "，客户端 ")(language))
            text.put(milliseconds: shares.client)
            text.put(turns: shares.clientTurns, language)
            text.put(Text(en: ", server ", zh: "，服务端 ")(language))
            text.put(milliseconds: shares.server)
            text.put(turns: shares.serverTurns, language)
            if shares.serverWindow > 0 {
                text.put(Text(en: ", for the server's window ", zh: "，等待服务端窗口 ")(language))
                text.put(milliseconds: shares.serverWindow)
            }
            if shares.clientWindow > 0 {
                text.put(Text(en: ", for the client's window ", zh: "，等待客户端窗口 ")(language))
                text.put(milliseconds: shares.clientWindow)
            }
        }
    }

    /// A line about the whole connection: two spaces, the label padded to eight cells, two more spaces, and the text
    /// that `body` writes.
    private mutating func putFact(_ label: Text, _ body: (inout OctetText) -> Void) {
        let start = text.count
        let label = label(canvas.language)
        text.put("  ")
        text.put(label)
        text.put(spaces: 8 - canvas.measure(label) + 2)
        let lead = text.count
        body(&text)
        text.dropSpaces(behind: start)
        if text.count - start > canvas.width || lead - start > canvas.width / 2 {
            let body = String(decoding: text.octets[lead...], as: UTF8.self)
            text.cut(to: start)
            let first = "  " + canvas.measure.pad(label, to: 8) + "  "
            put(Paragraph(canvas: canvas).lines(body, first: first))
        } else {
            text.put("\n")
        }
    }

    private mutating func put(_ lines: [String], indent: Int = 0) {
        for line in lines {
            text.put(spaces: indent)
            text.put(line)
            text.put("\n")
        }
    }

    // MARK: The directions

    /// The indentation of the table of directions, and the gap between its columns, in cells.
    private static let gap = 2
    /// The heading where the terminal is too narrow for the table, and each measure is one line.
    private static let stackHead = Text(en: "sent by: client | server", zh: "发送方：客户端 | 服务端")

    private mutating func putTable(_ record: ConnectionRecord, _ measures: ConnectionMeasures) {
        collect(measures.sent(by: .client, of: record), measures.sent(by: .server, of: record))
        // The cells hold only ASCII, so the number of octets is the width on the terminal.
        var widths = heads.map(\.width)
        for (place, row) in rows.enumerated() {
            widths[0] = max(widths[0], labels[row].width)
            widths[1] = max(widths[1], cell(place * 2).count)
            widths[2] = max(widths[2], cell(place * 2 + 1).count)
        }
        guard widths.reduce(0, +) + 3 * Self.gap <= canvas.width else { return putNarrowTable() }
        text.put(spaces: Self.gap)
        text.put(headStyle.begin)
        text.put(heads[0].octets)
        text.put(spaces: widths[0] - heads[0].width)
        for column in 1...2 {
            text.put(spaces: Self.gap + widths[column] - heads[column].width)
            text.put(heads[column].octets)
        }
        text.put(headStyle.end)
        text.put("\n")
        for (place, row) in rows.enumerated() {
            text.put(spaces: Self.gap)
            text.put(labels[row].octets)
            text.put(spaces: widths[0] - labels[row].width)
            for column in 1...2 {
                let cell = cell(place * 2 + column - 1)
                text.put(spaces: Self.gap + widths[column] - cell.count)
                text.put(cells.octets[cell])
            }
            text.put("\n")
        }
    }

    /// Writes the cells of the table. A measure that has no value in either direction gets no row.
    private mutating func collect(_ client: DirectionMeasures, _ server: DirectionMeasures) {
        cells.clear()
        ends.removeAll(keepingCapacity: true)
        rows.removeAll(keepingCapacity: true)
        for (place, row) in MeasureRow.all.enumerated() {
            let start = cells.count
            row.write(client, &cells)
            let isTold = cells.count > start
            if !isTold { cells.put("-") }
            let middle = cells.count
            row.write(server, &cells)
            guard isTold || cells.count > middle else {
                cells.cut(to: start)
                continue
            }
            if cells.count == middle { cells.put("-") }
            ends.append(middle)
            ends.append(cells.count)
            rows.append(place)
        }
    }

    /// The range of the cell with this index in ``cells``.
    private func cell(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

    /// Writes the table where its columns do not fit side by side: with shortened cells, or else with one line for each
    /// measure.
    private mutating func putNarrowTable() {
        let narrow = Canvas(
            width: canvas.width - Self.gap, glyphs: canvas.glyphs, ambiguousWidth: canvas.measure.ambiguous,
            colour: canvas.colour, theme: canvas.theme, language: canvas.language)
        var table = TableText(
            [
                TableText.Column(Self.sentBy, importance: 1, minimum: 8),
                TableText.Column(Party.client.text, .right, importance: 3),
                TableText.Column(Party.server.text, .right, importance: 2),
            ], canvas: narrow)
        var stacked = Paragraph(canvas: narrow).lines(Self.stackHead(canvas.language))
        for (place, row) in rows.enumerated() {
            let label = MeasureRow.all[row].label(canvas.language)
            let texts = [place * 2, place * 2 + 1].map { String(decoding: cells.octets[cell($0)], as: UTF8.self) }
            table.add([label] + texts)
            let line = label + Text(en: ": ", zh: "：")(canvas.language) + texts.joined(separator: " | ")
            stacked += Paragraph(canvas: narrow).lines(line, hanging: 2)
        }
        put(table.hiddenColumns.isEmpty ? table.lines() : stacked, indent: Self.gap)
    }
}

extension OctetText {
    mutating func put(milliseconds nanoseconds: Int64) {
        put(bareMilliseconds: nanoseconds)
        put(" ms")
    }

    mutating func put(bareMilliseconds nanoseconds: Int64) {
        put(nanoseconds, unit: 1_000_000, decimals: 3)
    }

    /// Appends how many turns an endpoint had, in brackets.
    fileprivate mutating func put(turns: Int, _ language: Language) {
        put(language == .english ? " (" : "（")
        put(turns)
        put(language == .english ? (turns == 1 ? " turn)" : " turns)") : " 次）")
    }
}
