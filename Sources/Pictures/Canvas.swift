import Narration
import Scenes

/// Which characters lines and arrows are drawn with.
public enum GlyphSet: Sendable, Equatable, CaseIterable {
    case ascii, unicode

    var dash: Unicode.Scalar { self == .ascii ? "-" : "─" }
    var right: Unicode.Scalar { self == .ascii ? ">" : "▶" }
    var left: Unicode.Scalar { self == .ascii ? "<" : "◀" }
    var lost: String { self == .ascii ? "x" : "×" }
    var refused: String { self == .ascii ? "(x)" : "⊗" }
    var useless: String { self == .ascii ? "o" : "○" }
    var tear: Unicode.Scalar { self == .ascii ? "~" : "╌" }
    var rail: String { self == .ascii ? "|" : "│" }
    var crossing: String { self == .ascii ? "+" : "┼" }
    var loop: String { self == .ascii ? "@" : "↺" }
    var below: String { self == .ascii ? "^ " : "└ " }
    var belowRight: String { self == .ascii ? " ^" : " ┘" }
    /// Stands for what was left out of a text.
    package var ellipsis: String { self == .ascii ? ".." : "…" }
}

/// What text pictures are drawn on: how wide, with which glyphs, colours and language.
public struct Canvas: Sendable, Equatable {
    /// Cells in a line, at least `narrowest`.
    public let width: Int
    /// What lines and arrows are drawn with.
    public let glyphs: GlyphSet
    /// The rule by which text is measured.
    public let measure: DisplayWidth
    /// How much colour is written.
    public let colour: ColourDepth
    /// The background the colours are for; `nil` where nobody says what it is like: colours that hold on either.
    public let theme: Theme?
    /// The language of words.
    public let language: Language

    /// Below this nothing can be drawn: a smaller width asked for is taken as this.
    public static let narrowest = 20
    /// A width beyond this is a mistake, and would cost memory for each row.
    public static let widest = 1000

    /// `ambiguousWidth` 2 (East Asian Ambiguous characters take two cells) makes the glyphs ASCII: arrows and box lines are
    /// Ambiguous, and at two cells each no picture would hold together.
    public init(
        width: Int = 80, glyphs: GlyphSet = .unicode, ambiguousWidth: Int = 1, colour: ColourDepth = .none,
        theme: Theme? = .dark, language: Language = .english
    ) {
        self.width = min(max(width, Self.narrowest), Self.widest)
        measure = DisplayWidth(ambiguous: ambiguousWidth)
        self.glyphs = measure.ambiguous == 2 ? .ascii : glyphs
        self.colour = colour
        self.theme = theme
        self.language = language
    }
}
