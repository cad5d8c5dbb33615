import TCPState
import TCPWire
import Tracking

/// The other three chapters: the experiment, the states, the socket table.
extension TutorialWords {
    // MARK: For real

    package static let runIntroduction = Text(
        en:
            "#1 to #3 above are from a real run. Here is all of it: a server listens, a client greets it, and both close the connection. Times count from #1, in milliseconds; \\n is the end of a line, one byte.",
        zh: "前面的 #1 到 #3 就来自一次真实的运行。现在看完整的过程：服务端监听，客户端打个招呼，最后双方关闭连接。时间从 #1 算起，单位毫秒；\\n 是换行符，占一个字节。")
    package static let heldClient = Text(
        en:
            "The client is held where it has read the end, until the kernel has been asked for both states: by itself it would close at once, and its ACK and its FIN would be one segment.",
        zh: "客户端读到结束标志以后，TCPLens 让它先停住，等查到双方此刻的状态再继续。平时它会马上关闭，确认和 FIN 往往并成一个报文段。")

    package static let numbersAddUp = Text(
        en: "Why ack = the other end's seq + the numbers taken: one for each byte, one for SYN, one for FIN",
        zh: "为什么 ack = 对方的 seq + 占用的序号数：每个字节占一个，SYN、FIN 各占一个")

    /// How the sequence numbers continue after the SYN.
    package static func sequenceGoesOn(_ syn: Int, _ ack: Int, _ data: Int) -> Text {
        Text(
            en:
                "seq goes on in the same way: the SYN in #\(syn) took number 0, so #\(ack) begins with seq=1; it carries nothing and takes no number, so #\(data) says seq=1 as well.",
            zh: "seq 也这样往下数：#\(syn) 的 SYN 占了 0 号，所以 #\(ack) 从 seq=1 开始；#\(ack) 什么也没带，不占号，所以 #\(data) 还是 seq=1。")
    }

    /// The rule for data and the ACK that covers it.
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

    /// The rule for a SYN or FIN and the ACK that covers it.
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
            "Each end keeps a state of its own. A segment that is sent or that arrives, or a call of the program, may move it to the next. The filled circle and square show where client and server are now.",
        zh: "连接的两端各有一个状态。收发报文段，或者程序调用 connect()、close() 等，都可能让状态改变。实心圆点和实心方块标出客户端和服务端此刻的状态。")
    package static let whenKnown = Text(
        en:
            "The time is that of the segment that leads into the state; where the kernel is named, it was asked a little later, at the time that stands there, and confirmed the state.",
        zh: "ms 一列是进入该状态的时刻，以报文段为准；写着“内核”的，是随后在所注的时刻向内核查询，得到了证实。")
    package static let firstThree = Text(
        en: "Both ends after each segment of the handshake", zh: "每个握手报文段之后，两端处于什么状态")
    package static let before = Text(en: "before", zh: "握手前")
    package static let diagram = Text(
        en:
            "After RFC 9293 Figure 5, with what section 3.10 adds. The numbered edges are those that this connection went: circles by the client, squares by the server, in order; the blue ones are this step.",
        zh: "根据 RFC 9293 图 5 绘制，并按 3.10 节补充。带编号的线是这次连接经过的转移：圆圈为客户端，方块为服务端，数字表示先后；蓝色粗线是当前这一步。")
    package static let anyState = Text(
        en: "Not drawn: what RSTs, time-outs and aborts do; most lead to CLOSED.",
        zh: "RST、超时和中止引起的转移没有画出，它们大多回到 CLOSED。")
    package static let whyTimeWait = Text(en: "Why TIME-WAIT", zh: "为什么要有 TIME-WAIT")

    package static func timeWait(_ party: Party, lastAck: Int?) -> Text {
        let ack = lastAck.map { "#\($0)" }
        return Text(
            en:
                "The \(party.text.english) closed first, and sent the last ACK\(ack.map { " (\($0))" } ?? ""). Nobody acknowledges an ACK: if it is lost, the other end repeats its FIN, and somebody must still be there to answer. So the \(party.text.english) stays in TIME-WAIT (one minute on Linux; in the RFC 2 MSL, twice the longest life of a segment). In that time old segments of this connection die out, too, and cannot be taken for those of a new one.",
            zh:
                "先关闭的是\(party.text.chinese)，最后一个 ACK\(ack.map { "（\($0)）" } ?? "")也是它发的。这个 ACK 不会再有人确认：万一丢了，对方会重传 FIN，这一端必须还在，才能再答一次。所以\(party.text.chinese)要在 TIME-WAIT 停一会儿（Linux 是一分钟；RFC 规定 2 MSL，MSL 是报文段的最长寿命）。这段时间也足够让这条连接的旧报文段在网络里消失，不会被当成新连接的。"
        )
    }

    // MARK: netstat

    package static let tablesIntroduction = Text(
        en:
            "The same states as the machine's socket table shows them, in netstat's format; here it is at three moments of this run. A listening socket stays in LISTEN: for each connection that is accepted the kernel makes another one, whose state the pictures show.",
        zh: "同样的状态，在操作系统的套接字表里也能看到。这里按 netstat 的格式，列出这次运行中三个时刻的整张表。监听的套接字一直处于 LISTEN；每接受一个连接，内核就另建一个套接字，前面画的是后者的状态。")
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
