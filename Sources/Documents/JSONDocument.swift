import TCPWire

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// JSON for programs: keys and values are never translated, keys are sorted, and times are seconds since 1970 as a decimal
/// text, since a double has no room for nanoseconds.
package enum JSONDocument {
    /// One line.
    package static func line(_ value: some Encodable) throws -> String { try text(value, []) }

    /// Indented, for people to read too.
    package static func text(_ value: some Encodable) throws -> String { try text(value, .prettyPrinted) }

    private static func text(_ value: some Encodable, _ style: JSONEncoder.OutputFormatting) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = style.union([.sortedKeys, .withoutEscapingSlashes])
        return harmless(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// The encoder escapes C0 controls alone: what else a terminal would obey, or what turns a line around, is escaped here.
    /// Outside of its strings JSON is ASCII.
    private static func harmless(_ document: String) -> String {
        if document.utf8.allSatisfy({ $0 < 0x7f }) { return document }
        var result: [UInt8] = []
        result.reserveCapacity(document.utf8.count)
        for scalar in document.unicodeScalars {
            // Nearly all of a document, known without asking Unicode's tables: ASCII, Chinese and its punctuation.
            if scalar.value < 0x7f {
                result.append(UInt8(truncatingIfNeeded: scalar.value))
                continue
            }
            let isKnown = (0x3001...0x9fff).contains(scalar.value) || (0xff01...0xff5e).contains(scalar.value)
            guard !isKnown else {
                result.append(contentsOf: String(scalar).utf8)
                continue
            }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    let escape = "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                    result.append(contentsOf: escape.utf8)
                }
            default: result.append(contentsOf: String(scalar).utf8)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
