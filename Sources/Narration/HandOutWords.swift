import Tracking

/// The questions of the hand-out. The answer to a question is what it leaves open, with the numbers of the run.
package enum HandOutWords {
    package static let title = Text(en: "The three-way handshake: fill in what is missing", zh: "三次握手：把空补上")
    package static let hint = Text(
        en: "Everything on this sheet was captured in one run. The answers are on the last page.",
        zh: "本页内容都抓自一次真实的运行。答案在最后一页。")
    package static let name = Text(en: "Name", zh: "姓名")
    package static let date = Text(en: "Date", zh: "日期")
    package static let picture = Text(
        en: "Write each acknowledgment number and each state into the picture.", zh: "在图上写出每个确认号和每次变化后的状态。")
    package static let questions = Text(en: "Questions", zh: "问题")
    package static let answers = Text(en: "Answers", zh: "答案")

    package static func bits(_ number: Int) -> Text {
        Text(en: "In #\(number), what are SYN and ACK?", zh: "#\(number) 里，SYN 和 ACK 各是几？")
    }

    package static func bitsAnswer(syn: Bool, ack: Bool) -> Text {
        Text(verbatim: "SYN=\(syn ? 1 : 0) ACK=\(ack ? 1 : 0)")
    }

    package static func meaning(_ number: Int) -> Text {
        Text(en: "What does #\(number) say with them?", zh: "#\(number) 用它们表示什么？")
    }

    package static func answerTo(_ number: Int, in answer: Int) -> Text {
        Text(
            en: "#\(answer) answers #\(number): which acknowledgment number does it carry, relative and real? Why?",
            zh: "#\(answer) 回答 #\(number)：它的确认号是多少（相对的、真实的）？为什么？")
    }

    package static func answerOf(relative: UInt64, real: UInt32, sequence: UInt32, advance: UInt32) -> Text {
        Text(verbatim: "ack=\(relative) (\(real) = \(sequence) + \(advance))")
    }

    package static func states(_ number: Int) -> Text {
        Text(
            en: "In which state is each end when #\(number) has arrived?", zh: "#\(number) 到达之后，两端各是什么状态？")
    }

    package static func statesAnswer(client: String, server: String) -> Text {
        Text(en: "client \(client), server \(server)", zh: "客户端 \(client)，服务端 \(server)")
    }

    package static let closes = Text(en: "Who closes first, and with which segment?", zh: "谁先关闭？用的是哪个报文段？")
    package static let waits = Text(en: "Who stays in TIME-WAIT, and why?", zh: "谁停在 TIME-WAIT？为什么？")

    package static func octets(_ number: Int) -> Text {
        Text(
            en:
                "These are the first 20 octets of #\(number)'s header. Mark its sequence number, its acknowledgment number and its control bits.",
            zh: "下面是 #\(number) 首部的前 20 个字节。标出其中的序号、确认号和控制位。")
    }

    package static func octetsAnswer(sequence: String, acknowledgment: String, flags: String) -> Text {
        Text(
            en: "octets 5 to 8: \(sequence); 9 to 12: \(acknowledgment); 13 and 14, last nine bits: \(flags)",
            zh: "第 5 到 8 字节：\(sequence)；第 9 到 12 字节：\(acknowledgment)；第 13、14 字节的末九位：\(flags)")
    }
}
