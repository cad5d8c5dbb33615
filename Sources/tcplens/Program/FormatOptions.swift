import ArgumentParser
import Narration

/// The flags that choose the output format of a connection, and the file to write it to.
struct FormatOptions: ParsableArguments {
    /// The forms in which a connection can be shown.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, svg, html, mermaid, json

        /// The file name extensions that choose this format.
        fileprivate var endings: [String] {
            switch self {
            case .text: ["txt"]
            case .svg: ["svg"]
            case .html: ["html", "htm"]
            case .mermaid: ["mmd", "mermaid"]
            case .json: ["json"]
            }
        }
    }

    @Option(
        name: .customLong("format"),
        help: .init(
            Text(
                en:
                    "text, svg (a picture for pages and slides), html (a page that opens anywhere), mermaid (for Markdown) or json.",
                zh: "text、svg（可放进网页和幻灯片的图）、html（随处都能打开的单个网页文件）、mermaid（用于 Markdown）或 json。"
            ).spoken))
    private var wanted: Format?

    @Flag(help: .init(Text(en: "One JSON document (--format json).", zh: "输出一份 JSON 文档（即 --format json）。").spoken))
    private var json = false

    @Option(
        name: .shortAndLong,
        help: .init(
            Text(
                en: "Write into this file, whole or not at all; its ending chooses the format.",
                zh: "写入该文件（写完整才生效）；未指定 --format 时按扩展名选择格式。"
            ).spoken, valueName: "file"), completion: .file())
    private var output: String?

    @Flag(
        help: .init(
            Text(
                en:
                    "With svg or html: a hand-out, states and acknowledgment numbers to be filled in; html has the answers on a page of their own.",
                zh: "练习纸（需 svg 或 html）：状态与确认号留空待填；html 另附答案页。"
            ).spoken))
    var blank = false

    func validate() throws {
        if json, let wanted, wanted != .json {
            throw ValidationError(
                Text(
                    en: "--json is --format json, and goes with no other --format",
                    zh: "--json 即 --format json，不能与其他 --format 同时使用"
                ).spoken)
        }
        if blank, format != .svg, format != .html {
            throw ValidationError(
                Text(en: "--blank goes with --format svg or html", zh: "--blank 需要 --format svg 或 html").spoken)
        }
        if output != nil, format == .text {
            throw ValidationError(
                Text(
                    en: "-o writes svg, html, mermaid or json: name one with --format, or by the file's ending",
                    zh: "-o 可写 svg、html、mermaid 或 json：请用 --format 或文件扩展名指定"
                ).spoken)
        }
    }

    /// Throws where a picture or document would go to standard output. Must be called where packets are written to
    /// standard output (`-w -`).
    func refuseBesidePackets() throws {
        guard format != .text, isPrinted else { return }
        throw ValidationError(
            Text(
                en: "\(format.rawValue) and -w - both write to standard output",
                zh: "\(format.rawValue) 与 -w - 都要写到标准输出"
            ).spoken)
    }

    /// Throws where another option has no effect in the chosen format.
    ///
    /// - Parameters:
    ///   - width: the value of `--width`; `nil` where it is not given.
    ///   - title: the value of `--title`; `nil` where it is not given.
    func refuse(width: Int?, title: String? = nil) throws {
        if width != nil, format != .text, format != .svg {
            throw ValidationError(
                Text(
                    en: "--width goes with --format text or svg",
                    zh: "--width 需与 --format text 或 svg 同用"
                ).spoken)
        }
        if title != nil, format == .json {
            throw ValidationError(
                Text(en: "--title goes with a picture: JSON has none", zh: "--title 是图的标题：JSON 没有标题").spoken)
        }
    }

    /// The chosen format: the one named with `--format` or `--json`, else the one that the output file's extension
    /// chooses, else text.
    var format: Format {
        if json { return .json }
        if let wanted { return wanted }
        guard let ending = output?.split(separator: ".").last?.lowercased() else { return .text }
        return Format.allCases.first { $0.endings.contains(ending) } ?? .text
    }

    /// Whether the document goes to standard output.
    var isPrinted: Bool { output == nil || output == "-" }

    /// The path of the output file; `nil` where the document goes to standard output.
    var path: String? { isPrinted ? nil : output }

    /// Writes the document to the output file, or to standard output where none is named.
    func write(_ document: String) throws {
        guard let path else {
            Screen.write(octets: Array(document.utf8))
            return
        }
        try WholeFile(path: path).write(document)
    }
}
