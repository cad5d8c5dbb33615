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
        #expect(run.lines.first?.hasPrefix("tcplens \(command): ") == true)
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

    @Test("completion scripts are the parser's own", arguments: ["bash", "zsh", "fish"])
    func completion(shell: String) async throws {
        let run = try await Run("--generate-completion-script", shell)
        #expect(run.status == 0)
        #expect(run.out.contains("tcplens") && !run.out.contains("Examples:"))
    }
}
