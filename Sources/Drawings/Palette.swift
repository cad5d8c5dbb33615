import Scenes
import TCPState

/// The colours of a drawing, as plain values, so that every program that draws SVG shows the same: those for light mode
/// are attributes of the elements, those for dark mode are in a rule for readers who prefer it.
public enum Palette {
    /// The things that have a colour. The raw value is the class of the elements with this colour.
    enum Ink: String, CaseIterable {
        /// Text and arrows.
        case ink
        /// The background, and everything that must look like it.
        case paper
        /// Lines and texts for orientation only.
        case dim
        /// Signs and lines for things that went wrong.
        case alarm
        case idle, opening, open
        case weClosed = "we-closed"
        case theyClosed = "they-closed"
        case retransmissionTimer = "timer-rto"
        case persistTimer = "timer-persist"
        case keepAliveTimer = "timer-keepalive"
        case timeWaitTimer = "timer-timewait"

        func colour(_ theme: Theme) -> UInt32 {
            let isLight = theme == .light
            return switch self {
            case .ink: isLight ? 0x1B1F24 : 0xE6E9ED
            case .paper: isLight ? 0xFFFFFF : 0x14181D
            case .dim: isLight ? 0x5B626B : 0x9AA3AE
            case .alarm: isLight ? 0xAF0000 : 0xFF6B6B
            case .idle: StateFamily.idle.colour(theme)
            case .opening: StateFamily.opening.colour(theme)
            case .open: StateFamily.open.colour(theme)
            case .weClosed: StateFamily.weClosed.colour(theme)
            case .theyClosed: StateFamily.theyClosed.colour(theme)
            case .retransmissionTimer: isLight ? 0xB45309 : 0xFBBF24
            case .persistTimer: isLight ? 0x0A5DFF : 0x519DF6
            case .keepAliveTimer: isLight ? 0x4B5058 : 0x9AA3AE
            case .timeWaitTimer: isLight ? 0x7C3AED : 0xB794F6
            }
        }

        init(_ family: StateFamily) {
            self =
                switch family {
                case .idle: .idle
                case .opening: .opening
                case .open: .open
                case .weClosed: .weClosed
                case .theyClosed: .theyClosed
                }
        }

        /// The colour for light mode, as an attribute's value.
        var light: String { Palette.text(colour(.light)) }
    }

    private static func text(_ colour: UInt32) -> String {
        let digits = String(colour, radix: 16, uppercase: true)
        return "#" + String(repeating: "0", count: 6 - digits.utf8.count) + digits
    }

    /// CSS rules that give the drawings below the selector `scope` the colours of `theme`, for a page that lets its
    /// reader choose, whatever the system prefers. Filled elements have the class of their colour; lines have that
    /// class with `-line` appended (arrows have `arrow`); text has the class `ink`, with an outline of `paper`.
    public static func rules(_ theme: Theme, under scope: String) -> String {
        Ink.allCases.map { ink in
            let colour = text(ink.colour(theme))
            return "\(scope) .\(ink.rawValue){fill:\(colour)}\(scope) .\(ink.rawValue)-line{stroke:\(colour)}"
        }.joined()
            + "\(scope) .arrow{stroke:\(text(Ink.ink.colour(theme)))}\(scope) .rim{stroke:\(text(Ink.paper.colour(theme)))}"
    }

    /// A style sheet in which `theme`'s colours replace the variables that name them, such as `var(--open)`. The
    /// variables `quiet` and `line` name the colour for orientation.
    public static func literal(_ style: String, _ theme: Theme) -> String {
        let names = Ink.allCases.map { ($0.rawValue, $0) } + [("quiet", .dim), ("line", .dim), ("accent", .weClosed)]
        return names.reduce(style) { $0.replacing("var(--\($1.0))", with: text($1.1.colour(theme))) }
    }
}
