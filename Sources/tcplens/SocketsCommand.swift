import ArgumentParser
import Documents
import Lab
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
                tcplens sockets                          connections
                tcplens sockets -l                       listeners
                tcplens sockets -a state time-wait       what waits after a close
                tcplens sockets -tanp 'sport = :8080'    one port, with processes
                tcplens sockets --json                   one object a line
                """,
            zh: """
                tcplens sockets                          所有连接
                tcplens sockets -l                       监听套接字
                tcplens sockets -a state time-wait       关闭后仍在等待的连接
                tcplens sockets -tanp 'sport = :8080'    某个端口，并显示进程
                tcplens sockets --json                   每行一个 JSON 对象
                """
        ).spoken)

    @Flag(name: [.short, .long], help: .init(Text(en: "TCP only: always so.", zh: "只列 TCP(始终如此)。").spoken))
    var tcp = false
    @Flag(name: [.short, .long], help: .init(Text(en: "Listeners too.", zh: "包括监听套接字。").spoken))
    var all = false
    @Flag(name: [.short, .long], help: .init(Text(en: "Numbers, not names: always so.", zh: "只显示数字(始终如此)。").spoken))
    var numeric = false
    @Flag(name: [.short, .long], help: .init(Text(en: "Listeners only.", zh: "只列监听套接字。").spoken))
    var listening = false
    @Flag(name: [.short, .long], help: .init(Text(en: "Which process holds it.", zh: "显示所属进程。").spoken))
    var processes = false
    @Flag(name: [.customShort("o"), .customLong("options")], help: .init(Text(en: "Its timer.", zh: "显示定时器。").spoken))
    var timers = false
    @Flag(name: .customShort("4"), help: .init(Text(en: "IPv4 only.", zh: "只列 IPv4。").spoken))
    var ipv4 = false
    @Flag(name: .customShort("6"), help: .init(Text(en: "IPv6 only.", zh: "只列 IPv6。").spoken))
    var ipv6 = false
    @Flag(help: .init(Text(en: "One JSON object a line.", zh: "每行一个 JSON 对象。").spoken))
    var json = false

    @Argument(
        help: .init(
            Text(
                en: "As ss takes it: state NAME, sport = :PORT, dport = :PORT, src ADDR, dst ADDR, :PORT.",
                zh: "与 ss 相同：state NAME、sport = :PORT、dport = :PORT、src ADDR、dst ADDR、：PORT。"
            ).spoken))
    var filter: [String] = []

    @OptionGroup var output: OutputOptions

    func run() throws {
        let wanted = filter.joined(separator: " ")
        let filter = try SocketFilter(words: filter)
        let entries = try Self.sockets().filter { entry in
            filter.matches(entry) && isWanted(entry, filter)
        }
        let owners = processes ? SocketOwners.byInode(Set(entries.map(\.inode))) : [:]
        let sorted = entries.sorted {
            ($0.state != .listen ? 1 : 0, $0.local, $0.remote) < ($1.state != .listen ? 1 : 0, $1.local, $1.remote)
        }
        let canvas = output.tableCanvas
        if json {
            for entry in sorted { try Screen.write(JSONDocument.line(SocketFacts(entry, owners[entry.inode]))) }
        } else {
            var table = SocketTableText(canvas: canvas, timers: timers, processes: processes)
            for entry in sorted { table.add(entry, owners: owners[entry.inode] ?? []) }
            Screen.write(table.lines())
        }
        // A script that waits for a listener can ask for it by name.
        if entries.isEmpty, !wanted.isEmpty {
            throw Failure(.nothingMatched, Text(en: "no socket matches: \(wanted)", zh: "没有符合条件的套接字：\(wanted)"))
        }
    }

    /// Every TCP socket there is.
    static func sockets() throws -> [SocketEntry] {
        do {
            return try SocketTable().sockets()
        } catch {
            throw Failure(error)
        }
    }

    private func isWanted(_ entry: SocketEntry, _ filter: SocketFilter) -> Bool {
        if ipv4 != ipv6, entry.local.address.isIPv4 != ipv4 { return false }
        if listening { return entry.state == .listen }
        return all || filter.namesStates || entry.state != .listen
    }
}

/// A socket table in netstat's columns.
struct SocketTableText {
    private var table: TableText
    private let timers: Bool
    private let processes: Bool
    private let canvas: Canvas

    init(canvas: Canvas, timers: Bool = false, processes: Bool = false) {
        self.timers = timers
        self.processes = processes
        self.canvas = canvas
        var columns = [
            TableText.Column(Text(verbatim: "Proto"), importance: 5, minimum: 4),
            TableText.Column(Text(verbatim: "Recv-Q"), .right, importance: 6, minimum: 6),
            TableText.Column(Text(verbatim: "Send-Q"), .right, importance: 6, minimum: 6),
            TableText.Column(Text(verbatim: "Local Address"), importance: 8, minimum: .max),
            TableText.Column(Text(verbatim: "Foreign Address"), importance: 7, minimum: .max),
            TableText.Column(Text(verbatim: "State"), importance: 9, minimum: 11),
        ]
        if timers { columns.append(TableText.Column(Text(verbatim: "Timer"), importance: 4, minimum: 8)) }
        if processes { columns.append(TableText.Column(Text(verbatim: "PID/Program name"), importance: 4, minimum: 8)) }
        table = TableText(columns, canvas: canvas)
    }

    mutating func add(_ entry: SocketEntry, owners: [SocketOwner] = []) {
        var cells = [
            entry.family == .ipv4 ? "tcp" : "tcp6", String(entry.receiveQueue), String(entry.sendQueue),
            entry.local.tableText, entry.remote.tableText, entry.state.name,
        ]
        if timers { cells.append(entry.timerText) }
        if processes {
            cells.append(owners.isEmpty ? "-" : owners.map { "\($0.processID)/\($0.command)" }.joined(separator: ","))
        }
        table.add(cells)
    }

    /// The rows, and below them what the width had no room for.
    func lines() -> [String] {
        let hidden = table.hiddenColumns.map { $0(canvas.language) }
        guard !hidden.isEmpty else { return table.lines() }
        let list = hidden.joined(separator: ", ")
        let note = Text(en: "(no room for: \(list); wider with --width)", zh: "(宽度不足，未显示：\(list)；可用 --width 加宽)")
        return table.lines() + Paragraph(canvas: canvas).lines(note(canvas.language))
    }
}

extension Endpoint {
    /// As netstat writes it: `*` for any port.
    fileprivate var tableText: String {
        guard port == 0 else { return description }
        let text = description
        return (text.hasSuffix(":0") ? String(text.dropLast(2)) : text) + ":*"
    }
}

extension SocketEntry {
    /// As ss writes it: `timewait,59sec,0`.
    var timerText: String {
        let name =
            switch timer {
            case .off: "off"
            case .retransmission: "on"
            case .keepAlive: "keepalive"
            case .timeWait: "timewait"
            case .persist: "persist"
            case .other(let number): "timer \(number)"
            }
        return timer == .off ? "-" : "\(name),\(decimal(Double(timerExpiry) / 1000, 1))s,\(retransmits)"
    }
}

/// A socket as JSON carries it.
struct SocketFacts: Encodable {
    struct Owner: Encodable {
        let pid: Int32
        let command: String
        let fd: Int32
    }

    let family: String
    let state: String
    let form: String
    let local: String
    let remote: String
    let receiveQueue: UInt32
    let sendQueue: UInt32
    let uid: UInt32
    let inode: UInt32
    let cookie: String
    let timer: String?
    let owners: [Owner]?

    init(_ entry: SocketEntry, _ owners: [SocketOwner]? = nil) {
        family = entry.family == .ipv4 ? "ipv4" : "ipv6"
        state = entry.state.name
        form =
            switch entry.form {
            case .full: "socket"
            case .request: "request"
            case .timeWait: "timewait"
            }
        local = entry.local.description
        remote = entry.remote.description
        receiveQueue = entry.receiveQueue
        sendQueue = entry.sendQueue
        uid = entry.userID
        inode = entry.inode
        cookie = String(entry.cookie, radix: 16)
        timer = entry.timer == .off ? nil : entry.timerText
        self.owners = owners.map { $0.map { Owner(pid: $0.processID, command: $0.command, fd: $0.descriptor) } }
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
                    zh: "本系统不提供套接字信息(sock_diag): \(reason)"))
        case .failed(let reason):
            self.init(
                .unsupported,
                Text(en: "cannot read the socket table: \(reason)", zh: "读取套接字表失败：\(reason)"))
        case .malformed:
            self.init(
                .unsupported,
                Text(en: "the kernel's socket table cannot be understood", zh: "无法解析内核返回的套接字表"))
        }
    }
}
