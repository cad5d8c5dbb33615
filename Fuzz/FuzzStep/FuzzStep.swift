import Lab
import Narration
import Scenes
import Stories
import TCPState

/// Whatever is typed at the demo: a change (`--do`), a time, or an answer. It is read or refused; what was read is written the same
/// way, taken back without a trace, and judged.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: data, count: count), as: UTF8.self)
    change(text)
    if let time = Intervention.time(text) {
        precondition(time >= 1_000_000 && time <= Int64(Intervention.longestHold * 1e9))
    }
    answer(text)
    return 0
}

private func change(_ text: String) {
    var plan = WirePlan()
    guard plan.add(text) else { return precondition(plan.isEmpty && plan.words.isEmpty) }
    precondition(plan.words.count == 1)
    var again = WirePlan()
    precondition(again.add(plan.words[0]) && again == plan)
    precondition(again.takeBack() == plan.words[0] && again.isEmpty)
}

private func answer(_ text: String) {
    if let state = State(named: text) { precondition(State(named: state.name) == state) }
    guard let answer = PredictionAnswer(text) else { return }
    precondition(answer.state != nil || answer.number != nil)
    for prediction in Sample.predictions {
        let verdict = answer.verdict(on: prediction)
        precondition((verdict.isStateRight == nil) == (answer.state == nil))
        precondition((verdict.isNumberRight == nil) == (answer.number == nil))
        var score = PredictionScore()
        score.count(verdict)
        precondition(score.rightStates <= score.states && score.rightNumbers <= score.numbers && !score.isEmpty)
    }
}

/// All that can be foretold of the experiment.
private enum Sample {
    static let predictions: [Prediction] = {
        guard let story = StackExperiment().run()?.story else { return [] }
        let steps = SceneSteps(Scene(story: story, title: Text(verbatim: "")))
        let all = steps.steps.indices.compactMap { steps.prediction(at: $0) }
        precondition(!all.isEmpty)
        return all
    }()
}
