#if os(Linux)
    import Foundation
    import Lab
    import LinuxKernel
    import PacketScript
    import TCPWire
    import Testing

    /// Packet scripts on this machine's kernel.
    @Suite("scripts on the kernel", .serialized)
    struct KernelScriptHostTests {
        /// Whether namespaces and a TUN device can be had; where not, the tests are skipped, unless all are required.
        static let isPossible: Bool = {
            if Requirements.requiresAll { return true }
            return (try? KernelScriptHost(.ipv4)) != nil
        }()

        private static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        private static let own = tests.appending(path: "PacketScriptTests/Scripts")
        private static let shared: [URL] = {
            let root =
                ProcessInfo.processInfo.environment["TCPLENS_SHARED"].map { URL(filePath: $0) }
                ?? tests.deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared")
            return [root.appending(path: "scripts"), root.appending(path: "cases/scripts")]
        }()

        private static func scripts(in folder: URL) -> [String] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            return names.filter { $0.hasSuffix(".pkt") }.sorted()
        }

        /// Runs a script up to three times while nothing but its times is wrong: a machine that is busy with something else
        /// lets a timer run late.
        private static func run(_ name: String, in folder: URL) throws -> ScriptReport {
            let script = try PacketScript([UInt8](Data(contentsOf: folder.appending(path: name))))
            var report = ScriptReport()
            for _ in 0..<3 {
                var runner = ScriptRunner(script, on: try KernelScriptHost(script.network))
                report = runner.run()
                switch report.failure?.reason {
                case .time, .returned: continue
                default: return report
                }
            }
            return report
        }

        private static func complaint(_ report: ScriptReport) -> Comment {
            let steps = report.steps.suffix(12).map { "\($0.time / 1000) µs \($0.kind) \($0.text)" }
            return "\(report.failure.map { "\($0)" } ?? "passed")\n\(steps.joined(separator: "\n"))"
        }

        @Test("a script for each part of the language", .enabled(if: isPossible, "needs namespaces and a TUN device"))
        func own() throws {
            let names = Self.scripts(in: Self.own)
            #expect(names.count >= 13)
            for name in names {
                let report = try Self.run(name, in: Self.own)
                #expect(report.hasPassed, "\(name): \(Self.complaint(report))")
            }
        }

        @Test(
            "the scripts that Linux is known to pass",
            .enabled(if: isPossible, "needs namespaces and a TUN device"),
            .enabled(
                if: shared.allSatisfy { !scripts(in: $0).isEmpty } || Requirements.requiresAll,
                "no scripts beside this clone"), arguments: shared)
        func known(folder: URL) throws {
            let names = Self.scripts(in: folder)
            #expect(!names.isEmpty)
            for name in names {
                let report = try Self.run(name, in: folder)
                #expect(report.hasPassed, "\(name): \(Self.complaint(report))")
            }
        }

        @Test(
            "what the kernel does otherwise is found", .enabled(if: isPossible, "needs namespaces and a TUN device"))
        func failing() throws {
            let script = try PacketScript(
                Array(
                    """
                    0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                    +0 bind(3, ..., ...) = 0
                    +0 listen(3, 1) = 0
                    +0 < S 0:0(0) win 60000 <mss 1000>
                    +0 > S. 0:0(0) ack 2 <...>
                    """.utf8))
            var runner = ScriptRunner(script, on: try KernelScriptHost(script.network))
            let report = runner.run()
            #expect(report.failure?.line == 5)
            guard case .packet(_, let actual, let differences)? = report.failure?.reason else {
                Issue.record("\(Self.complaint(report))")
                return
            }
            #expect(actual.hasPrefix("S. 0:0(0) ack 1 win "))
            #expect(differences.map(\.part) == [.acknowledgment])
        }

        @Test(
            "a call that never returns does not keep the host",
            .enabled(if: isPossible, "needs namespaces and a TUN device"))
        func blocked() throws {
            let script = try PacketScript(
                Array(
                    "0 socket(..., SOCK_STREAM, 0) = 3\n+0 bind(3, ..., ...) = 0\n+0 listen(3, 1) = 0\n+0 accept(3, ..., ...) = 4"
                        .utf8))
            var runner = ScriptRunner(script, on: try KernelScriptHost(script.network))
            #expect(runner.run().failure?.reason == .blocked)
        }

        @Test("settings are the namespace's own", .enabled(if: isPossible, "needs namespaces and a TUN device"))
        func settings() throws {
            let path = "/proc/sys/net/ipv4/tcp_syn_retries"
            let before = try String(contentsOfFile: path, encoding: .utf8)
            let host = try KernelScriptHost(.ipv4)
            try host.set("net.ipv4.tcp_syn_retries", to: "3")
            #expect(try String(contentsOfFile: path, encoding: .utf8) == before)
            #expect(throws: ScriptHostError.unknownSetting("net.ipv4.tcp_no_such_thing")) {
                try host.set("net.ipv4.tcp_no_such_thing", to: "3")
            }
            #expect(throws: ScriptHostError.badSetting("net.ipv4.tcp_syn_retries")) {
                try host.set("net.ipv4.tcp_syn_retries", to: "many")
            }
        }
    }
#endif
