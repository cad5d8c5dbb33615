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
                tcpdump -w - tcp | tcplens connections - --json --evict 60   without end
                """,
            zh: """
                tcplens connections capture.pcapng             谁和谁通信，结果如何
                tcplens connections *.pcap --sort bytes        字节数最多的在前
                tcplens connections capture.pcap --json        每行一个 JSON 对象
                tcplens connections capture.pcap --format tsv  供 awk、sort 与电子表格使用
                tcpdump -w - tcp | tcplens connections - --json --evict 60   长期运行
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

    @Option(
        help: .init(
            Text(
                en: "Write each row once its connection has been idle this long (60, 500ms, 5m), in constant memory.",
                zh: "连接空闲满这段时间(60、500ms、5m)即输出该行，内存占用恒定。"
            ).spoken, valueName: "time"))
    var evict: Span?

    @Flag(
        help: .init(
            Text(en: "Go on as the file grows, until Ctrl-C.", zh: "文件增长时继续读取，直到 Ctrl-C。").spoken))
    var follow = false

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
        if evict != nil, sort != nil || !(json || format != .table) {
            throw ValidationError(
                Text(
                    en: "--evict writes rows as connections end: take --format tsv or --json, and no --sort",
                    zh: "--evict 在连接结束时逐行输出：请用 --format tsv 或 --json，且不能 --sort"
                ).spoken)
        }
        if follow, paths.count != 1 || paths == ["-"] {
            throw ValidationError(
                Text(en: "--follow takes one file", zh: "--follow 只能用于一个文件").spoken)
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
        try CaptureInput.open(path) { reader in
            if let evict {
                try listEnding(&reader, format, canvas, idle: evict.nanoseconds)
            } else {
                try listAll(&reader, format, canvas)
            }
        }
    }

    /// All rows, once all is read.
    private func listAll(_ reader: inout CaptureReader, _ format: Format, _ canvas: Canvas) throws {
        let path = reader.path
        var analysis = CaptureAnalysis()
        let progress = ProgressLine(canvas: canvas)
        let following = follow ? Following() : nil
        defer { progress.erase() }
        let ending = try CaptureInput.read(
            &reader, into: &analysis,
            workers: follow ? 1 : threads ?? ProcessInfo.processInfo.activeProcessorCount,
            waitingWhile: { following?.goesOn ?? false }, reporting: { _, step in progress.show(step) })
        progress.erase()
        guard analysis.count > 0 else { throw Failure.noConnections(in: path, analysis.counts, ending: ending) }
        let file = paths.count > 1 ? path : nil
        let shown = min(limit ?? analysis.count, analysis.count)
        let order = sorted(analysis)
        switch format {
        case .json:
            for place in 0..<shown { try writeJSON(analysis[order?[place] ?? place], order?[place] ?? place, file) }
        case .tsv:
            var row = ConnectionRow()
            for place in 0..<shown {
                let index = order?[place] ?? place
                row.write(analysis[index], number: index + 1, file: file)
            }
            row.flush()
        case .table:
            if paths.count > 1 { Screen.write(Printable.text(path)) }
            var table = ConnectionTable(canvas: canvas)
            for place in 0..<shown { table.add(analysis[order?[place] ?? place], number: (order?[place] ?? place) + 1) }
            Screen.write(table.lines())
            for text in [summary(analysis), analysis.counts.restText].compactMap({ $0 }) {
                Screen.write(Paragraph(canvas: canvas).lines(text(canvas.language), hanging: 2))
            }
            if paths.count > 1, path != paths.last { Screen.write("") }
        }
        if let ending { Screen.complain(ending.warning(path).map { $0(canvas.language) }) }
    }

    /// Each row as its connection ends, so that memory stays the same however long it goes on.
    private func listEnding(
        _ reader: inout CaptureReader, _ format: Format, _ canvas: Canvas, idle: Int64
    ) throws {
        let path = reader.path
        let file = paths.count > 1 ? path : nil
        var analysis = CaptureAnalysis(eviction: Eviction(idle: idle))
        let progress = ProgressLine(canvas: canvas)
        let following = Following()
        var row = ConnectionRow()
        var written = 0
        func write(_ ended: [EndedConnection]) throws {
            for connection in ended where written < limit ?? .max {
                written += 1
                if format == .json {
                    try writeJSON(connection.record, connection.serial, file)
                } else {
                    row.write(connection.record, number: connection.serial + 1, file: file)
                }
            }
            row.flush()
            if follow, !ended.isEmpty { Screen.flush() }
        }
        var failure: (any Error)?
        let ending = try CaptureInput.read(
            &reader, into: &analysis, waitingWhile: { follow && following.goesOn && failure == nil },
            reporting: { analysis, step in
                progress.show(step)
                do { try write(analysis.takeEnded()) } catch { failure = error }
            })
        progress.erase()
        if let failure { throw failure }
        analysis.endAll()
        try write(analysis.takeEnded())
        guard written > 0 else { throw Failure.noConnections(in: path, analysis.counts, ending: ending) }
        if let ending { Screen.complain(ending.warning(path).map { $0(canvas.language) }) }
    }

    private func writeJSON(_ record: ConnectionRecord, _ index: Int, _ file: String?) throws {
        let facts = ConnectionFacts(record, number: index + 1)
        try Screen.write(JSONDocument.line(FileFacts(file: file, facts: facts)))
    }

    private func summary(_ analysis: borrowing CaptureAnalysis) -> Text {
        let connections = analysis.count
        let counts = analysis.counts
        let english = [
            counted(connections, "connection"), counted(counts.segments, "segment"), counted(counts.packets, "packet"),
        ]
        return Text(
            en: english.joined(separator: ", ") + "; C, S: which end ended it",
            zh: "\(connections) 条连接，\(counts.segments) 个报文段，\(counts.packets) 个报文；C、S: 由哪一端先结束")
    }

    /// Places by the wished order; `nil`: as they came.
    private func sorted(_ analysis: borrowing CaptureAnalysis) -> [Int]? {
        switch sort {
        case nil, .start: nil
        case .duration: by(analysis, descending: true) { $0.duration }
        case .client: by(analysis) { $0.clientEndpoint }
        case .server: by(analysis) { $0.serverEndpoint }
        case .segments: by(analysis, descending: true) { UInt64($0.client.segments) + UInt64($0.server.segments) }
        case .bytes: by(analysis, descending: true) { $0.client.streamBytes &+ $0.server.streamBytes }
        case .handshake: by(analysis, descending: true) { $0.handshakeDelay }
        case .opening: by(analysis) { $0.outcome.opening.rawValue }
        case .ending: by(analysis) { $0.outcome.ending.rawValue }
        }
    }

    private func by<Key: Comparable>(
        _ analysis: borrowing CaptureAnalysis, descending: Bool = false, _ key: (ConnectionRecord) -> Key
    ) -> [Int] {
        var keys: [Key] = []
        keys.reserveCapacity(analysis.count)
        for index in 0..<analysis.count { keys.append(key(analysis[index])) }
        return keys.indices.sorted { left, right in
            guard keys[left] != keys[right] else { return left < right }
            return (keys[left] < keys[right]) != descending
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
