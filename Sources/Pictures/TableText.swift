import Narration

/// A table in aligned columns, fitted to a width: where it is too wide, the least important columns are shortened first, and
/// left out if even that is not enough.
public struct TableText: Sendable {
    /// What a column is called and how it behaves when room is short.
    public struct Column: Sendable {
        /// Above the column.
        public var header: Text
        /// Where in the column its cells stand.
        public var alignment: DisplayWidth.Alignment
        /// The higher, the longer the column keeps its width; the highest is never left out.
        public var importance: Int
        /// Cells below which the column is of no use and is left out instead; more than it has: it is never cut. The cells of
        /// one flush right are never cut, whatever this says.
        public var minimum: Int

        /// A column of text unless `alignment` is `.right`.
        public init(_ header: Text, _ alignment: DisplayWidth.Alignment = .left, importance: Int = 0, minimum: Int = 4)
        {
            self.header = header
            self.alignment = alignment
            self.importance = importance
            self.minimum = minimum
        }
    }

    private let canvas: Canvas
    private let columns: [Column]
    private var rows: [(cells: [String], style: Style)] = []
    /// Cells of the widest entry of each column, with and without its header.
    private var natural: [Int]
    private var body: [Int]
    private static let gap = 2

    /// An empty table.
    public init(_ columns: [Column], canvas: Canvas) {
        self.canvas = canvas
        self.columns = columns
        natural = columns.map { canvas.measure($0.header(canvas.language)) }
        body = columns.map { _ in 0 }
    }

    /// Adds a row: a cell for each column; missing ones are empty, surplus ones dropped.
    public mutating func add(_ cells: [String], style: Style = .plain) {
        let cells = cells.prefix(columns.count).map { Printable.text($0) }
        for (index, cell) in cells.enumerated() {
            body[index] = max(body[index], canvas.measure(cell))
            natural[index] = max(natural[index], body[index])
        }
        rows.append((cells, style))
    }

    /// The header and the rows, without line ends.
    public func lines() -> [String] {
        var result: [String] = []
        write { result.append($0) }
        return result
    }

    /// Hands over one line after another. Stops at the first error of `sink`.
    public func write<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        let widths = fitted()
        try sink(line(columns.map { $0.header(canvas.language) }, widths, style: .bold))
        for row in rows { try sink(line(row.cells, widths, style: row.style)) }
    }

    /// The headers of the columns that the width has no room for.
    public var hiddenColumns: [Text] {
        zip(columns, fitted()).compactMap { column, width in width == nil ? column.header : nil }
    }

    /// Each column's cells; `nil` for one left out.
    private func fitted() -> [Int?] {
        var widths: [Int?] = natural
        // The least important first; of equals the one further right.
        let order = columns.indices.sorted {
            (columns[$0].importance, -$0) < (columns[$1].importance, -$1)
        }
        for index in order {
            let excess = total(widths) - canvas.width
            if excess <= 0 { return widths }
            widths[index] = max(least(index), natural[index] - excess)
        }
        for index in order.dropLast() {
            if total(widths) <= canvas.width { return spread(widths, order) }
            widths[index] = nil
        }
        if let last = order.last { widths[last] = min(natural[last], canvas.width) }
        return widths
    }

    /// Numbers (flush right) are shown whole or not at all: cut, they would be others.
    private func least(_ index: Int) -> Int {
        let column = columns[index]
        let isWhole = column.alignment != .right || column.minimum >= natural[index]
        return min(natural[index], isWhole ? column.minimum : max(1, body[index]))
    }

    /// Gives the room that leaving out a column made to the columns that were shortened, the most important first.
    private func spread(_ widths: [Int?], _ order: [Int]) -> [Int?] {
        var widths = widths
        for index in order.reversed() {
            guard let width = widths[index] else { continue }
            widths[index] = min(natural[index], width + canvas.width - total(widths))
        }
        return widths
    }

    private func total(_ widths: [Int?]) -> Int {
        let present = widths.compactMap { $0 }
        return present.reduce(0, +) + Self.gap * max(0, present.count - 1)
    }

    private func line(_ texts: [String], _ widths: [Int?], style: Style) -> String {
        var cells = CellBuffer(width: canvas.width, height: 1, measure: canvas.measure)
        var column = 0
        for (index, width) in widths.enumerated() {
            guard let width else { continue }
            let text = index < texts.count ? texts[index] : ""
            let padded = canvas.measure.pad(
                text, to: width, columns[index].alignment, ellipsis: canvas.glyphs.ellipsis)
            cells.put(padded, row: 0, column: column, style: style)
            column += width + Self.gap
        }
        return cells.line(0, colour: canvas.colour, theme: canvas.theme)
    }
}
