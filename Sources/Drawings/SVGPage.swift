import Narration
import Scenes
import TCPState

/// The whole drawing, from the title to the footer.
struct SVGPage {
    let scene: Scene
    let options: LadderDrawing.Options
    private let measure = TextMeasure()
    private var language: Language { options.language }

    init(_ scene: Scene, options: LadderDrawing.Options) {
        self.scene = scene
        self.options = options
    }

    func text() -> String {
        let bands = LaneBand.bands(of: scene, capacity: LadderDrawing.mostLanes, silence: options.silence)
        let clock = clock
        let names = scene.rowNames
        let drawings = bands.map { band in
            BandDrawing(band, of: scene, names: names, clock: clock, options: options)
        }
        let width = drawings.map(\.layout.width).max() ?? options.width
        var body = Markup()
        var y = 8.0
        if options.hasTitle { putTitle(width: width, y: &y, in: &body) }
        for index in drawings.indices {
            if bands.count > 1 {
                y += 22
                let words = PictureWords.band(index + 1, of: bands.count, lanes: bands[index].lanes.count)
                body.element("text", [("x", "8"), ("y", y.written), ("text-anchor", "start")], words(language))
            }
            drawings[index].draw(y: &y, in: &body)
        }
        if options.hasLegend {
            y += 14
            let timers = Set(drawings.flatMap(\.timers))
            Legend(scene, options: options, timers: timers).draw(width: width, y: &y, in: &body)
        }
        return page(body, width: width, top: 0, height: y + 10)
    }

    /// The format of times.
    private var clock: SceneClock { SceneClock(times: scene.times) }

    private func page(_ body: Markup, width: Double, top: Double, height: Double) -> String {
        var style = ""
        var text = body.text
        if scene.rows.count > LadderDrawing.mostDescribed, !options.isEmbedded {
            var shared = SharedStyle(under: ".tcplens-ladder")
            text = shared.shorten(text)
            style = shared.rules
        }
        var page = Markup()
        putStart(width: width, top: top, height: height, style: style, in: &page)
        page.raw(text)
        page.close("g")
        page.close("svg")
        return page.text
    }

    /// All lanes as one band, divided into parts between its rows.
    func parts(of size: Int) -> [LadderDrawing.Part] {
        let band = LaneBand.whole(scene, silence: options.silence)
        var drawing = BandDrawing(band, of: scene, names: scene.rowNames, clock: clock, options: options)
        var heads = Markup()
        var start = 16.0
        drawing.putHeads(y: &start, in: &heads)
        let width = drawing.layout.width
        let count = drawing.entries.count
        let firsts = Array(stride(from: 0, to: max(1, count), by: size))
        // The heights are integers, so that no seam is visible between parts.
        let tops =
            [-start] + firsts.dropFirst().map { drawing.beginning(of: $0).rounded() } + [drawing.bottom.rounded(.up)]
        let shown = Self.shown(drawing, tops: tops, size: size)
        return firsts.indices.map { index in
            let rows = firsts[index]..<min(count, firsts[index] + size)
            let heights = tops[index]...max(tops[index], tops[index + 1])
            var options = options
            options.prefix += "\(firsts[index])-"
            drawing.options = options
            var body = Markup()
            if index == 0 { body.raw(heads.text) }
            drawing.draw(Window(heights), rows: shown[index], named: rows, at: start, in: &body)
            var end = start + heights.upperBound
            if index + 1 == firsts.count, options.hasLegend {
                let above = end
                end += 14
                var legend = Markup()
                Legend(scene, options: options, timers: drawing.timers).draw(width: width, y: &end, in: &legend)
                // Whatever extends below the last row must not be visible in the legend.
                body.empty(
                    "rect",
                    [
                        ("class", "paper"), ("y", above.written), ("width", "100%"),
                        ("height", (end - above + 10).written), ("fill", Palette.Ink.paper.light), ("stroke", "none"),
                    ])
                body.raw(legend.text)
                end += 10
            }
            let top = start + heights.lowerBound
            let svg = SVGPage(scene, options: options).page(body, width: width, top: top, height: end - top)
            return LadderDrawing.Part(
                first: firsts[index], prefix: options.prefix, svg: svg, size: (width, end - top))
        }
    }

    /// The rows to be drawn in each part: its own, and others that extend into it.
    private static func shown(_ drawing: BandDrawing, tops: [Double], size: Int) -> [[Int]] {
        var shown: [[Int]] = Array(repeating: [], count: tops.count - 1)
        for row in drawing.entries.indices {
            let heights = drawing.heights(row)
            let own = row / size
            let first = tops[...own].lastIndex { $0 <= heights.lowerBound } ?? 0
            let last = tops[(own + 1)...].firstIndex { $0 >= heights.upperBound } ?? tops.count - 1
            for part in min(first, own)..<max(last, own + 1) { shown[part].append(row) }
        }
        return shown
    }

    private func putStart(width: Double, top: Double, height: Double, style: String, in page: inout Markup) {
        let id = options.prefix
        let isAlone = !options.isEmbedded
        page.open(
            "svg",
            [
                ("xmlns", isAlone ? "http://www.w3.org/2000/svg" : nil),
                ("viewBox", "0 \(top.written) \(width.written) \(height.written)"), ("width", width.written),
                ("height", height.written), ("role", isAlone ? "img" : nil),
                ("aria-labelledby", isAlone ? "\(id)title \(id)desc" : nil), ("class", "tcplens-ladder"),
                ("lang", language == .chinese ? "zh-CN" : "en"),
            ])
        page.line()
        if isAlone { putDescription(id, style: style, in: &page) }
        if isAlone { Self.define(Legend(scene, options: options).states, prefix: id, in: &page) }
        page.empty(
            "rect",
            [
                ("class", "paper"), ("y", top == 0 ? nil : top.written), ("width", "100%"), ("height", "100%"),
                ("fill", Palette.Ink.paper.light),
            ])
        // All text has an outline in the background's colour, drawn below its letters.
        page.open(
            "g",
            [
                ("class", "ink rim"), ("fill", Palette.Ink.ink.light), ("stroke", Palette.Ink.paper.light),
                ("stroke-width", "3"), ("stroke-linejoin", "round"), ("paint-order", "stroke"),
                ("font-family", Self.fixedFonts), ("font-size", TextMeasure.label.written), ("text-anchor", "middle"),
            ])
        page.line()
    }

    /// Writes the description of the picture for readers who cannot see it, and the colours for those who prefer dark
    /// mode.
    ///
    /// - Parameter style: rules that come after those of the colours.
    private func putDescription(_ id: String, style: String, in page: inout Markup) {
        page.element("title", [("id", id + "title")], scene.title(language))
        let segments = scene.rows.count { if case .segment = $0 { true } else { false } }
        let summary = DrawingWords.summary(segments: segments, lanes: scene.lanes.prefix(12).map(\.name))
        let told = [summary] + (options.isBlank ? [] : scene.footer)
        page.element("desc", [("id", id + "desc")], told.map { $0(language) }.joined(separator: " "))
        page.element(
            "style", [],
            Self.rules + style + "@media (prefers-color-scheme:dark){\(Palette.rules(.dark, under: ".tcplens-ladder"))}"
                + "@media print{\(Palette.rules(.light, under: ".tcplens-ladder"))}")
    }

    /// Rules for the presentation of texts that occur often.
    static let rules =
        ".tcplens-ladder .prose{font-family:\(runningFonts);font-size:\(TextMeasure.small.written)px}"
        + ".tcplens-ladder .label .flags{font-weight:700}"
        + ".tcplens-ladder .time{text-anchor:end;font-size:\(TextMeasure.small.written)px}"

    /// Writes the definitions of the states' patterns and of the arrowheads.
    static func define(_ states: [State], prefix: String, in page: inout Markup) {
        page.open("defs")
        StatePattern.define(states, prefix: prefix, in: &page)
        page.open(
            "marker",
            [
                ("id", prefix + "head"), ("viewBox", "0 0 10 8"), ("refX", "9.5"), ("refY", "4"), ("markerWidth", "11"),
                ("markerHeight", "9"), ("markerUnits", "userSpaceOnUse"), ("orient", "auto"),
            ])
        page.empty("path", [("class", "ink"), ("fill", Palette.Ink.ink.light), ("d", "M0 0L10 4L0 8L2.2 4Z")])
        page.close("marker")
        page.close("defs")
        page.line()
    }

    static let fixedFonts =
        "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Noto Sans Mono CJK SC','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',monospace"
    static let runningFonts =
        "system-ui,-apple-system,'Segoe UI','Noto Sans','DejaVu Sans','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif"

    private func putTitle(width: Double, y: inout Double, in body: inout Markup) {
        let lines = measure.lines(scene.title(language), width: width - 16, size: 15, most: 3)
        for line in lines where !line.isEmpty {
            y += 18
            body.element(
                "text",
                [
                    ("x", "8"), ("y", y.written), ("text-anchor", "start"), ("font-size", "15"), ("font-weight", "700"),
                    ("font-family", Self.runningFonts),
                ], line)
        }
        body.line()
    }
}

extension SVGPage {
    /// The legend and the footer alone, with the width of the drawing.
    func legend() -> String {
        let (names, clock) = (scene.rowNames, clock)
        let drawings = LaneBand.bands(of: scene, capacity: LadderDrawing.mostLanes, silence: options.silence).map {
            BandDrawing($0, of: scene, names: names, clock: clock, options: options)
        }
        let width = drawings.map(\.layout.width).max() ?? options.width
        var body = Markup()
        var y = 0.0
        Legend(scene, options: options, timers: Set(drawings.flatMap(\.timers))).draw(width: width, y: &y, in: &body)
        return page(body, width: width, top: 0, height: y + 10)
    }
}
