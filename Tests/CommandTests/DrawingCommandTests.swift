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

    @Test("-S and --title are heeded in every form", arguments: ["svg", "html", "mermaid"])
    func heeded(_ form: String) async throws {
        let title = ["--title", "an <exercise>"]
        let run = try await Run(["flow", Self.recording, "-S", "--format", form] + title)
        #expect(run.status == 0 && run.err == "")
        #expect(run.out.contains(form == "mermaid" ? "title: \"an ‹exercise›\"" : "an &lt;exercise&gt;"))
        guard form == "html" else {
            let relative = try await Run(["flow", Self.recording, "--format", form] + title)
            #expect(run.out != relative.out && relative.out.contains("seq=0"))
            return
        }
        let demo = try await Run("demo", "--on", "stack", "-S", "--format", form)
        for page in [run, demo] {
            #expect(page.out.contains("value=\"real\" checked") && !page.out.contains("value=\"rel\" checked"))
        }
        let sheet = try await Run(["flow", Self.recording, "-S", "--blank", "--format", form] + title)
        #expect(sheet.out.contains("<title>an &lt;exercise&gt;</title>") && sheet.out.contains("<body class=\"real\">"))
    }

    @Test("a hand-out that nobody could fill in, and a diagram that Mermaid does not draw")
    func tooLong() async throws {
        let folder = try ScratchFolder()
        let path = try Exchange.capture(Exchange.long(segments: 1500), in: folder)
        let sheet = try await Run("flow", path, "--blank", "--format", "html", "--lang", "en")
        #expect(sheet.status == 4 && sheet.out == "")
        #expect(sheet.err.hasPrefix("tcplens: a hand-out has room for 300 events, and connection 1 has 15"))
        #expect(sheet.err.contains("--blank --format svg"))
        let diagram = try await Run("flow", path, "--format", "mermaid", "--lang", "en")
        #expect(diagram.status == 0 && diagram.out.count > 50_000)
        #expect(diagram.err.contains("Mermaid draws 50000 at most"))
        let short = try await Run("flow", Self.recording, "--format", "mermaid")
        #expect(short.err == "")
    }

    @Test(
        "flags that contradict each other",
        arguments: [
            ["--json", "--format", "svg"], ["-o", "a.txt"], ["-o", "a"], ["--blank"], ["--format", "png"],
            ["--states"], ["--states", "-o", "a.html"], ["--states", "--blank", "-o", "a.svg"],
            ["--states", "--title", "a", "-o", "a.svg"], ["--states", "--hosts", "-o", "a.svg"],
            ["--states", "--width", "60", "-o", "a.svg"], ["--format", "html", "--width", "60"],
            ["--format", "mermaid", "--width", "60"], ["--json", "--width", "60"], ["--json", "--title", "a"],
        ])
    func contradictions(_ flags: [String]) async throws {
        let run = try await Run(["flow", Self.recording] + flags)
        #expect(run.status == 2 && run.out == "" && run.err.hasPrefix("tcplens: "))
    }
}
