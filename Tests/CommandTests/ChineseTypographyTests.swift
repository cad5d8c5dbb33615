import Foundation
import Testing

/// One typography for every Chinese text of the program: full-width punctuation beside Han.
@Suite("Chinese typography") struct ChineseTypographyTests {
    private static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// What is to be typed stays as it is typed.
    private static let toBeTyped = [
        "主机:端口", "[地址:]端口", "地址:端口", "]:端口", ":端口", "主机:•", "= :•", "  :•", "; echo",
    ]

    private static func faults(in text: String) -> [String] {
        var text = text
        for words in toBeTyped { text = text.replacingOccurrences(of: words, with: "•") }
        let han = /[\u{3400}-\u{9fff}]/
        let patterns = [
            /[\u{3400}-\u{9fff}][(),:;?!]/, /[(),;?!][\u{3400}-\u{9fff}]/, /[),][\u{3400}-\u{9fff}]/,
            // A clause of a Chinese sentence that ends in a foreign word ends like any other.
            /[A-Za-z0-9•];[^ ]/, /[A-Z]:[a-z]+ =/,
            // A full-width mark has its own room: no space beside it.
            /[（），：；？！。、] [^ ]/, /[^ ] [（），：；？！。、]/,
            // Beside what is put in, or a word of Latin letters, it is Chinese all the same.
            /[:;,] ?•/, /•[:;,]/, /[A-Za-z0-9][:;,] ?[\u{3400}-\u{9fff}]/, /[A-Za-z0-9]; ?[^ ]/,
            /[A-Za-z0-9•]\?/, /[A-Z]\([A-Z]+-[0-9]/,
        ]
        guard text.contains(han) else { return [] }
        if let twice = text.firstMatch(of: /([^，。]{4,})，\1[，。]/) { return [String(text[twice.range])] }
        return patterns.flatMap { pattern in text.matches(of: pattern).map { String(text[$0.range]) } }
    }

    /// Of what a Chinese text is put together from, where no Han stands in it itself: it will stand beside some.
    private static func faults(inPart text: String) -> [String] {
        guard !text.contains(/tcplens [a-z]/) else { return [] }
        return [/^[(),:;]/, /[(:;,] ?$/].flatMap { pattern in text.matches(of: pattern).map { String(text[$0.range]) } }
    }

    private static func faults(in text: ChineseTexts.Found) -> [String] {
        faults(in: text.text) + (text.isChinese ? faults(inPart: text.text) : [])
    }

    private static func files(below folder: String, endingIn endings: [String]) -> [URL] {
        FileManager.default.enumerator(at: package.appending(path: folder), includingPropertiesForKeys: nil)?
            .compactMap { $0 as? URL }.filter { endings.contains($0.pathExtension) } ?? []
    }

    @Test(
        "every text of the sources and of the scripts",
        arguments: [("Sources", ["swift"], 1000), ("script", ["", "sh"], 30)])
    func sources(folder: String, endings: [String], least: Int) throws {
        var count = 0
        for file in Self.files(below: folder, endingIn: endings) {
            // Of the folders among them there is nothing to read.
            guard let source = try? String(contentsOf: file, encoding: .utf8), source.contains(/[\u{3400}-\u{9fff}]/)
            else { continue }
            let texts = endings == ["swift"] ? ChineseTexts.ofSwift(source) : ChineseTexts.ofShell(source)
            for text in texts {
                if text.text.contains(/[\u{3400}-\u{9fff}]/) { count += 1 }
                let faults = Self.faults(in: text)
                #expect(faults.isEmpty, "\(file.lastPathComponent):\(text.line): \(faults) in \"\(text.text)\"")
            }
        }
        #expect(count > least)
    }

    /// Texts within texts, texts that are put together, scripts: of each the fault is found.
    @Test(
        "where a text may stand",
        arguments: [
            (#"let a = Text(en: "x", zh: "好" + (b ? "(mini)" : ""))"#, true),
            (#"let a = Text(en: "(x)", zh: "好" + (b ? "（mini）" : ""))"#, false),
            (#"let a = Text(en: "x", zh: "结果：\(b ? "(好)" : "")")"#, true),
            (#"let a = Text(en: "x", zh: "结果：\(b ? "（好）" : "")")"#, false),
            (#"let a = Text(en: "x: " + y, zh: "tcplens: " + z)"#, true),
            (#"let a = Text(en: "x: " + y, zh: "tcplens：" + z)"#, false),
            (#"let a = "\(path): 没有""#, true), (#"let a = "可为 gzip;- 表示""#, true),
            (#"let a = "名称" + ": " + b"#, true), (#"f("名称"); g(": ")"#, false),
            (##"let a = #"名称: \#(b)"#"##, true), ("let a = \"\"\"\n    说明(一)\n    \"\"\"", true),
            (#"// "说明(一)""#, false), (#"say "missing: $x" "tcplens:缺少：$x""#, true),
            (#"say "missing: $x" "tcplens：缺少：${x[*]}""#, false), (#"say "x" "重来：$(a "b")(完)""#, true),
        ])
    func places(source: String, isFaulty: Bool) {
        let texts = source.hasPrefix("say") ? ChineseTexts.ofShell(source) : ChineseTexts.ofSwift(source)
        #expect(texts.contains { !Self.faults(in: $0).isEmpty } == isFaulty, "\(texts)")
    }

    @Test(
        "the pages that are put together of several texts",
        arguments: ["", "demo", "dial", "listen", "flow", "connections", "header", "sockets", "script"])
    func help(command: String) async throws {
        let run = try await Run(["help"] + (command.isEmpty ? [] : [command]), environment: ["LANG": "zh_CN.UTF-8"])
        #expect(run.out.contains("选项："))
        for line in run.lines { #expect(Self.faults(in: String(line)).isEmpty, "\(line)") }
    }

    @Test(
        "what is a fault, and what is not",
        arguments: [
            ("抓包(文件)", true), ("抓包（文件）", false), ("字母: L", true), ("主机:端口、地址:端口", false), ("名称, 地址", true),
            ("完成. ok", false), ("重传 (TLP)", false), ("重传（TLP）", false), ("好了?", true),
            ("是不是 •?", true), ("立即重复 ACK(SHLD-31)", true), ("调用 connect() 之后", false),
            ("从中途开始，没有 SYN，没有 SYN，相对", true), ("可为 gzip;- 表示标准输入", true), ("宽度， 高度", true),
            ("tcplens flow a.pcap#4   抓包", false), ("：  tcplens", false),
        ])
    func rule(text: String, isFault: Bool) {
        #expect(Self.faults(in: text).isEmpty != isFault)
    }
}
