/// JSON for programs: keys and values are never translated, keys are sorted, and times are seconds since 1970 as a decimal
/// text, since a double has no room for nanoseconds. What a terminal would obey, or what turns a line around, is escaped.
package enum JSONDocument {
    /// One line.
    package static func line(_ value: some Encodable) throws -> String { try text(value, isIndented: false) }

    /// Indented, for people to read too.
    package static func text(_ value: some Encodable) throws -> String { try text(value, isIndented: true) }

    private static func text(_ value: some Encodable, isIndented: Bool) throws -> String {
        let writer = JSONWriter(isIndented: isIndented)
        try writer.encode(value)
        return String(decoding: writer.octets, as: UTF8.self)
    }
}
