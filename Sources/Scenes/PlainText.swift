/// Text in which every code point is a character of its own: printable ASCII, Latin-1, Han, and the punctuation and
/// box-drawing lines used with them. Nearly all that TCPLens writes is such text, and it can be measured and drawn
/// without finding grapheme clusters or looking up Unicode properties.
package enum PlainText {
    /// One code point of such text.
    package struct Piece {
        /// The code point.
        package let value: UInt32
        /// The length of its UTF-8 form in octets.
        package let octets: Int
        /// The terminal cells that it takes.
        package let cells: Int
    }

    /// The code point whose UTF-8 begins at octet `place`; `nil` where it is not plain in this sense. East Asian
    /// Ambiguous characters, which are wider on some terminals, count as one cell.
    ///
    /// No plain code point is a mark, a format character or unassigned, and no two of them make one grapheme cluster.
    package static func piece(of text: borrowing Span<UInt8>, at place: Int) -> Piece? {
        let lead = text[place]
        if lead < 0x80 {
            return lead >= 0x20 && lead < 0x7F ? Piece(value: UInt32(lead), octets: 1, cells: 1) : nil
        }
        if lead < 0xE0 {
            guard place + 1 < text.count else { return nil }
            let value = UInt32(lead & 0x1F) << 6 | UInt32(text[place + 1] & 0x3F)
            // U+00AD, the soft hyphen, is in this range but is a format character.
            return value >= 0xA1 && value <= 0xFF && value != 0xAD ? Piece(value: value, octets: 2, cells: 1) : nil
        }
        guard lead < 0xF0, place + 2 < text.count else { return nil }
        let value =
            UInt32(lead & 0x0F) << 12 | UInt32(text[place + 1] & 0x3F) << 6 | UInt32(text[place + 2] & 0x3F)
        switch value {
        // Box drawing; an ellipsis.
        case 0x2500...0x257F, 0x2026: return Piece(value: value, octets: 3, cells: 1)
        // Unified ideographs; their full stop, comma and brackets; fullwidth forms of ASCII.
        case 0x4E00...0x9FFF, 0x3001...0x3011, 0xFF01...0xFF5E: return Piece(value: value, octets: 3, cells: 2)
        default: return nil
        }
    }

    /// The cells of `text`, which is UTF-8; `nil` where a code point of it is not plain.
    package static func cells(of text: borrowing Span<UInt8>) -> Int? {
        var (place, cells) = (0, 0)
        while place < text.count {
            guard let piece = piece(of: text, at: place) else { return nil }
            place += piece.octets
            cells += piece.cells
        }
        return cells
    }
}

extension String {
    /// Whether every code point of this string is ``PlainText``.
    var isPlain: Bool { PlainText.cells(of: utf8.span) != nil }
}
