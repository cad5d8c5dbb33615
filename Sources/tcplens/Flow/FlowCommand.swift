import ArgumentParser
import CaptureFile
import Narration
import Passes

/// `tcplens flow`: the ladder of one connection, or of several on one axis.
struct FlowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flow",
        abstract: Text(
            en: "The ladder of a connection in a capture file, or on an interface as it comes.",
            zh: "画出抓包文件中一条连接的时序图，或实时画出网络接口上的连接。"
        ).spoken,
        discussion: Text(
            en: """
                tcplens flow capture.pcapng            the first connection; the others are listed below
                tcplens flow capture.pcapng --conn 3   the third
                tcplens flow capture.pcapng -Y 'tcp.port==81'   the first that passes; the others that do are listed
                tcplens flow capture.pcapng --explain  each step told in words, below the ladder
                tcplens flow capture.pcapng --from 4 --to 8     only these packets
                tcplens flow capture.pcapng --follow-stream text    what both ends said
                tcplens flow capture.pcapng -w one.pcapng      this connection alone, a comment on each packet
                tcplens flow capture.pcapng -S         real sequence numbers
                tcplens flow capture.pcapng --hosts    all connections on one axis
                tcplens flow capture.pcapng -o page.html    a page for a ticket, without what the segments carry
                tcplens flow capture.pcapng -o flow.svg      a picture for a page, a slide or a ticket
                tcplens flow capture.pcapng --states -o states.svg    both ends' ways through the states
                tcplens flow capture.pcapng --format mermaid   for a Markdown file
                tcplens flow ring*.pcap --conn 3       of several files that are one ring
                zcat capture.pcap.gz | tcplens flow -  from a pipe
                tcplens flow -i lo --once 'port 8080'  the next connection on an interface, drawn as it comes
                tcplens flow -i eth0 tcp               one connection after the other, until Ctrl-C
                """,
            zh: """
                tcplens flow capture.pcapng            第一条连接，其余的在下面列出
                tcplens flow capture.pcapng --conn 3   第三条
                tcplens flow capture.pcapng -Y 'tcp.port==81'   第一条符合条件的连接，其余符合的在下面列出
                tcplens flow capture.pcapng --explain  在时序图下面逐步讲解
                tcplens flow capture.pcapng --from 4 --to 8     只画这些报文
                tcplens flow capture.pcapng --follow-stream text    两端各说了什么
                tcplens flow capture.pcapng -w one.pcapng      只保存这条连接，每个报文都带注释
                tcplens flow capture.pcapng -S         显示真实序号
                tcplens flow capture.pcapng --hosts    所有连接画在同一时间轴上
                tcplens flow capture.pcapng -o page.html    做成一个网页附在工单里，不含载荷
                tcplens flow capture.pcapng -o flow.svg      画成图片，可放进网页、幻灯片或工单
                tcplens flow capture.pcapng --states -o states.svg    画出两端在状态图上走过的路
                tcplens flow capture.pcapng --format mermaid   用于 Markdown 文件
                tcplens flow ring*.pcap --conn 3       从一组滚动文件中读取
                zcat capture.pcap.gz | tcplens flow -  从管道读取
                tcplens flow -i lo --once 'port 8080'  实时画出网络接口上的下一条连接
                tcplens flow -i eth0 tcp               一条接一条地画，直到 Ctrl-C
                """
        ).spoken)

    @Argument(
        help: .init(
            Text(
                en:
                    "A pcap or pcapng file, gzip or not, or the files of a ring; - for standard input. With -i: the words of a capture filter.",
                zh: "pcap/pcapng 文件，可以是 gzip 压缩的，也可以是一组滚动文件；- 表示标准输入。与 -i 同用时为捕获过滤表达式。"
            )
            .spoken, valueName: "file"), completion: .file())
    var paths: [String] = []

    @OptionGroup var live: LiveOptions

    @Flag(
        help: .init(
            Text(
                en: "With -i: ends with the first connection, once that has ended.", zh: "与 -i 同用：第一条连接结束后即退出。"
            ).spoken))
    var once = false

    @Option(
        name: .customLong("conn"),
        help: .init(
            Text(en: "Which connection, as the list numbers them.", zh: "第几条连接（按列表中的编号）。").spoken,
            valueName: "n"))
    var connection: Int?

    @Option(
        name: [.customShort("Y"), .customLong("filter")],
        help: .init(
            Text(
                en:
                    "The first connection that passes a display filter, as of connections; with --hosts all that pass.",
                zh: "第一条符合显示过滤条件的连接，写法与 connections 相同；与 --hosts 同用时画出所有符合的连接。"
            ).spoken, valueName: "filter"))
    var filter: String?

    @Flag(name: .customShort("S"), help: .init(Text(en: "Real sequence numbers.", zh: "显示真实序号。").spoken))
    var absolute = false

    @Flag(name: .customShort("A"), help: .init(Text(en: "Payload as text.", zh: "显示载荷文本。").spoken))
    var payload = false

    @Flag(
        help: .init(
            Text(
                en: "All connections on one time axis, a lane for each endpoint.", zh: "所有连接画在同一时间轴上，每个端点一条泳道。"
            ).spoken))
    var hosts = false

    @Flag(
        help: .init(
            Text(
                en: "Tells each step in words below the ladder: the first \(FlowCommand.toldSteps), or all with --all.",
                zh: "在时序图下面逐步讲解：只讲前 \(FlowCommand.toldSteps) 步，加 --all 则全部讲完。"
            ).spoken))
    var explain = false

    @Flag(
        help: .init(
            Text(
                en:
                    "Every row of a long connection, whose quiet stretches are one row each otherwise, and with --explain every step.",
                zh: "连接很长时也画出每一行（否则平静的一段折成一行）；与 --explain 同用时讲完每一步。"
            ).spoken))
    var all = false

    @Option(
        help: .init(
            Text(
                en: "Draws from this packet on, by its number in the capture: 4 or '#4'.",
                zh: "从这个报文画起（按抓包中的编号：4 或 '#4'）。"
            ).spoken, valueName: "number"))
    var from: PacketNumber?

    @Option(
        help: .init(
            Text(en: "Draws up to this packet.", zh: "画到这个报文为止。").spoken, valueName: "number"))
    var to: PacketNumber?

    @Option(
        name: .customLong("follow-stream"),
        help: .init(
            Text(
                en:
                    "What both ends sent instead of the ladder, in turns, each byte once: text, or hex with each byte's place.",
                zh: "不画时序图，改为依次列出两端发送的内容，每个字节只出现一次：text 为文本，hex 为十六进制并带位置。"
            ).spoken, valueName: "form"))
    var followed: StreamForm?

    @Option(
        name: .customShort("w"),
        help: .init(
            Text(
                en:
                    "Keeps this connection's packets as pcapng, each with what it is as its comment, and the ICMP errors about it.",
                zh: "把这条连接的报文连同与它有关的 ICMP 差错存为 pcapng，每个报文都带注释说明。"
            ).spoken, valueName: "file"), completion: .file())
    var capturePath: String?

    @Option(
        help: .init(
            Text(en: "What stands over the picture.", zh: "图的标题。").spoken, valueName: "text"))
    var title: String?

    @Flag(
        help: .init(
            Text(
                en: "With svg: RFC 9293's state diagram with both ends' ways on it, instead of the ladder.",
                zh: "配合 svg：不画时序图，改画 RFC 9293 的状态图，标出两端走过的路。"
            ).spoken))
    var states = false

    @Option(
        help: .init(
            Text(
                en: "At most so many segments, from the first on. Default: 100000; of svg and html 20000.",
                zh: "最多画多少个报文段（从第一个算起）。默认 100000，svg 与 html 为 20000。"
            ).spoken, valueName: "n"))
    var limit: Int?

    @OptionGroup var form: FormatOptions

    @OptionGroup var output: OutputOptions

    /// The number of steps that `--explain` explains without `--all`.
    static let toldSteps = 60

    /// The largest number of segments and octets in one picture. The memory needed is proportional to it in all
    /// formats; SVG and HTML have a lower limit, because browsers cannot open arbitrarily large documents.
    var pictureLimit: StoredLimit {
        StoredLimit(
            segments: limit ?? (form.format == .svg || form.format == .html ? 20_000 : 100_000), octets: 512 << 20)
    }

    /// The name of the input, as it can be typed on the command line.
    var path: String { CaptureFiles.name(of: files) }

    /// The files that are read together as one capture.
    var files: [String] { live.file.map { [$0] } ?? paths }

    func validate() throws {
        try refuseSources()
        try form.refuse(width: output.width, title: title)
        if let connection, connection < 1 {
            throw ValidationError(
                Text(en: "--conn counts from 1", zh: "--conn 从 1 开始编号").spoken)
        }
        try refuseChoices()
        if let limit, limit < 1 { throw ValidationError(Text(en: "--limit counts from 1", zh: "--limit 至少为 1").spoken) }
        if hosts, connection != nil {
            throw ValidationError(
                Text(en: "--hosts shows all connections: leave out --conn", zh: "--hosts 显示所有连接，不能与 --conn 同时使用").spoken
            )
        }
        try refuseForms()
    }

    func run() throws {
        if live.listsInterfaces { return LiveOptions.listInterfaces() }
        if let interface = live.interface { return try drawLive(on: interface) }
        try refuseOverwriting()
        let filter = try filter.map(FilterWord.filter)
        let capture = files.count > 1 ? try CaptureFiles(joining: files) : .one(path)
        try CaptureReading.open(capture, spooling: Spool()) { reader in
            if hosts {
                try drawHosts(&reader, filter)
            } else {
                try drawOne(&reader, filter)
            }
        }
    }
}
