/// The presentation that several drawings in one page share, as rules of classes; besides, they share the states'
/// patterns and the arrowheads. This halves the size of a page with a dozen drawings. The results are HTML, which needs
/// fewer quotation marks than XML.
public struct SharedStyle: Sendable {
    /// The rules, in the order in which they were first needed.
    public private(set) var rules = ""
    private var classes: [[UInt8]: String] = [:]

    /// The attributes for presentation, which any element can have.
    private static let presentation = [
        "fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "paint-order", "font-family",
        "font-size", "font-weight", "text-anchor", "opacity",
    ].map { Array($0.utf8) }
    /// The attributes that are equal for all boxes behind letters.
    private static let boxes = ["width", "height", "rx"].map { Array($0.utf8) }

    private let scope: String

    /// Creates an empty style.
    public init() { scope = "" }

    /// Creates a style for a single drawing whose rules apply to the elements below the selector `scope`.
    init(under scope: String) { self.scope = scope + " " }

    /// Shortens a drawing: its presentation becomes classes, its patterns and arrowheads are taken from
    /// ``LadderDrawing/sharedDefinitions``, and the attributes that are only for programs which read the file are
    /// removed.
    mutating func share(_ svg: String, prefix: String) -> String { shorten(svg, prefix: prefix) }

    /// - Parameter prefix: the prefix of the ids that are replaced by those of ``LadderDrawing/sharedDefinitions``;
    ///   `nil` if the drawing keeps its own definitions, and the attributes for programs.
    mutating func shorten(_ svg: String, prefix: String? = nil) -> String {
        // Processed as octets, because the drawing of a long connection has a hundred thousand tags, and within a tag
        // characters need not be recognized.
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

    /// Shortens one tag as ``Markup`` writes it: there is one space before each attribute, and no value contains a
    /// quotation mark or `>`.
    private mutating func shorten(_ tag: ArraySlice<UInt8>, prefix: String?, into result: inout [UInt8]) {
        let quote = UInt8(ascii: "\"")
        guard let head = tag.firstIndex(of: UInt8(ascii: " ")), tag.contains(quote) else {
            result += tag
            return
        }
        // The boxes behind letters all have one size. Browsers take it from a rule too, which other programs do not.
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
        // A slash directly after a value without quotation marks would be part of the value.
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

    /// If a value refers to one of the drawing's own ids, the reference to the shared one; else the value.
    private static func shared(_ value: ArraySlice<UInt8>, insteadOf prefix: String) -> ArraySlice<UInt8> {
        let link = Array("url(#".utf8)
        guard value.starts(with: link), value.dropFirst(link.count).starts(with: prefix.utf8) else { return value }
        return link + "ladder-".utf8 + value.dropFirst(link.count + prefix.utf8.count)
    }

    /// Appends a declaration to a rule.
    private static func put(
        _ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>, unit: String, into style: inout [UInt8]
    ) {
        style += name
        style.append(UInt8(ascii: ":"))
        style += value
        style += unit.utf8
        style.append(UInt8(ascii: ";"))
    }

    /// Appends a value. HTML needs quotation marks only around values with other characters than these.
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

    /// The unit of a value: in CSS a size needs one.
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

/// Reads the attributes of a tag, one after another.
private struct TagAttributes: IteratorProtocol {
    /// The part of the tag that was not read yet.
    private(set) var rest: ArraySlice<UInt8>

    init(rest: ArraySlice<UInt8>) { self.rest = rest }

    mutating func next() -> (name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)? {
        let quote = UInt8(ascii: "\"")
        guard let start = rest.firstIndex(of: quote), let end = rest[(start + 1)...].firstIndex(of: quote) else {
            return nil
        }
        // There is one space before the name, and an equals sign after it.
        let name = rest[..<start].dropFirst().dropLast()
        let value = rest[(start + 1)..<end]
        rest = rest[(end + 1)...]
        return (name, value)
    }

    /// Whether an attribute with that name is among those that were not read yet.
    func names(_ name: String) -> Bool {
        var copy = self
        while let (found, _) = copy.next() {
            if found.elementsEqual(name.utf8) { return true }
        }
        return false
    }
}
