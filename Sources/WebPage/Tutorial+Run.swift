import CaptureFile
import Drawings
import Narration
import Scenes
import Stories
import TCPState
import TCPWire
import Tracking

/// The chapters about the experiment, the states and the socket table.
extension Tutorial {
    // MARK: 3

    func runChapter(_ drawn: inout SharedStyle) -> HTML {
        var chapter: HTML = "<p>\(TutorialWords.runIntroduction)</p>\n"
        let done = actions.map { action -> [HTML] in
            ["\(Self.milliseconds(action.time))", "\(action.party.text)", "\(action.text)"]
        }
        chapter += "<h3>\(DemoWords.programs)</h3>\n"
        chapter += HTML.table(
            ["ms", "\(Text(en: "who", zh: "角色"))", "\(Text(en: "what", zh: "动作"))"], done,
            id: "calls", class: "actions", title: "\(DemoWords.programs)")
        if !tables.isEmpty { chapter += "<p class=\"small\">\(TutorialWords.heldClient)</p>\n" }
        return chapter + "<h3>\(PageWords.ladder)</h3>\n" + ladder(nil, &drawn) + sums
    }

    /// The ladder, and the list of its events.
    ///
    /// - Parameter language: the language of a long ladder's only drawing; `nil` if the ladder is short.
    func ladder(_ language: Language?, _ drawn: inout SharedStyle) -> HTML {
        let isLong = rows.count > LadderFigure.longest
        var sentences = EventSentences(lanes: scene.lanes, milliseconds: Self.milliseconds)
        sentences.tellsEachState = !isLong
        if !isLong {
            for step in story.steps {
                sentences.explanations[step.segment.key] = explanation(of: step)
            }
        }
        let figure = LadderFigure(
            scene: scene, silence: silence, hasTimes: !isLong, only: isLong ? language ?? .english : nil)
        return """
            <p class="small">\(PageWords.ladderHint)</p>
            <div id="stage">
            <figure id="ladder">\(figure.html(&drawn))</figure>
            <aside id="side" class="scripted" hidden><div id="inspector"></div><div id="machine-here"></div></aside>
            </div>
            <h3>\(PageWords.list)</h3>
            <p class="small">\(PageWords.letters(sources))</p>
            <div id="events">
            \(isLong ? sentences.html(rows, partSize: LadderFigure.partSize) : sentences.html(rows))</div>

            """
    }

    /// The ways in which the states of the list are known.
    private var sources: [Provenance] {
        let known = rows.flatMap(\.marks).compactMap { $0?.state == nil ? nil : $0?.provenance }
        return [.kernel, .wire, .stack, .inferred].filter(known.contains)
    }

    /// What a segment does, and what its time shows (for example that its ACK was delayed).
    private func explanation(of step: ConnectionStory.Step) -> Text? {
        guard let told = Explanation.explained(step, in: story) else { return nil }
        let details = step.labels.filter { $0.label.entry.prominence == .detail }.map(\.comment)
        return Text(
            en: ([told] + details).map(\.english).joined(separator: " "),
            zh: ([told] + details).map(\.chinese).joined())
    }

    /// How acknowledgment numbers are computed, with relative numbers and with those of the headers.
    var sums: HTML {
        let items = rows.compactMap { row -> HTML? in
            guard let answer = row.answer, let step = row.step, let ack = step.acknowledgment,
                let question = story.steps.first(where: { $0.segment.number == answer.number })
            else { return nil }
            let flags = question.segment.header.flags
            // The same segment was answered before, and this ACK covers nothing new.
            if step.covers.octets == 0, !step.covers.syn, !step.covers.fin { return nil }
            let rule =
                answer.octets > 0
                ? TutorialWords.dataRule(
                    answer.number, sequence: question.sequence.value, length: answer.octets, step.segment.number,
                    ack: ack.value)
                : TutorialWords.phantomRule(
                    answer.number, flags.contains(.syn) ? "SYN" : "FIN", step.segment.number, ack: ack.value)
            let holds = ack.raw == question.sequence.raw &+ answer.advance
            return """
                <li><p>\(rule)</p><p class="evidence">\(TutorialWords.realNumbers)\(EventSentences.colon)<code>\(question.sequence.raw) + \(answer.advance) = \(ack.raw)</code> \(holds ? TutorialWords.holds : TutorialWords.fails)</p></li>

                """
        }
        guard !items.isEmpty else { return "" }
        return
            "<h3 id=\"sums\">\(TutorialWords.numbersAddUp)</h3>\n<ul class=\"plain\">\n\(items.joined())</ul>\n\(sequenceGoesOn)"
    }

    /// Why the first data has the same sequence number as the ACK before it; empty if it has not.
    private var sequenceGoesOn: HTML {
        guard let handshake else { return "" }
        let ack = handshake.steps[2]
        guard ack.sequence.value == 1, ack.segment.header.payloadLength == 0,
            let data = story.steps.first(where: {
                $0.sender == ack.sender && $0.segment.number > ack.segment.number
            }), data.sequence.value == 1
        else { return "" }
        let told = TutorialWords.sequenceGoesOn(
            handshake.steps[0].segment.number, ack.segment.number, data.segment.number)
        return "<p>\(told)</p>\n"
    }

    // MARK: 4

    var machineChapter: HTML {
        var chapter: HTML = "<p>\(TutorialWords.machineIntroduction)</p>\n"
        if let handshake { chapter += "<h3>\(TutorialWords.firstThree)</h3>\n" + states(after: handshake) }
        chapter +=
            "<figure id=\"diagram\">\(StateDiagram(paths: paths).svg)<figcaption>\(TutorialWords.diagram) \(TutorialWords.anyState)</figcaption></figure>\n"
        chapter += "<h3>\(DemoWords.states)</h3>\n"
        for path in paths where !path.entries.isEmpty {
            let entries = path.entries.map { entry -> [HTML] in
                [
                    "<b>\(entry.state.name)</b>",
                    "\(entry.time.map { Self.milliseconds($0.nanoseconds(since: start)) } ?? "-")",
                    cause(entry, path.party),
                    "\(DemoWords.provenance(entry, seenAt: entry.seenLater.map { Self.milliseconds($0.nanoseconds(since: start)) }))",
                ]
            }
            chapter += HTML.table(
                ["\(path.party.text)", "ms", "\(DemoWords.cause)", "\(DemoWords.knownFrom)"], entries,
                id: "path-of-\(path.party.rawValue)", class: "paths",
                title: "\(DemoWords.states)\(EventSentences.colon)\(path.party.text)")
        }
        if paths.contains(where: { $0.entries.contains { $0.seenLater != nil } }) {
            chapter += "<p class=\"small\">\(TutorialWords.whenKnown)</p>\n"
        }
        if let waiting {
            let last = story.steps.last { $0.sender == waiting && $0.covers.fin }
            chapter +=
                "<h3>\(TutorialWords.whyTimeWait)</h3>\n<p>\(TutorialWords.timeWait(waiting, lastAck: last?.segment.number))</p>\n"
        }
        return chapter
    }

    /// The states of both ends after each segment of the handshake.
    private func states(after handshake: Handshake) -> HTML {
        func cell(_ state: ConnectionStory.EndState) -> HTML {
            guard let name = state.state?.name else { return "\(PageWords.unknownState)" }
            return "<b>\(name)</b> <abbr>\(String(state.provenance.letter))</abbr>"
        }
        let before: [HTML] = ["\(TutorialWords.before)", cell(story.clientBefore), cell(story.serverBefore)]
        let rows = handshake.steps.map { step -> [HTML] in
            [
                "<a class=\"pick\" href=\"#row-\(step.segment.rowName)\">#\(step.segment.number)</a> \(step.segment.header.flags.description)",
                cell(step.client), cell(step.server),
            ]
        }
        return HTML.table(
            ["\(TutorialWords.segment)", "\(PictureWords.client)", "\(PictureWords.server)"], [before] + rows,
            id: "first-three", class: "states", title: "\(TutorialWords.firstThree)")
    }

    private func cause(_ entry: StatePath.Entry, _ party: Party) -> HTML {
        guard let number = entry.cause, let step = story.steps.first(where: { $0.segment.number == number }) else {
            let moment = story.testimony?.moments.first {
                $0.party == party && $0.time == entry.time && $0.state == entry.state
            }
            return moment.map { "\($0.what)" } ?? "-"
        }
        let verb = step.sender == party ? DemoWords.sends : DemoWords.receives
        return "\(verb) #\(number) \(step.segment.header.flags.description)"
    }

    // MARK: 5

    var tablesChapter: HTML {
        let shown = tables.enumerated().map { place, table in
            HTML.table(
                table.columns.map { "\($0)" }, table.rows.map { $0.map { "\($0)" as HTML } },
                id: "sockets-\(place + 1)", class: "sockets", title: "\(table.caption)", isTitled: true)
        }
        return
            "<p>\(TutorialWords.tablesIntroduction)</p>\n\(shown.joined())<p class=\"small\">\(TutorialWords.tableWords)</p>\n"
    }
}
