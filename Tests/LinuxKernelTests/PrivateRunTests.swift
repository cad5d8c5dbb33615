import Foundation
import LinuxKernel
import TCPState
import TCPWire
import Testing

@Suite(.serialized)
struct PrivateRunTests {
    private static let role = "TCPLENS_TEST_UNPRIVILEGED"
    private static let isUnprivilegedRun = ProcessInfo.processInfo.environment[role] != nil

    private static func run(_ words: [String], environment: [String: String] = [:]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = FileHandle.standardError
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// The words that repeat one test of this program.
    private static var repeatOneTest: [String] {
        ["--testing-library", "swift-testing", "--filter", "PrivateRunTests/insideAnOrdinaryUser"]
    }

    /// Runs the next test as a user without any right.
    @Test(
        .enabled(if: !isUnprivilegedRun, "is what the outer run does"),
        .enabled(if: Requirements.isRoot && Requirements.has(tool: "setpriv"), "needs root and setpriv(1)"))
    func anOrdinaryUserCapturesInANamespaceOfItsOwn() throws {
        let user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        // The build folder may lie where that user cannot look.
        let copy = FileManager.default.temporaryDirectory.appendingPathComponent("tcplens-test-\(getpid())")
        let program = try #require(CommandLine.arguments.first)
        try FileManager.default.copyItem(atPath: program, toPath: copy.path)
        defer { try? FileManager.default.removeItem(at: copy) }
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: copy.path)
        let witness = copy.appendingPathExtension("witness")
        try Data().write(to: witness)
        defer { try? FileManager.default.removeItem(at: witness) }
        try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: witness.path)
        let status = try Self.run(user + [copy.path] + Self.repeatOneTest, environment: [Self.role: witness.path])
        #expect(status == 0)
        #expect(try Data(contentsOf: witness) == Data("captured".utf8))
    }

    @Test("the half of the test above that runs in its own process; elsewhere there is nothing to test")
    func insideAnOrdinaryUser() throws {
        guard Self.isUnprivilegedRun else { return }
        guard PrivateRun.isInside else {
            #expect(LiveCapture.check(interface: "lo") == .notPermitted(interface: "lo"))
            #expect(try PrivateRun.repeatSelf(arguments: Self.repeatOneTest) == .exited(0))
            return
        }
        let listener = try TestSocket.listener()
        let recorder = try PacketRecorder(
            CaptureOptions(interface: "lo", filter: "tcp port \(listener.local.port)"))
        let client = try TestSocket.connected(to: listener.local)
        let server = try listener.accept()
        let recording = recorder.stop { $0.count >= 3 }
        #expect(recording.packets.compactMap(LoopbackSegment.init).map(\.flags) == [.syn, [.syn, .ack], .ack])
        let table = try SocketTable()
        #expect(try table.sockets().count == 3)
        let witness = try #require(ProcessInfo.processInfo.environment[Self.role])
        let file = try #require(FileHandle(forWritingAtPath: witness))
        try file.write(contentsOf: Data("captured".utf8))
        #expect(try table.lookUp(local: server.local, remote: client.local)?.state == .established)
    }

    @Test(.enabled(if: Requirements.isRoot, "needs root to be sure of namespaces"))
    func theExitCodeComesBack() throws {
        func shell(_ script: String) throws -> PrivateRun.Exit {
            try PrivateRun.run("/bin/sh", arguments: ["sh", "-c", script])
        }
        #expect(try shell("exit 7") == .exited(7))
        #expect(try shell("kill -9 $$") == .signalled(9))
        #expect(try shell("test -n \"$TCPLENS_PRIVATE\"") == .exited(0))
        // Its loopback is up and it has no other interface.
        #expect(try shell("test $(grep -c : /proc/net/dev) = 1 && grep -q lo: /proc/net/dev") == .exited(0))
        // A signal that asks for an end reaches it.
        #expect(try shell("trap 'exit 3' TERM; kill -TERM $PPID; while :; do sleep 0.05; done") == .exited(3))
    }

    @Test(.enabled(if: Requirements.isRoot, "needs root to be sure of namespaces"))
    func aProgramThatIsNotThereIsTold() {
        #expect {
            try PrivateRun.run("/nonexistent", arguments: ["nonexistent"])
        } throws: { error in
            let refusal = error as? PrivateRun.Refusal
            return refusal?.step == .execute && refusal?.error.code == ENOENT
        }
    }

    @Test func whoRefusedIsReadFromTheSettings() {
        func cause(_ step: PrivateRun.Step, _ code: Int32, _ settings: [String: String] = [:]) -> PrivateRun.Cause {
            PrivateRun.cause(step, code) { settings[$0] }
        }
        #expect(cause(.namespaces, EPERM) == .sandbox)
        #expect(cause(.namespaces, ENOSPC) == .setting("user.max_user_namespaces"))
        #expect(
            cause(.namespaces, ENOSPC, ["user.max_net_namespaces": "0"]) == .setting("user.max_net_namespaces"))
        #expect(
            cause(.namespaces, EPERM, ["kernel.unprivileged_userns_clone": "0"])
                == .setting("kernel.unprivileged_userns_clone"))
        #expect(cause(.userMap, EACCES, ["kernel.apparmor_restrict_unprivileged_userns": "1"]) == .appArmor)
        #expect(cause(.loopback, EPERM, ["kernel.apparmor_restrict_unprivileged_userns": "1"]) == .appArmor)
        #expect(cause(.execute, ENOENT) == .other)
    }

    @Test(.enabled(if: Requirements.isRoot, "makes a network namespace: needs root"))
    func socketsMadeInANamespaceStayThere() throws {
        let outside = try SocketTable()
        let namespace = try NetworkNamespace()
        let (listener, inside) = try namespace.run { (try TestSocket.listener(), try SocketTable()) }
        let endpoint = try listener.local
        #expect(try inside.listener(on: endpoint) != nil)
        #expect(try inside.sockets().count == 1)
        #expect(try outside.sockets().allSatisfy { $0.cookie != 0 })
        let cookie = try inside.listener(on: endpoint)?.cookie
        #expect(try outside.sockets().contains { $0.cookie == cookie } == false)
    }

    @Test func theKernelsVersion() {
        #expect(KernelVersion(system: "Linux", release: "6.18.44-generic").numbers == [6, 18, 44])
        #expect(KernelVersion(system: "Linux", release: "6.1").description == "Linux 6.1")
        #expect(KernelVersion.current.system == "Linux")
        #expect(KernelVersion.current.numbers.count >= 2)
    }
}
