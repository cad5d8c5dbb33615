import LinuxKernel
import Narration
import Pictures
import Scenes
import TCPState
import TCPWire

/// A socket table in netstat's columns.
struct SocketTableText {
    /// What to show besides the addresses.
    struct Columns {
        var timers = false
        var processes = false
        var header = true
        /// Whether every row is a listener's: the queues have other names then.
        var areListeners = false
    }

    private var table: TableText
    private let columns: Columns
    private let canvas: Canvas
    /// An endpoint's text is written here first.
    private var scratch = [UInt8](repeating: 0, count: IPAddress.textRoom)

    init(canvas: Canvas, _ wanted: Columns = Columns()) {
        columns = wanted
        self.canvas = canvas
        // Of a listener the kernel tells the accept queue's length and limit in the queues' place.
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

    /// Makes room for so many rows.
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

    /// Everything, a line feed behind each line.
    ///
    /// - Parameter below: what stands below a row, or behind it.
    func octets(below: ((Int, inout [UInt8]) -> Void)? = nil) -> [UInt8] {
        var octets = table.octets(withHeader: columns.header, below: below)
        for line in hiddenColumns() {
            octets.append(contentsOf: line.utf8)
            octets.append(UInt8(ascii: "\n"))
        }
        return octets
    }

    func lines() -> [String] { table.lines() + hiddenColumns() }

    /// What the width had no room for.
    private func hiddenColumns() -> [String] {
        let hidden = table.hiddenColumns.map { $0(canvas.language) }
        guard !hidden.isEmpty else { return [] }
        let list = hidden.joined(separator: ", ")
        let note = Text(en: "(no room for: \(list); wider with --width)", zh: "（宽度不足，未显示：\(list)；可用 --width 加宽）")
        return Paragraph(canvas: canvas).lines(note(canvas.language))
    }
}

extension Container {
    /// `docker 3f2a9c8b7d6e`, `containerd 3f2a9c8b7d6e, pod 1b2c...`.
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
    /// As netstat writes it: `*` for any port.
    fileprivate func append(to text: inout [UInt8], scratch: inout [UInt8]) {
        var span = scratch.mutableSpan
        let count = write(to: &span, at: 0)
        if port == 0 { span[count - 1] = UInt8(ascii: "*") }
        text.append(contentsOf: scratch[0..<count])
    }
}
