import TCPState

/// A user's prediction of an arrival, as typed: a state, an acknowledgment number, or both in any order.
public struct PredictionAnswer: Sendable, Equatable {
    /// A claim about the receiver's state.
    public enum StateClaim: Sendable, Equatable {
        case state(State)
        /// The state does not change.
        case unchanged
    }

    /// A claim about the acknowledgment number that the receiver sends.
    public enum NumberClaim: Sendable, Equatable {
        case number(UInt64)
        /// The receiver sends nothing.
        case nothing
    }

    /// The claim about the state; `nil` where the answer makes none. At least one of the two claims is made.
    public private(set) var state: StateClaim?
    /// The claim about the acknowledgment number, as the picture counts it; `nil` where the answer makes none.
    public private(set) var number: NumberClaim?

    /// The most characters that an answer may have.
    public static let longest = 40

    private static let sameWords: Set<String> = ["SAME", "不变"]
    private static let noneWords: Set<String> = ["NONE", "NO", "无", "不回", "没有"]

    /// Parses text such as `ESTABLISHED 1`, `estab ack=17`, `none`, `same, 17`; `nil` for anything else.
    public init?(_ text: String) {
        guard text.utf8.count <= 4 * Self.longest, text.count <= Self.longest else { return nil }
        let words = text.split { $0.isWhitespace || ",，、;；=".contains($0) }.map { $0.uppercased() }
        var rest = words[...]
        while let first = rest.first {
            if let (state, count) = Self.state(rest) {
                guard self.state == nil else { return nil }
                self.state = .state(state)
                rest = rest.dropFirst(count)
                continue
            }
            rest = rest.dropFirst()
            if Self.sameWords.contains(first), state == nil {
                state = .unchanged
            } else if Self.noneWords.contains(first), number == nil {
                number = .nothing
            } else if let value = Self.value(first), number == nil {
                number = .number(value)
            } else if first != "ACK" || rest.isEmpty {
                return nil
            }
        }
        if state == nil, number == nil { return nil }
    }

    /// The state that `words` begin with, and how many words its name takes: `fin wait 1` has three.
    private static func state(_ words: ArraySlice<String>) -> (State, Int)? {
        for count in [3, 2, 1] where words.count >= count {
            if let state = State(named: words.prefix(count).joined(separator: " ")) { return (state, count) }
        }
        return nil
    }

    private static func value(_ word: String) -> UInt64? {
        guard word.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return UInt64(word)
    }

    /// Whether an answer may begin with this character: that of a state's name, of `same`, of `none` or of a number.
    public static func mayBegin(with character: Character) -> Bool {
        "0123456789".contains(character) || "CEFLSTN不无没".contains(character.uppercased())
    }

    /// Compares the answer's claims with what really happens.
    public func verdict(on prediction: Prediction) -> Verdict {
        let isState = state.map { claim in
            switch claim {
            case .state(let state): state == prediction.after
            case .unchanged: prediction.isUnchanged
            }
        }
        let isNumber = number.map { claim in
            switch claim {
            case .number(let number): number == prediction.answer?.acknowledgment
            case .nothing: prediction.answer?.acknowledgment == nil
            }
        }
        return Verdict(isStateRight: isState, isNumberRight: isNumber)
    }

    /// Which of an answer's claims are right; `nil` for a claim that it does not make.
    public struct Verdict: Sendable, Equatable {
        /// Whether the claimed state is the receiver's state after the arrival.
        public let isStateRight: Bool?
        /// Whether the claimed number is the one that the receiver sends in response.
        public let isNumberRight: Bool?

        /// Whether none of the claims is wrong.
        public var isRight: Bool { isStateRight != false && isNumberRight != false }
    }
}

/// How many answers were right.
public struct PredictionScore: Sendable, Equatable {
    /// Answers that named a state.
    public private(set) var states = 0
    /// Answers that named the right state.
    public private(set) var rightStates = 0
    /// Answers that named a number, or said that none is sent.
    public private(set) var numbers = 0
    /// Answers whose number, or whose claim that none is sent, was right.
    public private(set) var rightNumbers = 0
    /// Questions that were not answered.
    public private(set) var skipped = 0

    /// A score before the first question.
    public init() {}

    /// Whether no question was asked yet.
    public var isEmpty: Bool { states == 0 && numbers == 0 && skipped == 0 }

    /// Counts one more answer.
    public mutating func count(_ verdict: PredictionAnswer.Verdict) {
        if let isRight = verdict.isStateRight {
            states += 1
            rightStates += isRight ? 1 : 0
        }
        if let isRight = verdict.isNumberRight {
            numbers += 1
            rightNumbers += isRight ? 1 : 0
        }
    }

    /// Counts one more question that was not answered.
    public mutating func skip() { skipped += 1 }
}
