import Drawings
import Narration
import Scenes

/// The drawing of a ladder as the page holds it. Swift has drawn it; the page only shows one of the drawings: in the language, for
/// the width and with the time that are chosen.
struct LadderFigure {
    let scene: Scene
    /// The longest pause that is not torn.
    var silence: Int64
    var prefix = ""
    var isBlank = false
    /// In every time that the page offers; else in the squeezed one.
    var hasTimes = false
    /// Of a long ladder there is one drawing in this language, part by part, as many rows in each as a browser lays out at once.
    var only: Language?

    /// More rows than this are a long ladder.
    static let longest = 300
    static let partSize = 100
    /// For a telephone.
    private static let narrowWidth = 360.0

    /// - Parameter style: what all drawings of the page share.
    func html(_ style: inout SharedStyle) -> HTML {
        if let only { return parts(only, &style) }
        let times: [LadderDrawing.Timing] = hasTimes ? LadderDrawing.Timing.allCases : [.squeezed]
        let clock = clock
        var html = HTML()
        for timing in times {
            html += "<div class=\"time \(timing.rawValue)\">"
            for isNarrow in [false, true] {
                html += "<div class=\"\(isNarrow ? "narrow" : "wide")\">"
                for language in Language.allCases {
                    html += drawing(timing, isNarrow: isNarrow, language, clock, &style)
                }
                html += "</div>\n"
            }
            html += "</div>\n"
        }
        // The signs are the same whatever the time.
        for isNarrow in [false, true] {
            html += "<div class=\"\(isNarrow ? "narrow" : "wide")\">"
            for language in Language.allCases {
                let options = options(language, isNarrow: isNarrow, clock)
                let svg = LadderDrawing(scene, options: options).legend(sharing: &style)
                html +=
                    "<div class=\"signs\" lang=\"\(language.rawValue)\" aria-hidden=\"true\">\(HTML(trusted: svg))</div>\n"
            }
            html += "</div>\n"
        }
        return html
    }

    private func drawing(
        _ timing: LadderDrawing.Timing, isNarrow: Bool, _ language: Language, _ clock: SceneClock,
        _ style: inout SharedStyle
    ) -> HTML {
        var options = options(language, isNarrow: isNarrow, clock)
        options.timing = timing
        options.hasLegend = false
        options.prefix = "\(prefix)\(Self.letter(timing))\(isNarrow ? "n" : "w")\(language.rawValue)-"
        let svg = LadderDrawing(scene, options: options).svg(sharing: &style)
        return Self.frame("drawing", options, "", HTML(trusted: svg))
    }

    /// Keeps the names of a page's drawings apart.
    private static func letter(_ timing: LadderDrawing.Timing) -> String {
        switch timing {
        case .squeezed: "q"
        case .even: "e"
        case .steps: "s"
        }
    }

    private var clock: SceneClock { SceneClock(times: scene.rows.lazy.compactMap(\.time)) }

    private func options(_ language: Language, isNarrow: Bool, _ clock: SceneClock) -> LadderDrawing.Options {
        var options = LadderDrawing.Options(language: language)
        if isNarrow { options.width = Self.narrowWidth }
        options.hasTitle = false
        options.isBlank = isBlank
        options.isEmbedded = true
        options.silence = silence
        options.clock = clock
        return options
    }

    private static func frame(
        _ name: String, _ options: LadderDrawing.Options, _ more: HTML, _ drawing: HTML
    ) -> HTML {
        "<div class=\"\(name)\" lang=\"\(options.language.rawValue)\" data-prefix=\"\(options.prefix)\" aria-hidden=\"true\"\(more)>\(drawing)</div>\n"
    }

    /// Width and height of a drawing, as its view box has them: the room it takes before it is there.
    private static func ratio(_ svg: String) -> String {
        guard let box = svg.split(separator: "viewBox=\"0 0 ", maxSplits: 1).last?.split(separator: "\"").first else {
            return "1"
        }
        return String(box.replacing(" ", with: "/"))
    }

    /// By part, the segments that a later part sends again.
    private var repeatedLater: [Int: Set<Int>] {
        var parts: [Int: Int] = [:]
        var repeated: [Int: Set<Int>] = [:]
        for (row, element) in scene.rows.enumerated() {
            guard case .segment(let segment) = element else { continue }
            let part = row / Self.partSize
            if segment.isRepetition, let original = segment.original, let first = parts[original], first < part {
                repeated[first, default: []].insert(original)
            }
            parts[segment.number] = part
        }
        return repeated
    }

    /// A part begins with the states that the one before left.
    private func parts(_ language: Language, _ style: inout SharedStyle) -> HTML {
        let clock = clock
        let repeated = repeatedLater
        var part = scene
        var html = HTML()
        for first in stride(from: 0, to: scene.rows.count, by: Self.partSize) {
            part.rows = Array(scene.rows[first..<min(scene.rows.count, first + Self.partSize)])
            let isLast = first + Self.partSize >= scene.rows.count
            var options = options(language, isNarrow: false, clock)
            options.prefix = "\(prefix)\(first)-"
            options.hasLegend = isLast
            options.hasHeads = first == 0
            options.repeatedLater = repeated[first / Self.partSize] ?? []
            let svg = LadderDrawing(part, options: options).svg(sharing: &style)
            html += Self.frame(
                "drawing always part", options,
                " data-first=\"\(first)\" style=\"aspect-ratio:\(Self.ratio(svg))\"",
                "<noscript>\(HTML(trusted: svg))</noscript>")
            var marks = LaneMarks(part.lanes)
            for row in part.rows { marks.take(row) }
            for (lane, mark) in marks.marks.enumerated() { part.lanes[lane].before = mark }
        }
        return html
    }
}
