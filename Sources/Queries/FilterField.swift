import Measures
import Tracking

/// A property of a connection that a filter can ask for.
public struct FilterField: Sendable {
    /// What a field's values are, which decides how they are read and compared.
    public enum Kind: String, Sendable, CaseIterable {
        /// True or false.
        case flag
        /// A count. Without a comparison the field asks whether it is more than zero.
        case count
        /// A number that is no count, a port for example. Without a comparison the field asks whether there is one.
        case number
        /// A count of octets.
        case octets
        case duration
        case address
        case endpoint
        case text
    }

    /// The field's name in lower case (`tcp.stream`, `handshake`). A filter may write it in upper case too.
    public let name: String
    /// The kind of its values.
    public let kind: Kind
    /// Whether the field's value comes from ``FilterSubject/measures``.
    public let needsMeasures: Bool
    /// The words that a text field can hold; empty where it can hold any text.
    public let words: [String]
    /// Returns the field's value for a connection.
    package let value: @Sendable (FilterSubject) -> FilterValue

    init(
        _ name: String, _ kind: Kind, measured: Bool = false, words: [String] = [],
        _ value: @escaping @Sendable (FilterSubject) -> FilterValue
    ) {
        self.name = name
        self.kind = kind
        needsMeasures = measured
        self.words = words
        self.value = value
    }

    /// Every field, Wireshark's first.
    public static let all: [FilterField] = wireshark + counted + analysis + own + perEnd + measured

    /// The field with this name, in upper or lower case; `nil` where there is none.
    package static func named(_ name: String) -> FilterField? { byName[name.lowercased()] }

    static let byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }

    /// Whether a comparison has a meaning for fields of this kind.
    func allows(_ comparison: FilterComparison) -> Bool {
        switch (kind, comparison) {
        case (.flag, .equal), (.flag, .unequal): true
        case (.flag, _): false
        case (.text, .less), (.text, .lessOrEqual), (.text, .greater), (.text, .greaterOrEqual): false
        case (.address, .less), (.address, .lessOrEqual), (.address, .greater), (.address, .greaterOrEqual): false
        case (.endpoint, .less), (.endpoint, .lessOrEqual), (.endpoint, .greater), (.endpoint, .greaterOrEqual): false
        case (_, .contains): kind == .text
        default: true
        }
    }

    /// Reads a value of the field's kind; `nil` where the text is none.
    func literal(_ text: String) -> FilterLiteral? {
        switch kind {
        case .flag:
            switch text.lowercased() {
            case "1", "true": return .flag(true)
            case "0", "false": return .flag(false)
            default: return nil
            }
        case .count, .number, .octets: return Self.range(text, FilterUnits.size).map { .counts($0) }
        case .duration: return Self.range(text, FilterUnits.duration).map { .durations($0) }
        case .address, .endpoint:
            guard let pattern = EndpointPattern(text), kind == .endpoint || !pattern.hasPort else { return nil }
            return .endpoint(pattern)
        case .text:
            let word = Self.plain(text)
            guard words.isEmpty || words.contains(where: { Self.plain($0) == word }) else { return nil }
            return .text(words.isEmpty ? text : word)
        }
    }

    /// A text value of the field, spelled as in ``words``.
    package func spelled(_ text: String) -> String { words.first { Self.plain($0) == text } ?? text }

    /// The form in which words are compared, so that `SYN_SENT` equals `syn-sent`.
    static func plain(_ text: String) -> String { text.lowercased().split(separator: "_").joined(separator: "-") }

    /// Reads a single value such as `80`, or a range such as `8000..8080`.
    private static func range<Bound: Comparable>(_ text: String, _ read: (String) -> Bound?) -> ClosedRange<Bound>? {
        guard let dots = text.firstRange(of: "..") else { return read(text).map { $0...$0 } }
        guard let low = read(String(text[..<dots.lowerBound])), let high = read(String(text[dots.upperBound...])),
            low <= high
        else { return nil }
        return low...high
    }
}

/// A connection to which a filter is applied.
public struct FilterSubject: Sendable {
    /// Counted from 1.
    public let number: Int
    /// The connection's record, after the judging of connections in doubt.
    public let record: ConnectionRecord
    /// The connection's measures; needed only if a field of the filter asks for them.
    public let measures: ConnectionMeasures?

    /// Creates a subject. `measures` are needed only if the filter has a field with ``FilterField/needsMeasures``.
    public init(number: Int, record: ConnectionRecord, measures: ConnectionMeasures? = nil) {
        self.number = number
        self.record = record
        self.measures = measures
    }
}
