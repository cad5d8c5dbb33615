import LinuxKernel
import TCPState
import Tracking

/// What the experiment says when it is gone through step by step.
package enum StepWords {
    /// Which of several steps this is.
    package static func step(_ number: Int, of count: Int) -> Text {
        Text(en: "step \(number) of \(count)", zh: "第 \(number) 步，共 \(count) 步")
    }

    package static func leaves(_ segment: Int, _ flags: String, from who: Text) -> Text {
        Text(en: "#\(segment) \(flags) has left the \(who.english)", zh: "#\(segment) \(flags) 从\(who.chinese)发出")
    }

    package static func arrives(_ segment: Int, _ flags: String, at who: Text) -> Text {
        Text(en: "#\(segment) \(flags) has arrived at the \(who.english)", zh: "#\(segment) \(flags) 到达\(who.chinese)")
    }

    package static func isLost(_ segment: Int, _ flags: String) -> Text {
        Text(en: "#\(segment) \(flags) is lost on the way", zh: "#\(segment) \(flags) 在途中丢失")
    }

    package static func calls(_ what: Text, _ who: Text) -> Text {
        Text(en: "\(who.english): \(what.english)", zh: "\(who.chinese)：\(what.chinese)")
    }

    package static func willLeave(_ segment: Int, _ flags: String, from who: Text) -> Text {
        Text(en: "#\(segment) \(flags) leaves the \(who.english)", zh: "\(who.chinese)发出 #\(segment) \(flags)")
    }

    package static func willArrive(_ segment: Int, _ flags: String, at who: Text) -> Text {
        Text(en: "#\(segment) \(flags) arrives at the \(who.english)", zh: "#\(segment) \(flags) 到达\(who.chinese)")
    }

    package static func willBeLost(_ segment: Int, _ flags: String) -> Text {
        Text(en: "#\(segment) \(flags) is lost", zh: "#\(segment) \(flags) 丢失")
    }

    /// Before what is about to happen.
    package static let next = Text(en: "next: ", zh: "接下来：")
    package static let end = Text(en: "next: nothing, the connection is over", zh: "接下来：没有了，连接已经结束")

    /// An end's socket, as its kernel listed it at that moment.
    package static func socket(_ who: Text, _ entry: SocketEntry) -> Text {
        // A mini socket has no queues.
        let queues = "Recv-Q \(entry.receiveQueue)  Send-Q \(entry.sendQueue)"
        let form =
            entry.form == .full
            ? Text(verbatim: queues) : Text(en: "mini socket", zh: "精简套接字")
        var parts = [who, Text(verbatim: entry.state.name), form]
        if let timer = timer(entry) { parts.append(timer) }
        return Text(
            en: parts.map(\.english).joined(separator: "  "), zh: parts.map(\.chinese).joined(separator: "  "))
    }

    package static func noSocket(_ who: Text, listens: Bool) -> Text {
        listens
            ? Text(
                en: "\(who.english)  no socket of this connection yet, the listening one waits",
                zh: "\(who.chinese)  还没有这条连接的套接字，监听套接字在等")
            : Text(en: "\(who.english)  no socket", zh: "\(who.chinese)  没有套接字")
    }

    private static func timer(_ entry: SocketEntry) -> Text? {
        let left = "\(entry.timerExpiry) ms"
        switch entry.timer {
        case .off: return nil
        case .retransmission:
            return entry.form == .request
                ? Text(en: "SYN-ACK again in \(left)", zh: "\(left) 后重发 SYN-ACK")
                : Text(en: "retransmission in \(left)", zh: "\(left) 后重传")
        case .keepAlive: return Text(en: "keep-alive in \(left)", zh: "\(left) 后保活探测")
        case .timeWait: return Text(en: "gone in \(left)", zh: "\(left) 后消失")
        case .persist: return Text(en: "window probe in \(left)", zh: "\(left) 后探测窗口")
        case .other(let number): return Text(en: "timer \(number)", zh: "定时器 \(number)")
        }
    }

    /// What the keys do.
    package static let keys = Text(
        en: "Enter on  Backspace back  d drop u twice h hold 3 s  b header w why a play q end",
        zh: "回车 下一步 退格 上一步 d 丢弃 u 两遍 h 扣 3 秒 b 首部 w 原因 a 播放 q 结束")

    /// After a change.
    package static func again(_ what: String) -> Text {
        Text(
            en: "played again from the start with: \(what) (a new connection, new ISNs)",
            zh: "已从头重放，加上：\(what)（新的连接，新的 ISN）")
    }

    package static func missed(_ what: String) -> Text {
        Text(
            en: "played again with: \(what), but this time no such segment was sent",
            zh: "已重放，加上：\(what)；但这一次没有发出这样的报文段")
    }

    package static let playing = Text(en: "playing it again …", zh: "正在重放……")
    package static let tooSmall = Text(en: "too small", zh: "窗口太小")

    package static let nothingToChange = Text(
        en: "only a segment on its way can be changed: go to where one has left",
        zh: "只能处理在途的报文段：先走到某个报文段发出的那一步")
}
