import Scenes

/// The questions of a step session: the answer to the current question as far as it has been typed, which questions are
/// settled, and the score.
struct StepQuiz {
    private(set) var typed = ""
    private(set) var score = PredictionScore()
    /// The steps whose question was answered or skipped.
    private var settled: Set<Int> = []

    /// The effect of a key.
    enum Outcome {
        /// The key is not part of an answer.
        case notTaken
        /// The key was accepted, and the answer is not complete yet.
        case typing
        /// The typed text cannot be understood as an answer.
        case notAnAnswer(String)
        case skipped
        case answered(PredictionAnswer)
    }

    /// Whether a step's question has been neither answered nor skipped yet.
    func asks(of step: Int) -> Bool { !settled.contains(step) }

    /// Takes a key that was pressed while a step's question stood on the screen.
    mutating func take(_ key: RawTerminal.Key, _ prediction: Prediction, of step: Int) -> Outcome {
        switch key {
        case .enter where typed.isEmpty, .space where typed.isEmpty, .right where typed.isEmpty:
            skip(step)
            return .skipped
        case .enter: return settle(prediction, of: step)
        case .character(let character) where !typed.isEmpty || PredictionAnswer.mayBegin(with: character):
            if typed.count < PredictionAnswer.longest { typed.append(character) }
            return .typing
        case .space:
            if typed.count < PredictionAnswer.longest { typed.append(" ") }
            return .typing
        case .backspace where !typed.isEmpty:
            typed.removeLast()
            return .typing
        case .escape where !typed.isEmpty:
            typed = ""
            return .typing
        default: return .notTaken
        }
    }

    /// Leaves a step's question unanswered.
    mutating func skip(_ step: Int) {
        settled.insert(step)
        score.skip()
    }

    private mutating func settle(_ prediction: Prediction, of step: Int) -> Outcome {
        let text = typed
        typed = ""
        guard let answer = PredictionAnswer(text) else { return .notAnAnswer(text) }
        settled.insert(step)
        score.count(answer.verdict(on: prediction))
        return .answered(answer)
    }

    /// Makes the questions of this step and of all later ones open again: after another run they are about other
    /// events.
    mutating func forget(from step: Int) {
        settled = settled.filter { $0 < step }
        typed = ""
    }
}
