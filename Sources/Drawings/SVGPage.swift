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
        let clock = options.clock ?? SceneClock(times: scene.rows.lazy.compactMap(\.time))
        let names = scene.rowNames
        var drawings = bands.map { band in
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
        var page = Markup()
        putStart(width: width, height: y + 10, in: &page)
        page.raw(body.text)
        page.close("g")
        page.close("svg")
        return page.text
    }

    private func putStart(width: Double, height: Double, in page: inout Markup) {
        let id = options.prefix
        let isAlone = !options.isEmbedded
        page.open(
            "svg",
            [
                ("xmlns", isAlone ? "http://www.w3.org/2000/svg" : nil),
                ("viewBox", "0 0 \(width.written) \(height.written)"), ("width", width.written),
                ("height", height.written), ("role", isAlone ? "img" : nil),
                ("aria-labelledby", isAlone ? "\(id)title \(id)desc" : nil), ("class", "tcplens-ladder"),
                ("lang", language == .chinese ? "zh-CN" : "en"),
            ])
        page.line()
        if isAlone { putDescription(id, in: &page) }
        if isAlone { Self.define(Legend(scene, options: options).states, prefix: id, in: &page) }
        page.empty(
            "rect", [("class", "paper"), ("width", "100%"), ("height", "100%"), ("fill", Palette.Ink.paper.light)])
        // A rim of the background around all text, below its letters.
        page.open(
            "g",
            [
                ("class", "ink rim"), ("fill", Palette.Ink.ink.light), ("stroke", Palette.Ink.paper.light),
                ("stroke-width", "3"), ("stroke-linejoin", "round"), ("paint-order", "stroke"),
                ("font-family", Self.fixedFonts), ("font-size", TextMeasure.label.written), ("text-anchor", "middle"),
            ])
        page.line()
    }

    /// What it is, for who cannot see it, and the colours for those who prefer dark.
    private func putDescription(_ id: String, in page: inout Markup) {
        page.element("title", [("id", id + "title")], scene.title(language))
        let segments = scene.rows.count { if case .segment = $0 { true } else { false } }
        let summary = DrawingWords.summary(segments: segments, lanes: scene.lanes.prefix(12).map(\.name))
        let told = [summary] + (options.isBlank ? [] : scene.footer)
        page.element("desc", [("id", id + "desc")], told.map { $0(language) }.joined(separator: " "))
        page.element(
            "style", [],
            Self.rules + "@media (prefers-color-scheme:dark){\(Palette.rules(.dark, under: ".tcplens-ladder"))}"
                + "@media print{\(Palette.rules(.light, under: ".tcplens-ladder"))}")
    }

    /// How text looks that there is much of, told once.
    static let rules =
        ".tcplens-ladder .prose{font-family:\(runningFonts);font-size:\(TextMeasure.small.written)px}"
        + ".tcplens-ladder .label tspan{font-weight:700}"
        + ".tcplens-ladder .time{text-anchor:end;font-size:\(TextMeasure.small.written)px}"

    /// The patterns of states, and the heads of arrows.
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
    /// The legend and the footer alone, as wide as the drawing.
    func legend() -> String {
        let names = scene.rowNames
        let clock = options.clock ?? SceneClock(times: scene.rows.lazy.compactMap(\.time))
        var drawings = LaneBand.bands(of: scene, capacity: LadderDrawing.mostLanes, silence: options.silence).map {
            BandDrawing($0, of: scene, names: names, clock: clock, options: options)
        }
        // Which timers run is known once they are drawn.
        var (unseen, y) = (Markup(), 0.0)
        for index in drawings.indices { drawings[index].draw(y: &y, in: &unseen) }
        let width = drawings.map(\.layout.width).max() ?? options.width
        var body = Markup()
        y = 0
        Legend(scene, options: options, timers: Set(drawings.flatMap(\.timers))).draw(width: width, y: &y, in: &body)
        var page = Markup()
        putStart(width: width, height: y + 10, in: &page)
        page.raw(body.text)
        page.close("g")
        page.close("svg")
        return page.text
    }
}
