import Foundation
import Testing
import Transcripts

/// Pictures by the commands: their forms, and the files that they are written into.
@Suite("pictures of commands")
struct DrawingCommandTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let recording = root.appending(path: "Docs/pictures/hello.pcap").path

    @Test(
        "the pictures that are kept are what is drawn",
        arguments: [
            ("hello.svg", ["--lang", "en", "--title", "hello, xiao mei"]),
            ("hello.zh.svg", ["--lang", "zh", "--title", "一次真实的 TCP 连接：hello, xiao mei"]),
            (
                "hello-blank.svg",
                ["--lang", "en", "--blank", "--title", "Fill in the states and the acknowledgment numbers"]
            ),
        ])
    func keptPictures(_ name: String, _ arguments: [String]) async throws {
        let kept = try String(contentsOf: Self.root.appending(path: "Docs/pictures/\(name)"), encoding: .utf8)
        let run = try await Run(["flow", Self.recording, "-A", "--format", "svg"] + arguments)
        #expect(run.status == 0 && run.err == "")
        #expect(run.out == kept, "draw them again:  script/pictures")
    }

    @Test("the demo's own greeting is kept; of other captures nothing that was said, unless asked for")
    func payload() async throws {
        let quiet = try await Run("flow", Self.recording, "--format", "svg")
        #expect(!quiet.out.contains("xiao"))
        let loud = try await Run("flow", Self.recording, "--format", "svg", "-A")
        #expect(loud.out.contains("hello, xiao mei."))
        let demo = try await Run("demo", "--on", "stack", "--format", "svg")
        #expect(demo.out.contains("hello, xiao mei.") && SVGReading(demo.out)?.segments.isEmpty == false)
    }

    @Test("-o writes the file and nothing else; its ending names the form", arguments: ["svg", "mmd", "json"])
    func files(_ ending: String) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tcplens-pictures-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "a.\(ending)")
        let run = try await Run("flow", Self.recording, "-o", file.path)
        #expect(run.status == 0 && run.out == "" && run.err == "")
        let form = ["svg": "svg", "mmd": "mermaid", "json": "json"][ending] ?? ""
        #expect(try String(contentsOf: file, encoding: .utf8) == Run("flow", Self.recording, "--format", form).out)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.\(ending)"])
    }

    @Test("a file that cannot be written is told of in words, and what was there stays")
    func unwritable() async throws {
        let run = try await Run("flow", Self.recording, "-o", "/proc/nowhere/a.svg")
        #expect(run.status == 4 && run.out == "")
        #expect(run.err.hasPrefix("tcplens: cannot write /proc/nowhere/a.svg: No such file or directory\n"))
        let full = try await Run(shell: "\"$TCPLENS\" flow '\(Self.recording)' --format svg -o /dev/full")
        #expect(full.status == 4 && full.err.contains("cannot write /dev/full"))
    }

    @Test(
        "flags that contradict each other",
        arguments: [["--json", "--format", "svg"], ["-o", "a.txt"], ["-o", "a"], ["--blank"], ["--format", "png"]])
    func contradictions(_ flags: [String]) async throws {
        let run = try await Run(["flow", Self.recording] + flags)
        #expect(run.status == 2 && run.out == "" && run.err.hasPrefix("tcplens: "))
    }
}
