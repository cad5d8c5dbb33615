import FlatMemory
import LinuxKernel
import Stories
import TCPState
import Tracking

/// The texts of the experiment when it is shown step by step.
package enum StepWords {
    /// The number of the step, and the number of steps.
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

    /// Why a segment is sent, as the end of a line; `nil` for an ACK that covers neither a FIN nor octets.
    package static func reason(for step: ConnectionStory.Step) -> Text? {
        switch step.kind {
        case .syn: Text(en: ": the program has called connect()", zh: "：程序调用了 connect()")
        case .synAck: Text(en: ": the answer to the SYN", zh: "：对 SYN 的应答")
        case .handshakeAck: Text(en: ": the SYN-ACK has arrived", zh: "：收到了 SYN-ACK")
        case .data: Text(en: ": the program has written it", zh: "：程序写出了这些数据")
        case .fin: Text(en: ": the program has closed its side", zh: "：程序关闭了自己这一侧")
        case .acknowledgment where step.covers.fin: Text(en: ": the FIN has arrived", zh: "：收到了 FIN")
        case .acknowledgment where step.covers.octets > 0: Text(en: ": data has arrived", zh: "：收到了数据")
        case .acknowledgment: nil
        case .reset: Text(en: ": it has no such connection", zh: "：没有这样的连接")
        }
    }

    package static func willArrive(_ segment: Int, _ flags: String, at who: Text) -> Text {
        Text(en: "#\(segment) \(flags) arrives at the \(who.english)", zh: "#\(segment) \(flags) 到达\(who.chinese)")
    }

    package static func willBeLost(_ segment: Int, _ flags: String) -> Text {
        Text(en: "#\(segment) \(flags) is lost", zh: "#\(segment) \(flags) 丢失")
    }

    /// A statement that a timer has expired.
    package static func ranOut(_ timer: TimerName, _ duration: Text?, of who: Text) -> Text {
        Text(
            en: "the \(who.english)'s \(timer.name.english) has run out", zh: "\(who.chinese)的\(timer.name.chinese)到期")
            + bracketed(duration)
    }

    package static func willRunOut(_ timer: TimerName, _ duration: Text?, of who: Text) -> Text {
        let told =
            Text(
                en: "the \(who.english)'s \(timer.name.english) runs out", zh: "\(who.chinese)的\(timer.name.chinese)到期")
            + bracketed(duration)
        guard let then = consequence(timer) else { return told }
        return told + Text(en: ": \(then.english)", zh: "：\(then.chinese)")
    }

    private static func bracketed(_ text: Text?) -> Text {
        text.map { Text(en: " (\($0.english))", zh: "（\($0.chinese)）") } ?? Text(verbatim: "")
    }

    private static func consequence(_ timer: TimerName) -> Text? {
        switch timer {
        case .retransmission:
            Text(en: "what it sent was not acknowledged, so it sends it again", zh: "发出的没有得到确认，于是重传")
        case .lossProbe:
            Text(en: "it sends its last segment again, to learn what has arrived", zh: "重传最后一个报文段，看看对方收到了什么")
        case .delayedAcknowledgment:
            Text(en: "there was no data for the ACK to go with, so it goes alone", zh: "没有数据可以捎带确认，单独发出 ACK")
        case .persist: Text(en: "it asks whether the window is open again", zh: "探测窗口是否重新打开")
        case .keepAlive: Text(en: "it asks whether the other end is there", zh: "探测对方是否还在")
        case .reordering, .userTimeout, .finWait2, .timeWait: nil
        }
    }

    /// The timer because of which a segment is sent, to be put after the segment.
    package static func because(_ timer: TimerName) -> Text {
        Text(en: ", sent by its \(timer.name.english)", zh: "（\(timer.name.chinese)到期）")
    }

    /// The beginning of the line that says what happens next.
    package static let next = Text(en: "next: ", zh: "接下来：")
    package static let end = Text(en: "next: nothing, the connection is over", zh: "接下来：没有了，连接已经结束")

    /// The socket of an end, as its kernel listed it at that moment.
    package static func socket(_ who: Text, _ entry: SocketEntry) -> Text {
        // A request or timewait socket has no queues.
        let queues = "Recv-Q \(entry.receiveQueue)  Send-Q \(entry.sendQueue)"
        let form =
            entry.form == .full
            ? Text(verbatim: queues)
            : (entry.state == .synReceived
                ? Text(en: "request socket", zh: "半连接套接字") : Text(en: "timewait socket", zh: "timewait 套接字"))
        var parts = [who, Text(verbatim: entry.state.name), form]
        if let timer = timer(entry) { parts.append(timer) }
        return Text(
            en: parts.map(\.english).joined(separator: "  "), zh: parts.map(\.chinese).joined(separator: "  "))
    }

    /// The kernel's measurements that matter for what follows; `nil` for a request or timewait socket.
    package static func measures(_ entry: SocketEntry) -> String? {
        guard let info = entry.info, info.kernelState != 0 else { return nil }
        var parts = [
            "cwnd \(info.congestionWindow)", "rto \(milliseconds(info.retransmissionTimeout)) ms",
        ]
        if info.roundTripTime > 0 {
            parts.append("rtt \(milliseconds(info.roundTripTime))/\(milliseconds(info.roundTripVariation)) ms")
        }
        parts.append("unacked \(info.unacknowledged)")
        if info.slowStartThreshold != nil { parts.append("ssthresh \(info.slowStartThreshold ?? 0)") }
        if info.lost > 0 { parts.append("lost \(info.lost)") }
        if info.totalRetransmitted > 0 { parts.append("retrans \(info.totalRetransmitted)") }
        if info.backoff > 0 { parts.append("backoff \(info.backoff)") }
        return parts.joined(separator: "  ")
    }

    /// A number of microseconds in milliseconds, with one decimal unless that is 0.
    private static func milliseconds(_ microseconds: UInt32) -> String {
        let text = String(Int64(microseconds), unit: 1000, decimals: 1)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
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
                ? Text(en: "SYN-ACK again in \(left)", zh: "\(left) 后重传 SYN-ACK")
                : Text(en: "retransmission in \(left)", zh: "\(left) 后重传")
        case .keepAlive: return Text(en: "keep-alive in \(left)", zh: "\(left) 后保活探测")
        case .timeWait: return Text(en: "gone in \(left)", zh: "\(left) 后消失")
        case .persist: return Text(en: "window probe in \(left)", zh: "\(left) 后探测窗口")
        case .other(let number): return Text(en: "timer \(number)", zh: "定时器 \(number)")
        }
    }

    /// The keys, and what each does.
    package static let keys = Text(
        en: "Enter on Backspace back d drop u twice h hold z undo b header w why a play q end",
        zh: "回车 下一步 退格 上一步 d 丢弃 u 两遍 h 扣住 z 撤销 b 首部 w 原因 a 播放 q 结束")

    /// The keys alone, for a line that has no room for what they do.
    package static let fewKeys = Text(
        en: "Enter  Backspace  d u h z  b w a  q ends", zh: "回车 退格 d u h z b w a  q 结束")

    /// The changes made to segments, as they are written on the command line.
    package static func changes(_ words: [String]) -> Text {
        Text(en: "changes: \(words.joined(separator: "; "))", zh: "改动：\(words.joined(separator: "；"))")
    }

    /// The question for how long, or until after which segment, a segment is to be held.
    package static func holdQuestion(_ segment: String, from who: Text) -> Text {
        Text(
            en:
                "Hold \(segment) for how long? Seconds up to 60 and Enter, as 0.5; or n: until just behind the next segment of the \(who.english) (after 3 s alone). Esc: not at all.",
            zh: "把 \(segment) 扣住多久？输入秒数（最多 60，如 0.5）后回车；或按 n：紧跟在\(who.chinese)的下一个报文段之后送达（3 秒内没有就单独送达）。Esc 取消。")
    }

    package static func noTime(_ typed: String) -> Text {
        Text(en: "\"\(typed)\" is no time from 0.001 to 60 seconds.", zh: "“\(typed)”不是 0.001 到 60 秒之间的时间。")
    }

    /// The statement that a change was undone.
    package static func withdrawn(_ what: String) -> Text {
        Text(
            en: "played again from the start without: \(what) (a new connection, new ISNs)",
            zh: "已从头重放，去掉：\(what)（新的连接，新的 ISN）")
    }

    package static let nothingToWithdraw = Text(en: "there is no change to take back", zh: "没有可撤销的改动")

    /// The statement that a change was made.
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
