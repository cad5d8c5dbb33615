import Lab
import LinuxKernel
import Narration
import PacketScript
import Pictures
import Scenes
import Stories
import TCPWire
import Tracking

/// The result of a script as text: one line; for a script that failed, also what was expected, what happened instead,
/// and the steps up to the failure.
struct ScriptPage {
    let result: ScriptRun
    let host: HostKind
    let canvas: Canvas
    let showsSteps: Bool
    let showsLadder: Bool

    /// The largest number of steps that are shown: the last ones.
    private static let mostSteps = 60

    func lines() -> [String] {
        switch result.outcome {
        case .unread(.empty):
            return wrapped(headline(Text(en: "EMPTY", zh: "空脚本"), ScriptFile.Problem.empty.text))
        case .unread(.missing(let error)):
            return wrapped(headline(Text(en: "NO FILE", zh: "无此文件"), ScriptFile.Problem.missing(error).text))
        case .unread(.wrong(let error)):
            let word = error.isUnsupported ? Self.unsupported : Text(en: "SYNTAX", zh: "语法错误")
            let place = Text(
                en: "line \(error.line), column \(error.column): \(error.kind.text.english)",
                zh: "第 \(error.line) 行第 \(error.column) 列：\(error.kind.text.chinese)")
            return wrapped(headline(word, place))
        case .ran(let report):
            guard let failure = report.failure else {
                let seconds = ScriptTimeText.seconds(report.duration)
                let counts = Text(
                    en: "\(counted(report.steps.count, "step")), \(seconds) s",
                    zh: "\(report.steps.count) 步，\(seconds) 秒")
                return [headline(Text(en: "ok", zh: "通过"), counts)] + (showsSteps ? steps(report) : [])
                    + (showsLadder ? result.stories.flatMap(ladder) : [])
            }
            return lines(failure, report)
        }
    }

    private static let unsupported = Text(en: "CANNOT", zh: "不支持")

    /// The first line of a result. The line of a script that was run must not be wrapped, because other programs rely
    /// on one line for each script.
    private func headline(_ word: Text, _ rest: Text) -> String {
        let widest = canvas.language == .english ? 7 : 8
        let start = canvas.measure.pad(word(canvas.language), to: widest) + " " + Printable.text(result.path)
        return "\(start)  \(Printable.text(rest(canvas.language)))"
    }

    private func wrapped(_ headline: String) -> [String] { Paragraph(canvas: canvas).lines(headline, hanging: 8) }

    private func lines(_ failure: ScriptFailure, _ report: ScriptReport) -> [String] {
        let word = failure.isUnsupported ? Self.unsupported : Text(en: "FAILED", zh: "失败")
        let place = Text(
            en: "line \(failure.line), after \(ScriptTimeText.seconds(failure.time)) s",
            zh: "第 \(failure.line) 行，\(ScriptTimeText.seconds(failure.time)) 秒时")
        var lines = [headline(word, place)]
        lines += entry(Text(en: "the script", zh: "脚本"), Printable.text(failure.text))
        for (title, text) in failure.reason.entries { lines += entry(title, Printable.text(text(canvas.language))) }
        return lines + steps(report) + laddersSoFar()
    }

    // MARK: Ladders

    /// The ladders of a script that failed: of the connection with the last packet, or of all connections where
    /// `showsLadder` is set.
    private func laddersSoFar() -> [String] {
        let latest = result.stories.max { ($0.steps.last?.segment.number ?? 0) < ($1.steps.last?.segment.number ?? 0) }
        let shown = showsLadder ? result.stories : [latest].compactMap { $0 }
        guard !shown.isEmpty else { return [] }
        return [Text(en: "  the ladder so far:", zh: "  至此的时序图：")(canvas.language)] + shown.flatMap(ladder)
    }

    private func ladder(_ story: ConnectionStory) -> [String] {
        let isServer = story.server.address == result.host
        let host = self.host == .stack ? Text(en: "our own TCP", zh: "内置协议栈") : Text(en: "the kernel", zh: "内核")
        let (own, other) = isServer ? ("S", "C") : ("C", "S")
        let title = Text(
            en: "\(own) is \(host.english), \(other) the script", zh: "\(own) 是\(host.chinese)，\(other) 是脚本")
        return Ladder(canvas: canvas, legend: .letters).lines(Scene(story: story, title: title))
    }

    // MARK: Text

    /// An entry about a failure, its text after its title: `  expected    P. 1:11(10) ack 1`.
    private func entry(_ title: Text, _ text: String) -> [String] {
        let start = canvas.measure.pad("  " + title(canvas.language), to: 14)
        return Paragraph(canvas: canvas).lines(text, first: start, hanging: 14)
    }

    private func steps(_ report: ScriptReport) -> [String] {
        guard !report.steps.isEmpty else { return [] }
        let shown = report.steps.suffix(Self.mostSteps)
        let left = report.steps.count - shown.count
        var lines = [Text(en: "  seconds, line, what happened:", zh: "  秒数、行号、经过：")(canvas.language)]
        if left > 0 {
            lines.append(
                Text(en: "  ... \(counted(left, "step")) before", zh: "  ……此前还有 \(left) 步")(canvas.language))
        }
        for step in shown {
            let time = ScriptTimeText.seconds(step.time)
            let line = step.line.map { "\($0)" } ?? "-"
            let start = Self.left(time, 10) + Self.left(line, 6) + "  " + step.kind.mark + " "
            lines += Paragraph(canvas: canvas).lines(Printable.text(step.text), first: start)
        }
        return lines
    }

    private static func left(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// The last line of a run of several scripts.
    static func summary(_ verdicts: [ScriptVerdict], _ language: Language) -> String {
        let passed = verdicts.count { $0 == .passed }
        let failed = verdicts.count { $0 == .failed }
        let other = verdicts.count - passed - failed
        var text = Text(
            en: "\(passed) of \(counted(verdicts.count, "script")) passed, \(failed) failed",
            zh: "\(verdicts.count) 个脚本：\(passed) 个通过，\(failed) 个失败")(language)
        if other > 0 { text += Text(en: ", \(other) not run", zh: "，\(other) 个未运行")(language) }
        return text
    }
}

extension ScriptStep.Kind {
    /// The mark of a step, as packet scripts write it: `<` for a packet received, `>` for a packet sent.
    fileprivate var mark: String {
        switch self {
        case .received: "<"
        case .sent: ">"
        case .unexpected: "> (?)"
        case .call: " "
        case .setting: "`"
        case .left: "` (-)"
        case .assertion: "%"
        case .broken: "!"
        }
    }
}
