import Narration
import Passes
import TCPWire

extension FragmentTrace {
    /// The text about the packet that the traced fragment belongs to: whether it could be reassembled, and from which
    /// fragments.
    ///
    /// - Parameter isFirst: whether the traced fragment is the packet's first one.
    func text(isFirst: Bool) -> Text {
        switch fate {
        case .whole(let verdict):
            let last = packets.last ?? 0
            let others = Text(
                en: "the packet's fragments are \(Self.list(packets, ", ")); it is whole with #\(last)",
                zh: "整个报文由 \(Self.list(packets, "、")) 组成，到 #\(last) 才完整")
            let isSegment = verdict == .segment
            if isFirst {
                return Text(en: "a first IP fragment: \(others.english)", zh: "这是第一个 IP 分片：\(others.chinese)")
            }
            return Text(
                en:
                    "a later IP fragment: \(isSegment ? "the TCP header is in" : "it carries no TCP; the first is") #\(first ?? 0), \(others.english)",
                zh: "这是后续 IP 分片：\(isSegment ? "TCP 首部在" : "报文里没有 TCP，第一个分片是") #\(first ?? 0)，\(others.chinese)")
        case .refused:
            return Text(
                en:
                    "\(kind(isFirst).english): \(place(isFirst).english)fragments of its packet overlap, so all were refused (RFC 5722)",
                zh: "\(kind(isFirst).chinese)：\(place(isFirst).chinese)同一报文的分片有重叠，全部拒绝（RFC 5722）")
        case .unwanted:
            return Text(
                en: "\(kind(isFirst).english): \(place(isFirst).english)its packet carries no TCP",
                zh: "\(kind(isFirst).chinese)：\(place(isFirst).chinese)报文里没有 TCP")
        case .alone:
            let place =
                first == nil
                ? Text(en: "the first is not in the capture", zh: "抓包里没有第一个分片")
                : Text(
                    en: "\(place(isFirst).english)others of its packet are not in the capture",
                    zh: "\(place(isFirst).chinese)抓包里缺少同一报文的其他分片")
            return Text(
                en: "\(kind(isFirst).english): \(place.english)", zh: "\(kind(isFirst).chinese)：\(place.chinese)")
        }
    }

    private func kind(_ isFirst: Bool) -> Text {
        isFirst
            ? Text(en: "a first IP fragment", zh: "这是第一个 IP 分片") : Text(en: "a later IP fragment", zh: "这是后续 IP 分片")
    }

    /// The number of the packet's first fragment, where the traced one is a later fragment; otherwise empty.
    private func place(_ isFirst: Bool) -> Text {
        guard !isFirst, let first else { return Text(verbatim: "") }
        return Text(en: "the first is #\(first); ", zh: "第一个分片是 #\(first)；")
    }

    private static func list(_ numbers: [Int], _ separator: String) -> String {
        let most = 8
        let shown = numbers.prefix(most).map { "#\($0)" }.joined(separator: separator)
        return numbers.count > most ? shown + " ..." : shown
    }
}

extension HeaderReport {
    /// Whether the packet is an IP fragment, so that the other fragments may tell more about it.
    var isFragment: Bool {
        switch stop {
        case .laterFragment, .shortFragment: true
        default: segment?.isFirstFragment ?? false
        }
    }
}
