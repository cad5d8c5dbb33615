/// Why a filter cannot be understood, and where.
public struct FilterError: Error, Equatable, Sendable {
    /// What is wrong.
    public enum Reason: Equatable, Sendable {
        case empty
        case tooLong
        case tooDeep
        /// A character with which no token can begin.
        case strange(Character)
        /// A single `=`, `&` or `|`, and the sign that was probably meant.
        case single(String, meant: String)
        case unclosedQuote
        case unclosedParenthesis
        case unclosedBrace
        /// Something other than a field, `!` or `(`; the text is empty at the filter's end.
        case wantsField(String)
        /// Something other than `&&`, `||` or `)`.
        case wantsConnective(String)
        case unknownField(String)
        /// The field, and the text that was found instead of a value; that is empty at the filter's end.
        case wantsValue(field: String, found: String)
        /// The operator has no meaning for the field.
        case wrongOperator(String, field: String, kind: FilterField.Kind)
        case wrongValue(String, field: String, kind: FilterField.Kind, words: [String])
    }

    /// What is wrong.
    public let reason: Reason
    /// Which characters of the filter are wrong.
    public let range: Range<Int>

    /// - Parameter range: `0..<0` where there is no character to point at.
    package init(reason: Reason, range: Range<Int>) {
        self.reason = reason
        self.range = range
    }
}
