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
    private let canvas: Canvas
    private let run: (WirePlan) throws -> Experiment.Record
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
    init?(_ plan: WirePlan, canvas: Canvas, run: @escaping (WirePlan) throws -> Experiment.Record) throws {
        (self.plan, self.canvas, self.run) = (plan, canvas, run)
        guard let page = try Self.page(plan, canvas, run) else { return nil }
        self.page = page
    }

    private static func page(
        _ plan: WirePlan, _ canvas: Canvas, _ run: (WirePlan) throws -> Experiment.Record
    ) throws -> StepPage? {
        let record = try run(plan)
        return record.story.map { StepPage($0, record.sockets, canvas: canvas) }
    }

    /// Whether somebody wants it to end.
    private final class Ending: Sendable {
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
                guard isPlaying, quiet >= Self.pace else { continue }
                quiet = 0
                if step + 1 < page.count { step += 1 }
                isPlaying = step + 1 < page.count
            } else {
                quiet = 0
                guard try take(key) else { return }
            }
            draw(on: terminal)
        }
    }

    private func draw(on terminal: RawTerminal) {
        let height = RawTerminal.size.height
        let lines = page.lines(at: step, height: height - 1, extra: extra)
        let keys = canvas.measure.truncate(StepWords.keys(canvas.language), to: canvas.width)
        terminal.show(lines + Array(repeating: "", count: max(0, height - 1 - lines.count)) + [keys])
    }

    /// - Returns: whether it goes on.
    private mutating func take(_ key: RawTerminal.Key) throws -> Bool {
        extra = []
        isPlaying = false
        switch key {
        case .end, .character("q"): return false
        case .enter, .right: step = min(step + 1, page.count - 1)
        case .backspace, .left: step = max(step - 1, 0)
        case .character("a"): isPlaying = step + 1 < page.count
        case .character("b"): extra = page.header(step)
        case .character("w"): extra = page.why(step)
        case .character("d"): try change(.drop, "drop")
        case .character("u"): try change(.duplicate, "duplicate")
        case .character("h"): try change(.hold(Self.hold), "hold")
        default: break
        }
        return true
    }

    /// Does something to the segment that is on its way: plays it again from the start.
    private mutating func change(_ action: Intervention.Action, _ verb: String) throws {
        let words = Paragraph(canvas: canvas)
        guard let number = page.segmentUnderWay(step) else {
            extra = words.lines(StepWords.nothingToChange(canvas.language))
            return
        }
        plan.interventions.append(Intervention(action, .number(number)))
        if let next = try Self.page(plan, canvas, run) { page = next }
        step = min(step, page.count - 1)
        extra = words.lines(StepWords.again("\(verb) #\(number)")(canvas.language))
    }
}
