import Narration
import Pictures
import Scenes
import Stories
import TCPState
import TCPWire
import Tracking

/// The texts about a step.
extension StepPage {
    /// Says what has just happened at a step.
    func now(_ step: Int) -> Text {
        tell(
            step, leaves: StepWords.leaves, arrives: StepWords.arrives, lost: StepWords.isLost,
            runsOut: StepWords.ranOut)
    }

    /// Says what is about to happen after a step, and why.
    func coming(after step: Int) -> Text {
        guard step + 1 < count else { return StepWords.end }
        var next = tell(
            step + 1, leaves: StepWords.willLeave, arrives: StepWords.willArrive, lost: StepWords.willBeLost,
            runsOut: StepWords.willRunOut)
        if steps.isArrival(step + 1), let number = steps.segment(of: step + 1)?.number,
            let good = RepairWords.short(on: number, in: story)
        {
            next = next + good
        }
        if steps.steps[step + 1].kind == .departure, let number = steps.segment(of: step + 1)?.number,
            let own = segment(number), !own.isRepetition, let reason = StepWords.reason(for: own)
        {
            next = next + reason
        }
        return StepWords.next + next
    }

    private func tell(
        _ step: Int, leaves: (Int, String, Text) -> Text, arrives: (Int, String, Text) -> Text,
        lost: (Int, String) -> Text, runsOut: (TimerName, Text?, Text) -> Text
    ) -> Text {
        guard let segment = steps.segment(of: step) else {
            guard case .moment(let moment) = steps.scene.rows[steps.steps[step].row] else { return Text(verbatim: "") }
            if case .timer(let timer) = moment.cause { return runsOut(timer, moment.remark, name(moment.end.lane)) }
            return StepWords.calls(moment.what, name(moment.end.lane))
        }
        let flags = segment.flags.description
        switch steps.steps[step].kind {
        case .departure:
            let told = leaves(segment.number, flags, name(segment.sender.lane))
            guard case .timer(let timer) = segment.cause else { return told }
            return told + StepWords.because(timer)
        case .arrival, .moment: return arrives(segment.number, flags, name(segment.receiver.lane))
        case .loss: return lost(segment.number, flags)
        }
    }

    /// Explains what the segment of a step does and, where it arrives, by which rules it is processed; empty for a
    /// call.
    func why(_ step: Int) -> [String] {
        let told = steps.segment(of: step).flatMap { segment($0.number) }.flatMap {
            Explanation.explained($0, in: story)
        }
        let rule = steps.prediction(at: step).flatMap { rules($0) }
        return [told, rule].compactMap { $0 }.flatMap { paragraph($0) }
    }

    /// The header of a step's segment as a diagram; empty for a call.
    func header(_ step: Int) -> [String] {
        guard let own = steps.segment(of: step).flatMap({ segment($0.number) })?.segment else { return [] }
        return HeaderDiagram(canvas: canvas).lines(HeaderDiagram.Values(own.header, in: own.frame))
    }

    // MARK: Predictions

    func question(_ prediction: Prediction) -> Text {
        let flags = segment(prediction.segment)?.segment.header.flags.description ?? ""
        return PredictionWords.question(prediction.segment, flags, at: name(prediction.lane), in: prediction.before)
    }

    /// The lines of the question about an arrival, with the answer as far as it has been typed.
    func question(_ prediction: Prediction, typed: String) -> [String] {
        paragraph(question(prediction)) + paragraph(PredictionWords.form) + [fitted("> \(typed)_")]
    }

    /// Says what really happened at the predicted arrival, and by which rules.
    func answer(_ prediction: Prediction) -> Text {
        let state = PredictionWords.state(name(prediction.lane), from: prediction.before, to: prediction.after)
        var told = state + PredictionWords.answeredNothing
        if let answer = prediction.answer {
            told = state + PredictionWords.answered(answer.segment, answer.flags, answer.acknowledgment)
        }
        guard let rules = rules(prediction) else { return told }
        return told + Text(en: " " + rules.english, zh: rules.chinese)
    }

    /// The reply to a typed answer: whether it is right, and what really happened.
    func reply(to answer: PredictionAnswer, _ prediction: Prediction) -> [String] {
        let verdict = answer.verdict(on: prediction)
        let isHalf = verdict.isStateRight == true || verdict.isNumberRight == true
        let word =
            verdict.isRight ? PredictionWords.right : isHalf ? PredictionWords.halfRight : PredictionWords.wrong
        var told = Text(en: word.english + " ", zh: word.chinese)
        if !verdict.isRight { told = told + said(answer) }
        return paragraph(told + self.answer(prediction))
    }

    private func said(_ answer: PredictionAnswer) -> Text {
        let state = answer.state.map { claim in
            switch claim {
            case .state(let state): Text(verbatim: state.name)
            case .unchanged: PredictionWords.same
            }
        }
        let number = answer.number.map { claim in
            switch claim {
            case .number(let number): Text(verbatim: "ack=\(number)")
            case .nothing: PredictionWords.nothing
            }
        }
        return PredictionWords.said(state: state, number: number)
    }

    private func rules(_ prediction: Prediction) -> Text? {
        segment(prediction.segment).flatMap {
            PredictionWords.rules(story.arrivalRules(of: $0, from: prediction.before, to: prediction.after))
        }
    }
}
