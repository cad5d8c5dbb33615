import CaptureFile
import Lab
import Narration
import Pictures
import Stories
import TCPState
import TCPWire
import Tracking

/// The demo on our own TCP as a page of text. It has the same parts as that of the kernel's TCP except the socket
/// tables, and also gives the reasons for each segment.
struct StackDemoPage {
    let record: StackExperiment.Record
    let absolute: Bool
    let plan: WirePlan
    let capturePath: String?
    let canvas: Canvas

    private var language: Language { canvas.language }
    private var story: ConnectionStory { record.story }

    func lines() -> [String] {
        let parts = DemoParts(absolute: absolute, canvas: canvas, start: record.start)
        var lines = [StyledText.heading(DemoWords.stackTitle(language), canvas)]
        lines += record.introduction.flatMap { parts.paragraph($0) }
        lines += parts.section(1, DemoWords.call, parts.paragraph(Explanation.telephoneCall))
        lines += parts.section(2, DemoWords.programs, parts.programs(DemoDiary(record).entries))
        lines += parts.section(3, DemoWords.stackPicture, picture(parts))
        var number = 4
        // Parts without content are left out: without a complete handshake, for example, there are no three headers to
        // compare.
        for (title, body) in [
            (DemoWords.headers, parts.headers(story)), (DemoWords.states, states(parts)),
            (DemoWords.explanation, parts.explanation(story)),
        ] where !body.isEmpty {
            lines += parts.section(number, title, body)
            number += 1
        }
        lines.append("")
        if let capturePath { lines += parts.paragraph(DemoWords.stackSaved(capturePath)) }
        let loses = record.unmatched.count < plan.interventions.count
        return lines
            + DemoWords.stackNext(savedAs: capturePath, absolute: absolute, loses: loses).map { $0(language) }
    }

    private func picture(_ parts: DemoParts) -> [String] {
        let numbers = [story.record.client.initialSequence.rawValue] + record.furtherInitialNumbers
        return parts.ladder(story) + (absolute ? parts.paragraph(DemoWords.stackNumbers(numbers)) : [])
    }

    private func states(_ parts: DemoParts) -> [String] {
        parts.states(Party.allCases.map { story.path(of: $0) }, of: story, note: DemoWords.stackStatesNote)
    }
}

extension StackExperiment.Record {
    /// The introductory paragraphs: who the two ends are, why the experiment ran on our own TCP, and which
    /// interventions did not happen as requested.
    var introduction: [Text] {
        var texts = [DemoWords.stackWhat(client: story.client.description, server: story.server.description)]
        if !refusals.isEmpty { texts.append(DemoWords.place(.stack, refusals)) }
        texts += Experiment.Record(self).notesOnPlan
        return texts
    }
}
