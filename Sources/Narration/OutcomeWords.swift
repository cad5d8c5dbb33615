import Tracking

extension Party {
    /// The end's name within a sentence.
    public var text: Text {
        switch self {
        case .client: Text(en: "client", zh: "客户端")
        case .server: Text(en: "server", zh: "服务端")
        }
    }
}

extension Opening {
    /// The opening in a table's cell.
    public var text: Text {
        switch self {
        case .handshake: Text(en: "handshake", zh: "三次握手")
        case .simultaneous: Text(en: "simultaneous", zh: "同时打开")
        case .unanswered: Text(en: "no answer", zh: "无应答")
        case .refused: Text(en: "refused", zh: "被拒绝")
        case .portUnreachable: Text(en: "port unreachable", zh: "端口不可达")
        case .prohibited: Text(en: "prohibited", zh: "被禁止")
        case .unreachable: Text(en: "unreachable", zh: "不可达")
        case .expired: Text(en: "TTL expired", zh: "TTL 耗尽")
        case .abandoned: Text(en: "abandoned", zh: "已放弃")
        case .halfOpen: Text(en: "half-open", zh: "半连接")
        case .partial: Text(en: "partly seen", zh: "握手不全")
        case .midstream: Text(en: "mid-stream", zh: "中途开始")
        }
    }

    /// The opening as a sentence.
    public var sentence: Text {
        switch self {
        case .handshake:
            Text(en: "Opened by the three-way handshake.", zh: "经三次握手建立。")
        case .simultaneous:
            Text(en: "Opened from both ends at once.", zh: "两端同时打开（simultaneous open）。")
        case .unanswered:
            Text(
                en: "Nobody answered the SYN: no SYN-ACK, no RST.",
                zh: "SYN 没有得到任何应答：既没有 SYN-ACK，也没有 RST。")
        case .refused:
            Text(
                en: "Refused: the SYN was answered with an RST.",
                zh: "被拒绝：SYN 得到的应答是 RST。")
        case .portUnreachable:
            Text(
                en: "Refused: the SYN was answered with an ICMP error, nobody takes it at that port.",
                zh: "被拒绝：SYN 得到的应答是 ICMP 差错，那个端口无人接收。")
        case .prohibited:
            Text(
                en: "Prohibited: an ICMP error answered the SYN, somebody on the way or the host does not allow it.",
                zh: "被禁止：SYN 得到的应答是 ICMP 差错，途中某处或目的主机不放行。")
        case .unreachable:
            Text(
                en: "Unreachable: the SYN was answered with an ICMP error, there is no way to the address.",
                zh: "不可达：SYN 得到的应答是 ICMP 差错，没有通往该地址的路。")
        case .expired:
            Text(
                en: "The SYN used up its hop limit on the way, as an ICMP error says: a routing loop?",
                zh: "SYN 在途中耗尽了 TTL（见 ICMP 差错）：可能存在路由环路。")
        case .abandoned:
            Text(en: "The client gave up before it was answered.", zh: "客户端没等到应答就放弃了。")
        case .halfOpen:
            Text(
                en: "Half-open: the SYN-ACK was never acknowledged.",
                zh: "半连接：SYN-ACK 一直没有得到确认。")
        case .partial:
            Text(en: "The capture holds only part of the handshake.", zh: "抓包里只有握手的一部分。")
        case .midstream:
            Text(
                en: "The capture starts in the middle: no SYN, so numbers are relative to a guess.",
                zh: "抓包从中途开始，没有 SYN，相对序号以首个报文段为基准（推测）。")
        }
    }
}

extension Ending {
    /// The ending in a table's cell; a dash if there was nothing to end.
    public var text: Text {
        switch self {
        case .none: Text(verbatim: "-")
        case .open: Text(en: "open", zh: "未关闭")
        case .closed: Text(en: "closed", zh: "正常关闭")
        case .closing: Text(en: "closing", zh: "关闭中")
        case .halfClosed: Text(en: "half-closed", zh: "半关闭")
        case .reset: Text(en: "reset", zh: "被重置")
        }
    }
}

extension Outcome {
    /// How the connection ended, in a table's cell: `closed`, `reset`.
    public var endingText: Text { ending.text }

    /// How the connection ended, as a sentence; `nil` if there was nothing to end.
    public var endingSentence: Text? {
        let who = endedBy?.text ?? Text(verbatim: "?")
        switch ending {
        case .none: return nil
        case .open: return Text(en: "Still open where the capture ends.", zh: "到抓包结束时仍未关闭。")
        case .closed:
            return Text(
                en: "Closed by FINs from both ends; the \(who.english) closed first.",
                zh: "双方用 FIN 正常关闭，\(who.chinese)先关。")
        case .closing:
            return Text(
                en: "Both ends sent a FIN, \(who.english) first; the last ACK was not seen.",
                zh: "双方都发了 FIN，\(who.chinese)在先；没看到最后一个 ACK。")
        case .halfClosed:
            return Text(
                en: "Half-closed: only the \(who.english) sent a FIN.", zh: "半关闭：只有\(who.chinese)发了 FIN。")
        case .reset:
            return Text(en: "Ended by an RST from the \(who.english).", zh: "被\(who.chinese)的 RST 终止。")
        }
    }
}
