/// A condition about a connection: `assert tcpi_snd_cwnd == 10`. It is parsed and evaluated here; no interpreter is
/// run.
struct Assertion: Sendable {
    /// The condition as written.
    var text: String
    var condition: Term
    /// The fields of `tcp_info` that the condition reads.
    var fields: [String]

    indirect enum Term: Sendable {
        case number(Int64)
        case field(String)
        case negated(Term)
        case complement(Term)
        case not(Term)
        case binary(Operator, Term, Term)
        /// `a <= b < c`: each term is compared with the next, as in Python.
        case chain(Term, [Link])
    }

    struct Link: Sendable {
        var comparison: Comparison
        var term: Term
    }

    enum Operator: Sendable {
        case or, and, bitOr, bitXor, bitAnd, left, right, plus, minus, times, divided, modulo
    }

    enum Comparison: Sendable {
        case equal, unequal, less, atMost, greater, atLeast
    }

    /// Why a condition could not be evaluated, or does not hold.
    enum Problem: Error, Hashable, Sendable {
        /// The host does not provide the field.
        case missing(String)
        case divisionByZero
        /// The condition has been evaluated and is false; these are the fields that it read.
        case `false`([ScriptFailure.Field])
    }

    /// Whether the condition holds for a connection with these fields.
    func holds(_ information: [String: Int64]) throws(Problem) -> Bool {
        try value(of: condition, information) != 0
    }

    private func value(of term: Term, _ information: [String: Int64]) throws(Problem) -> Int64 {
        switch term {
        case .number(let number): return number
        case .field(let name):
            guard let found = information[name] else { throw .missing(name) }
            return found
        case .negated(let inner): return 0 &- (try value(of: inner, information))
        case .complement(let inner): return ~(try value(of: inner, information))
        case .not(let inner): return try value(of: inner, information) == 0 ? 1 : 0
        case .binary(.or, let first, let second):
            let left = try value(of: first, information)
            return left != 0 ? left : try value(of: second, information)
        case .binary(.and, let first, let second):
            let left = try value(of: first, information)
            return left == 0 ? left : try value(of: second, information)
        case .binary(let sign, let first, let second):
            return try Self.compute(sign, try value(of: first, information), try value(of: second, information))
        case .chain(let first, let links):
            var left = try value(of: first, information)
            for link in links {
                let right = try value(of: link.term, information)
                guard Self.compare(link.comparison, left, right) else { return 0 }
                left = right
            }
            return 1
        }
    }

    private static func compute(_ sign: Operator, _ left: Int64, _ right: Int64) throws(Problem) -> Int64 {
        switch sign {
        case .or, .bitOr: return left | right
        case .and, .bitAnd: return left & right
        case .bitXor: return left ^ right
        // Swift's smart shifts do not trap, whatever the count: bits shifted out are lost.
        case .left: return left << right
        case .right: return left >> right
        case .plus: return left &+ right
        case .minus: return left &- right
        case .times: return left &* right
        case .divided, .modulo:
            guard right != 0 else { throw .divisionByZero }
            var (quotient, rest) = (left.dividedReportingOverflow(by: right).partialValue, Int64(0))
            rest = left &- quotient &* right
            // Python rounds down, where C rounds towards zero.
            if rest != 0, (rest < 0) != (right < 0) {
                quotient &-= 1
                rest &+= right
            }
            return sign == .divided ? quotient : rest
        }
    }

    private static func compare(_ comparison: Comparison, _ left: Int64, _ right: Int64) -> Bool {
        switch comparison {
        case .equal: left == right
        case .unequal: left != right
        case .less: left < right
        case .atMost: left <= right
        case .greater: left > right
        case .atLeast: left >= right
        }
    }
}
