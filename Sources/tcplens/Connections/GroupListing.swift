import Documents
import Narration
import Pictures
import Queries
import Scenes
import Tracking

/// Writes groups of connections in the chosen format.
struct GroupListing {
    let key: GroupKey
    let format: ConnectionsCommand.Format
    let canvas: Canvas

    func write(_ groups: ArraySlice<ConnectionGroup>, file: String?) throws {
        switch format {
        case .table, .zeek:
            let table = table(groups)
            Screen.write(table.lines() + table.roomNote(canvas))
        case .tsv:
            for group in groups { Screen.write(GroupFacts(group, by: key, file: file.map(Printable.text)).row) }
        case .json:
            for group in groups { Screen.write(try JSONDocument.line(GroupFacts(group, by: key, file: file))) }
        }
    }

    private func table(_ groups: ArraySlice<ConnectionGroup>) -> TableText {
        let isNumber = key == .port
        // A column of numbers is shown in full, with its heading, or hidden.
        func count(_ header: Text, importance: Int) -> TableText.Column {
            TableText.Column(header, .right, importance: importance, minimum: .max)
        }
        var table = TableText(
            [
                TableText.Column(key.text, isNumber ? .right : .left, importance: 5, minimum: 12),
                count(Text(en: "connections", zh: "连接"), importance: 4),
                count(Text(en: "troubled", zh: "有异常"), importance: 3),
                TableText.Column(
                    Text(en: "the worst", zh: "最严重的"), importance: 2, minimum: 12, manner: .isOnlyWhereUsed),
                count(Text(en: "segments", zh: "报文段"), importance: 0),
                count(Text(en: "bytes", zh: "字节"), importance: 1),
            ], canvas: canvas)
        for group in groups {
            let worst = group.worst.map { $0.trouble.shortText(canvas.language) + " #\($0.number)" }
            table.add([
                group.common.text(canvas.language), String(group.connections), String(group.troubled), worst ?? "",
                String(group.segments), String(group.octets),
            ])
        }
        return table
    }
}

extension GroupKey {
    fileprivate var text: Text {
        switch self {
        case .client: Text(en: "client", zh: "客户端")
        case .server: Text(en: "server", zh: "服务端")
        case .port: Text(en: "port", zh: "端口")
        case .outcome: Text(en: "outcome", zh: "结局")
        }
    }
}

extension ConnectionGroup.Common {
    fileprivate var text: Text {
        guard case .outcome(let opening, let ending) = self else { return Text(verbatim: id) }
        guard ending != .none else { return opening.text }
        return opening.text + Text(en: ", ", zh: "，") + ending.text
    }
}
