import LinuxKernel
import Narration
import Pictures
import Scenes
import TCPState
import TCPWire

/// A socket table in netstat's columns.
struct SocketTableText {
    /// The parts of the table to show besides queues, addresses and state.
    struct Columns {
        var timers = false
        var processes = false
        var header = true
        /// Whether every row is a listening socket; the columns of the queues then have other headings.
        var areListeners = false
    }

    private var table: TableText
    private let columns: Columns
    private let canvas: Canvas
    /// A buffer, reused for each endpoint, in which its text is formatted.
    private var scratch = [UInt8](repeating: 0, count: IPAddress.textRoom)

    init(canvas: Canvas, _ wanted: Columns = Columns()) {
        columns = wanted
        self.canvas = canvas
        // For a listening socket the kernel reports the length and the limit of the accept queue in place of the two
        // queues.
        let queues =
            wanted.areListeners
            ? [Text(verbatim: "Accept-Q"), Text(verbatim: "Limit")]
            : [Text(verbatim: "Recv-Q"), Text(verbatim: "Send-Q")]
        var list = [
            TableText.Column(Text(verbatim: "Proto"), importance: 5, minimum: 4),
            TableText.Column(queues[0], .right, importance: 6, minimum: 6),
            TableText.Column(queues[1], .right, importance: 6, minimum: 6),
            TableText.Column(Text(verbatim: "Local Address"), importance: 8, minimum: .max),
            TableText.Column(Text(verbatim: "Foreign Address"), importance: 7, minimum: .max),
            TableText.Column(Text(verbatim: "State"), importance: 9, minimum: 11),
        ]
        if wanted.timers { list.append(TableText.Column(Text(verbatim: "Timer"), importance: 4, minimum: 8)) }
        if wanted.processes {
            list.append(TableText.Column(Text(verbatim: "PID/Program name"), importance: 4, minimum: 8))
        }
        table = TableText(list, canvas: canvas)
    }

    /// Reserves memory for this number of rows.
    mutating func reserve(_ rows: Int) { table.reserve(rows, octetsEach: 48) }

    mutating func add(_ entry: SocketEntry, owners: @autoclosure () -> [SocketOwner] = []) {
        var rest: [String] = []
        if columns.timers { rest.append(entry.timerText) }
        if columns.processes { rest.append(Self.text(owners())) }
        table.add(ascii: 6, rest: rest) { column, text in
            switch column {
            case 0: text.append(contentsOf: (entry.family == .ipv4 ? "tcp" : "tcp6").utf8)
            case 1: text.append(decimal: entry.receiveQueue)
            case 2: text.append(decimal: entry.sendQueue)
            case 3: entry.local.append(to: &text, scratch: &scratch)
            case 4: entry.remote.append(to: &text, scratch: &scratch)
            default: text.append(contentsOf: entry.state.name.utf8)
            }
        }
    }

    private static func text(_ owners: [SocketOwner]) -> String {
        guard !owners.isEmpty else { return "-" }
        return owners.map { owner in
            let container = owner.container.map { " (\($0.text))" } ?? ""
            return "\(owner.processID)/\(owner.command)\(container)"
        }.joined(separator: ",")
    }

    /// The whole table as lines that end in line feeds.
    ///
    /// - Parameter below: appends the details of the row with the given index, on the row's own line or below it.
    func octets(below: ((Int, inout [UInt8]) -> Void)? = nil) -> [UInt8] {
        var octets = table.octets(withHeader: columns.header, below: below)
        for line in hiddenColumns() {
            octets.append(contentsOf: line.utf8)
            octets.append(UInt8(ascii: "\n"))
        }
        return octets
    }

    func lines() -> [String] { table.lines() + hiddenColumns() }

    /// The note on the columns that did not fit the width; empty where all of them fit.
    private func hiddenColumns() -> [String] {
        let hidden = table.hiddenColumns.map { $0(canvas.language) }
        guard !hidden.isEmpty else { return [] }
        let list = hidden.joined(separator: ", ")
        let note = Text(en: "(no room for: \(list); wider with --width)", zh: "（宽度不足，未显示：\(list)；可用 --width 加宽）")
        return Paragraph(canvas: canvas).lines(note(canvas.language))
    }
}

extension Container {
    /// The container as the table shows it: `docker 3f2a9c8b7d6e`, `containerd 3f2a9c8b7d6e, pod 1b2c...`.
    var text: String {
        let name = id.isEmpty ? runtime.rawValue : "\(runtime.rawValue) \(shortID)"
        return name + (pod.map { ", pod \($0)" } ?? "")
    }
}

extension [UInt8] {
    fileprivate mutating func append(decimal number: UInt32) {
        if number < 10 {
            append(0x30 &+ UInt8(truncatingIfNeeded: number))
        } else {
            append(contentsOf: String(number).utf8)
        }
    }
}

extension Endpoint {
    /// Appends the endpoint as netstat writes it, with `*` for port 0.
    fileprivate func append(to text: inout [UInt8], scratch: inout [UInt8]) {
        var span = scratch.mutableSpan
        let count = write(to: &span, at: 0)
        if port == 0 { span[count - 1] = UInt8(ascii: "*") }
        text.append(contentsOf: scratch[0..<count])
    }
}
