/// Text and bytes from outside (host names, payload, process names, comments in a file) made safe to show. Three kinds
/// of characters are escaped, as `\x1b` or `\u{202e}`: those that a terminal would obey instead of show (escape
/// sequences, C0 and C1 controls), those that change the order or visibility of their neighbours (bidirectional
/// controls, zero-width characters), and those whose width is not known (private use, unassigned).
public enum Printable {
    /// No word of any language has more combining marks than this on one character; further marks would fill the
    /// reader's screen.
    private static let mostMarks = 4

    /// `text` with every character that cannot be shown escaped. Line feeds are escaped too (`\n`): a caller that wants
    /// lines must split the text first.
    public static func text(_ text: String) -> String {
        if text.isPlain { return text }
        var result = ""
        var marks = 0
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            if isMark(scalar) {
                marks += 1
                if marks > mostMarks || previous == nil { continue }
                result.unicodeScalars.append(scalar)
                continue
            }
            marks = 0
            if isShowable(scalar, after: previous) {
                result.unicodeScalars.append(scalar)
            } else {
                result += spelled(scalar)
            }
            previous = scalar
        }
        return narrowed(result)
    }

    /// `text` with code points escaped where a grapheme cluster would take more than two cells: in some scripts any
    /// number of letters join into one cluster, which would overwrite whatever is drawn to its right.
    private static func narrowed(_ text: String) -> String {
        var result = ""
        for character in text {
            var width = ClusterWidth()
            var kept = ""
            var rest = ""
            for scalar in character.unicodeScalars {
                var wider = width
                wider.add(scalar)
                if wider.cells > 2 {
                    rest += spelled(scalar)
                } else {
                    kept.unicodeScalars.append(scalar)
                    width = wider
                }
            }
            // After some letters even a backslash would become part of their cluster; such letters are escaped as well.
            let takesNext = !rest.isEmpty && (kept + "\\").count == 1
            result += (takesNext ? kept.unicodeScalars.map(spelled).joined() : kept) + rest
        }
        return result
    }

    /// At most `limit` of `bytes` as text: decoded where all of them are UTF-8, else ASCII with `\xff` for every other
    /// byte, because binary data may decode by chance to letters, and right-to-left letters would reverse a line.
    /// Controls are escaped as by `text(_:)`; `..` is appended if bytes were left out.
    public static func bytes(_ bytes: some Sequence<UInt8>, limit: Int) -> String {
        var taken: [UInt8] = []
        var isCut = false
        for byte in bytes {
            guard taken.count < limit else {
                isCut = true
                break
            }
            taken.append(byte)
        }
        let end = isCut ? ".." : ""
        // The limit may have cut the last character in its middle.
        for dropped in 0...(isCut ? min(3, taken.count) : 0) {
            guard let whole = String(validating: taken.dropLast(dropped), as: UTF8.self) else { continue }
            return text(whole) + taken.suffix(dropped).map(hexadecimal).joined() + end
        }
        return taken.map { $0 < 0x80 ? text(String(UnicodeScalar($0))) : hexadecimal($0) }.joined() + end
    }

    static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x300 { return false }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return true
        default: return false
        }
    }

    private static func isShowable(_ scalar: Unicode.Scalar, after previous: Unicode.Scalar?) -> Bool {
        if scalar.value >= 0x20 && scalar.value < 0x7F { return true }
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
            return false
        case .format:
            // A zero-width joiner inside an emoji sequence is part of its picture; anywhere else it is invisible, and
            // is escaped.
            return scalar.value == 0x200D && (previous.map { $0.value >= 0x2190 && $0.properties.isEmoji } ?? false)
        default:
            return true
        }
    }

    private static func spelled(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default:
            if let byte = UInt8(exactly: scalar.value) {
                hexadecimal(byte)
            } else {
                "\\u{" + String(scalar.value, radix: 16) + "}"
            }
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 0x10 ? "\\x0" : "\\x") + String(byte, radix: 16)
    }
}
