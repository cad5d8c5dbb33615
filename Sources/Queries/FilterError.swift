/// Why a filter cannot be understood, and where.
public struct FilterError: Error, Equatable, Sendable {
    /// What is wrong.
    public enum Reason: Equatable, Sendable {
        case empty
        case tooLong
        case tooDeep
        /// A character that begins nothing.
        case strange(Character)
        /// `=`, `&` or `|` alone; what was probably meant.
        case single(String, meant: String)
        case unclosedQuote
        case unclosedParenthesis
        case unclosedBrace
        /// Something else than a field, `!` or `(`; empty at the filter's end.
        case wantsField(String)
        /// Something else than `&&`, `||` or `)`.
        case wantsConnective(String)
        case unknownField(String)
        /// The field and what came instead of a value; empty at the filter's end.
        case wantsValue(field: String, found: String)
        /// The operator has no meaning for the field.
        case wrongOperator(String, field: String, kind: FilterField.Kind)
        case wrongValue(String, field: String, kind: FilterField.Kind, words: [String])
    }

    /// What is wrong.
    public let reason: Reason
    /// Where in the filter, in characters.
    public let range: Range<Int>

    /// - Parameter range: empty at 0 where there is no filter to point into.
    package init(reason: Reason, range: Range<Int>) {
        self.reason = reason
        self.range = range
    }
}
