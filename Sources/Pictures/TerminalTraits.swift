import Narration
import Scenes

/// Decides how to draw for an output: by the flags first, then the environment, then the terminal. This type looks at
/// nothing itself; the caller passes what it found out about the terminal and the environment.
public struct TerminalTraits: Sendable, Equatable {
    /// `--color auto|always|never`.
    public enum ColourChoice: String, Sendable, CaseIterable {
        case auto, always, never
    }

    /// The choices that the user made on the command line; `nil` where none was made.
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
        /// Choices of the user; none by default.
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
    /// The number of columns that the terminal reports; `nil` if it was not asked or does not say.
    public var columns: Int?
    /// How many cells an Ambiguous character takes on the terminal, as measured; `nil` if that was not tried.
    public var measuredAmbiguousWidth: Int?
    /// The process's environment.
    public var environment: [String: String]

    /// Creates the description of an output from what the caller found out about it.
    public init(
        isTerminal: Bool, columns: Int? = nil, measuredAmbiguousWidth: Int? = nil, environment: [String: String]
    ) {
        self.isTerminal = isTerminal
        self.columns = columns
        self.measuredAmbiguousWidth = measuredAmbiguousWidth
        self.environment = environment
    }

    /// The canvas that follows from these traits and the user's choices.
    public func canvas(_ wishes: Wishes = Wishes()) -> Canvas {
        Canvas(
            width: width(wishes), glyphs: glyphs(wishes),
            ambiguousWidth: wishes.ambiguousWidth ?? measuredAmbiguousWidth ?? 1,
            colour: colour(wishes.colour), theme: theme, language: language(wishes))
    }

    /// The language: by `--lang`, else `TCPLENS_LANG`, else the locale of messages, which gives Chinese if it begins
    /// with `zh`, else English.
    public func language(_ wishes: Wishes = Wishes()) -> Language {
        if let language = wishes.language { return language }
        // An unknown word in TCPLENS_LANG is ignored, and the locale decides.
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

    /// ASCII if the user asked for it, or if the locale's character set is not UTF-8. This applies to the drawing only:
    /// Chinese text is UTF-8 in any locale.
    private func glyphs(_ wishes: Wishes) -> GlyphSet {
        if wishes.isASCII { return .ascii }
        let locale = (value("LC_ALL") ?? value("LC_CTYPE") ?? value("LANG") ?? "").lowercased()
        return locale.contains("utf-8") || locale.contains("utf8") ? .unicode : .ascii
    }

    private func width(_ wishes: Wishes) -> Int {
        let candidates = [wishes.width, value("COLUMNS").flatMap { Int($0) }, columns]
        return candidates.lazy.compactMap { $0 }.first { $0 > 0 } ?? 80
    }

    /// The colours, by the rules of no-color.org and bixense.com/clicolors: a flag takes precedence over `NO_COLOR`,
    /// that over `CLICOLOR_FORCE`, and that over what the terminal is.
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

    /// The background by `COLORFGBG` (rxvt, Konsole and others), whose last field is its index among the 16 colours: 7
    /// and 9 to 15 are light. `nil` where the variable is not set.
    private var theme: Theme? {
        guard let last = value("COLORFGBG")?.split(separator: ";").last, let colour = Int(last) else { return nil }
        return colour == 7 || (9...15).contains(colour) ? .light : .dark
    }

    /// An empty variable counts as unset.
    private func value(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
