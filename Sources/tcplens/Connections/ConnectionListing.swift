import Documents
import FlatMemory
import Narration
import Passes
import Pictures
import Queries
import Scenes
import Tracking

/// The connections of one or several files, written in the format that was asked for.
struct ConnectionListing {
    let format: ConnectionsCommand.Format
    let isLong: Bool
    /// Zeek's log as JSON.
    let isJSON: Bool
    let canvas: Canvas
    let isOneOfMany: Bool
    private var zeek: ZeekLog
    private var row = ConnectionRow()
    /// One for all lines: they are alike.
    private let json = JSONWriter(isIndented: false)

    init(format: ConnectionsCommand.Format, isLong: Bool, isJSON: Bool, canvas: Canvas, isOneOfMany: Bool) {
        self.format = format
        self.isLong = isLong
        self.isJSON = isJSON
        self.canvas = canvas
        self.isOneOfMany = isOneOfMany
        zeek = ZeekLog(isJSON: isJSON)
    }

    var needsMeasures: Bool { isLong || format == .zeek }

    func begin() {
        if format == .tsv {
            Screen.write(((isOneOfMany ? ["file"] : []) + ConnectionRow.allColumns).joined(separator: "\t"))
        }
    }

    func end() {
        if format == .zeek, let end = zeek.end { Screen.write(end) }
    }

    /// A row of its own for one that has ended, as TSV or JSON.
    mutating func write(_ ended: EndedConnection, path: String) throws {
        let file = isOneOfMany ? path : nil
        if format == .json {
            let facts = ConnectionFacts(ended.record, number: ended.serial + 1)
            Screen.write(try JSONDocument.line(ListedConnectionFacts(file: file, facts: facts)))
        } else {
            row.write(ended.record, number: ended.serial + 1, file: file.map(Printable.text))
        }
    }

    mutating func flushRows() { row.flush() }

    mutating func write(
        _ shown: RowOrder.SubSequence, of analysis: borrowing CaptureAnalysis, path: String
    ) throws {
        let file = isOneOfMany ? path : nil
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
            Screen.write(octets: table.octets())
        }
    }

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

    /// What people want to know below a file's connections.
    func note(_ texts: [Text], isLast: Bool) {
        guard format == .table else { return }
        for text in texts { Screen.write(Paragraph(canvas: canvas).lines(text(canvas.language), hanging: 2)) }
        if isOneOfMany, !isLast { Screen.write("") }
    }
}

extension ConnectionRow {
    /// Adds one line, and writes what was gathered when there is enough of it.
    fileprivate mutating func write(_ record: ConnectionRecord, number: Int, file: String?) {
        add(record, number: number, file: file)
        if isFull { flush() }
    }

    fileprivate mutating func flush() {
        Screen.write(octets: octets)
        clear()
    }
}
