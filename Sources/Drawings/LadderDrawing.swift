import Narration
import Scenes
import TCPState

/// A scene as a ladder in SVG: lifelines, both ends' states on bands beside them, an arrow for each segment.
///
/// The SVG text contains no script, no font and no request, and every colour as a plain value: the colours for light
/// mode as attributes of the elements (or, with more than 2000 rows, in rules of classes), those for dark mode in a
/// rule for readers who prefer it. ``Palette`` gives the same rules to a page that lets its reader choose.
///
/// Each row of the scene is a group with the row's name (`Scene.rowNames`), preceded by ``Options/prefix``, as its id.
/// It has a `<title>` and a `<desc>`, and the class `segment`, `arrival` or `moment`. The group of a segment has the
/// attributes `data-number`, `data-flags`, `data-sequence`, `data-acknowledgment` (absent without the ACK bit) and
/// `data-length`, with the numbers of the header; `data-relative-sequence` and `data-relative-acknowledgment`, which
/// count from the ISN, if that is known; and `data-time` and `data-arrival` in nanoseconds since the scene's start. In
/// the group, lines of class `arrow` show what was sent, lines of class `ghost` the path that a lost segment did not
/// travel; texts of class `label` are on arrows.
public struct LadderDrawing: Sendable {
    /// How a drawing is made.
    public struct Options: Sendable {
        /// The language of the texts.
        public var language: Language
        /// The width in the drawing's units, which are pixels unless the drawing is scaled; more than two lanes may
        /// need more. Below ``LadderDrawing/narrow``, times are written above the states, to fit a telephone.
        public var width: Double
        /// Whether sequence numbers are those of the headers, and not relative to the ISNs.
        public var absoluteNumbers = false
        /// Text before every id, so that a page can contain several drawings.
        public var prefix = ""
        /// The longest pause, in nanoseconds, that is not shortened by a tear.
        public var silence: Int64 = 50_000_000
        /// Whether there is a title above the endpoints' names.
        public var hasTitle = true
        /// Whether a legend of patterns and signs, and the scene's footer, are below the rows.
        public var hasLegend = true
        /// Whether acknowledgment numbers and states are left out, to be filled in by hand.
        public var isBlank = false
        /// How heights depend on times.
        public var timing = Timing.squeezed
        /// Whether the drawing is for a page that describes each row itself, hides the drawing from screen readers, and
        /// contains the rules of ``Palette``. Then titles, descriptions and rules are left out, and relative numbers
        /// are written beside those of the header, in elements of class `rel` and `raw`, of which the page shows one.
        public var isEmbedded = false

        /// Creates the usual options.
        public init(language: Language = .english, width: Double = LadderDrawing.usualWidth) {
            self.language = language
            self.width = width
        }
    }

    /// How heights depend on times. The order of events is always the same.
    public enum Timing: String, Sendable, CaseIterable {
        /// Bursts are stretched, pauses shortened, and long silences torn.
        case squeezed
        /// Heights are proportional to times, unless labels need more room.
        case even
        /// Every event is one step below the one before, however much time lies between.
        case steps
    }

    /// The default width of a drawing.
    public static let usualWidth = 760.0
    /// Below this width the margins are made for a telephone.
    public static let narrow = 560.0
    /// The smallest width in which numbers have room.
    public static let narrowest = 320.0
    /// The most lanes side by side. More lanes are drawn in several bands, one below another.
    static let mostLanes = 6
    /// With more rows than this, only the numbers of the header are given for each row, because so long a picture is
    /// searched and not read.
    static let mostDescribed = 2000

    /// The width of this many columns of text in the drawing's text size.
    public static func width(columns: Int) -> Double { (Double(columns) * TextMeasure.label * 0.61).rounded() }

    let scene: Scene
    let options: Options

    /// Creates a drawing of `scene`.
    public init(_ scene: Scene, options: Options = Options()) {
        self.scene = scene
        self.options = options
    }

    /// The `svg` element, to be put into a page.
    public var svg: String { SVGPage(scene, options: options).text() }

    /// The `svg` element for a page with several drawings, which share their presentation. Requires
    /// ``Options/isEmbedded``.
    public func svg(sharing style: inout SharedStyle) -> String { style.share(svg, prefix: options.prefix) }

    /// A part of a drawing.
    public struct Part: Sendable {
        /// The index of the scene's first row in this part.
        public var first: Int
        /// The prefix of its ids.
        public var prefix: String
        /// The element `svg`.
        public var svg: String
        /// Its width and height, in the drawing's units.
        public var size: (width: Double, height: Double)
    }

    /// The drawing of one connection in parts of at most `size` rows, to be placed one below another. Requires
    /// ``Options/isEmbedded``. It is laid out only once, so whatever extends from one part into the next is continued
    /// there.
    public func parts(of size: Int, sharing style: inout SharedStyle) -> [Part] {
        SVGPage(scene, options: options).parts(of: max(1, size)).map { part in
            var part = part
            part.svg = style.share(part.svg, prefix: part.prefix)
            return part
        }
    }

    /// The legend and the footer as a drawing of their own, for several drawings that differ only in their times.
    public func legend(sharing style: inout SharedStyle) -> String {
        style.share(SVGPage(scene, options: options).legend(), prefix: options.prefix)
    }

    /// The definitions that all drawings of a page share, which the page needs once: an `svg` element that takes no
    /// room.
    public static let sharedDefinitions: String = {
        var definitions = Markup()
        SVGPage.define(State.allCases, prefix: "ladder-", in: &definitions)
        return definitions.text
    }()

    /// The style rules that drawings in a page need, besides those of the palette.
    public static var rules: String { SVGPage.rules }

    /// The drawing as a file of its own.
    public var document: String { "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + svg + "\n" }
}
