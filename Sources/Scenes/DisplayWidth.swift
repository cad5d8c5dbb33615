/// Measures how many terminal cells a text takes, and cuts or fills it to a number of cells.
///
/// The rule is TCPLens's own, not the C library's `wcwidth`: that one answers by the locale the process was started in
/// (-1 for every Chinese character in the C locale, where `--lang zh` must still print straight columns), and differs
/// between libraries. Here the same text has the same width everywhere: Wide and Fullwidth 2, combining 0, Ambiguous 1
/// unless told otherwise (Unicode Standard Annex 11), a cluster of several code points at most 2.
public struct DisplayWidth: Sendable, Equatable {
    /// Cells of an East Asian Ambiguous character: 1, or 2 on a terminal configured for it.
    public let ambiguous: Int

    /// A width for Ambiguous characters; any number but 2 is taken as 1.
    public init(ambiguous: Int = 1) {
        self.ambiguous = ambiguous == 2 ? 2 : 1
    }

    /// Cells that `text` takes after `Printable` has escaped its controls.
    public func callAsFunction(_ text: String) -> Int {
        plainCells(text) ?? Printable.text(text).reduce(0) { $0 + cellsOf($1) }
    }

    /// The cells of a text that is all ``PlainText``, else `nil`. Where Ambiguous characters take two cells, a text
    /// that is not all ASCII gives `nil` too.
    package func plainCells(_ text: String) -> Int? {
        guard let cells = PlainText.cells(of: text.utf8.span) else { return nil }
        // Characters other than ASCII have more octets than cells, so equal counts mean that all is ASCII.
        return ambiguous == 1 || cells == text.utf8.count ? cells : nil
    }

    /// Cells of one grapheme cluster: 0, 1 or 2. `Printable` has escaped what a cluster holds beyond two cells.
    package func cellsOf(_ character: Character) -> Int {
        if let ascii = character.asciiValue { return ascii >= 0x20 && ascii < 0x7F ? 1 : 0 }
        var sum = ClusterWidth(self)
        for scalar in character.unicodeScalars { sum.add(scalar) }
        return min(2, sum.cells)
    }

    /// Cells of one scalar by itself: 0 for a mark that combines with the character before it, 2 for a wide one, else
    /// 1.
    package func cellsOf(_ scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        if value < 0xA1 { return 1 }
        // The vowels and finals of a Hangul syllable are drawn in the cells of its initial.
        if (0x1160...0x11FF).contains(value) || (0xD7B0...0xD7FF).contains(value) { return 0 }
        if Printable.isMark(scalar) || value == 0x200D { return 0 }
        if WidthTables.contains(value, in: WidthTables.wide) { return 2 }
        if ambiguous == 2, WidthTables.contains(value, in: WidthTables.ambiguous) { return 2 }
        return 1
    }

    /// Appends `text` with controls spelled out (`Printable`), and gives the cells that it takes. Nearly all text is
    /// ASCII, which is copied as it is.
    package func append(_ text: String, to octets: inout [UInt8]) -> Int {
        let start = octets.count
        octets.append(contentsOf: text.utf8)
        if octets[start...].allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return octets.count - start }
        octets.removeSubrange(start...)
        var cells = 0
        for character in Printable.text(text) {
            let size = cellsOf(character)
            // A cluster without a cell of its own cannot be stored in a grid of cells.
            if size == 0 { continue }
            cells += size
            octets.append(contentsOf: character.utf8)
        }
        return cells
    }

    /// `text` cut to at most `cells`, ending in `ellipsis` where something was cut off; never half a character.
    public func truncate(_ text: String, to cells: Int, ellipsis: String = "..") -> String {
        let text = Printable.text(text)
        guard cells > 0 else { return "" }
        if self(text) <= cells { return text }
        let tail = self(ellipsis) < cells ? ellipsis : ""
        return prefix(of: text, cells: cells - self(tail)) + tail
    }

    /// The longest beginning of `text` (already printable) that fits into `cells`.
    package func prefix(of text: String, cells: Int) -> String {
        var result = ""
        var used = 0
        for character in text {
            used += cellsOf(character)
            if used > cells { break }
            result.append(character)
        }
        return result
    }

    /// `text` in exactly `cells`: cut if it is longer, else filled with spaces on the side opposite to its alignment.
    public func pad(_ text: String, to cells: Int, _ alignment: Alignment = .left, ellipsis: String = "..") -> String {
        let text = truncate(text, to: cells, ellipsis: ellipsis)
        let missing = max(0, cells - self(text))
        switch alignment {
        case .left: return text + String(repeating: " ", count: missing)
        case .right: return String(repeating: " ", count: missing) + text
        case .centre:
            let before = missing / 2
            return String(repeating: " ", count: before) + text + String(repeating: " ", count: missing - before)
        }
    }

    /// Where within its cells a text is put.
    public enum Alignment: Sendable, Equatable {
        case left, right, centre
    }
}

extension String {
    /// This string without trailing spaces.
    package var withoutTrailingSpaces: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
