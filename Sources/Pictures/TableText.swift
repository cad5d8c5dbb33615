import Narration
import Scenes

/// A table in aligned columns, fitted to a width: where it is too wide, the least important columns are shortened
/// first, and left out if even that is not enough. A column may ask for another order (``Column/Manner``).
public struct TableText: Sendable {
    /// A column's heading, and how the column is treated where the table is too wide.
    public struct Column: Sendable {
        /// The heading above the column.
        public var header: Text
        /// The side of the column at which its cells' text is put.
        public var alignment: DisplayWidth.Alignment
        /// The higher this is, the longer the column keeps its width; the column with the highest is never left out.
        public var importance: Int
        /// The least cells at which the column is of use; with fewer it is left out. If this is more than the column's
        /// own width, it is never cut. The cells of a right-aligned column are never cut, whatever this says; only its
        /// header may be.
        public var minimum: Int
        /// Exceptions from how columns are treated where the table is too wide.
        public var manner: Manner
        /// Shortens a cell's text to a number of terminal cells; `nil`: its end is cut off.
        public var shorten: (@Sendable (String, Int) -> String)?

        /// Exceptions from how columns are treated.
        public struct Manner: OptionSet, Sendable {
            /// One bit for each exception.
            public let rawValue: UInt8
            /// Creates the set of exceptions whose bits are given.
            public init(rawValue: UInt8) { self.rawValue = rawValue }

            /// The column is left out before any other is shortened.
            public static let givesWay = Manner(rawValue: 1 << 0)
            /// The column is shortened before any other.
            public static let isShortenedFirst = Manner(rawValue: 1 << 1)
            /// The column is left out if all its cells are empty, and does not count as hidden then.
            public static let isOnlyWhereUsed = Manner(rawValue: 1 << 2)
        }

        /// A column of text unless `alignment` is `.right`.
        public init(
            _ header: Text, _ alignment: DisplayWidth.Alignment = .left, importance: Int = 0, minimum: Int = 4,
            manner: Manner = [], shorten: (@Sendable (String, Int) -> String)? = nil
        ) {
            self.header = header
            self.alignment = alignment
            self.importance = importance
            self.minimum = minimum
            self.manner = manner
            self.shorten = shorten
        }
    }

    private let canvas: Canvas
    private let columns: [Column]
    /// The text of all cells, one after another, row by row: a string for each cell would be an allocation for each.
    private var text: [UInt8] = []
    /// For each cell, the offset in ``text`` at which its text ends, and the terminal cells that it takes.
    private var cells: [(end: Int, width: Int)] = []
    private var styles: [Style] = []
    /// Terminal cells of the widest entry of each column, with and without its header.
    private var natural: [Int]
    private var body: [Int]
    private static let gap = 2
    /// The widths of the columns when rows were last taken; `nil` for a column that was left out.
    private var takenWidths: [Int?] = []

    /// An empty table.
    public init(_ columns: [Column], canvas: Canvas) {
        self.canvas = canvas
        self.columns = columns
        natural = columns.map { canvas.measure($0.header(canvas.language)) }
        body = columns.map { _ in 0 }
    }

    /// Reserves storage for `rows` further rows.
    public mutating func reserve(_ rows: Int, octetsEach octets: Int) {
        text.reserveCapacity(text.count + rows * octets)
        cells.reserveCapacity(cells.count + rows * columns.count)
        styles.reserveCapacity(styles.count + rows)
    }

    /// Adds a row with a cell for each column; missing cells are empty, surplus ones are ignored.
    public mutating func add(_ texts: [String], style: Style = .plain) {
        for index in columns.indices {
            let width = index < texts.count ? canvas.measure.append(texts[index], to: &text) : 0
            cells.append((text.count, width))
            body[index] = max(body[index], width)
            natural[index] = max(natural[index], width)
        }
        styles.append(style)
    }

    /// Adds a row whose first cells are ASCII, without making strings for them: for lists of a hundred thousand rows.
    ///
    /// - Parameters:
    ///   - count: how many cells `fill` writes.
    ///   - fill: appends the text of a cell, which must be printable ASCII.
    ///   - rest: the cells after those.
    public mutating func add(
        ascii count: Int, style: Style = .plain, rest: [String] = [], _ fill: (Int, inout [UInt8]) -> Void
    ) {
        for index in columns.indices {
            let start = text.count
            var width = 0
            if index < count {
                fill(index, &text)
                width = text.count - start
            } else if index - count < rest.count {
                width = canvas.measure.append(rest[index - count], to: &text)
            }
            cells.append((text.count, width))
            body[index] = max(body[index], width)
            natural[index] = max(natural[index], width)
        }
        styles.append(style)
    }

    /// The full text of each cell of row `row`.
    public func texts(ofRow row: Int) -> [String] {
        columns.indices.map { String(decoding: text[bounds(row, $0)], as: UTF8.self) }
    }

    /// How many rows there are, without the header.
    public var rowCount: Int { styles.count }

    /// The header and the rows, without line ends.
    public func lines() -> [String] {
        var result: [String] = []
        write { result.append($0) }
        return result
    }

    /// Passes the header and the rows to `sink`, line by line. Stops at the first error of `sink`.
    public func write<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        let widths = fitted()
        var line: [UInt8] = []
        for row in -1..<rowCount {
            put(row, widths, into: &line)
            try sink(String(decoding: line, as: UTF8.self))
            line.removeAll(keepingCapacity: true)
        }
    }

    /// The header and the rows in UTF-8, each with a line feed: the cheap way to write a long table.
    ///
    /// - Parameters:
    ///   - withHeader: whether the first line is the header.
    ///   - below: appends text after a row: either lines below it, each with its line feed, or text at the row's end,
    ///     before its line feed.
    public func octets(withHeader: Bool = true, below: ((Int, inout [UInt8]) -> Void)? = nil) -> [UInt8] {
        let widths = fitted()
        var octets: [UInt8] = []
        octets.reserveCapacity(text.count + rowCount * (total(widths) / 4 + 1))
        for row in (withHeader ? -1 : 0)..<rowCount {
            put(row, widths, into: &octets)
            if row >= 0, let below { below(row, &octets) }
            octets.append(UInt8(ascii: "\n"))
        }
        return octets
    }

    /// Makes the columns as wide as cells with these texts need, for a table whose rows are taken one by one before all
    /// are known.
    public mutating func expect(_ texts: [String]) {
        for (index, text) in texts.prefix(columns.count).enumerated() {
            let width = canvas.measure(text)
            body[index] = max(body[index], width)
            natural[index] = max(natural[index], width)
        }
    }

    /// Removes and returns the rows added since the last call, as ``octets(withHeader:below:)`` writes them. The header
    /// is written above the first row, and again where columns have become wider.
    public mutating func takeRows() -> [UInt8] {
        let widths = fitted()
        let octets = octets(withHeader: widths != takenWidths)
        takenWidths = widths
        removeRows()
        return octets
    }

    /// Removes the rows, but keeps the columns' widths.
    public mutating func removeRows() {
        text.removeAll(keepingCapacity: true)
        cells.removeAll(keepingCapacity: true)
        styles.removeAll(keepingCapacity: true)
    }

    /// The headers of the columns that are left out because the table is too wide.
    public var hiddenColumns: [Text] {
        let widths = fitted()
        return columns.indices.compactMap { widths[$0] == nil && isUsed($0) ? columns[$0].header : nil }
    }

    /// The width of each column in terminal cells; `nil` for a column that is left out.
    private func fitted() -> [Int?] {
        var widths: [Int?] = columns.indices.map { isUsed($0) ? natural[$0] : nil }
        // The least important column first; of equally important ones the rightmost.
        let order = columns.indices.filter(isUsed).sorted {
            (columns[$0].importance, -$0) < (columns[$1].importance, -$1)
        }
        for index in order where columns[index].manner.contains(.givesWay) && total(widths) > canvas.width {
            widths[index] = nil
        }
        let isFirst = { (index: Int) in columns[index].manner.contains(.isShortenedFirst) }
        for index in order.filter(isFirst) + order.filter({ !isFirst($0) }) {
            let alike = order.filter {
                columns[$0].importance == columns[index].importance && isFirst($0) == isFirst(index)
            }
            shorten(alike, in: &widths)
            if total(widths) <= canvas.width { return widths }
        }
        for index in order.dropLast() {
            if total(widths) <= canvas.width { return spread(widths, order) }
            widths[index] = nil
        }
        if let last = order.last { widths[last] = min(natural[last], canvas.width) }
        return widths
    }

    /// Shortens columns that are equally important until the table fits, the widest first.
    private func shorten(_ alike: [Int], in widths: inout [Int?]) {
        var excess = total(widths) - canvas.width
        while excess > 0 {
            let wide = alike.filter { (widths[$0] ?? 0) > least($0) }
            guard let widest = wide.max(by: { (widths[$0] ?? 0, $0) < (widths[$1] ?? 0, $1) }) else { return }
            widths[widest] = widths[widest].map { $0 - 1 }
            excess -= 1
        }
    }

    private func isUsed(_ index: Int) -> Bool {
        !columns[index].manner.contains(.isOnlyWhereUsed) || body[index] > 0
    }

    /// The least width of a column. The cells of a right-aligned column, which hold numbers, are shown whole or not at
    /// all: a cut number would read as another number.
    private func least(_ index: Int) -> Int {
        let column = columns[index]
        let isWhole = column.alignment != .right || column.minimum >= natural[index]
        return min(natural[index], isWhole ? column.minimum : max(1, body[index]))
    }

    /// Gives the room that a left-out column has freed back to the columns that were shortened, the most important
    /// first.
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

    // MARK: Lines

    /// The range of a cell's text in ``text``.
    private func bounds(_ row: Int, _ column: Int) -> Range<Int> {
        let index = row * columns.count + column
        return (index == 0 ? 0 : cells[index - 1].end)..<cells[index].end
    }

    /// Appends one line without trailing spaces: that of row `row`, or the header if `row` is -1.
    private func put(_ row: Int, _ widths: [Int?], into octets: inout [UInt8]) {
        let begin = (row < 0 ? Style.bold : styles[row]).begin(canvas.colour, canvas.theme)
        let start = octets.count
        var indent = 0
        for (column, width) in widths.enumerated() {
            guard let width else { continue }
            if row < 0 {
                var header: [UInt8] = []
                let taken = canvas.measure.append(columns[column].header(canvas.language), to: &header)
                put(header[...], of: taken, in: width, columns[column], into: &octets)
            } else {
                let taken = cells[row * columns.count + column].width
                put(text[bounds(row, column)], of: taken, in: width, columns[column], into: &octets)
            }
            octets.append(contentsOf: repeatElement(UInt8(ascii: " "), count: Self.gap))
        }
        while octets.count > start, octets.last == UInt8(ascii: " ") { octets.removeLast() }
        guard !begin.isEmpty, octets.count > start else { return }
        while octets[start + indent] == UInt8(ascii: " ") { indent += 1 }
        octets.insert(contentsOf: begin.utf8, at: start + indent)
        octets.append(contentsOf: Style.reset.utf8)
    }

    /// Appends a cell's text, which takes `taken` terminal cells, fitted into `width` cells.
    private func put(
        _ text: ArraySlice<UInt8>, of taken: Int, in width: Int, _ column: Column, into octets: inout [UInt8]
    ) {
        if taken > width {
            let whole = String(decoding: text, as: UTF8.self)
            let short = column.shorten?(whole, width) ?? whole
            let cut = canvas.measure.pad(short, to: width, column.alignment, ellipsis: canvas.glyphs.ellipsis)
            octets.append(contentsOf: cut.utf8)
            return
        }
        let missing = width - taken
        let before =
            switch column.alignment {
            case .left: 0
            case .right: missing
            case .centre: missing / 2
            }
        octets.append(contentsOf: repeatElement(UInt8(ascii: " "), count: before))
        octets.append(contentsOf: text)
        octets.append(contentsOf: repeatElement(UInt8(ascii: " "), count: missing - before))
    }
}
