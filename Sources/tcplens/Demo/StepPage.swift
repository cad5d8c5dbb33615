import Lab
import LinuxKernel
import Narration
import Pictures
import Scenes
import Stories
import TCPState
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

    private var language: Language { canvas.language }

    private let unmatched: [Intervention]
    /// Where it took place, and why there.
    private let place: Text

    /// `nil` where not even a SYN was sent.
    init?(_ record: Experiment.Record, canvas: Canvas) {
        guard let story = record.story else { return nil }
        (self.story, sockets, unmatched) = (story, record.sockets, record.unmatched)
        place = DemoWords.place(record.place, record.refusals)
        self.canvas = canvas
        steps = SceneSteps(DemoParts.scene(story))
    }

    var count: Int { steps.steps.count }

    /// - Parameters:
    ///   - height: at most so many lines; the ladder's oldest rows give way.
    ///   - extra: what stands below instead of what comes next.
    func lines(at step: Int, height: Int, extra: [String] = []) -> [String] {
        // A line that is too long would move all others.
        let head = canvas.measure.truncate(
            StepWords.step(step + 1, of: count)(language) + "  " + now(step)(language), to: canvas.width)
        // What needs all the room has it.
        if extra.count > height / 2 { return Array(([StyledText.heading(head, canvas)] + extra).prefix(height)) }
        var below = [""] + ends(after: step)
        below += extra.isEmpty ? paragraph(coming(after: step)) : extra
        let ladder = Ladder(canvas: canvas, legend: .provenance, silence: DemoParts.silence).lines(
            steps.scene(after: step))
        // Title and names stay.
        let top = Array(ladder.prefix(2))
        let room = max(1, height - 1 - below.count - top.count)
        let rows = ladder.dropFirst(2).suffix(room)
        return Array(([StyledText.heading(head, canvas)] + top + rows + below).prefix(height))
    }

    /// How the segment on its way is called, the same when it is played again: by its sender, its flags, and which of those it is.
    func choice(_ step: Int) -> Intervention.Choice? {
        guard let number = steps.underWay(after: step)?.number,
            let segment = story.steps.first(where: { $0.segment.number == number })
        else { return nil }
        let alike = story.steps.filter {
            $0.sender == segment.sender && $0.segment.header.flags == segment.segment.header.flags
                && $0.account?.original == nil && $0.segment.number <= number
        }
        guard segment.account?.original == nil else { return .number(number) }
        return .flags(segment.sender, segment.segment.header.flags, count: alike.count)
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

    /// All steps one below the other, and the whole ladder at the end: for a pipe, or a terminal that nobody sits at.
    var transcript: [String] {
        var lines = opening + [""]
        for step in 0..<count {
            lines.append(StepWords.step(step + 1, of: count)(language) + "  " + now(step)(language))
            lines += ends(after: step).map { "  " + $0 }
        }
        lines.append("")
        if !unmatched.isEmpty {
            let last = story.steps.last?.segment.number ?? 0
            lines += paragraph(DemoWords.unmatched(unmatched.map(\.segment), last: last)) + [""]
        }
        return lines
            + Ladder(canvas: canvas, legend: .letters, silence: DemoParts.silence).lines(steps.scene)
    }

    private func paragraph(_ text: Text) -> [String] { Paragraph(canvas: canvas).lines(text(language)) }

    // MARK: What happens

    private func name(_ lane: Int) -> Text { lane == 0 ? PictureWords.client : PictureWords.server }

    /// What has just happened.
    private func now(_ step: Int) -> Text {
        tell(
            step, leaves: StepWords.leaves, arrives: StepWords.arrives, lost: StepWords.isLost)
    }

    /// What is about to happen.
    private func coming(after step: Int) -> Text {
        guard step + 1 < count else { return StepWords.end }
        let next = tell(
            step + 1, leaves: StepWords.willLeave, arrives: StepWords.willArrive, lost: StepWords.willBeLost)
        return Text(
            en: StepWords.next.english + next.english, zh: StepWords.next.chinese + next.chinese)
    }

    private func tell(
        _ step: Int, leaves: (Int, String, Text) -> Text, arrives: (Int, String, Text) -> Text,
        lost: (Int, String) -> Text
    ) -> Text {
        guard let segment = steps.segment(of: step) else {
            guard case .moment(let moment) = steps.scene.rows[steps.steps[step].row] else { return Text(verbatim: "") }
            return StepWords.calls(moment.what, name(moment.end.lane))
        }
        let flags = segment.flags.description
        switch steps.steps[step].kind {
        case .departure: return leaves(segment.number, flags, name(segment.sender.lane))
        case .arrival, .moment: return arrives(segment.number, flags, name(segment.receiver.lane))
        case .loss: return lost(segment.number, flags)
        }
    }

    /// What a step's segment does; `nil` for a call.
    func why(_ step: Int) -> [String] {
        guard let segment = steps.segment(of: step),
            let told = story.steps.first(where: { $0.segment.number == segment.number }).flatMap({
                Explanation.explained($0, in: story)
            })
        else { return [] }
        return paragraph(told)
    }

    /// A step's segment's header; empty for a call.
    func header(_ step: Int) -> [String] {
        guard let segment = steps.segment(of: step),
            let own = story.steps.first(where: { $0.segment.number == segment.number })?.segment
        else { return [] }
        return HeaderDiagram(canvas: canvas).lines(HeaderDiagram.Values(own.header, in: own.frame))
    }

    // MARK: Both ends

    private func ends(after step: Int) -> [String] {
        let marks = steps.marks(after: step)
        let entries = sockets(after: step)
        return Party.allCases.enumerated().flatMap { lane, party -> [String] in
            if let entry = entries?[party] {
                let told = StepWords.socket(name(lane), entry)(language)
                return [canvas.measure.truncate(told, to: canvas.width - 2)]
            }
            let state = marks.indices.contains(lane) ? marks[lane]?.state : nil
            if entries != nil { return paragraph(StepWords.noSocket(name(lane), listens: state == .listen)) }
            return ["\(name(lane)(language))  \(state?.name ?? "?")"]
        }
    }

    /// Both ends' sockets at that moment; `nil` where no kernel was asked.
    private func sockets(after step: Int) -> [Party: SocketEntry]? {
        guard let sockets else { return nil }
        let kind = steps.steps[step].kind
        if let segment = steps.segment(of: step) {
            let kept = kind == .departure || kind == .loss ? sockets.departures : sockets.arrivals
            return kept.indices.contains(segment.number - 1) ? kept[segment.number - 1] : nil
        }
        // The calls' rows stand in their order.
        let calls = steps.scene.rows[...steps.steps[step].row].count { row in
            if case .moment(let moment) = row, case .segment = moment.cause { return false }
            if case .moment = row { return true }
            return false
        }
        return sockets.calls.indices.contains(calls - 1) ? sockets.calls[calls - 1] : nil
    }
}
