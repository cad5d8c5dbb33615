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

    @Test("on our own TCP a failure shows the ladder with its reasons", arguments: ["en", "zh"])
    func ladderOfFailure(language: String) async throws {
        let path = try write(Self.bad, "bad.pkt")
        let run = try await Run(
            "script", "--on", "stack", path, "--lang", language, "--width", "80", environment: ["LANG": "C.UTF-8"])
        #expect(run.status == 1)
        #expect(run.lines.dropFirst().allSatisfy { cells($0) <= 80 })
        let ladder = run.lines.drop { !$0.hasPrefix(language == "en" ? "  the ladder so far:" : "  至此的时序图：") }
        #expect(ladder.count > 5)
        #expect(ladder.contains { $0.contains("#2 SYN,ACK  seq=0 ack=1") })
        #expect(
            ladder.contains { $0.hasSuffix(language == "en" ? "RFC 9293 3.10.7.2 third" : "RFC 9293 3.10.7.2 第三步") })
        #expect(ladder.contains { $0.contains(language == "en" ? "S is our own TCP, C the script" : "S 是内置协议栈，C 是脚本") })
    }

    @Test("--ladder: of every connection, also where the script passed, and in JSON")
    func ladder() async throws {
        let path = try write(Self.good, "good.pkt")
        let plain = try await Run("script", "--on", "stack", path)
        #expect(plain.status == 0 && plain.lines.count == 1)
        let run = try await Run("script", "--on", "stack", "--ladder", path, "--lang", "en", "--width", "80")
        #expect(run.status == 0 && run.out.contains("#2 SYN,ACK  seq=0 ack=1"))
        #expect(run.out.contains("states: C inferred from the packets; S told by our own TCP itself"))
        let json = try await Run("script", "--on", "stack", "--ladder", "--json", path)
        let document = try #require(try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any])
        let connection = try #require((document["connections"] as? [[String: Any]])?.first)
        let segments = try #require(connection["segments"] as? [[String: Any]])
        #expect(segments.count == 2)
        let account = try #require(segments[1]["account"] as? [String: Any])
        #expect((account["reason"] as? [String: Any])?["rule"] as? String == "synInListen")
    }

    @Test("the kernel's ladder is what the packets show", .enabled(if: isPossible, "needs root and TUN"))
    func ladderOfKernel() async throws {
        let run = try await Run("script", try write(Self.bad, "bad.pkt"), "--lang", "en", "--width", "80")
        #expect(run.status == 1)
        #expect(run.out.contains("S is the kernel, C the script"))
        #expect(run.out.contains("#2 SYN,ACK  seq=0 ack=1"))
        #expect(run.out.contains("states: all inferred from the packets by RFC 9293's rules"))
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
        #expect((failure["expected"] as? [String: String])?["zh"] == "> S. 0:0(0) ack 2 <...>")
        #expect((document["steps"] as? [Any])?.count == 5)
    }

    @Test(
        "JSON has a word for why there was no run, and the sentence in both languages",
        arguments: [
            (nil, "missing", "没有那个文件或目录"), ("// nothing", "empty", "什么也没有验证"),
            ("0 < S 0:0(0) win\n", "expected", "但脚本到此结束"), ("0 `reboot`\n", "shell", "不执行 shell 命令"),
        ])
    func jsonWithoutRun(script: String?, reason: String, chinese: String) async throws {
        let path = try script.map { try write($0, "no.pkt") } ?? folder.path("nowhere.pkt")
        let run = try await Run("script", "--json", "--on", "stack", path)
        let document = try #require(try JSONSerialization.jsonObject(with: Data(run.out.utf8)) as? [String: Any])
        let failure = try #require(document["failure"] as? [String: Any])
        #expect(failure["reason"] as? String == reason)
        let text = try #require(failure["text"] as? [String: String])
        #expect(text["zh"]?.contains(chinese) ?? false, "\(text)")
        #expect(text["en"]?.unicodeScalars.allSatisfy(\.isASCII) ?? false)
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

    @Test("a script of nothing has not passed", arguments: ["", "// only a comment\n", "\n\n"])
    func empty(text: String) async throws {
        let folder = try ScratchFolder()
        let path = try folder.write(Array(text.utf8), to: "empty.pkt")
        let run = try await Run("script", path, "--width", "300")
        #expect(run.status == 4)
        #expect(run.out.contains("no packet and no call"))
        #expect(try await Run("script", path, "--lang", "zh", "--width", "300").out.contains("没有任何报文或调用"))
    }
}
