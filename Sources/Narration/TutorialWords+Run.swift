import TCPState
import TCPWire
import Tracking

/// The other three chapters: the experiment, the states, the socket table.
extension TutorialWords {
    // MARK: For real

    package static let runIntroduction = Text(
        en:
            "Now the same between two programs: a server that listens, and a client that greets it. Every number below was captured in this run.",
        zh: "现在换成两个真正的程序：服务端在监听，客户端打一声招呼。下面每个数都是这次运行抓到的。")

    package static let numbersAddUp = Text(en: "Why ack = seq + length", zh: "为什么 ack = seq + 长度")

    /// Data and the ACK that covers it.
    package static func dataRule(
        _ data: Int, sequence: UInt64, length: UInt32, _ answer: Int, ack: UInt64
    ) -> Text {
        let last = sequence &+ UInt64(length) &- 1
        return Text(
            en:
                "#\(data) carries len=\(length): its bytes have the numbers \(sequence) to \(last). So the next is \(ack), and #\(answer) says ack=\(ack): \u{201C}all before \(ack) is here\u{201D}.",
            zh:
                "#\(data) 带了 len=\(length) 字节，占 \(sequence) 到 \(last) 号，下一个就是 \(ack) 号，所以 #\(answer) 回 ack=\(ack)：“\(ack) 号之前的都收到了”。"
        )
    }

    /// A SYN or FIN and the ACK that covers it.
    package static func phantomRule(_ question: Int, _ flag: String, _ answer: Int, ack: UInt64) -> Text {
        Text(
            en: "#\(question) carries no data, but \(flag) takes one number: #\(answer) says ack=\(ack).",
            zh: "#\(question) 没带数据，但 \(flag) 要占一个号，所以 #\(answer) 回 ack=\(ack)。")
    }

    package static let realNumbers = Text(en: "on the real numbers", zh: "换成真实序号")
    package static let holds = Text(en: "holds", zh: "成立")
    package static let fails = Text(en: "DOES NOT HOLD", zh: "不成立")

    // MARK: The state machine

    package static let machineIntroduction = Text(
        en:
            "Each end keeps a state of its own. A segment that is sent or that arrives, or a call of the program, moves it to the next. The circle is the client, the square the server.",
        zh: "连接的两端各记一个状态。发出或收到一个报文段、程序做一次调用，状态就走一步。圆点是客户端，方块是服务端。")
    package static let firstThree = Text(
        en: "Both ends after each segment of the handshake", zh: "握手的每个报文段之后，两端各是什么状态")
    package static let provenance = Text(
        en:
            "How a state is known: K the kernel was asked at that moment, W the packets show it, I inferred from the packets by RFC 9293, S told by our own TCP.",
        zh: "状态的依据：K 当时问过内核，W 报文所示，I 按 RFC 9293 由报文推断，S 内置协议栈自己说的。")
    package static let before = Text(en: "before", zh: "之前")
    package static let diagram = Text(
        en:
            "RFC 9293 Figure 5. The numbered edges are those that this connection went: circles by the client, squares by the server, in order.",
        zh: "RFC 9293 图 5 的状态图。带编号的边是这条连接走过的：圆圈是客户端走的，方块是服务端走的，编号是先后。")
    package static let anyState = Text(
        en: "Not drawn: an RST, a time-out or an abort leads from any state to CLOSED.",
        zh: "没有画出：任何状态遇到 RST、超时或中止，都回到 CLOSED。")
    package static let whyTimeWait = Text(en: "Why TIME-WAIT", zh: "为什么要有 TIME-WAIT")

    package static func timeWait(_ party: Party, lastAck: Int?) -> Text {
        let ack = lastAck.map { "#\($0)" }
        return Text(
            en:
                "The \(party.text.english) closed first, and sent the last ACK\(ack.map { " (\($0))" } ?? ""). Nobody acknowledges an ACK: if it is lost, the other end repeats its FIN, and somebody must still be there to answer. So the \(party.text.english) stays in TIME-WAIT (one minute on Linux; 2 MSL in the RFC). In that time old segments of this connection die out, too, and cannot be taken for those of a new one.",
            zh:
                "先关闭的是\(party.text.chinese)，最后一个 ACK\(ack.map { "（\($0)）" } ?? "")也是它发的。ACK 自己没有人确认：万一丢了，对方会重发 FIN，总得有人在场再答一次。所以\(party.text.chinese)要在 TIME-WAIT 停一会儿（Linux 是一分钟，RFC 里是 2 MSL）。这段时间也足够让这条连接的旧报文段在网络里消失，不会被当成新连接的。"
        )
    }

    // MARK: netstat

    package static let tablesIntroduction = Text(
        en: "The same states as the machine's socket table shows them, asked at three moments of this run.",
        zh: "同样的状态，操作系统的套接字表里也看得到。这次运行在三个时刻各查了一次。")
    package static let tableWords = Text(
        en:
            "netstat spells some states in another way (TIME_WAIT, SYN_RECV, FIN_WAIT2); here stand the RFC's names (TIME-WAIT, SYN-RECEIVED, FIN-WAIT-2).",
        zh: "有些状态 netstat 的写法不同：TIME_WAIT、SYN_RECV、FIN_WAIT2；这里一律用 RFC 的名字：TIME-WAIT、SYN-RECEIVED、FIN-WAIT-2。")

    // MARK: Where it was

    package static let onStack = Text(
        en: "On TCPLens's own TCP, in virtual time: not on a kernel.", zh: "运行在 TCPLens 的内置协议栈上，用的是虚拟时间，不是内核。")
    package static let noPackets = Text(
        en:
            "The kernel's packets could not be captured here: this is the same experiment on TCPLens's own TCP, in virtual time.",
        zh: "这里抓不到内核的报文：下面是同一个实验在 TCPLens 的内置协议栈上、在虚拟时间里的经过。")
}
