import Measures
import Tracking

/// Something of a connection that a filter can ask for.
public struct FilterField: Sendable {
    /// What a field's values are, by which it is compared and read.
    public enum Kind: String, Sendable, CaseIterable {
        /// True or false.
        case flag
        /// A count; the field alone means: more than zero.
        case count
        /// A number that is no count, a port say; the field alone means: there is one.
        case number
        /// A count of octets.
        case octets
        case duration
        case address
        case endpoint
        case text
    }

    /// As a filter writes it, in lower case (`tcp.stream`, `handshake`); filters may write it in any.
    public let name: String
    /// What its values are.
    public let kind: Kind
    /// Whether ``FilterSubject/measures`` are needed.
    public let needsMeasures: Bool
    /// What a text can be; empty where anything.
    public let words: [String]
    /// What the field holds of a connection.
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

    /// The field of this name, however its letters are written; `nil` where there is none.
    package static func named(_ name: String) -> FilterField? { byName[name.lowercased()] }

    static let byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }

    /// The comparisons that mean something for the kind.
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

    /// Reads a value of the field's kind; `nil` where it is none.
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

    /// A text that the field holds, as ``words`` has it.
    package func spelled(_ text: String) -> String { words.first { Self.plain($0) == text } ?? text }

    /// Words are the same however they are written: `SYN_SENT`, `syn-sent`.
    static func plain(_ text: String) -> String { text.lowercased().split(separator: "_").joined(separator: "-") }

    /// `80`, or `8000..8080`.
    private static func range<Bound: Comparable>(_ text: String, _ read: (String) -> Bound?) -> ClosedRange<Bound>? {
        guard let dots = text.firstRange(of: "..") else { return read(text).map { $0...$0 } }
        guard let low = read(String(text[..<dots.lowerBound])), let high = read(String(text[dots.upperBound...])),
            low <= high
        else { return nil }
        return low...high
    }
}

/// A connection that a filter is asked about.
public struct FilterSubject: Sendable {
    /// Counted from 1.
    public let number: Int
    /// The connection as the first pass leaves it, settled.
    public let record: ConnectionRecord
    /// Where a field of the filter needs them.
    public let measures: ConnectionMeasures?

    /// Measures are only needed where ``FilterField/needsMeasures`` of a field that the filter names.
    public init(number: Int, record: ConnectionRecord, measures: ConnectionMeasures? = nil) {
        self.number = number
        self.record = record
        self.measures = measures
    }
}
