import Foundation
import Testing

/// Examples that cannot be copied teach nothing: each one of the help and of the documents is run as it stands.
@Suite("examples", .enabled(if: Needs.namespaces, "needs root, unshare, ip and setpriv"))
struct ExampleTests {
    /// A line to copy, and where it stands.
    struct Example: CustomTestStringConvertible, Sendable {
        let place: String
        let line: String
        /// Whether an error is what it shows.
        var fails = false
        var testDescription: String { "\(place): \(line)" }
    }

    static let commands = [
        "", "demo", "dial", "listen", "flow", "connections", "header", "sockets", "script",
    ]

    private static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test("of the help", arguments: commands, ["en", "zh"])
    func help(command: String, language: String) async throws {
        let page = try await Run(
            ["help"] + (command.isEmpty ? [] : [command]), environment: ["LANG": "C.UTF-8", "TCPLENS_LANG": language])
        let lines = page.lines.drop { $0 != "Examples:" && $0 != "示例：" }.dropFirst().prefix { !$0.isEmpty }
        // What it does stands behind two spaces, or below it, further in.
        let examples = lines.filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }.map { line in
            let text = line.dropFirst(2)
            let end = text.firstRange(of: "  ")?.lowerBound ?? text.endIndex
            return Example(place: "\(language) help \(command)", line: String(text[..<end]))
        }
        try #require(!examples.isEmpty)
        for example in examples { try await run(example) }
    }

    @Test("of the documents")
    func documents() async throws {
        let folder = Self.package.appending(path: "Docs")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))
        let files =
            names.filter { $0.hasSuffix(".md") }.map { folder.appending(path: $0) }
            + ["README.md", "README.zh.md"].map { Self.package.appending(path: $0) }
        let examples = try files.flatMap { try Self.examples(in: $0) }
        #expect(examples.count > 10)
        for example in examples { try await run(example) }
    }

    /// Lines of code that run `tcplens`; of a session, what follows `$ `.
    private static func examples(in file: URL) throws -> [Example] {
        let lines = try String(contentsOf: file, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        var isCode = false
        var found: [Example] = []
        let hasSessions = lines.contains { $0.hasPrefix("$ ") }
        for (index, line) in lines.enumerated() {
            if line.hasPrefix("```") { isCode.toggle() }
            guard isCode else { continue }
            let isTyped = line.hasPrefix("$ tcplens ")
            // In a session everything else is what was printed.
            let isBare = line.hasPrefix("tcplens ") && (line.contains(" -Y ") || line.contains(" --format "))
            guard isTyped || isBare || !hasSessions && line.hasPrefix("tcplens ") else { continue }
            let next = index + 1 < lines.count ? lines[index + 1] : ""
            let text = isTyped ? String(line.dropFirst(2)) : String(line)
            found.append(
                Example(
                    place: file.lastPathComponent, line: text,
                    fails: next.hasPrefix("tcplens: ") || next.hasPrefix("tcplens：")))
        }
        return found
    }

    private func run(_ example: Example) async throws {
        let folder = try ScratchFolder()
        let capture = try Exchange.three(in: folder)
        try FileManager.default.copyItem(atPath: capture, toPath: folder.path("capture.pcap"))
        try FileManager.default.copyItem(atPath: capture, toPath: folder.path("ring0.pcap"))
        _ = try Exchange.capture(Exchange.refused(port: 43215, at: 1_000_000_000), in: folder, name: "ring1.pcap")
        _ = try await Run(shell: "gzip -k '\(folder.path("capture.pcap"))'")
        let script = Self.package.appending(path: "Tests/PacketScriptTests/Scripts/passive-close.pkt").path(
            percentEncoded: false)
        try FileManager.default.createDirectory(atPath: folder.path("tests"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: script, toPath: folder.path("handshake.pkt"))
        try FileManager.default.copyItem(atPath: script, toPath: folder.path("tests/one.pkt"))
        try FileManager.default.createSymbolicLink(
            at: URL(filePath: folder.path("Docs")), withDestinationURL: Self.package.appending(path: "Docs"))
        _ = try folder.write(Array("#!/bin/sh\nexec cat\n".utf8), to: "zeek-cut")
        let needsServer = example.line.contains("tcplens dial") || example.line.contains("tcplens sockets")
        // What goes on for ever ends by Ctrl-C; what ends by itself may take its time beside other tests.
        let patience = Self.statuses(of: example).contains(130) ? 2 : 60
        let result = try await Run(
            namespace: """
                cd '\(folder.path)' && ln -s "$TCPLENS" tcplens && chmod +x zeek-cut && PATH="$PWD:$PATH"
                if \(example.line.contains("eth0")); then
                    ip link add eth0 type veth peer name other && ip link set eth0 up
                fi
                if \(needsServer); then
                    tcplens listen 8080 > /dev/null 2>&1 & server=$!
                    until ss -Htln | grep -q :8080; do sleep 0.02; done
                fi
                cat > example <<'END'
                \(example.line)
                END
                timeout --preserve-status -s INT \(patience) sh example < /dev/null
                status=$?
                if \(needsServer); then kill $server; fi
                exit $status
                """, environment: ["LANG": "C.UTF-8"])
        #expect(Self.statuses(of: example).contains(result.status), "\(example): \(result.status), \(result.err)")
        #expect(!result.err.contains("tcplens help") || example.fails, "\(example): \(result.err)")
    }

    /// How an example may end here, where there are few sockets, no names and no packets.
    private static func statuses(of example: Example) -> Set<Int32> {
        if example.fails { return [2] }
        if example.line.contains("dial example.com") { return [14] }
        // The shell that runs it is interrupted as well.
        if example.line.contains("tcplens listen") { return [0, 130] }
        let chooses = [" -Y ", " --conn ", "tcplens sockets", "tcpdump ", " --follow", " -i "].contains {
            example.line.contains($0)
        }
        return chooses ? [0, 5, 130] : [0]
    }
}
