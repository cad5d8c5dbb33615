import Narration
import Pictures
import Scenes
import TCPWire

/// A header report as people read it: each layer's fields in a line or two, TCP's as RFC 9293 draws them.
struct HeaderText {
    let report: HeaderReport
    let frame: [UInt8]
    let canvas: Canvas

    init(_ report: HeaderReport, frame: [UInt8], canvas: Canvas) {
        self.report = report
        self.frame = frame
        self.canvas = canvas
    }

    func lines() -> [String] {
        var lines: [String] = []
        for layer in report.layers {
            lines += heading(layer)
            if layer.kind == .tcp, let segment = report.segment {
                lines += HeaderDiagram(canvas: canvas).lines(HeaderDiagram.Values(segment, in: frame))
                lines += options(layer)
                if segment.payloadLength > 0 { lines += payload(segment) }
            } else {
                lines += fields(layer)
            }
            if let verdict = layer.checksum { lines += paragraph(verdict.text(layer.kind)(canvas.language)) }
        }
        return lines
    }

    private func heading(_ layer: HeaderReport.Layer) -> [String] {
        let (first, last) = (layer.range.lowerBound, max(layer.range.lowerBound, layer.range.upperBound - 1))
        let text = Text(
            en: "\(layer.kind.name)  (bytes \(first)-\(last))", zh: "\(layer.kind.name)  （第 \(first)-\(last) 字节）")
        return Paragraph(canvas: canvas).lines(text(canvas.language), hanging: 2)
    }

    private func fields(_ layer: HeaderReport.Layer) -> [String] {
        guard !layer.fields.isEmpty else { return [] }
        let shown = layer.fields.map { field in
            let isSum = field.name.hasSuffix("Checksum") && field.bitWidth == 16
            let number = isSum ? "0x" + ChecksumVerdict.hex(UInt16(clamping: field.value)) : String(field.value)
            return "\(field.name) \(Printable.text(field.meaning ?? number))"
        }
        return paragraph(shown.joined(separator: canvas.glyphs == .ascii ? ", " : " · "))
    }

    private func options(_ layer: HeaderReport.Layer) -> [String] {
        guard !layer.options.isEmpty else { return [] }
        let list = layer.options.map(\.option.description).joined(separator: ", ")
        return paragraph(Text(en: "options: \(list)", zh: "选项：\(list)")(canvas.language))
    }

    private func payload(_ segment: SegmentHeader) -> [String] {
        let start = Int(segment.tcpOffset) + Int(segment.headerLength)
        guard start < frame.count else { return [] }
        let bytes = frame[start..<min(frame.count, start + Int(segment.capturedPayloadLength))]
        let shown = Printable.bytes(bytes, limit: 48)
        return paragraph(
            Text(
                en: "payload: \(counted(segment.payloadLength, "byte"))  \"\(shown)\"",
                zh: "载荷：\(segment.payloadLength) 字节  \"\(shown)\"")(canvas.language))
    }

    private func paragraph(_ text: String) -> [String] {
        Paragraph(canvas: canvas).lines(text, first: "  ", hanging: 4)
    }
}

extension ChecksumVerdict {
    func text(_ layer: HeaderLayer) -> Text {
        switch self {
        case .correct: Text(en: "checksum: correct", zh: "校验和：正确")
        case .wrong(let expected):
            Text(en: "checksum: WRONG, should be 0x\(Self.hex(expected))", zh: "校验和：错误，应为 0x\(Self.hex(expected))")
        case .partial(let expected):
            Text(
                en:
                    "checksum: only the pseudo-header's sum: captured before the network card filled it in (0x\(Self.hex(expected)))",
                zh: "校验和：只有伪首部之和——抓包点在网卡填写校验和之前（应为 0x\(Self.hex(expected))）")
        case .zero(let expected):
            Text(
                en: "checksum: 0, not filled in (would be 0x\(Self.hex(expected)))",
                zh: "校验和：为 0，未填写（应为 0x\(Self.hex(expected))）")
        case .cannotVerify:
            Text(en: "checksum: cannot be verified, not all bytes were captured", zh: "校验和：报文不完整，无法验证")
        }
    }

    static func hex(_ value: UInt16) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}

extension HeaderReport {
    /// Why there is no TCP header to show.
    func stopText(_ language: Language) -> String {
        if verdict == .quotedSegment {
            return Text(en: "an ICMP error that quotes a TCP segment", zh: "这是引用了 TCP 报文段的 ICMP 差错报文")(language)
        }
        return switch stop {
        case .truncated(let layer, let have, let need):
            Text(
                en: "cut off: \(have) of \(need) bytes of the \(layer.name) header",
                zh: "被截断：\(layer.name) 首部需要 \(need) 字节，只有 \(have) 字节")(language)
        case .invalid(let layer, let field, let value):
            Text(
                en: "not a valid \(layer.name) header: \(field) is \(value)",
                zh: "\(layer.name) 首部无效：\(field) 为 \(value)")(language)
        case .laterFragment:
            Text(
                en: "a later IP fragment: the TCP header is in the first", zh: "这是后续 IP 分片，TCP 首部在第一个分片里")(language)
        case .shortFragment:
            Text(
                en: "a first IP fragment too short to hold the TCP header", zh: "第一个 IP 分片太短，装不下 TCP 首部")(language)
        case .otherEtherType(let type):
            Text(
                en: "not IP: EtherType 0x\(ChecksumVerdict.hex(type))\(nameOf("EtherType"))",
                zh: "不是 IP：EtherType 0x\(ChecksumVerdict.hex(type))\(nameOf("EtherType"))")(language)
        case .otherProtocol(let number):
            Text(
                en: "not TCP: IP protocol \(number)\(nameOf("Protocol", "Next Header"))",
                zh: "不是 TCP：IP 协议号 \(number)\(nameOf("Protocol", "Next Header"))")(language)
        case .otherPPPProtocol(let number):
            Text(
                en: "not IP: PPP protocol 0x\(String(number, radix: 16))",
                zh: "不是 IP：PPP 协议 0x\(String(number, radix: 16))")(
                    language)
        case .otherFamily(let family):
            Text(en: "not IP: address family \(family)", zh: "不是 IP：地址族 \(family)")(language)
        case .otherLinkType(let link):
            Text(
                en: "link type \(link.rawValue)\(link.name.map { " (\($0))" } ?? "") is not read",
                zh: "不支持链路类型 \(link.rawValue)\(link.name.map { "（\($0)）" } ?? "")")(language)
        case .otherNetworkProtocol(let number):
            Text(
                en: "not IP: network layer protocol identifier 0x\(String(number, radix: 16))",
                zh: "不是 IP：网络层协议标识 0x\(String(number, radix: 16))")(language)
        case .laterPart(let layer):
            Text(
                en: "a later part of what \(layer.name) divided: the TCP header is in the first",
                zh: "这是 \(layer.name) 分段的后续部分，TCP 首部在第一段里")(language)
        case .concealed(let layer):
            Text(
                en: "what is behind the \(layer.name) header is encrypted or compressed",
                zh: "\(layer.name) 首部之后的内容已加密或压缩")(language)
        case .noPacket(let layer, let field, let value):
            Text(
                en: "the \(layer.name) header carries no packet that is read: \(field) is \(value)",
                zh: "\(layer.name) 首部之后没有可解析的报文：\(field) 为 \(value)")(language)
        case .tooDeep:
            Text(en: "too many headers inside each other", zh: "首部嵌套过深")(language)
        case nil:
            Text(en: "no TCP header here", zh: "这里没有 TCP 首部")(language)
        }
    }

    /// ` (UDP)`: what the last of these fields is called.
    private func nameOf(_ fields: String...) -> String {
        let field = layers.lazy.flatMap(\.fields).filter { fields.contains($0.name) }.last
        return field?.meaning.map { " (\($0))" } ?? ""
    }
}
