import TCPWire
import Tracking

/// The texts of the illustrated page in its first two chapters: the telephone call and the header. Each sentence
/// contains the numbers of the run that it is shown beside.
package enum TutorialWords {
    package static let title = Text(en: "The three-way handshake, made visible", zh: "看得见的三次握手")

    // MARK: Chapters

    package static let call = Text(en: "The telephone call", zh: "电话")
    package static let header = Text(en: "The header", zh: "首部")
    package static let run = Text(en: "For real", zh: "实战")
    package static let machine = Text(en: "The state machine", zh: "状态机")
    package static let tables = Text(en: "netstat", zh: "netstat")

    // MARK: At a glance

    package static let glance = Text(en: "This run at a glance", zh: "这次运行，一眼看完")
    package static let whoOpened = Text(en: "Who opened", zh: "谁发起")
    package static let whoClosed = Text(en: "Who closed first", zh: "谁先关闭")
    package static let whoWaits = Text(en: "Who stays in TIME-WAIT", zh: "谁停在 TIME-WAIT")
    package static let howLong = Text(en: "The handshake took", zh: "握手用时")

    /// - Parameter lost: the number of the handshake's ACK, if that is not the segment that opened the server; else
    ///   `nil`.
    package static func took(
        _ milliseconds: String, from first: Int, to last: Int, _ flags: String, without lost: Int?
    ) -> Text {
        Text(
            en:
                "\(milliseconds) ms from #\(first) (SYN) to #\(last) (\(flags)), with which both ends were open\(lost.map { "; #\($0) (ACK) did not open the server" } ?? "")",
            zh:
                "从 #\(first)（SYN）到 #\(last)（\(flags)），两端都已打开，共 \(milliseconds) 毫秒\(lost.map { "；#\($0)（ACK）没能让服务端打开" } ?? "")"
        )
    }

    package static let whatWasSaid = Text(en: "How much was said", zh: "传了多少数据")

    package static func isn(of party: Party) -> Text {
        Text(en: "ISN of the \(party.text.english)", zh: "\(party.text.chinese)的 ISN")
    }

    package static func opened(_ party: Party, _ endpoint: String, with number: Int) -> Text {
        Text(
            en: "the \(party.text.english), \(endpoint), with #\(number)",
            zh: "\(party.text.chinese) \(endpoint)，发出 #\(number)")
    }

    package static func closed(_ party: Party, with number: Int) -> Text {
        Text(en: "the \(party.text.english), with #\(number) (FIN)", zh: "\(party.text.chinese)，发出 #\(number)（FIN）")
    }

    package static func carried(by party: Party, octets: Int, ack: UInt64, in answer: Int) -> Text {
        Text(
            en: "\(party.text.english): \(counted(octets, "byte")), answered by ack=\(ack) in #\(answer)",
            zh: "\(party.text.chinese)：\(octets) 字节，对方在 #\(answer) 里回 ack=\(ack)")
    }

    package static func waits(_ party: Party) -> Text {
        Text(
            en:
                "the \(party.text.english): it closed first. It waits so that it can repeat the last ACK if that is lost, and so that no old segment disturbs a new connection",
            zh: "\(party.text.chinese)：因为它先关闭。等这一段时间，一是万一最后那个 ACK 丢了还能重传，二是等旧报文段在网络里消失，免得干扰新连接。")
    }

    // MARK: The call

    package static let callIntroduction = Text(
        en:
            "Xiao Ming (the client) calls Xiao Mei (the server). Before either says anything that matters, both make sure that they hear each other. Each sentence is a segment:",
        zh: "小明（客户端）给小美（服务端）打电话。正式开口之前，双方要先确认彼此都听得见。电话里的一句话，就是网络上的一个报文段：")
    package static let whyThree = Text(
        en:
            "Three sentences are the fewest with which both have asked and both have been answered: that is why the handshake has three segments.",
        zh: "要让双方都问过、也都得到回答，最少需要三句话，所以是三次握手。")

    package static let sentence = Text(en: "On the telephone", zh: "电话里说")
    package static let segment = Text(en: "On the wire", zh: "报文段")
    package static let whatIsKnown = Text(en: "When it has arrived", zh: "对方收到以后")

    /// The three sentences of the call, and what each speaker knows after hearing them.
    package static let sentences: [(said: Text, known: Text)] = [
        (
            Text(en: "Xiao Ming: \u{201C}Hello, can you hear me?\u{201D}", zh: "小明：“喂，听得到吗？”"),
            Text(en: "Xiao Mei knows: I hear him.", zh: "小美知道：他说话，我听得到。")
        ),
        (
            Text(en: "Xiao Mei: \u{201C}Yes. Can you hear me?\u{201D}", zh: "小美：“听得到。你听得到我说话吗？”"),
            Text(en: "Xiao Ming knows: she hears me, and I hear her.", zh: "小明知道：我说话她听得到，她说话我也听得到。")
        ),
        (
            Text(en: "Xiao Ming: \u{201C}Yes.\u{201D}", zh: "小明：“听得到。”"),
            Text(en: "Xiao Mei knows: he hears me too. Now both are sure.", zh: "小美知道：我说话他也听得到。双方都放心了。")
        ),
    ]

    package static let whyNotTwo = Text(
        en:
            "Why not two? After two sentences Xiao Mei has asked and nobody has answered her: she does not know whether she is heard.",
        zh: "为什么两次不够？只说两句，小美问了却没人答，她不知道自己的话对方听没听到。")
    package static let whyNotFour = Text(
        en:
            "Why not four? Her \u{201C}yes\u{201D} and her own question go into one sentence: SYN and ACK in one segment.",
        zh: "为什么不用四次？小美的“听得到”和“你听得到我说话吗”并成了一句：SYN 和 ACK 放进同一个报文段。")

    // MARK: The header

    package static let headerIntroduction = Text(
        en:
            "Each segment carries a header in front of its data, 20 bytes at least. For the handshake three things in it matter: the sequence number, the acknowledgment number and the control bits.",
        zh: "每个报文段都以首部开头，首部至少 20 字节，后面才是数据。看懂握手，只要盯住首部里的三处：序号、确认号、控制位。")

    package static func figure(_ number: Int, flags: String) -> Text {
        Text(
            en: "The header of #\(number) \(flags), 32 bits a row, as it was captured. The three things are marked.",
            zh: "#\(number) \(flags) 的首部，每行 32 位，数值都是这次抓到的。序号、确认号和 SYN、ACK 两位加了底色。")
    }

    package static let sequenceNumber = Text(
        en:
            "It numbers the bytes that an end sends. The number of the first segment, the ISN (initial sequence number), is chosen at random; people count from there, so it is shown as relative 0.",
        zh: "本端发出的每个字节都有编号。SYN 的序号叫初始序号（ISN），由系统随机选取；为了好读，把它记作相对序号 0，往后依次数。")

    package static func sequenceEvidence(_ client: UInt32, _ server: UInt32) -> Text {
        Text(
            en: "In this run: client \(client), server \(server). Run it again, and both are different.",
            zh: "这一次：客户端 \(client)，服务端 \(server)。再运行一遍，两个数都会变。")
    }

    package static let acknowledgmentNumber = Text(
        en:
            "\u{201C}Everything before this number is here; next I expect this one.\u{201D} It counts only where the ACK bit is 1.",
        zh: "意思是“这个号之前的我都收到了，下一个请给我这个号”。只有 ACK=1 时，确认号才有效。")

    package static func acknowledgmentEvidence(
        first: Int, field: UInt32, second: Int, acknowledgment: UInt32, sequence: UInt32
    ) -> Text {
        Text(
            en:
                "In this run: #\(first) has ACK=0, so the \(field) in its field means nothing. #\(second) has ACK=1, and its \(acknowledgment) is \(sequence) + 1.",
            zh: "这一次：#\(first) 的 ACK=0，字段里的 \(field) 不算数；#\(second) 的 ACK=1，确认号 \(acknowledgment) 就是 \(sequence) + 1。")
    }

    package static let controlBits = Text(
        en: "Nine bits, each a switch. The handshake needs two of them, SYN and ACK:",
        zh: "共九位，每一位是一个开关；握手只用到 SYN 和 ACK 两位。")
    package static let controlBitsName = Text(en: "Control bits", zh: "控制位")

    /// The meaning of SYN and ACK together in the handshake's three segments.
    package static let bitMeanings: [(bits: String, meaning: Text)] = [
        ("SYN=1 ACK=0", Text(en: "asks for a connection", zh: "请求建立连接")),
        ("SYN=1 ACK=1", Text(en: "agrees, and asks in turn", zh: "同意建立连接")),
        ("SYN=0 ACK=1", Text(en: "acknowledges; the handshake is complete", zh: "确认收到，握手完成")),
    ]

    /// The meaning of the third segment if it did not complete the handshake.
    package static let acknowledges = Text(en: "acknowledges", zh: "确认收到")

    package static func butLost(_ meaning: Text) -> Text {
        Text(en: "\(meaning.english); but it was lost on the way", zh: "\(meaning.chinese)，但它在途中丢失了")
    }

    package static func butNotTaken(_ meaning: Text) -> Text {
        Text(en: "\(meaning.english); but the other end did not take it", zh: "\(meaning.chinese)，但对方没有采纳")
    }
}
