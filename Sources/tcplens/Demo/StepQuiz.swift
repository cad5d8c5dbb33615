import Scenes

/// The questions of a step session: what has been typed to the one that is asked now, which were answered, and how well.
struct StepQuiz {
    private(set) var typed = ""
    private(set) var score = PredictionScore()
    /// The steps whose question was answered or skipped.
    private var settled: Set<Int> = []

    /// What became of a key.
    enum Outcome {
        /// It was no part of an answer.
        case notTaken
        /// The answer goes on.
        case typing
        /// What was typed is no answer.
        case notAnAnswer(String)
        case skipped
        case answered(PredictionAnswer)
    }

    /// Whether a step's question was not answered yet.
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

    /// Forgets what was answered of the steps from one on: they are others now.
    mutating func forget(from step: Int) {
        settled = settled.filter { $0 < step }
        typed = ""
    }
}
