import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// A drawing read again from its text alone: lines and texts with their places on the page, all transformations applied, and
/// each row's attributes. It knows nothing of how the drawing was made.
package final class SVGReading: NSObject, XMLParserDelegate {
    /// A group with an id.
    package struct Group {
        package let id: String
        package let attributes: [String: String]
        package var title = ""
        package var description = ""
    }

    package struct Place { package var x: Double, y: Double }

    /// A straight line.
    package struct Line {
        package let classes: Set<String>
        package let from: Place
        package let to: Place
        /// The id of the group it stands in.
        package let group: String
    }

    /// A rectangle.
    package struct Area {
        package let attributes: [String: String]
        package let from: Place
        package let to: Place

        fileprivate var corners: [Place] {
            [from, Place(x: to.x, y: from.y), to, Place(x: from.x, y: to.y)]
        }
    }

    /// A text and the four corners of what it takes at most.
    package struct Text {
        package let classes: Set<String>
        package var content = ""
        package var corners: [Place] = []
        package let group: String
    }

    package private(set) var groups: [Group] = []
    package private(set) var lines: [Line] = []
    package private(set) var texts: [Text] = []
    package private(set) var areas: [Area] = []
    /// What the signs for segments that did not arrive, or were not taken, take.
    package private(set) var signs: [Area] = []
    /// Every element's name, and every attribute's.
    package private(set) var elements: Set<String> = []
    package private(set) var attributes: Set<String> = []
    package private(set) var ids: [String] = []
    /// Of the outermost element.
    package private(set) var size = (width: 0.0, height: 0.0)

    private struct Frame {
        var transform: [Double]
        var size: Double
        var anchor: String
        var group: String
    }

    private var frames = [Frame(transform: [1, 0, 0, 1, 0, 0], size: 16, anchor: "start", group: "")]
    private var openText: (text: Text, x: Double, y: Double)?
    /// Within what a page shows instead of what stands beside it.
    private var isAlternative = false
    private var openNote: String?
    /// The size of letters, and the place of a text beside its x, that a rule gives a class.
    private var classSizes: [String: Double] = [:]
    private var classAnchors: [String: String] = [:]
    private var isRead = false

    /// `nil` where the text is no well-formed XML.
    package init?(_ text: String) {
        super.init()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = self
        guard parser.parse(), isRead else { return nil }
    }

    package func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes own: [String: String]
    ) {
        if name == "svg" {
            isRead = true
            size = (Double(own["width"] ?? "") ?? 0, Double(own["height"] ?? "") ?? 0)
        }
        elements.insert(name)
        attributes.formUnion(own.keys)
        var frame = frames[frames.count - 1]
        if let transform = own["transform"] { frame.transform = Self.product(frame.transform, Self.matrix(transform)) }
        if let size = own["font-size"].flatMap(Double.init) { frame.size = size }
        for name in (own["class"] ?? "").split(separator: " ") {
            if let size = classSizes[String(name)] { frame.size = size }
            if let anchor = classAnchors[String(name)] { frame.anchor = anchor }
        }
        if let anchor = own["text-anchor"] { frame.anchor = anchor }
        if let id = own["id"] {
            ids.append(id)
            if name == "g" {
                frame.group = id
                groups.append(Group(id: id, attributes: own))
            }
        }
        frames.append(frame)
        let classes = Set((own["class"] ?? "").split(separator: " ").map(String.init))
        switch name {
        case "line":
            let ends = ["x1", "y1", "x2", "y2"].map { Double(own[$0] ?? "") ?? 0 }
            lines.append(
                Line(
                    classes: classes, from: place(ends[0], ends[1], frame), to: place(ends[2], ends[3], frame),
                    group: frame.group))
        case "text":
            openText = (
                Text(classes: classes, group: frame.group), Double(own["x"] ?? "") ?? 0, Double(own["y"] ?? "") ?? 0
            )
        case "rect":
            let numbers = ["x", "y", "width", "height"].map { Double(own[$0] ?? "") ?? 0 }
            areas.append(
                Area(
                    attributes: own, from: place(numbers[0], numbers[1], frame),
                    to: place(numbers[0] + numbers[2], numbers[1] + numbers[3], frame)))
        case "tspan" where classes.contains("rel"): isAlternative = true
        case "circle" where classes.contains("sign"):
            let numbers = ["cx", "cy", "r"].map { Double(own[$0] ?? "") ?? 0 }
            noteSign(numbers[0] - numbers[2], numbers[1] - numbers[2], 2 * numbers[2], own, frame)
        case "path" where classes.contains("sign"):
            // From its first corner on to the opposite one.
            let numbers = (own["d"] ?? "").split { !"0123456789.-".contains($0) }.compactMap { Double($0) }
            if numbers.count > 2 { noteSign(numbers[0], numbers[1], numbers[2], own, frame) }
        case "title", "desc", "style": openNote = ""
        default: break
        }
    }

    private func noteSign(_ x: Double, _ y: Double, _ size: Double, _ own: [String: String], _ frame: Frame) {
        signs.append(Area(attributes: own, from: place(x, y, frame), to: place(x + size, y + size, frame)))
    }

    package func parser(_ parser: XMLParser, foundCharacters string: String) {
        if !isAlternative { openText?.text.content += string }
        openNote?.append(string)
    }

    package func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
        let frame = frames.removeLast()
        switch name {
        case "style":
            for rule in (openNote ?? "").matches(of: #/\.([a-z0-9]+)\{[^}]*font-size:([0-9.]+)px/#) {
                classSizes[String(rule.1)] = Double(rule.2)
            }
            for rule in (openNote ?? "").matches(of: #/\.([a-z0-9]+)\{[^}]*text-anchor:([a-z]+)/#) {
                classAnchors[String(rule.1)] = String(rule.2)
            }
            openNote = nil
        case "tspan": isAlternative = false
        case "text":
            guard let (read, x, y) = openText else { return }
            var text = read
            let width = Self.width(text.content, size: frame.size)
            let start = x - (frame.anchor == "middle" ? width / 2 : frame.anchor == "end" ? width : 0)
            // From the height of capitals down to the baseline: what reaches below it is seldom there.
            let (top, bottom) = (y - frame.size * 0.74, y + frame.size * 0.02)
            text.corners = [(start, top), (start + width, top), (start + width, bottom), (start, bottom)].map {
                place($0.0, $0.1, frame)
            }
            texts.append(text)
            openText = nil
        case "title" where !groups.isEmpty && frame.group == groups[groups.count - 1].id:
            groups[groups.count - 1].title = openNote ?? ""
        case "desc" where !groups.isEmpty && frame.group == groups[groups.count - 1].id:
            groups[groups.count - 1].description = openNote ?? ""
        default: break
        }
        if name == "title" || name == "desc" { openNote = nil }
    }

    /// In a font of fixed width: 0.6 of its size for a letter, the whole of it for a Chinese one; a picture put together of
    /// several takes what one takes.
    private static func width(_ text: String, size: Double) -> Double {
        text.reduce(0) { width, character in
            let first = character.unicodeScalars.first?.value ?? 0
            let isCombined = (0x300..<0x370).contains(first)
            return width + (isCombined ? 0 : first >= 0x2E80 ? 1 : 0.6) * size
        }
    }

    private func place(_ x: Double, _ y: Double, _ frame: Frame) -> Place {
        let m = frame.transform
        return Place(x: m[0] * x + m[2] * y + m[4], y: m[1] * x + m[3] * y + m[5])
    }

    private static func matrix(_ text: String) -> [Double] {
        let numbers = text.split { !"0123456789.-".contains($0) }.compactMap { Double($0) }
        if text.hasPrefix("matrix"), numbers.count == 6 { return numbers }
        precondition(text.hasPrefix("translate"), "a transformation that nobody reads: \(text)")
        return [1, 0, 0, 1, numbers.first ?? 0, numbers.count > 1 ? numbers[1] : 0]
    }

    private static func product(_ a: [Double], _ b: [Double]) -> [Double] {
        [
            a[0] * b[0] + a[2] * b[1], a[1] * b[0] + a[3] * b[1], a[0] * b[2] + a[2] * b[3],
            a[1] * b[2] + a[3] * b[3], a[0] * b[4] + a[2] * b[5] + a[4], a[1] * b[4] + a[3] * b[5] + a[5],
        ]
    }
}

extension SVGReading {
    /// The groups of segments, in their order.
    package var segments: [Group] { groups.filter { $0.attributes["class"] == "segment" } }

    /// Each label with an arrow, or the rest of the way of one that did not arrive, that goes through it, or a sign upon it.
    package var crossedLabels: [String] {
        let arrows = lines.filter { !$0.classes.isDisjoint(with: ["arrow", "ghost"]) }
            .sorted { min($0.from.y, $0.to.y) < min($1.from.y, $1.to.y) }
        return texts.filter { $0.classes.contains("label") }.compactMap { label in
            let bottom = label.corners.map(\.y).max() ?? 0
            let top = label.corners.map(\.y).min() ?? 0
            let crossing = arrows.first { arrow in
                min(arrow.from.y, arrow.to.y) <= bottom && max(arrow.from.y, arrow.to.y) >= top
                    && Self.crosses(arrow, label.corners)
            }
            return crossing.map { "\($0.group) goes through \"\(label.content)\" of \(label.group)" }
                ?? signs.first { Self.overlap($0.corners, label.corners) }.map { _ in
                    "a sign stands on \"\(label.content)\" of \(label.group)"
                }
        }
    }

    /// The texts of a row that are labels, one after the other.
    package func label(of group: String) -> [String] {
        texts.filter { $0.group == group && $0.classes.contains("label") }.map(\.content)
    }

    /// Each label with another text that stands on it.
    package var coveredLabels: [String] {
        let labels = texts.filter { $0.classes.contains("label") }
        return labels.indices.flatMap { index in
            labels[(index + 1)...].prefix(200).filter { Self.overlap(labels[index].corners, $0.corners) }.map {
                "\"\(labels[index].content)\" and \"\($0.content)\""
            }
        }
    }

    private static func side(_ a: Place, _ b: Place, _ c: Place) -> Double {
        (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
    }

    /// Whether a line touches a convex figure.
    private static func crosses(_ line: Line, _ corners: [Place]) -> Bool {
        let edges = zip(corners, corners.dropFirst() + corners.prefix(1))
        if edges.contains(where: { meets(line.from, line.to, $0, $1) }) { return true }
        // Wholly inside of it.
        let sides = edges.map { side($0, $1, line.from) }
        return sides.allSatisfy { $0 > 0 } || sides.allSatisfy { $0 < 0 }
    }

    private static func meets(_ a: Place, _ b: Place, _ c: Place, _ d: Place) -> Bool {
        side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0
    }

    private static func overlap(_ one: [Place], _ other: [Place]) -> Bool {
        for (figure, against) in [(one, other), (other, one)] {
            for (a, b) in zip(figure, figure.dropFirst() + figure.prefix(1))
            where against.allSatisfy({ side(a, b, $0) <= 0 }) { return false }
        }
        return true
    }
}
