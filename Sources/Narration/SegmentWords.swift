import Stories
import TCPState
import TCPWire
import Tracking

extension ConnectionStory.Step {
    /// What this segment is, in the few words that fit into a ladder's last column; `nil` if the flags say it all.
    public var remark: Text? {
        if let account, account.reason != nil { return account.remark ?? plainRemark }
        if labels.isEmpty, account == nil { return plainRemark }
        // For an ACK of a FIN, that it acknowledges the FIN matters more than that it was delayed.
        let details = labels.filter {
            isDetail($0.label) && !(covers.fin && $0.label == .delayedACK)
        }
        let plain = account?.fateText ?? plainRemark
        guard let first = headline?.remark ?? (details.isEmpty || opensClosed ? plain : details[0].remark) else {
            return nil
        }
        var parts = [first] + details.map(\.remark).filter { $0 != first }
        // A label for a repetition does not say what became of this segment; other labels do.
        if headline?.label.isRepetition ?? false, !has(.spurious), let fate = account?.fateText { parts.append(fate) }
        return Text(
            en: parts.map(\.english).joined(separator: ", "), zh: parts.map(\.chinese).joined(separator: "，"))
    }

    /// The label that says what this segment is; `nil` if its flags say it.
    var headline: ProvedLabel? { labels.first { $0.label.entry.prominence == .headline && !isDetail($0.label) } }

    /// Whether it is a SYN or SYN-ACK with a zero window; its role in the handshake is then more important than the
    /// window.
    var opensClosed: Bool { (kind == .syn || kind == .synAck) && has(.zeroWindow) }

    /// Whether a label only adds to what this segment is.
    private func isDetail(_ label: SegmentLabel) -> Bool {
        label.entry.prominence == .detail || label == .zeroWindow && opensClosed
    }

    /// What this segment is, without regard to labels, for a ladder's last column.
    private var plainRemark: Text? {
        if completesHandshake {
            return Text(en: "handshake complete", zh: kind == .handshakeAck ? "第三次握手" : "握手完成")
        }
        switch kind {
        case .syn where sender == .client: return Text(en: "handshake 1 of 3", zh: "第一次握手")
        case .synAck where sender == .server: return Text(en: "handshake 2 of 3", zh: "第二次握手")
        case .syn, .synAck, .data, .handshakeAck: return nil
        case .acknowledgment: return coverageRemark
        case .fin: return covers.octets > 0 || covers.fin ? coverageRemark : nil
        case .reset: return Text(en: "reset", zh: "重置")
        }
    }

    private var coverageRemark: Text? {
        if covers.fin { return Text(en: "ACK of the FIN", zh: "确认 FIN") }
        guard covers.octets > 0 else { return nil }
        return Text(en: "\(counted(covers.octets, "byte")) arrived", zh: "\(covers.octets) 字节已收到")
    }

    /// What this segment is, in a sentence or two: the comment on its packet in a capture file.
    public var comment: Text {
        let details = labels.filter { $0.label.entry.prominence == .detail }.map(\.comment)
        let told = [headline?.comment ?? plainComment] + details + (account?.sentences(from: sender) ?? [])
        return Text(
            en: told.map(\.english).joined(separator: " "), zh: told.map(\.chinese).joined())
    }

    /// What this segment is, without regard to labels, in a sentence.
    private var plainComment: Text {
        let header = segment.header
        let from = sender.text
        let seq = sequence.value
        let length = header.payloadLength
        let ack = acknowledgment?.value ?? 0
        switch kind {
        case .syn where sender == .server:
            return Text(
                en: "SYN from the server, with its own ISN \(header.sequence) (relative 0): both ends open at once.",
                zh: "服务端也发出 SYN，初始序号 ISN = \(header.sequence)（相对序号 0）：双方同时打开。")
        case .synAck where sender == .client || account?.reason == .rule(.simultaneousOpen):
            let other = sender.other.text
            return Text(
                en:
                    "SYN-ACK from the \(from.english): it acknowledges the \(other.english)'s SYN, ack = ISN + 1; both ends open at once.",
                zh: "\(from.chinese)回 SYN-ACK，确认\(other.chinese)的 SYN：ack = ISN + 1；双方同时打开。")
        case .syn:
            return Text(
                en: "Handshake 1 of 3: the client asks to connect, with its ISN \(header.sequence) (relative 0).",
                zh: "第一次握手：客户端请求建立连接，初始序号 ISN = \(header.sequence)（相对序号 0）。")
        case .synAck:
            return Text(
                en:
                    "Handshake 2 of 3: the server agrees, with its own ISN \(header.sequence), and acknowledges the SYN: ack = ISN + 1.",
                zh: "第二次握手：服务端同意，给出自己的 ISN = \(header.sequence)，并确认对方的 SYN：ack = ISN + 1。")
        case .handshakeAck:
            return Text(
                en: "Handshake 3 of 3: the client acknowledges the server's SYN; the connection is established.",
                zh: "第三次握手：客户端确认服务端的 SYN，连接建立。")
        case .data:
            let next = seq &+ UInt64(length)
            return Text(
                en:
                    "Data from the \(from.english): \(counted(length, "byte")) from seq \(seq); the next number is \(next).",
                zh: "\(from.chinese)发送数据：从序号 \(seq) 起 \(length) 字节，下一个序号是 \(next)。")
        case .acknowledgment:
            if covers.fin {
                return Text(en: "ACK of the FIN: ack = \(ack).", zh: "确认对方的 FIN：ack = \(ack)。")
            }
            return Text(
                en: "ACK from the \(from.english): everything before \(ack) has arrived.",
                zh: "\(from.chinese)确认：\(ack) 之前的数据都已收到。")
        case .fin:
            return Text(
                en: "FIN: the \(from.english) has no more to send. The FIN takes one sequence number.",
                zh: "FIN：\(from.chinese)不再发送数据。FIN 也占一个序号。")
        case .reset:
            return Text(
                en: "RST: the \(from.english) ends the connection at once.", zh: "RST：\(from.chinese)立即终止连接。")
        }
    }
}
