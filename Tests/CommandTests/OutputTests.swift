import Foundation
import Testing

@Suite("where the output goes")
struct OutputTests {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    @Test("a reader that has seen enough ends it quietly")
    func closedPipe() async throws {
        let path = try Exchange.capture(
            (0..<3000).flatMap { Exchange.refused(port: 1024 + $0, at: Int64($0) * 1000) }, in: folder)
        let run = try await Run(shell: "\"$TCPLENS\" connections '\(path)' | head -1")
        #expect(run.lines.count == 1)
        #expect(run.err == "")
        let ignoring = try await Run(shell: "trap '' PIPE; \"$TCPLENS\" connections '\(path)' | head -1")
        #expect(ignoring.err == "")
    }

    @Test("output that cannot be written is an error", arguments: ["> /dev/full", ">&-"])
    func unwritable(redirection: String) async throws {
        let path = try Exchange.tutorial(in: folder)
        for command in ["flow '\(path)'", "connections '\(path)' --json", "header '\(path)#1'", "--help"] {
            let run = try await Run(shell: "\"$TCPLENS\" \(command) \(redirection)")
            #expect(run.err.hasPrefix("tcplens: cannot write the output: "), "\(command): \(run.err)")
            #expect(run.status == 4)
        }
    }

    @Test("without a locale everything drawn is ASCII, in a UTF-8 locale it is not")
    func locales() async throws {
        let path = try Exchange.three(in: folder)
        for arguments in [
            ["flow", path], ["flow", path, "--hosts"], ["connections", path], ["header", path + "#1"],
        ] {
            for environment in [[:], ["LANG": "C"], ["LC_ALL": "POSIX", "LANG": "C.UTF-8"]] {
                let run = try await Run(arguments, environment: environment)
                #expect(run.out.utf8.allSatisfy { $0 < 0x80 }, "\(arguments) \(environment)")
                #expect(run.status == 0)
            }
        }
        #expect(try await Run("flow", path, environment: ["LANG": "C.UTF-8"]).out.contains("▶"))
        #expect(try await Run("flow", path, environment: ["LANG": "zh_CN.UTF-8"]).out.contains("三次握手"))
    }

    @Test("no cursor or colour codes in a file, unless asked for")
    func noColour() async throws {
        let path = try Exchange.tutorial(in: folder)
        let environment = ["TERM": "xterm-256color", "LANG": "C.UTF-8"]
        let plain = try await Run("flow", path, environment: environment)
        #expect(!plain.out.contains("\u{1b}"))
        let coloured = try await Run("flow", path, "--color", "always", environment: environment)
        #expect(coloured.out.contains("\u{1b}["))
        #expect(coloured.out.replacing(/\u{1b}\[[0-9;]*m/, with: "") == plain.out)
    }

    @Test("one of anything is no plural")
    func singular() async throws {
        let syn = Exchange.refused(port: 5000, at: 0)[0]
        let one = try Exchange.capture([syn], in: folder)
        let said = folder.path("said")
        let port = try freePort()
        let runs = [
            try await Run("flow", one, "--lang", "en"), try await Run("connections", one, "--lang", "en"),
            try await Run("connections", one, "--long", "--lang", "en"),
            try await Run("connections", one, "--lang", "en", "--width", "30"),
            try await Run("connections", one, "-Y", "tcp.port==81", "--lang", "en"),
            try await Run("header", one + "#9", "--lang", "en"),
            try await Run("flow", one, "--conn", "9", "--lang", "en"),
            try await Run("demo", "--on", "stack", "--lang", "en"),
            try await Run(
                shell: """
                    "$TCPLENS" listen 127.0.0.1:\(port) --once --reply '' > '\(said)' 2>&1 & server=$!
                    until grep -q listening '\(said)'; do sleep 0.05; done
                    "$TCPLENS" dial 127.0.0.1:\(port) --send x -w 5; wait $server; cat '\(said)'
                    """),
        ]
        // A byte each way, a client, a segment, a packet, a connection.
        for words in ["1 byte ", "1 client", "1 segment", "1 packet", "1 connection"] {
            #expect(runs.contains { ($0.out + $0.err).contains(words) }, "\(words)")
        }
        let plural = /(?:^|[ (])1 (?:byte|octet|segment|packet|connection|client|socket|time|step|file|row)s\b/
        for run in runs {
            #expect((run.out + run.err).firstMatch(of: plural) == nil, "\(run.out)\(run.err)")
        }
    }

    @Test(
        "no line is wider than asked for, on every capture there is",
        .enabled(if: Needs.shared, "needs the shared captures"),
        arguments: zip([20, 40, 80, 80, 120], ["en", "zh", "en", "zh", "en"]))
    func widths(width: Int, language: String) async throws {
        try #require(!Needs.sharedCaptures.isEmpty)
        for path in Needs.sharedCaptures where !path.contains("synscan") {
            for arguments in [
                ["flow", path, "-A"], ["flow", path, "--hosts"], ["connections", path], ["header", path + "#1"],
            ] {
                let run = try await Run(
                    arguments + ["--width", String(width), "--lang", language], environment: ["LANG": "C.UTF-8"])
                #expect([0, 5].contains(run.status), "\(arguments): \(run.err)")
                // A command to be copied stays in one piece.
                let wide = run.lines.filter { line in
                    cells(line) > width
                        && !["  tcplens connections ", "  tcplens flow "].contains { line.hasPrefix($0) }
                }
                #expect(wide.isEmpty, "\(arguments): \(wide)")
            }
        }
    }
}
