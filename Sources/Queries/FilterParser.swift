/// Parses tokens into an expression: `!` binds closest, then comparisons, then `&&`, then `||`.
struct FilterParser {
    /// The deepest nesting that is accepted; no filter that a person writes is deeper.
    static let deepest = 50

    private let tokens: [FilterToken]
    private let length: Int
    private var place = 0
    private var depth = 0
    private(set) var needsMeasures = false

    /// - Parameter length: the length of the whole filter, in characters.
    init(_ tokens: [FilterToken], length: Int) {
        self.tokens = tokens
        self.length = length
    }

    mutating func parse() throws(FilterError) -> ConnectionFilter.Expression {
        guard !tokens.isEmpty else { throw FilterError(reason: .empty, range: 0..<0) }
        let expression = try disjunction()
        if let rest = peek { throw FilterError(reason: .wantsConnective(rest.text), range: rest.range) }
        return expression
    }

    private var peek: FilterToken? { place < tokens.count ? tokens[place] : nil }

    private var end: Range<Int> { length..<length + 1 }

    private mutating func take(_ kind: FilterToken.Kind) -> Bool {
        guard peek?.kind == kind else { return false }
        place += 1
        return true
    }

    private mutating func disjunction() throws(FilterError) -> ConnectionFilter.Expression {
        var left = try conjunction()
        while take(.or) { left = .or(left, try conjunction()) }
        return left
    }

    private mutating func conjunction() throws(FilterError) -> ConnectionFilter.Expression {
        var left = try negation()
        while take(.and) { left = .and(left, try negation()) }
        return left
    }

    private mutating func negation() throws(FilterError) -> ConnectionFilter.Expression {
        guard let token = peek else { throw FilterError(reason: .wantsField(""), range: end) }
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else { throw FilterError(reason: .tooDeep, range: token.range) }
        if take(.not) { return .not(try negation()) }
        guard take(.opening) else { return try comparison() }
        let inner = try disjunction()
        if take(.closing) { return inner }
        if let rest = peek { throw FilterError(reason: .wantsConnective(rest.text), range: rest.range) }
        throw FilterError(reason: .unclosedParenthesis, range: token.range)
    }

    private mutating func comparison() throws(FilterError) -> ConnectionFilter.Expression {
        guard let token = peek, case .word(let word) = token.kind else {
            let range = peek?.range ?? end
            throw FilterError(reason: .wantsField(peek?.text ?? ""), range: range)
        }
        guard let field = FilterField.named(word) else {
            throw FilterError(reason: .unknownField(word), range: token.range)
        }
        place += 1
        if field.needsMeasures { needsMeasures = true }
        guard let sign = peek, case .comparison(let comparison) = sign.kind else { return .present(field.name) }
        guard field.allows(comparison) else {
            throw FilterError(
                reason: .wrongOperator(sign.text, field: field.name, kind: field.kind), range: sign.range)
        }
        place += 1
        if comparison == .isIn { return .compared(field.name, .isIn, try set(of: field)) }
        return .compared(field.name, comparison, [try literal(of: field, isPart: comparison == .contains)])
    }

    /// Parses a set such as `{80, 443, 8000..8080}`, in which the commas may be left out.
    private mutating func set(of field: FilterField) throws(FilterError) -> [FilterLiteral] {
        guard let brace = peek, take(.openingBrace) else {
            throw FilterError(
                reason: .wantsValue(field: field.name, found: peek?.text ?? ""), range: peek?.range ?? end)
        }
        var literals: [FilterLiteral] = []
        while !take(.closingBrace) {
            guard peek != nil else { throw FilterError(reason: .unclosedBrace, range: brace.range) }
            literals.append(try literal(of: field, isPart: false))
            _ = take(.comma)
        }
        return literals
    }

    /// - Parameter isPart: whether the value is only a part of a text, so that it need not be one of the field's words.
    private mutating func literal(of field: FilterField, isPart: Bool) throws(FilterError) -> FilterLiteral {
        let text: String
        switch peek?.kind {
        case .word(let word): text = word
        case .quoted(let word): text = word
        default:
            throw FilterError(
                reason: .wantsValue(field: field.name, found: peek?.text ?? ""), range: peek?.range ?? end)
        }
        if isPart {
            place += 1
            return .text(text)
        }
        guard let literal = field.literal(text) else {
            throw FilterError(
                reason: .wrongValue(text, field: field.name, kind: field.kind, words: field.words),
                range: peek?.range ?? end)
        }
        place += 1
        return literal
    }
}
