import CaptureFile
import FlatMemory
import Lab
import LinuxKernel
import Measures
import Narration
import Pictures
import Scenes
import Stories
import TCPState
import TCPWire
import Tracking

/// The result of a dial as a page of text: the ladder, the outcome, and what to try next.
struct DialPage {
    let result: DialResult
    let host: String
    let port: UInt16
    let absolute: Bool
    let wait: Double?
    let canvas: Canvas

    private var language: Language { canvas.language }
    private var dial: DialStory { result.dial }

    func lines() -> [String] {
        var lines = picture()
        if result.story == nil { lines += steps() }
        lines += Paragraph(canvas: canvas).lines(verdict(language), hanging: 4)
        if !dial.answer.isEmpty, !result.wasConversation { lines += answer() }
        for complaint in result.complaints.prefix(3) {
            lines += Paragraph(canvas: canvas).lines(DialWords.complaint(complaint)(language), hanging: 4)
        }
        for advice in DialWords.next(result, host: host, port: port) {
            lines += Paragraph(canvas: canvas).lines(advice(language), first: "  ", hanging: 4)
        }
        // Where the name was not found no packets were sent, so that advice on capturing them is useless.
        if !result.wasCaptured, connecting != nil { lines += Privilege.advice.map { $0(language) } }
        return lines
    }

    private func picture() -> [String] {
        guard let story = result.story else { return [] }
        let scene = Scene(
            story: story, title: Text(verbatim: "dial \(EndpointArgument.text(Printable.text(host), port))"),
            keepsPayload: true)
        return Ladder(canvas: canvas, legend: .letters, absoluteNumbers: absolute).lines(scene)
    }

    // MARK: Without packets

    private func steps() -> [String] {
        guard let start = dial.steps.first?.time else { return [] }
        var table = TableText(
            [
                TableText.Column(Text(verbatim: "ms"), .right, importance: 9),
                TableText.Column(Text(en: "step", zh: "步骤"), importance: 8, minimum: 20),
                TableText.Column(Text(en: "kernel", zh: "内核状态"), importance: 7, minimum: 10),
            ], canvas: canvas)
        for (index, step) in dial.steps.prefix(40).enumerated() {
            guard let text = DialWords.step(step) else { continue }
            // The kernel was asked for its state right after each step, so the last observation before the next step
            // belongs to this one.
            let next = index + 1 < dial.steps.count ? dial.steps[index + 1].time : nil
            let state = result.observations.last { observation in next.map { observation.time < $0 } ?? true }?.state
                .name
            table.add([
                String(step.time.nanoseconds(since: start), unit: 1_000_000, decimals: 3), text(language),
                step.kind.isAfterConnecting ? state ?? "-" : "-",
            ])
        }
        return table.lines()
    }

    // MARK: The verdict

    private var connecting: Timestamp? {
        dial.steps.last { if case .connecting = $0.kind { true } else { false } }?.time
    }

    private var established: Timestamp? { dial.steps.first { $0.kind.isEstablished }?.time }

    /// The outcome in one sentence.
    var verdict: Text {
        let wire = result.story.map(WireTimes.init)
        let took = wire?.handshake.map(milliseconds) ?? zip(connecting, established).map { milliseconds($0, $1) }
        let lasted = zip(connecting, dial.steps.last?.time).map { seconds($0, $1) } ?? "0"
        let remote = dial.remote.map { "\($0)" } ?? EndpointArgument.text(Printable.text(host), port)
        if result.isNeighbourSilent { return DialWords.silentNeighbour(remote: remote, after: lasted) }
        guard dial.outcome == .established || dial.outcome == .resetAfterEstablished else {
            return DialWords.failure(dial.outcome, remote: remote, host: Printable.text(host), after: lasted)
        }
        let sent = dial.steps.last { if case .sent = $0.kind { true } else { false } }?.time ?? established
        let heard = dial.steps.first { if case .received = $0.kind { true } else { false } }?.time
        let details = [
            took.map { Text(en: "established in \($0) ms", zh: "建立连接用时 \($0) ms") },
            (wire?.answer.map(milliseconds) ?? zip(sent, heard).map { milliseconds($0, $1) }).map {
                Text(en: "first byte after \($0) ms", zh: "\($0) ms 后收到首字节")
            },
            result.info.map(DialWords.options),
        ].compactMap { $0 }
        return DialWords.verdict(dial.outcome, details, sent: dial.octetsSent, received: dial.octetsReceived)
    }

    private func answer() -> [String] {
        let shown = Printable.bytes(dial.answer, limit: 1000)
        return Paragraph(canvas: canvas).lines(
            Text(en: "answer: \"\(shown)\"", zh: "应答：\"\(shown)\"")(language), hanging: 8)
    }

    private func milliseconds(_ start: Timestamp, _ end: Timestamp) -> String {
        String(end.nanoseconds(since: start), unit: 1_000_000, decimals: 3)
    }

    private func milliseconds(_ nanoseconds: Int64) -> String { String(nanoseconds, unit: 1_000_000, decimals: 3) }

    private func seconds(_ start: Timestamp, _ end: Timestamp) -> String {
        String(end.nanoseconds(since: start), unit: 1_000_000_000, decimals: 1)
    }
}

extension DialStep.Kind {
    var isEstablished: Bool { if case .established = self { true } else { false } }

    fileprivate var isAfterConnecting: Bool {
        switch self {
        case .resolved, .connecting, .failed: false
        default: true
        }
    }
}

/// Both values; `nil` where one of them is missing.
private func zip<First, Second>(_ first: First?, _ second: Second?) -> (First, Second)? {
    guard let first, let second else { return nil }
    return (first, second)
}

/// Durations on the wire, in nanoseconds, computed from the timestamps of the captured packets.
struct WireTimes {
    /// From the last SYN before the SYN,ACK to that SYN,ACK.
    private(set) var handshake: Int64?
    /// From the client's last data, or from the SYN,ACK where the client has sent none, to the server's first data.
    private(set) var answer: Int64?

    init(_ story: ConnectionStory) {
        var asked: Timestamp?
        for step in story.steps {
            let (flags, time) = (step.segment.header.flags, step.segment.time)
            let hasData = step.segment.header.payloadLength > 0
            if step.sender == .client {
                if flags.contains(.syn) || hasData && answer == nil { asked = time }
                continue
            }
            guard let start = asked else { continue }
            if flags.contains(.syn), handshake == nil {
                handshake = time.nanoseconds(since: start)
                asked = time
            } else if hasData, answer == nil {
                answer = time.nanoseconds(since: start)
            }
        }
    }
}
