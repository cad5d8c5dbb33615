import FlatMemory
import Narration
import Stories
import TCPWire
import Tracking

/// The three segments of a handshake side by side: their headers field by field, and the rule that ties their numbers.
struct Handshake {
    struct Row {
        let name: Text
        let values: [String]
    }

    let steps: [ConnectionStory.Step]

    /// `nil` where the three are not all there.
    init?(_ story: ConnectionStory) {
        let kinds: [ConnectionStory.Kind] = [.syn, .synAck, .handshakeAck]
        // Those that did what they were for: of one that was lost, none of the others' options tell.
        let found = kinds.compactMap { kind in
            story.steps.first { $0.kind == kind && $0.fate == .arrived } ?? story.steps.first { $0.kind == kind }
        }
        guard found.count == kinds.count else { return nil }
        steps = found
    }

    var rows: [Row] {
        [
            row(Text(en: "Source port", zh: "源端口")) { "\($0.segment.header.sourcePort)" },
            row(Text(en: "Destination port", zh: "目的端口")) { "\($0.segment.header.destinationPort)" },
            row(Text(en: "Sequence number", zh: "序号")) { "\($0.segment.header.sequence)" },
            row(Text(en: "  relative", zh: "  相对序号")) { "\($0.sequence.value)" },
            row(Text(en: "Acknowledgment number", zh: "确认号")) { "\($0.segment.header.acknowledgment)" },
            row(Text(en: "  relative", zh: "  相对确认号")) { $0.acknowledgment.map { "\($0.value)" } ?? "-" },
            row(Text(en: "Data offset", zh: "数据偏移")) {
                let length = $0.segment.header.headerLength
                return "\(length / 4) (\(length) B)"
            },
            row(Text(en: "Flags", zh: "标志位")) { "\($0.segment.header.flags)" },
            row(Text(en: "Window", zh: "窗口")) { "\($0.segment.header.window)" },
            row(Text(en: "  in bytes", zh: "  折合字节")) { "\(windowBytes($0))" },
            row(Text(en: "Checksum", zh: "校验和")) { checksum($0.segment) },
            row(Text(en: "Urgent pointer", zh: "紧急指针")) { "\($0.segment.header.urgentPointer)" },
            row(Text(en: "Option MSS", zh: "选项 MSS")) {
                option($0) { if case .maximumSegmentSize(let size) = $0 { "\(size)" } else { nil } }
            },
            row(Text(en: "Option SACK-Permitted", zh: "选项 SACK-Permitted")) {
                option($0) { $0 == .sackPermitted ? "+" : nil }
            },
            row(Text(en: "Option TSval", zh: "选项 TSval")) {
                option($0) { if case .timestamps(let stamps) = $0 { "\(stamps.value)" } else { nil } }
            },
            row(Text(en: "Option TSecr", zh: "选项 TSecr")) {
                option($0) { if case .timestamps(let stamps) = $0 { "\(stamps.echoReply)" } else { nil } }
            },
            row(Text(en: "Option WScale", zh: "选项 WScale")) {
                option($0) { if case .windowScale(let shift) = $0 { "\(shift)" } else { nil } }
            },
        ]
    }

    /// `ack = seq + 1` on these very numbers.
    var rules: [Text] {
        [check(answer: steps[1], to: steps[0]), check(answer: steps[2], to: steps[1])]
    }

    private func check(answer: ConnectionStory.Step, to question: ConnectionStory.Step) -> Text {
        let acknowledgment = answer.segment.header.acknowledgment
        let sequence = question.segment.header.sequence
        let holds = acknowledgment == sequence &+ 1
        return Text(
            en:
                "#\(answer.segment.number).ack \(acknowledgment) = #\(question.segment.number).seq \(sequence) + 1   \(holds ? "holds" : "DOES NOT HOLD")",
            zh:
                "#\(answer.segment.number).ack \(acknowledgment) = #\(question.segment.number).seq \(sequence) + 1   \(holds ? "成立" : "不成立")"
        )
    }

    private func row(_ name: Text, _ value: (ConnectionStory.Step) -> String) -> Row {
        Row(name: name, values: steps.map(value))
    }

    private func option(_ step: ConnectionStory.Step, _ value: (TCPOption) -> String?) -> String {
        var cursor = TCPOptionCursor(step.segment.header)
        while let option = cursor.next(in: step.segment.frame.octets) {
            if let text = value(option) { return text }
        }
        return "-"
    }

    /// The window field counts units of 2 to the power of the scale that its sender offered, except in a SYN, and only
    /// where both ends offered one (RFC 7323 2.2).
    private func windowBytes(_ step: ConnectionStory.Step) -> Int {
        let window = Int(step.segment.header.window)
        guard !step.segment.header.flags.contains(.syn) else { return window }
        let scales = steps.prefix(2).map { $0.segment.header.synOptions(in: $0.segment.frame.octets).windowScale }
        guard let own = scales[0], scales[1] != nil else { return window }
        return window << min(Int(own), 14)
    }

    /// Whether a checksum holds only the pseudo-header's sum, as on a loopback, where nobody fills it in.
    var hasUnfilledChecksum: Bool {
        steps.contains { if case .partial = verdict($0.segment) { true } else { false } }
    }

    private func verdict(_ segment: StoredSegment) -> ChecksumVerdict {
        TCPChecksum.verify(segment.header, in: segment.frame.octets)
    }

    private func checksum(_ segment: StoredSegment) -> String {
        let digits = String(segment.header.checksum, radix: 16)
        let mark = if case .partial = verdict(segment) { "*" } else { "" }
        return "0x" + String(repeating: "0", count: 4 - digits.count) + digits + mark
    }
}
