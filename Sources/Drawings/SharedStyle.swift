/// What several drawings of one page share: their presentation as rules of classes, the patterns of states and the arrows' heads.
/// A page with a dozen drawings is half as large for it. What it makes is for HTML, which needs fewer quotation marks than XML.
public struct SharedStyle: Sendable {
    /// The rules, in the order in which they were needed.
    public private(set) var rules = ""
    private var classes: [[UInt8]: String] = [:]

    /// What an element looks like, whatever it is.
    private static let presentation = [
        "fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "paint-order", "font-family",
        "font-size", "font-weight", "text-anchor", "opacity",
    ].map { Array($0.utf8) }
    /// What the boxes behind letters have.
    private static let boxes = ["width", "height", "rx"].map { Array($0.utf8) }

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
        // As octets: a drawing of a long connection has a hundred thousand tags, and characters need not be told apart in one.
        let text = Array(svg.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var place = 0
        while let start = text[place...].firstIndex(of: UInt8(ascii: "<")),
            let end = text[start...].firstIndex(of: UInt8(ascii: ">"))
        {
            result += text[place..<start]
            shorten(text[start...end], prefix: prefix, into: &result)
            place = end + 1
        }
        result += text[place...]
        return String(decoding: result, as: UTF8.self)
    }

    /// One tag as ``Markup`` writes it: a space in front of each attribute, and a value holds neither quotation mark nor `>`.
    private mutating func shorten(_ tag: ArraySlice<UInt8>, prefix: String?, into result: inout [UInt8]) {
        let quote = UInt8(ascii: "\"")
        guard let head = tag.firstIndex(of: UInt8(ascii: " ")), tag.contains(quote) else {
            result += tag
            return
        }
        // The boxes behind letters are all of one size, which browsers take from a rule as well; other programs do not.
        let isBox =
            prefix != nil && tag[..<head].elementsEqual("<rect".utf8) && TagAttributes(rest: tag[head...]).names("rx")
        var names: [UInt8] = []
        var style: [UInt8] = []
        var others: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] = []
        var attributes = TagAttributes(rest: tag[head...])
        while let (name, written) = attributes.next() {
            let value = prefix.map { Self.shared(written, insteadOf: $0) } ?? written
            if name.elementsEqual("class".utf8) {
                names += value
            } else if prefix != nil, name.starts(with: "data-".utf8) {
                continue
            } else if isBox, Self.boxes.contains(where: { name.elementsEqual($0) }) {
                Self.put(name, value, unit: "px", into: &style)
            } else if name.elementsEqual("marker-end".utf8)
                || Self.presentation.contains(where: { name.elementsEqual($0) }) && !value.starts(with: "url(".utf8)
            {
                Self.put(name, value, unit: Self.unit(name, value), into: &style)
            } else {
                others.append((name, value))
            }
        }
        if !style.isEmpty {
            if !names.isEmpty { names.append(UInt8(ascii: " ")) }
            names += className(style).utf8
        }
        result += tag[..<head]
        let tail = attributes.rest
        // A slash behind a value without quotation marks would be the value's own.
        let isClosed = tail.first == UInt8(ascii: "/")
        if !names.isEmpty {
            result += " class=".utf8
            Self.put(names[...], mayGoWithout: prefix != nil && !(isClosed && others.isEmpty), into: &result)
        }
        for (place, other) in others.enumerated() {
            let isLast = isClosed && place == others.count - 1
            result.append(UInt8(ascii: " "))
            result += other.name
            result.append(UInt8(ascii: "="))
            Self.put(other.value, mayGoWithout: prefix != nil && !isLast, into: &result)
        }
        result += tail
    }

    /// A value that names one of the drawing's own ids names the shared one instead.
    private static func shared(_ value: ArraySlice<UInt8>, insteadOf prefix: String) -> ArraySlice<UInt8> {
        let link = Array("url(#".utf8)
        guard value.starts(with: link), value.dropFirst(link.count).starts(with: prefix.utf8) else { return value }
        return link + "ladder-".utf8 + value.dropFirst(link.count + prefix.utf8.count)
    }

    /// A rule's line.
    private static func put(
        _ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>, unit: String, into style: inout [UInt8]
    ) {
        style += name
        style.append(UInt8(ascii: ":"))
        style += value
        style += unit.utf8
        style.append(UInt8(ascii: ";"))
    }

    /// HTML wants quotation marks only around values that hold more than these.
    private static func put(_ value: ArraySlice<UInt8>, mayGoWithout: Bool, into result: inout [UInt8]) {
        let isPlain = value.allSatisfy { octet in
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        let isQuoted = !(mayGoWithout && isPlain && !value.isEmpty)
        if isQuoted { result.append(UInt8(ascii: "\"")) }
        result += value
        if isQuoted { result.append(UInt8(ascii: "\"")) }
    }

    /// In CSS a size has a unit.
    private static func unit(_ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) -> String {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let isNumber = value.allSatisfy { digits.contains($0) || $0 == UInt8(ascii: ".") }
        return isNumber && name.elementsEqual("font-size".utf8) ? "px" : ""
    }

    private mutating func className(_ style: [UInt8]) -> String {
        if let known = classes[style] { return known }
        let name = "k\(classes.count)"
        classes[style] = name
        rules += "\(scope).\(name){\(String(decoding: style, as: UTF8.self))}"
        return name
    }
}

/// The attributes of a tag, one after another.
private struct TagAttributes: IteratorProtocol {
    /// What is behind those that were taken.
    private(set) var rest: ArraySlice<UInt8>

    init(rest: ArraySlice<UInt8>) { self.rest = rest }

    mutating func next() -> (name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)? {
        let quote = UInt8(ascii: "\"")
        guard let start = rest.firstIndex(of: quote), let end = rest[(start + 1)...].firstIndex(of: quote) else {
            return nil
        }
        // A space in front of the name, an equals sign behind it.
        let name = rest[..<start].dropFirst().dropLast()
        let value = rest[(start + 1)..<end]
        rest = rest[(end + 1)...]
        return (name, value)
    }

    /// Whether an attribute of that name is among the rest.
    func names(_ name: String) -> Bool {
        var copy = self
        while let (found, _) = copy.next() {
            if found.elementsEqual(name.utf8) { return true }
        }
        return false
    }
}
