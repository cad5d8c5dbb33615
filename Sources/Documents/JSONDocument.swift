/// JSON for programs: keys and values are never translated, keys are sorted, and times are seconds since 1970 as
/// decimal text, because a double cannot hold nanoseconds. Control characters, and characters that change the direction
/// of text, are escaped.
package enum JSONDocument {
    /// The document in one line.
    package static func line(_ value: some Encodable) throws -> String { try text(value, isIndented: false) }

    /// The document with indentation, which people can read too.
    package static func text(_ value: some Encodable) throws -> String { try text(value, isIndented: true) }

    private static func text(_ value: some Encodable, isIndented: Bool) throws -> String {
        let writer = JSONWriter(isIndented: isIndented)
        try writer.encode(value)
        return String(decoding: writer.octets, as: UTF8.self)
    }
}
