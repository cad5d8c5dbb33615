import Scenes

/// Builds XML piece by piece. Text from outside goes through `Printable` (which leaves no control character and no
/// change of direction in it) and is escaped; numbers have at most one decimal.
struct Markup {
    private(set) var text = ""

    /// Writes a start tag, or a whole empty element. Attributes that are `nil` are left out; values are escaped.
    mutating func open(_ name: String, _ attributes: [(String, String?)] = [], isEmpty: Bool = false) {
        text += "<" + name
        for case (let key, let value?) in attributes {
            text += " " + key + "=\""
            text += Self.escaped(value)
            text += "\""
        }
        text += isEmpty ? "/>" : ">"
    }

    mutating func empty(_ name: String, _ attributes: [(String, String?)]) { open(name, attributes, isEmpty: true) }

    mutating func close(_ name: String) { text += "</" + name + ">" }

    /// Writes text from any source, escaped.
    mutating func put(_ content: String) { text += Self.escaped(Printable.text(content)) }

    mutating func element(_ name: String, _ attributes: [(String, String?)] = [], _ content: String) {
        open(name, attributes)
        put(content)
        close(name)
    }

    mutating func line() { text += "\n" }

    /// Writes our own markup, which needs no escaping.
    mutating func raw(_ markup: String) { text += markup }

    static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x26 || $0 == 0x3C || $0 == 0x3E }) else {
            return text
        }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            // An XML document must not contain these characters, not even escaped.
            case _ where scalar.value < 0x20: result += Printable.text(String(scalar))
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension Double {
    /// The number with at most one decimal.
    var written: String {
        let tenths = (self * 10).rounded()
        guard let whole = Int(exactly: tenths) else { return "0" }
        let magnitude = whole.magnitude
        let sign = whole < 0 ? "-" : ""
        return magnitude % 10 == 0 ? "\(sign)\(magnitude / 10)" : "\(sign)\(magnitude / 10).\(magnitude % 10)"
    }

    /// The number with four decimals, for directions.
    var precise: String {
        let steps = (self * 10_000).rounded()
        guard let whole = Int(exactly: steps) else { return "0" }
        let digits = String(whole.magnitude % 10_000)
        return (whole < 0 ? "-" : "") + "\(whole.magnitude / 10_000)."
            + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }
}
