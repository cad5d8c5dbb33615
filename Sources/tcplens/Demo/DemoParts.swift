import CaptureFile
import FlatMemory
import Narration
import Pictures
import Scenes
import Stories
import TCPState
import TCPWire
import Tracking

/// The parts of the demo's page about the connection, which are the same wherever it took place.
struct DemoParts {
    let absolute: Bool
    let canvas: Canvas
    /// The time from which all times are counted.
    let start: Timestamp

    private var language: Language { canvas.language }

    func paragraph(_ text: Text) -> [String] {
        Paragraph(canvas: canvas).lines(text(language), hanging: text(language).hasPrefix("#") ? 3 : 0)
    }

    func section(_ number: Int, _ title: Text, _ body: [String]) -> [String] {
        ["", StyledText.heading("\(number). " + title(language), canvas)] + body
    }

    func milliseconds(_ time: Timestamp) -> String {
        String(time.nanoseconds(since: start), unit: 1_000_000, decimals: 3)
    }

    // MARK: What the programs did

    func programs(_ events: [DemoDiary.Entry]) -> [String] {
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

    // MARK: Step by step

    func explanation(_ story: ConnectionStory) -> [String] { Explanation.steps(of: story).flatMap { paragraph($0) } }

    // MARK: The picture

    /// Nanoseconds without a segment that the ladder shows as a gap. A delayed ACK takes 40 ms, and must not appear as
    /// one.
    static let silence: Int64 = 250_000_000

    /// The scene that is drawn, the same in every output format.
    static func scene(_ story: ConnectionStory, moments: [Scene.Moment] = []) -> Scene {
        Scene(story: story, title: DemoWords.sceneTitle, keepsPayload: true, moments: moments, footer: story.summary)
    }

    func ladder(_ story: ConnectionStory, moments: [Scene.Moment] = []) -> [String] {
        Ladder(canvas: canvas, legend: .letters, absoluteNumbers: absolute, silence: Self.silence)
            .lines(Self.scene(story, moments: moments))
    }

    // MARK: Headers

    func headers(_ story: ConnectionStory) -> [String] {
        guard let handshake = Handshake(story) else { return [] }
        var table = TableText(
            [TableText.Column(DemoWords.field, importance: 9)]
                + handshake.steps.map {
                    TableText.Column(
                        Text(verbatim: "#\($0.segment.number) \($0.segment.header.flags)"), importance: 8, minimum: 10)
                }, canvas: canvas)
        for row in handshake.rows { table.add([row.name(language)] + row.values) }
        let rules = handshake.checks.flatMap {
            Paragraph(canvas: canvas).lines($0.text(language), first: "  ", hanging: 4)
        }
        let note = handshake.hasUnfilledChecksum ? paragraph(DemoWords.checksumNote) : []
        return table.lines() + note + paragraph(DemoWords.rule) + rules
    }

    // MARK: States

    /// - Parameter note: the explanation of the table's last column.
    func states(_ paths: [StatePath], of story: ConnectionStory?, note: Text) -> [String] {
        paths.filter { !$0.entries.isEmpty }.flatMap { path -> [String] in
            let party = path.party
            var table = TableText(
                [
                    TableText.Column(party.text, importance: 9, minimum: 12),
                    TableText.Column(Text(verbatim: "ms"), .right, importance: 8),
                    TableText.Column(DemoWords.cause, importance: 6, minimum: 6),
                    TableText.Column(DemoWords.knownFrom, importance: 7, minimum: 8),
                ], canvas: canvas)
            for entry in path.entries {
                table.add([
                    entry.state.name, entry.time.map(milliseconds) ?? "-", cause(entry, party, story),
                    DemoWords.provenance(entry, seenAt: entry.seenLater.map(milliseconds))(language),
                ])
            }
            return table.lines()
        } + paragraph(note)
    }

    private func cause(_ entry: StatePath.Entry, _ party: Party, _ story: ConnectionStory?) -> String {
        guard let number = entry.cause, let step = story?.steps.first(where: { $0.segment.number == number }) else {
            let moment = story?.testimony?.moments.first {
                $0.party == party && $0.time == entry.time && $0.state == entry.state
            }
            return moment?.what(language) ?? "-"
        }
        let verb = step.sender == party ? DemoWords.sends : DemoWords.receives
        return "\(verb(language)) #\(number) \(step.segment.header.flags)"
    }
}

/// Text with a style, where the canvas has colors.
enum StyledText {
    static func heading(_ text: String, _ canvas: Canvas) -> String {
        canvas.colour == .none ? text : "\u{1b}[1m\(text)\u{1b}[0m"
    }
}
