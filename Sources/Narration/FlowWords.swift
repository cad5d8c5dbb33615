import Tracking

/// The texts of `flow` beside the picture.
package enum FlowWords {
    /// The heading of the list of a capture's connections, of which one is drawn.
    package static func others(of count: Int, shown: Int) -> Text {
        Text(
            en: "\(count) connections in the file; this was number \(shown):",
            zh: "文件中共有 \(count) 条连接，上面是第 \(shown) 条：")
    }

    /// The heading of the list of those connections that a filter lets pass.
    package static func others(passing: Int, of count: Int, shown: Int) -> Text {
        let (colon, mark) = passing > 1 ? (":", "：") : (".", "。")
        return Text(
            en:
                "\(passing) of \(count) connections \(passing == 1 ? "passes" : "pass") the filter; this was number \(shown)\(colon)",
            zh: "共 \(count) 条连接，\(passing) 条符合过滤条件，上面是第 \(shown) 条\(mark)")
    }

    /// A note above the explanation, for a picture that shows the headers' numbers.
    package static let stepsCount = Text(
        en: "The numbers in these sentences count from the ISNs, as without -S.", zh: "下文中的序号从 ISN 算起，与不加 -S 时相同。")

    /// A note that the explanation ends before this packet.
    package static func untold(from number: Int) -> Text {
        Text(
            en: "... From #\(number) on nothing is told: --from \(number) goes on there, --all tells everything.",
            zh: "……#\(number) 起没有讲解：--from \(number) 从那里接着讲，--all 全部讲完。")
    }

    /// A note that some rows each stand for many segments.
    package static let folded = Text(
        en: "Quiet stretches are one row each: --all draws every segment, --from and --to a part.",
        zh: "平静的一段只占一行：--all 画出每个报文段，--from 与 --to 只画一段。")

    /// The packet comment of an IP fragment that is not the last of its segment.
    package static func fragment(of number: Int) -> Text {
        Text(en: "An IP fragment of the segment that #\(number) completes.", zh: "IP 分片，所属的报文段到 #\(number) 才完整。")
    }

    /// The packet comment of an RST that belongs to the next connection and ended this one too.
    package static let endedFromNext = Text(
        en: "RST in the next connection between the same endpoints: it ended this one too.",
        zh: "属于同一四元组下一条连接的 RST，它也结束了本连接。")

    /// A note that some packets related to the connection, but not its segments, are missing in the file that was
    /// written.
    package static func othersLeftOut(_ count: Int) -> Text {
        Text(
            en:
                "\(counted(count, "packet")) that tell of it (ICMP errors, an RST) could not be read again, and are not in the file",
            zh: "与它有关的 \(count) 个报文（ICMP 差错或 RST）无法再次读取，未写入文件")
    }

    /// The line above consecutive octets of one end: the offset in its stream and the packet at which they begin.
    package static func turn(of party: Party, from place: UInt64, number: Int?) -> Text {
        let packet = number.map { "#\($0) " } ?? ""
        return Text(
            en: "\(packet)\(party.text.english), from byte \(place):",
            zh: "\(packet)\(party.text.chinese)，从第 \(place) 字节起：")
    }

    /// The line above octets that differ from those sent before with the same sequence numbers.
    package static func other(of party: Party, _ places: ClosedRange<UInt64>, number: Int?) -> Text {
        let packet = number.map { "#\($0) " } ?? ""
        return Text(
            en:
                "\(packet)\(party.text.english), other bytes with the numbers of bytes \(places.lowerBound) to \(places.upperBound):",
            zh: "\(packet)\(party.text.chinese)，第 \(places.lowerBound) 到 \(places.upperBound) 字节的另一份内容（序号相同）：")
    }

    /// The text in place of octets that the capture does not hold.
    package static func missing(_ count: UInt64) -> Text {
        Text(en: "[\(counted(count, "byte")) missing: not in the capture]", zh: "[缺少 \(count) 字节：不在抓包中]")
    }

    /// The text in place of the streams if there are none.
    package static let nothingSent = Text(en: "Neither end sent any data.", zh: "两端都没有发送数据。")

    /// A connection's number, and the name by which the client addressed the server, with its source.
    package static func title(_ number: Int, asking name: String?, in source: String?) -> Text {
        guard let name, let source else { return Text(en: "connection \(number)", zh: "连接 \(number)") }
        return Text(en: "connection \(number): \(name) (\(source))", zh: "连接 \(number)：\(name)（\(source)）")
    }
}
