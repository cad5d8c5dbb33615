import Narration
import Scenes
import TCPState
import Tracking

/// The legend: the meaning of the patterns and signs that occur in a drawing, and the scene's footer.
struct Legend {
    private let scene: Scene
    private let options: LadderDrawing.Options
    private let measure = TextMeasure()
    /// The states on the bands, in the order of `State.allCases`.
    private(set) var states: [State] = []
    /// Those of the states that a mini socket has, and those that a full socket has.
    private var minis: Set<State> = []
    private var wholes: Set<State> = []
    /// How the states are known.
    private var sources: Set<Provenance> = []
    private var fates: Set<Sign> = []

    /// The kinds of timers that are drawn beside the bands.
    private let timers: [DrawnTimer]

    private enum Sign: CaseIterable { case lost, refused, useless, underWay, again }

    init(_ scene: Scene, options: LadderDrawing.Options, timers: Set<DrawnTimer> = []) {
        self.scene = scene
        self.options = options
        self.timers = DrawnTimer.allCases.filter(timers.contains)
        var found: Set<State> = []
        func note(_ mark: Scene.Mark?) {
            guard let mark, let state = mark.state else { return }
            found.insert(state)
            if mark.form == .mini { minis.insert(state) } else { wholes.insert(state) }
            sources.insert(mark.provenance)
        }
        for lane in scene.lanes { note(lane.before) }
        for row in scene.rows {
            note(row.ends.0.mark)
            note(row.ends.1?.mark)
            guard case .segment(let segment) = row else { continue }
            if segment.isRepetition { fates.insert(.again) }
            switch segment.fate {
            case .arrived: break
            case .underWay: fates.insert(.underWay)
            case .lost: fates.insert(.lost)
            case .refused, .notTaken: fates.insert(.refused)
            case .useless: fates.insert(.useless)
            }
        }
        states = State.allCases.filter(found.contains)
    }

    func draw(width: Double, y: inout Double, in body: inout Markup) {
        let language = options.language
        body.open("g", [("class", "legend"), ("text-anchor", "start"), ("font-size", TextMeasure.small.written)])
        var x = 8.0
        y += 12
        func place(_ text: String, sign: Double) -> Double {
            let taken = sign + 6 + measure.fixed(text, size: TextMeasure.small) + 14
            if x + taken > width, x > 8 {
                x = 8
                y += 19
            }
            defer { x += taken }
            return x
        }
        for state in options.isBlank ? [] : states {
            let letters =
                (wholes.contains(state) ? [Scene.Mark.letter(state, isMini: false)] : [])
                + (minis.contains(state) ? [Scene.Mark.letter(state, isMini: true)] : [])
            let text = "\(letters.joined(separator: " ")) \(state.name)"
            let left = place(text, sign: 22)
            Bands.putRectangle(
                state, prefix: options.prefix, x: left, y: y - 10, width: 22, height: 13, isGuess: false, in: &body)
            body.element("text", [("x", (left + 28).written), ("y", y.written)], text)
        }
        for sign in Sign.allCases where fates.contains(sign) {
            let text = words(sign)(language)
            let left = place(text, sign: 30)
            put(sign, x: left, y: y - 4, in: &body)
            body.element("text", [("x", (left + 36).written), ("y", y.written)], text)
        }
        for timer in timers {
            let text = (options.isBlank ? DrawingWords.anyTimer : timer.words)(language)
            let left = place(text, sign: 8)
            body.empty(
                "path",
                [
                    ("class", timer.ink.rawValue), ("fill", timer.ink.light), ("stroke", "none"),
                    ("d", "M\(left.written) \((y - 10).written)h6L\((left + 1).written) \((y + 3).written)h-1z"),
                ])
            body.element("text", [("x", (left + 14).written), ("y", y.written)], text)
        }
        if !options.isBlank, !minis.isEmpty {
            for line in measure.lines(DrawingWords.mini(language), width: width - 24) {
                let left = place(line, sign: 0)
                body.element("text", [("x", left.written), ("y", y.written)], line)
            }
        }
        if !options.isBlank, let text = DrawingWords.frames(facts: facts, hasGuesses: sources.contains(.inferred)) {
            for line in measure.lines(text(language), width: width - 24) {
                let left = place(line, sign: 0)
                body.element("text", [("x", left.written), ("y", y.written)], line)
            }
        }
        y += 8
        body.close("g")
        body.line()
        guard !scene.footer.isEmpty, !options.isBlank else { return }
        body.open("g", [("class", "footer"), ("text-anchor", "start"), ("font-family", SVGPage.runningFonts)])
        for text in scene.footer {
            for line in measure.lines(text(language), width: width - 16) {
                y += 17
                body.element("text", [("x", "8"), ("y", y.written)], line)
            }
        }
        y += 4
        body.close("g")
    }

    /// How the states that are not guesses are known.
    private var facts: Text? {
        switch (sources.contains(.kernel), sources.contains(.wire), sources.contains(.stack)) {
        case (true, true, _): PictureWords.fromBoth
        case (true, false, _): PictureWords.fromKernel
        case (false, true, _): PictureWords.fromWire
        case (false, false, true): PictureWords.fromStack
        case (false, false, false): nil
        }
    }

    private func words(_ sign: Sign) -> Text {
        switch sign {
        case .lost: DrawingWords.lost
        case .refused: DrawingWords.refused
        case .useless: DrawingWords.useless
        case .underWay: DrawingWords.underWay
        case .again: DrawingWords.again
        }
    }

    private func put(_ sign: Sign, x: Double, y: Double, in body: inout Markup) {
        let pen = ArrowPen(prefix: options.prefix)
        let stroke = Stroke(from: Point(x: x, y: y), to: Point(x: x + 30, y: y))
        switch sign {
        case .again:
            pen.putLine(stroke, width: 1.6, isDashed: true, hasHead: true, className: "key ink-line", in: &body)
        case .lost:
            pen.putLine(
                Stroke(from: stroke.from, to: stroke.place(0.55)), width: 1.6, hasHead: false,
                className: "key ink-line",
                in: &body)
            pen.putCross(stroke.place(0.55), in: &body)
        case .refused, .useless:
            let end = Point(x: x + 24, y: y)
            pen.putLine(
                Stroke(from: stroke.from, to: end), width: 1.6, hasHead: false, className: "key ink-line", in: &body)
            if sign == .refused { pen.putRefused(end, in: &body) } else { pen.putUseless(end, in: &body) }
        case .underWay:
            pen.putLine(stroke, width: 1.6, isDotted: true, hasHead: false, className: "key ink-line", in: &body)
        }
    }
}
