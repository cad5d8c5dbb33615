import Scenes
import TCPState
import Tracking

/// The bands along the lifelines, which show each end's state at every height of the drawing.
struct Bands {
    private struct Span {
        var start: Double
        var mark: Scene.Mark
    }

    private var open: [Span?]
    private var spans: [(lane: Int, mark: Scene.Mark, heights: ClosedRange<Double>)] = []

    init(_ lanes: [Scene.Lane], top: Double) {
        open = lanes.map { lane in lane.before.map { Span(start: top, mark: $0) } }
    }

    /// Sets an end's state from height `y` on.
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

    /// Shows a state around one row only.
    mutating func put(_ end: Scene.End, around y: Double) {
        guard open.indices.contains(end.lane), let mark = end.mark else { return }
        put(Span(start: y - 9, mark: mark), until: y + 9, lane: end.lane)
    }

    /// Ends all states that still hold, at the height `bottom`.
    mutating func finish(at bottom: Double) {
        for lane in open.indices { close(lane, at: bottom) }
    }

    private mutating func close(_ lane: Int, at end: Double) {
        guard let span = open[lane] else { return }
        open[lane] = nil
        put(span, until: end, lane: lane)
    }

    private mutating func put(_ span: Span, until end: Double, lane: Int) {
        if end > span.start { spans.append((lane, span.mark, span.start...end)) }
    }

    // MARK: Drawing

    /// On a long band the state's letter is repeated at this distance.
    private static let repetition = 260.0

    /// Draws the part of the bands that a window shows.
    func draw(_ window: Window, layout: BandLayout, options: LadderDrawing.Options, in body: inout Markup) {
        for span in spans where window.shows(span.heights) {
            let (start, end) = (span.heights.lowerBound, span.heights.upperBound)
            let (x, height) = (layout.band(span.lane), end - start)
            Self.putRectangle(
                options.isBlank ? nil : span.mark.state, prefix: options.prefix, x: x, y: start,
                width: BandLayout.bandWidth, height: height,
                isGuess: span.mark.provenance == .inferred || span.mark.state == nil, in: &body)
            guard height >= 12, !options.isBlank else { continue }
            let first = start + min(14, height / 2 + 4)
            // The letter is not repeated close to the next state's.
            for y in stride(from: first, through: max(first, end - 24), by: Self.repetition)
            where window.shows(y - 11...y + 3) {
                Self.put(span.mark.letter, x: x + BandLayout.bandWidth / 2, y: y, in: &body)
            }
            body.line()
        }
    }

    private static func put(_ letter: String, x: Double, y: Double, in body: inout Markup) {
        body.empty(
            "rect",
            [
                ("class", "paper"), ("x", (x - 5.5).written), ("y", (y - 10.5).written), ("width", "11"),
                ("height", "13"), ("rx", "2"), ("fill", Palette.Ink.paper.light), ("stroke", "none"),
            ])
        body.element(
            "text",
            [("x", x.written), ("y", y.written), ("font-size", TextMeasure.small.written), ("font-weight", "700")],
            letter)
    }

    /// Draws a part of a band, or a sample of it for the legend; without a pattern if the state is not known or must
    /// not be shown.
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
