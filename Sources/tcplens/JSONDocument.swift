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
        return harmless(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// The encoder escapes C0 controls alone: what else a terminal would obey, or what turns a line around, is escaped here.
    /// Outside of its strings JSON is ASCII.
    private static func harmless(_ document: String) -> String {
        if document.utf8.allSatisfy({ $0 < 0x7f }) { return document }
        var result = ""
        for scalar in document.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control where scalar.value >= 0x7f, .format, .lineSeparator, .paragraphSeparator:
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
