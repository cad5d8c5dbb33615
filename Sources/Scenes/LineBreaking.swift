/// Where a line of mixed Chinese and English may be broken.
package struct LineBreaking {
    private let measure: DisplayWidth

    /// Breaks by the widths of `measure`.
    package init(measure: DisplayWidth = DisplayWidth()) { self.measure = measure }

    // Fullwidth marks by number: they are easily mistaken for the ASCII ones beside them.
    private static let neverFirst = Set(
        "\u{FF0C}\u{FF1B}\u{FF1A}\u{FF1F}\u{FF01}\u{FF09}\u{FF3D}\u{FF5D}\u{FF05}\u{3002}\u{3001}】》」』〉〕”’，.;:?!)]}%…·—~"
    )
    private static let neverLast = Set("\u{FF08}\u{FF3B}\u{FF5B}【《「『〈〔“‘([{#$")

    /// A run of characters that stays together, and the spaces before it.
    private struct Piece {
        var text = ""
        var cells = 0
        var gap = 0
    }

    /// `text` (one hard line) in lines of at most `width` cells, the first of at most `firstWidth`; at least one line. A word
    /// longer than a line is cut between characters.
    package func wrap(_ text: String, firstWidth: Int? = nil, width: Int) -> [String] {
        let width = max(2, width)
        var room = max(2, firstWidth ?? width)
        var lines: [String] = []
        var line = ""
        var used = 0
        for piece in pieces(of: Printable.text(text)) {
            if used + piece.gap + piece.cells <= room {
                line += String(repeating: " ", count: piece.gap) + piece.text
                used += piece.gap + piece.cells
                continue
            }
            if used > 0 {
                lines.append(line)
                (line, used, room) = ("", 0, width)
            }
            for character in piece.text {
                let cells = measure.cellsOf(character)
                if used + cells > room {
                    lines.append(line)
                    (line, used, room) = ("", 0, width)
                }
                line.append(character)
                used += cells
            }
        }
        lines.append(line)
        return lines
    }

    private func pieces(of text: String) -> [Piece] {
        var result: [Piece] = []
        var current = Piece()
        var previous: Character?
        for character in text {
            if character == " " {
                if !current.text.isEmpty {
                    result.append(current)
                    current = Piece()
                }
                current.gap += 1
                previous = nil
                continue
            }
            if let previous, mayBreak(between: previous, and: character) {
                result.append(current)
                current = Piece()
            }
            current.text.append(character)
            current.cells += measure.cellsOf(character)
            previous = character
        }
        if !current.text.isEmpty { result.append(current) }
        return result
    }

    private func mayBreak(between left: Character, and right: Character) -> Bool {
        guard isIdeographic(left) || isIdeographic(right) else { return false }
        return !Self.neverFirst.contains(right) && !Self.neverLast.contains(left)
    }

    private func isIdeographic(_ character: Character) -> Bool {
        guard let scalar = character.unicodeScalars.first else { return false }
        return scalar.value >= 0x1100 && WidthTables.contains(scalar.value, in: WidthTables.wide)
    }
}
