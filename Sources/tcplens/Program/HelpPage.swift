import ArgumentParser
import Narration
import Pictures
import Scenes

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A command's help: what it is for, examples, then every flag, in the reader's language and the terminal's width. It
/// is generated from the argument parser's own description of the commands, so that no flag is missing.
struct HelpPage {
    private let canvas: Canvas
    private let root: CommandInfo

    /// `nil` where the parser's description of itself cannot be read.
    init?(_ command: any ParsableCommand.Type, canvas: Canvas) {
        guard let tool = try? JSONDecoder().decode(ToolInfo.self, from: Data(command._dumpHelp().utf8)) else {
            return nil
        }
        root = tool.command
        self.canvas = canvas
    }

    /// The page of a subcommand, or of the program.
    func lines(of subcommand: String?) -> [String] {
        let command = root.subcommands?.first { $0.commandName == subcommand }
        return page(command ?? root, isRoot: command == nil)
    }

    // MARK: For the manual page

    /// A command as the manual page shows it.
    struct Command {
        let name: String
        let summary: String
        let examples: Examples
        let flags: [(String, String)]
    }

    /// Example commands with a description of each, and the prose that follows them.
    struct Examples {
        let rows: [(String, String)]
        let prose: String
    }

    var name: String { root.commandName }
    var summary: String { root.abstract ?? "" }
    var examples: Examples { Self.examples(root.discussion ?? "") }

    /// Every command that the help lists.
    var commands: [Command] {
        (root.subcommands ?? []).filter { $0.isShown && $0.commandName != "help" }.map { command in
            let shown = command.arguments?.filter(\.isShown) ?? []
            return Command(
                name: command.commandName, summary: command.abstract ?? "",
                examples: Self.examples(command.discussion ?? ""),
                flags: shown.map(entry))
        }
    }

    private func page(_ command: CommandInfo, isRoot: Bool) -> [String] {
        let name = isRoot ? root.commandName : "\(root.commandName) \(command.commandName)"
        let colon = Text(en: ": ", zh: "：")(canvas.language)
        var lines = paragraph(name + colon + (command.abstract ?? ""), hanging: 2)
        if let examples = command.discussion {
            let examples = Self.examples(examples)
            lines += section(Text(en: "Examples", zh: "示例")) + table(examples.rows)
            if !examples.prose.isEmpty { lines += [""] + paragraph(examples.prose) }
        }
        let shown = command.arguments?.filter(\.isShown) ?? []
        lines += section(Text(en: "Usage", zh: "用法")) + ["  " + usage(name, shown, isRoot: isRoot)]
        if isRoot {
            let commands = root.subcommands?.filter { $0.isShown && $0.commandName != "help" } ?? []
            lines += section(Text(en: "Commands", zh: "命令"))
            lines += table(commands.map { ($0.commandName, $0.abstract ?? "") })
        }
        let positional = shown.filter { $0.kind == "positional" }
        if !positional.isEmpty {
            lines += section(Text(en: "Arguments", zh: "参数")) + table(positional.map(entry))
        }
        let options = shown.filter { $0.kind != "positional" }
        if !options.isEmpty {
            lines += section(Text(en: "Options", zh: "选项")) + table(options.map(entry))
        }
        if isRoot {
            let footer = Text(
                en: "More about a command:  \(root.commandName) help flow",
                zh: "查看某个命令的说明：  \(root.commandName) help flow")
            lines += [""] + paragraph(footer(canvas.language))
        }
        return lines
    }

    private func usage(_ name: String, _ arguments: [ArgumentInfo], isRoot: Bool) -> String {
        if isRoot { return name + Text(en: " <command> [options]", zh: " <命令> [选项]")(canvas.language) }
        let words = arguments.filter { $0.kind == "positional" }.map { argument in
            let word = argument.name + (argument.isRepeating ? "..." : "")
            return argument.isOptional ? "[\(word)]" : word
        }
        return ([name, Text(en: "[options]", zh: "[选项]")(canvas.language)] + words).joined(separator: " ")
    }

    private func entry(_ argument: ArgumentInfo) -> (String, String) {
        let own: Text? =
            switch argument.name {
            case "--help": Text(en: "This page.", zh: "显示本页。")
            case "--version": Text(en: "The version.", zh: "显示版本。")
            default: nil
            }
        var text = own?(canvas.language) ?? argument.abstract ?? ""
        if let values = argument.allValues, !values.allSatisfy({ text.contains($0) }) {
            text += Text(
                en: " (\(values.joined(separator: ", ")))", zh: "可选 \(values.joined(separator: "、"))。")(canvas.language)
        }
        if let standard = argument.defaultValue, argument.kind == "option" {
            text += Text(en: " Default: \(standard).", zh: "默认 \(standard)。")(canvas.language)
        }
        return (argument.names == nil ? argument.name : argument.allNames, text)
    }

    /// Parses a command's discussion: lines of the form `command   what it does`, and after an empty line a paragraph
    /// of prose.
    private static func examples(_ text: String) -> Examples {
        guard !text.isEmpty else { return Examples(rows: [], prose: "") }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let end = lines.firstIndex(of: "") ?? lines.endIndex
        let rows = lines[..<end].map { line in
            guard let gap = line.firstRange(of: "  ") else { return (String(line), "") }
            let what = line[gap.upperBound...].drop { $0 == " " }
            return (String(line[..<gap.lowerBound]), String(what))
        }
        let prose = lines[end...].filter { !$0.isEmpty }.reduce("") { text, line in
            // Lines of Chinese text are joined without a space.
            let isOpen = text.last?.isASCII ?? false
            return text + (isOpen ? " " : "") + line
        }
        return Examples(rows: rows, prose: prose)
    }

    private func section(_ title: Text) -> [String] {
        ["", title(canvas.language) + Text(en: ":", zh: "：")(canvas.language)]
    }

    private func paragraph(_ text: String, hanging: Int = 0) -> [String] {
        Paragraph(canvas: canvas).lines(text, hanging: hanging)
    }

    /// Lays out rows in two columns. Where the first text of a row is too wide for its column, the second text follows
    /// on the lines below it.
    private func table(_ rows: [(String, String)]) -> [String] {
        let most = canvas.width * 5 / 8
        let lefts = rows.filter { !$0.1.isEmpty }.map { canvas.measure($0.0) + 4 }
        let column = lefts.filter { $0 <= most }.max() ?? 8
        return rows.flatMap { left, right in
            guard !right.isEmpty else { return Paragraph(canvas: canvas).lines(left, first: "  ", hanging: 4) }
            let start = "  " + left
            let fits = canvas.measure(start) + 2 <= column
            let indent = fits ? column : min(column, 8)
            let narrow = Canvas(
                width: canvas.width - indent, glyphs: canvas.glyphs, ambiguousWidth: canvas.measure.ambiguous,
                language: canvas.language)
            let margin = String(repeating: " ", count: indent)
            let text = Paragraph(canvas: narrow).lines(right)
            guard fits else {
                return Paragraph(canvas: canvas).lines(left, first: "  ", hanging: 4) + text.map { margin + $0 }
            }
            return text.enumerated().map { index, line in
                (index == 0 ? canvas.measure.pad(start, to: column) : margin) + line
            }
        }
    }
}

// MARK: The parser's description of itself

private struct ToolInfo: Decodable {
    let command: CommandInfo
}

private struct CommandInfo: Decodable {
    let commandName: String
    let abstract: String?
    let discussion: String?
    let shouldDisplay: Bool?
    let subcommands: [CommandInfo]?
    let arguments: [ArgumentInfo]?

    var isShown: Bool { shouldDisplay ?? true }
}

private struct ArgumentInfo: Decodable {
    struct Name: Decodable {
        let kind: String
        let name: String
        var text: String { (kind == "long" ? "--" : "-") + name }
    }

    let kind: String
    let shouldDisplay: Bool?
    let isOptional: Bool
    let isRepeating: Bool
    let names: [Name]?
    let valueName: String?
    let abstract: String?
    let defaultValue: String?
    let allValues: [String]?

    var isShown: Bool { shouldDisplay ?? true }

    /// The longest of a flag's names; of a positional argument its placeholder, such as `<file>`.
    var name: String {
        names?.map(\.text).max { $0.utf8.count < $1.utf8.count } ?? "<\(valueName ?? "")>"
    }

    /// All names of a flag, with the placeholder of its value: `-t, --tcp`, `--width <n>`.
    var allNames: String {
        let list = (names ?? []).map(\.text).sorted { $0.utf8.count < $1.utf8.count }.joined(separator: ", ")
        return kind == "option" ? "\(list) <\(valueName ?? "")>" : list
    }
}
