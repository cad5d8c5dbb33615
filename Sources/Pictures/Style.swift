import Scenes

extension StateFamily {
    /// The family's place among the 16 colours every terminal has.
    fileprivate var basic: Int {
        switch self {
        case .idle: 8
        case .opening: 3
        case .open: 2
        case .weClosed: 4
        case .theyClosed: 1
        }
    }

    /// The family's colour on a background of `theme`, or on one of which nothing is known: then one with as much contrast to
    /// black as to white, 4.4:1 and more. The letters tell the states apart where such colours do less well.
    func terminalColour(_ theme: Theme?) -> UInt32 {
        if let theme { return colour(theme) }
        return switch self {
        case .idle: 0x767676
        case .opening: 0xAF5F00
        case .open: 0x00875F
        case .weClosed: 0x5F5FFF
        case .theyClosed: 0xD700AF
        }
    }
}

/// How much colour the terminal can show.
public enum ColourDepth: Sendable, Equatable, CaseIterable {
    /// Not one escape code is written.
    case none
    case sixteen, twoFiftySix, full
}

/// How a cell looks apart from its glyph.
public struct Style: Sendable, Equatable {
    /// The foreground: the terminal's own, a state family's hue, or that of something that went wrong.
    public enum Ink: Sendable, Equatable {
        case plain
        case state(StateFamily)
        case alarm
    }

    /// The foreground.
    public var ink: Ink
    /// Bright or heavy, as the terminal has it.
    public var isBold: Bool
    /// Faint, where the terminal can.
    public var isDim: Bool

    /// Plain unless told otherwise.
    public init(ink: Ink = .plain, isBold: Bool = false, isDim: Bool = false) {
        self.ink = ink
        self.isBold = isBold
        self.isDim = isDim
    }

    /// The terminal's own.
    public static let plain = Style()
    /// Headings.
    public static let bold = Style(isBold: true)
    /// What is there for orientation only.
    public static let dim = Style(isDim: true)
    /// Something went wrong.
    public static let alarm = Style(ink: .alarm, isBold: true)

    /// The sequence that switches back to the terminal's default.
    static let reset = "\u{1B}[0m"

    /// How many styles there are.
    fileprivate static let count = 4 * (2 + StateFamily.allCases.count)

    /// Its number among all styles, 0 for the terminal's own.
    var index: UInt8 {
        let ink: UInt8 =
            switch self.ink {
            case .plain: 0
            case .alarm: 1
            case .state(.idle): 2
            case .state(.opening): 3
            case .state(.open): 4
            case .state(.weClosed): 5
            case .state(.theyClosed): 6
            }
        return ink << 2 | (isBold ? 2 : 0) | (isDim ? 1 : 0)
    }

    /// The sequence that switches from the terminal's default to this style; empty for plain text and without colour.
    func begin(_ depth: ColourDepth, _ theme: Theme?) -> String {
        guard depth != .none, self != .plain else { return "" }
        var codes: [String] = []
        if isBold { codes.append("1") }
        if isDim { codes.append("2") }
        switch ink {
        case .plain: break
        case .alarm:
            let colours = Self.alarmColours(theme)
            // Among sixteen colours: bright white on red, or red on what there is.
            codes.append(Self.foreground(colours.text, basic: colours.ground == nil ? 1 : 15, depth))
            if let ground = colours.ground { codes.append(Self.background(ground, basic: 1, depth)) }
        case .state(let family): codes.append(Self.foreground(family.terminalColour(theme), basic: family.basic, depth))
        }
        return "\u{1B}[" + codes.joined(separator: ";") + "m"
    }

    /// The colour of what went wrong, 0xRRGGBB: to be read on a background of `theme`, with a contrast of at least 4.5:1. No red
    /// has that on dark and on light, so where nothing is known of the background it brings its own.
    static func alarmColours(_ theme: Theme?) -> (text: UInt32, ground: UInt32?) {
        switch theme {
        case .dark: (0xFF5F5F, nil)
        case .light: (0xAF0000, nil)
        case nil: (0xFFFFFF, 0xAF0000)
        }
    }

    /// The sequences around text of this style on `canvas`; empty where it shows no colour.
    public func sequences(_ canvas: Canvas) -> (begin: String, end: String) {
        let begin = begin(canvas.colour, canvas.theme)
        return (begin, begin.isEmpty ? "" : Self.reset)
    }

    private static func foreground(_ colour: UInt32, basic: Int, _ depth: ColourDepth) -> String {
        switch depth {
        case .none: return ""
        case .sixteen: return basic < 8 ? "\(30 + basic)" : "\(90 + basic - 8)"
        case .twoFiftySix: return "38;5;\(nearest256(colour))"
        case .full: return "38;2;\(colour >> 16 & 255);\(colour >> 8 & 255);\(colour & 255)"
        }
    }

    private static func background(_ colour: UInt32, basic: Int, _ depth: ColourDepth) -> String {
        switch depth {
        case .none: return ""
        case .sixteen: return "\(40 + basic)"
        case .twoFiftySix, .full: return "4" + foreground(colour, basic: basic, depth).dropFirst()
        }
    }

    /// The nearest of xterm's 6x6x6 cube (16...231) and grey ramp (232...255), by squared distance; the first 16 are left
    /// out because users repaint them.
    static func nearest256(_ colour: UInt32) -> Int {
        let steps = [0, 95, 135, 175, 215, 255]
        let red = Int(colour >> 16 & 255)
        let green = Int(colour >> 8 & 255)
        let blue = Int(colour & 255)
        func distance(_ r: Int, _ g: Int, _ b: Int) -> Int {
            (r - red) * (r - red) + (g - green) * (g - green) + (b - blue) * (b - blue)
        }
        var best = (index: 16, distance: Int.max)
        for index in 16...255 {
            let candidate: Int
            if index < 232 {
                let cube = index - 16
                candidate = distance(steps[cube / 36], steps[cube / 6 % 6], steps[cube % 6])
            } else {
                let grey = 8 + 10 * (index - 232)
                candidate = distance(grey, grey, grey)
            }
            if candidate < best.distance { best = (index, candidate) }
        }
        return best.index
    }
}

/// The sequences of all styles, made once for a picture.
struct StyleSequences: Sendable {
    /// By ``Style/index``; empty without colour.
    private var begins: [[UInt8]] = []

    init(_ depth: ColourDepth, _ theme: Theme?) {
        guard depth != .none else { return }
        begins = Array(repeating: [], count: Style.count)
        let inks: [Style.Ink] = [.plain, .alarm] + StateFamily.allCases.map { .state($0) }
        for ink in inks {
            for isBold in [false, true] {
                for isDim in [false, true] {
                    let style = Style(ink: ink, isBold: isBold, isDim: isDim)
                    begins[Int(style.index)] = Array(style.begin(depth, theme).utf8)
                }
            }
        }
    }

    /// Switches from the terminal's default to the style of that index.
    func begin(_ index: UInt8, into octets: inout [UInt8]) {
        if !begins.isEmpty { octets.append(contentsOf: begins[Int(index)]) }
    }

    /// Switches back from it to the terminal's default.
    func end(_ index: UInt8, into octets: inout [UInt8]) {
        if !begins.isEmpty, !begins[Int(index)].isEmpty { octets.append(contentsOf: Style.reset.utf8) }
    }
}
