/// Breaks lines of mixed Chinese and English.
package struct LineBreaking {
    private let measure: DisplayWidth

    /// Creates a line breaker that measures text by `measure`.
    package init(measure: DisplayWidth = DisplayWidth()) { self.measure = measure }

    // Fullwidth punctuation is written as escapes, because it is easily mistaken for the ASCII punctuation beside it.
    private static let neverFirst = Set(
        "\u{FF0C}\u{FF1B}\u{FF1A}\u{FF1F}\u{FF01}\u{FF09}\u{FF3D}\u{FF5D}\u{FF05}\u{3002}\u{3001}】》」』〉〕”’，.;:?!)]}%…·—~"
    )
    private static let neverLast = Set("\u{FF08}\u{FF3B}\u{FF5B}【《「『〈〔“‘([{#$")

    /// Characters between which no line may be broken, and the spaces before them.
    private struct Piece {
        var text = ""
        var cells = 0
        var gap = 0
    }

    /// `text`, which must hold no line feed, in lines of at most `width` cells, the first of at most `firstWidth`; at
    /// least one line. A word longer than a line is cut between characters.
    package func wrap(_ text: String, firstWidth: Int? = nil, width: Int) -> [String] {
        let width = max(2, width)
        var room = max(2, firstWidth ?? width)
        var lines: [[Piece]] = []
        var line: [Piece] = []
        var used = 0
        func end() {
            lines.append(line)
            (line, used, room) = ([], 0, width)
        }
        for piece in pieces(of: Printable.text(text)) {
            if used + piece.gap + piece.cells <= room {
                line.append(piece)
                used += piece.gap + piece.cells
                continue
            }
            if used > 0 { end() }
            var part = Piece()
            for character in piece.text {
                let cells = measure.cellsOf(character)
                if used + cells > room {
                    line.append(part)
                    part = Piece()
                    end()
                }
                part.text.append(character)
                part.cells += cells
                used += cells
            }
            line.append(part)
        }
        lines.append(line)
        keepCompany(&lines, width)
        return lines.map { $0.reduce("") { $0 + String(repeating: " ", count: $1.gap) + $1.text } }
    }

    /// Moves the last piece of the line before into a last line that has only one Chinese character, which would look
    /// torn off.
    private func keepCompany(_ lines: inout [[Piece]], _ width: Int) {
        guard lines.count > 1, let last = lines.last, last.count == 1, isAlone(last[0]),
            let before = lines[lines.count - 2].last, lines[lines.count - 2].count > 1, before.gap == 0,
            isAlone(before), last[0].gap == 0, before.cells + last[0].cells <= width
        else { return }
        lines[lines.count - 2].removeLast()
        lines[lines.count - 1].insert(before, at: 0)
    }

    /// Whether a piece is one Chinese character, with or without punctuation before and after it.
    private func isAlone(_ piece: Piece) -> Bool {
        let words = piece.text.filter { !Self.neverFirst.contains($0) && !Self.neverLast.contains($0) }
        return words.count == 1 && words.allSatisfy(isIdeographic)
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
