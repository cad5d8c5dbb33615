/// A word or sign of a filter, with its position in characters.
struct FilterToken: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
        case word(String)
        /// A text between quotes, without the quotes.
        case quoted(String)
        case comparison(FilterComparison)
        case and, or, not, opening, closing, openingBrace, closingBrace, comma
    }

    let kind: Kind
    let text: String
    let range: Range<Int>
}

/// How a field is compared with a value.
enum FilterComparison: String, Sendable, CaseIterable {
    case equal = "=="
    case unequal = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    /// The field's text contains the value's.
    case contains
    /// The field has one of the values of a set: `{80, 443, 8000..8080}`.
    case isIn = "in"
}

/// A filter's text cut into tokens.
struct FilterLexer {
    /// The most octets that a filter may have; a longer text was not meant to be a filter.
    static let longest = 4096

    private let characters: [Character]
    private var place = 0

    private init(_ text: String) { characters = Array(text) }

    static func tokens(of text: String) throws(FilterError) -> [FilterToken] {
        guard text.utf8.count <= longest else { throw FilterError(reason: .tooLong, range: 0..<0) }
        var lexer = FilterLexer(text)
        var tokens: [FilterToken] = []
        while let token = try lexer.next() { tokens.append(token) }
        return tokens
    }

    private mutating func next() throws(FilterError) -> FilterToken? {
        while place < characters.count, characters[place].isWhitespace { place += 1 }
        guard place < characters.count else { return nil }
        let start = place
        let character = characters[start]
        if Self.isWord(character) { return word(from: start) }
        if character == "\"" || character == "'" { return try quoted(from: start, until: character) }
        let pair = String(characters[start...].prefix(2))
        if let kind = Self.pairs[pair] { return token(kind, from: start, length: 2) }
        if let kind = Self.singles[character] { return token(kind, from: start, length: 1) }
        if let meant = ["=": "==", "&": "&&", "|": "||"][String(character)] {
            throw FilterError(reason: .single(String(character), meant: meant), range: start..<start + 1)
        }
        throw FilterError(reason: .strange(character), range: start..<start + 1)
    }

    private static let pairs: [String: FilterToken.Kind] = [
        "==": .comparison(.equal), "!=": .comparison(.unequal), "<=": .comparison(.lessOrEqual),
        ">=": .comparison(.greaterOrEqual), "&&": .and, "||": .or,
    ]
    private static let singles: [Character: FilterToken.Kind] = [
        "<": .comparison(.less), ">": .comparison(.greater), "!": .not, "(": .opening, ")": .closing,
        "{": .openingBrace, "}": .closingBrace, ",": .comma,
    ]
    /// Wireshark's words for these signs.
    private static let words: [String: FilterToken.Kind] = [
        "and": .and, "or": .or, "not": .not, "eq": .comparison(.equal), "ne": .comparison(.unequal),
        "lt": .comparison(.less), "le": .comparison(.lessOrEqual), "gt": .comparison(.greater),
        "ge": .comparison(.greaterOrEqual), "contains": .comparison(.contains), "in": .comparison(.isIn),
    ]

    private static func isWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || "._:/-[]%^*".contains(character)
    }

    private mutating func token(_ kind: FilterToken.Kind, from start: Int, length: Int) -> FilterToken {
        place = start + length
        return FilterToken(kind: kind, text: String(characters[start..<place]), range: start..<place)
    }

    private mutating func word(from start: Int) -> FilterToken {
        while place < characters.count, Self.isWord(characters[place]) { place += 1 }
        let text = String(characters[start..<place])
        return FilterToken(
            kind: Self.words[text.lowercased()] ?? .word(text), text: text, range: start..<place)
    }

    private mutating func quoted(from start: Int, until mark: Character) throws(FilterError) -> FilterToken {
        place += 1
        while place < characters.count, characters[place] != mark { place += 1 }
        guard place < characters.count else {
            throw FilterError(reason: .unclosedQuote, range: start..<characters.count)
        }
        place += 1
        let text = String(characters[start..<place])
        return FilterToken(kind: .quoted(String(text.dropFirst().dropLast())), text: text, range: start..<place)
    }
}
