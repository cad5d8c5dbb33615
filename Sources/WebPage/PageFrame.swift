import Drawings
import Narration
import Scenes

/// The parts that every page has around its content: the head with everything that it needs, the controls, the dialog
/// with the keys, the script. The page is a single file and sends no requests: its content security policy forbids
/// them.
struct PageFrame {
    let title: Text
    /// The language that is shown first. The reader can switch to the other one, with or without a script.
    let language: Language
    /// The program's name and version.
    let maker: String
    /// Whether the sequence numbers of the headers are shown first, and not those relative to the ISNs.
    let absoluteNumbers: Bool
    /// The chapters: their ids in the page, and their titles.
    var chapters: [(id: String, title: Text)] = []
    /// Whether the ladder is there with more than one time scale.
    var hasTimes = true
    /// Whether the page has a script and the controls for it. A hand-out has not.
    var isLive = true

    /// - Parameter drawn: the presentation that the drawings in `content` share.
    func html(_ content: HTML, drawn: SharedStyle, data: HTML = "") throws(ModuleBundle.Fault) -> String {
        // The page's own rules for the diagram on a small screen must come after the diagram's rules.
        let style = Self.withoutComments(["machine.css", "page.css"].compactMap(PageFiles.text).joined())
        let script: HTML =
            isLive
            ? "<script type=\"module\">\n\(HTML(trusted: try ModuleBundle(of: "main.js", text: PageFiles.text).source))</script>\n"
            : ""
        let page: HTML = """
            <!DOCTYPE html>
            <html lang="\(language == .chinese ? "zh-CN" : "en")">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="generator" content="\(maker)">
            <title>\(title(language))</title>
            <style>
            \(HTML(trusted: Self.families + style + Self.palette + drawn.rules))</style>
            </head>
            <body\(absoluteNumbers ? " class=\"real\"" as HTML : "")>
            <svg class="unseen shared" width="0" height="0" aria-hidden="true">\(HTML(trusted: LadderDrawing.sharedDefinitions))</svg>
            <a class="skip" href="#content">\(PageWords.skip)</a>
            <header>
            <h1>\(title)</h1>
            \(controls)</header>
            \(contents)<main id="content" tabindex="-1">
            \(content)</main>
            <footer><p>\(PageWords.madeBy) <code>\(maker)</code></p></footer>
            \(isLive ? stepper + keys : "")\(data)\(script)</body>
            </html>

            """
        return page.source
    }

    /// A style sheet without its comments, and without the lines that these leave empty. No string in it may contain
    /// `/*` or `*/`.
    static func withoutComments(_ style: String) -> String {
        var bare = ""
        var rest = style[...]
        while let start = rest.firstRange(of: "/*") {
            bare += rest[..<start.lowerBound]
            rest = rest[start.upperBound...]
            rest = rest.firstRange(of: "*/").map { rest[$0.upperBound...] } ?? ""
        }
        let lines = (bare + rest).split(separator: "\n").filter { !$0.allSatisfy { $0 == " " } }
        return lines.map { $0 + "\n" }.joined()
    }

    /// Rules for the colours of the state families, for everything that the page itself draws.
    private static let families: String = {
        func rule(_ theme: Theme, _ root: String) -> String {
            let colours = StateFamily.allCases.map {
                "--\($0.className):#\($0.colour(theme).hexadecimal(digits: 6));"
            }
            return "\(root){\(colours.joined())}\n"
        }
        return rule(.light, ":root")
            + "@media screen and (prefers-color-scheme:dark){\(rule(.dark, ":root:not(:has(#look-light:checked))"))}\n"
            + "@media screen{\(rule(.dark, ":root:has(#look-dark:checked)"))}\n"
    }()

    /// Rules for the colours of the drawings, for the look that is chosen.
    private static let palette: String = {
        func rules(_ theme: Theme, _ root: String) -> String {
            "\(root) :is(.drawing,.signs,.shared){\(Palette.rules(theme, under: "&"))}"
        }
        return LadderDrawing.rules
            + "\n@media screen and (prefers-color-scheme:dark){\(rules(.dark, ":root:not(:has(#look-light:checked))"))}\n"
            + "@media screen{\(rules(.dark, ":root:has(#look-dark:checked)"))}\n"
    }()

    // MARK: Controls

    /// A choice between several values: buttons that work without a script, because the style depends on which is
    /// checked.
    private static func choice(_ name: String, _ title: Text, _ values: [(value: String, text: HTML)], chosen: String)
        -> HTML
    {
        let buttons = values.map { value, text -> HTML in
            let id = "\(name)-\(value)"
            let mark: HTML = value == chosen ? " checked" : ""
            return
                "<input type=\"radio\" name=\"\(name)\" id=\"\(id)\" value=\"\(value)\"\(mark)><label for=\"\(id)\">\(text)</label>"
        }
        return "<fieldset class=\"choice\"><legend>\(title)</legend><div>\(buttons.joined())</div></fieldset>\n"
    }

    private var controls: HTML {
        // Each language's name is in that language.
        let languages: HTML = Self.choice(
            "lang", PageWords.language,
            [("zh", "<b lang=\"zh\" class=\"always\">中文</b>"), ("en", "<b lang=\"en\" class=\"always\">English</b>")],
            chosen: language.rawValue)
        guard isLive else { return "<div class=\"controls\">\(languages)</div>\n" }
        let looks = Self.choice(
            "look", PageWords.appearance,
            [
                ("auto", "\(PageWords.automatic)"), ("light", "\(PageWords.light)"), ("dark", "\(PageWords.dark)"),
            ], chosen: "auto")
        let numbers = Self.choice(
            "num", PageWords.numbers, [("rel", "\(PageWords.relative)"), ("real", "\(PageWords.real)")],
            chosen: absoluteNumbers ? "real" : "rel")
        let times: HTML =
            hasTimes
            ? Self.choice(
                "time", PageWords.time,
                [
                    ("squeezed", "\(PageWords.squeezed)"), ("even", "\(PageWords.trueTime)"),
                    ("steps", "\(PageWords.steps)"),
                ], chosen: "squeezed") : ""
        return """
            <div class="controls">\(languages)\(looks)\(numbers)\(times)<div class="buttons scripted" hidden><button type="button" id="teach"><span class="enter">\(PageWords.teach)</span><span class="leave">\(PageWords.leave)</span></button> <button type="button" id="help">\(PageWords.help) <kbd>?</kbd></button></div></div>

            """
    }

    private var contents: HTML {
        guard !chapters.isEmpty else { return "" }
        let items = chapters.map { "<li><a href=\"#\($0.id)\">\($0.title)</a></li>" as HTML }.joined()
        return "<nav><h2 class=\"unseen\">\(PageWords.contents)</h2><ol>\(items)</ol></nav>\n"
    }

    private var stepper: HTML {
        // The signs are drawn, because not every font has them.
        func sign(_ path: HTML, _ text: Text, _ name: HTML = "") -> HTML {
            "<span class=\"\(name)\"><svg viewBox=\"0 0 16 16\" aria-hidden=\"true\"><path d=\"\(path)\"/></svg><span class=\"unseen\">\(text)</span></span>"
        }
        func button(_ id: HTML, _ signs: HTML) -> HTML { "<button type=\"button\" id=\"\(id)\">\(signs)</button>" }
        let play =
            sign("M3 1l11 7-11 7z", PageWords.play, "play") + sign("M3 2h4v12H3zM9 2h4v12H9z", PageWords.pause, "pause")
        return """
            <section id="stepper" class="scripted" hidden><h2 class="unseen">\(PageWords.stepper)</h2>
            <div class="keys">\(button("go-first", sign("M1 2h3v12H1zM15 2v12L5 8z", PageWords.first)))\(button("go-previous", sign("M11 1l3 2-7 5 7 5-3 2-9-7z", PageWords.previous)))\(button("go-play", play))\(button("go-next", sign("M5 1L2 3l7 5-7 5 3 2 9-7z", PageWords.next)))\(button("go-last", sign("M12 2h3v12h-3zM1 2l10 6L1 14z", PageWords.last)))</div>
            <p id="now" aria-live="polite"></p></section>

            """
    }

    private var keys: HTML {
        let rows = PageWords.keys.map { keys, what -> HTML in
            let caps = keys.split(separator: " ").map { "<kbd>\(String($0))</kbd>" as HTML }.joined(" ")
            return "<tr><td>\(caps)</td><td>\(what)</td></tr>\n"
        }
        return """
            <dialog id="keys" aria-labelledby="keys-title"><h2 id="keys-title">\(PageWords.help)</h2><table>\(rows.joined())</table><p><input type="checkbox" id="letters" checked> <label for="letters">\(PageWords.letterKeys)</label></p><button type="button" id="keys-close">\(PageWords.close)</button></dialog>

            """
    }
}
