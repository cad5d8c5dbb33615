import Scenes

extension StateFamily {
    /// The family's index among the 16 colours that every terminal has.
    fileprivate var basic: Int {
        switch self {
        case .idle: 8
        case .opening: 3
        case .open: 2
        case .weClosed: 4
        case .theyClosed: 1
        }
    }

    /// The family's colour on a background of `theme`. If that is `nil`, the colour has about the same contrast to
    /// black as to white, at least 4.4:1; such colours are harder to tell apart, but the letters still differ.
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

/// The range of colours that a terminal can show.
public enum ColourDepth: Sendable, Equatable, CaseIterable {
    /// No escape sequence is written.
    case none
    case sixteen, twoFiftySix, full
}

/// The appearance of a cell apart from its glyph.
public struct Style: Sendable, Equatable {
    /// The foreground: the terminal's default, the colour of a state family, or the colour of something that went
    /// wrong.
    public enum Ink: Sendable, Equatable {
        case plain
        case state(StateFamily)
        case alarm
    }

    /// The foreground.
    public var ink: Ink
    /// Whether the text is bright or heavy; the terminal decides which.
    public var isBold: Bool
    /// Whether the text is faint, on a terminal that can show that.
    public var isDim: Bool

    /// A style; plain by default.
    public init(ink: Ink = .plain, isBold: Bool = false, isDim: Bool = false) {
        self.ink = ink
        self.isBold = isBold
        self.isDim = isDim
    }

    /// The terminal's default.
    public static let plain = Style()
    /// The style of headings.
    public static let bold = Style(isBold: true)
    /// Marks that serve orientation only.
    public static let dim = Style(isDim: true)
    /// The style of something that went wrong.
    public static let alarm = Style(ink: .alarm, isBold: true)

    /// The escape sequence that switches back to the terminal's default.
    static let reset = "\u{1B}[0m"

    /// How many styles there are.
    fileprivate static let count = 4 * (2 + StateFamily.allCases.count)

    /// The style's index among all styles; 0 for the terminal's default.
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

    /// The escape sequence that switches from the terminal's default to this style; empty for the plain style and
    /// without colour.
    func begin(_ depth: ColourDepth, _ theme: Theme?) -> String {
        guard depth != .none, self != .plain else { return "" }
        var codes: [String] = []
        if isBold { codes.append("1") }
        if isDim { codes.append("2") }
        switch ink {
        case .plain: break
        case .alarm:
            let colours = Self.alarmColours(theme)
            // With sixteen colours: bright white on a red ground where the alarm has one, else red.
            codes.append(Self.foreground(colours.text, basic: colours.ground == nil ? 1 : 15, depth))
            if let ground = colours.ground { codes.append(Self.background(ground, basic: 1, depth)) }
        case .state(let family): codes.append(Self.foreground(family.terminalColour(theme), basic: family.basic, depth))
        }
        return "\u{1B}[" + codes.joined(separator: ";") + "m"
    }

    /// The colours of something that went wrong, as 0xRRGGBB, with a contrast of at least 4.5:1 on a background of
    /// `theme`. No red has that contrast on both a dark and a light background, so if `theme` is `nil` the text gets a
    /// ground of its own.
    static func alarmColours(_ theme: Theme?) -> (text: UInt32, ground: UInt32?) {
        switch theme {
        case .dark: (0xFF5F5F, nil)
        case .light: (0xAF0000, nil)
        case nil: (0xFFFFFF, 0xAF0000)
        }
    }

    /// The escape sequences before and after text of this style on `canvas`; empty where it shows no colour.
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

    /// The nearest colour of xterm's 6x6x6 cube (16...231) and grey ramp (232...255), by squared distance; the first 16
    /// are not used, because users redefine them.
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

/// The escape sequences of all styles, made once for a picture.
struct StyleSequences: Sendable {
    /// The sequences that begin each style, by ``Style/index``; empty without colour.
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

    /// Appends the sequence that switches from the terminal's default to the style of this index.
    func begin(_ index: UInt8, into octets: inout [UInt8]) {
        if !begins.isEmpty { octets.append(contentsOf: begins[Int(index)]) }
    }

    /// Appends the sequence that switches from the style of this index back to the terminal's default.
    func end(_ index: UInt8, into octets: inout [UInt8]) {
        if !begins.isEmpty, !begins[Int(index)].isEmpty { octets.append(contentsOf: Style.reset.utf8) }
    }
}
