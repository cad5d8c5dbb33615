import FlatMemory
import Stories
import TCPWire
import Tracking

/// The three headers of a handshake side by side, field by field.
extension Handshake {
    /// A field, and its value in each of the three headers.
    public struct Row: Sendable {
        /// The field's name; indented if its value is derived from the field above.
        public let name: Text
        /// The field's value in SYN, SYN-ACK and ACK; `-` if the segment has none.
        public let values: [String]
    }

    /// All fields, in the header's order.
    public var rows: [Row] {
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
            row(Text(en: "Flags", zh: "控制位")) { "\($0.segment.header.flags)" },
            row(Text(en: "Window", zh: "窗口")) { "\($0.segment.header.window)" },
            row(Text(en: "  in bytes", zh: "  折合字节")) { "\(windowBytes($0))" },
            row(Text(en: "Checksum", zh: "校验和")) { checksum($0) },
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

    private func checksum(_ step: ConnectionStory.Step) -> String {
        let digits = String(step.segment.header.checksum, radix: 16)
        return "0x" + String(repeating: "0", count: 4 - digits.count) + digits + (hasUnfilledChecksum(step) ? "*" : "")
    }
}

extension Handshake.Check {
    /// The rule for the sequence and acknowledgment numbers.
    public var text: Text {
        let numbers =
            "#\(answer.segment.number).ack \(answer.segment.header.acknowledgment) = "
            + "#\(question.segment.number).seq \(question.segment.header.sequence) + 1"
        return Text(
            en: "\(numbers)   \(holds ? "holds" : "DOES NOT HOLD")", zh: "\(numbers)   \(holds ? "成立" : "不成立")")
    }
}
