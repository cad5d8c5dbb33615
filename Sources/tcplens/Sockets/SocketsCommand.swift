import ArgumentParser
import Documents
import LinuxKernel
import Narration
import Pictures
import TCPState
import TCPWire

/// `tcplens sockets`: the machine's TCP sockets, as netstat and ss list them.
struct SocketsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sockets",
        abstract: Text(en: "This machine's TCP sockets.", zh: "列出本机的 TCP 套接字。").spoken,
        discussion: Text(
            en: """
                tcplens sockets                               connections
                tcplens sockets -lp                           listeners, their queues and processes
                tcplens sockets --explain                     what each unhealthy one means
                tcplens sockets state time-wait               what waits after a close
                tcplens sockets -tanp 'sport = :8080'         one port, with processes
                tcplens sockets -i dst 10.0.0.0/8             what the kernel measured: rtt, cwnd, ...
                tcplens sockets 'dport = :https or :ssh'      ports by name
                tcplens sockets --json                        one object a line

                The filter is ss's: first state NAME or exclude NAME, as often as needed; then conditions joined by
                and, or, not and parentheses, from left to right. src and dst take ADDRESS, NETWORK/BITS or
                ADDRESS:PORT; sport and dport take = != < > <= >= :PORT; :PORT alone is either end's. Without state
                words: connections but TIME-WAIT and SYN-RECEIVED; -a: everything.
                """,
            zh: """
                tcplens sockets                               所有连接
                tcplens sockets -lp                           监听套接字、队列与所属进程
                tcplens sockets --explain                     说明每个异常状态的含义
                tcplens sockets state time-wait               关闭后仍在等待的连接
                tcplens sockets -tanp 'sport = :8080'         某个端口，并显示进程
                tcplens sockets -i dst 10.0.0.0/8             内核的测量值：rtt、cwnd 等
                tcplens sockets 'dport = :https or :ssh'      按名称指定端口
                tcplens sockets --json                        每行一个 JSON 对象

                过滤条件与 ss 相同：先写 state 状态名 或 exclude 状态名（可写多个），再写条件，用 and、or、not 和括号连接，
                从左到右计算。src 和 dst 后接 地址、网段/前缀长度 或 地址:端口；sport 和 dport 后接 = != < > <= >= 与 :端口；
                单独写 :端口 表示任意一端。不写状态时显示除 TIME-WAIT 与 SYN-RECEIVED 之外的连接；-a 显示全部。
                """
        ).spoken)

    @Flag(name: [.short, .long], help: .init(Text(en: "TCP only: always so.", zh: "只列 TCP（始终如此）。").spoken))
    var tcp = false
    @Flag(exclusivity: .chooseLast)
    var scope: SocketScope?
    @Flag(name: [.short, .long], help: .init(Text(en: "Numbers, not names: always so.", zh: "只显示数字（始终如此）。").spoken))
    var numeric = false
    @Flag(
        name: [.short, .long],
        help: .init(Text(en: "Which process holds it, and its container.", zh: "显示所属进程及其容器。").spoken))
    var processes = false
    @Flag(name: [.customShort("o"), .customLong("options")], help: .init(Text(en: "Its timer.", zh: "显示定时器。").spoken))
    var timers = false
    @Flag(
        name: [.short, .long],
        help: .init(Text(en: "What the kernel measured (tcp_info).", zh: "显示内核的测量值（tcp_info）。").spoken))
    var info = false
    @Flag(name: [.short, .long], help: .init(Text(en: "Its memory.", zh: "显示占用的内存。").spoken))
    var memory = false
    @Flag(
        name: [.short, .long],
        help: .init(Text(en: "User, inode, cookie, cgroup.", zh: "显示用户、inode、cookie、cgroup。").spoken))
    var extended = false
    @Flag(
        name: [.short, .long],
        help: .init(Text(en: "Only how many there are in each state.", zh: "只显示各状态的数量。").spoken))
    var summary = false
    @Flag(
        help: .init(Text(en: "What each unhealthy state means, and what to do.", zh: "说明每种异常状态的含义与处理办法。").spoken))
    var explain = false
    @Flag(
        name: [.customShort("H"), .customLong("no-header")],
        help: .init(Text(en: "No line above the rows.", zh: "不显示表头。").spoken))
    var withoutHeader = false
    @Flag(
        name: [.customShort("O"), .customLong("oneline")],
        help: .init(Text(en: "-i, -m and -e behind the row, not below it.", zh: "-i、-m、-e 的内容与该行写在同一行。").spoken))
    var oneLine = false
    @Flag(
        name: [.customShort("K"), .customLong("kill")],
        help: .init(
            Text(
                en: "End the connections that the filter names, after a question.", zh: "询问后强制断开符合条件的连接。"
            ).spoken))
    var kill = false
    @Flag(help: .init(Text(en: "Answers -K's question with yes.", zh: "对 -K 的询问直接回答“是”。").spoken))
    var yes = false
    @Flag(name: .customShort("4"), help: .init(Text(en: "IPv4 only.", zh: "只列 IPv4。").spoken))
    var ipv4 = false
    @Flag(name: .customShort("6"), help: .init(Text(en: "IPv6 only.", zh: "只列 IPv6。").spoken))
    var ipv6 = false
    @Flag(help: .init(Text(en: "One JSON object a line.", zh: "每行一个 JSON 对象。").spoken))
    var json = false

    @OptionGroup var others: OtherSocketFlags

    @Argument(
        help: .init(
            Text(
                en: "As ss takes it: [state NAME]... ['sport = :PORT and dst NETWORK ...']",
                zh: "与 ss 相同：[state 状态名]... ['sport = :端口 and dst 网段 ...']"
            ).spoken, valueName: "filter"),
        completion: .custom { words, index, _ in
            let isState = index > 0 && index <= words.count && ["state", "exclude"].contains(words[index - 1])
            return isState
                ? SocketFilter.stateNames : ["state", "exclude", "sport", "dport", "src", "dst", "and", "or", "not"]
        })
    var filter: [String] = []

    @OptionGroup var output: OutputOptions

    func run() throws {
        if let failure = others.refusal(besidesTCP: tcp) { throw failure }
        if let note = others.note(besidesTCP: tcp) { Screen.complain([RunLanguage.current.speaker + note.spoken]) }
        let (table, query) = try question()
        let entries = try Self.sockets(table, query)
        // No match for a filter is an error, so that a script can wait for a socket by the exit code.
        if entries.isEmpty, !filter.isEmpty {
            let wanted = filter.joined(separator: " ")
            if !json, !summary { write([], areListeners: query.states == [.listen]) }
            throw Failure(.nothingMatched, Text(en: "no socket matches: \(wanted)", zh: "没有符合条件的套接字：\(wanted)"))
        }
        if summary {
            Screen.write(SocketSummary(entries).lines(output.canvas))
        } else {
            write(SocketOrder.sorted(entries), areListeners: query.states == [.listen])
        }
        if kill { try SocketKilling(table: table, isAgreed: yes).end(entries) }
    }

    private func question() throws -> (SocketTable, SocketQuery) {
        do {
            let filter = try SocketFilter(filter)
            var query = SocketQuery(states: states(filter.states), expression: filter.expression)
            if ipv4 != ipv6 { query.families = ipv4 ? [.ipv4] : [.ipv6] }
            if let family = filter.family { query.families = [family] }
            if info { query.details.insert(.measures) }
            if memory { query.details.insert(.memory) }
            if extended { query.details.insert(.identity) }
            return (try SocketTable(), query)
        } catch let error as SocketFilterError {
            throw Failure(error)
        } catch let error as SocketTableError {
            throw Failure(error)
        }
    }

    /// The states to list, chosen as by ss: states that the filter names override `-a` and `-l`.
    private func states(_ named: Set<State>?) -> Set<State> {
        if let named { return named }
        switch scope {
        case .all: return SocketFilter.all
        case .listening: return [.listen]
        case nil: return summary ? SocketFilter.all : SocketFilter.connections
        }
    }

    /// The TCP sockets that match the query.
    private static func sockets(_ table: SocketTable, _ query: SocketQuery) throws -> [SocketEntry] {
        do {
            return try table.sockets(query)
        } catch {
            throw Failure(error)
        }
    }

    private func write(_ entries: [SocketEntry], areListeners: Bool) {
        let owners = processes ? SocketOwners(proc: "/proc") : SocketOwners()
        let canvas = output.tableCanvas
        if json {
            for entry in entries {
                let facts = SocketFacts(entry, owners: processes ? owners[entry.inode] : nil, explains: explain)
                if let line = try? JSONDocument.line(facts) { Screen.write(line) }
            }
        } else {
            var columns = SocketTableText.Columns()
            columns.timers = timers
            columns.processes = processes
            columns.header = !withoutHeader
            columns.areListeners = areListeners
            var table = SocketTableText(canvas: canvas, columns)
            table.reserve(entries.count)
            for entry in entries { table.add(entry, owners: owners[entry.inode]) }
            let hasDetails = info || memory || extended
            let details = SocketDetailsText(canvas: canvas, measures: info, memory: memory, identity: extended)
            Screen.write(
                octets: table.octets(
                    below: hasDetails ? { details.append(entries[$0], isBehind: oneLine, to: &$1) } : nil))
            if explain { Screen.write(SocketExplanation(entries).lines(canvas)) }
        }
        guard let gap = owners.gap, entries.contains(where: { $0.inode != 0 && owners[$0.inode].isEmpty }) else {
            return
        }
        Screen.complain([SocketOwnerWords.missing(gap).spoken])
    }
}

/// The flags that choose sockets where the filter names no state. If both are given, the last one counts, as with ss:
/// `-plant` shows everything, `-antlp` only listening sockets.
enum SocketScope: EnumerableFlag {
    case all, listening

    static func name(for value: SocketScope) -> NameSpecification { [.short, .long] }

    static func help(for value: SocketScope) -> ArgumentHelp? {
        switch value {
        case .all:
            .init(Text(en: "Everything: listeners and TIME-WAIT too.", zh: "全部：包括监听套接字与 TIME-WAIT。").spoken)
        case .listening:
            .init(
                Text(
                    en: "Listeners only; Recv-Q and Send-Q are then the accept queue and its limit.",
                    zh: "只列监听套接字；此时 Recv-Q、Send-Q 为全连接队列的当前长度与上限。"
                ).spoken)
        }
    }
}

/// Flags of ss and netstat that request sockets of other protocols, or have no effect here. They are accepted so that
/// the answer can say so.
struct OtherSocketFlags: ParsableArguments {
    @Flag(name: [.short, .long], help: .hidden) var udp = false
    @Flag(name: [.customShort("x"), .long], help: .hidden) var unix = false
    @Flag(name: [.customShort("w"), .long], help: .hidden) var raw = false
    @Flag(name: [.customShort("d"), .long], help: .hidden) var dccp = false
    @Flag(name: [.customShort("S"), .long], help: .hidden) var sctp = false
    @Flag(name: [.customShort("0"), .long], help: .hidden) var packet = false
    @Flag(name: [.customShort("r"), .long], help: .hidden) var resolve = false
    @Flag(name: [.customShort("W"), .customLong("wide")], help: .hidden) var wide = false
    @Flag(name: [.short, .long], help: .hidden) var verbose = false

    private var named: (flag: String, what: String)? {
        let flags = [
            (udp, "u", "UDP"), (unix, "x", "Unix"), (raw, "w", "RAW"), (dccp, "d", "DCCP"), (sctp, "S", "SCTP"),
            (packet, "0", "packet"),
        ]
        return flags.first { $0.0 }.map { ($0.1, $0.2) }
    }

    /// The error where only sockets of other protocols are requested; otherwise `nil`.
    func refusal(besidesTCP: Bool) -> Failure? {
        guard let named, !besidesTCP else { return nil }
        return Failure(
            .unsupported,
            Text(
                en: "-\(named.flag): \(named.what) sockets are not shown here, only TCP's",
                zh: "-\(named.flag)：这里只列 TCP 套接字，不列 \(named.what) 套接字"),
            next: [Text(en: "use:  ss -\(named.flag)an", zh: "请用：  ss -\(named.flag)an")])
    }

    /// The note where sockets of other protocols are requested besides TCP's, or a flag has no effect; otherwise `nil`.
    func note(besidesTCP: Bool) -> Text? {
        if let named, besidesTCP {
            return Text(
                en: "\(named.what) sockets are not shown, only TCP's; for them:  ss -\(named.flag)an",
                zh: "只列出 TCP 套接字，不列 \(named.what) 套接字；如需查看：  ss -\(named.flag)an")
        }
        guard resolve else { return nil }
        return Text(en: "-r: names are not looked up; addresses are shown", zh: "-r：不做域名解析，只显示地址")
    }
}

extension Failure {
    init(_ error: SocketTableError) {
        switch error {
        case .unsupported(let reason):
            self.init(
                .unsupported,
                Text(
                    en: "this system does not show its sockets (sock_diag): \(reason)",
                    zh: "本系统不提供套接字信息（sock_diag）：\(reason.chineseMessage)"))
        case .failed(let reason) where error.isDenied:
            self.init(
                .notPermitted,
                Text(
                    en: "the kernel does not let this user ask that (CAP_NET_ADMIN): \(reason)",
                    zh: "内核不允许当前用户这样查询（需要 CAP_NET_ADMIN）：\(reason.chineseMessage)"),
                next: [Text(en: "as root:  sudo tcplens sockets ...", zh: "用 root 运行：  sudo tcplens sockets ...")])
        case .failed(let reason):
            self.init(
                .unsupported,
                Text(en: "cannot read the socket table: \(reason)", zh: "读取套接字表失败：\(reason.chineseMessage)"))
        case .malformed:
            self.init(
                .unsupported,
                Text(en: "the kernel's socket table cannot be understood", zh: "无法解析内核返回的套接字表"))
        }
    }
}
