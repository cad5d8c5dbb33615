import Lab
import LinuxKernel
import Narration
import Pictures
import Scenes
import Stories
import TCPWire
import Tracking

/// The experiment at one of its steps, as lines of text: the ladder as far as it has come, both ends' sockets as their kernels
/// listed them, and what comes next.
struct StepPage {
    /// As the kernels listed them; `nil` where it was our own TCP.
    let sockets: Experiment.Sockets?
    let story: ConnectionStory
    let steps: SceneSteps
    var canvas: Canvas
    /// What did not happen as it was asked for.
    let notes: [Text]

    /// Where it took place, and why there.
    private let place: Text

    var language: Language { canvas.language }

    /// `nil` where not even a SYN was sent.
    init?(_ record: Experiment.Record, canvas: Canvas) {
        guard let story = record.story else { return nil }
        (self.story, sockets, notes) = (story, record.sockets, record.notesOnPlan)
        place = DemoWords.place(record.place, record.refusals)
        self.canvas = canvas
        steps = SceneSteps(DemoParts.scene(story))
    }

    var count: Int { steps.steps.count }

    /// What stands beneath both ends.
    struct Beneath {
        /// What is done to the segments; `nil` where nothing is.
        var changes: Text?
        /// Instead of what comes next.
        var extra: [String] = []
        /// What is asked, instead of what comes next.
        var question: [String] = []
    }

    /// So many rows the ladder has before the kernel's measures and counters have a line.
    private static let fewRows = 5

    /// - Parameter height: at most so many lines; the ladder's oldest rows give way, and before them what is told besides.
    func lines(at step: Int, height: Int, _ beneath: Beneath = Beneath()) -> [String] {
        // A line that is too long would move all others.
        let head = StyledText.heading(fitted(title(step)), canvas)
        // What needs all the room has it.
        if beneath.extra.count > height / 2 { return Array(([head] + beneath.extra).prefix(height)) }
        let told = beneath.extra + beneath.question
        let end = told.isEmpty ? paragraph(coming(after: step)) : told
        let changes = beneath.changes.map { [fitted($0(language))] } ?? []
        let ladder = Ladder(canvas: canvas, legend: .provenance, silence: DemoParts.silence).lines(
            steps.scene(after: step))
        // Title and names stay.
        let top = Array(ladder.prefix(2))
        func room(_ below: [String]) -> Int { height - 1 - top.count - below.count }
        let (short, long) = (ends(after: step, isLong: false), ends(after: step, isLong: true))
        let (counts, few) = (counted(step, atMost: 2), counted(step, atMost: 1))
        let choices = [
            [""] + long + counts + changes + (told.isEmpty ? made(step) : []), [""] + long + counts + changes,
            [""] + short + few + changes,
        ]
        let below = (choices.first { room($0 + end) >= Self.fewRows } ?? short + changes) + end
        let rows = ladder.dropFirst(2).suffix(max(1, room(below)))
        // What is asked, and what comes next, stands last and is always there.
        return [head] + (top + rows + below).suffix(height - 1)
    }

    /// All steps one below the other, and the whole ladder at the end: for a pipe, or a terminal that nobody sits at.
    ///
    /// - Parameters:
    ///   - changes: what is done to the segments; `nil` where nothing is.
    ///   - asking: whether each arrival is asked about before, and the answer told behind it.
    func transcript(_ changes: Text?, asking: Bool) -> [String] {
        var lines = opening + (changes.map { paragraph($0) } ?? []) + [""]
        var measures: [Party: String] = [:]
        for step in 0..<count {
            let prediction = asking ? steps.prediction(at: step) : nil
            if let prediction { lines += paragraph(question(prediction)) }
            lines.append(title(step))
            for party in Party.allCases {
                lines += end(party, after: step).map { "  " + $0 }
                // Once until they change.
                let measured = self.measures(of: party, after: step)
                if let measured, measures[party] != measured { lines.append("    " + measured) }
                measures[party] = measured
            }
            lines += counted(step) + made(step)
            if let prediction { lines += paragraph(PredictionWords.answer + answer(prediction)) }
        }
        lines.append("")
        for note in notes { lines += paragraph(note) + [""] }
        return lines
            + Ladder(canvas: canvas, legend: .letters, silence: DemoParts.silence).lines(steps.scene)
    }

    /// What a lost segment leaves behind, and what makes a loss good, at the step where it happens.
    private func made(_ step: Int) -> [String] {
        guard steps.steps[step].kind == .loss || steps.isArrival(step),
            let own = steps.segment(of: step).flatMap({ segment($0.number) })
        else { return [] }
        let told = RepairWords.sentences(on: own, in: story, withCounters: false)
        guard let first = told.first else { return [] }
        return paragraph(told.dropFirst().reduce(first) { $0 + Text(en: " " + $1.english, zh: $1.chinese) })
    }

    private func title(_ step: Int) -> String {
        StepWords.step(step + 1, of: count)(language) + "  " + now(step)(language)
    }

    func paragraph(_ text: Text) -> [String] { Paragraph(canvas: canvas).lines(text(language)) }

    /// In one line.
    func fitted(_ text: String) -> String { canvas.measure.truncate(text, to: canvas.width) }

    // MARK: Segments

    /// How the segment on its way is called, the same when it is played again: by its sender, its flags, and which of those it is.
    func choice(_ step: Int) -> Intervention.Choice? {
        guard let number = steps.underWay(after: step)?.number, let segment = segment(number) else { return nil }
        let alike = story.steps.filter {
            $0.sender == segment.sender && $0.segment.header.flags == segment.segment.header.flags
                && $0.account?.original == nil && $0.segment.number <= number
        }
        guard segment.account?.original == nil else { return .number(number) }
        return .flags(segment.sender, segment.segment.header.flags, count: alike.count)
    }

    /// The segment on its way, as a question names it, and its sender.
    func underWay(_ step: Int) -> (name: String, sender: Text)? {
        steps.underWay(after: step).map { ("#\($0.number) \($0.flags)", name($0.sender.lane)) }
    }

    /// Where a step stands beside a segment: how many steps behind its departure.
    func place(of choice: Intervention.Choice, at step: Int) -> (choice: Intervention.Choice, behind: Int) {
        (choice, departure(of: choice).map { step - $0 } ?? 0)
    }

    /// The step that stands as another page's did.
    func step(like place: (choice: Intervention.Choice, behind: Int)) -> Int? {
        departure(of: place.choice).map { $0 + max(0, place.behind) }
    }

    private func departure(of choice: Intervention.Choice) -> Int? {
        (0..<count).first { steps.steps[$0].kind == .departure && self.choice($0) == choice }
    }

    /// Where it took place, and why there.
    var opening: [String] { paragraph(place) }

    func segment(_ number: Int) -> ConnectionStory.Step? { story.steps.first { $0.segment.number == number } }

    func name(_ lane: Int) -> Text { lane == 0 ? PictureWords.client : PictureWords.server }
}
