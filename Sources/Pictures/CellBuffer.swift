import Scenes

/// A grid of terminal cells, which every text picture is drawn into before it becomes lines. All text put into it is
/// made printable first, so no picture can pass on an escape sequence from outside.
///
/// A cell takes a few octets and holds no reference, and ``PlainText`` is stored and written out without making a
/// `Character` or a string: a ladder of a hundred thousand rows has ten million cells.
struct CellBuffer: Sendable {
    /// The visible content of a cell.
    private struct Glyph: Equatable, BitwiseCopyable {
        /// A code point; or ``isCluster`` combined with an index into ``clusters``; or 0 for the second half of a wide
        /// glyph.
        var code: UInt32

        static let space = Glyph(code: 0x20)
        static let secondHalf = Glyph(code: 0)
        /// The bit that marks a grapheme cluster of several code points.
        static let isCluster: UInt32 = 1 << 31
    }

    /// One cell.
    private struct Cell: BitwiseCopyable {
        var glyph: Glyph
        /// The cell's style, as ``Style/index``.
        var style: UInt8

        static let blank = Cell(glyph: .space, style: Style.plain.index)
    }

    /// Cells in each row.
    let width: Int
    private(set) var height = 0
    private let measure: DisplayWidth
    private var cells: [Cell] = []
    /// The grapheme clusters of several code points that cells refer to.
    private var clusters: [Character] = []
    /// Whether some glyph takes two cells; if none does, overwriting a cell never leaves half of a glyph.
    private var hasWide = false

    init(width: Int, height: Int = 0, measure: DisplayWidth = DisplayWidth()) {
        self.width = max(1, width)
        self.measure = measure
        for _ in 0..<max(0, height) { addRow() }
    }

    /// Removes all rows, but keeps their storage.
    mutating func clear() {
        cells.removeAll(keepingCapacity: true)
        clusters.removeAll(keepingCapacity: true)
        hasWide = false
        height = 0
    }

    /// Adds an empty row at the bottom and gives its index.
    @discardableResult
    mutating func addRow() -> Int {
        cells.append(contentsOf: repeatElement(.blank, count: width))
        height += 1
        return height - 1
    }

    /// Puts `text` from `column` on, as far as `end` (exclusive; the row's end if `nil`), and gives the column after
    /// it. What lies outside the grid is dropped; a wide character that does not fit wholly is not drawn at all.
    @discardableResult
    mutating func put(
        _ text: String, row: Int, column: Int, until end: Int? = nil, style: Style = .plain
    ) -> Int {
        guard row >= 0, row < height else { return column }
        if measure.plainCells(text) != nil {
            return put(plain: text.utf8.span, row: row, column: column, until: end, style: style)
        }
        let end = min(end ?? width, width)
        var column = column
        for character in Printable.text(text) {
            let size = measure.cellsOf(character)
            if size == 0 { continue }
            guard column + size <= end else { break }
            if column >= 0 { set(glyph(character), size: size, row: row, column: column, style: style.index) }
            column += size
        }
        return column
    }

    /// Puts ``PlainText`` in UTF-8 without measuring it as ``put(_:row:column:until:style:)`` does. Its code points
    /// must take the same number of cells on every terminal, as those of numbers do.
    @discardableResult
    mutating func put(
        plain text: borrowing Span<UInt8>, row: Int, column: Int, until end: Int? = nil, style: Style = .plain
    ) -> Int {
        guard row >= 0, row < height else { return column }
        let end = min(end ?? width, width)
        let style = style.index
        var (column, place) = (column, 0)
        if !hasWide, column >= 0 {
            place = putASCII(text, row: row, column: column, until: end, style)
            column += place
        }
        while place < text.count, let piece = PlainText.piece(of: text, at: place), column + piece.cells <= end {
            if column >= 0 {
                set(Glyph(code: piece.value), size: piece.cells, row: row, column: column, style: style)
            }
            column += piece.cells
            place += piece.octets
        }
        return column
    }

    /// Puts the ASCII characters that `text` begins with, as far as they fit, and returns how many they are. The row
    /// must not hold wide glyphs.
    private mutating func putASCII(
        _ text: borrowing Span<UInt8>, row: Int, column: Int, until end: Int, _ style: UInt8
    ) -> Int {
        let count = min(text.count, max(0, end - column))
        let start = row * width + column
        var row = cells.mutableSpan
        for place in 0..<count {
            let octet = text[place]
            guard octet < 0x80 else { return place }
            row[start + place] = Cell(glyph: Glyph(code: UInt32(octet)), style: style)
        }
        return count
    }

    /// Fills the cells from `start` to `end` (exclusive) with a glyph of one cell.
    mutating func fill(_ glyph: Unicode.Scalar, row: Int, from start: Int, to end: Int, style: Style = .plain) {
        let (start, end) = (max(0, start), min(end, width))
        guard row >= 0, row < height, start < end else { return }
        let cell = Cell(glyph: Glyph(code: glyph.value), style: style.index)
        if hasWide {
            for column in start..<end { set(cell.glyph, size: 1, row: row, column: column, style: cell.style) }
        } else {
            let first = row * width
            var row = cells.mutableSpan
            for column in start..<end { row[first + column] = cell }
        }
    }

    private mutating func glyph(_ character: Character) -> Glyph {
        let scalars = character.unicodeScalars
        if let first = scalars.first, scalars.count == 1 { return Glyph(code: first.value) }
        clusters.append(character)
        return Glyph(code: Glyph.isCluster | UInt32(truncatingIfNeeded: clusters.count - 1))
    }

    private mutating func set(_ glyph: Glyph, size: Int, row: Int, column: Int, style: UInt8) {
        let index = row * width + column
        // Overwriting one half of a wide glyph would leave the other half, so that is blanked.
        if cells[index].glyph == .secondHalf, column > 0 { cells[index - 1] = .blank }
        let next = column + size
        if next < width, cells[row * width + next].glyph == .secondHalf { cells[row * width + next] = .blank }
        cells[index] = Cell(glyph: glyph, style: style)
        if size == 2 {
            cells[index + 1] = Cell(glyph: .secondHalf, style: style)
            hasWide = true
        }
    }

    /// The glyph in a cell; `nil` outside the grid and in a wide glyph's second half.
    func glyph(row: Int, column: Int) -> Character? {
        guard (0..<height).contains(row), (0..<width).contains(column) else { return nil }
        return character(cells[row * width + column].glyph)
    }

    private func character(_ glyph: Glyph) -> Character? {
        if glyph == .secondHalf { return nil }
        if glyph.code & Glyph.isCluster != 0 { return clusters[Int(glyph.code & ~Glyph.isCluster)] }
        return Unicode.Scalar(glyph.code).map { Character($0) }
    }

    /// Appends row `row` to `octets` as a line in UTF-8, without trailing spaces and without a line feed. Without
    /// colour, the line holds no escape sequence.
    func write(_ row: Int, styles: StyleSequences, to octets: inout [UInt8]) {
        guard row >= 0, row < height else { return }
        var place = row * width
        var end = place + width
        while end > place, cells[end - 1].glyph == .space { end -= 1 }
        var current = Style.plain.index
        while place < end {
            let cell = cells[place]
            // A space shows no foreground: letting the style continue over it saves escape sequences.
            if cell.style != current, cell.glyph != .space {
                styles.end(current, into: &octets)
                styles.begin(cell.style, into: &octets)
                current = cell.style
            }
            if cell.glyph.code & Glyph.isCluster != 0 {
                if let character = character(cell.glyph) { octets.append(contentsOf: character.utf8) }
                place += 1
            } else {
                place = write(from: place, to: end, style: current, to: &octets)
            }
        }
        styles.end(current, into: &octets)
    }

    /// Appends the code points from index `start` on, as long as they are spaces or have the style `style`, and returns
    /// the index after the last.
    private func write(from start: Int, to end: Int, style: UInt8, to octets: inout [UInt8]) -> Int {
        let cells = cells.span
        var place = start
        octets.append(addingCapacity: (end - start) * 4) { text in
            while place < end {
                let cell = cells[place]
                guard cell.style == style || cell.glyph == .space, cell.glyph.code & Glyph.isCluster == 0 else {
                    return
                }
                Self.write(cell.glyph.code, to: &text)
                place += 1
            }
        }
        return place
    }

    /// Appends a code point in UTF-8; nothing for the second half of a wide glyph.
    private static func write(_ code: UInt32, to text: inout OutputSpan<UInt8>) {
        func follow(_ shift: UInt32) { text.append(0x80 | UInt8(truncatingIfNeeded: code >> shift & 0x3F)) }
        switch code {
        case 0: break
        case ..<0x80: text.append(UInt8(truncatingIfNeeded: code))
        case ..<0x800:
            text.append(0xC0 | UInt8(truncatingIfNeeded: code >> 6))
            follow(0)
        case ..<0x1_0000:
            text.append(0xE0 | UInt8(truncatingIfNeeded: code >> 12))
            follow(6)
            follow(0)
        default:
            text.append(0xF0 | UInt8(truncatingIfNeeded: code >> 18))
            follow(12)
            follow(6)
            follow(0)
        }
    }

    /// Row `row` as a line without trailing spaces. Without colour, the line holds no escape sequence.
    func line(_ row: Int, colour: ColourDepth = .none, theme: Theme? = .dark) -> String {
        var octets: [UInt8] = []
        write(row, styles: StyleSequences(colour, theme), to: &octets)
        return String(decoding: octets, as: UTF8.self)
    }

    /// All rows as lines.
    func lines(colour: ColourDepth = .none, theme: Theme? = .dark) -> [String] {
        (0..<height).map { line($0, colour: colour, theme: theme) }
    }
}
