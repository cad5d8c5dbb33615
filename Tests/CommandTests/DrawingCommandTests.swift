import Foundation
import Testing
import Transcripts

/// Pictures by the commands: their forms, and the files that they are written into.
@Suite("pictures of commands")
struct DrawingCommandTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let recording = root.appending(path: "Docs/pictures/hello.pcap").path

    @Test("the pictures that are kept are what is drawn")
    func keptPictures() async throws {
        let run = try await Run(shell: "'\(Self.root.appending(path: "script/pictures").path)' --check")
        #expect(run.status == 0 && run.out == "" && run.err == "")
    }

    @Test("the state diagram of a connection: both ends' ways, in words too", arguments: ["en", "zh"])
    func states(_ language: String) async throws {
        let run = try await Run("flow", Self.recording, "--states", "--format", "svg", "--lang", language)
        #expect(run.status == 0 && run.err == "")
        let told = [
            "en": """
            <desc id="desc">The client: CLOSED, SYN-SENT, ESTABLISHED, CLOSE-WAIT, LAST-ACK, CLOSED. \
            The server: LISTEN, SYN-RECEIVED, ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT.</desc>
            """,
            "zh": """
            <desc id="desc">客户端：CLOSED、SYN-SENT、ESTABLISHED、CLOSE-WAIT、LAST-ACK、CLOSED。 \
            服务端：LISTEN、SYN-RECEIVED、ESTABLISHED、FIN-WAIT-1、FIN-WAIT-2、TIME-WAIT。</desc>
            """,
        ]
        #expect(run.out.contains(try #require(told[language])))
        #expect(run.out.contains("收 SYN") == (language == "zh") && run.out.contains("rcv SYN") == (language == "en"))
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
        let printed = try await Run("flow", Self.recording, "--format", form).out
        #expect(try String(contentsOf: file, encoding: .utf8) == printed)
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
        arguments: [
            ["--json", "--format", "svg"], ["-o", "a.txt"], ["-o", "a"], ["--blank"], ["--format", "png"],
            ["--states"], ["--states", "-o", "a.html"], ["--states", "--blank", "-o", "a.svg"],
            ["--states", "--title", "a", "-o", "a.svg"], ["--states", "--hosts", "-o", "a.svg"],
        ])
    func contradictions(_ flags: [String]) async throws {
        let run = try await Run(["flow", Self.recording] + flags)
        #expect(run.status == 2 && run.out == "" && run.err.hasPrefix("tcplens: "))
    }
}
