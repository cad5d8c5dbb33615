import Scenes
import TCPState
import Tracking

/// The bands beside the lifelines: each end's state at every height of the drawing.
struct Bands {
    private struct Span {
        var start: Double
        var mark: Scene.Mark
    }

    private let options: LadderDrawing.Options
    private let layout: BandLayout
    private var open: [Span?]
    private var body = Markup()

    /// A letter is repeated on a long band.
    private static let repetition = 260.0

    init(_ lanes: [Scene.Lane], top: Double, layout: BandLayout, options: LadderDrawing.Options) {
        self.layout = layout
        self.options = options
        open = lanes.map { lane in lane.before.map { Span(start: top, mark: $0) } }
    }

    /// An end's state from height `y` on.
    mutating func set(_ end: Scene.End, at y: Double) {
        guard open.indices.contains(end.lane), let mark = end.mark else { return }
        if let span = open[end.lane] {
            guard
                span.mark.state != mark.state || span.mark.form != mark.form || span.mark.provenance != mark.provenance
            else { return }
            close(end.lane, at: y)
        }
        open[end.lane] = Span(start: y, mark: mark)
    }

    /// A state that holds for one row only.
    mutating func put(_ end: Scene.End, around y: Double) {
        guard open.indices.contains(end.lane), let mark = end.mark else { return }
        put(Span(start: y - 9, mark: mark), until: y + 9, lane: end.lane)
    }

    /// All of it as markup, down to `bottom`.
    mutating func finish(at bottom: Double) -> String {
        for lane in open.indices { close(lane, at: bottom) }
        return body.text
    }

    private mutating func close(_ lane: Int, at end: Double) {
        guard let span = open[lane] else { return }
        open[lane] = nil
        put(span, until: end, lane: lane)
    }

    private mutating func put(_ span: Span, until end: Double, lane: Int) {
        guard end > span.start else { return }
        let x = layout.band(lane)
        let (width, height) = (BandLayout.bandWidth, end - span.start)
        Self.putRectangle(
            options.isBlank ? nil : span.mark.state, prefix: options.prefix, x: x, y: span.start, width: width,
            height: height, isGuess: span.mark.provenance == .inferred || span.mark.state == nil, in: &body)
        guard height >= 12, !options.isBlank else { return }
        let middle = x + width / 2
        var y = span.start + min(14, height / 2 + 4)
        while y < end {
            body.empty(
                "rect",
                [
                    ("class", "paper"), ("x", (middle - 5.5).written), ("y", (y - 10.5).written), ("width", "11"),
                    ("height", "13"), ("rx", "2"), ("fill", Palette.Ink.paper.light), ("stroke", "none"),
                ])
            body.element(
                "text",
                [
                    ("x", middle.written), ("y", y.written), ("font-size", TextMeasure.small.written),
                    ("font-weight", "700"),
                ], span.mark.letter)
            y += Self.repetition
            // Not beside the next one's.
            if y > end - 24 { break }
        }
        body.line()
    }

    /// A piece of a band, or a sample of it; without a pattern where the state is not known or not shown.
    static func putRectangle(
        _ state: State?, prefix: String, x: Double, y: Double, width: Double, height: Double, isGuess: Bool,
        in body: inout Markup
    ) {
        let ink = state.map { Palette.Ink(StateFamily($0)) } ?? .dim
        body.empty(
            "rect",
            [
                ("class", "state \(ink.rawValue)-line\(state == nil ? " paper" : "")"), ("data-state", state?.name),
                ("x", x.written), ("y", y.written), ("width", width.written), ("height", height.written),
                ("fill", state.map { "url(#\(prefix)\(StatePattern.name($0)))" } ?? Palette.Ink.paper.light),
                ("stroke", ink.light), ("stroke-width", "1.2"), ("stroke-dasharray", isGuess ? "3 2" : nil),
            ])
    }
}
