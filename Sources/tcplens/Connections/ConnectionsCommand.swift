import ArgumentParser
import CaptureFile
import Lab
import Narration
import Passes
import Pictures
import Queries
import Tracking

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `tcplens connections`: a row for each connection.
struct ConnectionsCommand: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case table, tsv, json, zeek }

    static let configuration = CommandConfiguration(
        commandName: "connections",
        abstract: Text(en: "A row for each connection in capture files.", zh: "列出抓包文件中的每条连接。").spoken,
        discussion: Text(
            en: """
                tcplens connections capture.pcapng             who talked to whom, and how it went
                tcplens connections *.pcap --sort bytes        the largest first
                tcplens connections capture.pcap --json        one JSON object a line
                tcplens connections capture.pcap --format tsv  for awk, sort and spreadsheets
                tcplens connections capture.pcap --long        everything measured of each connection
                tcplens connections capture.pcap -Y 'outcome==refused && server==:443'  only those
                tcplens connections capture.pcap --format zeek > conn.log  for zeek-cut and its like
                tcpdump -w - tcp | tcplens connections - --json --evict 60   without end
                """,
            zh: """
                tcplens connections capture.pcapng             谁和谁通信，结果如何
                tcplens connections *.pcap --sort bytes        字节数最多的在前
                tcplens connections capture.pcap --json        每行一个 JSON 对象
                tcplens connections capture.pcap --format tsv  供 awk、sort 与电子表格使用
                tcplens connections capture.pcap --long        列出每条连接的全部指标
                tcplens connections capture.pcap -Y 'outcome==refused && server==:443'  只看符合条件的连接
                tcplens connections capture.pcap --format zeek > conn.log  供 zeek-cut 等工具使用
                tcpdump -w - tcp | tcplens connections - --json --evict 60   长期运行
                """
        ).spoken)

    @Argument(
        help: .init(
            Text(
                en: "pcap or pcapng files, gzip or not; - for standard input.",
                zh: "pcap/pcapng 文件，可以是 gzip 压缩的；- 表示标准输入。"
            )
            .spoken, valueName: "file"), completion: .file())
    var paths: [String]

    @Flag(help: .init(Text(en: "One JSON object a line (--format json).", zh: "每行一个 JSON 对象（即 --format json）。").spoken))
    var json = false

    @Option(
        help: .init(
            Text(
                en: "table, tsv, json, or zeek (a conn.log; with --json as Zeek writes JSON).",
                zh: "table、tsv、json 或 zeek（即 conn.log；同时加 --json 则用 Zeek 的 JSON 格式）。"
            ).spoken))
    var format: Format = .table

    @Flag(
        help: .init(
            Text(
                en: "Everything measured of each connection; with --json too.", zh: "列出每条连接的全部指标；可与 --json 同时使用。"
            ).spoken))
    var long = false

    @Option(
        name: [.customShort("Y"), .customLong("filter")],
        help: .init(
            Text(
                en: "Only connections that pass a display filter in Wireshark's spelling. Fields: Docs/filter.md.",
                zh: "只列出符合显示过滤条件的连接，写法同 Wireshark；字段见 Docs/filter.md。"
            ).spoken, valueName: "filter"))
    var filter: String?

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
                zh: "连接空闲满这段时间（60、500ms、5m）就输出该行并释放内存，内存占用恒定。"
            ).spoken, valueName: "time"))
    var evict: Span?

    @Flag(
        help: .init(
            Text(en: "Go on as the file grows, until Ctrl-C.", zh: "文件增长时继续读取，直到 Ctrl-C。").spoken))
    var follow = false

    @Flag(
        name: .customShort("n"),
        help: .init(Text(en: "Numbers, not names: always so.", zh: "只显示数字，不解析名称（始终如此）。").spoken))
    var numeric = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if paths.isEmpty { throw ValidationError(Text(en: "which file?", zh: "请给出文件名").spoken) }
        if let threads, threads < 1 {
            throw ValidationError(Text(en: "--threads counts from 1", zh: "--threads 至少为 1").spoken)
        }
        if evict != nil, sort != nil || long || format == .zeek || format == .table && !json {
            throw ValidationError(
                Text(
                    en:
                        "--evict writes rows as connections end: take --format tsv or --json, without --sort and --long",
                    zh: "--evict 在连接结束时逐行输出：请用 --format tsv 或 --json，不能同时用 --sort 和 --long"
                ).spoken)
        }
        if follow || evict != nil, threads != nil {
            let option = follow ? "--follow" : "--evict"
            throw ValidationError(
                Text(
                    en: "\(option) reads with one processor: leave out --threads",
                    zh: "\(option) 只用一个处理器读取，请去掉 --threads"
                ).spoken)
        }
        if json, format == .tsv {
            throw ValidationError(
                Text(en: "--json and --format tsv: take one of them", zh: "--json 与 --format tsv 只能选其一").spoken)
        }
        if follow, paths.count != 1 || paths == ["-"] {
            throw ValidationError(
                Text(en: "--follow takes one file", zh: "--follow 只能用于一个文件").spoken)
        }
        if long, format == .tsv || format == .zeek {
            throw ValidationError(
                Text(
                    en: "--long goes with a table or --json, not with --format \(format.rawValue)",
                    zh: "--long 可用于表格或 --json，不能与 --format \(format.rawValue) 同时使用"
                ).spoken)
        }
        if let limit, limit < 1 { throw ValidationError(Text(en: "--limit counts from 1", zh: "--limit 至少为 1").spoken) }
    }

    func run() throws {
        let filter = try filter.map(FilterWord.filter)
        if evict != nil, filter?.needsMeasures ?? false { throw Failure.measuresNothing(paths) }
        var listing = ConnectionListing(
            format: json && format != .zeek ? .json : format, isLong: long, isJSON: json, canvas: output.canvas,
            isOneOfMany: paths.count > 1)
        var failures: [Failure] = []
        listing.begin()
        for path in paths {
            do {
                try list(path, filter, &listing)
            } catch let failure as Failure {
                // The other files are still worth listing.
                failures.append(failure)
                if paths.count > 1 { Screen.complain(failure.lines(output.canvas.language)) }
            }
        }
        listing.end()
        guard let first = failures.first else { return }
        if paths.count > 1 { throw first.status }
        throw first
    }

    private func list(_ path: String, _ filter: ConnectionFilter?, _ listing: inout ConnectionListing) throws {
        try CaptureReading.open(path, spooling: evict == nil ? Spool() : nil) { reader in
            if let evict {
                try listEnding(&reader, filter, &listing, idle: evict.nanoseconds)
            } else {
                try listAll(&reader, filter, &listing)
            }
        }
    }

    /// All rows, once all is read.
    private func listAll(
        _ reader: inout CaptureReader, _ filter: ConnectionFilter?, _ listing: inout ConnectionListing
    ) throws {
        let path = reader.path
        var analysis = CaptureAnalysis(measuring: listing.needsMeasures || filter?.needsMeasures ?? false)
        let progress = ProgressLine(canvas: output.canvas)
        defer { progress.erase() }
        let following = follow ? Following() : nil
        let ending = try CaptureReading.read(
            &reader, into: &analysis,
            workers: follow ? 1 : threads ?? ProcessInfo.processInfo.activeProcessorCount,
            waitingWhile: { following?.goesOn ?? false }, reporting: { _, step in progress.show(step) })
        progress.erase()
        guard analysis.count > 0 else { throw Failure.noConnections(in: path, analysis.counts, ending: ending) }
        var order = (sort ?? .start).order(of: analysis.count) { analysis[$0] }
        if let filter {
            order = filter.passing(order, of: analysis)
            guard !order.isEmpty else { throw Failure.nonePasses(in: path, of: analysis.count) }
        }
        let shown = order.prefix(limit ?? .max)
        try listing.write(shown, of: analysis, path: path)
        let notes = [
            summary(analysis, passing: filter == nil ? nil : order.count), analysis.counts.restText,
            ErrorKind.unknownText(analysis.unknownErrors), ErrorKind.limitText(of: analysis.counts.quoted),
        ]
        if listing.format != .table {
            let unsettled = CaptureDoubts.texts(nil, unsettled: analysis.unsettled)
            Screen.complain(unsettled.map { "tcplens: \(path): " + $0(output.canvas.language) })
        }
        let whole = listing.format == .table ? try CaptureNotes.texts(analysis, reader) : []
        listing.note(notes.compactMap { $0 } + whole, isLast: path == paths.last)
        if let ending { Screen.complain(ending.warning(path).map { $0(output.canvas.language) }) }
    }

    /// Each row as its connection ends, so that memory stays the same however long it goes on.
    private func listEnding(
        _ reader: inout CaptureReader, _ filter: ConnectionFilter?, _ listing: inout ConnectionListing, idle: Int64
    ) throws {
        let path = reader.path
        var analysis = CaptureAnalysis(eviction: Eviction(idle: idle))
        let progress = ProgressLine(canvas: output.canvas)
        let following = follow ? Following() : nil
        var (seen, written) = (0, 0)
        func write(_ ended: [EndedConnection]) throws {
            seen += ended.count
            for connection in ended where written < limit ?? .max {
                let subject = FilterSubject(number: connection.serial + 1, record: connection.record, measures: nil)
                guard filter?.matches(subject) ?? true else { continue }
                written += 1
                try listing.write(connection, path: path)
            }
            listing.flushRows()
            if follow, !ended.isEmpty { Screen.flush() }
        }
        var failure: (any Error)?
        let ending = try CaptureReading.read(
            &reader, into: &analysis, waitingWhile: { following?.goesOn ?? false },
            reporting: { analysis, step in
                progress.show(step)
                do { try write(analysis.takeEnded()) } catch { failure = error }
            }, until: { failure != nil || written == limit })
        progress.erase()
        if let failure { throw failure }
        analysis.endAll()
        try write(analysis.takeEnded())
        guard analysis.counts.segments > 0 else {
            throw Failure.noConnections(in: path, analysis.counts, ending: ending)
        }
        if filter != nil, written == 0 { throw Failure.nonePasses(in: path, of: seen) }
        if let ending { Screen.complain(ending.warning(path).map { $0(output.canvas.language) }) }
    }

    /// - Parameter passing: how many the filter let pass.
    private func summary(_ analysis: borrowing CaptureAnalysis, passing: Int?) -> Text {
        let connections = analysis.count
        let counts = analysis.counts
        let english = [
            counted(connections, "connection"), counted(counts.segments, "segment"), counted(counts.packets, "packet"),
        ]
        let whole = Text(
            en: english.joined(separator: ", "),
            zh: "\(connections) 条连接，\(counts.segments) 个报文段，\(counts.packets) 个报文")
        let filtered =
            passing.map { Text(en: "\($0) of \(whole.english)", zh: "\($0) 条符合条件，共 \(whole.chinese)") } ?? whole
        if long { return filtered }
        return Text(
            en: filtered.english + "; C, S: which end ended it", zh: filtered.chinese + "；C、S：由客户端、服务端先结束")
    }
}

extension SortKey: ExpressibleByArgument {}
