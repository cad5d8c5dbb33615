import CaptureFile
import Drawings
import Narration
import Scenes
import Stories
import TCPState
import TCPWire
import Tracking

/// The tutorial as one HTML file: its chapters, with the numbers of an experiment.
public struct Tutorial {
    /// A call of one of the two programs.
    public struct Action {
        /// Nanoseconds since the first segment.
        let time: Int64
        let party: Party
        let text: Text

        /// Creates an action of that end's program, at that time.
        public init(time: Int64, party: Party, text: Text) {
            self.time = time
            self.party = party
            self.text = text
        }
    }

    /// The socket table of the machine at one moment.
    public struct Table {
        let caption: Text
        let columns: [String]
        let rows: [[String]]

        /// Creates a table with one row for each socket.
        public init(caption: Text, columns: [String], rows: [[String]]) {
            self.caption = caption
            self.columns = columns
            self.rows = rows
        }
    }

    let story: ConnectionStory
    let scene: Scene
    let paths: [StatePath]
    let actions: [Action]
    let tables: [Table]
    /// Where the experiment ran and on which TCP: what a reader must know first.
    let opening: [Text]
    /// The longest pause, in nanoseconds, that is not shortened by a tear in the ladder.
    let silence: Int64
    let rows: [PageRow]
    let handshake: Handshake?

    /// - Parameters:
    ///   - story: the experiment's connection.
    ///   - scene: the same connection as a scene.
    ///   - paths: the states that each end passed through.
    ///   - actions: the calls of the two programs, in order.
    ///   - tables: the socket table, at several moments.
    ///   - opening: what a reader must know first.
    ///   - silence: the longest pause, in nanoseconds, that is not shortened by a tear in the ladder.
    public init(
        story: ConnectionStory, scene: Scene, paths: [StatePath], actions: [Action], tables: [Table], opening: [Text],
        silence: Int64
    ) {
        self.story = story
        self.scene = scene
        self.paths = paths
        self.actions = actions
        self.tables = tables
        self.opening = opening
        self.silence = silence
        rows = PageRow.all(of: scene, story)
        handshake = Handshake(story)
    }

    var start: Timestamp { story.steps.first?.segment.time ?? Timestamp(nanoseconds: 0) }

    static func milliseconds(_ nanoseconds: Int64) -> String { decimal(Double(nanoseconds) / 1e6, 3) }

    /// The HTML of the whole page.
    ///
    /// - Parameters:
    ///   - language: the language that is shown first.
    ///   - maker: the program and its version.
    ///   - isBlank: whether to make a hand-out instead, with blanks to fill in and a page of answers.
    ///   - absoluteNumbers: whether the sequence numbers of the headers are shown first, and not those relative to the
    ///     ISNs.
    public func html(
        _ language: Language, maker: String, isBlank: Bool = false, absoluteNumbers: Bool = false
    ) throws -> String {
        if isBlank {
            return try HandOut(tutorial: self).html(language, maker: maker, absoluteNumbers: absoluteNumbers)
        }
        var drawn = SharedStyle()
        var chapters: [(id: String, title: Text, body: HTML)] = [
            ("call", TutorialWords.call, callChapter), ("header", TutorialWords.header, headerChapter),
            ("run", TutorialWords.run, runChapter(&drawn)), ("machine", TutorialWords.machine, machineChapter),
        ]
        if !tables.isEmpty { chapters.append(("table", TutorialWords.tables, tablesChapter)) }
        let frame = PageFrame(
            title: TutorialWords.title, language: language, maker: maker, absoluteNumbers: absoluteNumbers,
            chapters: chapters.map { ($0.id, $0.title) })
        let sections = chapters.enumerated().map { index, chapter in
            "<section id=\"\(chapter.id)\"><h2><span class=\"ordinal\">\(index + 1)</span> \(chapter.title)</h2>\n\(chapter.body)</section>\n"
                as HTML
        }
        return try frame.html(introduction + sections.joined(), drawn: drawn, data: PageData(rows).html)
    }

    // MARK: Introduction

    var introduction: HTML {
        let lines = opening.map { "<p class=\"opening\">\($0)</p>\n" as HTML }.joined()
        return "<section id=\"glance\">\n\(lines)<h2>\(TutorialWords.glance)</h2>\n\(glance)</section>\n"
    }

    private var glance: HTML {
        var facts: [(Text, HTML)] = []
        if let syn = story.steps.first(where: { $0.kind == .syn }) {
            let endpoint = syn.sender == .client ? story.client : story.server
            facts.append(
                (
                    TutorialWords.whoOpened,
                    "\(TutorialWords.opened(syn.sender, endpoint.description, with: syn.segment.number))"
                ))
        }
        for kind in [ConnectionStory.Kind.syn, .synAck] {
            guard let step = story.steps.first(where: { $0.kind == kind }) else { continue }
            facts.append(
                (
                    TutorialWords.isn(of: step.sender),
                    "<code>\(step.segment.header.sequence)</code> (#\(step.segment.number))"
                ))
        }
        if let openingTime { facts.append((TutorialWords.howLong, "\(openingTime)")) }
        let said = carried.map {
            "\(TutorialWords.carried(by: $0.data.sender, octets: Int($0.data.segment.header.payloadLength), ack: $0.answer.acknowledgment?.value ?? 0, in: $0.answer.segment.number))"
                as HTML
        }
        if !said.isEmpty { facts.append((TutorialWords.whatWasSaid, said.joined("<br>"))) }
        if let fin = closing {
            facts.append((TutorialWords.whoClosed, "\(TutorialWords.closed(fin.sender, with: fin.segment.number))"))
        }
        if let waiting { facts.append((TutorialWords.whoWaits, "\(TutorialWords.waits(waiting))")) }
        return "<dl class=\"facts\">\n\(facts.map { "<dt>\($0.0)</dt><dd>\($0.1)</dd>\n" as HTML }.joined())</dl>\n"
    }

    // MARK: What the chapters need to know about the story

    /// Data that was sent once, each segment with the first ACK that covers all of it.
    var carried: [(data: ConnectionStory.Step, answer: ConnectionStory.Step)] {
        var pairs: [(ConnectionStory.Step, ConnectionStory.Step)] = []
        for row in rows {
            // The end that answers is tested first, because finding the answered segment takes time in proportion to
            // the story's length.
            guard let answer = row.answer, answer.octets > 0, let step = row.step,
                !pairs.contains(where: { $0.1.sender == step.sender }),
                let data = story.steps.first(where: { $0.segment.number == answer.number })
            else { continue }
            pairs.append((data, step))
        }
        return pairs
    }

    /// The time from the SYN to the segment after which both ends were open; `nil` if they never were.
    private var openingTime: Text? {
        guard let syn = story.steps.first(where: { $0.kind == .syn }), let handshake,
            let last = story.steps.first(where: {
                $0.segment.number > syn.segment.number && Self.isOpen($0.client) && Self.isOpen($0.server)
            })
        else { return nil }
        let ack = handshake.steps[2]
        return TutorialWords.took(
            Self.milliseconds(last.segment.time.nanoseconds(since: syn.segment.time)), from: syn.segment.number,
            to: last.segment.number, last.segment.header.flags.description,
            without: ack.segment.number < last.segment.number && ack.fate != .arrived ? ack.segment.number : nil)
    }

    private static func isOpen(_ end: ConnectionStory.EndState) -> Bool {
        switch end.state {
        case nil, .closed, .listen, .synSent, .synReceived: false
        default: true
        }
    }

    /// The FIN of the end that closed first, as in the story's summary; `nil` if there is none that counts.
    var closing: ConnectionStory.Step? {
        let outcome = story.record.outcome
        guard [.closed, .closing, .halfClosed].contains(outcome.ending), let party = outcome.endedBy else { return nil }
        let fins = story.steps.filter { $0.sender == party && $0.segment.header.flags.contains(.fin) }
        return fins.first { $0.fate == .arrived } ?? fins.first
    }

    /// The meaning of SYN and ACK in each segment of the handshake.
    func bitMeanings(_ handshake: Handshake) -> [(bits: String, meaning: Text)] {
        zip(TutorialWords.bitMeanings, handshake.steps).map { told, step in
            let meaning = step.kind == .handshakeAck ? TutorialWords.acknowledges : told.meaning
            return switch step.fate {
            case .arrived, .useless: told
            case .underWay: (told.bits, meaning)
            case .lost: (told.bits, TutorialWords.butLost(meaning))
            case .notTaken: (told.bits, TutorialWords.butNotTaken(meaning))
            }
        }
    }

    /// The end that is in TIME-WAIT; `nil` unless it is exactly one.
    var waiting: Party? {
        let ends = paths.filter { $0.entries.contains { $0.state == .timeWait } }.map(\.party)
        return ends.count == 1 ? ends[0] : nil
    }
}
