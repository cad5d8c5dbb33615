import Scenes
import TCPState

/// The colours of a drawing: the light ones stand at each element, the dark ones in a rule for those who prefer dark, both as
/// plain values, so that every program that draws SVG agrees.
public enum Palette {
    /// What is coloured; the raw value is the class of the elements that have it.
    enum Ink: String, CaseIterable {
        /// Text and arrows.
        case ink
        /// The background, and what is to look like it.
        case paper
        /// What is there for orientation only.
        case dim
        /// What went wrong.
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

        /// The light colour, as an attribute has it.
        var light: String { Palette.text(colour(.light)) }
    }

    private static func text(_ colour: UInt32) -> String {
        let digits = String(colour, radix: 16, uppercase: true)
        return "#" + String(repeating: "0", count: 6 - digits.utf8.count) + digits
    }

    /// CSS rules that give a drawing the colours of `theme`, below the selector `scope`: for a page that lets its reader choose,
    /// whatever the system prefers. Elements that are filled have the class of their colour, elements that are lines that with
    /// `-line` behind it (arrows `arrow`), and text has `ink` with a rim of `paper`.
    public static func rules(_ theme: Theme, under scope: String) -> String {
        Ink.allCases.map { ink in
            let colour = text(ink.colour(theme))
            return "\(scope) .\(ink.rawValue){fill:\(colour)}\(scope) .\(ink.rawValue)-line{stroke:\(colour)}"
        }.joined()
            + "\(scope) .arrow{stroke:\(text(Ink.ink.colour(theme)))}\(scope) .rim{stroke:\(text(Ink.paper.colour(theme)))}"
    }

    /// A style sheet with the colours of `theme` as plain values where it names them: `var(--open)`; `quiet` and `line` are what
    /// is there for orientation.
    public static func literal(_ style: String, _ theme: Theme) -> String {
        let names = Ink.allCases.map { ($0.rawValue, $0) } + [("quiet", .dim), ("line", .dim), ("accent", .weClosed)]
        return names.reduce(style) { $0.replacing("var(--\($1.0))", with: text($1.1.colour(theme))) }
    }
}
