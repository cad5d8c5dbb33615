import Stories
import TCPState
import TCPWire
import Tracking

/// The plain explanation of a connection: what each step does, with the connection's own numbers.
public enum Explanation {
    /// The comparison with which a teacher begins: a telephone call.
    public static let telephoneCall = Text(
        en: """
            Xiao Ming (the client) calls Xiao Mei (the server). Before either says anything that matters, both make sure \
            that they hear each other. "Hello, can you hear me?" (SYN) "Yes, I can. Can you hear me?" (SYN-ACK) "Yes." \
            (ACK) Three sentences are the fewest with which both have asked and both have been answered: that is why the \
            handshake has three segments, not two and not four.
            """,
        zh: """
            小明（客户端）给小美（服务端）打电话。正式开口之前，双方要先确认彼此都听得见。小明：“喂，听得到吗？”（SYN）\
            小美：“听得到，你听得到我吗？”（SYN-ACK）小明：“听得到。”（ACK）\
            要让双方都问过、也都得到回答，最少需要三句话——所以握手是三次，不是两次，也不用四次。
            """)

    /// One paragraph for each step that needs one, with this connection's numbers.
    public static func steps(of story: ConnectionStory) -> [Text] {
        story.steps.compactMap { explained($0, in: story) }
    }

    /// The paragraph for one step; `nil` if the step's numbers say everything.
    public static func explained(_ step: ConnectionStory.Step, in story: ConnectionStory) -> Text? {
        let repairs = RepairWords.sentences(on: step, in: story)
        guard !repairs.isEmpty else { return happened(step, in: story) }
        return repairs.reduce(happened(step, in: story) ?? plain(step)) {
            $0 + Text(en: " " + $1.english, zh: $1.chinese)
        }
    }

    private static func happened(_ step: ConnectionStory.Step, in story: ConnectionStory) -> Text? {
        guard let account = step.account else { return waited(step, paragraph(step, in: story)) }
        let what = account.original.map { again(step, $0) } ?? waited(step, paragraph(step, in: story))
        guard let loss = account.lossSentence else { return what }
        let told = what ?? plain(step)
        return Text(en: told.english + " " + loss.english, zh: told.chinese + loss.chinese)
    }

    /// Adds to a step's explanation why an ACK was delayed although it could have been sent at once, or that a segment
    /// of the handshake announces a closed window.
    private static func waited(_ step: ConnectionStory.Step, _ what: Text?) -> Text? {
        guard let what, let wait = step.labels.first(where: { adds($0.label, to: step) })?.comment else { return what }
        return Text(en: what.english + " " + wait.english, zh: what.chinese + wait.chinese)
    }

    private static func adds(_ label: SegmentLabel, to step: ConnectionStory.Step) -> Bool {
        label == .delayedACK || label == .zeroWindow && step.opensClosed
    }

    private static func plain(_ step: ConnectionStory.Step) -> Text {
        let flags = step.segment.header.flags.description
        return Text(en: "#\(step.segment.number) \(flags).", zh: "#\(step.segment.number) \(flags)。")
    }

    private static func again(_ step: ConnectionStory.Step, _ original: Int) -> Text {
        let flags = step.segment.header.flags.description
        return Text(
            en: "#\(step.segment.number) \(flags): what #\(original) carried, again.",
            zh: "#\(step.segment.number) \(flags)：重传 #\(original) 的内容。")
    }

    private static func paragraph(_ step: ConnectionStory.Step, in story: ConnectionStory) -> Text? {
        let number = step.segment.number
        let header = step.segment.header
        let seq = step.sequence.value
        let ack = step.acknowledgment?.value ?? 0
        let length = header.payloadLength
        let who = step.sender.text
        let peer = step.sender.other.text
        if let comment = step.headline?.comment {
            return Text(en: "#\(number) \(comment.english)", zh: "#\(number) \(comment.chinese)")
        }
        switch step.kind {
        case .syn:
            return Text(
                en: """
                    #\(number) SYN, the first segment of the handshake. The client picks a random initial sequence number, \(header.sequence), shown as relative \
                    0, and goes to SYN-SENT. The SYN takes one number, so its first data byte will be number 1.
                    """,
                zh: """
                    #\(number) SYN（第一次握手）：客户端随机选一个初始序号 ISN（\(header.sequence)，图中记作相对序号 0），进入 SYN-SENT。\
                    SYN 占用一个序号，所以它的第一个数据字节是 1 号。
                    """)
        case .synAck:
            return Text(
                en: """
                    #\(number) SYN,ACK, the second segment of the handshake. The server picks its own ISN, \(header.sequence), and answers ack = \(ack): "I have \
                    your SYN, next I expect number \(ack)". It is in SYN-RECEIVED; when this arrives, the client is \
                    ESTABLISHED.
                    """,
                zh: """
                    #\(number) SYN,ACK（第二次握手）：服务端也选好自己的 ISN（\(header.sequence)），并回 ack = \(ack)，意思是“你的 SYN 收到了，\
                    下一个我要 \(ack) 号”。此时服务端处于 SYN-RECEIVED；客户端收到后进入 ESTABLISHED。
                    """)
        case .handshakeAck where !step.completesHandshake && step.fate != .lost:
            return Text(
                en: """
                    #\(number) ACK. The client acknowledges the server's SYN with ack = \(ack). Another segment has brought the \
                    same ACK before it arrives: by then the handshake is complete.
                    """,
                zh: """
                    #\(number) ACK：客户端用 ack = \(ack) 确认服务端的 SYN。不过另一个报文段带着同样的 ACK 先到了，\
                    它到达时握手早已完成。
                    """)
        case .data where step.completesHandshake:
            return Text(
                en: """
                    #\(number) Data, and the handshake's end. The \(who.english) sends \(counted(length, "byte")) from number \(seq) \
                    on; the ACK that it carries acknowledges the server's SYN as well, so the server is ESTABLISHED when it \
                    arrives, and takes the data.
                    """,
                zh: """
                    #\(number) 数据，同时完成握手：\(who.chinese)从 \(seq) 号起发出 \(length) 字节；它携带的 ACK 也确认了服务端的 SYN，\
                    所以服务端收到后进入 ESTABLISHED，并收下数据。
                    """)
        case .handshakeAck:
            return Text(
                en: """
                    #\(number) ACK, the third segment of the handshake. The client acknowledges the server's SYN with ack = \(ack). When it arrives the server is \
                    ESTABLISHED too: both have asked, both have been answered.
                    """,
                zh: """
                    #\(number) ACK（第三次握手）：客户端用 ack = \(ack) 确认服务端的 SYN。服务端收到后也进入 ESTABLISHED：双方都问过，也都得到了回答。
                    """)
        case .data:
            let next = seq &+ UInt64(length)
            return Text(
                en: """
                    #\(number) Data. The \(who.english) sends \(counted(length, "byte")), \
                    \(length == 1 ? "number \(seq)" : "numbers \(seq) to \(next &- 1)"). The answer to expect is \
                    ack = \(seq) + \(length) = \(next).
                    """,
                zh: """
                    #\(number) 数据：\(who.chinese)发出 \(length) 字节，\
                    \(length == 1 ? "序号 \(seq)" : "序号 \(seq) 到 \(next &- 1)")。\
                    对方应回 ack = \(seq) + \(length) = \(next)。
                    """)
        case .acknowledgment where step.covers.fin:
            return Text(
                en: """
                    #\(number) ACK. ack = \(ack) covers the \(peer.english)'s FIN, which took one number like the SYN.\
                    \(ownEnd(step, story).map { " " + $0.english } ?? "")
                    """,
                zh: """
                    #\(number) ACK：ack = \(ack) 确认了\(peer.chinese)的 FIN（FIN 和 SYN 一样占一个序号）。\
                    \(ownEnd(step, story)?.chinese ?? "")
                    """)
        case .acknowledgment where step.covers.octets > 0:
            return Text(
                en: """
                    #\(number) ACK. "Everything before \(ack) is here": \
                    \(step.covers.octets == 1 ? "the byte has" : "the \(step.covers.octets) bytes have") arrived. \
                    An ACK without data takes no number of its own.
                    """,
                zh: """
                    #\(number) ACK：“\(ack) 之前的都收到了”，即那 \(step.covers.octets) 字节已送达。不带数据的 ACK 自身不占序号。
                    """)
        case .acknowledgment: return nil
        case .fin:
            let left = afterFIN(step, story)
            return Text(
                en: "#\(number) FIN. The \(who.english) has nothing more to send\(left.english)",
                zh: "#\(number) FIN：\(who.chinese)\(left.chinese)")
        case .reset:
            return Text(
                en: "#\(number) RST. The \(who.english) ends the connection at once, without waiting for anything.",
                zh: "#\(number) RST：\(who.chinese)立即终止连接，不再等待任何应答。")
        }
    }

    /// The state that a FIN's sender enters, according to its state in that step.
    private static func afterFIN(_ step: ConnectionStory.Step, _ story: ConnectionStory) -> Text {
        switch step.state(of: step.sender).state {
        case .finWait1 where story.record.outcome.endedBy == step.sender:
            Text(
                en: " and closes first: FIN-WAIT-1. Data may still come the other way.",
                zh: "没有数据要发了，先关闭，进入 FIN-WAIT-1；另一个方向仍可继续传数据。")
        case .finWait1:
            Text(
                en: ": FIN-WAIT-1. Data may still come the other way.",
                zh: "没有数据要发了，进入 FIN-WAIT-1；另一个方向仍可继续传数据。")
        case .lastAck:
            Text(en: " either: it was in CLOSE-WAIT, now LAST-ACK.", zh: "也发完了，从 CLOSE-WAIT 进入 LAST-ACK。")
        default: Text(en: ".", zh: "没有数据要发了。")
        }
    }

    /// The state in which an ACK of a FIN leaves its sender, or else its receiver; `nil` if that is not known.
    private static func ownEnd(_ step: ConnectionStory.Step, _ story: ConnectionStory) -> Text? {
        if step.state(of: step.sender).state == .closing {
            return Text(
                en: "Its own FIN is not acknowledged yet: CLOSING.", zh: "它自己的 FIN 还没有得到确认，处于 CLOSING。")
        }
        guard step.state(of: step.sender).state == .timeWait else {
            guard step.state(of: step.sender.other).state == .finWait2 else { return nil }
            return Text(
                en: "The side that closed first now waits for the other's FIN, in FIN-WAIT-2.",
                zh: "先关闭的一端进入 FIN-WAIT-2，等对方的 FIN。")
        }
        let who = step.sender.text
        // Only a TCP that reports its own states is known not to be Linux.
        let duration =
            step.state(of: step.sender).provenance == .stack
            ? Text(en: "2 MSL", zh: " 2 MSL") : Text(en: "a minute (on Linux)", zh: "一分钟（Linux）")
        // After a simultaneous close both ends stay in TIME-WAIT.
        let closer =
            story.record.outcome.endedBy == step.sender
            ? Text(en: "which closed first", zh: "先关闭的") : Text(en: "which closed at the same time", zh: "同时关闭的")
        return Text(
            en:
                "The \(who.english), \(closer.english), stays in TIME-WAIT for \(duration.english), so that it can repeat this ACK and no old segment disturbs a new connection.",
            zh:
                "\(closer.chinese)\(who.chinese)要在 TIME-WAIT 停留\(duration.chinese)，以便这个 ACK 丢失时能重发，也避免旧报文段干扰新连接。"
        )
    }
}
