import Foundation
import Testing

@Suite("help")
struct HelpTests {
    private static let commands = ["flow", "connections", "header", "sockets", "script"]

    @Test("examples come first, and every flag is explained", arguments: commands, ["en", "zh"])
    func page(command: String, language: String) async throws {
        let environment = ["TCPLENS_LANG": language, "LANG": "C.UTF-8"]
        let run = try await Run("help", command, environment: environment)
        #expect(run.status == 0)
        #expect(run.err == "")
        #expect(run.out == (try await Run(command, "--help", environment: environment).out))
        #expect(run.lines.first?.hasPrefix("tcplens \(command)" + (language == "en" ? ": " : "：")) == true)
        let titles = run.lines.filter { !$0.hasPrefix(" ") && $0.hasSuffix(":") || $0.hasSuffix("：") }.map(String.init)
        #expect(
            titles
                == (language == "en"
                    ? ["Examples:", "Usage:", "Arguments:", "Options:"] : ["示例：", "用法：", "参数：", "选项："]))
        #expect(run.lines.contains { $0.hasPrefix("  tcplens \(command) ") })
        #expect(run.lines.allSatisfy { cells($0) <= 80 })
        // A flag without a word about it ends its line.
        let bare = #/\ \ -[-a-zA-Z0-9]+(,\ --[a-z-]+)?(\ <[a-z]+>)?\ */#
        #expect(!run.lines.contains { $0.wholeMatch(of: bare) != nil })
        let isChinese = run.out.unicodeScalars.contains { $0.value >= 0x4e00 && $0.value < 0xa000 }
        #expect(isChinese == (language == "zh"))
    }

    @Test("the first screen: examples, then commands", arguments: [["--help"], ["-h"], ["help"], []])
    func firstScreen(arguments: [String]) async throws {
        let run = try await Run(arguments)
        #expect(run.status == 0)
        let examples = try #require(run.out.firstRange(of: "Examples:"))
        let commands = try #require(run.out.firstRange(of: "Commands:"))
        #expect(examples.lowerBound < commands.lowerBound)
        for command in Self.commands { #expect(run.out.contains("\n  \(command) ")) }
        #expect(run.lines.count <= 40)
    }

    @Test("--lang may stand anywhere")
    func language() async throws {
        let pages = [
            ["--lang", "zh", "help", "flow"], ["help", "flow", "--lang", "zh"], ["help", "--lang=zh", "flow"],
            ["flow", "--help", "--lang", "zh"], ["--lang", "zh", "flow", "--help"],
        ]
        let expected = try await Run("help", "flow", environment: ["TCPLENS_LANG": "zh"]).out
        for arguments in pages { #expect(try await Run(arguments).out == expected, "\(arguments)") }
        let folder = try ScratchFolder()
        let path = try Exchange.tutorial(in: folder)
        let before = try await Run("--lang", "zh", "--ascii", "flow", path)
        #expect(before.out == (try await Run("flow", path, "--lang", "zh", "--ascii").out))
        #expect(before.status == 0)
    }

    @Test("the version, alone")
    func version() async throws {
        let run = try await Run("--version")
        #expect(run.out.wholeMatch(of: /[0-9]+\.[0-9]+\.[0-9]+( \(revision [0-9a-f+]+(, Swift [0-9.]+)?\))?\n/) != nil)
        #expect(run.status == 0)
    }

    @Test("the manual page says what the help says, in roff", arguments: ["en", "zh"])
    func manual(language: String) async throws {
        let run = try await Run("manual", "--lang", language)
        #expect(run.out.hasPrefix(".TH TCPLENS 1"))
        for name in ["DEMO", "DIAL", "SOCKETS", "SCRIPT"] { #expect(run.out.contains("\n.SH \(name)\n")) }
        #expect(run.out.contains(".B \\-p, \\-\\-processes\n"))
        // No line of text may begin as a request, and no backslash may be left bare.
        #expect(
            run.lines.allSatisfy {
                !$0.hasPrefix("'")
                    && !$0.replacing("\\-", with: "").replacing("\\e", with: "").replacing("\\&", with: "").replacing(
                        "\\:", with: ""
                    )
                    .contains(
                        "\\")
            })
    }

    @Test(
        "only what is near is suggested",
        arguments: [
            ("foo", nil), ("dail", "dial"), ("http", nil), ("sockts", "sockets"), ("flwo", "flow"), ("xyz", nil),
        ])
    func suggestions(word: String, meant: String?) async throws {
        let run = try await Run(word)
        #expect(run.status == 2)
        if let meant {
            #expect(run.err.contains("did you mean:  tcplens \(meant)"))
        } else {
            #expect(!run.err.contains("did you mean"))
        }
    }

    @Test("a negative number is no missing value", arguments: [("en", "'-1' is not a value"), ("zh", "不能取 '-1'")])
    func negative(language: String, words: String) async throws {
        let run = try await Run("--lang", language, "demo", "--port", "-1")
        #expect(run.status == 2)
        #expect(run.err.contains(words), "\(run.err)")
    }

    @Test("a filter of a capture filter's words is answered with one of ours", arguments: ["port 80", "host==a"])
    func captureFilterWords(filter: String) async throws {
        let folder = try ScratchFolder()
        let run = try await Run("connections", try Exchange.tutorial(in: folder), "-Y", filter)
        #expect(run.status == 2)
        #expect(run.err.contains("tcp.port==80") && run.err.split(separator: "\n").count < 8, "\(run.err)")
    }

    @Test(
        "a locale in another character set gets English, unless Chinese is asked for",
        arguments: [
            (["LC_ALL": "zh_CN.GBK"], false), (["LANG": "zh_CN.GB18030"], false), (["LC_ALL": "zh_CN.UTF-8"], true),
            (["LC_ALL": "zh_CN.GBK", "TCPLENS_LANG": "zh"], true), (["LC_ALL": "zh_CN.utf8"], true),
        ])
    func characterSets(environment: [String: String], isChinese: Bool) async throws {
        let run = try await Run("help", environment: environment)
        #expect(run.out.contains("命令") == isChinese)
        let asked = try await Run("help", "--lang", "zh", environment: environment)
        #expect(asked.status == 0)
    }

    @Test("errors of the system are told in Chinese")
    func systemErrors() async throws {
        let run = try await Run("listen", "192.0.2.1:8080", "--lang", "zh")
        #expect(run.status != 0)
        #expect(!run.err.contains("Cannot assign"), "\(run.err)")
    }
}
