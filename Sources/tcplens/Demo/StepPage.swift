import Lab
import LinuxKernel
import Narration
import Pictures
import Scenes
import Stories
import TCPWire
import Tracking

/// The experiment at one of its steps, as lines of text: the ladder up to that step, the sockets of both ends as their
/// kernels listed them, and what comes next.
struct StepPage {
    /// The sockets as the kernels listed them; `nil` for a run on our own TCP.
    let sockets: Experiment.Sockets?
    let story: ConnectionStory
    let steps: SceneSteps
    var canvas: Canvas
    /// Notes on the interventions that did not happen as requested.
    let notes: [Text]

    /// Where the experiment ran, and why there.
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

    /// The lines below those about both ends.
    struct Beneath {
        /// The interventions on segments; `nil` where there are none.
        var changes: Text?
        /// Lines that replace those on what comes next.
        var extra: [String] = []
        /// The lines of a question, which replace those on what comes next.
        var question: [String] = []
    }

    /// The number of rows that the ladder must keep for the kernel's measures and counters to be shown.
    private static let fewRows = 5

    /// - Parameter height: the largest number of lines. Where it does not suffice, the kernel's measures and counters
    ///   are left out first, then the oldest rows of the ladder.
    func lines(at step: Int, height: Int, _ beneath: Beneath = Beneath()) -> [String] {
        // A line wider than the terminal would be wrapped, and move all lines below it.
        let head = StyledText.heading(fitted(title(step)), canvas)
        // Extra lines that need more than half of the height get all of it.
        if beneath.extra.count > height / 2 { return Array(([head] + beneath.extra).prefix(height)) }
        let told = beneath.extra + beneath.question
        let end = told.isEmpty ? paragraph(coming(after: step)) : told
        let changes = beneath.changes.map { [fitted($0(language))] } ?? []
        let ladder = Ladder(canvas: canvas, legend: .provenance, silence: DemoParts.silence).lines(
            steps.scene(after: step))
        // The ladder's title and the names of its lanes are always shown.
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
        // The question, or what comes next, is at the end and always shown.
        return [head] + (top + rows + below).suffix(height - 1)
    }

    /// All steps one after the other, and the whole ladder at the end: for a pipe, or a terminal that no person uses.
    ///
    /// - Parameters:
    ///   - changes: the interventions on segments; `nil` where there are none.
    ///   - asking: whether each arrival is preceded by a question about it, and followed by the answer.
    func transcript(_ changes: Text?, asking: Bool) -> [String] {
        var lines = opening + (changes.map { paragraph($0) } ?? []) + [""]
        var measures: [Party: String] = [:]
        for step in 0..<count {
            let prediction = asking ? steps.prediction(at: step) : nil
            if let prediction { lines += paragraph(question(prediction)) }
            lines.append(title(step))
            for party in Party.allCases {
                lines += end(party, after: step).map { "  " + $0 }
                // Measures that have not changed are not repeated.
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

    /// Explains the effect of a lost segment, or how a loss is repaired, at the step where that happens.
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

    /// The text, cut to one line.
    func fitted(_ text: String) -> String { canvas.measure.truncate(text, to: canvas.width) }

    // MARK: Segments

    /// Identifies the segment that is on its way after a step, so that it can be found in another run: by its sender,
    /// its flags, and its position among the sender's segments with the same flags; a retransmission by its number.
    /// `nil` where no segment is on its way.
    func choice(_ step: Int) -> Intervention.Choice? {
        guard let number = steps.underWay(after: step)?.number, let segment = segment(number) else { return nil }
        let alike = story.steps.filter {
            $0.sender == segment.sender && $0.segment.header.flags == segment.segment.header.flags
                && $0.account?.original == nil && $0.segment.number <= number
        }
        guard segment.account?.original == nil else { return .number(number) }
        return .flags(segment.sender, segment.segment.header.flags, count: alike.count)
    }

    /// The segment that is on its way after a step, as a question names it, and its sender; `nil` where there is none.
    func underWay(_ step: Int) -> (name: String, sender: Text)? {
        steps.underWay(after: step).map { ("#\($0.number) \($0.flags)", name($0.sender.lane)) }
    }

    /// The position of a step relative to a segment: how many steps it comes after the segment's departure.
    func place(of choice: Intervention.Choice, at step: Int) -> (choice: Intervention.Choice, behind: Int) {
        (choice, departure(of: choice).map { step - $0 } ?? 0)
    }

    /// The step of this page that has the same position relative to a segment as a step of another page; `nil` where
    /// that segment does not depart here.
    func step(like place: (choice: Intervention.Choice, behind: Int)) -> Int? {
        departure(of: place.choice).map { $0 + max(0, place.behind) }
    }

    private func departure(of choice: Intervention.Choice) -> Int? {
        (0..<count).first { steps.steps[$0].kind == .departure && self.choice($0) == choice }
    }

    /// Where the experiment ran, and why there.
    var opening: [String] { paragraph(place) }

    func segment(_ number: Int) -> ConnectionStory.Step? { story.steps.first { $0.segment.number == number } }

    func name(_ lane: Int) -> Text { lane == 0 ? PictureWords.client : PictureWords.server }
}
