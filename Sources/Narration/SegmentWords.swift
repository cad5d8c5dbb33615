import Connections
import TCPState
import TCPWire

extension ConnectionStory.Step {
    /// What this segment is, in the few words that a ladder's last column holds; `nil` where the flags say it all.
    public var remark: Text? {
        if isLost { return Text(en: "seems not taken", zh: "对端似乎没收下") }
        switch kind {
        case .syn, .synAck: return nil
        case .handshakeAck: return Text(en: "handshake complete", zh: "握手完成")
        case .data: return nil
        case .acknowledgment: return coverageRemark
        case .fin: return covers.octets > 0 || covers.fin ? coverageRemark : nil
        case .refusal: return Text(en: "refused", zh: "拒绝连接")
        case .reset: return Text(en: "reset", zh: "重置")
        case .keepAlive: return Text(en: "keep-alive", zh: "保活探测")
        case .retransmission(let original): return Text(en: "again #\(original)", zh: "重传 #\(original)")
        }
    }

    private var coverageRemark: Text? {
        if covers.fin { return Text(en: "ACK of the FIN", zh: "确认 FIN") }
        guard covers.octets > 0 else { return nil }
        return Text(en: "\(counted(covers.octets, "byte")) arrived", zh: "\(covers.octets) 字节已收到")
    }

    /// What this segment is, as a sentence: the comment on its packet in a capture file.
    public var comment: Text {
        let header = segment.header
        let from = sender.text
        let seq = sequence.value
        let length = header.payloadLength
        let ack = acknowledgment?.value ?? 0
        if isLost {
            return Text(
                en: "This segment did not complete the handshake: the other end asks again.",
                zh: "这个报文没能完成握手：对端又发了一次。")
        }
        switch kind {
        case .syn:
            return Text(
                en: "Handshake 1 of 3: the client asks to connect, with its ISN \(header.sequence) (relative 0).",
                zh: "第一次握手：客户端请求建立连接，初始序号 ISN = \(header.sequence)(相对序号 0)。")
        case .synAck:
            return Text(
                en:
                    "Handshake 2 of 3: the server agrees, with its own ISN \(header.sequence), and acknowledges the SYN: ack = ISN + 1.",
                zh: "第二次握手：服务端同意，给出自己的 ISN = \(header.sequence)，并确认对方的 SYN:ack = ISN + 1。")
        case .handshakeAck:
            return Text(
                en: "Handshake 3 of 3: the client acknowledges the server's SYN; the connection is established.",
                zh: "第三次握手：客户端确认服务端的 SYN，连接建立。")
        case .data:
            let next = seq &+ length
            return Text(
                en:
                    "Data from the \(from.english): \(counted(length, "byte")) from seq \(seq); the next number is \(next).",
                zh: "\(from.chinese)发送数据：从序号 \(seq) 起 \(length) 字节，下一个序号是 \(next)。")
        case .acknowledgment:
            if covers.fin {
                return Text(en: "ACK of the FIN: ack = \(ack).", zh: "确认对方的 FIN:ack = \(ack)。")
            }
            return Text(
                en: "ACK from the \(from.english): everything before \(ack) has arrived.",
                zh: "\(from.chinese)确认：\(ack) 之前的数据都已收到。")
        case .fin:
            return Text(
                en: "FIN: the \(from.english) has no more to send. The FIN takes one sequence number.",
                zh: "FIN:\(from.chinese)不再发送数据。FIN 也占一个序号。")
        case .refusal:
            return Text(
                en: "Refused: nothing listens on this port, so the SYN is answered with an RST.",
                zh: "拒绝连接：这个端口没有程序监听，对 SYN 回应 RST。")
        case .reset:
            return Text(
                en: "RST: the \(from.english) ends the connection at once.", zh: "RST:\(from.chinese)立即终止连接。")
        case .keepAlive:
            return Text(
                en: "Keep-alive: an old number, to make the other end answer.",
                zh: "保活探测：用旧序号让对端应答。")
        case .retransmission(let original):
            return Text(
                en: "Retransmission: the same numbers as packet \(original).",
                zh: "重传：序号与第 \(original) 个报文相同。")
        }
    }
}
