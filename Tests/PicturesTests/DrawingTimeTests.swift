import CaptureFile
import Drawings
import Narration
import Pictures
import Scenes
import Stories
import TCPState
import TCPWire
import Testing
import Tracking
import Transcripts

/// Time in a drawing: timers beside the lifelines, torn silences, and a long ladder in parts.
@Suite("time in a ladder as SVG")
struct DrawingTimeTests {
    private static func scene(_ rows: [Scene.Row]) -> Scene {
        Scene(
            title: Text(verbatim: "t"), provenance: [.stack], lanes: Scenes.thirdAckLost.lanes,
            rows: rows)
    }

    /// From where to where the timers of one colour run, those at the left first.
    private static func wedges(_ name: String, in svg: String) -> [ClosedRange<Double>] {
        var found: [(x: Double, heights: ClosedRange<Double>)] = []
        for path in svg.matches(of: #/class="timer ([a-z-]+)" d="([^"]*)"/#) where path.1 == "timer-" + name {
            for wedge in path.2.matches(of: #/M([0-9.]+) ([0-9.]+)h-?6L[0-9.]+ ([0-9.]+)H/#) {
                let numbers = [wedge.1, wedge.2, wedge.3].map { Double($0) ?? 0 }
                found.append((numbers[0], numbers[1]...max(numbers[1], numbers[2])))
            }
        }
        return found.sorted { $0.x < $1.x }.map(\.heights)
    }

    /// The height of a row's arrow, counted as timers are.
    private static func height(_ number: Int, in svg: String) throws -> Double {
        let group = try #require(svg.firstRange(of: "<g id=\"seg-\(number)\""))
        let line = try #require(svg[group.upperBound...].firstMatch(of: #/y1="([0-9.]+)"/#))
        return try #require(Double(line.1))
    }

    private static func segment(
        _ number: Int, at time: Double, from: Int, _ words: String, _ marks: [Scene.Mark?] = Scenes.marks("E", "E"),
        timer: TimerName? = nil, original: Int? = nil, isProbe: Bool = false
    ) -> Scene.Row {
        let row = Scenes.segment(number, at: time, from: from, .ack, words, marks)
        guard case .segment(var segment) = row else { return row }
        segment.cause = timer.map { .timer($0) }
        segment.original = original
        segment.isRepetition = original != nil
        segment.isProbe = isProbe
        return .segment(segment)
    }

    // MARK: Timers

    @Test("TIME-WAIT's timer runs as long as TIME-WAIT lasts, at each end that is in it")
    func timeWait() throws {
        var expiry = Scenes.moment(lane: 0, "TIME-WAIT timer", Scenes.mark(.closed, changed: true))
        if case .moment(var moment) = expiry {
            (moment.time, moment.cause) = (Scenes.milliseconds(60_010), .timer(.timeWait))
            expiry = .moment(moment)
        }
        let both = Self.segment(1, at: 0, from: 0, "ack=1 seq=1", Scenes.marks("T*", "T*"))
        let running = LadderDrawing(Self.scene([both])).svg
        #expect(Self.wedges("timewait", in: running).count == 2)
        #expect(running.contains("TIME-WAIT timer, still running"))
        let expired = LadderDrawing(
            Self.scene([Self.segment(1, at: 0, from: 0, "ack=1 seq=1", Scenes.marks("T*", "E")), expiry])
        ).svg
        let wedge = try #require(Self.wedges("timewait", in: expired).first)
        #expect(wedge.lowerBound == (try Self.height(1, in: expired)))
        let band = try #require(
            SVGReading(expired)?.areas.first {
                $0.attributes["data-state"] == "TIME-WAIT" && $0.attributes["class"] != nil
            })
        #expect(abs(wedge.upperBound - wedge.lowerBound - (band.to.y - band.from.y)) < 0.2)
        #expect(expired.contains("TIME-WAIT timer</text>") && !expired.contains("still running"))
    }

    @Test(
        "a probe's timer has run since its sender sent or got something last",
        arguments: [(TimerName.persist, "persist", "persist 200 ms"), (.keepAlive, "keepalive", "keep-alive 200 ms")])
    func probes(timer: TimerName, name: String, words: String) throws {
        let svg = LadderDrawing(
            Self.scene([
                Self.segment(1, at: 0, from: 0, "seq=1 len=10 ack=1"), Self.segment(2, at: 10, from: 1, "ack=11 seq=1"),
                Self.segment(3, at: 210, from: 0, "seq=10 ack=1", timer: timer, isProbe: true),
                Self.segment(4, at: 220, from: 1, "ack=11 seq=1"),
                Self.segment(5, at: 420, from: 0, "seq=10 ack=1", timer: timer, isProbe: true),
            ])
        ).svg
        let heights = try (2...5).map { try Self.height($0, in: svg) }
        #expect(Self.wedges(name, in: svg) == [heights[0]...heights[1], heights[2]...heights[3]])
        let triggers = try #require(SVGReading(svg)).texts.filter { $0.classes.contains("trigger") }
        #expect(triggers.map(\.content) == [words, words])
    }

    // MARK: Silences

    @Test(
        "a drawing tears the silences that the ladder in text tears, however often a SYN was sent before it was answered"
    )
    func tears() throws {
        var generator = SeededGenerator(seed: 31)
        let asked = Self.scene([
            Self.segment(1, at: 0, from: 0, "seq=0"), Self.segment(2, at: 1000, from: 0, "seq=0"),
            Self.segment(3, at: 3000, from: 0, "seq=0"), Self.segment(4, at: 3010, from: 1, "seq=0 ack=1"),
            Self.segment(5, at: 9000, from: 0, "ack=1 seq=1"),
        ])
        var tears = 0
        let chance = (0..<200).map { _ in RandomScenes.scene(&generator) }.filter { (1...4).contains($0.lanes.count) }
        for scene in [asked, Scenes.thirdAckLost] + chance {
            let lines = Ladder(canvas: Canvas(width: 171)).lines(scene)
            let told = lines.filter { $0.contains("╌╌ ") }.map { $0.filter { $0 != "╌" }.trimmed }
            let svg = LadderDrawing(scene).svg
            let start = svg.firstRange(of: "<g class=\"tears\">")?.lowerBound ?? svg.endIndex
            let group = svg[start...].prefix { $0 != "\n" }
            let drawn = group.matches(of: #/>([^<>]+)</text>/#).map { String($0.1) }
            #expect(drawn == told, "\(lines.joined(separator: "\n"))")
            tears += told.count
        }
        #expect(tears > 100)
    }

    // MARK: Hand-outs

    @Test("a hand-out names no state and no timer, whatever ran out", arguments: Language.allCases)
    func blank(_ language: Language) throws {
        var rows: [Scene.Row] = [
            Self.segment(1, at: 0, from: 0, "seq=1 len=10 ack=1", Scenes.marks("1*", "E")),
            Self.segment(2, at: 300, from: 0, "seq=1 len=10 ack=1", timer: .retransmission, original: 1),
        ]
        for (index, timer) in TimerName.allCases.enumerated() {
            let state = Testimony.Moment(
                time: .init(nanoseconds: 0), party: .client, cause: .timer(timer), reasons: [], state: .closed,
                segmentsBefore: 0)
            rows.append(
                .moment(
                    Scene.Moment(
                        time: Scenes.milliseconds(400 + Double(index)),
                        end: Scene.End(lane: 0, mark: Scenes.mark(State.allCases[index], changed: true)), peer: 1,
                        what: state.what, cause: .timer(timer))))
        }
        var options = LadderDrawing.Options(language: language)
        let told = LadderDrawing(Self.scene(rows), options: options).svg
        #expect(told.contains("TIME-WAIT") && told.contains("RTO 300 ms"))
        options.isBlank = true
        let text = LadderDrawing(Self.scene(rows), options: options).svg
        let reading = try #require(SVGReading(text))
        let words = (reading.texts.map(\.content) + reading.groups.flatMap { [$0.title, $0.description] }).joined(
            separator: "\n")
        let names = State.allCases.map(\.name) + ["RTO", "retransmission", "重传定时器", "坚持", "persist"]
        for name in names { #expect(!words.contains(name), "\(name)") }
        #expect(!State.allCases.contains { text.contains($0.name) })
        let timers = reading.texts.filter { $0.classes.contains("call") }
        #expect(timers.contains { $0.content == DrawingWords.anyTimer(language) })
        #expect(timers.allSatisfy { [DrawingWords.anyTimer(language), ""].contains($0.content) })
    }

    // MARK: Parts

    @Test(
        "a ladder in parts is the whole one, cut: its silences, timers and links across the cut, its names and its legend"
    )
    func parts() throws {
        var rows: [Scene.Row] = []
        for number in 1...250 {
            let time = Double(number) + (number > 100 ? 10_000 : 0)
            rows.append(
                number == 101
                    ? Self.segment(101, at: time, from: 0, "seq=1 len=9 ack=1", timer: .retransmission, original: 100)
                    : Self.segment(number, at: time, from: number % 2, "ack=1 seq=1"))
            if number % 60 == 0 { rows.append(Scenes.moment(lane: 0, "send()", Scenes.mark(.established))) }
        }
        rows.insert(Self.segment(300, at: 0, from: 0, "seq=0", Scenes.marks("S*", "R*")), at: 0)
        let scene = Self.scene(rows)
        var options = LadderDrawing.Options()
        options.isEmbedded = true
        options.hasTitle = false
        var style = SharedStyle()
        let svg = LadderDrawing(scene, options: options).svg(sharing: &style).withQuotationMarks
        let whole = try #require(SVGReading(style.page(with: svg)))
        // The one with number 100 is the last of its part.
        let parts = LadderDrawing(scene, options: options).parts(of: 102, sharing: &style).map {
            (first: $0.first, prefix: $0.prefix, svg: $0.svg.withQuotationMarks)
        }
        let readings = try parts.map { try #require(SVGReading(style.page(with: $0.svg))) }
        #expect(parts.map(\.first) == [0, 102, 204])
        let names = zip(parts, readings).flatMap { part, reading in
            reading.groups.filter { $0.id.hasPrefix(part.prefix) }.map { String($0.id.dropFirst(part.prefix.count)) }
        }
        #expect(names == scene.rowNames)
        for words in ["10.0 s", "RTO 10.0 s"] { #expect(parts.map(\.svg).joined().contains(">\(words)<")) }
        #expect(parts[0].svg.contains("class=\"link") && parts[1].svg.contains("class=\"link"), "both ends of the link")
        #expect(
            parts[0].svg.contains("class=\"timer") && parts[1].svg.contains("class=\"timer"), "both ends of the wedge")
        #expect(!parts[2].svg.contains("class=\"link"))
        // Every text of the whole, where it stands there, in one of the parts.
        func places(_ texts: [SVGReading.Text]) -> Set<String> {
            Set(texts.map { "\($0.content) \($0.corners.map { [Int($0.x), Int($0.y)] })" })
        }
        let told = places(whole.texts.filter { !$0.group.isEmpty })
        #expect(told.subtracting(places(readings.flatMap(\.texts))).isEmpty)
        #expect(told.count > 500)
        let legend = try #require(parts.last?.svg.firstRange(of: "class=\"legend")).lowerBound
        for words in ["S SYN-SENT", "R SYN-RECEIVED", "E ESTABLISHED", "sent again", "retransmission timer"] {
            #expect(parts[2].svg[legend...].contains(">\(words)<"), "\(words)")
        }
    }
}

extension SharedStyle {
    /// A drawing with the rules that its page has for it.
    fileprivate func page(with svg: String) -> String {
        guard let start = svg.firstIndex(of: ">") else { return svg }
        return "\(svg[...start])<style>\(LadderDrawing.rules)\(rules)</style>\(svg[svg.index(after: start)...])"
    }
}

extension String {
    /// As XML wants it: HTML does without quotation marks around plain values.
    fileprivate var withQuotationMarks: String {
        replacing(#/<[^>]*>/#) { tag in
            String(tag.output).replacing(#/ ([a-z0-9-]+)=([A-Za-z0-9._-]+)(?=[ >])/#) { " \($0.1)=\"\($0.2)\"" }
        }
    }

    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
