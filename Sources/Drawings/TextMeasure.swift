import Scenes

/// How wide text is drawn. No font is sent along, so it is measured by cells, a little too wide rather than too narrow: 0.61 of
/// the size is the widest that a font of fixed width takes for a cell.
struct TextMeasure {
    /// The size of the letters.
    static let label = 12.0
    static let small = 11.0

    private let cells = DisplayWidth()

    /// In a font of fixed width.
    func fixed(_ text: String, size: Double = label) -> Double { Double(cells(text)) * size * 0.61 }

    /// In the reader's own font for running text.
    func running(_ text: String, size: Double = label) -> Double { Double(cells(text)) * size * 0.58 }

    /// `text` in lines of at most `width`.
    func lines(_ text: String, width: Double, size: Double = label, most: Int = .max) -> [String] {
        let room = max(4, Int(width / (size * 0.58)))
        let lines = text.split(separator: "\n").flatMap { LineBreaking(measure: cells).wrap(String($0), width: room) }
        guard lines.count > most, let last = lines.prefix(most).last else { return lines }
        return lines.prefix(most - 1) + [cells.truncate(last + "…", to: room, ellipsis: "…")]
    }

    func truncated(_ text: String, width: Double, size: Double = label) -> String {
        cells.truncate(text, to: max(1, Int(width / (size * 0.61))), ellipsis: "…")
    }
}
