import Narration
import Pictures
import Scenes
import TCPWire

/// A header report as text: the fields of each layer in a line or two, the TCP header in the diagram of RFC 9293.
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
                if segment.optionsTruncated {
                    let cut = HeaderWords.cutOff(layer.kind, have: layer.range.count, need: layer.length)
                    lines += paragraph(cut(canvas.language))
                }
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
            en: "\(layer.kind.title.english)  (bytes \(first)-\(last))",
            zh: "\(layer.kind.title.chinese)（第 \(first)-\(last) 字节）")
        return Paragraph(canvas: canvas).lines(text(canvas.language), hanging: 2)
    }

    private func fields(_ layer: HeaderReport.Layer) -> [String] {
        guard !layer.fields.isEmpty else { return [] }
        let shown = layer.fields.map { field in
            let isSum = field.name.hasSuffix("Checksum") && field.bitWidth == 16
            let number = isSum ? "0x" + ChecksumVerdict.hex(UInt16(clamping: field.value)) : String(field.value)
            let value = field.meaningText?(canvas.language) ?? number
            return "\(field.title(canvas.language)) \(Printable.text(value))"
        }
        return listed(shown, separator: canvas.glyphs == .ascii ? "," : " ·")
    }

    /// Breaks the list into lines only between items, so that a name and its value stay together.
    private func listed(_ items: [String], separator: String) -> [String] {
        var lines: [String] = []
        for (place, item) in items.enumerated() {
            let text = place + 1 < items.count ? item + separator : item
            let joined = lines.last.map { $0 + " " + text }
            if let joined, canvas.measure(joined) <= canvas.width {
                lines[lines.count - 1] = joined
            } else {
                // An item that is wider than a line is broken like other text.
                lines += Paragraph(canvas: canvas).lines(text, first: lines.isEmpty ? "  " : "    ", hanging: 4)
            }
        }
        return lines
    }

    private func options(_ layer: HeaderReport.Layer) -> [String] {
        guard !layer.options.isEmpty else { return [] }
        let list = layer.options.map(\.option.description)
        return paragraph(
            Text(
                en: "options: \(list.joined(separator: ", "))", zh: "选项：\(list.joined(separator: "、"))"
            )(canvas.language))
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
