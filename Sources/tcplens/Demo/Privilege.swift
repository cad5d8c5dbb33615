import Lab
import LinuxKernel
import Narration

/// Whether this process has the rights that the demo needs, and where the demo therefore runs.
enum Privilege {
    /// In this process, which has the rights.
    case here
    /// In this process, inside a private network namespace that this program created.
    case inside
    /// In another run of this program, which has already ended with this status.
    case elsewhere(ExitStatus)
    /// In this process without the rights, so that packets cannot be captured; the value tells why.
    case nowhere(PrivateRun.Refusal)

    /// The right that is needed.
    enum Need {
        case capture
        /// To create network namespaces.
        case namespaces
    }

    /// Tries to use the right. Where that is refused, runs this program again in a private namespace, and waits for its
    /// end.
    static func find(for need: Need) throws -> Privilege {
        if try isGranted(need) { return PrivateRun.isInside ? .inside : .here }
        return PrivateRun.isInside ? .inside : try repeated()
    }

    private static func isGranted(_ need: Need) throws -> Bool {
        switch need {
        case .namespaces:
            #if os(Linux)
                return (try? NetworkNamespace()) != nil
            #else
                return false
            #endif
        case .capture:
            do throws(LiveCaptureError) {
                _ = try LiveCapture(CaptureOptions(interface: "lo", bufferSize: 1 << 16))
                return true
            } catch {
                guard case .notPermitted = error, !PrivateRun.isInside else { throw Failure(error) }
                return false
            }
        }
    }

    private static func repeated() throws -> Privilege {
        let terminal = TerminalKeeper()
        do throws(PrivateRun.Refusal) {
            switch try PrivateRun.repeatSelf(arguments: Array(CommandLine.arguments.dropFirst())) {
            case .exited(let code): return .elsewhere(ExitStatus(rawValue: code) ?? .unsupported)
            case .signalled:
                terminal.giveBack()
                return .elsewhere(.interrupted)
            }
        } catch {
            return .nowhere(error)
        }
    }

    /// The advice to run the same command as root.
    static var sudo: Text {
        let command = CommandLine.arguments.map(CommandLineWords.quoted).joined(separator: " ")
        return Text(en: "or this once:  sudo \(command)", zh: "或仅此一次：  sudo \(command)")
    }

    /// The advice on how to permit this program to capture.
    static let advice: [Text] = {
        let path = CommandLine.arguments.first.map { $0.contains("/") ? $0 : "$(command -v tcplens)" } ?? "tcplens"
        return [
            Text(
                en: "to see the packets:  sudo setcap cap_net_raw=ep \(path)",
                zh: "要看到报文：  sudo setcap cap_net_raw=ep \(path)")
        ]
    }()
}

extension Failure {
    init(_ error: Experiment.Failure, port: UInt16) {
        switch error {
        case .server(let reason):
            let advice =
                reason.code == 13
                ? [
                    Text(
                        en: "ports below 1024 need root; try:  tcplens demo --port 8080",
                        zh: "1024 以下端口需要 root 权限，可试：  tcplens demo --port 8080")
                ]
                : []
            self.init(
                reason.code == 13 ? .notPermitted : .local,
                Text(
                    en: "cannot listen on port \(port): \(reason.message)",
                    zh: "无法监听端口 \(port)：\(reason.chineseMessage)"),
                next: advice)
        case .socketTable(let reason): self.init(reason)
        case .dial(let outcome):
            self.init(
                .unsupported,
                Text(
                    en: "the experiment's own connection over the loopback failed: \(outcome)",
                    zh: "实验自身的本机回环连接失败：\(outcome)"),
                next: [Text(en: "is `lo` up?  ip link show lo", zh: "检查 lo 是否启用：  ip link show lo")])
        }
    }

    init(_ error: LiveCaptureError) {
        switch error {
        case .notPermitted(let interface):
            self.init(
                .notPermitted,
                Text(
                    en: "cannot capture on \(interface): permission denied (needs CAP_NET_RAW)",
                    zh: "无法在 \(interface) 上抓包：权限不足（需要 CAP_NET_RAW）"),
                next: Privilege.advice + [Privilege.sudo])
        case .noSuchInterface(let name):
            let known = LiveCapture.interfaces()
            self.init(
                .badInput, Text(en: "no such interface: \(name)", zh: "没有这个网络接口：\(name)"),
                next: [
                    Text(
                        en: "there are:  \(known.joined(separator: "  "))",
                        zh: "现有接口：  \(known.joined(separator: "  "))")
                ])
        case .interfaceDown(let name):
            self.init(
                .unsupported, Text(en: "the interface \(name) is down", zh: "网络接口 \(name) 未启用"),
                next: [Text(en: "bring it up:  sudo ip link set \(name) up", zh: "启用：  sudo ip link set \(name) up")])
        case .filterSyntax(let filter, let message):
            self.init(
                .usage, Text(en: "filter '\(filter)': \(message)", zh: "过滤表达式 '\(filter)' 有误：\(message)"),
                next: [
                    Text(
                        en: "such as:  'port 8080'  'host 10.0.0.7 and tcp'  (man pcap-filter)",
                        zh: "例如：  'port 8080'  'host 10.0.0.7 and tcp'  （man pcap-filter）")
                ])
        case .system(let interface, let reason):
            self.init(
                .unsupported,
                Text(
                    en: "cannot capture on \(interface): \(reason)",
                    zh: "无法在 \(interface) 上抓包：\(reason.chineseDescription)"))
        case .failed(let interface, let message):
            self.init(
                .unsupported,
                Text(en: "cannot capture on \(interface): \(message)", zh: "无法在 \(interface) 上抓包：\(message)"))
        }
    }
}
