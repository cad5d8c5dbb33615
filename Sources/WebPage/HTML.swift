import Narration
import Scenes

/// Text that is HTML. String literals are markup; values that are interpolated are escaped, unless they are HTML
/// themselves. So nothing from a capture can become markup, control a terminal, or change the direction of the text
/// around it.
struct HTML: ExpressibleByStringInterpolation, Sendable {
    private(set) var source: String

    init() { source = "" }

    init(stringLiteral value: String) { source = value }

    init(stringInterpolation: Interpolation) { source = stringInterpolation.source }

    /// Wraps a string that is HTML already.
    init(trusted source: String) { self.source = source }

    static func += (left: inout HTML, right: HTML) { left.source += right.source }

    static func + (left: HTML, right: HTML) -> HTML { HTML(trusted: left.source + right.source) }

    struct Interpolation: StringInterpolationProtocol {
        var source = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            source.reserveCapacity(literalCapacity + 16 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: String) { source += literal }

        mutating func appendInterpolation(_ text: String) { HTML.escape(text, into: &source) }

        mutating func appendInterpolation(_ number: some BinaryInteger) { source += String(number) }

        mutating func appendInterpolation(_ html: HTML) { source += html.source }

        /// Both languages, each with its `lang` attribute: the page's style shows one of them.
        mutating func appendInterpolation(_ text: Text) {
            guard text.english != text.chinese else { return appendInterpolation(text.english) }
            source += "<span lang=\"zh\">"
            appendInterpolation(text.chinese)
            source += "</span><span lang=\"en\">"
            appendInterpolation(text.english)
            source += "</span>"
        }
    }

    private static func lines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { Printable.text(String($0)) }
            .joined(separator: "\n")
    }

    private static func escape(_ text: String, into source: inout String) {
        // Line feeds are kept: in HTML a line feed from outside is only white space.
        let text = text.contains("\n") ? lines(text) : Printable.text(text)
        guard text.utf8.contains(where: { [0x26, 0x3c, 0x3e, 0x22, 0x27].contains($0) }) else { return source += text }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": source += "&amp;"
            case "<": source += "&lt;"
            case ">": source += "&gt;"
            case "\"": source += "&quot;"
            case "'": source += "&#39;"
            default: source.unicodeScalars.append(scalar)
            }
        }
    }
}

extension BinaryInteger {
    /// The number in hexadecimal, with zeros in front if it has fewer than `digits` digits.
    func hexadecimal(digits: Int) -> String {
        let text = String(self, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}

extension Sequence<HTML> {
    /// The parts joined together.
    func joined(_ separator: HTML = "") -> HTML {
        var all = HTML()
        var isFirst = true
        for part in self {
            if !isFirst { all += separator }
            all += part
            isFirst = false
        }
        return all
    }
}

extension HTML {
    /// A sequence number relative to the ISN and as it is in the header; the page's style shows one of the two.
    static func number(_ relative: UInt64, _ real: UInt32) -> HTML {
        "<span class=\"rel\">\(relative)</span><span class=\"raw\">\(real)</span>"
    }

    /// A table with a row of column names, in a frame that scrolls if the table is too wide.
    ///
    /// - Parameters:
    ///   - id: an id that no other table of the page has.
    ///   - title: the table's name, which screen readers read too.
    ///   - isTitled: whether the title is visible. It need not be if a heading above the table says the same.
    static func table(
        _ columns: [HTML], _ rows: [[HTML]], id: String, class name: String, title: HTML, isTitled: Bool = false
    ) -> HTML {
        let head = columns.map { "<th scope=\"col\">\($0)</th>" as HTML }.joined()
        let body = rows.map { row in
            "<tr>\(row.map { "<td>\($0)</td>" as HTML }.joined())</tr>\n" as HTML
        }.joined()
        return frame(
            id, "<thead><tr>\(head)</tr></thead><tbody>\n\(body)</tbody>", class: name, title: title,
            isTitled: isTitled)
    }

    /// Puts a table's content into its frame.
    static func frame(_ id: String, _ content: HTML, class name: String, title: HTML, isTitled: Bool) -> HTML {
        let look: HTML = isTitled ? "" : " class=\"unseen\""
        return
            "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-labelledby=\"\(id)\"><table class=\"\(name)\"><caption id=\"\(id)\"\(look)>\(title)</caption>\(content)</table></div>\n"
    }
}
