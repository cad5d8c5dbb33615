import Narration
import Scenes
import TCPState

/// A scene as a ladder in SVG: lifelines, both ends' states on bands beside them, an arrow for each segment.
///
/// The text holds no script, no font and no request, and every colour as a plain value: the light ones stand at the elements (of
/// more than 2000 rows, in rules of classes), the dark ones in a rule for those who prefer dark (``Palette`` gives the same rules for a page with a choice of its own).
///
/// Each row of the scene is a group that has the row's name (`Scene.rowNames`) as its id, behind ``Options/prefix``, with
/// `<title>` and `<desc>`, and the class `segment`, `arrival` or `moment`. A segment's group has the attributes `data-number`,
/// `data-flags`, `data-sequence`, `data-acknowledgment` (absent without the ACK bit) and `data-length`, the numbers as they
/// stand in the header; `data-relative-sequence` and `data-relative-acknowledgment` count from the ISN where that is known;
/// `data-time` and `data-arrival` are nanoseconds since the scene's start. Inside, lines of class `arrow` are what was sent,
/// `ghost` what did not arrive; texts of class `label` stand on arrows.
public struct LadderDrawing: Sendable {
    /// How a drawing is made.
    public struct Options: Sendable {
        /// The language of words.
        public var language: Language
        /// The width, in the drawing's units, which are pixels where nothing scales it; more lanes than two may need more. Below
        /// ``LadderDrawing/narrow`` times stand above the states: for a telephone.
        public var width: Double
        /// Sequence numbers as they stand in the headers, not relative to the ISNs.
        public var absoluteNumbers = false
        /// Stands before every id, so that several drawings find room in one page.
        public var prefix = ""
        /// The longest pause, in nanoseconds, that is not torn.
        public var silence: Int64 = 50_000_000
        /// Title and endpoints' names above the rows; without, only the names.
        public var hasTitle = true
        /// What patterns and signs mean, and the scene's footer, below the rows.
        public var hasLegend = true
        /// Acknowledgment numbers and states are left out, to be filled in by hand.
        public var isBlank = false
        /// How height follows time.
        public var timing = Timing.squeezed
        /// For a page that tells each row itself, hides the drawing from who reads it aloud, and has the rules of ``Palette``:
        /// without titles, descriptions and rules. Numbers that count from the ISN stand beside those of the header, in
        /// elements of class `rel` and `raw`: the page shows one of them.
        public var isEmbedded = false

        /// The usual drawing.
        public init(language: Language = .english, width: Double = LadderDrawing.usualWidth) {
            self.language = language
            self.width = width
        }
    }

    /// How height follows time. The order is the same in all.
    public enum Timing: String, Sendable, CaseIterable {
        /// Bursts are spread, pauses squeezed, long silences torn.
        case squeezed
        /// Evenly, as far as labels leave room.
        case even
        /// One step for each event, whatever time lies between.
        case steps
    }

    /// The width of a drawing that is not asked for another.
    public static let usualWidth = 760.0
    /// Below this width the margins are those for a telephone.
    public static let narrow = 560.0
    /// The narrowest in which numbers find room.
    public static let narrowest = 320.0
    /// The most lanes side by side; more are drawn in bands, one below the other.
    static let mostLanes = 6
    /// Beyond so many rows, what is told of each is its header's numbers: a picture that long is searched, not read.
    static let mostDescribed = 2000

    /// The width of so many columns of text in the size of a drawing's.
    public static func width(columns: Int) -> Double { (Double(columns) * TextMeasure.label * 0.61).rounded() }

    let scene: Scene
    let options: Options

    /// The drawing of `scene`.
    public init(_ scene: Scene, options: Options = Options()) {
        self.scene = scene
        self.options = options
    }

    /// The element `svg`, as a page holds it.
    public var svg: String { SVGPage(scene, options: options).text() }

    /// The same for a page with several drawings, which share their presentation; with ``Options/isEmbedded``.
    public func svg(sharing style: inout SharedStyle) -> String { style.share(svg, prefix: options.prefix) }

    /// A piece of a drawing.
    public struct Part: Sendable {
        /// The first of the scene's rows that stand in it.
        public var first: Int
        /// The prefix of its ids.
        public var prefix: String
        /// The element `svg`.
        public var svg: String
        /// Its width and height, in the drawing's units.
        public var size: (width: Double, height: Double)
    }

    /// The drawing of one connection in pieces of at most `size` rows, one below the other; with ``Options/isEmbedded``. It is
    /// laid out once: what reaches from one piece into the next goes on there.
    public func parts(of size: Int, sharing style: inout SharedStyle) -> [Part] {
        SVGPage(scene, options: options).parts(of: max(1, size)).map { part in
            var part = part
            part.svg = style.share(part.svg, prefix: part.prefix)
            return part
        }
    }

    /// What the drawing's patterns and signs mean, and the footer, as a drawing of its own: for several that differ in their times.
    public func legend(sharing style: inout SharedStyle) -> String {
        style.share(SVGPage(scene, options: options).legend(), prefix: options.prefix)
    }

    /// What drawings that share their presentation need once in their page, in an element `svg` that takes no room.
    public static let sharedDefinitions: String = {
        var definitions = Markup()
        SVGPage.define(State.allCases, prefix: "ladder-", in: &definitions)
        return definitions.text
    }()

    /// What drawings in a page need of its style, besides the palette.
    public static var rules: String { SVGPage.rules }

    /// A file of its own.
    public var document: String { "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + svg + "\n" }
}
