import Foundation
import Testing

/// `tcplens script`, as root on a kernel with a TUN device; what needs neither runs everywhere.
@Suite("tcplens script", .serialized)
struct ScriptTests {
    static let isPossible =
        ProcessInfo.processInfo.environment["TCPLENS_REQUIRE_ALL"] == "1"
        || geteuid() == 0 && access("/dev/net/tun", R_OK | W_OK) == 0

    static let good = """
        0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
        +0 bind(3, ..., ...) = 0
        +0 listen(3, 1) = 0
        +0 < S 0:0(0) win 60000 <mss 1000>
        +0~+0.2 > S. 0:0(0) ack 1 <...>

        """
    static let bad = good.replacing("ack 1", with: "ack 2")

    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func write(_ text: String, _ name: String) throws -> String {
        try folder.write(Array(text.utf8), to: name)
    }

    @Test(
        "passes, and fails with what was expected, what came and the steps",
        .enabled(if: isPossible, "needs root and TUN"))
    func verdicts() async throws {
        let (good, bad) = (try write(Self.good, "good.pkt"), try write(Self.bad, "bad.pkt"))
        let passed = try await Run("script", good)
        #expect(passed.status == 0, "\(passed.out)\(passed.err)")
        #expect(passed.lines.count == 1)
        #expect(passed.out.hasPrefix("ok      \(good)  5 steps, "))
        let failed = try await Run("script", good, bad, "--width", "200")
        #expect(failed.status == 1)
        #expect(failed.out.contains("FAILED  \(bad)  line 5, after 0.0"))
        #expect(failed.out.contains("\n  the script  +0~+0.2 > S. 0:0(0) ack 2 <...>\n"))
        #expect(failed.out.contains("\n  expected    > S. 0:0(0) ack 2 <...>\n"))
        #expect(failed.out.contains("\n  came        > S. 0:0(0) ack 1 win "))
        #expect(failed.out.contains("\n  different   acknowledgment: 2 expected, 1 came\n"))
        #expect(failed.out.contains("4  < S 0:0(0) win 60000 <mss 1000>"))
        #expect(failed.lines.last == "1 of 2 scripts passed, 1 failed")
    }

    @Test("JSON has the same facts", .enabled(if: isPossible, "needs root and TUN"))
    func json() async throws {
        let run = try await Run("script", "--json", try write(Self.bad, "bad.pkt"), "--lang", "zh")
        #expect(run.status == 1)
        let document = try #require(try JSONSerialization.jsonObject(with: Data(run.out.utf8)) as? [String: Any])
        #expect(document["verdict"] as? String == "failed")
        #expect(document["on"] as? String == "kernel")
        let failure = try #require(document["failure"] as? [String: Any])
        #expect(failure["line"] as? Int == 5)
        #expect(failure["reason"] as? String == "packet")
        #expect(failure["different"] as? [String] == ["acknowledgment"])
        #expect((document["steps"] as? [Any])?.count == 5)
    }

    @Test("Chinese, 80 columns, no escape sequence", .enabled(if: isPossible, "needs root and TUN"))
    func chinese() async throws {
        let run = try await Run("script", try write(Self.bad, "bad.pkt"), "--lang", "zh", "--width", "80")
        #expect(run.out.contains("失败"))
        #expect(run.out.contains("应为"))
        #expect(!run.out.contains("\u{1b}"))
        #expect(run.lines.dropFirst().allSatisfy { cells($0) <= 80 })
    }

    @Test("files that are missing, wrong or ask too much have their own exit codes, and nothing is run for them")
    func unread() async throws {
        let missing = try await Run("script", "/nonexistent/no.pkt")
        #expect(missing.status == 4)
        #expect(missing.out == "NO FILE /nonexistent/no.pkt  No such file or directory\n")
        let wrong = try await Run("script", try write("\n+0 > Q 1:1(0)\n", "wrong.pkt"), "--width", "200")
        #expect(wrong.status == 2)
        #expect(wrong.out.hasPrefix("SYNTAX "))
        #expect(wrong.out.contains("line 2, column 6: flags"))
        let shell = try await Run("script", try write("`reboot`\n", "shell.pkt"), "--width", "200")
        #expect(shell.status == 6)
        #expect(shell.out.contains("line 1, column 1: no shell command is run"))
        let hostile = try await Run("script", try write("+0 \u{1b}[2Jclose(3) = 0", "hostile.pkt"))
        #expect(!hostile.out.contains("\u{1b}"))
        #expect(hostile.status == 2)
    }

    @Test(
        "an ordinary user with a TUN node of their own needs no other right",
        .enabled(if: isPossible, "needs root and TUN"))
    func ordinaryUser() async throws {
        let path = try write(Self.good, "good.pkt")
        let shell = """
            set -e
            cp "$TCPLENS" "\(folder.path)/tcplens"
            chmod 755 "\(folder.path)" "\(folder.path)/tcplens"
            chmod 644 "\(path)"
            mknod -m 666 "\(folder.path)/tun" c 10 200
            exec setpriv --reuid=65534 --regid=65534 --clear-groups "\(folder.path)/tcplens" script "\(path)"
            """
        let refused = try await Run(shell: shell)
        #expect(refused.status == 3, "\(refused.out)\(refused.err)")
        #expect(refused.err.contains("cannot open the TUN device /dev/net/tun"))
        let run = try await Run(
            shell: shell.replacing("mknod", with: "rm -f '\(folder.path)/tun'; mknod") + " --tun '\(folder.path)/tun'")
        #expect(run.status == 0, "\(run.out)\(run.err)")
    }
}
