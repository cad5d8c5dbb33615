import ArgumentParser
import Documents
import Lab
import LinuxKernel
import Narration
import PacketScript
import Pictures
import Stories
import TCPWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `tcplens script`: packet scripts in packetdrill's language.
struct ScriptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "script",
        abstract: Text(
            en: "Run packet scripts: does TCP do what the script says?", zh: "运行报文脚本，检验 TCP 的行为是否与脚本一致。"
        ).spoken,
        discussion: Text(
            en: """
                tcplens script handshake.pkt         one script, on this machine's kernel
                tcplens script tests/*.pkt           many: a line each, and what went wrong
                tcplens script -v handshake.pkt      every step of it
                tcplens script --on stack *.pkt      on our own TCP, without any privilege
                tcplens script --ladder handshake.pkt  its ladder; --on stack adds every reason
                tcplens script --json tests/*.pkt    one JSON object for each script
                """,
            zh: """
                tcplens script handshake.pkt         在本机内核上运行一个脚本
                tcplens script tests/*.pkt           运行多个：每个脚本一行，并说明哪里不符
                tcplens script -v handshake.pkt      显示每一步
                tcplens script --on stack *.pkt      在内置协议栈上运行，无需任何权限
                tcplens script --ladder handshake.pkt  画出时序图；加 --on stack 还会注明原因
                tcplens script --json tests/*.pkt    每个脚本一个 JSON 对象
                """
        ).spoken)

    @Argument(
        help: .init(
            Text(en: "Scripts in packetdrill's language.", zh: "用 packetdrill 语言写的脚本。").spoken, valueName: "file"),
        completion: .file())
    var files: [String]

    @OptionGroup var on: HostOption

    @Option(
        help: .init(
            Text(
                en: "Milliseconds that a time may be off, where the script does not say it.",
                zh: "允许的时间偏差（毫秒），脚本自己有规定时以脚本为准。"
            ).spoken, valueName: "ms"))
    var tolerance: Double = 4

    @Option(
        name: [.customShort("D"), .long],
        help: .init(
            Text(
                en: "What a name of the scripts is read as, as packetdrill's -D.",
                zh: "脚本里某个名字的含义，与 packetdrill 的 -D 相同。"
            ).spoken, valueName: "name=value"))
    var define: [String] = []

    @Option(
        help: .init(
            Text(en: "The TUN device's node, where it is another one.", zh: "TUN 设备文件的路径。").spoken,
            valueName: "path"), completion: .file())
    var tun = "/dev/net/tun"

    @Flag(
        name: [.short, .long],
        help: .init(Text(en: "Every step of every script.", zh: "显示每个脚本的每一步。").spoken))
    var verbose = false

    @Flag(
        help: .init(
            Text(
                en: "The ladder of every connection; a failure shows its own without being asked.",
                zh: "画出每条连接的时序图；失败时总会画出相关的那条。"
            ).spoken))
    var ladder = false

    @Flag(help: .init(Text(en: "One JSON object a line.", zh: "每行一个 JSON 对象。").spoken))
    var json = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if !(0...60_000).contains(tolerance) {
            throw ValidationError(
                Text(en: "--tolerance takes 0 to 60000", zh: "--tolerance 的范围是 0 到 60000").spoken)
        }
        _ = try definitions
    }

    private var definitions: ScriptDefinitions {
        get throws {
            var definitions = ScriptDefinitions()
            for text in define where !definitions.define(text) {
                throw ValidationError(
                    Text(
                        en: "-D takes name=value, a name of letters: '\(text)' is none",
                        zh: "-D 的格式是 名字=值，名字由字母组成：“\(text)”不是"
                    ).spoken)
            }
            return definitions
        }
    }

    func run() throws {
        let canvas = output.canvas
        // All scripts are parsed before the first one runs; where none can be read, no privilege is needed.
        let definitions = try definitions
        let scripts = files.map { ScriptFile(path: $0, defining: definitions) }
        if scripts.contains(where: { if case .success = $0.script { true } else { false } }),
            let status = try on.host.findPrivilege(tunPath: tun)
        {
            throw status
        }
        var verdicts: [ScriptVerdict] = []
        for file in scripts {
            let result = try run(file)
            verdicts.append(result.verdict)
            if json {
                try Screen.write(JSONDocument.line(ScriptFacts(result, on: on.host, withStories: ladder)))
            } else {
                let page = ScriptPage(
                    result: result, host: on.host, canvas: canvas, showsSteps: verbose, showsLadder: ladder)
                Screen.write(page.lines())
            }
            Screen.flush()
        }
        if verdicts.count > 1, !json { Screen.write(ScriptPage.summary(verdicts, canvas.language)) }
        let status = ScriptVerdict.status(of: verdicts)
        if status != .fine { throw status }
    }

    private func run(_ file: ScriptFile) throws -> ScriptRun {
        switch file.script {
        case .failure(let problem): return ScriptRun(path: file.path, outcome: .unread(problem))
        case .success(let script):
            let host = try on.host.makeHost(script.network, tunPath: tun)
            var runner = ScriptRunner(script, on: host, tolerance: Int64(tolerance * 1_000_000))
            let report = runner.run()
            let isWanted = ladder || !report.hasPassed
            let stories = isWanted ? (host as? StackScriptHost)?.stories ?? report.stories : []
            return ScriptRun(
                path: file.path, outcome: .ran(report), host: script.network.local, stories: stories)
        }
    }
}

extension ScriptVerdict {
    /// The exit status of a run of several scripts: a script that failed takes precedence over one that could not be
    /// run.
    static func status(of verdicts: [ScriptVerdict]) -> ExitStatus {
        if verdicts.contains(.failed) { return .findings }
        if verdicts.contains(.missing) { return .badInput }
        if verdicts.contains(.syntax) { return .usage }
        return verdicts.contains(.unsupported) ? .unsupported : .fine
    }
}
