/// Writes JSON as octets while values are encoded. Keys are sorted, but no tree of the whole document is built.
///
/// An object's members are written in the order in which they are encoded, and sorted when the object ends. Objects of
/// one kind have the same keys in the same order, thousands of times in a document, so their sorting order is computed
/// only once.
package final class JSONWriter {
    /// The octets that have been written.
    package private(set) var octets: [UInt8] = []
    private let isIndented: Bool
    /// The values that have begun and not ended, the innermost last.
    private var open: [Value] = []
    /// The members of all open objects, those of the innermost object last.
    private var members: [Member] = []
    private var shapes: [Shape] = []
    private var scratch: [UInt8] = []

    /// Creates an empty document: indented for people, or on one line for programs.
    package init(isIndented: Bool) { self.isIndented = isIndented }

    /// A value that is being encoded. Its kind is known when something is requested from its encoder.
    private struct Value {
        enum Kind { case undecided, object, array, single }
        var kind = Kind.undecided
        /// The index in ``octets`` at which it begins.
        let start: Int
        /// The index in ``members`` of its first member.
        let firstMember: Int
        /// The number of objects and arrays around it.
        let depth: Int
        var count = 0
    }

    private struct Member {
        let key: String
        /// The index at which its value begins; the value ends where the next member's begins.
        let start: Int
    }

    /// An object's keys in the order in which they were encoded, and the sorted order of their indices.
    private struct Shape {
        let keys: [String]
        let order: [Int]
    }

    /// The most kinds of objects that are remembered; no document has so many.
    private static let mostShapes = 64

    /// Removes what was written, but remembers the sorting orders.
    package func clear() { octets.removeAll(keepingCapacity: true) }

    /// Writes a document on a line of its own.
    package func encodeLine(_ value: some Encodable) throws {
        try encode(value)
        octets.append(UInt8(ascii: "\n"))
    }

    func encode(_ value: some Encodable) throws {
        let isInside = open.last.map { $0.kind == .object || $0.kind == .array } ?? false
        let depth = (open.last?.depth ?? 0) + (isInside ? 1 : 0)
        open.append(Value(start: octets.count, firstMember: members.count, depth: depth))
        try value.encode(to: JSONValueEncoder(writer: self))
        guard let ended = open.popLast() else { return }
        switch ended.kind {
        // A value that encodes nothing becomes an object without members.
        case .object, .undecided: endObject(ended)
        case .array: endArray(ended)
        case .single: break
        }
    }

    // MARK: Objects

    func beginObject() { decide(.object) }

    /// Begins a member: the value that is written next belongs to `key`.
    func begin(_ key: String) { members.append(Member(key: key, start: octets.count)) }

    private func endObject(_ object: Value) {
        let order = order(ofMembersFrom: object.firstMember)
        // Moved out of the class for a while, because each access to a class's property is checked for exclusivity at
        // run time.
        var sorted = exchange(&scratch, with: [])
        sorted.removeAll(keepingCapacity: true)
        sorted.append(UInt8(ascii: "{"))
        if order.isEmpty, isIndented { sorted.append(UInt8(ascii: "\n")) }
        var own = exchange(&members, with: [])
        var text = exchange(&octets, with: [])
        for place in order.indices {
            if place > 0 { sorted.append(UInt8(ascii: ",")) }
            indent(object.depth + 1, into: &sorted)
            let index = object.firstMember + order[place]
            Self.put(own[index].key, into: &sorted)
            sorted.append(contentsOf: isIndented ? " : ".utf8 : ":".utf8)
            let end = index + 1 < own.count ? own[index + 1].start : text.count
            sorted.append(contentsOf: text[own[index].start..<end])
        }
        indent(object.depth, into: &sorted)
        sorted.append(UInt8(ascii: "}"))
        text.replaceSubrange(object.start..., with: sorted)
        own.removeSubrange(object.firstMember...)
        (octets, members, scratch) = (text, own, sorted)
    }

    private func order(ofMembersFrom first: Int) -> [Int] {
        let own = members[first...]
        for shape in shapes where shape.keys.count == own.count {
            if zip(shape.keys, own).allSatisfy({ $0 == $1.key }) { return shape.order }
        }
        let keys = own.map(\.key)
        let shape = Shape(keys: keys, order: keys.indices.sorted { keys[$0] < keys[$1] })
        if shapes.count < Self.mostShapes { shapes.append(shape) }
        return shape.order
    }

    // MARK: Arrays

    func beginArray() {
        decide(.array)
        octets.append(UInt8(ascii: "["))
    }

    /// Begins an element: the value that is written next is the array's next one.
    func beginElement() {
        guard var array = open.popLast() else { return }
        if array.count > 0 { octets.append(UInt8(ascii: ",")) }
        array.count += 1
        indent(array.depth + 1, into: &octets)
        open.append(array)
    }

    private func endArray(_ array: Value) {
        if array.count == 0, isIndented { octets.append(UInt8(ascii: "\n")) }
        indent(array.depth, into: &octets)
        octets.append(UInt8(ascii: "]"))
    }

    /// The number of values in the innermost array.
    var elementCount: Int { open.last?.count ?? 0 }

    // MARK: Single values

    func beginSingle() { decide(.single) }

    func put(_ truth: Bool) { octets.append(contentsOf: truth ? "true".utf8 : "false".utf8) }

    func putNull() { octets.append(contentsOf: "null".utf8) }

    func put(_ number: some BinaryInteger) {
        guard let small = UInt64(exactly: number), small < 10 else {
            return octets.append(contentsOf: String(number).utf8)
        }
        octets.append(UInt8(ascii: "0") + UInt8(small))
    }

    func put(_ number: Double) throws {
        guard number.isFinite else {
            throw EncodingError.invalidValue(number, .init(codingPath: [], debugDescription: "JSON has no such number"))
        }
        if let whole = Int32(exactly: number), whole != 0 || number.sign == .plus { return put(whole) }
        let text = number.description
        octets.append(contentsOf: (text.hasSuffix(".0") ? text.dropLast(2) : text[...]).utf8)
    }

    func put(_ text: String) { Self.put(text, into: &octets) }

    private func decide(_ kind: Value.Kind) {
        guard let last = open.indices.last, open[last].kind == .undecided else { return }
        open[last].kind = kind
    }

    private func indent(_ depth: Int, into octets: inout [UInt8]) {
        guard isIndented else { return }
        octets.append(UInt8(ascii: "\n"))
        octets.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
    }
}

extension JSONWriter {
    /// Appends a string in quotation marks. Besides the characters that JSON requires, control characters and those
    /// that change the direction of text are escaped, so that a document is harmless when it is printed on a terminal.
    static func put(_ text: String, into octets: inout [UInt8]) {
        octets.append(UInt8(ascii: "\""))
        let start = octets.count
        octets.append(contentsOf: text.utf8)
        let isPlain = octets[start...].allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
        if !isPlain {
            octets.removeSubrange(start...)
            for scalar in text.unicodeScalars { put(scalar, into: &octets) }
        }
        octets.append(UInt8(ascii: "\""))
    }

    private static func put(_ scalar: Unicode.Scalar, into octets: inout [UInt8]) {
        switch scalar {
        case "\"": octets.append(contentsOf: "\\\"".utf8)
        case "\\": octets.append(contentsOf: "\\\\".utf8)
        case "\n": octets.append(contentsOf: "\\n".utf8)
        case "\r": octets.append(contentsOf: "\\r".utf8)
        case "\t": octets.append(contentsOf: "\\t".utf8)
        case "\u{8}": octets.append(contentsOf: "\\b".utf8)
        case "\u{C}": octets.append(contentsOf: "\\f".utf8)
        case " "..."~": octets.append(UInt8(truncatingIfNeeded: scalar.value))
        // Chinese characters and punctuation, which are most of the rest, are recognized without a look into Unicode's
        // tables.
        case "\u{3001}"..."\u{9FFF}", "\u{FF01}"..."\u{FF5E}": octets.append(contentsOf: UTF8.encode(scalar) ?? .init())
        default:
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    let zeros = String(repeating: "0", count: 4 - digits.utf8.count)
                    octets.append(contentsOf: "\\u\(zeros)\(digits)".utf8)
                }
            default: octets.append(contentsOf: UTF8.encode(scalar) ?? .init())
            }
        }
    }
}
