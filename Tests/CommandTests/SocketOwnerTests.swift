import Testing

/// Who holds a socket is asked of /proc: what cannot be seen there is told, by why it cannot.
@Suite("owners of sockets that are not shown", .serialized)
struct SocketOwnerTests {
    /// The command's run, and whether it named this process, which holds a listener.
    private func run(after before: String, language: String = "C") async throws -> Run {
        let pair = try LoopbackPair(connections: 1)
        let run = try await Run(
            shell: "\(before) $TCPLENS sockets -anp 'sport = :\(pair.port)'", environment: ["LC_ALL": language])
        #expect(run.status == 0, "\(run.err)")
        #expect(run.out.contains(":\(pair.port)"))
        return run
    }

    @Test("all are seen", .enabled(if: Needs.root, "needs root"))
    func nothingMissing() async throws {
        let seen = try await run(after: "exec")
        #expect(seen.err.isEmpty)
        #expect(seen.out.contains("pid=") || seen.out.contains("/"))
    }

    @Test(
        "root without the capability to trace is told which one it lacks",
        .enabled(if: Needs.root && Needs.tool("setpriv"), "needs root and setpriv"))
    func withoutCapability() async throws {
        let dropped = "exec setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace"
        #expect(try await run(after: dropped).err.contains("CAP_SYS_PTRACE"))
        let chinese = try await run(after: dropped, language: "C.UTF-8").err
        #expect(chinese.contains("CAP_SYS_PTRACE"))
    }

    @Test(
        "an ordinary user is told of sudo", .enabled(if: Needs.root && Needs.tool("setpriv"), "needs root and setpriv"))
    func asUser() async throws {
        #expect(try await run(after: "exec setpriv --reuid=65534 --clear-groups").err.contains("sudo"))
    }

    @Test("and that there are too many open files", .enabled(if: Needs.root, "needs root"))
    func tooManyFiles() async throws {
        #expect(try await run(after: "ulimit -n 4; exec").err.contains("ulimit"))
    }
}
