import Scenes

/// A grid of terminal cells: what every text picture is drawn into before it becomes lines. Whatever is put here is made
/// printable first, so no picture can pass on an escape sequence from outside.
struct CellBuffer: Sendable {
    /// One cell: a grapheme, or the second half of a wide one (`nil`).
    struct Cell: Sendable, Equatable {
        var glyph: Character?
        var style: Style
        static let blank = Cell(glyph: " ", style: .plain)
    }

    /// Cells in each row.
    let width: Int
    private(set) var height = 0
    private let measure: DisplayWidth
    private var cells: [Cell] = []

    init(width: Int, height: Int = 0, measure: DisplayWidth = DisplayWidth()) {
        self.width = max(1, width)
        self.measure = measure
        for _ in 0..<max(0, height) { addRow() }
    }

    /// Adds an empty row at the bottom and gives its index.
    @discardableResult
    mutating func addRow() -> Int {
        cells.append(contentsOf: repeatElement(.blank, count: width))
        height += 1
        return height - 1
    }

    /// Puts `text` from `column` on, as far as `end` (exclusive; the row's end if `nil`), and gives the column after it.
    /// What lies outside the grid is dropped; a wide character that does not fit wholly is not drawn at all.
    @discardableResult
    mutating func put(
        _ text: String, row: Int, column: Int, until end: Int? = nil, style: Style = .plain
    ) -> Int {
        guard row >= 0, row < height else { return column }
        let end = min(end ?? width, width)
        var column = column
        for character in Printable.text(text) {
            let size = measure.cellsOf(character)
            if size == 0 { continue }
            guard column + size <= end else { break }
            if column >= 0 { set(character, size: size, row: row, column: column, style: style) }
            column += size
        }
        return column
    }

    /// Fills the cells from `start` to `end` (exclusive) with a glyph of one cell.
    mutating func fill(_ glyph: Character, row: Int, from start: Int, to end: Int, style: Style = .plain) {
        guard row >= 0, row < height else { return }
        for column in stride(from: max(0, start), to: min(end, width), by: 1) {
            set(glyph, size: 1, row: row, column: column, style: style)
        }
    }

    private mutating func set(_ glyph: Character, size: Int, row: Int, column: Int, style: Style) {
        let index = row * width + column
        // The other half of a wide character that is written over would stay behind as a stray half.
        if cells[index].glyph == nil, column > 0 { cells[index - 1] = .blank }
        let next = column + size
        if next < width, cells[row * width + next].glyph == nil { cells[row * width + next] = .blank }
        cells[index] = Cell(glyph: glyph, style: style)
        if size == 2 { cells[index + 1] = Cell(glyph: nil, style: style) }
    }

    /// The glyph in a cell; `nil` outside the grid and in a wide glyph's second half.
    func glyph(row: Int, column: Int) -> Character? {
        guard (0..<height).contains(row), (0..<width).contains(column) else { return nil }
        return cells[row * width + column].glyph
    }

    /// Row `row` as a line without trailing spaces; without colour it holds no escape sequence.
    func line(_ row: Int, colour: ColourDepth = .none, theme: Theme = .dark) -> String {
        guard row >= 0, row < height else { return "" }
        let start = row * width
        var end = start + width
        while end > start, cells[end - 1].glyph == " " { end -= 1 }
        var result = ""
        var current = Style.plain
        for cell in cells[start..<end] {
            guard let glyph = cell.glyph else { continue }
            // A space shows no foreground: keeping the style running over it saves sequences.
            if cell.style != current, glyph != " " {
                if !current.begin(colour, theme).isEmpty { result += Style.reset }
                result += cell.style.begin(colour, theme)
                current = cell.style
            }
            result.append(glyph)
        }
        if !current.begin(colour, theme).isEmpty { result += Style.reset }
        return result
    }

    /// All rows as lines.
    func lines(colour: ColourDepth = .none, theme: Theme = .dark) -> [String] {
        (0..<height).map { line($0, colour: colour, theme: theme) }
    }
}
