import TCPWire

/// A display filter over connections, in Wireshark's syntax: `tcp.port==443 && (outcome==refused || rtt>50ms)`.
public struct ConnectionFilter: Sendable {
    indirect enum Expression: Equatable, Sendable {
        /// The field without a comparison.
        case present(String)
        case compared(String, FilterComparison, [FilterLiteral])
        case not(Expression)
        case and(Expression, Expression)
        case or(Expression, Expression)
    }

    let root: Expression
    /// Whether the filter has a field for which every segment must be measured.
    public let needsMeasures: Bool

    /// - Throws: ``FilterError``, which says where and why.
    public init(_ text: String) throws(FilterError) {
        var parser = FilterParser(try FilterLexer.tokens(of: text), length: text.count)
        root = try parser.parse()
        needsMeasures = parser.needsMeasures
    }

    /// Whether the connection passes.
    public func matches(_ subject: FilterSubject) -> Bool { Self.holds(root, subject) }

    private static func holds(_ expression: Expression, _ subject: FilterSubject) -> Bool {
        switch expression {
        case .not(let inner): return !holds(inner, subject)
        case .and(let left, let right): return holds(left, subject) && holds(right, subject)
        case .or(let left, let right): return holds(left, subject) || holds(right, subject)
        case .present(let name):
            guard let field = FilterField.byName[name] else { return false }
            return field.value(subject).isPresent(zeroIsValue: field.kind == .number)
        case .compared(let name, let comparison, let literals):
            guard let field = FilterField.byName[name] else { return false }
            let value = field.value(subject)
            if comparison == .unequal {
                return value.isPresent(zeroIsValue: true, emptyTexts: true)
                    && !literals.contains { value.fits(.equal, $0) }
            }
            return literals.contains { value.fits(comparison, $0) }
        }
    }
}

extension FilterValue {
    /// Whether the field has a value at all for this connection.
    fileprivate func isPresent(zeroIsValue: Bool, emptyTexts: Bool) -> Bool {
        switch self {
        case .flag: true
        case .texts(let texts): !texts.isEmpty
        default: isPresent(zeroIsValue: zeroIsValue)
        }
    }

    /// Whether the comparison holds between one of the values and the literal.
    fileprivate func fits(_ comparison: FilterComparison, _ literal: FilterLiteral) -> Bool {
        switch (self, literal) {
        case (.flag(let flag), .flag(let wanted)): flag == wanted
        case (.counts(let counts), .counts(let range)): counts.contains { Self.compare($0, comparison, range) }
        case (.durations(let times), .durations(let range)): times.contains { Self.compare($0, comparison, range) }
        case (.endpoints(let endpoints), .endpoint(let pattern)): endpoints.contains { pattern.matches($0) }
        case (.addresses(let addresses), .endpoint(let pattern)): addresses.contains { pattern.matches($0) }
        case (.texts(let texts), .text(let wanted)):
            texts.contains { comparison == .contains ? $0.contains(wanted) : Self.isSame($0, wanted) }
        default: false
        }
    }

    private static func isSame(_ text: String, _ wanted: String) -> Bool {
        text == wanted || FilterField.plain(text) == wanted
    }

    private static func compare<Number: Comparable>(
        _ value: Number, _ comparison: FilterComparison, _ range: ClosedRange<Number>
    ) -> Bool {
        switch comparison {
        case .equal, .isIn, .contains: range.contains(value)
        case .unequal: !range.contains(value)
        case .less: value < range.lowerBound
        case .lessOrEqual: value <= range.upperBound
        case .greater: value > range.upperBound
        case .greaterOrEqual: value >= range.lowerBound
        }
    }
}
