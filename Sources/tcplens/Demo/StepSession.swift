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

/// The experiment gone through step by step: it has run, and is looked at at leisure. A kernel's clock cannot be stopped, so a
/// change plays it again from the start with that change, and goes on from there.
struct StepSession {
    typealias Experimenter = (WirePlan, _ isCancelled: @escaping () -> Bool) throws -> Experiment.Record

    private var canvas: Canvas
    private let run: Experimenter
    private var plan: WirePlan
    private var page: StepPage
    private var step = 0
    /// What stands below instead of what comes next, until the next key.
    private var extra: [String] = []
    private var isPlaying = false

    /// Tenths of a second between two steps while it plays.
    private static let pace = 12
    /// How long a segment is held by its key, in nanoseconds.
    private static let hold: Int64 = 3_000_000_000

    /// - Parameter run: runs the experiment with a plan.
    init?(_ plan: WirePlan, canvas: Canvas, run: @escaping Experimenter) throws {
        (self.plan, self.canvas, self.run) = (plan, canvas, run)
        let record = try DemoExperiment.untilInterrupted { try run(plan, $0) }
        guard let page = StepPage(record, canvas: canvas) else { return nil }
        self.page = page
        extra = page.opening
    }

    /// Whether somebody wants it to end.
    final class Ending: Sendable {
        private let isWanted = Mutex(false)
        var isSet: Bool { isWanted.withLock { $0 } }
        func set() { isWanted.withLock { $0 = true } }
    }

    /// Shows one step at a time where there is a terminal, and prints all of them where there is none or nobody is to be waited
    /// for.
    mutating func go(playing: Bool) throws {
        guard !playing, let terminal = RawTerminal() else {
            for line in page.transcript { Screen.write(line) }
            return
        }
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
                    isPlaying = step + 1 < page.count
                }
            } else {
                quiet = 0
                _ = fit()
                guard take(key, on: terminal, ending) else { return }
            }
            draw(on: terminal)
        }
    }

    /// Takes the terminal's width for its own.
    ///
    /// - Returns: whether it is another one than before.
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
        let lines = page.lines(at: step, height: height - 1, extra: extra)
        let keys = canvas.measure.truncate(StepWords.keys(canvas.language), to: canvas.width)
        terminal.show(lines + Array(repeating: "", count: max(0, height - 1 - lines.count)) + [keys])
    }

    /// - Returns: whether it goes on.
    private mutating func take(_ key: RawTerminal.Key, on terminal: RawTerminal, _ ending: Ending) -> Bool {
        if key == .redraw { return true }
        extra = []
        isPlaying = false
        switch key {
        case .end, .character("q"): return false
        case .enter, .right: step = min(step + 1, page.count - 1)
        case .backspace, .left: step = max(step - 1, 0)
        case .character("a"): isPlaying = step + 1 < page.count
        case .character("b"): extra = page.header(step)
        case .character("w"): extra = page.why(step)
        case .character("d"): change(.drop, "drop", on: terminal, ending)
        case .character("u"): change(.duplicate, "duplicate", on: terminal, ending)
        case .character("h"): change(.hold(Self.hold), "hold", on: terminal, ending)
        default: break
        }
        return true
    }

    /// Does something to the segment that is on its way: plays it again from the start. Where that fails, or nobody waits for
    /// it, everything stays as it was.
    private mutating func change(
        _ action: Intervention.Action, _ verb: String, on terminal: RawTerminal, _ ending: Ending
    ) {
        let words = Paragraph(canvas: canvas)
        guard let choice = page.choice(step) else {
            extra = words.lines(StepWords.nothingToChange(canvas.language))
            return
        }
        let intervention = Intervention(action, choice)
        extra = words.lines(StepWords.playing(canvas.language))
        draw(on: terminal)
        var changed = plan
        changed.interventions.append(intervention)
        do {
            let record = try run(changed) {
                if terminal.wantsEnd() { ending.set() }
                return ending.isSet
            }
            guard let next = StepPage(record, canvas: canvas) else { return extra = [] }
            let place = page.place(of: choice, at: step)
            (plan, page) = (changed, next)
            step = min(page.step(like: place) ?? step, page.count - 1)
            let told = record.unmatched.contains(intervention) ? StepWords.missed : StepWords.again
            extra = words.lines(told("\(verb) \(intervention.segment)")(canvas.language))
        } catch let failure as Failure {
            extra = words.lines(failure.what(canvas.language))
        } catch {
            extra = []
        }
    }
}
