import CaptureFile
import Lab
import LinuxKernel
import Narration
import Pictures
import Scenes
import Stories
import TCPState
import TCPWire
import Tracking

/// The demo as a page of text.
struct DemoPage {
    let record: Experiment.Record
    /// `nil` where packets could not be captured.
    let story: ConnectionStory?
    /// A run of the same experiment on our own TCP, which is shown where the kernel's packets could not be captured.
    let rehearsal: StackExperiment.Record?
    let privilege: Privilege
    let absolute: Bool
    let capturePath: String?
    let canvas: Canvas

    private var language: Language { canvas.language }

    func lines() -> [String] {
        let diary = DemoDiary(record)
        var lines = opening()
        lines += parts.section(1, DemoWords.call, parts.paragraph(Explanation.telephoneCall))
        lines += parts.section(2, DemoWords.programs, parts.programs(diary.entries))
        if let story {
            lines += parts.section(3, DemoWords.picture, picture(story))
            lines += parts.section(4, DemoWords.headers, parts.headers(story))
        }
        lines += parts.section(story == nil ? 3 : 5, DemoWords.states, states())
        lines += parts.section(story == nil ? 4 : 6, DemoWords.tables, tables())
        if let story {
            lines += parts.section(7, DemoWords.explanation, parts.explanation(story))
        } else if let rehearsal {
            let parts = DemoParts(absolute: absolute, canvas: canvas, start: rehearsal.start)
            lines += parts.section(
                5, DemoWords.rehearsal, parts.paragraph(DemoWords.rehearsalNote) + parts.ladder(rehearsal.story))
        }
        return lines + closing()
    }

    private var parts: DemoParts { DemoParts(absolute: absolute, canvas: canvas, start: start) }

    private func opening() -> [String] {
        [StyledText.heading(DemoWords.title(language), canvas)]
            + record.introduction(story, privilege).flatMap { parts.paragraph($0) }
    }

    private var start: Timestamp { record.start(story) }

    // MARK: The picture

    private func picture(_ story: ConnectionStory) -> [String] {
        var lines = parts.ladder(story, moments: record.sceneMoments(story))
        if absolute {
            let numbers = [story.record.client.initialSequence.rawValue] + record.furtherInitialNumbers
            lines += parts.paragraph(DemoWords.randomNumbers(numbers))
        }
        return lines
    }

    // MARK: States

    private func states() -> [String] {
        let paths = Party.allCases.map { party in
            story?.path(of: party)
                ?? StatePath(party: party, observations: record.observations)
        }
        let note =
            record.place.isWire ? DemoWords.wireNote : story == nil ? DemoWords.kernelNote : DemoWords.statesNote
        return parts.states(paths, of: story, note: note)
    }

    // MARK: Socket tables

    private func tables() -> [String] {
        record.tables.flatMap { moment -> [String] in
            var table = SocketTableText(canvas: canvas)
            let order = moment.sockets.sorted {
                ($0.state == .listen ? 0 : 1, $0.local) < ($1.state == .listen ? 0 : 1, $1.local)
            }
            for entry in order { table.add(entry) }
            return [DemoWords.moment(moment.moment)(language)] + table.lines()
        } + parts.paragraph(TutorialWords.tableWords)
            + (record.isPrivate ? parts.paragraph(DemoWords.tablesOfNamespaces) : [])
    }

    // MARK: The end

    private func closing() -> [String] {
        var lines = [""]
        if let capturePath, story != nil { lines += parts.paragraph(DemoWords.saved(capturePath)) }
        if case .nowhere = privilege, story == nil { lines += Privilege.advice.map { $0(language) } }
        guard story != nil else { return lines }
        return lines
            + DemoWords.next(savedAs: capturePath, absolute: absolute, isPrivate: record.isPrivate).map { $0(language) }
    }
}

extension Experiment.Record {
    /// The time from which all times are counted: that of the first packet, or else of the client's first step.
    func start(_ story: ConnectionStory?) -> Timestamp {
        story?.steps.first?.segment.time ?? dial.steps.first?.time ?? Timestamp(nanoseconds: 0)
    }

    /// Whether both ends are in private network namespaces, whose sockets other programs do not list.
    var isPrivate: Bool { place == .wire(.tunPair) || place == .wire(.vethPair) }

    /// The introductory paragraphs: who the two ends are, where the experiment ran, and how much of it could be
    /// observed.
    func introduction(_ story: ConnectionStory?, _ privilege: Privilege) -> [Text] {
        var texts = [
            place.isWire
                ? DemoWords.whatOnWire(
                    client: client.description, server: server.description, kernel: KernelVersion.current.description,
                    packets: story?.steps.count ?? 0)
                : DemoWords.what(
                    client: client.description, server: server.description, kernel: KernelVersion.current.description,
                    packets: story?.steps.count, lost: droppedByKernel ?? 0)
        ]
        if place != .loopback || !refusals.isEmpty { texts.append(DemoWords.place(place, refusals)) }
        if isCutOff { texts.append(DemoWords.cutOff) }
        texts += notesOnPlan
        if let takenPort { texts.append(DemoWords.portTaken(takenPort, used: server.port)) }
        switch privilege {
        case .here, .elsewhere: break
        case .inside: texts.append(place.isWire ? DemoWords.insideOnWire : DemoWords.inside)
        case .nowhere(let refusal): if story == nil { texts.append(DemoWords.nowhere(refusal.error)) }
        }
        return texts
    }

    /// Notes on the interventions that did not happen as requested.
    var notesOnPlan: [Text] {
        var notes: [Text] = []
        if !unmatched.isEmpty {
            notes.append(DemoWords.unmatched(unmatched.map(\.segment), last: story?.steps.last?.segment.number ?? 0))
        }
        if !overdue.isEmpty {
            notes.append(
                DemoWords.overdue(overdue.map(\.segment), after: Intervention.longestWait / 1_000_000_000))
        }
        return notes
    }

    /// The client's calls, to be drawn in the picture.
    func sceneMoments(_ story: ConnectionStory) -> [Scene.Moment] {
        // Where the story has testimony, it already contains the calls.
        guard story.testimony == nil else { return [] }
        let start = start(story)
        return dial.steps.compactMap { step -> Scene.Moment? in
            let time = step.time.nanoseconds(since: start)
            switch step.kind {
            case .connecting where time <= 0:
                return Scene.Moment(time: time, end: Scene.End(lane: 0), peer: 1, what: Text(verbatim: "connect()"))
            case .established:
                return Scene.Moment(
                    time: time, end: Scene.End(lane: 0), peer: 1, what: Text(verbatim: "connect() = OK"))
            default: return nil
            }
        }
    }
}
