import Tracking

extension Trouble {
    /// The trouble in a table's cell: `refused twice`, `5 resent C`. C is the client, S the server.
    public var text: Text {
        let end = party.map { $0 == .client ? " C" : " S" } ?? ""
        switch kind {
        case .unanswered, .unreachable:
            return Text(en: "SYN sent \(Self.times(count))", zh: "SYN 发了 \(count) 次")
        case .refused: return Text(en: "refused \(Self.times(count))", zh: "被拒绝 \(count) 次")
        case .halfOpen: return Text(en: "SYN-ACK sent \(Self.times(count))", zh: "SYN-ACK 发了 \(count) 次")
        case .otherOctets:
            return Text(en: "\(count) with other bytes\(end)", zh: "内容冲突 \(count) 段\(end)")
        case .reset: return Text(en: "reset" + end, zh: "被重置" + end)
        case .held: return Text(en: "only\(end) still open", zh: "仅\(end) 未关闭")
        case .zeroWindow:
            return Text(
                en: (count == 1 ? "zero window\(end)" : "\(count) zero windows\(end)") + duration,
                zh: (count == 1 ? "零窗口\(end)" : "零窗口 \(count) 次\(end)") + duration)
        case .retransmitted: return Text(en: "\(count) resent\(end)", zh: "重传 \(count) 段\(end)")
        case .icmp: return (report ?? .other).troubleText
        case .abandoned: return Text(en: "abandoned", zh: "已放弃")
        case .outOfOrder: return Text(en: "\(count) out of order\(end)", zh: "乱序 \(count) 段\(end)")
        }
    }

    /// The trouble's duration with a leading space, ` 23.0 s`; empty if it has none.
    private var duration: String { time.flatMap { $0 > 0 ? " " + durationText($0) : nil } ?? "" }

    /// ``text``, or only the kind of trouble if the outcome says the rest already.
    public var shortText: Text { isInOutcome ? kind.text : text }

    private static func times(_ count: UInt32) -> String {
        switch count {
        case 1: "once"
        case 2: "twice"
        default: "\(count) times"
        }
    }

    /// The separator between the troubles of one connection.
    public static let separator = Text(en: ", ", zh: "，")
}

extension ErrorVerdict {
    /// The ICMP error as a trouble, `ICMP too-big`; the English form is the filter's word.
    fileprivate var troubleText: Text {
        let chinese =
            switch self {
            case .refused: "拒绝"
            case .prohibited: "禁止访问"
            case .unreachable: "不可达"
            case .expired: "TTL 超时"
            case .tooBig: "报文过大"
            case .unreadable: "参数错误"
            case .other, .damaged: "其他"
            }
        return Text(en: "ICMP \(name)", zh: "ICMP \(chinese)")
    }
}

extension Trouble.Kind {
    /// The kind of trouble in a table's cell.
    public var text: Text {
        switch self {
        case .unanswered: Opening.unanswered.text
        case .refused: Opening.refused.text
        case .unreachable: Opening.unreachable.text
        case .halfOpen: Opening.halfOpen.text
        case .otherOctets: Text(en: "other bytes, same numbers", zh: "序号相同，内容不同")
        case .reset: Text(en: "reset", zh: "被重置")
        case .held: Text(en: "only one end still open", zh: "仅一端未关闭")
        case .zeroWindow: Text(en: "zero window", zh: "零窗口")
        case .retransmitted: Text(en: "resent", zh: "重传")
        case .icmp: Text(en: "ICMP error", zh: "ICMP 差错")
        case .abandoned: Opening.abandoned.text
        case .outOfOrder: Text(en: "out of order", zh: "乱序")
        }
    }
}
