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
        abstract: Text(
            en: "A row for each connection in capture files, or on an interface.", zh: "列出抓包文件中或网络接口上的每条连接。"
        ).spoken,
        discussion: Text(
            en: """
                tcplens connections capture.pcapng             who talked to whom, and how it went
                tcplens connections *.pcap --sort bytes        the largest first
                tcplens connections ring*.pcap                 a ring of tcpdump -C or dumpcap -b, as one capture
                tcplens connections capture.pcap --json        one JSON object a line
                tcplens connections capture.pcap --format tsv  for awk, sort and spreadsheets
                tcplens connections capture.pcap --long        everything measured of each connection
                tcplens connections capture.pcap -Y 'outcome==refused && server==:443'  only those
                tcplens connections capture.pcap -Y trouble    only those with which something went wrong
                tcplens connections capture.pcap --by server   a row for each server
                tcplens connections capture.pcap -e client -e server -e rtt  columns of your choice
                tcplens connections capture.pcap --format zeek > conn.log  for zeek-cut and its like
                tcplens connections capture.pcap --follow      as another program writes it: each row as its connection ends
                tcpdump -w - tcp | tcplens connections - --json --evict 60   without end
                tcplens connections -i eth0 'port 443'         of an interface: each row as its connection ends
                """,
            zh: """
                tcplens connections capture.pcapng             谁和谁通信，结果如何
                tcplens connections *.pcap --sort bytes        字节数最多的在前
                tcplens connections ring*.pcap                 tcpdump -C 或 dumpcap -b 的一组滚动文件，作为一次抓包
                tcplens connections capture.pcap --json        每行一个 JSON 对象
                tcplens connections capture.pcap --format tsv  供 awk、sort 与电子表格使用
                tcplens connections capture.pcap --long        列出每条连接的全部指标
                tcplens connections capture.pcap -Y 'outcome==refused && server==:443'  只看符合条件的连接
                tcplens connections capture.pcap -Y trouble    只看出了异常的连接
                tcplens connections capture.pcap --by server   每个服务端一行
                tcplens connections capture.pcap -e client -e server -e rtt  自选列
                tcplens connections capture.pcap --format zeek > conn.log  供 zeek-cut 等工具使用
                tcplens connections capture.pcap --follow      边抓边看：连接结束就输出该行
                tcpdump -w - tcp | tcplens connections - --json --evict 60   长期运行
                tcplens connections -i eth0 'port 443'         网络接口上的连接：结束就输出该行
                """
        ).spoken)

    @Argument(
        help: .init(
            Text(
                en: "pcap or pcapng files, gzip or not; - for standard input. With -i: the words of a capture filter.",
                zh: "pcap/pcapng 文件，可以是 gzip 压缩的；- 表示标准输入。与 -i 同用时为捕获过滤表达式。"
            )
            .spoken, valueName: "file"), completion: .file())
    var paths: [String] = []

    @OptionGroup var live: LiveOptions

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
                en:
                    "Only connections that pass a display filter in Wireshark's spelling. Fields: tcplens help filter.",
                zh: "只列出符合显示过滤条件的连接，写法同 Wireshark；字段见 tcplens help filter。"
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

    @Option(
        help: .init(
            Text(
                en: "A row for each client, server, port or outcome: how many, how much, what went wrong.",
                zh: "按 client、server、port 或 outcome 归组，每组一行：多少条、多少数据、哪里异常。"
            ).spoken, valueName: "what"))
    var by: GroupKey?

    @Option(
        name: [.customShort("e"), .customLong("field")],
        help: .init(
            Text(
                en: "This field as a column, in place of the usual ones; once for each. Fields: tcplens help filter.",
                zh: "以此字段为一列，替换默认的列；可多次使用。字段见 tcplens help filter。"
            ).spoken, valueName: "field"), completion: .list(FilterField.all.map(\.name)))
    var columns: [String] = []

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
                en:
                    "Write each row once its connection has ended, or been idle this long (60, 500ms, 5m), in constant memory.",
                zh: "连接结束或空闲满这段时间（60、500ms、5m）就输出该行并释放内存，内存占用恒定。"
            ).spoken, valueName: "time"))
    var evict: Span?

    @Flag(
        help: .init(
            Text(
                en:
                    "Go on as the file or pipe grows, until Ctrl-C: each row once its connection has ended or been idle for 5 minutes; what needs all (--sort, --by, --long) at the end.",
                zh: "文件或管道有新内容时继续读取，直到 Ctrl-C；连接结束或空闲满 5 分钟就输出该行，需要全部数据的（--sort、--by、--long）等到最后。"
            ).spoken))
    var follow = false

    @Flag(
        inversion: .prefixedNo,
        help: .init(
            Text(
                en:
                    "Whether several files are one capture, whose connections go from file to file (--ring), or each is read by itself (--no-ring). Default: one where their names differ only in digits and they follow each other in time (tcpdump -C, dumpcap -b).",
                zh: "多个文件是当作一次抓包来读、连接可以跨文件（--ring），还是逐个读取（--no-ring）。默认：文件名只差数字、且时间前后相接时当作一次（tcpdump -C、dumpcap -b）。"
            ).spoken))
    var ring: Bool?

    @Flag(
        name: .customShort("n"),
        help: .init(Text(en: "Numbers, not names: always so.", zh: "只显示数字，不解析名称（始终如此）。").spoken))
    var numeric = false

    @OptionGroup var output: OutputOptions

    /// The files that are read.
    var files: [String] { live.file.map { [$0] } ?? paths }

    func run() throws {
        if live.listsInterfaces { return LiveOptions.listInterfaces() }
        let filter = try filter.map(FilterWord.filter)
        let fields = try columns.map(FilterWord.field)
        let needsMeasures = filter?.needsMeasures ?? false || fields.contains(where: \.needsMeasures)
        if evict != nil, needsMeasures { throw Failure.measuresNothing(files) }
        if let interface = live.interface {
            if needsMeasures { throw Failure.measuresNothing(on: interface) }
            return try listLive(on: interface, filter, fields)
        }
        let captures = try CaptureFiles.among(files, isRing: ring)
        let names = captures.map(\.name)
        var listing = ConnectionListing(
            format: json && format != .zeek ? .json : format, isLong: long, isJSON: json, fields: fields, by: by,
            canvas: output.canvas, names: names)
        var failures: [Failure] = []
        var passing = Passing()
        listing.begin()
        for capture in captures {
            do {
                try list(capture, filter, &listing, &passing)
            } catch let failure as Failure {
                // The other files are still worth listing.
                failures.append(failure)
                if captures.count > 1 { Screen.complain(failure.lines(output.canvas.language)) }
            }
        }
        listing.end()
        if filter != nil, passing.isNone {
            let none = Failure.nonePasses(passing, of: names)
            guard !failures.isEmpty else { throw none }
            Screen.complain(none.lines(output.canvas.language))
        }
        guard let first = failures.first else { return }
        if captures.count > 1 { throw first.status }
        throw first
    }

    private func list(
        _ capture: CaptureFiles, _ filter: ConnectionFilter?, _ listing: inout ConnectionListing,
        _ passing: inout Passing
    ) throws {
        let comeAsTheyEnd = comeAsTheyEnd(listing, filter)
        try CaptureReading.open(capture, spooling: comeAsTheyEnd ? nil : Spool(), isGrowing: follow) { reader in
            if comeAsTheyEnd {
                try listEnding(&reader, filter, &listing, &passing)
            } else {
                try listAll(&reader, filter, &listing, &passing)
            }
        }
    }

    /// Writes all rows once the whole capture has been read.
    private func listAll(
        _ reader: inout CaptureReader, _ filter: ConnectionFilter?, _ listing: inout ConnectionListing,
        _ passing: inout Passing
    ) throws {
        let path = reader.path
        var analysis = CaptureAnalysis(measuring: listing.needsMeasures || filter?.needsMeasures ?? false)
        let progress = ProgressLine(canvas: output.canvas)
        defer { progress.erase() }
        let ending = try CaptureReading.read(
            &reader, into: &analysis, workers: threads ?? ProcessInfo.processInfo.activeProcessorCount,
            isLive: follow, reporting: { _, step in progress.show(step) })
        progress.erase()
        guard analysis.count > 0 else { throw Failure.noConnections(in: path, analysis.counts, ending: ending) }
        var order = (sort ?? .start).order(of: analysis.count) { analysis[$0] }
        if let filter {
            order = filter.passing(order, of: analysis)
            passing.take(order.count, of: analysis.count)
        }
        if !order.isEmpty {
            let rows = try listing.write(order, limit: limit ?? .max, of: analysis, path: path)
            let summary = ListSummary(
                counts: analysis.counts, connections: analysis.count, passing: filter == nil ? nil : order.count,
                rows: rows, by: by)
            try note(summary, of: analysis, reader, listing)
        }
        if let ending { Screen.complain(ending.warning(path).map { $0(output.canvas.language) }) }
    }

    /// Writes the notes below the table of a file. In formats for programs, only notes that make the rows doubtful are
    /// written, to standard error.
    func note(
        _ summary: ListSummary, of analysis: borrowing CaptureAnalysis, _ reader: borrowing CaptureReader,
        _ listing: ConnectionListing
    ) throws {
        let path = reader.path
        guard listing.format == .table else {
            let unsettled = CaptureDoubts.texts(nil, unsettled: analysis.unsettled)
            Screen.complain(unsettled.map { "tcplens: \(path): " + $0(output.canvas.language) })
            return
        }
        let notes = [
            summary.text(hasTroubles: listing.troubles.isNoted, isShort: long || !columns.isEmpty),
            analysis.counts.restText, ErrorKind.unknownText(analysis.unknownErrors),
            ErrorKind.limitText(of: analysis.counts.quoted),
            files.contains(path) ? nil : CaptureFiles.ringText(files.count),
        ]
        let whole = try CaptureNotes.texts(analysis, reader)
        listing.note(notes.compactMap { $0 } + whole, path: path, isFiltered: self.filter != nil)
    }
}

extension SortKey: ExpressibleByArgument {}
extension GroupKey: ExpressibleByArgument {}
