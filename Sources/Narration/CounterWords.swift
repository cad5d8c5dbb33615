import Stories
import TCPState
import Tracking

/// What the kernel's counters count, in a few plain words each. Counters that grow with every segment have no words.
package enum CounterWords {
    private static let words: [String: Text] = [
        "RetransSegs": Text(en: "segments sent again", zh: "重传的报文段"),
        "TCPTimeouts": Text(en: "retransmission time-outs", zh: "重传超时"),
        "TCPSynRetrans": Text(en: "SYNs and SYN-ACKs sent again", zh: "重传的 SYN 和 SYN-ACK"),
        "TCPLossProbes": Text(en: "tail-loss probes", zh: "尾部丢包探测"),
        "TCPLossProbeRecovery": Text(en: "losses that a probe made good", zh: "由探测补救的丢包"),
        "TCPFastRetrans": Text(en: "fast retransmissions", zh: "快速重传"),
        "TCPSlowStartRetrans": Text(en: "retransmissions in slow start", zh: "慢启动中的重传"),
        "TCPLostRetransmit": Text(en: "retransmissions lost too", zh: "重传的又丢了"),
        "TCPSpuriousRTOs": Text(en: "needless time-outs", zh: "不必要的超时"),
        "TCPSackRecovery": Text(en: "recoveries by SACK", zh: "凭 SACK 进入恢复"),
        "TCPFullUndo": Text(en: "windows restored", zh: "恢复拥塞窗口"),
        "TCPDSACKUndo": Text(en: "windows restored after DSACK", zh: "因 DSACK 恢复拥塞窗口"),
        "TCPLossUndo": Text(en: "windows restored after a time-out", zh: "超时后恢复拥塞窗口"),
        "TCPDSACKOldSent": Text(en: "DSACKs sent: came twice", zh: "发出的 DSACK：重复收到"),
        "TCPDSACKRecv": Text(en: "DSACKs received: had arrived", zh: "收到的 DSACK：其实已到"),
        "TCPSYNChallenge": Text(en: "challenge ACKs to a SYN", zh: "对 SYN 回的挑战 ACK"),
        "TCPChallengeACK": Text(en: "challenge ACKs due", zh: "应回的挑战 ACK"),
        "TCPACKSkippedSynRecv": Text(en: "ACKs withheld, too many", zh: "因限速没回的 ACK"),
        "TCPACKSkippedTimeWait": Text(en: "ACKs withheld, too many", zh: "因限速没回的 ACK"),
        "DelayedACKs": Text(en: "delayed ACKs, by timer", zh: "延迟确认到期后发的 ACK"),
        "DelayedACKLost": Text(en: "text that came again: ACK late or lost", zh: "重复收到的数据：ACK 迟到或丢失"),
        "TCPOFOQueue": Text(en: "segments kept out of order", zh: "乱序暂存的报文段"),
        "ListenOverflows": Text(en: "accept queue full", zh: "全连接队列已满"),
        "ListenDrops": Text(en: "dropped by the listener", zh: "监听套接字丢弃的"),
        "TCPReqQFullDrop": Text(en: "SYNs dropped, queue full", zh: "半连接队列满而丢弃的 SYN"),
        "SyncookiesSent": Text(en: "SYN cookies sent", zh: "发出的 SYN cookie"),
        "SyncookiesRecv": Text(en: "SYN cookies returned", zh: "收回的 SYN cookie"),
        "EmbryonicRsts": Text(en: "half-open connections reset", zh: "半连接被重置"),
        "AttemptFails": Text(en: "connections that failed to open", zh: "没建成的连接"),
        "EstabResets": Text(en: "open connections reset", zh: "已建立的连接被重置"),
        "OutRsts": Text(en: "RSTs sent", zh: "发出的 RST"),
        "InErrs": Text(en: "segments not acceptable", zh: "不可接受的报文段"),
        "InCsumErrors": Text(en: "wrong checksums received", zh: "收到的校验和错误"),
        "TCPAbortOnData": Text(en: "aborted with data left", zh: "尚有数据时中止"),
        "TCPAbortOnClose": Text(en: "closed with data unread", zh: "未读完就关闭"),
        "TCPAbortOnTimeout": Text(en: "given up after time-outs", zh: "超时后放弃"),
        "TCPWinProbe": Text(en: "window probes", zh: "窗口探测"),
        "TCPKeepAlive": Text(en: "keep-alives", zh: "保活探测"),
        "ActiveOpens": Text(en: "connections begun", zh: "主动发起的连接"),
        "PassiveOpens": Text(en: "connections taken", zh: "被动接受的连接"),
    ]

    /// What a counter counts; `nil` if it grows with every segment, or is not known.
    package static func text(_ name: String) -> Text? { words[name] }

    /// A line such as `server counted: TCPSYNChallenge +1 (challenge ACKs to a SYN)` of the counters that have words;
    /// `nil` if none of them has.
    ///
    /// - Parameter isShort: whether to leave the words out and give only names and changes.
    package static func line(_ counts: [Testimony.Count], of who: Text, isShort: Bool = false) -> Text? {
        let told = counts.compactMap { count -> Text? in
            guard let words = text(count.name) else { return nil }
            let change = count.name + (count.by < 0 ? " \(count.by)" : " +\(count.by)")
            return isShort
                ? Text(verbatim: change)
                : Text(en: "\(change) (\(words.english))", zh: "\(change)（\(words.chinese)）")
        }
        guard !told.isEmpty else { return nil }
        return Text(
            en: "\(who.english) counted: " + told.map(\.english).joined(separator: ", "),
            zh: "\(who.chinese)内核计数：" + told.map(\.chinese).joined(separator: "，"))
    }
}
