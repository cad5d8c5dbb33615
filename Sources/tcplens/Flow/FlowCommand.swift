import ArgumentParser
import CaptureFile
import Documents
import Lab
import Narration
import Passes
import Pictures
import Scenes
import Stories
import TCPWire
import Tracking
import WebPage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `tcplens flow`: the ladder of one connection, or of several on one axis.
struct FlowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flow",
        abstract: Text(
            en: "The ladder of a connection in a capture file.", zh: "画出抓包文件中一条连接的时序图。"
        ).spoken,
        discussion: Text(
            en: """
                tcplens flow capture.pcapng            the first connection; the others are listed below
                tcplens flow capture.pcapng --conn 3   the third
                tcplens flow capture.pcapng -S         real sequence numbers
                tcplens flow capture.pcapng --hosts    all connections on one axis
                tcplens flow capture.pcapng -o page.html    a page for a ticket, without what the segments carry
                tcplens flow capture.pcapng -o flow.svg      a picture for a page, a slide or a ticket
                tcplens flow capture.pcapng --states -o states.svg    both ends' ways through the states
                tcplens flow capture.pcapng --format mermaid   for a Markdown file
                zcat capture.pcap.gz | tcplens flow -  from a pipe
                """,
            zh: """
                tcplens flow capture.pcapng            第一条连接，其余的在下面列出
                tcplens flow capture.pcapng --conn 3   第三条
                tcplens flow capture.pcapng -S         显示真实序号
                tcplens flow capture.pcapng --hosts    所有连接画在同一时间轴上
                tcplens flow capture.pcapng -o page.html    做成一个网页附在工单里，不含载荷
                tcplens flow capture.pcapng -o flow.svg      画成图片，可放进网页、幻灯片或工单
                tcplens flow capture.pcapng --states -o states.svg    画出两端在状态图上走过的路
                tcplens flow capture.pcapng --format mermaid   用于 Markdown 文件
                zcat capture.pcap.gz | tcplens flow -  从管道读取
                """
        ).spoken)

    @Argument(
        help: .init(
            Text(
                en: "A pcap or pcapng file, gzip or not; - for standard input.",
                zh: "pcap/pcapng 文件，可以是 gzip 压缩的；- 表示标准输入。"
            )
            .spoken, valueName: "file"), completion: .file())
    var path: String

    @Option(
        name: .customLong("conn"),
        help: .init(
            Text(en: "Which connection, as the list numbers them.", zh: "第几条连接（按列表中的编号）。").spoken,
            valueName: "n"))
    var connection: Int?

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

    /// What one picture holds. All forms take memory in proportion; what a browser opens at once has its limits.
    private var pictureLimit: StoredLimit {
        StoredLimit(
            segments: limit ?? (form.format == .svg || form.format == .html ? 20_000 : 100_000), octets: 512 << 20)
    }

    func validate() throws {
        try form.refuse(width: output.width, title: title)
        if let connection, connection < 1 {
            throw ValidationError(
                Text(en: "--conn counts from 1", zh: "--conn 从 1 开始编号").spoken)
        }
        if let limit, limit < 1 { throw ValidationError(Text(en: "--limit counts from 1", zh: "--limit 至少为 1").spoken) }
        if hosts, connection != nil {
            throw ValidationError(
                Text(en: "--hosts shows all connections: leave out --conn", zh: "--hosts 显示所有连接，不能与 --conn 同时使用").spoken
            )
        }
        if states, form.format != .svg || form.blank || title != nil || output.width != nil {
            throw ValidationError(
                Text(
                    en: "--states goes with --format svg, without --blank, --title and --width",
                    zh: "--states 需与 --format svg 同用，且不能与 --blank、--title、--width 同用"
                ).spoken)
        }
        if states, hosts {
            throw ValidationError(
                Text(
                    en: "--states shows one connection: choose it with --conn", zh: "--states 只显示一条连接：请用 --conn 选择"
                ).spoken)
        }
        if hosts, form.format == .html {
            throw ValidationError(
                Text(
                    en: "a page shows one connection: choose it with --conn, or draw all with --hosts --format svg",
                    zh: "网页只能显示一条连接：请用 --conn 选择，或用 --hosts --format svg 画出全部"
                ).spoken)
        }
    }

    func run() throws {
        try CaptureReading.open(path, spooling: Spool()) { reader in
            if hosts {
                try drawHosts(&reader)
            } else {
                try drawOne(&reader)
            }
        }
    }

    private func drawOne(_ reader: inout CaptureReader) throws {
        let number = connection ?? 1
        let canvas = output.canvas
        var analysis = CaptureAnalysis(keeping: .places)
        let ending = try read(&reader, into: &analysis, canvas)
        guard number <= analysis.count else { throw noSuchConnection(number, of: analysis.count) }
        let stored = try analysis.stored(number, from: &reader, limit: pictureLimit)
        if let story = stored.flatMap({ ConnectionStory($0) }) {
            try show(story, number: number, canvas)
            try tell(of: analysis, reader, canvas)
            if form.format == .text { showOthers(analysis, shown: number, canvas) }
            complain(leftOut: story.leftOut, shown: story.steps.count, canvas)
        } else {
            throw changed
        }
        if let ending { Screen.complain(ending.warning(path).map { $0(canvas.language) }) }
    }

    private func drawHosts(_ reader: inout CaptureReader) throws {
        let canvas = output.canvas
        var analysis = CaptureAnalysis(keeping: .places)
        let ending = try read(&reader, into: &analysis, canvas)
        try showHosts(analysis, &reader, canvas)
        try tell(of: analysis, reader, canvas)
        if let ending { Screen.complain(ending.warning(path).map { $0(canvas.language) }) }
    }

    /// What is so of the whole capture, below the ladder.
    private func tell(
        of analysis: borrowing CaptureAnalysis, _ reader: borrowing CaptureReader, _ canvas: Canvas
    ) throws {
        guard form.format == .text else { return }
        for text in try CaptureNotes.texts(analysis, reader) {
            Screen.write(Paragraph(canvas: canvas).lines(text(canvas.language), hanging: 2))
        }
    }

    private func read(
        _ reader: inout CaptureReader, into analysis: inout CaptureAnalysis, _ canvas: Canvas
    ) throws -> CaptureEnding? {
        let progress = ProgressLine(canvas: canvas)
        defer { progress.erase() }
        let ending = try CaptureReading.read(
            &reader, into: &analysis, workers: ProcessInfo.processInfo.activeProcessorCount,
            reporting: { _, step in progress.show(step) })
        guard analysis.count > 0 else { throw Failure.noConnections(in: path, analysis.counts, ending: ending) }
        return ending
    }

    private var changed: Failure {
        Failure(
            .badInput,
            Text(
                en: "\(path): changed while it was read; its packets are not where they were",
                zh: "\(path)：读取期间文件被改动，报文已不在原来的位置"),
            next: [Text(en: "try again once nothing writes it", zh: "等文件不再写入后重试")])
    }

    private func noSuchConnection(_ number: Int, of count: Int) -> Failure {
        Failure(
            .nothingMatched,
            Text(
                en: "\(path) holds \(counted(count, "connection")); there is no number \(number)",
                zh: "\(path) 中共有 \(count) 条连接，没有第 \(number) 条"),
            next: [Text(en: "list them:  tcplens connections \(path)", zh: "列出：  tcplens connections \(path)")])
    }

    private func tooLong(_ scene: Scene, _ number: Int) -> Failure {
        let most = ConnectionPage.mostOnPaper
        return Failure(
            .badInput,
            Text(
                en:
                    "a hand-out has room for \(most) events, and connection \(number) has \(scene.rows.count)",
                zh: "练习纸最多放 \(most) 个事件，连接 \(number) 有 \(scene.rows.count) 个"),
            next: [
                Text(
                    en: "the picture alone:  tcplens flow \(path) --conn \(number) --blank --format svg",
                    zh: "只要图：  tcplens flow \(path) --conn \(number) --blank --format svg")
            ])
    }

    private func complain(leftOut: Int, shown: Int, _ canvas: Canvas) {
        guard leftOut > 0 else { return }
        // Where their octets are too many, more segments may not be asked for.
        let next =
            shown < pictureLimit.segments
            ? Text(en: "", zh: "")
            : Text(
                en: "; --limit \(shown + leftOut) draws all", zh: "；加 --limit \(shown + leftOut) 可全部画出")
        Screen.complain([
            Text(
                en:
                    "tcplens: only the first \(shown) segments are drawn; \(leftOut) more are in the file\(next.english)",
                zh: "tcplens：只画了前 \(shown) 个报文段，文件中还有 \(leftOut) 个\(next.chinese)")(canvas.language)
        ])
    }

    private func show(_ story: ConnectionStory, number: Int, _ canvas: Canvas) throws {
        if states {
            let diagram = StateDiagram(paths: Party.allCases.map { story.path(of: $0) })
            return try form.write(diagram.picture(canvas.language))
        }
        let scene = Scene(
            story: story, title: heading(Text(en: "connection \(number)", zh: "连接 \(number)")), keepsPayload: payload,
            footer: story.summary)
        try show(
            scene, legend: .letters, facts: { try JSONDocument.text(StoryFacts(story, number: number)) },
            page: {
                if form.blank, scene.rows.count > ConnectionPage.mostOnPaper { throw tooLong(scene, number) }
                let page = ConnectionPage(
                    story: story, scene: scene, title: scene.title, silence: Ladder.usualSilence)
                return try page.html(
                    canvas.language, maker: TCPLens.maker, isBlank: form.blank, absoluteNumbers: absolute)
            }, canvas)
    }

    private func heading(_ usual: Text) -> Text { title.map { Text(verbatim: $0) } ?? usual }

    /// A scene, or the facts behind it, in the form that was asked for.
    private func show(
        _ scene: Scene, legend: Ladder.Legend, facts: () throws -> String, page: (() throws -> String)? = nil,
        _ canvas: Canvas
    ) throws {
        let document = SceneDocument(
            scene: scene, language: canvas.language, absolute: absolute, isBlank: form.blank, columns: output.width)
        switch form.format {
        case .text:
            Ladder(
                canvas: canvas, legend: legend, absoluteNumbers: absolute,
                workers: ProcessInfo.processInfo.activeProcessorCount
            ).write(scene) { Screen.write(octets: $0) }
        case .svg: try form.write(document.svg)
        case .mermaid: try document.writeMermaid(form)
        case .html: if let page { try form.write(page()) }
        case .json: try form.write(facts() + "\n")
        }
    }

    private func showOthers(_ analysis: borrowing CaptureAnalysis, shown: Int, _ canvas: Canvas) {
        let count = analysis.count
        guard count > 1 else { return }
        Screen.write("")
        let heading = Text(
            en: "\(count) connections in the file; this was number \(shown):",
            zh: "文件中共有 \(count) 条连接，上面是第 \(shown) 条：")
        Screen.write(Paragraph(canvas: canvas).lines(heading(canvas.language)))
        let most = 12
        var table = ConnectionTable(canvas: canvas)
        for index in 0..<min(count, most) { table.add(analysis[index], number: index + 1) }
        Screen.write(octets: table.octets())
        if count > most {
            Screen.write(Text(en: "... and \(count - most) more:", zh: "……另有 \(count - most) 条：")(canvas.language))
            // Not broken into lines: it is to be copied.
            Screen.write("  tcplens connections " + Printable.text(path))
        }
    }

    private func showHosts(
        _ analysis: borrowing CaptureAnalysis, _ reader: inout CaptureReader, _ canvas: Canvas
    ) throws {
        let count = analysis.count
        var stories: [(number: Int, story: ConnectionStory)] = []
        var left = pictureLimit
        for number in 1...count where !left.isReached {
            let stored = try analysis.stored(number, from: &reader, limit: left)
            guard let stored, let story = ConnectionStory(stored) else { throw changed }
            left.take(stored.segments)
            stories.append((number, story))
        }
        let shown = stories.reduce(0) { $0 + $1.story.steps.count }
        let leftOut = analysis.counts.segments - shown
        let scene = Scene(
            stories: stories.map(\.story), title: heading(Text(en: counted(count, "connection"), zh: "\(count) 条连接")),
            keepsPayload: payload)
        try show(
            scene, legend: .provenance,
            facts: {
                try JSONDocument.text(
                    StoriesFacts(
                        connections: stories.map { StoryFacts($0.story, number: $0.number) }, leftOut: leftOut))
            }, canvas)
        complain(leftOut: leftOut, shown: shown, canvas)
    }
}
