import Stories

/// The words for labels: what a segment is, in the few words of a ladder's last column and in a sentence.
extension SegmentLabel {
    /// The label's name, as a list of labels shows it.
    public var name: Text {
        switch self {
        case .corruptChecksum: Text(en: "damaged", zh: "校验和错误")
        case .wireDuplicate: Text(en: "the same packet twice", zh: "同一报文出现两次")
        case .reportedDropped: Text(en: "dropped, says ICMP", zh: "被丢弃（见 ICMP）")
        case .lost: Text(en: "lost", zh: "丢失")
        case .notTaken: Text(en: "seems not taken", zh: "对端似乎没收下")
        case .selfConnection: Text(en: "to itself", zh: "自连接")
        case .refusedRetry: Text(en: "asks again after RST", zh: "被拒后重试")
        case .synRetry: Text(en: "SYN again", zh: "重传 SYN")
        case .synAckRetry: Text(en: "SYN-ACK again", zh: "重传 SYN-ACK")
        case .simultaneousOpen: Text(en: "simultaneous open", zh: "同时打开")
        case .fastOpenData: Text(en: "Fast Open", zh: "Fast Open 携带数据")
        case .fastOpenRequest: Text(en: "asks for a Fast Open cookie", zh: "请求 Fast Open cookie")
        case .fastOpenAccepted: Text(en: "Fast Open accepted", zh: "Fast Open 成功")
        case .fastOpenIgnored: Text(en: "Fast Open ignored", zh: "Fast Open 被忽略")
        case .refused: Text(en: "refused", zh: "拒绝连接")
        case .resetForeign: Text(en: "RST, foreign TTL", zh: "RST 的 TTL 异常")
        case .resetNotTaken: Text(en: "RST not taken", zh: "RST 未被接受")
        case .resetOldDuplicate: Text(en: "RST to an old ACK", zh: "RST：回应旧连接的报文段")
        case .resetClosedSocket: Text(en: "RST: no socket", zh: "RST：套接字已不在")
        case .resetGivingUp: Text(en: "RST: gave up", zh: "RST：久无应答，放弃")
        case .resetUnreadData: Text(en: "RST: unread data?", zh: "RST：关闭时可能仍有未读数据")
        case .resetAbort: Text(en: "RST: abort", zh: "RST：主动中止")
        case .windowProbe: Text(en: "window probe", zh: "窗口探测")
        case .windowProbeAnswer: Text(en: "answers the probe", zh: "应答窗口探测")
        case .keepAlive: Text(en: "keep-alive", zh: "保活探测")
        case .keepAliveAnswer: Text(en: "still alive", zh: "应答保活探测")
        case .reordered: Text(en: "out of order", zh: "乱序到达")
        case .beyondFIN: Text(en: "data beyond its FIN", zh: "FIN 之后的数据")
        case .otherOctets: Text(en: "other bytes, same numbers", zh: "序号相同，内容不同")
        case .fastRetransmission: Text(en: "fast retransmission", zh: "快速重传")
        case .recoveryRetransmission: Text(en: "sent again in recovery", zh: "恢复期重传")
        case .tailLossProbe: Text(en: "tail-loss probe", zh: "尾部丢包探测（TLP）")
        case .timeoutRetransmission: Text(en: "sent again by time-out", zh: "超时重传")
        case .timerRetransmission: Text(en: "sent again by a timer", zh: "定时器重传")
        case .probedRetransmission: Text(en: "again after probe", zh: "探测后重传")
        case .smallerRetransmission: Text(en: "again, smaller", zh: "改小后重传")
        case .retransmission: Text(en: "sent again", zh: "重传")
        case .zeroWindow: Text(en: "zero window", zh: "零窗口")
        case .windowUpdate: Text(en: "window update", zh: "窗口更新")
        case .challengeACK: Text(en: "challenge ACK", zh: "挑战 ACK")
        case .duplicateSACK: Text(en: "DSACK: came twice", zh: "DSACK：重复收到")
        case .duplicateACK: Text(en: "dup ACK", zh: "重复 ACK")
        case .answersDuplicate: Text(en: "had it already", zh: "应答重复报文段")
        case .ackedUnseen: Text(en: "ACKs what is not here", zh: "确认了没抓到的数据")
        case .captureGap: Text(en: "not captured before", zh: "前面漏抓")
        case .missingBefore: Text(en: "a hole before it", zh: "前面有缺口")
        case .nagleWait: Text(en: "waited (Nagle)", zh: "Nagle 等待")
        case .delayedACK: Text(en: "delayed ACK", zh: "延迟确认")
        case .simultaneousClose: Text(en: "simultaneous close", zh: "同时关闭")
        case .spurious: Text(en: "needless", zh: "多余")
        case .originalNotCaptured: Text(en: "first not captured", zh: "原报文段没抓到")
        case .lostBeforeCapture: Text(en: "lost before here", zh: "抓包点之前已丢")
        case .windowFull: Text(en: "window full", zh: "窗口已满")
        case .reusedTuple: Text(en: "ports used before", zh: "四元组重用")
        case .inFragments: Text(en: "in IP fragments", zh: "分成 IP 分片")
        case .sharesFrame: Text(en: "in one frame with others", zh: "与其他报文同在一帧")
        case .restNotCaptured: Text(en: "rest not captured", zh: "其余分片没抓到")
        case .segmentationOffload: Text(en: "larger than the MSS", zh: "大于 MSS（分段卸载）")
        case .checksumOffload: Text(en: "checksum not filled in", zh: "校验和未填（网卡卸载）")
        }
    }
}

extension ProvedLabel {
    /// The label in a ladder's last column, with the number of the original segment: `again #4 RTO x2`.
    public var remark: Text {
        switch label {
        case .inFragments: Text(en: "fragments \(packets(.english))", zh: "分片 \(packets(.chinese))")
        case .wireDuplicate: linked("copy of", "", zh: "副本")
        case .refusedRetry:
            Text(en: "again #\(original ?? 0) after RST", zh: "被拒后重试 #\(original ?? 0)")
        case .reportedDropped:
            evidence.last.map { Text(en: "dropped, see #\($0)", zh: "被丢弃，见 #\($0)") } ?? label.name
        case .lost:
            evidence.last.map { Text(en: "lost, see #\($0)", zh: "丢失，见 #\($0)") } ?? label.name
        case .synRetry where ordinal == nil: linked("again", "held before", zh: "重传", "对端仍占用")
        case .synRetry, .timeoutRetransmission: linked("again", timeout.english, zh: timeout.chinese + "重传")
        case .synAckRetry:
            ordinal == nil
                ? linked("again", "asked for", zh: "重传", "应对端重传的 SYN")
                : linked("again", timeout.english, zh: timeout.chinese + "重传")
        case .fastRetransmission: linked("again", "fast", zh: "快速重传")
        case .recoveryRetransmission: linked("again", "recovery", zh: "恢复期重传")
        case .tailLossProbe: linked("again", "TLP", zh: "TLP 重传")
        case .timerRetransmission: linked("again", "timer", zh: "定时器重传")
        case .probedRetransmission: linked("again", "after probe", zh: "探测后重传")
        case .smallerRetransmission: linked("again", "smaller", zh: "分小重传")
        case .retransmission: linked("again", "", zh: "重传")
        case .duplicateACK:
            Text(en: "\(label.name.english) \(ordinal ?? 1)", zh: "\(label.name.chinese) \(ordinal ?? 1)")
        default: label.name
        }
    }

    /// The words for a timeout; from the second consecutive one on, with its ordinal.
    private var timeout: Text {
        guard let ordinal, ordinal > 0 else { return Text(en: "RTO", zh: "超时") }
        return Text(en: "\(Self.place(ordinal + 1)) RTO", zh: "第 \(ordinal + 1) 次超时")
    }

    /// A number as an ordinal: `2nd`.
    private static func place(_ number: Int) -> String {
        let ending =
            switch (number % 100, number % 10) {
            case (11...13, _): "th"
            case (_, 1): "st"
            case (_, 2): "nd"
            case (_, 3): "rd"
            default: "th"
            }
        return "\(number)\(ending)"
    }

    /// The packets that prove the label: `#5 and #6`, or if there are many the first and the last.
    private func packets(_ language: Language) -> String {
        let numbers = evidence.map { "#\($0)" }
        guard numbers.count <= 4, let last = numbers.last else {
            let (first, last) = (numbers.first ?? "", numbers.last ?? "")
            return language == .chinese
                ? "\(first) 至 \(last) 共 \(numbers.count) 个" : "\(first) to \(last), \(numbers.count) of them"
        }
        if language == .chinese { return numbers.joined(separator: "、") }
        let others = numbers.dropLast().joined(separator: ", ")
        return others.isEmpty ? last : "\(others) and \(last)"
    }

    private func linked(_ english: String, _ why: String, zh chinese: String, _ reason: String = "") -> Text {
        guard let original else { return label.name }
        let en = ["\(english) #\(original)", why].filter { !$0.isEmpty }.joined(separator: " ")
        let zh = ["\(chinese) #\(original)", reason].filter { !$0.isEmpty }.joined(separator: " ")
        return Text(en: en, zh: zh)
    }

    /// The label as a sentence, with the packets that prove it.
    public var comment: Text {
        let numbers = evidence.map { "#\($0)" }
        let (proof, proved) = (numbers.joined(separator: ", "), numbers.joined(separator: "、"))
        let first = original.map { "#\($0)" } ?? "?"
        switch label {
        case .corruptChecksum:
            return Text(
                en: "Its checksum is wrong: the receiver drops it without a word.",
                zh: "校验和错误：接收方会静默丢弃。")
        case .wireDuplicate:
            return Text(
                en: "The same packet as \(first), IP identification and all: doubled on the wire or by the capture.",
                zh: "与 \(first) 是同一个报文（IP 标识也相同）：在线路上或抓包时被复制了。")
        case .reportedDropped:
            return Text(
                en: "Dropped on the way, as the ICMP error \(proof) says.", zh: "在途中被丢弃，见 ICMP 差错 \(proved)。")
        case .lost:
            return Text(
                en: "Lost: the other end never had it, as \(proof) show.", zh: "丢失：对端没有收到它，依据 \(proved)。")
        case .notTaken:
            return Text(
                en: "The other end seems not to have taken this: what follows would not be needed (\(proof)).",
                zh: "对端似乎没有收下它：否则就不需要 \(proved) 了。")
        case .selfConnection:
            return Text(
                en: "A socket connects to itself: source and destination are the same endpoint.",
                zh: "套接字连接到了自己：源和目的是同一个端点。")
        case .refusedRetry:
            return Text(
                en: "The client asks again after the RST (\(proof)). Nothing was lost: nobody listens.",
                zh: "客户端被 RST 拒绝后重试（\(proved)）。没有丢包，只是没有程序监听。")
        case .synRetry where ordinal == nil:
            return Text(
                en: "The SYN again: the other end still held an earlier connection (\(proof)), which an RST has ended.",
                zh: "重传 SYN：对端仍保留着旧连接（\(proved)），旧连接已由 RST 结束。")
        case .synRetry:
            return Text(
                en: "The SYN again: no answer had come to \(first), and the timer fired\(doubling.english).",
                zh: "重传 SYN：\(first) 一直没有等到应答，定时器到期\(doubling.chinese)。")
        case .synAckRetry where ordinal == nil:
            return Text(
                en: "The SYN-ACK again, because the SYN came again (\(proof)).",
                zh: "对端又发来 SYN，所以重传 SYN-ACK（\(proved)）。"
            )
        case .synAckRetry:
            return Text(
                en: "The SYN-ACK again: no ACK of \(first) had come, and the timer fired\(doubling.english).",
                zh: "重传 SYN-ACK：\(first) 没有得到确认，定时器到期\(doubling.chinese)。")
        case .simultaneousOpen:
            return Text(
                en: "Simultaneous open: both ends sent a SYN before either had the other's (\(proof)).",
                zh: "同时打开：双方都在收到对方的 SYN 之前发出了 SYN（\(proved)）。")
        case .fastOpenData:
            return Text(en: "TCP Fast Open: the SYN carries data.", zh: "TCP Fast Open：SYN 里就带了数据。")
        case .fastOpenRequest:
            return Text(en: "The client asks for a Fast Open cookie.", zh: "客户端请求 Fast Open cookie。")
        case .fastOpenAccepted:
            return Text(
                en: "Fast Open accepted: the SYN-ACK acknowledges the data of \(proof) too.",
                zh: "Fast Open 成功：SYN-ACK 连 \(proved) 的数据一起确认了。")
        case .fastOpenIgnored:
            return Text(
                en: "Fast Open ignored: the data of \(proof) is not acknowledged and has to be sent again.",
                zh: "Fast Open 被忽略：\(proved) 的数据没有得到确认，需要重传。")
        case .refused:
            return Text(
                en: "Refused: nothing listens on this port, so the SYN is answered with an RST.",
                zh: "拒绝连接：这个端口没有程序监听，所以用 RST 应答 SYN。")
        case .resetForeign:
            return Text(
                en:
                    "This RST has another TTL than all other segments of its sender (\(proof)): it may not come from there.",
                zh: "这个 RST 的 TTL 与发送方的其他报文（\(proved)）都不同：可能不是发送方发出的。")
        case .resetNotTaken:
            return Text(
                en:
                    "The other end did not take this RST, its number being not the one expected; \(proof) shows it alive.",
                zh: "对端没有接受这个 RST（序号不是期望的那个），\(proved) 表明连接还在。")
        case .resetOldDuplicate:
            return Text(
                en:
                    "An RST to an ACK that belongs to no connection of its sender (\(proof)): the other end still held an old one.",
                zh: "用 RST 应答不属于任何连接的 ACK（\(proved)）：对端还留着旧连接。")
        case .resetClosedSocket:
            return Text(
                en: "An RST in answer to \(proof): its sender has no socket for that any more.",
                zh: "用 RST 应答 \(proved)：发送方已经没有对应的套接字了。")
        case .resetGivingUp:
            return Text(
                en: "It gave up: nobody had answered \(proof), so it ended the connection with an RST.",
                zh: "\(proved) 一直没有应答，发送方放弃，发 RST 结束连接。")
        case .resetUnreadData:
            return Text(
                en:
                    "An RST instead of a FIN after data had come (\(proof)): consistent with a close before all of it was read.",
                zh: "收到数据（\(proved)）后发 RST 而不是 FIN：像是数据没读完就调用了 close()。")
        case .resetAbort:
            return Text(
                en:
                    "An RST instead of a FIN: the program aborted the connection (SO_LINGER 0, or the process was stopped).",
                zh: "发 RST 而不是 FIN：程序主动中止了连接（SO_LINGER 0，或进程被终止）。")
        case .windowProbe:
            return Text(
                en: "A window probe: the receiver's window is closed (\(proof)), and this asks whether it still is.",
                zh: "窗口探测：接收窗口已为零（\(proved)），探测它是否重新打开。")
        case .windowProbeAnswer:
            return Text(en: "The answer to the window probe \(proof).", zh: "应答窗口探测 \(proved)。")
        case .keepAlive:
            return Text(
                en: "Keep-alive: an old number into an open window, to make the other end answer.",
                zh: "保活探测：窗口并未关闭，用一个旧序号促使对端应答。")
        case .keepAliveAnswer:
            return Text(en: "The answer to the keep-alive \(proof).", zh: "应答保活探测 \(proved)。")
        case .beyondFIN:
            return Text(
                en: "Data beyond its sender's own FIN (\(proof)), after which there is none: no part of the stream.",
                zh: "发送方已经用 FIN（\(proved)）结束了数据流，这些数据不属于它。")
        case .otherOctets:
            return Text(
                en:
                    "The same sequence numbers as \(proof), but other bytes: one of the two is not what its sender sent. Which of them the receiver used depends on which came first.",
                zh: "序号与 \(proved) 相同，内容却不同：两者之一不是发送方发出的。接收方用的是先到的那个。")
        case .reordered:
            return Text(
                en: "Out of order: sent before \(proof), and overtaken by it.", zh: "乱序：它比 \(proved) 先发，却后到。")
        case .fastRetransmission:
            return Text(
                en: "Fast retransmission of \(first): the receiver's ACKs show that it is missing there (\(proof)).",
                zh: "快速重传 \(first)：接收方的 ACK 表明缺了它（\(proved)）。")
        case .recoveryRetransmission:
            return Text(
                en: "Sent again in the recovery that an earlier loss began (\(proof)).",
                zh: "在先前丢包引起的恢复期内重传（\(proved)）。"
            )
        case .tailLossProbe:
            return Text(
                en: "Tail-loss probe: the last segment again, to make the receiver tell what it has (\(proof)).",
                zh: "尾部丢包探测（TLP）：重传最后一个报文段，促使接收方告知收到了什么（\(proved)）。")
        case .timeoutRetransmission:
            return Text(
                en: "Time-out: \(first) was not acknowledged in time, so it is sent again\(doubling.english).",
                zh: "超时重传：\(first) 没有及时得到确认\(doubling.chinese)。")
        case .timerRetransmission:
            return Text(
                en: "Sent again by a timer, tail-loss probe or time-out: \(first) was not acknowledged.",
                zh: "定时器重传（TLP 或 RTO）：\(first) 没有得到确认。")
        case .probedRetransmission:
            return Text(
                en: "The octet of the window probe \(first) again, now that the window is open.",
                zh: "窗口打开后，重传窗口探测 \(first) 的那个字节。")
        case .smallerRetransmission:
            return Text(
                en: "The octets of \(first) again in smaller segments: the path does not take the larger ones.",
                zh: "把 \(first) 的数据改用更小的报文段重传：原来的大小超过了路径 MTU。")
        case .retransmission:
            guard original != nil else {
                return Text(en: "Sent again; the first time was not captured.", zh: "重传；第一次发送没有抓到。")
            }
            return Text(en: "Retransmission: the numbers of \(first) again.", zh: "重传：序号与 \(first) 相同。")
        case .zeroWindow:
            return Text(
                en:
                    "Zero window: its sender takes no data until it says that there is room, as a rule when its program has read some.",
                zh: "零窗口：这一端暂不接收数据，直到它通告有了空间（通常要等程序读走一些）。")
        case .windowUpdate:
            return Text(en: "Window update: there is more room than in \(proof).", zh: "窗口更新：通告的窗口比 \(proved) 的更大。")
        case .challengeACK:
            return Text(
                en: "Challenge ACK: \(proof) does not fit this connection, so its sender is asked back.",
                zh: "挑战 ACK：\(proved) 与本连接不符，回 ACK 请发送方核实。")
        case .duplicateSACK:
            return Text(
                en: "DSACK: octets came that had come before\(proof.isEmpty ? "" : " (\(proof))").",
                zh: "DSACK：收到了已经收过的数据\(proof.isEmpty ? "" : "（\(proved)）")。")
        case .duplicateACK where evidence.count < 2:
            return Text(
                en:
                    "Duplicate ACK \(ordinal ?? 1): the number expected is still that of \(proof), and nothing had come behind a hole. It was overtaken on its way, is not from the same sender as \(proof), or answers what was not captured.",
                zh:
                    "第 \(ordinal ?? 1) 个重复 ACK：期望的序号与 \(proved) 相同，但并没有缺口之后的数据到达。它可能在途中被超过、与 \(proved) 不是同一方所发，或者回应的报文段不在抓包里。"
            )
        case .duplicateACK:
            return Text(
                en:
                    "Duplicate ACK \(ordinal ?? 1): something came behind a hole, the number expected is still the same (\(proof)).",
                zh: "第 \(ordinal ?? 1) 个重复 ACK：缺口之后又有数据到达，期望的序号没变（\(proved)）。")
        case .answersDuplicate:
            return Text(
                en: "An ACK that tells that \(proof) had arrived before.", zh: "告诉对方：\(proved) 之前已经收到过。")
        case .ackedUnseen:
            return Text(
                en: "It acknowledges numbers that the capture does not hold.", zh: "它确认了抓包里没有的数据。")
        case .captureGap:
            return Text(
                en: "The capture misses segments before this one; the other end had them (\(proof)).",
                zh: "抓包漏掉了它之前的报文段，对端其实收到了（\(proved)）。")
        case .missingBefore:
            return Text(
                en: "Numbers before this segment are missing here\(proof.isEmpty ? "" : "; they come in \(proof)").",
                zh: "它之前缺了一段\(proof.isEmpty ? "" : "，后来由 \(proved) 补上")。")
        case .nagleWait:
            return Text(
                en: "Nagle: this small segment waited until the one before it was acknowledged (\(proof)).",
                zh: "Nagle：这个小报文段等到前一个得到确认才发出（\(proved)）。")
        case .delayedACK:
            return Text(
                en:
                    "Delayed ACK: it did not answer \(proof) at once, but waited for more to acknowledge, or for data to go with.",
                zh: "延迟确认：收到 \(proved) 后没有立即应答，而是等更多数据一并确认，或等自己有数据时捎带。")
        case .simultaneousClose:
            return Text(
                en: "Simultaneous close: the two FINs crossed (\(proof)).", zh: "同时关闭：两个 FIN 在途中交错（\(proved)）。")
        case .spurious:
            return Text(
                en: "It was needless: the original had arrived (\(proof)).", zh: "其实不必重传：原报文段已经到达（\(proved)）。")
        case .originalNotCaptured:
            return Text(en: "The original is not in the capture.", zh: "原报文段不在抓包里。")
        case .lostBeforeCapture:
            return Text(
                en: "The original was lost before it came to this point (\(proof)).", zh: "原报文段在到达抓包点之前就丢了（\(proved)）。")
        case .windowFull:
            return Text(
                en: "It fills the window that \(proof) offered to the last octet.", zh: "它恰好填满 \(proved) 通告的窗口。")
        case .reusedTuple:
            return Text(
                en: "The same addresses and ports were used before in this capture.", zh: "这个四元组此前在抓包中用过。")
        case .inFragments:
            return Text(
                en: "It came in IP fragments, \(packets(.english)): with the last one it was whole.",
                zh: "它分成几个 IP 分片，\(packets(.chinese))：最后一个到了才完整。")
        case .sharesFrame:
            return Text(
                en: "It stands behind others in one 802.11 frame (A-MSDU): they have one number.",
                zh: "同一个 802.11 帧里装了几个报文（A-MSDU），它排在后面，所以编号相同。")
        case .restNotCaptured:
            return Text(
                en: "Only its first IP fragments are in the capture: how long it was is not known from here.",
                zh: "抓包里只有它开头的 IP 分片，从这里看不出它有多长。")
        case .segmentationOffload:
            return Text(
                en:
                    "Larger than the receiver's MSS: captured before the network card cut it up, or after it put it together.",
                zh: "大于接收方的 MSS：抓包在网卡分段之前（或合并之后）。")
        case .checksumOffload:
            return Text(
                en: "Its checksum was not filled in yet: captured before the network card.", zh: "校验和尚未填写：抓包点在网卡之前。")
        }
    }

    private var doubling: Text {
        guard let ordinal, ordinal > 0 else { return Text(verbatim: "") }
        return Text(
            en: """
                : the \(Self.place(ordinal + 1)) time-out in a row, RTO \(ordinal == 1 ? "doubled" : "doubled \(ordinal) times")
                """,
            zh: "：第 \(ordinal + 1) 次超时，RTO 加倍\(ordinal == 1 ? "" : "了 \(ordinal) 次")")
    }
}
