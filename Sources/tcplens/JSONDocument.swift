import Connections
import Foundation
import TCPWire

/// JSON for programs: keys and values are never translated, keys are sorted, and times are seconds since 1970 as a decimal
/// text, since a double has no room for nanoseconds.
enum JSONDocument {
    /// One line.
    static func line(_ value: some Encodable) throws -> String { try text(value, []) }

    /// Indented, for people to read too.
    static func text(_ value: some Encodable) throws -> String { try text(value, .prettyPrinted) }

    private static func text(_ value: some Encodable, _ style: JSONEncoder.OutputFormatting) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = style.union([.sortedKeys, .withoutEscapingSlashes])
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
