import Foundation
import Testing

/// A command line that cannot work: how it must end, and what must be said of it.
struct BadCase: CustomTestStringConvertible, Sendable {
    /// `@name` stands for a file of the test's folder.
    let arguments: [String]
    let status: Int32
    let english: String
    let chinese: String
    /// Something must be suggested below the complaint.
    var hasNext = true

    var testDescription: String { arguments.joined(separator: " ") }

    init(_ arguments: String, _ status: Int32, _ english: String, _ chinese: String, hasNext: Bool = true) {
        self.arguments = arguments.split(separator: " ").map(String.init)
        self.status = status
        self.english = english
        self.chinese = chinese
        self.hasNext = hasNext
    }
}

@Suite("bad input: a clear line, the right exit code, the next thing to do")
struct BadInputTests {
    static let files: [BadCase] = [
        BadCase("flow @empty.pcap", 4, "is empty", "内容为空"),
        BadCase("connections @empty.pcap", 4, "is empty", "内容为空"),
        BadCase("header @empty.pcap#1", 4, "is empty", "内容为空"),
        BadCase("flow @picture.png", 4, "looks like a PNG picture", "看起来是 PNG 图片"),
        BadCase("flow @text.txt", 4, "looks like text", "看起来是文本文件"),
        BadCase("flow @packed.xz", 4, "packed.xz | tcplens connections -", "先解压：  xzcat"),
        BadCase("flow @folder", 4, "is a directory", "这是目录"),
        BadCase("flow @missing.pcap", 4, "no such file", "文件不存在"),
        BadCase("flow @nowhere/missing.pcap", 4, "there is no directory", "目录"),
        BadCase("flow @captrue.pcapng", 4, "capture.pcapng", "capture.pcapng"),
        BadCase("flow @head.pcapng", 4, "nothing to read", "没有可读的内容", hasNext: false),
        BadCase("header @head.pcapng#1", 4, "nothing to read", "没有可读的内容", hasNext: false),
        BadCase("flow @none.pcapng", 5, "a capture without packets", "抓包文件中没有报文", hasNext: false),
        BadCase("header @capture.pcapng#999999", 5, "holds 10 packets", "共有 10 个报文", hasNext: false),
        BadCase("flow @capture.pcapng --conn 99", 5, "holds 1 connection;", "共有 1 条连接"),
    ]

    static let usage: [BadCase] = [
        BadCase("flwo @capture.pcapng", 2, "did you mean:  tcplens flow", "是不是想用：  tcplens flow"),
        BadCase("FLOW @capture.pcapng", 2, "did you mean:  tcplens flow", "是不是想用：  tcplens flow"),
        BadCase("xyzzy", 2, "unknown command 'xyzzy'", "没有 'xyzzy' 这个命令"),
        BadCase("help xyzzy", 2, "unknown command 'xyzzy'", "没有 'xyzzy' 这个命令"),
        BadCase("@capture.pcapng", 2, "a capture file?  tcplens flow", "抓包文件？可试：  tcplens flow"),
        BadCase("flow", 2, "neither a capture file nor -i INTERFACE", "缺少抓包文件或 -i 接口名"),
        BadCase("flow --nosuch @capture.pcapng", 2, "unknown option --nosuch", "没有 --nosuch 这个选项"),
        BadCase("demo extra", 2, "unexpected argument 'extra'", "多余的参数 'extra'"),
        BadCase("flow @capture.pcapng --conn 0", 2, "--conn counts from 1", "--conn 从 1 开始编号"),
        BadCase("flow @capture.pcapng --conn x", 2, "'x' is not a value for --conn", "--conn <n> 不能取 'x'"),
        BadCase("flow @capture.pcapng --conn", 2, "--conn <n> needs a value", "--conn <n> 缺少取值"),
        BadCase("flow @capture.pcapng --hosts --conn 1", 2, "leave out --conn", "不能与 --conn 同时使用"),
        BadCase("flow @capture.pcapng -Y rtt>", 2, "a value of rtt should follow", "后面应是 rtt 的取值"),
        BadCase("flow @capture.pcapng -Y rtt --conn 1", 2, "take one of them", "只能选其一"),
        BadCase("flow @capture.pcapng --from 4 --to 3", 2, "nothing lies between", "起点在终点之后"),
        BadCase("flow @capture.pcapng --from 0", 2, "'0' is not a value for --from", "--from <number> 不能取 '0'"),
        BadCase("flow @capture.pcapng --from 2 --json", 2, "cut a ladder", "只用于时序图"),
        BadCase("flow @capture.pcapng --hosts --explain", 2, "take one connection", "只用于一条连接"),
        BadCase("flow @capture.pcapng --hosts -w @one.pcapng", 2, "take one connection", "只用于一条连接"),
        BadCase("flow @capture.pcapng --explain --json", 2, "--explain goes with text", "--explain 只用于文本"),
        BadCase("flow @capture.pcapng --json -w -", 2, "both write to standard output", "都要写到标准输出"),
        BadCase("flow @capture.pcapng --follow-stream text --json", 2, "leave out --format json", "请去掉 --format json"),
        BadCase("flow @capture.pcapng --follow-stream raw", 2, "it takes text, hex", "可取：text、hex"),
        BadCase("flow @capture.pcapng --width 5", 2, "--width takes 20 to 1000", "20 到 1000"),
        BadCase("flow @capture.pcapng --width=-3", 2, "--width takes 20 to 1000", "20 到 1000"),
        BadCase("flow @capture.pcapng --width abc", 2, "'abc' is not a value for --width", "--width <n> 不能取 'abc'"),
        BadCase("flow @capture.pcapng --ambiguous-width 3", 2, "takes 1 or 2", "只能是 1 或 2"),
        BadCase("flow @capture.pcapng --color blue", 2, "it takes auto, always, never", "可取：auto、always、never"),
        BadCase("connections", 2, "neither a capture file nor -i INTERFACE", "缺少抓包文件或 -i 接口名"),
        BadCase("connections @capture.pcapng --format xml", 2, "table, tsv, json, zeek", "table、tsv、json、zeek"),
        BadCase("connections @capture.pcapng --long --format tsv", 2, "not with --format tsv", "不能与 --format tsv 同时使用"),
        BadCase("connections @capture.pcapng -Y rtt>", 2, "a value of rtt should follow", "后面应是 rtt 的取值"),
        BadCase("connections @capture.pcapng -Y (rtt", 2, "the '(' is not closed", "'(' 没有闭合"),
        BadCase("connections @capture.pcapng -Y rtt=5ms", 2, "did you mean '=='?", "是不是 '=='"),
        BadCase("connections @capture.pcapng -Y xyzzy==1", 2, "no such field: 'xyzzy'", "没有 'xyzzy' 这个字段"),
        BadCase("connections @capture.pcapng -Y ending==shut", 2, "ending is never 'shut'", "没有 'shut' 这个取值"),
        BadCase("connections @capture.pcapng -Y tcp.port==http", 2, "'http' is no value of tcp.port", "不能取 'http'"),
        BadCase("connections @capture.pcapng -Y outcome>refused", 2, "'>' means nothing for outcome", "不能用 '>'"),
        BadCase(
            "connections @capture.pcapng -Y outcome==refused", 5, "none of 1 connection passes", "共 1 条连接，没有符合",
            hasNext: false),
        BadCase("connections @capture.pcapng --sort colour", 2, "it takes start, duration", "可取：start、duration"),
        BadCase("connections @capture.pcapng --limit 0", 2, "--limit counts from 1", "--limit 至少为 1"),
        BadCase("flow @capture.pcapng --limit 0", 2, "--limit counts from 1", "--limit 至少为 1"),
        BadCase("header", 2, "is missing", "缺少参数"),
        BadCase("header zz", 2, "neither FILE#N nor hex", "既不是 FILE#N，也不是十六进制"),
        BadCase("header hello world", 2, "neither FILE#N nor hex", "既不是 FILE#N，也不是十六进制"),
        BadCase("header @capture.pcapng", 2, "which packet of", "的哪个报文"),
        BadCase("header @capture.pcapng#0", 5, "counted from 1", "从 1 开始编号"),
        BadCase("header @capture.pcapng#-1", 5, "counted from 1", "从 1 开始编号"),
        BadCase("header 1f90", 4, "2 of 20 bytes of the TCP header", "TCP 首部需要 20 字节", hasNext: false),
        BadCase("sockets state tiem-wait", 2, "did you mean:  state time-wait", "是不是想写：  state time-wait"),
        BadCase("sockets state", 2, "needs a name after it", "之后要写状态名"),
        BadCase("sockets blah", 2, "cannot understand 'blah'", "'blah' 无法识别"),
        BadCase("sockets sport = :99999", 2, "is not a port", "不是端口", hasNext: false),
        BadCase("sockets dst nowhere", 2, "is not an address", "不是地址或网段"),
        BadCase("sockets dst 192.0.2.1:9", 5, "no socket matches", "没有符合条件的套接字", hasNext: false),
    ]

    @Test("files", arguments: files, ["en", "zh"])
    func file(_ bad: BadCase, language: String) async throws { try await check(bad, language) }

    @Test("words", arguments: usage, ["en", "zh"])
    func word(_ bad: BadCase, language: String) async throws { try await check(bad, language) }

    private func check(_ bad: BadCase, _ language: String) async throws {
        let folder = try Self.folder()
        let arguments = bad.arguments.map { $0.hasPrefix("@") ? folder.path(String($0.dropFirst())) : $0 }
        let run = try await Run(arguments, environment: ["TCPLENS_LANG": language])
        #expect(run.status == bad.status)
        #expect(run.err.contains(language == "en" ? bad.english : bad.chinese), "\(run.err)")
        let lines = run.err.split(separator: "\n")
        #expect(lines.first?.hasPrefix(language == "en" ? "tcplens: " : "tcplens：") == true)
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("  ") })
        if bad.hasNext { #expect(lines.count > 1, "no next step: \(run.err)") }
        // Nothing of the machinery behind it.
        for word in ["Error", "Optional", "Swift", "Fatal", "NSCocoa", "CaptureFile."] {
            #expect(!run.err.contains(word) && !run.out.contains(word))
        }
        if language == "zh" {
            #expect(lines.first?.unicodeScalars.contains { $0.value >= 0x4e00 && $0.value < 0xa000 } == true)
        }
    }

    private static func folder() throws -> ScratchFolder {
        let folder = try ScratchFolder()
        let capture = try [UInt8](Data(contentsOf: URL(filePath: Exchange.tutorial(in: folder))))
        _ = try Exchange.capture([], in: folder, name: "none.pcapng")
        _ = try folder.write([], to: "empty.pcap")
        _ = try folder.write([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d], to: "picture.png")
        _ = try folder.write(Array("no packets here\n".utf8), to: "text.txt")
        _ = try folder.write([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4], to: "packed.xz")
        let none = try Data(contentsOf: URL(filePath: folder.path("none.pcapng"))).count
        _ = try folder.write(Array(capture.prefix(none + 40)), to: "head.pcapng")
        try FileManager.default.createDirectory(atPath: folder.path("folder"), withIntermediateDirectories: true)
        return folder
    }

    @Test("standard input that is empty", arguments: ["flow", "connections"])
    func emptyInput(command: String) async throws {
        let run = try await Run(command, "-", input: [])
        #expect(run.err.hasPrefix("tcplens: standard input: is empty\n"))
        #expect(run.status == 4)
    }

    @Test("a file's name cannot command the terminal")
    func escapes() async throws {
        let run = try await Run("flow", "no\u{1b}[31mfile\u{7}")
        #expect(run.err.hasPrefix("tcplens: no\\x1b[31mfile\\x07: no such file\n"))
        #expect(run.status == 4)
    }

    @Test("a file one may not read", .enabled(if: Needs.root && Needs.tool("setpriv"), "needs root and setpriv"))
    func unreadable() async throws {
        let folder = try ScratchFolder()
        let path = try Exchange.tutorial(in: folder)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
        // The binary may lie where an ordinary user cannot reach it.
        let copy = folder.path("tcplens")
        try FileManager.default.copyItem(at: Run.binary(), to: URL(filePath: copy))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: copy)
        let run = try await Run(
            shell: "setpriv --reuid=65534 --regid=65534 --clear-groups '\(copy)' flow '\(path)'")
        #expect(run.err == "tcplens: \(path): permission denied\n  look:  ls -l \(path)\n")
        #expect(run.status == 4)
    }

    @Test(
        "what the system says of an error is Chinese in Chinese",
        arguments: [
            (["script", "/nonexistent/a.pkt"], "没有那个文件或目录"), (["script", "/"], "是一个目录"),
            (["script", "--on", "kernel", "--tun", "/dev/null", "SCRIPT"], "设备不支持该 ioctl 操作"),
            (["dial", "no-such-host.invalid:80"], "解析失败"), (["listen", "198.51.100.9:8080"], "无法指定被请求的地址"),
            (["dial", "-s", "198.51.100.9", "127.0.0.1:9"], "无法指定被请求的地址"),
            (["flow", "/proc/self/mem"], "输入/输出错误"), (["dial", "127.0.0.1:1", "-z"], "被拒绝"),
            (["demo", "--on", "stack", "-w", "/dev/full"], "磁盘空间已满"),
        ])
    func systemErrors(arguments: [String], words: String) async throws {
        let script = Self.folderOfScripts + "/passive-close.pkt"
        let run = try await Run(arguments.map { $0 == "SCRIPT" ? script : $0 }, environment: ["LANG": "zh_CN.UTF-8"])
        #expect(run.status != 0)
        let said = run.err + (arguments.contains("demo") ? "" : run.out)
        #expect(said.contains(words), "\(said)")
        for english in ["No such", "not known", "annot ", "ermission", "failure", "rror:", "refused", "a directory"] {
            #expect(!said.contains(english), "\(english) in \(said)")
        }
    }

    private static let folderOfScripts = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .appending(path: "PacketScriptTests/Scripts").path(percentEncoded: false)
}
