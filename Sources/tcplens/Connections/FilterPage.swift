import Narration
import Pictures
import Queries
import Scenes

/// `tcplens help filter`: the filter language of `-Y` and the fields of `-e`, generated from the filter's own tables of
/// fields.
struct FilterPage {
    let canvas: Canvas

    /// The topic's name on the command line, after `help`.
    static let topic = "filter"

    func lines() -> [String] {
        paragraph(Self.title) + section(Text(en: "Examples", zh: "示例")) + Self.examples.map { "  " + $0 }
            + section(Text(en: "Signs", zh: "运算符")) + Self.signs.flatMap(row)
            + section(Text(en: "Fields that cost nothing", zh: "不增加开销的字段"))
            + fields { !$0.needsMeasures }
            + section(Text(en: "Fields for which every segment is measured", zh: "需逐段测量的字段"))
            + fields { $0.needsMeasures }
    }

    private static let title = Text(
        en: "tcplens help filter: what connections -Y takes, in Wireshark's spelling; -e takes the fields as columns.",
        zh: "tcplens help filter：connections -Y 的写法（同 Wireshark）；-e 可把字段用作列。")

    private static let examples = [
        "tcplens connections capture.pcap -Y 'tcp.port==443 && rtt>50ms'",
        "tcplens connections capture.pcap -Y 'ip.addr==10.0.0.0/8 && !tcp.flags.fin'",
        "tcplens connections capture.pcap -Y 'server.port in {80, 443, 8000..8100}'",
        "tcplens connections capture.pcap -e client -e server -e retransmitted",
    ]

    private static let signs: [(String, Text)] = [
        (
            "== != < <= > >=",
            Text(
                en: "compared with one of the field's values; != is equal to none (eq ne lt le gt ge)",
                zh: "与字段的某个值比较；!= 表示与任何值都不等（eq ne lt le gt ge）")
        ),
        ("in {80, 8000..8100}", Text(en: "one of a set", zh: "属于某个集合")),
        ("contains", Text(en: "the text holds this piece", zh: "文本包含此片段")),
        ("&& || ! ( )", Text(en: "and, or, not; ! binds closest", zh: "与、或、非；! 优先级最高")),
        (
            "trouble",
            Text(
                en: "a field alone: there is such a thing, or more than none", zh: "单独写字段：有此内容，或计数大于零")
        ),
    ]

    private func fields(_ isWanted: (FilterField) -> Bool) -> [String] {
        FilterFieldGroup.all.flatMap { group -> [String] in
            guard let field = group.names.first.flatMap(FilterField.named), isWanted(field) else { return [] }
            var text = group.text(canvas.language)
            text += Text(en: "; ", zh: "；")(canvas.language)
            if field.words.isEmpty {
                text += field.kind.text(canvas.language)
            } else {
                text += Text(en: "one of: ", zh: "取值：")(canvas.language) + field.words.joined(separator: " ")
            }
            return Paragraph(canvas: canvas).lines(group.names.joined(separator: " "), first: "  ", hanging: 2)
                + Paragraph(canvas: canvas).lines(text, first: "      ")
        }
    }

    private func row(_ sign: String, _ text: Text) -> [String] {
        Paragraph(canvas: canvas).lines(text(canvas.language), first: "  " + canvas.measure.pad(sign, to: 21))
    }

    private func section(_ title: Text) -> [String] {
        ["", title(canvas.language) + Text(en: ":", zh: "：")(canvas.language)]
    }

    private func paragraph(_ text: Text) -> [String] {
        Paragraph(canvas: canvas).lines(text(canvas.language), hanging: 2)
    }
}
