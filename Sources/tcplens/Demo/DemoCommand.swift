import ArgumentParser
import CaptureFile
import Documents
import Lab
import LinuxKernel
import Narration
import Pictures
import Scenes
import Stories
import Tracking
import WebPage

/// `tcplens demo`: runs the tutorial's experiment and explains it.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: Text(
            en: "The three-way handshake, for real on this machine, and explained.", zh: "在本机真实完成一次三次握手，并逐步讲解。"
        ).spoken,
        discussion: Text(
            en: """
                tcplens demo                   a server, a client, one connection; its packets and states
                tcplens demo -S                with the real sequence numbers
                tcplens demo --lang zh         in Chinese
                tcplens demo -w hello.pcapng   keep the packets, each with a comment, for Wireshark
                tcplens demo --json            the same facts for programs
                tcplens demo -o hello.html     the whole tutorial as one page, on this run's numbers
                tcplens demo -o sheet.html --blank    a hand-out, with the answers on its last page
                tcplens demo -o hello.svg      the picture alone, for a page or a slide
                tcplens demo --step            the same step by step, each segment held, dropped or doubled at will
                tcplens demo --step --predict  and asked before each arrival what the receiver will do
                tcplens demo --lose 4          what the kernel does about a lost packet
                tcplens demo --do 'drop C:ACK#1'     the handshake's third segment is lost
                tcplens demo --on stack        on our own TCP, with the reason for every segment
                tcplens demo --on stack --lose 4     what that does about a lost packet
                tcplens demo --on loopback     on this machine's loopback, where other tools see it
                """,
            zh: """
                tcplens demo                   一条连接的报文与两端的状态
                tcplens demo -S                显示真实序号
                tcplens demo --lang en         英文讲解
                tcplens demo -w hello.pcapng   保存报文（每个都带注释），可用 Wireshark 打开
                tcplens demo --json            以 JSON 输出同样的内容
                tcplens demo -o hello.html     整篇教程做成一个网页，数字都来自这次运行
                tcplens demo -o sheet.html --blank    练习纸，答案在最后一页
                tcplens demo -o hello.svg      只要图，可放进网页或幻灯片
                tcplens demo --step            一步一步地看，随时扣住、丢弃或重复某个报文段
                tcplens demo --step --predict  每个报文段到达前先猜接收方会怎样
                tcplens demo --lose 4          看内核怎样应对丢包
                tcplens demo --do 'drop C:ACK#1'     第三次握手丢失
                tcplens demo --on stack        在内置协议栈上，给出每个报文段的原因
                tcplens demo --on stack --lose 4     看内置协议栈怎样应对丢包
                tcplens demo --on loopback     在本机回环上进行，别的工具也看得到
                """
        ).spoken)

    @Option(
        help: .init(
            Text(
                en:
                    "Where: kernel, two ends of this machine's kernel on a wire of our own, 10 ms each way, where every state is the kernel's own word (without the rights for it the loopback, or with --step, --lose and --do our own TCP); loopback; or stack, our own TCP in virtual time.",
                zh:
                    "在哪里进行：kernel，本机内核的两端，中间是一条自己的网线，单程 10 毫秒，每个状态都由内核说出（没有权限时改用回环；用 --step、--lose 或 --do 时改用内置协议栈）；loopback，本机回环；stack，虚拟时间里的内置协议栈。"
            ).spoken, valueName: "place"))
    var on = DemoPlace.kernel

    @Option(
        help: .init(
            Text(
                en: "Lose this packet, by its number in the picture; as often as wanted.",
                zh: "丢掉这个报文（按图中编号）；可多次使用。"
            ).spoken, valueName: "n"))
    var lose: [Int] = []

    @Flag(
        help: .init(
            Text(
                en: "Go through it step by step, with the chance to lose, double or hold each segment.",
                zh: "一步一步地看，随时可以让报文段丢失、重复或晚到。"
            ).spoken))
    var step = false

    @Flag(
        help: .init(
            Text(en: "With --step: all steps at once, without waiting for keys.", zh: "配合 --step：一次列出所有步骤，不等按键。").spoken
        ))
    var play = false

    @Flag(
        help: .init(
            Text(
                en:
                    "With --step: before each segment arrives, asks what its receiver will do (which state, which ack), and says why the answer is right or wrong.",
                zh: "配合 --step：每个报文段到达之前，先问接收方会怎样（什么状态，回什么 ack），再说明答案对不对、为什么。"
            ).spoken))
    var predict = false

    @Option(
        name: .customLong("do"),
        help: .init(
            Text(
                en:
                    "What the wire does: 'drop S:SYN,ACK#1', 'duplicate #4', 'hold C:ACK#1 3s', 'hold #4 behind next' (until just behind the next from that end), 'wait C 2s' (the client keeps silent); as often as wanted.",
                zh:
                    "网线做什么：'drop S:SYN,ACK#1' 丢弃、'duplicate #4' 送两遍、'hold C:ACK#1 3s' 扣住、'hold #4 behind next' 扣到同一端的下一个报文段之后、'wait C 2s' 客户端先不说话；可多次使用。"
            ).spoken, valueName: "what"))
    var interventions: [String] = []

    @Flag(
        name: .customShort("S"),
        help: .init(
            Text(
                en: "Real sequence numbers; shows that the ISN is random.", zh: "显示真实序号，并展示 ISN 是随机的。"
            ).spoken))
    var absolute = false

    @Option(
        name: .customShort("w"),
        help: .init(Text(en: "Keep the packets as pcapng.", zh: "把报文存为 pcapng 文件。").spoken, valueName: "file"),
        completion: .file())
    var capturePath: String?

    @Option(
        help: .init(
            Text(en: "The server's port; the next free one if it is taken.", zh: "服务端端口；被占用时用下一个空闲端口。").spoken))
    var port: UInt16 = 8080

    @OptionGroup var form: FormatOptions

    @OptionGroup var output: OutputOptions

    /// The number of further connections made with `-S`, to show more ISNs.
    private static let isnSamples = 3

    func validate() throws {
        try form.refuse(width: output.width)
        if port == 0 {
            throw ValidationError(Text(en: "--port takes 1 to 65535", zh: "--port 的范围是 1 到 65535").spoken)
        }
        _ = try DemoExperiment.plan(lose: lose, words: interventions)
        if play, !step {
            throw ValidationError(Text(en: "--play goes with --step", zh: "--play 要和 --step 一起用").spoken)
        }
        if predict, !step {
            throw ValidationError(Text(en: "--predict goes with --step", zh: "--predict 要和 --step 一起用").spoken)
        }
        if step, absolute || capturePath != nil || form.format != .text || !form.isPrinted {
            throw ValidationError(
                Text(
                    en: "--step is looked at here: without it, -w, -o, --json, --format and -S show the same run",
                    zh: "--step 只在终端上看；要用 -w、-o、--json、--format 或 -S，请去掉 --step"
                ).spoken)
        }
        if on == .loopback, step || !lose.isEmpty || !interventions.isEmpty {
            throw ValidationError(
                Text(
                    en: "nothing can be held or lost on the loopback: --step, --lose and --do go without --on loopback",
                    zh: "回环上无法扣住或丢弃报文：--step、--lose 和 --do 不能和 --on loopback 一起用"
                ).spoken)
        }
        if isCaptureOutput { try form.refuseBesidePackets() }
        if lose.contains(where: { $0 < 1 }) {
            throw ValidationError(Text(en: "--lose counts from 1", zh: "--lose 从 1 开始编号").spoken)
        }
    }

    func run() async throws {
        let canvas = output.canvas
        let privilege = try on.findPrivilege()
        if case .elsewhere(let status) = privilege { throw status }
        let experiment = try DemoExperiment(
            port: port, furtherConnections: absolute ? Self.isnSamples : 0,
            plan: DemoExperiment.plan(lose: lose, words: interventions))
        if step {
            return try goStepByStep(experiment, canvas)
        }
        switch try await experiment.run(on) {
        case .kernel(let record): try show(record, privilege, canvas)
        case .stack(let record): try show(record, experiment.plan, canvas)
        }
    }

    private func goStepByStep(_ experiment: DemoExperiment, _ canvas: Canvas) throws {
        var session = try StepSession(experiment.plan, asking: predict, canvas: canvas) { [on] plan, isCancelled in
            try experiment.stepped(on, plan, isCancelled)
        }
        session?.go(playing: play)
        // The alternate screen is left with the session; the score remains on the normal one.
        if !play, let score = session?.score { Screen.write(score) }
    }

    private func show(_ record: StackExperiment.Record, _ plan: WirePlan, _ canvas: Canvas) throws {
        let problem = save(record.story, from: "virtual", system: nil, canvas.language)
        switch form.format {
        case .json: try form.write(JSONDocument.text(StackDemoFacts(record)) + "\n")
        case .svg, .mermaid: try draw(DemoParts.scene(record.story), canvas)
        case .html: try write(Tutorial(record, opening: record.introduction), canvas)
        case .text where isCaptureOutput: break
        case .text:
            let page = StackDemoPage(
                record: record, absolute: absolute, plan: plan,
                capturePath: problem == nil ? capturePath : nil, canvas: canvas)
            Screen.write(page.lines())
        }
        if let problem { throw problem }
    }

    private func show(_ record: Experiment.Record, _ privilege: Privilege, _ canvas: Canvas) throws {
        let story = record.story
        let problem = story.flatMap {
            save(
                $0, from: record.place.isWire ? "wire" : "lo", system: KernelVersion.current.description,
                canvas.language)
        }
        switch form.format {
        case .json: try form.write(JSONDocument.text(DemoFacts(record, story: story)) + "\n")
        case .svg, .mermaid:
            guard let story else { throw Self.nothingToDraw(form.format) }
            try draw(DemoParts.scene(story, moments: record.sceneMoments(story)), canvas)
        case .html:
            if let story {
                try write(Tutorial(record, story, privilege), canvas)
            } else if let rehearsal = Self.rehearse(port) {
                let opening = record.introduction(nil, privilege) + [TutorialWords.noPackets]
                try write(Tutorial(rehearsal, opening: opening), canvas)
            }
        case .text where isCaptureOutput: break
        case .text:
            let page = DemoPage(
                record: record, story: story, rehearsal: story == nil ? Self.rehearse(port) : nil,
                privilege: privilege, absolute: absolute, capturePath: problem == nil ? capturePath : nil,
                canvas: canvas)
            Screen.write(page.lines())
        }
        if let problem { throw problem }
        if capturePath != nil, story == nil {
            throw Failure(
                .notPermitted, Text(en: "no packets to write: capture is not allowed here", zh: "没有报文可保存：这里不允许抓包"),
                next: Privilege.advice + [
                    Text(
                        en: "or on our own TCP:   tcplens demo --on stack -w \(capturePath ?? "")",
                        zh: "或在内置协议栈上：  tcplens demo --on stack -w \(capturePath ?? "")")
                ])
        }
    }

    /// Writes the scene as SVG or Mermaid.
    private func draw(_ scene: Scene, _ canvas: Canvas) throws {
        let document = SceneDocument(
            scene: scene, language: canvas.language, absolute: absolute, isBlank: form.blank, columns: output.width,
            silence: DemoParts.silence)
        if form.format == .svg {
            try form.write(document.svg)
        } else {
            try document.writeMermaid(form)
        }
    }

    private func write(_ tutorial: Tutorial, _ canvas: Canvas) throws {
        try form.write(
            tutorial.html(
                canvas.language, maker: TCPLens.maker, isBlank: form.blank, absoluteNumbers: absolute))
    }

    private static func nothingToDraw(_ format: FormatOptions.Format) -> Failure {
        Failure(
            .notPermitted, Text(en: "no packets to draw: capture is not allowed here", zh: "没有报文可画：这里不允许抓包"),
            next: Privilege.advice + [
                Text(
                    en: "or on our own TCP:   tcplens demo --on stack --format \(format.rawValue)",
                    zh: "或在内置协议栈上：  tcplens demo --on stack --format \(format.rawValue)")
            ])
    }

    /// Runs the experiment on our own TCP too, for a learner who cannot see the kernel's packets because capturing is
    /// not allowed.
    private static func rehearse(_ port: UInt16) -> StackExperiment.Record? {
        try? DemoExperiment(port: port, furtherConnections: 0, plan: WirePlan()).onStack()
    }

    /// Whether the packets are written to standard output, which the page would use otherwise.
    private var isCaptureOutput: Bool { capturePath == "-" }

    /// Writes the connection's packets, each with a comment that explains it, to the file named with `-w`, if any.
    ///
    /// - Returns: the failure where they could not be written, so that the page is shown nevertheless; otherwise `nil`.
    private func save(
        _ story: ConnectionStory, from interfaceName: String, system: String?, _ language: Language
    ) -> Failure? {
        guard let capturePath else { return nil }
        do throws(CaptureError) {
            try AnnotatedCapture(story, language).write(
                to: capturePath, interfaceName: interfaceName, system: system)
            return nil
        } catch {
            return Failure(writing: error)
        }
    }
}
