import Drawings
import Narration
import Scenes

/// The drawings of a ladder in an HTML page. Swift makes all of them; the page only shows one: the one in the language,
/// for the width and with the time scale that are chosen.
struct LadderFigure {
    let scene: Scene
    /// The longest pause, in nanoseconds, that is not shortened by a tear.
    var silence: Int64
    var prefix = ""
    var isBlank = false
    /// Whether there are drawings with every time scale that the page offers; otherwise there is only the squeezed one.
    var hasTimes = false
    /// For a long ladder: the language of its only drawing. That is divided into parts of as many rows as a browser
    /// lays out at once.
    var only: Language?

    /// A ladder with more rows than this is a long one.
    static let longest = 300
    static let partSize = 100
    /// The width for a telephone.
    private static let narrowWidth = 360.0

    /// - Parameter style: the presentation that all drawings of the page share.
    func html(_ style: inout SharedStyle) -> HTML {
        if let only { return parts(only, &style) }
        let times: [LadderDrawing.Timing] = hasTimes ? LadderDrawing.Timing.allCases : [.squeezed]
        var html = HTML()
        for timing in times {
            html += "<div class=\"time \(timing.rawValue)\">"
            for isNarrow in [false, true] {
                html += "<div class=\"\(isNarrow ? "narrow" : "wide")\">"
                for language in Language.allCases {
                    html += drawing(timing, isNarrow: isNarrow, language, &style)
                }
                html += "</div>\n"
            }
            html += "</div>\n"
        }
        // The legend is the same for every time scale.
        for isNarrow in [false, true] {
            html += "<div class=\"\(isNarrow ? "narrow" : "wide")\">"
            for language in Language.allCases {
                let options = options(language, isNarrow: isNarrow)
                let svg = LadderDrawing(scene, options: options).legend(sharing: &style)
                html +=
                    "<div class=\"signs\" lang=\"\(language.rawValue)\" aria-hidden=\"true\">\(HTML(trusted: svg))</div>\n"
            }
            html += "</div>\n"
        }
        return html
    }

    private func drawing(
        _ timing: LadderDrawing.Timing, isNarrow: Bool, _ language: Language, _ style: inout SharedStyle
    ) -> HTML {
        var options = options(language, isNarrow: isNarrow)
        options.timing = timing
        options.hasLegend = false
        options.prefix = "\(prefix)\(Self.letter(timing))\(isNarrow ? "n" : "w")\(language.rawValue)-"
        let svg = LadderDrawing(scene, options: options).svg(sharing: &style)
        return Self.frame("drawing", options, "", HTML(trusted: svg))
    }

    /// A letter that makes the ids of a page's drawings different.
    private static func letter(_ timing: LadderDrawing.Timing) -> String {
        switch timing {
        case .squeezed: "q"
        case .even: "e"
        case .steps: "s"
        }
    }

    private func options(_ language: Language, isNarrow: Bool) -> LadderDrawing.Options {
        var options = LadderDrawing.Options(language: language)
        if isNarrow { options.width = Self.narrowWidth }
        options.hasTitle = false
        options.isBlank = isBlank
        options.isEmbedded = true
        options.silence = silence
        return options
    }

    private static func frame(
        _ name: String, _ options: LadderDrawing.Options, _ more: HTML, _ drawing: HTML
    ) -> HTML {
        "<div class=\"\(name)\" lang=\"\(options.language.rawValue)\" data-prefix=\"\(options.prefix)\" aria-hidden=\"true\"\(more)>\(drawing)</div>\n"
    }

    /// The drawing in parts. Each part states its size, so that its place is reserved before it is there.
    private func parts(_ language: Language, _ style: inout SharedStyle) -> HTML {
        var options = options(language, isNarrow: false)
        options.prefix = prefix
        let parts = LadderDrawing(scene, options: options).parts(of: Self.partSize, sharing: &style)
        return parts.map { part in
            options.prefix = part.prefix
            return Self.frame(
                "drawing always part", options,
                " data-first=\"\(part.first)\" style=\"aspect-ratio:\(Int(part.size.width))/\(Int(part.size.height))\"",
                "<noscript>\(HTML(trusted: part.svg))</noscript>")
        }.joined()
    }
}
