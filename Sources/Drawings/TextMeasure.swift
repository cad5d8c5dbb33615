import Scenes

/// Measures how wide text will be drawn. No font is included in the drawing, so the width is estimated by the number of
/// cells, rather too large than too small: a cell of a monospaced font is at most 0.61 times as wide as the font size.
struct TextMeasure {
    /// The font size of labels.
    static let label = 12.0
    static let small = 11.0

    private let cells = DisplayWidth()

    /// The width of a text in a monospaced font.
    func fixed(_ text: String, size: Double = label) -> Double { Double(cells(text)) * size * 0.61 }

    /// The width of a text in the reader's font for running text.
    func running(_ text: String, size: Double = label) -> Double { Double(cells(text)) * size * 0.58 }

    /// Breaks `text` into lines of at most `width`.
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
