import ArgumentParser
import CaptureFile
import Connections
import Foundation
import Narration
import Pictures

/// `tcplens connections`: a row for each connection.
struct ConnectionsCommand: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case table, tsv, json }

    enum SortKey: String, ExpressibleByArgument, CaseIterable {
        case start, duration, client, server, segments, bytes, handshake, opening, ending
    }

    static let configuration = CommandConfiguration(
        commandName: "connections",
        abstract: Text(en: "A row for each connection in capture files.", zh: "列出抓包文件中的每条连接。").spoken,
        discussion: Text(
            en: """
                tcplens connections capture.pcapng             who talked to whom, and how it went
                tcplens connections *.pcap --sort bytes        the largest first
                tcplens connections capture.pcap --json        one JSON object a line
                tcplens connections capture.pcap --format tsv  for awk, sort and spreadsheets
                """,
            zh: """
                tcplens connections capture.pcapng             谁和谁通信，结果如何
                tcplens connections *.pcap --sort bytes        字节数最多的在前
                tcplens connections capture.pcap --json        每行一个 JSON 对象
                tcplens connections capture.pcap --format tsv  供 awk、sort 与电子表格使用
                """
        ).spoken)

    @Argument(
        help: .init(
            Text(en: "pcap or pcapng files, gzip or not; - for standard input.", zh: "pcap/pcapng 文件，可为 gzip;- 表示标准输入。")
                .spoken, valueName: "file"))
    var paths: [String]

    @Flag(help: .init(Text(en: "One JSON object a line (--format json).", zh: "每行一个 JSON 对象(即 --format json)。").spoken))
    var json = false

    @Option(help: .init(Text(en: "table, tsv or json.", zh: "table、tsv 或 json。").spoken))
    var format: Format = .table

    @Option(
        help: .init(
            Text(
                en:
                    "Order of the rows: \(SortKey.allCases.map(\.rawValue).joined(separator: ", ")). Numbers: largest first.",
                zh: "排序依据：\(SortKey.allCases.map(\.rawValue).joined(separator: "、"))。数值从大到小。"
            ).spoken))
    var sort: SortKey?

    @Option(help: .init(Text(en: "At most so many rows of each file.", zh: "每个文件最多列出多少行。").spoken))
    var limit: Int?

    @Option(
        help: .init(
            Text(
                en: "How many processors to use. Default: all; the result is the same.", zh: "使用多少个处理器，默认全部；结果相同。"
            ).spoken, valueName: "n"))
    var threads: Int?

    @Flag(
        name: .customShort("n"),
        help: .init(Text(en: "Numbers, not names: always so.", zh: "只显示数字，不解析名字(始终如此)。").spoken))
    var numeric = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if paths.isEmpty { throw ValidationError(Text(en: "which file?", zh: "请给出文件名").spoken) }
        if let threads, threads < 1 {
            throw ValidationError(Text(en: "--threads counts from 1", zh: "--threads 至少为 1").spoken)
        }
        if let limit, limit < 1 { throw ValidationError(Text(en: "--limit counts from 1", zh: "--limit 至少为 1").spoken) }
    }

    func run() throws {
        let canvas = output.canvas
        let chosen = json ? .json : format
        var failures: [Failure] = []
        if chosen == .tsv {
            Screen.write(((paths.count > 1 ? ["file"] : []) + ConnectionRow.columns).joined(separator: "\t"))
        }
        for path in paths {
            do {
                try list(path, chosen, canvas)
            } catch let failure as Failure {
                // The other files are still worth listing.
                failures.append(failure)
                if paths.count > 1 { Screen.complain(failure.lines(canvas.language)) }
            }
        }
        guard let first = failures.first else { return }
        if paths.count > 1 { throw first.status }
        throw first
    }

    private func list(_ path: String, _ format: Format, _ canvas: Canvas) throws {
        var analysis = CaptureAnalysis()
        let ending = try CaptureInput.read(
            path, into: &analysis, workers: threads ?? ProcessInfo.processInfo.activeProcessorCount)
        let connections = analysis.connections
        guard !connections.isEmpty else { throw Failure.noConnections(in: path, analysis.counts, ending: ending) }
        let order = sorted(connections)
        let shown = limit.map { order.prefix($0) } ?? order[...]
        switch format {
        case .json:
            for index in shown {
                let facts = ConnectionFacts(connections[index], number: index + 1)
                try Screen.write(JSONDocument.line(FileFacts(file: paths.count > 1 ? path : nil, facts: facts)))
            }
        case .tsv:
            var row = ConnectionRow()
            for index in shown {
                row.write(connections[index], number: index + 1, file: paths.count > 1 ? path : nil)
            }
        case .table:
            if paths.count > 1 { Screen.write(Printable.text(path)) }
            var table = ConnectionTable(canvas: canvas)
            for index in shown { table.add(connections[index], number: index + 1) }
            Screen.write(table.lines())
            for text in [summary(analysis), analysis.counts.restText].compactMap({ $0 }) {
                Screen.write(Paragraph(canvas: canvas).lines(text(canvas.language), hanging: 2))
            }
            if paths.count > 1, path != paths.last { Screen.write("") }
        }
        if let ending { Screen.complain(ending.warning(path).map { $0(canvas.language) }) }
    }

    private func summary(_ analysis: borrowing CaptureAnalysis) -> Text {
        let connections = analysis.connections.count
        let counts = analysis.counts
        let english = [
            counted(connections, "connection"), counted(counts.segments, "segment"), counted(counts.packets, "packet"),
        ]
        return Text(
            en: english.joined(separator: ", ") + "; C, S: which end ended it",
            zh: "\(connections) 条连接，\(counts.segments) 个报文段，\(counts.packets) 个报文；C、S: 由哪一端先结束")
    }

    private func sorted(_ connections: [ConnectionRecord]) -> [Int] {
        let indices = Array(connections.indices)
        guard let sort else { return indices }
        func by<Key: Comparable>(_ key: (ConnectionRecord) -> Key, descending: Bool = false) -> [Int] {
            let keys = connections.map(key)
            return indices.sorted { left, right in
                guard keys[left] != keys[right] else { return left < right }
                return (keys[left] < keys[right]) != descending
            }
        }
        return switch sort {
        case .start: by { $0.firstTime }
        case .duration: by({ $0.duration }, descending: true)
        case .client: by { $0.clientEndpoint }
        case .server: by { $0.serverEndpoint }
        case .segments: by({ UInt64($0.client.segments) + UInt64($0.server.segments) }, descending: true)
        case .bytes: by({ $0.client.streamBytes &+ $0.server.streamBytes }, descending: true)
        case .handshake: by({ $0.handshakeDelay }, descending: true)
        case .opening: by { $0.outcome.opening.rawValue }
        case .ending: by { $0.outcome.ending.rawValue }
        }
    }
}

/// A connection's facts with the file they come from, where several are listed.
private struct FileFacts: Encodable {
    let file: String?
    let facts: ConnectionFacts

    private enum Key: String, CodingKey { case file }

    func encode(to encoder: any Encoder) throws {
        try facts.encode(to: encoder)
        if let file {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(file, forKey: .file)
        }
    }
}
