import Narration
import Scenes
import Stories
import TCPWire
import Tracking

/// A segment's header as a table with 32 bits in each row, as in RFC 9293.
struct HeaderTable {
    let step: ConnectionStory.Step

    /// The fields that matter in the handshake; they are highlighted.
    private static let marked: Set = ["Sequence Number", "Acknowledgment Number", "SYN", "ACK"]
    private static let flags: Set = ["AE", "CWR", "ECE", "URG", "ACK", "PSH", "RST", "SYN", "FIN"]

    var html: HTML {
        let octets = Array(step.headerOctets)
        guard let layer = HeaderReport(bareTCP: octets).layers.last else { return "" }
        let titles = Dictionary(PageData.layout.map { ($0.field.name, $0.title) }) { first, _ in first }
        var rows: [HTML] = []
        var cells: [HTML] = []
        var bits = 0
        for field in layer.fields where field.bitOffset < 160 {
            let isFlag = Self.flags.contains(field.name)
            let name = titles[field.name] ?? Text(verbatim: field.name)
            let style = (isFlag ? "flag" : "field") + (Self.marked.contains(field.name) ? " marked" : "")
            cells.append(
                "<td colspan=\"\(field.bitWidth)\" class=\"\(style)\"><span>\(name)</span> <b>\(Self.value(field))</b></td>"
            )
            bits += field.bitWidth
            if bits % 32 == 0 {
                rows.append("<tr>\(cells.joined())</tr>\n")
                cells = []
            }
        }
        let options = layer.options.map(\.option).filter { $0 != .noOperation && $0 != .endOfOptions }
        if !options.isEmpty {
            rows.append(
                "<tr><td colspan=\"32\" class=\"field\"><span>\(PageWords.options)</span> \(options.map(\.description).joined(separator: ", "))</td></tr>\n"
            )
        }
        let ruler = (0..<32).map { "<col class=\"bit\(String($0 % 8 == 0 ? 8 : 1))\">" as HTML }.joined()
        let title = TutorialWords.figure(
            step.segment.number, flags: step.segment.header.flags.description)
        return HTML.frame(
            "header-of-\(step.segment.rowName)", "<colgroup>\(ruler)</colgroup><tbody>\n\(rows.joined())</tbody>",
            class: "bits", title: "\(title)", isTitled: true)
    }

    /// Whether the field's value is usually written in hexadecimal, and not in decimal.
    static func isHexadecimal(_ field: HeaderReport.Field) -> Bool { field.name == "Checksum" }

    private static func value(_ field: HeaderReport.Field) -> HTML {
        let number = UInt64(truncatingIfNeeded: field.value)
        guard isHexadecimal(field) else { return "\(number)" }
        return "0x\(number.hexadecimal(digits: field.bitWidth / 4))"
    }

    /// The nine control bits of a segment, as nine boxes.
    static func flags(of step: ConnectionStory.Step) -> HTML {
        let report = HeaderReport(bareTCP: Array(step.headerOctets))
        let boxes = (report.layers.last?.fields ?? []).filter { flags.contains($0.name) }.map { field -> HTML in
            let isSet = field.value == 1
            return
                "<li class=\"\(isSet ? "set" : "unset")\"><span>\(field.name)</span> <b>\(isSet ? 1 : 0)</b></li>"
        }
        return "<ul class=\"flags\">\(boxes.joined())</ul>"
    }
}
