import Foundation
import Testing

/// Runs inside a terminal that `script` makes; it answers no questions, as a poor terminal does not.
@Suite("on a terminal", .enabled(if: Needs.tool("script"), "needs script(1)"))
struct TerminalTests {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func onTerminal(_ command: String, environment: [String: String], typed: String = "") async throws -> Run {
        let path = try Exchange.tutorial(in: folder)
        let line = command.replacing("CAPTURE", with: path)
        let typing = typed.isEmpty ? "sleep 3" : "printf '\(typed)'; sleep 3"
        return try await Run(
            shell: "( \(typing) ) | timeout 20 script -qec \"stty cols 80; $(cat \"$LINE\")\" /dev/null",
            environment: environment.merging(["LINE": try folder.write(Array(line.utf8), to: "line")]) { $1 })
    }

    @Test("colours by default, and none where they are not wanted")
    func colours() async throws {
        let utf8 = ["LANG": "C.UTF-8", "TERM": "xterm-256color"]
        let coloured = try await onTerminal("$TCPLENS flow CAPTURE", environment: utf8)
        // ESTABLISHED in its family's colour, and back.
        #expect(coloured.out.contains(/\x1b\[[0-9;]+mE\*? *\x1b\[0m/))
        #expect(coloured.out.contains("#10"))
        let plain = try await onTerminal(
            "$TCPLENS flow CAPTURE", environment: ["LANG": "C", "TERM": "xterm-256color", "NO_COLOR": "1"])
        #expect(!plain.out.contains("\u{1b}"))
        let dumb = try await onTerminal("$TCPLENS flow CAPTURE", environment: ["LANG": "C.UTF-8", "TERM": "dumb"])
        #expect(!dumb.out.contains("\u{1b}"))
    }

    /// A program that waited for an answer would be ended by `timeout`, with 124.
    @Test("a terminal that does not answer is not waited for, and what was typed ahead stays")
    func typedAhead() async throws {
        let run = try await onTerminal(
            "sleep 1; $TCPLENS flow CAPTURE; read word; echo got-$word",
            environment: ["LANG": "C.UTF-8", "TERM": "xterm"], typed: "Remember\\n")
        #expect(run.status == 0)
        #expect(run.out.contains("got-Remember"))
        #expect(run.out.contains("#10"))
    }
}
