import Foundation
import Testing

/// One typography for every Chinese text of the program: full-width punctuation beside Han.
@Suite("Chinese typography") struct ChineseTypographyTests {
    private static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources")

    /// What stands between the quotes of every `zh:`, with the place; interpolations come as one `•`.
    private static func texts(in file: URL) throws -> [(line: Int, text: String)] {
        let source = try String(contentsOf: file, encoding: .utf8)
        var found: [(Int, String)] = []
        var rest = source[...]
        while let start = rest.firstRange(of: /zh:\s*"/) {
            rest = rest[start.upperBound...]
            let line = source[..<start.lowerBound].count { $0 == "\n" } + 1
            let isLong = rest.hasPrefix("\"\"")
            if isLong { rest = rest.dropFirst(2) }
            var text = ""
            while let character = rest.first, isLong ? !rest.hasPrefix("\"\"\"") : character != "\"" {
                if rest.hasPrefix("\\(") {
                    rest = skippingInterpolation(rest)
                    text.append("•")
                } else if character == "\\" {
                    rest = rest.dropFirst(2)
                } else {
                    text.append(character)
                    rest = rest.dropFirst()
                }
            }
            found.append((line, text))
        }
        return found
    }

    private static func skippingInterpolation(_ text: Substring) -> Substring {
        var rest = text.dropFirst()
        var depth = 0
        while let character = rest.first {
            rest = rest.dropFirst()
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if depth == 0 { break }
        }
        return rest
    }

    /// What is to be typed stays as it is typed.
    private static let toBeTyped = ["主机:端口", "[地址:]端口", "地址:端口", "]:端口", ":端口", "主机:•"]

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
        ]
        guard text.contains(han) else { return [] }
        return patterns.flatMap { pattern in text.matches(of: pattern).map { String(text[$0.range]) } }
    }

    @Test("every text of the sources")
    func sources() throws {
        let files =
            FileManager.default.enumerator(at: Self.sources, includingPropertiesForKeys: nil)?
            .compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" } ?? []
        var count = 0
        for file in files {
            for (line, text) in try Self.texts(in: file) {
                count += 1
                let faults = Self.faults(in: text)
                #expect(faults.isEmpty, "\(file.lastPathComponent):\(line): \(faults) in \"\(text)\"")
            }
        }
        #expect(count > 500)
    }

    @Test("what the scripts say")
    func scripts() throws {
        let folder = Self.sources.deletingLastPathComponent().appending(path: "script")
        var count = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)) {
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            for match in text.matches(of: /"([^"\n]*[\u{3400}-\u{9fff}][^"\n]*)"/) {
                count += 1
                // A variable ends where its name does.
                let said = match.output.1.replacing(/\$(\{[^}]*\}|\([^)]*\)|[A-Za-z0-9_]+)/, with: "•")
                let closed = String(said.replacing(/：\ +/, with: "："))
                #expect(Self.faults(in: closed).isEmpty, "\(name): \(match.output.1)")
                #expect(!said.hasPrefix("tcplens:"), "\(name): \(match.output.1)")
            }
        }
        #expect(count > 10)
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
            ("可为 gzip;- 表示标准输入", true), ("宽度， 高度", true),
            ("tcplens flow a.pcap#4   抓包", false), ("：  tcplens", false),
        ])
    func rule(text: String, isFault: Bool) {
        #expect(Self.faults(in: text).isEmpty != isFault)
    }
}
