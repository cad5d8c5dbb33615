import Foundation
import Lab
import PacketScript
import Testing

/// The scripts that the kernel passes, on our own TCP in virtual time.
@Suite("scripts on our own stack")
struct StackScriptHostTests {
    private static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    private static let own = tests.appending(path: "PacketScriptTests/Scripts")
    private static let shared: URL = {
        let root =
            ProcessInfo.processInfo.environment["TCPLENS_SHARED"].map { URL(filePath: $0) }
            ?? tests.deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared")
        return root.appending(path: "scripts")
    }()

    /// Scripts that ask for what the stack does not have: Fast Open, `SO_LINGER` read back, a counter of Linux's.
    private static let notOurs: Set<String> = ["fast-open.pkt", "options-and-linger.pkt", "timestamps-and-sack.pkt"]

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
        for name in names where !Self.notOurs.contains(name) {
            let report = try Self.run(name, in: Self.own)
            #expect(report.hasPassed, "\(name): \(String(describing: report.failure))")
            #expect("\(try Self.run(name, in: Self.own).steps)" == "\(report.steps)")
        }
    }

    @Test("what the stack does not have is refused with its line, not passed over", arguments: notOurs)
    func refused(name: String) throws {
        let report = try Self.run(name, in: Self.own)
        #expect(!report.hasPassed)
    }

    @Test(
        "those that Linux passes",
        .enabled(if: !scripts(in: shared).isEmpty || Requirements.requiresAll, "the shared scripts are not there"))
    func others() throws {
        let names = Self.scripts(in: Self.shared)
        #expect(!names.isEmpty)
        for name in names {
            let report = try Self.run(name, in: Self.shared)
            #expect(report.hasPassed, "\(name): \(String(describing: report.failure))")
        }
    }
}
