import Foundation
import Lab
import PacketScript
import Testing

/// The scripts that the kernel passes, on our own TCP in virtual time.
@Suite("scripts on our own stack")
struct StackScriptHostTests {
    private static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    private static let own = tests.appending(path: "PacketScriptTests/Scripts")
    private static let shared: [URL] = {
        let root =
            ProcessInfo.processInfo.environment["TCPLENS_SHARED"].map { URL(filePath: $0) }
            ?? tests.deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared")
        return [root.appending(path: "scripts"), root.appending(path: "cases/scripts")]
    }()

    /// Scripts that ask for what the stack does not have: `SO_LINGER` read back, a counter of Linux's.
    private static let notOurs = [
        "options-and-linger.pkt": "SO_LINGER", "timestamps-and-sack.pkt": "tcpi_rcv_ooopack",
    ]

    private static func scripts(in folder: URL) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".pkt") }.sorted()
    }

    private static func run(_ name: String, in folder: URL) throws -> ScriptReport {
        let script = try PacketScript([UInt8](Data(contentsOf: folder.appending(path: name))))
        var runner = ScriptRunner(script, on: StackScriptHost(script.network), tolerance: 4_000_000)
        return runner.run()
    }

    @Test("ours, and the same again to the nanosecond")
    func own() throws {
        let names = Self.scripts(in: Self.own)
        #expect(names.count >= 13)
        for name in names where Self.notOurs[name] == nil {
            let report = try Self.run(name, in: Self.own)
            #expect(report.hasPassed, "\(name): \(String(describing: report.failure))")
            #expect("\(try Self.run(name, in: Self.own).steps)" == "\(report.steps)")
        }
    }

    @Test("many small ones of the kinds that public suites and the review found wanting, all of which Linux passes")
    func variants() throws {
        let folder = Self.own.appending(path: "Variants")
        let names = Self.scripts(in: folder)
        #expect(names.count >= 50)
        for name in names {
            let report = try Self.run(name, in: folder)
            #expect(report.hasPassed, "\(name): \(String(describing: report.failure))")
        }
    }

    @Test("what the stack does not have is refused with its line, not passed over", arguments: notOurs)
    func refused(name: String, words: String) throws {
        let report = try Self.run(name, in: Self.own)
        let failure = try #require(report.failure)
        #expect(failure.text.contains(words), "\(failure.line): \(failure.text)")
        let lines = try String(contentsOf: Self.own.appending(path: name), encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.indices.contains(failure.line - 1) && lines[failure.line - 1].contains(words))
    }

    @Test("no timer is jumped over while a call blocks: the RTO of a writer that waits for room comes when it is due")
    func blockedWriter() throws {
        let text = """
            0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
            +0 bind(3, ..., ...) = 0
            +0 listen(3, 1) = 0
            +0 < S 0:0(0) win 60000 <mss 1000>
            +0 > S. 0:0(0) ack 1 <...>
            +.1 < . 1:1(0) ack 1 win 60000
            +0 accept(3, ..., ...) = 4
            +0 setsockopt(4, SOL_SOCKET, SO_SNDBUF, [5000], 4) = 0
            +0...0.350 write(4, ..., 20000) = 20000
            +0 > P. 1:10001(10000) ack 1
            +.3 > . 1:1001(1000) ack 1
            +.05 < . 1:1(0) ack 10001 win 60000
            """
        let script = try PacketScript([UInt8](text.utf8))
        var runner = ScriptRunner(script, on: StackScriptHost(script.network), tolerance: 4_000_000)
        let report = runner.run()
        #expect(report.hasPassed, "\(String(describing: report.failure))")
    }

    @Test(
        "those that Linux passes",
        .enabled(
            if: shared.allSatisfy { !scripts(in: $0).isEmpty } || Requirements.requiresAll,
            "the shared scripts are not there"), arguments: shared)
    func others(folder: URL) throws {
        let names = Self.scripts(in: folder)
        #expect(!names.isEmpty)
        for name in names {
            let report = try Self.run(name, in: folder)
            #expect(report.hasPassed, "\(name): \(String(describing: report.failure))")
        }
    }
}
