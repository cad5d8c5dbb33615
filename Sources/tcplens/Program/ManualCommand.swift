import ArgumentParser
import Narration
import Pictures

/// `tcplens manual`: writes the source of the manual page, which is generated from the same descriptions as `--help`
/// and installed by packages.
struct ManualCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manual",
        abstract: Text(en: "Writes the manual page, for man.", zh: "输出手册页源文件，供 man 使用。").spoken,
        shouldDisplay: false)

    @OptionGroup var output: OutputOptions

    func run() throws {
        guard let help = HelpPage(TCPLens.self, canvas: output.canvas) else { return }
        Screen.write(ManualPage(help, language: RunLanguage.current).lines())
    }
}

/// The manual page tcplens(1) in roff (man(7)).
struct ManualPage {
    private let help: HelpPage
    private let language: Language

    init(_ help: HelpPage, language: Language) {
        self.help = help
        self.language = language
    }

    func lines() -> [String] {
        let name = help.name
        var lines = [
            ".TH TCPLENS 1 \"\" \"tcplens \(TCPLens.version)\" \"\(Self.escaped(title(language)))\"",
            // Justification would stretch Chinese text, and a hyphen at a line's end would look like part of an
            // option's value.
            ".ad l", ".nh",
        ]
        // groff breaks lines of Chinese text correctly only after its Chinese macros are loaded.
        if language == .chinese { lines.append(".mso zh.tmac") }
        lines += [
            section(Text(en: "NAME", zh: "名称")), Self.escaped("\(name) - \(help.summary)"),
            section(Text(en: "SYNOPSIS", zh: "用法")), ".B \(name)",
            Self.escaped(Text(en: "COMMAND [OPTION]... [ARGUMENT]...", zh: "命令 [选项]... [参数]...")(language)),
            section(Text(en: "EXAMPLES", zh: "示例")),
        ]
        lines += examples(help.examples)
        for command in help.commands {
            lines.append(".SH \(Self.escaped(command.name.uppercased()))")
            lines.append(Self.escaped(command.summary))
            lines += examples(command.examples)
            for (flag, text) in command.flags { lines += [".TP", ".B " + Self.escaped(flag), Self.escaped(text)] }
        }
        lines.append(section(Text(en: "EXIT STATUS", zh: "退出码")))
        for (code, text) in Self.exitCodes { lines += [".TP", ".B \(code)", Self.escaped(text(language))] }
        return lines
    }

    private let title = Text(en: "Shows what TCP really did", zh: "把看不见的 TCP 变成看得见的事实")

    private func section(_ title: Text) -> String { ".SH " + Self.escaped(title(language)) }

    /// The example commands, each with its description below it, then the prose.
    private func examples(_ examples: HelpPage.Examples) -> [String] {
        let rows = examples.rows.flatMap { [".TP", ".B " + Self.escaped($0), Self.escaped($1)] }
        return examples.prose.isEmpty ? rows : rows + [".PP", Self.escaped(examples.prose)]
    }

    static let exitCodes: [(Int32, Text)] = [
        (0, Text(en: "fine", zh: "成功")),
        (1, Text(en: "script: something did not come as a script says", zh: "script：有结果与脚本不符")),
        (2, Text(en: "flags, arguments or a filter that cannot be understood", zh: "选项、参数或过滤条件无法识别")),
        (3, Text(en: "a privilege is missing", zh: "权限不足")),
        (4, Text(en: "input is missing, unreadable or not a capture", zh: "输入不存在、不可读，或不是抓包文件")),
        (5, Text(en: "nothing matched", zh: "没有匹配的内容")),
        (6, Text(en: "this system lacks what the command needs", zh: "本系统不支持该功能")),
        (10, Text(en: "dial: refused with an RST", zh: "dial：被 RST 拒绝")),
        (11, Text(en: "dial: timed out", zh: "dial：超时")),
        (12, Text(en: "dial: unreachable", zh: "dial：不可达")),
        (13, Text(en: "dial: reset after it was established", zh: "dial：建立后被重置")),
        (14, Text(en: "dial: name not found", zh: "dial：域名解析失败")),
        (15, Text(en: "dial: no port, route or address here", zh: "dial：本机没有可用的端口、路由或地址")),
        (130, Text(en: "Ctrl-C before any result", zh: "在得到结果之前按下 Ctrl-C")),
    ]

    /// Text escaped for roff. A backslash anywhere, and a dot or an apostrophe at the start of a line, would be read as
    /// a command; a plain `-` would be printed as a hyphen; a list of Latin words between Chinese commas would never be
    /// broken into lines.
    static func escaped(_ text: String) -> String {
        let line = text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("\n", with: " ")
            .replacing("、", with: "、\\:")
        return line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line
    }
}
