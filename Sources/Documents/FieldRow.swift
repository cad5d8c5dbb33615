import Queries
import TCPWire

/// The fields that were chosen of a connection, as a line of tab-separated values.
package struct FieldRow {
    private let fields: [FilterField]
    private var text = RowText()

    /// Creates rows with these fields, in their order.
    package init(_ fields: [FilterField]) { self.fields = fields }

    /// A field's value as text: several values are separated by commas, seconds have nine decimals, true and false are
    /// 1 and 0, and `-` means no value.
    package static func text(_ field: FilterField, of subject: FilterSubject) -> String {
        let texts: [String] =
            switch field.value(subject) {
            case .flag(let flag): [flag ? "1" : "0"]
            case .counts(let counts): counts.map { String($0) }
            case .durations(let durations): durations.map(seconds)
            case .endpoints(let endpoints): endpoints.map(\.description)
            case .addresses(let addresses): addresses.map(\.description)
            case .texts(let texts): texts.map(field.spelled)
            }
        return texts.isEmpty ? "-" : texts.joined(separator: ",")
    }

    private static func seconds(_ nanoseconds: Int64) -> String {
        let (whole, rest) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        return "\(nanoseconds < 0 ? "-" : "")\(whole).\(String(rest + 1_000_000_000).dropFirst())"
    }

    /// Adds one line to ``octets``, including the line's end.
    package mutating func add(_ subject: FilterSubject, file: String?) {
        if let file { text.append(file) }
        for field in fields { text.append(Self.text(field, of: subject)) }
        text.endLine()
    }

    /// The lines that were gathered.
    package var octets: [UInt8] { text.octets }

    /// Removes the lines.
    package mutating func clear() { text.clear() }
}
