import Narration
import Scenes

/// Decides how to draw from what is known about the output: flags first, then the environment, then the terminal. Pure: the
/// caller looks at the terminal and the environment and hands in what it saw.
public struct TerminalTraits: Sendable, Equatable {
    /// `--color auto|always|never`.
    public enum ColourChoice: String, Sendable, CaseIterable {
        case auto, always, never
    }

    /// What the user asked for on the command line; `nil` where nothing was said.
    public struct Wishes: Sendable, Equatable {
        /// `--lang`.
        public var language: Language?
        /// `--color`.
        public var colour: ColourChoice
        /// `--ascii`.
        public var isASCII: Bool
        /// `--width`.
        public var width: Int?
        /// `--ambiguous-width`: 1 or 2.
        public var ambiguousWidth: Int?
        /// Nothing asked for unless given.
        public init(
            language: Language? = nil, colour: ColourChoice = .auto, isASCII: Bool = false, width: Int? = nil,
            ambiguousWidth: Int? = nil
        ) {
            self.language = language
            self.colour = colour
            self.isASCII = isASCII
            self.width = width
            self.ambiguousWidth = ambiguousWidth
        }
    }

    /// Whether the output is a terminal.
    public var isTerminal: Bool
    /// The terminal's own answer to how many columns it has; `nil` if it was not asked or has none.
    public var columns: Int?
    /// The cells an Ambiguous character was seen to take; `nil` if that was not tried.
    public var measuredAmbiguousWidth: Int?
    /// The process's environment.
    public var environment: [String: String]

    /// What the caller saw of the output.
    public init(
        isTerminal: Bool, columns: Int? = nil, measuredAmbiguousWidth: Int? = nil, environment: [String: String]
    ) {
        self.isTerminal = isTerminal
        self.columns = columns
        self.measuredAmbiguousWidth = measuredAmbiguousWidth
        self.environment = environment
    }

    /// The canvas to draw on, everything decided.
    public func canvas(_ wishes: Wishes = Wishes()) -> Canvas {
        Canvas(
            width: width(wishes), glyphs: glyphs(wishes),
            ambiguousWidth: wishes.ambiguousWidth ?? measuredAmbiguousWidth ?? 1,
            colour: colour(wishes.colour), theme: theme, language: language(wishes))
    }

    /// `--lang`, `TCPLENS_LANG`, then the locale of messages: Chinese if it is `zh…`, else English.
    public func language(_ wishes: Wishes = Wishes()) -> Language {
        if let language = wishes.language { return language }
        // An unknown word in TCPLENS_LANG says nothing; the locale then decides.
        if let own = value("TCPLENS_LANG"), let language = Self.language(named: own) { return language }
        let locale = value("LC_ALL") ?? value("LC_MESSAGES") ?? value("LANG") ?? ""
        return Self.language(named: locale) ?? .english
    }

    private static func language(named name: String) -> Language? {
        let name = name.lowercased()
        if name.hasPrefix("zh") { return .chinese }
        if name.hasPrefix("en") { return .english }
        return nil
    }

    /// ASCII if asked for, or if the locale's character set is not UTF-8. Only the drawing: Chinese text, where asked for, is
    /// UTF-8 in any locale.
    private func glyphs(_ wishes: Wishes) -> GlyphSet {
        if wishes.isASCII { return .ascii }
        let locale = (value("LC_ALL") ?? value("LC_CTYPE") ?? value("LANG") ?? "").lowercased()
        return locale.contains("utf-8") || locale.contains("utf8") ? .unicode : .ascii
    }

    private func width(_ wishes: Wishes) -> Int {
        let candidates = [wishes.width, value("COLUMNS").flatMap { Int($0) }, columns]
        return candidates.lazy.compactMap { $0 }.first { $0 > 0 } ?? 80
    }

    /// no-color.org and bixense.com/clicolors: a flag beats `NO_COLOR`, that beats `CLICOLOR_FORCE`, that the terminal.
    private func colour(_ choice: ColourChoice) -> ColourDepth {
        switch choice {
        case .never: return .none
        case .always: return depth
        case .auto:
            if value("NO_COLOR") != nil { return .none }
            if let force = value("CLICOLOR_FORCE"), force != "0" { return depth }
            guard isTerminal, value("CLICOLOR") != "0", let name = value("TERM"), name != "dumb" else { return .none }
            return depth
        }
    }

    private var depth: ColourDepth {
        let said = value("COLORTERM")?.lowercased() ?? ""
        let name = value("TERM")?.lowercased() ?? ""
        if said == "truecolor" || said == "24bit" || name.hasSuffix("-direct") { return .full }
        return name.contains("256color") ? .twoFiftySix : .sixteen
    }

    /// `COLORFGBG` (rxvt, Konsole and others) ends in the background's place among the 16 colours: 7 and 9 to 15 are light. Others do
    /// not say.
    private var theme: Theme? {
        guard let last = value("COLORFGBG")?.split(separator: ";").last, let colour = Int(last) else { return nil }
        return colour == 7 || (9...15).contains(colour) ? .light : .dark
    }

    /// An empty variable counts as unset.
    private func value(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
