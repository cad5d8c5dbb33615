import Documents
import FlatMemory
import Narration
import Passes
import Pictures
import Queries
import Scenes
import Tracking

/// Writes the connections of one or several files in the chosen format.
struct ConnectionListing {
    let format: ConnectionsCommand.Format
    let isLong: Bool
    /// Whether Zeek's log is written as JSON.
    let isJSON: Bool
    /// The columns chosen with `-e`; empty for the usual columns.
    let fields: [FilterField]
    /// The key by which connections are grouped; a row for each group replaces the rows of connections. `nil` without
    /// groups.
    let by: GroupKey?
    let canvas: Canvas
    let isOneOfMany: Bool
    /// The name of the capture that is listed last.
    private let last: String?
    /// The troubles of the connections in the last table.
    private(set) var troubles = TroubleCount()
    private var zeek: ZeekLog
    private var row = ConnectionRow()
    private var chosen: FieldRow
    /// The table of one file's rows where they are written as connections end: `endedRows` for the usual columns,
    /// `endedFields` for chosen ones.
    private var endedRows: ConnectionTable?
    private var endedFields: TableText?
    /// Whether a row of a table has been written while connections ended.
    private var hasRows = false
    /// The writer that is reused for all lines of JSON.
    private let json = JSONWriter(isIndented: false)

    /// How many rows were written, and how many there would have been without a limit.
    struct Rows {
        let shown: Int
        let all: Int
    }

    init(
        format: ConnectionsCommand.Format, isLong: Bool, isJSON: Bool, fields: [FilterField], by: GroupKey?,
        canvas: Canvas, names: [String]
    ) {
        self.format = format
        self.isLong = isLong
        self.isJSON = isJSON
        self.fields = fields
        self.by = by
        chosen = FieldRow(fields)
        self.canvas = canvas
        isOneOfMany = names.count > 1
        last = names.last
        zeek = ZeekLog(isJSON: isJSON)
    }

    var needsMeasures: Bool { isLong || format == .zeek || fields.contains(where: \.needsMeasures) }

    func begin() {
        if format == .tsv {
            let usual = fields.isEmpty ? ConnectionRow.allColumns : fields.map(\.name)
            let columns = by.map(GroupFacts.columns) ?? usual
            Screen.write(((isOneOfMany ? ["file"] : []) + columns).joined(separator: "\t"))
        }
    }

    func end() {
        if format == .zeek, let end = zeek.end { Screen.write(end) }
    }

    /// Begins a file whose rows are written as connections end: writes its name where there are several files, and lays
    /// out the table. Must be called before its first row.
    mutating func beginEnding(path: String) {
        guard format == .table else { return }
        if isOneOfMany { Screen.write(Printable.text(path)) }
        if fields.isEmpty {
            var table = ConnectionTable(canvas: canvas)
            table.expectUsual()
            endedRows = table
        } else {
            endedFields = fieldTable(expecting: true)
        }
    }

    /// Writes or buffers the row of a connection that has ended.
    mutating func write(_ ended: EndedConnection, path: String) throws {
        let number = ended.serial + 1
        let file = isOneOfMany ? path : nil
        let subject = FilterSubject(number: number, record: ended.record)
        switch format {
        case .json:
            let facts = ConnectionFacts(ended.record, number: number)
            Screen.write(try JSONDocument.line(ListedConnectionFacts(file: file, facts: facts)))
        case .table where fields.isEmpty: endedRows?.add(ended.record, number: number)
        case .table: endedFields?.add(fields.map { FieldRow.text($0, of: subject) })
        case .tsv where fields.isEmpty: row.write(ended.record, number: number, file: file.map(Printable.text))
        case .tsv: chosen.add(subject, file: file.map(Printable.text))
        // Never reached: the command refuses Zeek's log here, since it needs measures, which are not taken where
        // connections are evicted.
        case .zeek: break
        }
    }

    /// Writes the buffered rows of connections that have ended.
    mutating func flushRows() {
        if let octets = endedRows?.takeRows(), !octets.isEmpty {
            hasRows = true
            Screen.write(octets: octets)
        }
        if endedFields?.rowCount ?? 0 > 0, let octets = endedFields?.takeRows() {
            hasRows = true
            Screen.write(octets: octets)
        }
        row.flush()
        Screen.write(octets: chosen.octets)
        chosen.clear()
    }

    /// Ends a file whose rows were written as connections ended: writes the buffered rows and the note on hidden
    /// columns.
    mutating func finishEnding() {
        flushRows()
        if let endedFields, hasRows { Screen.write(endedFields.roomNote(canvas)) }
        guard let table = endedRows else { return }
        if hasRows { Screen.write(table.roomNote) }
        troubles = table.troubles
    }

    /// Writes the first `limit` of these connections, or of the groups that they form.
    mutating func write(
        _ order: RowOrder, limit: Int, of analysis: borrowing CaptureAnalysis, path: String
    ) throws -> Rows {
        troubles = TroubleCount()
        let file = isOneOfMany ? path : nil
        if let by {
            var groups = ConnectionGroups(by: by)
            for index in order { groups.add(analysis[index], number: index + 1) }
            let all = groups.sorted
            if format == .table, let file { Screen.write(Printable.text(file)) }
            if format == .table { for group in all { troubles.take(group) } }
            try GroupListing(key: by, format: format, canvas: canvas).write(all.prefix(limit), file: file)
            return Rows(shown: min(limit, all.count), all: all.count)
        }
        let shown = order.prefix(limit)
        if fields.isEmpty {
            try write(shown, of: analysis, file: file)
        } else {
            writeFields(shown, of: analysis, file: file)
        }
        // The summary below the rows also counts the connections that the limit left out.
        if format == .table, fields.isEmpty, !isLong {
            for index in order.dropFirst(limit) {
                let record = analysis[index]
                troubles.take(record.troubles(record.outcome), number: index + 1)
            }
        }
        return Rows(shown: shown.count, all: order.count)
    }

    private mutating func write(
        _ shown: RowOrder.SubSequence, of analysis: borrowing CaptureAnalysis, file: String?
    ) throws {
        switch format {
        case .json: try writeJSON(shown, of: analysis, file: file)
        case .tsv:
            let file = file.map(Printable.text)
            if let records = analysis.sharedRecords {
                OrderedBlocks(workers: records.workers, blockSize: 4096).write(
                    shown, with: { ConnectionRow() },
                    adding: { rows, index in rows.add(records[index], number: index + 1, file: file) },
                    taking: { rows in
                        defer { rows.clear() }
                        return rows.octets
                    }, to: { Screen.write(octets: $0) })
                return
            }
            for index in shown { row.write(analysis[index], number: index + 1, file: file) }
            row.flush()
        case .zeek:
            for index in shown {
                guard let measures = analysis.measures(of: index) else { continue }
                Screen.write(octets: zeek.line(analysis[index], measures))
            }
        case .table:
            if let file { Screen.write(Printable.text(file)) }
            if isLong {
                try writeLong(shown, of: analysis)
                return
            }
            var table = ConnectionTable(canvas: canvas)
            for index in shown { table.add(analysis[index], number: index + 1) }
            troubles = table.troubles
            Screen.write(octets: table.octets())
        }
    }

    /// Writes rows that hold the columns chosen with `-e`.
    private mutating func writeFields(
        _ shown: RowOrder.SubSequence, of analysis: borrowing CaptureAnalysis, file: String?
    ) {
        let file = file.map(Printable.text)
        guard format == .table else {
            for index in shown {
                let subject = FilterSubject(
                    number: index + 1, record: analysis[index], measures: analysis.measures(of: index))
                chosen.add(subject, file: file)
                if chosen.octets.count >= Self.blockSize { flushRows() }
            }
            flushRows()
            return
        }
        if let file { Screen.write(file) }
        var table = fieldTable(expecting: false)
        for index in shown {
            let subject = FilterSubject(
                number: index + 1, record: analysis[index], measures: analysis.measures(of: index))
            table.add(fields.map { FieldRow.text($0, of: subject) })
        }
        Screen.write(octets: table.octets())
        Screen.write(table.roomNote(canvas))
    }

    /// - Parameter isExpecting: whether the columns are made wide enough for usual values, since rows are written
    ///   before all of them are known.
    private func fieldTable(expecting isExpecting: Bool) -> TableText {
        let numbers: [FilterField.Kind] = [.count, .number, .octets, .duration]
        var table = TableText(
            fields.enumerated().map { place, field in
                let isNumber = numbers.contains(field.kind)
                return TableText.Column(
                    Text(verbatim: field.name), isNumber ? .right : .left, importance: -place,
                    minimum: isNumber ? .max : field.kind == .endpoint ? ConnectionTable.narrowestEndpoint : 8,
                    shorten: field.kind == .endpoint ? ConnectionTable.shortening(canvas) : nil)
            }, canvas: canvas)
        if isExpecting { table.expect(fields.map(\.kind.usualText)) }
        return table
    }

    /// Octets of rows of chosen columns that are buffered before they are written.
    private static let blockSize = 1 << 15

    private func writeJSON(
        _ shown: RowOrder.SubSequence, of analysis: borrowing CaptureAnalysis, file: String?
    ) throws {
        guard let records = analysis.sharedRecords else {
            for index in shown {
                let facts = ConnectionFacts(
                    analysis[index], number: index + 1, measures: isLong ? analysis.measures(of: index) : nil,
                    errors: analysis.errors(about: index))
                try json.encodeLine(ListedConnectionFacts(file: file, facts: facts))
                Screen.write(octets: json.octets)
                json.clear()
            }
            return
        }
        let isLong = isLong
        try OrderedBlocks(workers: records.workers, blockSize: 256).write(
            shown, with: { JSONWriter(isIndented: false) },
            adding: { json, index in
                let facts = ConnectionFacts(
                    records[index], number: index + 1, measures: isLong ? records.measures(of: index) : nil,
                    errors: records.errors(about: index))
                try json.encodeLine(ListedConnectionFacts(file: file, facts: facts))
            },
            taking: { json in
                defer { json.clear() }
                return json.octets
            }, to: { Screen.write(octets: $0) })
    }

    private func writeLong(_ shown: RowOrder.SubSequence, of analysis: borrowing CaptureAnalysis) throws {
        guard let records = analysis.sharedRecords else {
            var long = ConnectionLong(canvas: canvas)
            for index in shown {
                guard let measures = analysis.measures(of: index) else { continue }
                long.write(analysis[index], measures, errors: analysis.errors(about: index), number: index + 1)
                Screen.write(octets: long.text.octets)
                long.clear()
            }
            return
        }
        OrderedBlocks(workers: records.workers, blockSize: 256).write(
            shown, with: { ConnectionLong(canvas: canvas) },
            adding: { long, index in
                guard let measures = records.measures(of: index) else { return }
                long.write(records[index], measures, errors: records.errors(about: index), number: index + 1)
            },
            taking: { long in
                defer { long.clear() }
                return long.text.octets
            }, to: { Screen.write(octets: $0) })
    }

    /// Writes the notes below the table of a file, and the command that draws the worst connection.
    ///
    /// - Parameter isFiltered: whether the connections were chosen with a filter.
    func note(_ texts: [Text], path: String, isFiltered: Bool) {
        guard format == .table else { return }
        for text in texts + [troubles.text(path: path, isFiltered: isFiltered)].compactMap({ $0 }) {
            Screen.write(Paragraph(canvas: canvas).lines(text(canvas.language), hanging: 2))
        }
        // A command to be copied, so it is never broken into lines.
        if let command = troubles.command(path: path) { Screen.write("  " + command) }
        if isOneOfMany, path != last { Screen.write("") }
    }
}

extension FilterField.Kind {
    /// A sample value, which is as wide as most values of such a field.
    fileprivate var usualText: String {
        switch self {
        case .flag: "1"
        case .count, .number: "10000"
        case .octets: "1000000"
        case .duration: "10.000000000"
        case .address: "192.168.100.100"
        case .endpoint: "192.168.100.100:50000"
        case .text: "ESTABLISHED"
        }
    }
}

extension ConnectionRow {
    /// Adds one row, and writes the buffered rows when there are enough of them.
    fileprivate mutating func write(_ record: ConnectionRecord, number: Int, file: String?) {
        add(record, number: number, file: file)
        if isFull { flush() }
    }

    fileprivate mutating func flush() {
        Screen.write(octets: octets)
        clear()
    }
}
