/// Parses the code between `%{` and `}%`: `assert` statements with Python's expressions over integers.
struct AssertionParser {
    private var cursor: ScriptCursor
    private var fields: [String] = []
    private static let deepest = 32
    private static let mostStatements = 100
    /// The most operators of one expression: its terms nest as deeply as a sum is long.
    private static let mostTerms = 500
    private var terms = 0

    init(_ code: [UInt8], line: Int) {
        // A line that ends with a backslash continues on the next one; line numbers do not change.
        var joined = code
        for index in joined.indices.dropLast() where joined[index] == UInt8(ascii: "\\") {
            if joined[index + 1] == UInt8(ascii: "\n") { joined[index] = UInt8(ascii: " ") }
        }
        cursor = ScriptCursor(joined, line: line)
    }

    mutating func assertions() throws(ScriptError) -> [Assertion] {
        var found: [Assertion] = []
        while true {
            while try cursor.take(";") {}
            try cursor.skipBlanks()
            guard !cursor.isAtEnd else { return found }
            guard found.count < Self.mostStatements else { throw cursor.error(.tooMuch(.assertion)) }
            let start = cursor
            switch try cursor.word(.assertion) {
            case "assert": found.append(try assertion())
            // Output for people, which is ignored.
            case "print": skipLine()
            case let name: throw start.error(.unsupported(name))
            }
        }
    }

    private mutating func assertion() throws(ScriptError) -> Assertion {
        try cursor.skipBlanks()
        fields = []
        terms = 0
        let start = cursor.index
        let condition = try or(0)
        let text = String(decoding: cursor.text[start..<cursor.index].prefix(200), as: UTF8.self)
        // The message that Python would print is ignored.
        if try cursor.take(",") { skipLine() }
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return Assertion(text: words, condition: condition, fields: fields)
    }

    private mutating func join(
        _ sign: Assertion.Operator, _ left: Assertion.Term, _ right: Assertion.Term
    ) throws(ScriptError) -> Assertion.Term {
        terms += 1
        guard terms <= Self.mostTerms else { throw cursor.error(.tooMuch(.assertion)) }
        return .binary(sign, left, right)
    }

    /// Accepts either Python's word for an operator or C's sign.
    private mutating func either(_ word: StaticString, _ sign: StaticString) throws(ScriptError) -> Bool {
        if try cursor.takeWord(word) { return true }
        return try cursor.take(sign)
    }

    private mutating func skipLine() {
        while let octet = cursor.peek(), octet != UInt8(ascii: "\n"), octet != UInt8(ascii: ";") { cursor.advance() }
    }

    // MARK: Expressions, lowest precedence first

    private mutating func or(_ depth: Int) throws(ScriptError) -> Assertion.Term {
        guard depth < Self.deepest else { throw cursor.error(.tooMuch(.assertion)) }
        var term = try and(depth)
        while try either("or", "||") { term = try join(.or, term, try and(depth)) }
        return term
    }

    private mutating func and(_ depth: Int) throws(ScriptError) -> Assertion.Term {
        var term = try not(depth)
        while try either("and", "&&") { term = try join(.and, term, try not(depth)) }
        return term
    }

    private mutating func not(_ depth: Int) throws(ScriptError) -> Assertion.Term {
        guard depth < Self.deepest else { throw cursor.error(.tooMuch(.assertion)) }
        if try cursor.takeWord("not") { return .not(try not(depth + 1)) }
        let first = try bitOr(depth)
        var links: [Assertion.Link] = []
        while let comparison = try comparison() {
            guard links.count < Self.deepest else { throw cursor.error(.tooMuch(.assertion)) }
            links.append(.init(comparison: comparison, term: try bitOr(depth)))
        }
        return links.isEmpty ? first : .chain(first, links)
    }

    private mutating func comparison() throws(ScriptError) -> Assertion.Comparison? {
        if try cursor.take("==") { return .equal }
        if try cursor.take("!=") { return .unequal }
        if try cursor.take("<=") { return .atMost }
        if try cursor.take(">=") { return .atLeast }
        if try cursor.take("<") { return .less }
        return try cursor.take(">") ? .greater : nil
    }

    private mutating func bitOr(_ depth: Int) throws(ScriptError) -> Assertion.Term {
        var term = try bitXor(depth)
        while true {
            try cursor.skipBlanks()
            guard !cursor.starts(with: "||"), try cursor.take("|") else { return term }
            term = try join(.bitOr, term, try bitXor(depth))
        }
    }

    private mutating func bitXor(_ depth: Int) throws(ScriptError) -> Assertion.Term {
        var term = try bitAnd(depth)
        while try cursor.take("^") { term = try join(.bitXor, term, try bitAnd(depth)) }
        return term
    }

    private mutating func bitAnd(_ depth: Int) throws(ScriptError) -> Assertion.Term {
        var term = try shift(depth)
        while true {
            try cursor.skipBlanks()
            guard !cursor.starts(with: "&&"), try cursor.take("&") else { return term }
            term = try join(.bitAnd, term, try shift(depth))
        }
    }

    private mutating func shift(_ depth: Int) throws(ScriptError) -> Assertion.Term {
        var term = try sum(depth)
        while true {
            if try cursor.take("<<") {
                term = try join(.left, term, try sum(depth))
            } else if try cursor.take(">>") {
                term = try join(.right, term, try sum(depth))
            } else {
                return term
            }
        }
    }

    private mutating func sum(_ depth: Int) throws(ScriptError) -> Assertion.Term {
        var term = try product(depth)
        while true {
            if try cursor.take("+") {
                term = try join(.plus, term, try product(depth))
            } else if try cursor.take("-") {
                term = try join(.minus, term, try product(depth))
            } else {
                return term
            }
        }
    }

    private mutating func product(_ depth: Int) throws(ScriptError) -> Assertion.Term {
        var term = try unary(depth)
        while true {
            if try cursor.take("*") {
                term = try join(.times, term, try unary(depth))
            } else if try cursor.take("/") {
                term = try join(.divided, term, try unary(depth))
            } else if try cursor.take("%") {
                term = try join(.modulo, term, try unary(depth))
            } else {
                return term
            }
        }
    }

    private mutating func unary(_ depth: Int) throws(ScriptError) -> Assertion.Term {
        guard depth < Self.deepest else { throw cursor.error(.tooMuch(.assertion)) }
        if try cursor.take("-") { return .negated(try unary(depth + 1)) }
        if try cursor.take("~") { return .complement(try unary(depth + 1)) }
        if try cursor.take("(") {
            let inner = try or(depth + 1)
            try cursor.demand(")")
            return inner
        }
        try cursor.skipBlanks()
        if ScriptCursor.isDigit(cursor.peek()) { return .number(try cursor.number()) }
        let start = cursor
        let name = try cursor.word(.field)
        switch name {
        case "True": return .number(1)
        case "False": return .number(0)
        case _ where name.hasPrefix("tcpi_"):
            if !fields.contains(name) { fields.append(name) }
            return .field(name)
        default:
            guard let value = ScriptConstants.value(of: name) else { throw start.error(.unknown(.field, name)) }
            return .number(value)
        }
    }
}
