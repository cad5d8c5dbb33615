/// What several drawings of one page share: their presentation as rules of classes, the patterns of states and the arrows' heads.
/// A page with a dozen drawings is half as large for it. What it makes is for HTML, which needs fewer quotation marks than XML.
public struct SharedStyle: Sendable {
    /// The rules, in the order in which they were needed.
    public private(set) var rules = ""
    private var classes: [String: String] = [:]

    /// What an element looks like, whatever it is.
    private static let presentation: Set<Substring> = [
        "fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "paint-order", "font-family",
        "font-size",
        "font-weight", "text-anchor", "opacity",
    ]

    private let scope: String

    /// Of no drawing.
    public init() { scope = "" }

    /// Of one that stands alone, for what is below the selector `scope`.
    init(under scope: String) { self.scope = scope + " " }

    /// A drawing with classes for its presentation, its patterns and heads taken from ``LadderDrawing/sharedDefinitions``, and without what only
    /// programs read out of a file.
    mutating func share(_ svg: String, prefix: String) -> String { shorten(svg, prefix: prefix) }

    /// - Parameter prefix: of the ids that are taken from ``LadderDrawing/sharedDefinitions``; `nil` where a drawing keeps its own,
    ///   and what programs read.
    mutating func shorten(_ svg: String, prefix: String? = nil) -> String {
        var result = ""
        result.reserveCapacity(svg.utf8.count)
        var rest = svg[...]
        while let start = rest.firstIndex(of: "<"), let end = rest[start...].firstIndex(of: ">") {
            result += rest[..<start]
            shorten(rest[start...end], prefix: prefix, into: &result)
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    /// One tag as ``Markup`` writes it: a value holds neither quotation mark nor `>`.
    private mutating func shorten(_ tag: Substring, prefix: String?, into result: inout String) {
        let parts = tag.split(separator: "\"", omittingEmptySubsequences: false)
        var names = ""
        var style = ""
        var others: [(name: Substring, value: String)] = []
        // The boxes behind letters are all of one size, which browsers take from a rule as well; other programs do not.
        let isBox = prefix != nil && tag.hasPrefix("<rect") && tag.contains(" rx=")
        for pair in stride(from: 0, to: parts.count - 1, by: 2) {
            let name = parts[pair].split(separator: " ").last?.dropLast() ?? ""
            var value = String(parts[pair + 1])
            if let prefix { value = value.replacing("url(#\(prefix)", with: "url(#ladder-") }
            if name == "class" {
                names += value
            } else if prefix != nil, name.hasPrefix("data-") {
                continue
            } else if isBox, ["width", "height", "rx"].contains(name) {
                style += "\(name):\(value)px;"
            } else if name == "marker-end" || Self.presentation.contains(name) && !value.hasPrefix("url(") {
                style += "\(name):\(value)\(Self.unit(name, value));"
            } else {
                others.append((name, value))
            }
        }
        guard parts.count > 1, let head = parts[0].split(separator: " ").first else {
            result += tag
            return
        }
        if !style.isEmpty { names += (names.isEmpty ? "" : " ") + className(style) }
        result += head
        let tail = parts[parts.count - 1]
        // A slash behind a value without quotation marks would be the value's own.
        let isClosed = tail.hasPrefix("/")
        if !names.isEmpty { result += " class=" + quoted(names, prefix != nil && !(isClosed && others.isEmpty)) }
        for (place, other) in others.enumerated() {
            let isLast = isClosed && place == others.count - 1
            result += " \(other.name)=" + quoted(other.value, prefix != nil && !isLast)
        }
        result += tail
    }

    /// HTML wants quotation marks only around values that hold more than these.
    private func quoted(_ value: String, _ mayGoWithout: Bool) -> String {
        let isPlain = value.utf8.allSatisfy { octet in
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return mayGoWithout && isPlain && !value.isEmpty ? value : "\"\(value)\""
    }

    /// In CSS a size has a unit.
    private static func unit(_ name: Substring, _ value: String) -> String {
        name == "font-size" && value.allSatisfy { $0.isNumber || $0 == "." } ? "px" : ""
    }

    private mutating func className(_ style: String) -> String {
        if let known = classes[style] { return known }
        let name = "k\(classes.count)"
        classes[style] = name
        rules += "\(scope).\(name){\(style)}"
        return name
    }
}
