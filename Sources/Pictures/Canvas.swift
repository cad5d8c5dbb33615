import Narration
import Scenes

/// The characters with which lines and arrows are drawn.
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
    /// The mark for the part of a text that was cut off.
    package var ellipsis: String { self == .ascii ? ".." : "…" }
}

/// The properties of the output that text pictures are drawn for: its width, glyphs, colours and language.
public struct Canvas: Sendable, Equatable {
    /// Cells in a line, at least ``narrowest``.
    public let width: Int
    /// The characters with which lines and arrows are drawn.
    public let glyphs: GlyphSet
    /// The rule by which text is measured.
    public let measure: DisplayWidth
    /// The range of colours that may be written.
    public let colour: ColourDepth
    /// The background that the colours are chosen for; `nil` where it is not known: colours that can be read on both
    /// are used then.
    public let theme: Theme?
    /// The language of the picture's words.
    public let language: Language

    /// The least width that anything can be drawn in; a smaller width is raised to this.
    public static let narrowest = 20
    /// The greatest width; a larger one would be a mistake, and would cost memory in each row.
    public static let widest = 1000

    /// `ambiguousWidth` 2 (East Asian Ambiguous characters take two cells) makes the glyphs ASCII: arrows and box lines
    /// are Ambiguous, and at two cells each no picture would hold together.
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
