import LinuxKernel
import Narration
import Pictures
import Scenes
import TCPState

/// The details below a socket's row: the kernel's measures, memory, and identity.
struct SocketDetailsText {
    let canvas: Canvas
    var measures = false
    var memory = false
    var identity = false

    private let cgroups = CgroupNames()

    init(canvas: Canvas, measures: Bool, memory: Bool, identity: Bool) {
        self.canvas = canvas
        self.measures = measures
        self.memory = memory
        self.identity = identity
    }

    /// - Parameter isBehind: whether the details follow on the row's own line, not on lines below it.
    func append(_ entry: SocketEntry, isBehind: Bool, to octets: inout [UInt8]) {
        let parts = parts(entry).map { $0(canvas.language) }
        guard !parts.isEmpty else { return }
        let separator = canvas.language == .chinese ? "；" : "; "
        if isBehind {
            octets.append(contentsOf: ("  " + parts.joined(separator: separator)).utf8)
            return
        }
        for line in Paragraph(canvas: canvas).lines(parts.joined(separator: separator), first: "      ", hanging: 6) {
            octets.append(UInt8(ascii: "\n"))
            octets.append(contentsOf: line.utf8)
        }
    }

    private func parts(_ entry: SocketEntry) -> [Text] {
        var parts: [Text] = []
        if identity {
            parts.append(SocketMeasureWords.identity(entry, cgroup: entry.details?.cgroupID.flatMap(cgroups.path)))
        }
        if memory, let memory = entry.details?.memory { parts.append(SocketMeasureWords.memory(memory)) }
        // The kernel measures nothing for a listening socket.
        if measures, entry.state != .listen, let info = entry.info {
            parts += SocketMeasureWords.phrases(info, congestionControl: entry.congestionControl)
        }
        return parts
    }
}

/// Sockets counted by state.
struct SocketSummary {
    private let entries: [SocketEntry]

    init(_ entries: [SocketEntry]) { self.entries = entries }

    func lines(_ canvas: Canvas) -> [String] {
        var counts: [String: Int] = [:]
        for entry in entries { counts[entry.state.name, default: 0] += 1 }
        let title = Text(
            en: "TCP sockets: \(entries.count)", zh: "TCP 套接字：\(entries.count)")
        var lines = [title(canvas.language)]
        let rows = counts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
        let width = rows.first.map { String($0.value).count } ?? 1
        for (name, count) in rows {
            let number = String(repeating: " ", count: width - String(count).count) + String(count)
            lines.append("  \(number)  \(name)")
        }
        let orphans = entries.count { $0.form == .full && $0.inode == 0 }
        let queued = entries.count { $0.state == .listen && $0.receiveQueue > 0 }
        let note = Text(
            en: "held by no process any more: \(orphans); listeners with connections waiting: \(queued)",
            zh: "已无进程持有：\(orphans)；有连接在排队的监听套接字：\(queued)")
        return lines + Paragraph(canvas: canvas).lines(note(canvas.language))
    }
}

/// Explanations of what is wrong with a list of sockets: each kind of trouble once, with its count.
struct SocketExplanation {
    private let counts: [(SocketTrouble, Int)]

    init(_ entries: [SocketEntry]) {
        var counts: [SocketTrouble: Int] = [:]
        for entry in entries {
            for trouble in SocketTrouble.all(of: entry) { counts[trouble, default: 0] += 1 }
        }
        self.counts = SocketTrouble.allCases.compactMap { trouble in counts[trouble].map { (trouble, $0) } }
    }

    func lines(_ canvas: Canvas) -> [String] {
        guard !counts.isEmpty else {
            let healthy = Text(en: "Nothing here is unhealthy.", zh: "以上套接字均无异常。")
            return ["", healthy(canvas.language)]
        }
        // The canvas may be very wide where the output is a pipe; prose is limited to 100 columns.
        let page = Canvas(
            width: min(canvas.width, 100), glyphs: canvas.glyphs, ambiguousWidth: canvas.measure.ambiguous,
            language: canvas.language)
        return [""]
            + counts.flatMap { trouble, count in
                Paragraph(canvas: page).lines("\(count) × \(trouble.meaning(canvas.language))", hanging: 4)
            }
    }
}
