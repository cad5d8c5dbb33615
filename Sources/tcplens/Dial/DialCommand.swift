import ArgumentParser
import CaptureFile
import Documents
import Lab
import LinuxKernel
import Narration
import Pictures
import TCPState
import TCPWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `tcplens dial`: one real connection, and its story.
struct DialCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dial",
        abstract: Text(en: "Makes one connection and tells its story.", zh: "建立一条连接，并说明全过程。").spoken,
        discussion: Text(
            en: """
                tcplens dial 127.0.0.1:8080 --send 'hello, xiao mei.'   connect, say it, hear the answer
                tcplens dial example.com 443 -w 3                       is the port open? wait 3 s at most
                tcplens dial 127.0.0.1:8080                             talk to it; Ctrl-D ends your side
                echo hello | tcplens dial localhost:8080                sends standard input
                tcplens dial 10.0.0.7:22; echo $?                       the exit code tells why

                exit codes: 0 established, 10 refused, 11 timed out, 12 unreachable, 13 reset afterwards,
                14 name not found, 15 no port or route here
                """,
            zh: """
                tcplens dial 127.0.0.1:8080 --send 'hello, xiao mei.'   连接、发送、读取应答
                tcplens dial example.com 443 -w 3                       端口通不通？最多等 3 秒
                tcplens dial 127.0.0.1:8080                             用键盘对话；Ctrl-D 结束发送
                echo hello | tcplens dial localhost:8080                发送标准输入
                tcplens dial 10.0.0.7:22; echo $?                       退出码说明原因

                退出码：0 已建立，10 被拒绝，11 超时，12 不可达，13 建立后被重置，14 域名解析失败，15 本机没有可用端口或路由
                """
        ).spoken)

    @Argument(
        help: .init(
            Text(en: "HOST:PORT, HOST PORT, [v6]:PORT or a URL.", zh: "主机:端口、主机 端口、[IPv6]:端口，或 URL。").spoken,
            valueName: "host:port"))
    var target: [String]

    @Option(
        help: .init(
            Text(
                en: "What to send. Default: standard input, on a terminal the keyboard.",
                zh: "要发送的内容；默认读取标准输入，在终端上即键盘输入。"
            )
            .spoken,
            valueName: "text"))
    var send: String?

    @Option(
        name: .customShort("w"),
        help: .init(
            Text(
                en:
                    "Seconds to wait for the connection, and for each answer. Default: as long as the kernel tries (about 2 minutes), and 5 s of silence.",
                zh: "建立连接、等待应答各自最多等几秒。默认：建立连接的时限由内核决定（约 2 分钟），5 秒收不到数据即结束。"
            ).spoken,
            valueName: "seconds"))
    var wait: Double?

    @Flag(name: .customShort("4"), help: .init(Text(en: "IPv4 only.", zh: "只用 IPv4。").spoken))
    var ipv4 = false
    @Flag(name: .customShort("6"), help: .init(Text(en: "IPv6 only.", zh: "只用 IPv6。").spoken))
    var ipv6 = false

    @Option(
        name: .customShort("s"),
        help: .init(Text(en: "The local address to use.", zh: "使用的本机地址。").spoken, valueName: "address"))
    var source: String?

    @Flag(name: .customShort("z"), help: .init(Text(en: "Connect only, send nothing.", zh: "只连接，不发送。").spoken))
    var connectOnly = false
    @Flag(name: .customShort("v"), help: .init(Text(en: "As in nc; always so.", zh: "兼容 nc 的 -v（始终输出详情）。").spoken))
    var verbose = false
    @Flag(name: .customShort("S"), help: .init(Text(en: "Real sequence numbers.", zh: "显示真实序号。").spoken))
    var absolute = false
    @Flag(help: .init(Text(en: "The same facts as one JSON document.", zh: "以 JSON 文档输出同样的内容。").spoken))
    var json = false

    @OptionGroup var output: OutputOptions

    /// How long the peer may be silent before its answer counts as complete (`answerLimit`), and how long to wait for a
    /// greeting where nothing is sent (`greetingLimit`).
    private static let answerLimit = Duration.seconds(5)
    private static let greetingLimit = Duration.milliseconds(500)

    func validate() throws {
        if let wait, !(wait > 0 && wait < 1_000_000) {
            throw ValidationError(
                Text(en: "-w takes seconds: more than 0, less than 1000000", zh: "-w 的秒数须大于 0、小于 1000000").spoken)
        }
        if connectOnly, send != nil {
            throw ValidationError(
                Text(en: "either -z (sends nothing) or --send", zh: "-z（不发送）与 --send 只能选一个").spoken)
        }
        if ipv4, ipv6 { throw ValidationError(Text(en: "either -4 or -6", zh: "-4 与 -6 只能选一个").spoken) }
        if let source, IPAddress(source) == nil {
            throw ValidationError(
                Text(en: "-s takes an address of this machine, not '\(source)'", zh: "-s 后应为本机 IP 地址，而不是 '\(source)'")
                    .spoken)
        }
    }

    func run() async throws {
        let (host, port) = try EndpointArgument.dialling(target)
        let canvas = output.canvas
        // All interfaces are captured, because the one that the route uses is known only after connecting.
        let recorder = try? PacketRecorder(
            CaptureOptions(interface: "any", filter: "tcp port \(port) or icmp or icmp6", snapLength: 2048))
        let witness = DialWitness()
        let talk = isConversation ? DialConversation(language: canvas.language) : nil
        let dialer: Dialer
        do throws(SystemError) {
            dialer = try Dialer(
                options(host, port),
                onStep: {
                    witness.look(at: $0)
                    talk?.show($0)
                })
        } catch {
            throw Failure(.local, Text(en: "cannot dial: \(error)", zh: "无法发起连接：\(error.chineseDescription)"))
        }
        let interrupts = Interrupts { dialer.interrupt() }
        defer { withExtendedLifetime(interrupts) {} }
        var dial = await dialer.dial()
        // Once the connection is established, Ctrl-C is the normal way to end it where neither side does.
        if dial.outcome == .interrupted, dial.steps.contains(where: { $0.kind.isEstablished }) {
            dial.outcome = .established
        }
        // A RST or the last ACK may still be on its way.
        let recording = await recorder?.stopped(quiet: 60, deadline: 400)
        let result = DialResult(
            dial: dial, recording: recording, observations: witness.observations, info: witness.info,
            wasConversation: isConversation)
        if json {
            try Screen.write(JSONDocument.text(DialFacts(result, target: EndpointArgument.text(host, port))))
        } else {
            Screen.write(
                DialPage(result: result, host: host, port: port, absolute: absolute, wait: wait, canvas: canvas).lines()
            )
        }
        let failed = result.dial.outcome.exitCode != 0
        if failed, json || !Screen.isTerminal {
            let page = DialPage(result: result, host: host, port: port, absolute: absolute, wait: wait, canvas: canvas)
            Screen.complain([canvas.language.speaker + page.verdict(canvas.language)])
        }
        guard let status = ExitStatus(rawValue: result.dial.outcome.exitCode), status == .fine else {
            throw ExitStatus(rawValue: result.dial.outcome.exitCode) ?? .local
        }
    }

    /// Whether a person at a keyboard talks to the peer.
    private var isConversation: Bool { !connectOnly && send == nil && isatty(STDIN_FILENO) == 1 && !json }

    private func options(_ host: String, _ port: UInt16) -> DialOptions {
        let limit = wait.map { Duration.milliseconds(Int64($0 * 1000)) }
        var input = DialOptions.Input.octets([])
        var reading = DialOptions.Reading.once
        var idle: Duration? = Self.greetingLimit
        var halfCloses = false
        if connectOnly {
            reading = .nothing
        } else if let send {
            input = .octets(Array(send.utf8))
            (reading, idle) = (.untilEnd, limit ?? Self.answerLimit)
        } else if isConversation {
            input = .descriptor(STDIN_FILENO)
            // A conversation has no time limit: it lasts until the peer or Ctrl-C ends it.
            (reading, idle, halfCloses) = (.untilEnd, nil, true)
        } else if isatty(STDIN_FILENO) == 0 {
            input = .descriptor(STDIN_FILENO)
            (reading, idle, halfCloses) = (.untilEnd, limit ?? Self.answerLimit, true)
        }
        return DialOptions(
            host: host, port: port, family: ipv4 ? .ipv4 : ipv6 ? .ipv6 : .any, source: source.flatMap(IPAddress.init),
            connectLimit: limit, input: input, halfCloses: halfCloses, reading: reading, idleLimit: idle)
    }
}
