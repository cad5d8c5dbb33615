import ArgumentParser
import Narration
import Pictures

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The flags that every command takes: language and drawing.
struct OutputOptions: ParsableArguments {
    @Option(
        name: .customLong("lang"),
        help: .init(Text(en: "Language: en or zh. Default: the locale's.", zh: "语言：en 或 zh，默认随系统 locale。").spoken))
    var language: Language?

    @Option(
        help: .init(
            Text(en: "Colour: auto, always or never.", zh: "颜色：auto、always 或 never。").spoken, valueName: "when"))
    var color: TerminalTraits.ColourChoice = .auto

    @Flag(help: .init(Text(en: "Draw with ASCII characters only.", zh: "只用 ASCII 字符画图。").spoken))
    var ascii = false

    @Option(
        help: .init(
            Text(en: "Columns to draw in. Default: the terminal's, else 80.", zh: "画面宽度（列），默认取终端宽度，否则为 80。").spoken,
            valueName: "n"))
    var width: Int?

    @Option(
        help: .init(
            Text(
                en: "Cells that lines and arrows take on your terminal: 1 or 2.", zh: "线条与箭头字符在终端上占几列：1 或 2。"
            ).spoken, valueName: "n"))
    var ambiguousWidth: Int?

    func validate() throws {
        if let width, width < Canvas.narrowest || width > Canvas.widest {
            throw ValidationError(
                Text(
                    en: "--width takes \(Canvas.narrowest) to \(Canvas.widest)",
                    zh: "--width 的范围是 \(Canvas.narrowest) 到 \(Canvas.widest)"
                ).spoken)
        }
        if let ambiguousWidth, ambiguousWidth != 1, ambiguousWidth != 2 {
            throw ValidationError(Text(en: "--ambiguous-width takes 1 or 2", zh: "--ambiguous-width 只能是 1 或 2").spoken)
        }
    }

    /// The canvas of the output.
    var canvas: Canvas { canvas(width: width) }

    /// The canvas of a table that programs may parse: where standard output is not a terminal and `--width` is not
    /// given, it has the largest width, so that no column is left out.
    var tableCanvas: Canvas { canvas(width: width ?? (Screen.isTerminal ? nil : Canvas.widest)) }

    private func canvas(width: Int?) -> Canvas {
        let wishes = TerminalTraits.Wishes(
            language: language ?? RunLanguage.current, colour: color, isASCII: ascii, width: width,
            ambiguousWidth: ambiguousWidth)
        var traits = TerminalTraits(
            isTerminal: Screen.isTerminal, columns: Screen.terminalWidth,
            environment: ProcessInfo.processInfo.environment)
        let canvas = traits.canvas(wishes)
        // The width of line-drawing characters matters only where they are used, and only a terminal that understands
        // escape sequences can report it.
        guard ambiguousWidth == nil, canvas.glyphs == .unicode, traits.environment["TERM"] ?? "dumb" != "dumb" else {
            return canvas
        }
        traits.measuredAmbiguousWidth = Screen.measuredAmbiguousWidth()
        return traits.canvas(wishes)
    }
}

extension Language: ExpressibleByArgument {}
extension TerminalTraits.ColourChoice: ExpressibleByArgument {}
