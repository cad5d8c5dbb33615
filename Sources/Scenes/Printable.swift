/// Text and bytes from outside (host names, payload, process names, comments in a file) made safe to show: what a terminal
/// would obey instead of show (escape sequences, C0 and C1 controls), what changes the order or visibility of its
/// neighbours (bidirectional controls, zero-width characters), and what has no known width (private use, unassigned)
/// comes out spelled, as `\x1b` or `\u{202e}`.
public enum Printable {
    /// More combining marks on one character than this stand in no word of any language; they would fill the reader's screen.
    private static let mostMarks = 4

    /// `text` with everything unshowable spelled out. Line feeds are spelled too (`\n`): whoever wants lines splits first.
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

    /// Of a grapheme cluster that would take more than two cells, what is too much spelled: letters of some scripts flow into one
    /// "character" however many they are, and would run over whatever stands to the right.
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
            // Some letters take whatever follows into their cluster, a backslash too.
            let takesNext = !rest.isEmpty && (kept + "\\").count == 1
            result += (takesNext ? kept.unicodeScalars.map(spelled).joined() : kept) + rest
        }
        return result
    }

    /// At most `limit` of `bytes` as text: UTF-8 where all of them are UTF-8, else ASCII with `\xff` for every other byte
    /// (binary data now and then looks like a letter of some script, and letters written from right to left would turn a
    /// line around); controls spelled as in `text(_:)`, and `..` at the end if there were more.
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
        // The limit may have gone through the middle of the last character.
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
            // The joiner inside an emoji is part of its picture; anywhere else it hides.
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
