import Queries
import TCPWire

/// The fields of a connection that were chosen, as a line of tab-separated values.
package struct FieldRow {
    private let fields: [FilterField]
    private var text = RowText()

    /// A row of these fields, in their order.
    package init(_ fields: [FilterField]) { self.fields = fields }

    /// What a field holds: commas between several values, seconds with nine decimals, 1 or 0 for true or false, `-` for nothing.
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

    /// Adds one line, its end included. ``octets`` holds it.
    package mutating func add(_ subject: FilterSubject, file: String?) {
        if let file { text.append(file) }
        for field in fields { text.append(Self.text(field, of: subject)) }
        text.endLine()
    }

    /// The lines that were gathered.
    package var octets: [UInt8] { text.octets }

    /// Forgets the lines.
    package mutating func clear() { text.clear() }
}
