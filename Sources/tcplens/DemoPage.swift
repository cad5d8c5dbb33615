import CaptureFile
import Connections
import Lab
import LinuxKernel
import Narration
import Pictures
import TCPState
import TCPWire

/// The demo as a page of text.
struct DemoPage {
    let record: Experiment.Record
    /// `nil` where packets could not be captured.
    let story: ConnectionStory?
    let privilege: Privilege
    let absolute: Bool
    let capturePath: String?
    let canvas: Canvas

    private var language: Language { canvas.language }

    func lines() -> [String] {
        var lines = opening()
        lines += section(1, DemoWords.call, paragraph(Explanation.telephoneCall))
        lines += section(2, DemoWords.programs, programs())
        if let story {
            lines += section(3, DemoWords.picture, picture(story))
            lines += section(4, DemoWords.headers, headers(story))
        }
        lines += section(story == nil ? 3 : 5, DemoWords.states, states())
        lines += section(story == nil ? 4 : 6, DemoWords.tables, tables())
        if let story {
            lines += section(7, DemoWords.explanation, Explanation.steps(of: story).flatMap { paragraph($0) })
        }
        return lines + closing()
    }

    private func paragraph(_ text: Text) -> [String] {
        Paragraph(canvas: canvas).lines(text(language), hanging: text(language).hasPrefix("#") ? 3 : 0)
    }

    private func section(_ number: Int, _ title: Text, _ body: [String]) -> [String] {
        ["", StyledText.heading("\(number). " + title(language), canvas)] + body
    }

    private func opening() -> [String] {
        var lines = [StyledText.heading(DemoWords.title(language), canvas)]
        let packets = story?.steps.count
        lines += paragraph(
            DemoWords.what(
                client: record.client.description, server: record.server.description,
                kernel: KernelVersion.current.description, packets: packets,
                lost: record.recording.map { Int($0.statistics.droppedByKernel) } ?? 0))
        if let taken = record.takenPort { lines += paragraph(DemoWords.portTaken(taken, used: record.server.port)) }
        switch privilege {
        case .here, .elsewhere: break
        case .inside: lines += paragraph(DemoWords.inside)
        case .nowhere(let refusal): lines += paragraph(DemoWords.nowhere(refusal.error.description))
        }
        return lines
    }

    private var start: Timestamp {
        story?.steps.first?.segment.time ?? record.dial.steps.first?.time ?? Timestamp(nanoseconds: 0)
    }

    private func milliseconds(_ time: Timestamp) -> String {
        decimal(Double(time.nanoseconds(since: start)) / 1e6, 3)
    }

    // MARK: What the programs did

    private func programs() -> [String] {
        let events = DemoDiary(record: record, story: story).entries
        var table = TableText(
            [
                TableText.Column(Text(verbatim: "ms"), .right, importance: 9),
                TableText.Column(Text(en: "who", zh: "角色"), importance: 8),
                TableText.Column(Text(en: "what", zh: "动作"), importance: 7, minimum: 10),
            ], canvas: canvas)
        for event in events {
            table.add([milliseconds(event.time), event.party.text(language), event.text(language)])
        }
        return table.lines()
    }

    // MARK: The picture

    private func picture(_ story: ConnectionStory) -> [String] {
        var options = Scene.StoryOptions()
        options.absoluteNumbers = absolute
        options.showsPayload = true
        // A delayed ACK takes 40 ms: part of the picture, no tear in it.
        options.silence = 250_000_000
        let moments = record.dial.steps.compactMap { step -> Scene.Moment? in
            let time = step.time.nanoseconds(since: start)
            switch step.kind {
            case .connecting where time <= 0:
                return Scene.Moment(time: time, lane: 0, what: "connect()", marks: [])
            case .established: return Scene.Moment(time: time, lane: 0, what: "connect() = OK", marks: [])
            default: return nil
            }
        }
        let scene = Scene(
            story: story, title: DemoWords.sceneTitle, options: options, moments: moments, footer: story.summary)
        var lines = Ladder(canvas: canvas, legend: .letters).lines(scene)
        if absolute {
            let numbers = [story.record.client.initialSequence.rawValue] + record.furtherInitialNumbers
            lines += paragraph(DemoWords.randomNumbers(numbers))
        }
        return lines
    }

    // MARK: Headers

    private func headers(_ story: ConnectionStory) -> [String] {
        guard let handshake = Handshake(story) else { return [] }
        var table = TableText(
            [TableText.Column(DemoWords.field, importance: 9)]
                + handshake.steps.map {
                    TableText.Column(
                        Text(verbatim: "#\($0.segment.number) \($0.segment.header.flags)"), importance: 8, minimum: 10)
                }, canvas: canvas)
        for row in handshake.rows { table.add([row.name(language)] + row.values) }
        let rules = handshake.rules.flatMap { Paragraph(canvas: canvas).lines($0(language), first: "  ", hanging: 4) }
        let note = handshake.hasUnfilledChecksum ? paragraph(DemoWords.checksumNote) : []
        return table.lines() + note + paragraph(DemoWords.rule) + rules
    }

    // MARK: States

    private func states() -> [String] {
        Party.allCases.flatMap { party -> [String] in
            let path =
                story?.path(of: party, observations: record.observations)
                ?? StatePath(party: party, observations: record.observations)
            var table = TableText(
                [
                    TableText.Column(party.text, importance: 9, minimum: 12),
                    TableText.Column(Text(verbatim: "ms"), .right, importance: 8),
                    TableText.Column(DemoWords.cause, importance: 6, minimum: 6),
                    TableText.Column(DemoWords.knownFrom, importance: 7, minimum: 8),
                ], canvas: canvas)
            for entry in path.entries {
                table.add([
                    entry.state.name, entry.time.map(milliseconds) ?? "-", cause(entry, party),
                    DemoWords.provenance(entry, seenAt: entry.observed.map(milliseconds))(language),
                ])
            }
            return table.lines()
        } + paragraph(story == nil ? DemoWords.kernelNote : DemoWords.statesNote)
    }

    private func cause(_ entry: StatePath.Entry, _ party: Party) -> String {
        guard let number = entry.cause, let step = story?.steps.first(where: { $0.segment.number == number }) else {
            return "-"
        }
        let verb = step.sender == party ? DemoWords.sends : DemoWords.receives
        return "\(verb(language)) #\(number) \(step.segment.header.flags)"
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
        }
    }

    // MARK: The end

    private func closing() -> [String] {
        var lines = [""]
        if let capturePath, story != nil { lines += paragraph(DemoWords.saved(capturePath)) }
        if case .nowhere = privilege { lines += Privilege.advice.map { $0(language) } }
        guard story != nil else { return lines }
        return lines + DemoWords.next(savedAs: capturePath, absolute: absolute).map { $0(language) }
    }
}

/// A line with a style, where the canvas has colours.
enum StyledText {
    static func heading(_ text: String, _ canvas: Canvas) -> String {
        canvas.colour == .none ? text : "\u{1b}[1m\(text)\u{1b}[0m"
    }
}
