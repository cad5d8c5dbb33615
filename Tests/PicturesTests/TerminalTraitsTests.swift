import Narration
import Pictures
import Scenes
import Testing

struct TerminalTraitsTests {
    private func traits(_ environment: [String: String], terminal: Bool = true, columns: Int? = nil) -> TerminalTraits {
        TerminalTraits(isTerminal: terminal, columns: columns, environment: environment)
    }

    @Test(arguments: [
        (["LANG": "zh_CN.UTF-8"], Language.chinese), (["LANG": "en_US.UTF-8"], .english), ([:], .english),
        (["LANG": "zh_CN.UTF-8", "LC_ALL": "C"], .english), (["LC_MESSAGES": "zh_TW", "LANG": "C"], .chinese),
        (["LC_ALL": "", "LANG": "zh_CN.UTF-8"], .chinese), (["LANG": "C", "TCPLENS_LANG": "zh"], .chinese),
        (["LANG": "zh_CN.UTF-8", "TCPLENS_LANG": "en"], .english),
        (["LANG": "zh_CN.UTF-8", "TCPLENS_LANG": "klingon"], .chinese),
    ])
    func language(environment: [String: String], expected: Language) {
        #expect(traits(environment).language() == expected)
        #expect(traits(environment).language(.init(language: .chinese)) == .chinese)
    }

    @Test(arguments: [
        (["LANG": "zh_CN.UTF-8"], GlyphSet.unicode), (["LANG": "en_US.utf8"], .unicode), ([:], .ascii),
        (["LANG": "C"], .ascii), (["LANG": "zh_CN.GB18030"], .ascii), (["LC_CTYPE": "C.UTF-8", "LANG": "C"], .unicode),
        (["LC_ALL": "POSIX", "LC_CTYPE": "C.UTF-8"], .ascii),
    ])
    func glyphs(environment: [String: String], expected: GlyphSet) {
        #expect(traits(environment).canvas().glyphs == expected)
        #expect(traits(environment).canvas(.init(isASCII: true)).glyphs == .ascii)
        #expect(traits(environment).canvas(.init(ambiguousWidth: 2)).glyphs == .ascii)
    }

    @Test func chineseInTheCLocaleIsDrawnWithASCII() {
        let canvas = traits(["LC_ALL": "C"]).canvas(.init(language: .chinese))
        #expect(canvas.language == .chinese && canvas.glyphs == .ascii)
    }

    @Test(arguments: [
        (["TERM": "xterm"], true, ColourDepth.sixteen), (["TERM": "xterm-256color"], true, .twoFiftySix),
        (["TERM": "xterm", "COLORTERM": "truecolor"], true, .full), (["TERM": "dumb"], true, .none), ([:], true, .none),
        (["TERM": "xterm"], false, .none), (["TERM": "xterm", "CLICOLOR_FORCE": "1"], false, .sixteen),
        (["TERM": "xterm", "CLICOLOR_FORCE": "0"], false, .none), (["TERM": "xterm", "NO_COLOR": "1"], true, .none),
        (["TERM": "xterm", "NO_COLOR": ""], true, .sixteen), (["TERM": "xterm", "CLICOLOR": "0"], true, .none),
        (["TERM": "xterm", "NO_COLOR": "1", "CLICOLOR_FORCE": "1"], true, .none),
    ])
    func colour(environment: [String: String], terminal: Bool, expected: ColourDepth) {
        let traits = traits(environment, terminal: terminal)
        #expect(traits.canvas().colour == expected)
        #expect(traits.canvas(.init(colour: .never)).colour == .none)
        #expect(traits.canvas(.init(colour: .always)).colour != .none)
    }

    @Test func width() {
        #expect(traits([:]).canvas().width == 80)
        #expect(traits([:], columns: 132).canvas().width == 132)
        #expect(traits(["COLUMNS": "100"], columns: 132).canvas().width == 100)
        #expect(traits(["COLUMNS": "many"], columns: 132).canvas().width == 132)
        #expect(traits(["COLUMNS": "100"]).canvas(.init(width: 61)).width == 61)
        #expect(traits([:]).canvas(.init(width: 3)).width == Canvas.narrowest)
        #expect(traits(["COLUMNS": "0"]).canvas().width == 80)
    }

    @Test func aLightBackgroundTakesDarkerColours() {
        #expect(traits(["COLORFGBG": "0;15"]).canvas().theme == .light)
        #expect(traits(["COLORFGBG": "15;0"]).canvas().theme == .dark)
        #expect(traits([:]).canvas().theme == nil)
    }
}
