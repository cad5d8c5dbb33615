import Lab
import LinuxKernel
import Narration
import Pictures
import Scenes
import Stories
import Synchronization
import TCPState
import TCPWire
import Tracking

/// A session in which a person goes through the experiment step by step. The experiment has run before the session
/// begins. A kernel's clock cannot be stopped, so a change runs the experiment again from the start with that change,
/// and the session continues at the same position in the new run.
struct StepSession {
    typealias Experimenter = (WirePlan, _ isCancelled: @escaping () -> Bool) throws -> Experiment.Record

    private var canvas: Canvas
    private let run: Experimenter
    private var plan: WirePlan
    private var page: StepPage
    private var step = 0
    /// Lines that replace those on what comes next, until the next key.
    private var extra: [String] = []
    private var isPlaying = false
    /// The questions; `nil` where none are asked.
    private var quiz: StepQuiz?
    /// The answer to how long the segment on its way is to be held; `nil` while that is not being asked.
    private var hold: StepHold?

    /// Tenths of a second between two steps while the session advances by itself.
    private static let pace = 12
    /// - Parameters:
    ///   - asking: whether a question is asked before each arrival.
    ///   - run: runs the experiment with a plan.
    init?(_ plan: WirePlan, asking: Bool, canvas: Canvas, run: @escaping Experimenter) throws {
        (self.plan, self.canvas, self.run) = (plan, canvas, run)
        quiz = asking ? StepQuiz() : nil
        let record = try DemoExperiment.untilInterrupted { try run(plan, $0) }
        guard let page = StepPage(record, canvas: canvas) else { return nil }
        self.page = page
        extra = page.opening + page.notes.flatMap { page.paragraph($0) }
    }

    /// Whether an end of the session or run was requested, by a signal or a key.
    final class Ending: Sendable {
        private let isWanted = Mutex(false)
        var isSet: Bool { isWanted.withLock { $0 } }
        func set() { isWanted.withLock { $0 = true } }
    }

    /// Shows one step at a time on a terminal; prints all steps at once where there is no terminal, or `playing` is
    /// set.
    mutating func go(playing: Bool) {
        guard !playing, let terminal = RawTerminal() else {
            for line in page.transcript(changes, asking: quiz != nil) { Screen.write(line) }
            return
        }
        converse(on: terminal)
    }

    /// The interventions of the current plan; `nil` where there are none.
    private var changes: Text? { plan.isEmpty ? nil : StepWords.changes(plan.words) }

    /// The score of the answers; `nil` where no question was asked.
    var score: String? {
        guard let score = quiz?.score, !score.isEmpty else { return nil }
        return PredictionWords.score(
            states: (score.rightStates, score.states), numbers: (score.rightNumbers, score.numbers),
            skipped: score.skipped)(canvas.language)
    }

    private mutating func converse(on terminal: RawTerminal) {
        let ending = Ending()
        let interrupts = Interrupts { ending.set() }
        defer { withExtendedLifetime(interrupts) {} }
        var quiet = 0
        draw(on: terminal)
        while !ending.isSet {
            let key = terminal.key()
            if key == .none {
                quiet += 1
                let isResized = fit()
                let moves = isPlaying && quiet >= Self.pace
                guard moves || isResized else { continue }
                if moves {
                    quiet = 0
                    if step + 1 < page.count { step += 1 }
                    isPlaying = step + 1 < page.count && question == nil
                }
            } else {
                quiet = 0
                _ = fit()
                guard take(key, on: terminal, ending) else { return }
            }
            draw(on: terminal)
        }
    }

    /// Adapts the page to the current width of the terminal.
    ///
    /// - Returns: whether the width has changed.
    private mutating func fit() -> Bool {
        let width = max(Canvas.narrowest, RawTerminal.size.width)
        guard width != canvas.width else { return false }
        canvas = Canvas(
            width: width, glyphs: canvas.glyphs, ambiguousWidth: canvas.measure.ambiguous, colour: canvas.colour,
            theme: canvas.theme, language: canvas.language)
        page.canvas = canvas
        extra = []
        return true
    }

    private func draw(on terminal: RawTerminal) {
        let (width, height) = RawTerminal.size
        guard width >= Canvas.narrowest, height >= 8 else {
            return terminal.show([String(StepWords.tooSmall(canvas.language).prefix(max(1, width / 2)))])
        }
        let words = Paragraph(canvas: canvas)
        var beneath = StepPage.Beneath()
        (beneath.extra, beneath.changes) = (extra, changes)
        if let hold, let segment = page.underWay(step) {
            beneath.question =
                words.lines(StepWords.holdQuestion(segment.name, from: segment.sender)(canvas.language))
                + ["> \(hold.typed)_"]
        } else if let question {
            beneath.question = page.question(question, typed: quiz?.typed ?? "")
        }
        if step + 1 == page.count, let score { beneath.extra += words.lines(score) }
        let lines = page.lines(at: step, height: height - 1, beneath)
        var keys = StepWords.keys(canvas.language)
        if canvas.measure(keys) > canvas.width { keys = StepWords.fewKeys(canvas.language) }
        terminal.show(lines + Array(repeating: "", count: max(0, height - 1 - lines.count)) + [keys])
    }

    /// The current question: about the arrival that comes next, where it is not settled yet; otherwise `nil`.
    private var question: Prediction? {
        guard let quiz, quiz.asks(of: step + 1) else { return nil }
        return page.steps.prediction(at: step + 1)
    }

    /// Processes a key as part of the answer to the current question.
    ///
    /// - Returns: whether the key belonged to that answer.
    private mutating func answer(_ key: RawTerminal.Key) -> Bool {
        guard let question, let outcome = quiz?.take(key, question, of: step + 1) else { return false }
        switch outcome {
        case .notTaken: return false
        case .typing: break
        case .notAnAnswer(let typed):
            extra = Paragraph(canvas: canvas).lines(PredictionWords.notAnAnswer(typed)(canvas.language))
        case .skipped: step += 1
        case .answered(let answer):
            step += 1
            extra = page.reply(to: answer, question)
        }
        return true
    }

    /// - Returns: whether the session goes on.
    private mutating func take(_ key: RawTerminal.Key, on terminal: RawTerminal, _ ending: Ending) -> Bool {
        if key == .redraw { return true }
        extra = []
        isPlaying = false
        if key != .end, holds(key, on: terminal, ending) || answer(key) { return true }
        switch key {
        case .end, .escape, .character("q"): return false
        case .enter, .space, .right: step = min(step + 1, page.count - 1)
        case .backspace, .left: step = max(step - 1, 0)
        case .character("a"):
            if question != nil { quiz?.skip(step + 1) }
            isPlaying = step + 1 < page.count
        case .character("b"): extra = page.header(step)
        case .character("w"): extra = page.why(step)
        case .character("d"): change(.drop, on: terminal, ending)
        case .character("u"): change(.duplicate, on: terminal, ending)
        case .character("h"):
            if page.choice(step) == nil { say(StepWords.nothingToChange) } else { hold = StepHold() }
        case .character("z"): takeBack(on: terminal, ending)
        default: break
        }
        return true
    }

    private mutating func say(_ text: Text) { extra = Paragraph(canvas: canvas).lines(text(canvas.language)) }

    // MARK: Changes

    /// Processes a key as part of the answer to how long the segment on its way is to be held.
    ///
    /// - Returns: whether the key belonged to that answer.
    private mutating func holds(_ key: RawTerminal.Key, on terminal: RawTerminal, _ ending: Ending) -> Bool {
        guard let outcome = hold?.take(key) else { return false }
        switch outcome {
        case .typing: return true
        case .cancelled: hold = nil
        case .noTime(let typed):
            hold = StepHold()
            say(StepWords.noTime(typed))
        case .decided(let action):
            hold = nil
            change(action, on: terminal, ending)
        }
        return true
    }

    /// Applies an action to the segment on its way: runs the experiment again with that intervention.
    private mutating func change(_ action: Intervention.Action, on terminal: RawTerminal, _ ending: Ending) {
        guard let choice = page.choice(step) else { return say(StepWords.nothingToChange) }
        let intervention = Intervention(action, choice)
        var changed = plan
        changed.interventions.append(intervention)
        let place = page.place(of: choice, at: step)
        guard let record = play(changed, on: terminal, ending) else { return }
        step = min(page.step(like: place) ?? step, page.count - 1)
        quiz?.forget(from: step + 1)
        let told = record.unmatched.contains(intervention) ? StepWords.missed : StepWords.again
        say(told(intervention.words))
        if record.overdue.contains(intervention) { extra += page.notes.flatMap { page.paragraph($0) } }
    }

    /// Removes the last change from the plan, and runs the experiment again.
    private mutating func takeBack(on terminal: RawTerminal, _ ending: Ending) {
        var changed = plan
        guard let words = changed.takeBack() else { return say(StepWords.nothingToWithdraw) }
        guard play(changed, on: terminal, ending) != nil else { return }
        step = min(step, page.count - 1)
        quiz?.forget(from: 0)
        say(StepWords.withdrawn(words))
    }

    /// Runs the experiment again from the start with another plan. Where that fails or is cancelled, the result is
    /// `nil`, and the plan, the page and the step stay unchanged.
    private mutating func play(_ changed: WirePlan, on terminal: RawTerminal, _ ending: Ending) -> Experiment.Record? {
        say(StepWords.playing)
        draw(on: terminal)
        extra = []
        do {
            let record = try run(changed) {
                if terminal.wantsEnd() { ending.set() }
                return ending.isSet
            }
            guard let next = StepPage(record, canvas: canvas) else { return nil }
            (plan, page) = (changed, next)
            return record
        } catch let failure as Failure {
            extra = Paragraph(canvas: canvas).lines(failure.what(canvas.language))
        } catch {}
        return nil
    }
}
