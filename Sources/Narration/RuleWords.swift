import TCPState

/// The words for the rules of TCPLens's own TCP: why a segment was sent, or what its arrival did. The rules themselves
/// name their documents and sections.
extension Rule {
    /// What the rule says, in a line without a full stop.
    public var text: Text {
        switch self {
        case .passiveOpen: Text(en: "OPEN, passive: wait in LISTEN for a SYN", zh: "被动 OPEN：进入 LISTEN，等待 SYN")
        case .activeOpen:
            Text(
                en: "OPEN, active: send a SYN with the initial number, enter SYN-SENT",
                zh: "主动 OPEN：带初始序号发出 SYN，进入 SYN-SENT")
        case .fastOpenAccepted:
            Text(
                en: "a SYN with a right Fast Open cookie: its data goes to the program at once",
                zh: "SYN 带有正确的 Fast Open cookie：其中的数据立即交给应用程序")
        case .fastOpenDataAgain:
            Text(
                en: "the SYN-ACK does not acknowledge the SYN's data: send it again at once",
                zh: "SYN-ACK 没有确认 SYN 里的数据：立即重发")
        case .closeCall: Text(en: "CLOSE: a FIN follows what was written", zh: "CLOSE：已写入的数据发完之后跟一个 FIN")
        case .closeBeforeEstablished:
            Text(
                en: "CLOSE in SYN-RECEIVED was queued until the connection was open",
                zh: "在 SYN-RECEIVED 时调用的 CLOSE，排队到连接建立后才执行")
        case .abortCall:
            Text(en: "ABORT: tell the other end with an RST, delete the connection", zh: "ABORT：用 RST 通知对端，删除连接")
        case .lingerZero: Text(en: "closed with a linger time of zero: an abort", zh: "关闭时 linger 时间为零：按中止处理")
        case .unreadData:
            Text(
                en: "closed with octets unread: the other end must learn that they are lost (SHLD-3)",
                zh: "关闭时还有未读数据：必须让对端知道数据已丢（SHLD-3）")
        case .noConnection: Text(en: "no such connection: answer with an RST", zh: "没有这条连接：回 RST")
        case .resetInClosed: Text(en: "an RST for no connection: drop it", zh: "RST 不属于任何连接：丢弃")
        case .resetInListen: Text(en: "an RST in LISTEN: ignore it", zh: "LISTEN 状态收到 RST：忽略")
        case .acknowledgmentInListen:
            Text(
                en: "an ACK in LISTEN acknowledges nothing that was sent: answer with an RST",
                zh: "LISTEN 状态收到 ACK，确认的是从未发送过的数据：回 RST")
        case .synInListen:
            Text(
                en: "a SYN in LISTEN: send SYN-ACK, enter SYN-RECEIVED",
                zh: "LISTEN 状态收到 SYN：回 SYN-ACK，进入 SYN-RECEIVED")
        case .nothingInListen:
            Text(en: "neither RST, ACK nor SYN in LISTEN: drop it", zh: "LISTEN 状态收到的报文段既无 RST，也无 ACK 和 SYN：丢弃")
        case .badAcknowledgmentInSynSent:
            Text(en: "the ACK is not of our SYN: answer with an RST", zh: "ACK 确认的不是本端的 SYN：回 RST")
        case .resetInSynSent:
            Text(en: "an RST that acknowledges our SYN: connection refused", zh: "RST 确认了本端的 SYN：连接被拒绝")
        case .resetWithoutAcknowledgmentInSynSent:
            Text(en: "an RST that does not acknowledge our SYN: drop it", zh: "RST 没有确认本端的 SYN：丢弃")
        case .synAckInSynSent:
            Text(en: "our SYN is acknowledged by a SYN: ESTABLISHED", zh: "本端的 SYN 已被对端的 SYN 确认：进入 ESTABLISHED")
        case .simultaneousOpen:
            Text(
                en: "a SYN without ACK: both ends open at once, send SYN-ACK, enter SYN-RECEIVED",
                zh: "收到不带 ACK 的 SYN：双方同时打开，回 SYN-ACK，进入 SYN-RECEIVED")
        case .nothingInSynSent:
            Text(en: "neither SYN nor RST in SYN-SENT: drop it", zh: "SYN-SENT 状态收到的报文段既无 SYN 也无 RST：丢弃")
        case .oldTimestamp:
            Text(en: "older than what has been received (PAWS): acknowledge and drop", zh: "时间戳比已收到的还旧（PAWS）：回 ACK 并丢弃")
        case .unacceptable:
            Text(en: "no octet of it lies in the window: acknowledge and drop", zh: "没有任何字节落在接收窗口内：回 ACK 并丢弃")
        case .zeroWindow:
            Text(
                en: "the window is closed: the text is dropped, ACK and URG are looked at (MUST-66)",
                zh: "接收窗口为零：丢弃数据，仍处理 ACK 和 URG（MUST-66）")
        case .resetOutsideWindow: Text(en: "an RST outside the window: drop it silently", zh: "RST 的序号在窗口之外：静默丢弃")
        case .resetNotExact:
            Text(
                en: "an RST in the window that is not exactly next: challenge its sender with an ACK",
                zh: "RST 在窗口内，但序号不等于 RCV.NXT：回挑战 ACK")
        case .resetExact:
            Text(en: "an RST that is exactly next: the connection is reset", zh: "RST 的序号正好等于 RCV.NXT：连接被重置")
        case .resetInSynReceived:
            Text(
                en: "an RST in SYN-RECEIVED: back to LISTEN, or refused (MUST-11)",
                zh: "SYN-RECEIVED 状态收到 RST：退回 LISTEN，或报告连接被拒绝（MUST-11）")
        case .resetWhileClosing: Text(en: "an RST when both ends have closed: CLOSED", zh: "双方都已关闭时收到 RST：进入 CLOSED")
        case .synAgainInSynReceived:
            Text(
                en: "the SYN came again: answer it again with the SYN-ACK",
                zh: "同一个 SYN 又来了一次：再回一次 SYN-ACK")
        case .synAckInSynReceived: Text(en: "the SYN-ACK of a simultaneous open", zh: "收到同时打开的 SYN-ACK")
        case .synInSynReceived:
            Text(en: "another SYN in SYN-RECEIVED: back to LISTEN", zh: "SYN-RECEIVED 状态收到另一个 SYN：退回 LISTEN")
        case .synInConnection:
            Text(en: "a SYN in an open connection: challenge its sender with an ACK", zh: "连接已建立却收到 SYN：回挑战 ACK")
        case .challengeLimited:
            Text(en: "one such answer went out just now: this segment gets none", zh: "刚回过一次这样的应答：受限速，这次不回")
        case .noAcknowledgment: Text(en: "no ACK bit: drop it", zh: "ACK 位为 0：丢弃")
        case .badAcknowledgmentInSynReceived:
            Text(
                en: "in SYN-RECEIVED, an ACK that is not of our SYN: answer with an RST",
                zh: "SYN-RECEIVED 状态收到的 ACK 确认的不是本端的 SYN：回 RST")
        case .acknowledgmentOfSYN: Text(en: "our SYN is acknowledged: ESTABLISHED", zh: "本端的 SYN 已被确认：进入 ESTABLISHED")
        case .acknowledgmentOfText:
            Text(en: "what was sent is acknowledged: SND.UNA moves on", zh: "已发出的数据得到确认：SND.UNA 前移")
        case .acknowledgmentOfUnsent:
            Text(en: "it acknowledges what was never sent: acknowledge and drop", zh: "确认号超出已发送的数据：回 ACK 并丢弃")
        case .acknowledgmentTooOld:
            Text(en: "its ACK is older than the largest window: acknowledge and drop", zh: "确认号比最大窗口还旧：回 ACK 并丢弃")
        case .acknowledgmentOfFIN: Text(en: "our FIN is acknowledged", zh: "本端的 FIN 已被确认")
        case .congestionEcho:
            Text(
                en: "the receiver saw a congestion mark: halve the window once a round trip",
                zh: "接收方见到拥塞标记（ECE）：每个往返最多把拥塞窗口减半一次")
        case .urgentPointer: Text(en: "the urgent pointer moved: tell the program", zh: "紧急指针前移：通知应用程序")
        case .textInOrder: Text(en: "text in order: to the program", zh: "数据按序到达：交给应用程序")
        case .gap:
            Text(
                en: "something before it is missing: keep it, repeat the ACK at once (SHLD-31)",
                zh: "前面缺数据：先缓存，立即重复 ACK（SHLD-31）")
        case .gapClosed:
            Text(en: "the gap is filled, at least in part: acknowledge at once", zh: "缺口已补上，至少补了一部分：立即 ACK")
        case .duplicateText: Text(en: "the text has been received before: acknowledge again", zh: "这些数据以前收到过：再确认一次")
        case .textAfterClose:
            Text(en: "text for a program that has closed: it is lost, answer with an RST", zh: "应用程序已关闭，数据无人接收：回 RST")
        case .textAfterFIN: Text(en: "text behind a FIN: ignore it", zh: "FIN 之后的数据：忽略")
        case .receiveBufferFull: Text(en: "more than the buffer holds: drop it, it comes again", zh: "超出接收缓冲区：丢弃，对端会重传")
        case .finArrived: Text(en: "a FIN, everything before it is here: acknowledge it", zh: "FIN 到达，且之前的数据都已收齐：确认它")
        case .finAgainInTimeWait:
            Text(
                en: "the FIN came again in TIME-WAIT: acknowledge it, wait 2 MSL anew",
                zh: "TIME-WAIT 状态又收到 FIN：再确认一次，重新等待 2 MSL")
        case .segmentInTimeWait:
            Text(
                en: "in TIME-WAIT only the FIN should come again: acknowledge, wait 2 MSL anew",
                zh: "TIME-WAIT 状态本应只会再收到 FIN：回 ACK，重新等待 2 MSL")
        case .congestionMarked:
            Text(en: "the packet was marked on its way: say so with ECE", zh: "报文途中被打上拥塞标记：用 ECE 告知对端")
        case .delayedAcknowledgment:
            Text(en: "the ACK has waited long enough for data to ride on", zh: "延迟确认的时间到了，没有数据可捎带：单独发 ACK")
        case .everySecondSegment:
            Text(en: "an ACK for every second full segment (SHLD-19)", zh: "每收到两个最大长度（MSS）报文段就回一个 ACK（SHLD-19）")
        case .quickAcknowledgment:
            Text(en: "one of the connection's first ACKs: not delayed", zh: "连接之初的几个 ACK：不延迟")
        case .windowUpdate:
            Text(
                en: "the program has read enough that a larger window is worth telling (MUST-39)",
                zh: "应用程序读走了足够多的数据，值得通告更大的窗口（MUST-39）")
        case .fullSegment: Text(en: "a full segment can be sent", zh: "可以发出一个最大长度（MSS）报文段")
        case .lastOfQueue: Text(en: "all queued data can be sent now", zh: "队列中的数据这次能全部发完")
        case .halfWindow: Text(en: "half of the largest window can be sent", zh: "可以发出最大窗口的一半")
        case .overrideTimeout: Text(en: "small data has waited long enough", zh: "小块数据已经等得够久")
        case .limitedTransmit:
            Text(
                en: "duplicate ACKs say that segments leave the network: new data may follow",
                zh: "重复 ACK 说明有报文段离开了网络：可以再发新数据")
        case .sendFinish: Text(en: "everything written is sent: FIN", zh: "写入的数据都已发出：发 FIN")
        case .restartAfterIdle:
            Text(en: "idle for longer than an RTO: begin with the initial window again", zh: "空闲超过一个 RTO：拥塞窗口回到初始窗口")
        case .fastRetransmit:
            Text(en: "taken for lost: send it again without waiting for the timer", zh: "判定丢失：不等定时器，立即重传")
        case .threeDuplicates:
            Text(en: "the third duplicate ACK: the next segment is taken for lost", zh: "第三个重复 ACK：判定下一个报文段丢失")
        case .sackLoss:
            Text(en: "three segments behind it have arrived: it is taken for lost", zh: "后面已有三个报文段到达：判定它丢失")
        case .recentAcknowledgment:
            Text(
                en: "what was sent later has arrived, and time has passed: it is taken for lost",
                zh: "更晚发出的已到达，又等了足够久：判定它丢失")
        case .partialAcknowledgment:
            Text(
                en: "acknowledged in part: the next segment is taken for lost too", zh: "只确认了一部分：判定下一个报文段也已丢失")
        case .enterRecovery: Text(en: "something is taken for lost: reduce the congestion window", zh: "判定丢包：减小拥塞窗口")
        case .proportionalReduction:
            Text(
                en: "in recovery, what goes out is in proportion to what has arrived (PRR)",
                zh: "恢复期间按已到达数据的比例放行新报文段（PRR）")
        case .recoveryOver:
            Text(
                en: "everything sent before the loss was found is acknowledged: recovery is over",
                zh: "发现丢包之前发出的都已确认：恢复结束")
        case .lossWindow: Text(en: "after a time-out the congestion window is one segment", zh: "超时之后，拥塞窗口降为一个报文段")
        case .retransmitAfterTimeout:
            Text(en: "after a time-out: send again what is not acknowledged", zh: "超时之后：重传尚未确认的报文段")
        case .retransmissionTimeout: Text(en: "no ACK within the RTO", zh: "RTO 时间内没有等到 ACK")
        case .spuriousTimeout:
            Text(
                en: "the ACK answers the first sending: what was sent again had arrived, undo",
                zh: "ACK 应答的是超时前的那次发送：重传的数据早已到达，撤销降窗")
        case .spuriousRetransmission:
            Text(
                en: "the ACK answers the first sending: the fast retransmission was needless, undo",
                zh: "ACK 应答的是首次发送：快速重传是多余的，撤销降窗")
        case .forwardRecovery:
            Text(
                en: "after a time-out, new data first: its ACK tells if it was spurious (F-RTO)",
                zh: "超时后先发新数据：由其 ACK 判断超时是否多余（F-RTO）")
        case .forwardRecoverySpurious:
            Text(
                en: "what was sent before the time-out has arrived: it was spurious, undo (F-RTO)",
                zh: "超时前发出的已到达：这次超时是多余的，撤销降窗（F-RTO）")
        case .needlessRecovery:
            Text(
                en: "DSACKs report every retransmission as needless: the congestion window is what it was",
                zh: "DSACK 表明每次重传都是多余的：拥塞窗口恢复原值")
        case .lossProbe:
            Text(en: "no ACK for two round trips or more: probe for a lost tail", zh: "两个往返以上没有 ACK：发尾部丢包探测（TLP）")
        case .probeFilledHole:
            Text(en: "the probe repaired a loss: reduce the congestion window", zh: "探测补上了一次丢包：减小拥塞窗口")
        case .retransmissionWarning:
            Text(
                en: "R1 retransmissions of one segment: look for another way (MUST-20)",
                zh: "同一报文段重传达到 R1 次：另找路径（MUST-20）")
        case .retransmissionLimit:
            Text(
                en: "R2 retransmissions of one segment: close the connection (MUST-20)",
                zh: "同一报文段重传达到 R2 次：关闭连接（MUST-20）")
        case .persistTimeout: Text(en: "nothing under way and no room to send", zh: "没有在途数据，对端窗口又容不下：持续定时器到期")
        case .windowProbe: Text(en: "ask whether the window is still closed (MUST-36)", zh: "探测窗口是否仍为零（MUST-36）")
        case .keepAlive: Text(en: "idle for long: is the other end still there?", zh: "长时间空闲：保活探测对端是否还在")
        case .keepAliveLimit:
            Text(
                en: "no answer to several keep-alives: the connection is dead (MUST-29)",
                zh: "多次保活探测都没有应答：判定连接已失效（MUST-29）")
        case .userTimeout: Text(en: "the user time-out: the connection is aborted", zh: "用户超时：中止连接")
        case .finWait2Over:
            Text(
                en: "the program has closed and the other end does not: stop waiting for its FIN",
                zh: "应用程序已关闭，对端迟迟不关：不再等它的 FIN")
        case .timeWaitOver: Text(en: "2 MSL have passed: CLOSED", zh: "2 MSL 已过：进入 CLOSED")
        case .icmpNotOurs:
            Text(
                en: "the quoted number is not under way: the message is old or forged",
                zh: "ICMP 引用的序号不在途：该差错报文已过时，或系伪造")
        case .icmpHardError:
            Text(en: "a hard error before the connection is open: abort (SHLD-26)", zh: "连接建立前的硬错误：中止（SHLD-26）")
        case .icmpSoftError:
            Text(
                en: "a soft error: keep trying, tell the program (MUST-56, SHLD-25)",
                zh: "软错误：继续尝试，并告知应用程序（MUST-56、SHLD-25）")
        case .icmpHardErrorInConnection:
            Text(
                en: "a hard error in an open connection may be forged: take it for a soft one",
                zh: "已建立的连接收到硬错误，可能是伪造：当作软错误")
        case .icmpInOpening:
            Text(
                en: "unreachable while the connection is being opened: give up, as was asked for",
                zh: "建立连接时目的不可达：按设置放弃")
        case .icmpSourceQuench: Text(en: "source quench: discard it silently (MUST-55)", zh: "源抑制报文：静默丢弃（MUST-55）")
        case .icmpPacketTooBig:
            Text(en: "a packet was too large for the path: send smaller ones", zh: "报文超过路径 MTU：改发更小的")
        case .notForHost: Text(en: "the packet is not for this host", zh: "目的地址不是本机")
        case .badPacket: Text(en: "lengths or checksum of the IP header are wrong", zh: "IP 首部的长度或校验和有误")
        case .badChecksum: Text(en: "the checksum is wrong: drop it silently (MUST-3)", zh: "TCP 校验和错误：静默丢弃（MUST-3）")
        case .invalidSource:
            Text(
                en: "from or to a broadcast or multicast address: drop it silently (MUST-57, MUST-63)",
                zh: "源或目的是广播或组播地址：静默丢弃（MUST-57、MUST-63）")
        case .fragmentKept: Text(en: "a fragment: kept until the others are here", zh: "收到一个分片：缓存，等其余分片")
        case .fragmentDropped:
            Text(en: "the fragments overlap, or are too many: drop the datagram", zh: "分片重叠或过多：丢弃整个数据报")
        case .synQueueFull:
            Text(en: "too many half-open connections: drop the SYN, it comes again", zh: "半连接队列已满：丢弃 SYN，对端会重传")
        case .cookieSent:
            Text(en: "answered with a SYN cookie: nothing is remembered of the SYN", zh: "回 SYN cookie：不为这个 SYN 保存任何状态")
        case .cookieAccepted:
            Text(en: "the ACK brings back a SYN cookie: the connection is open", zh: "ACK 带回了有效的 SYN cookie：连接建立")
        case .cookieWrong: Text(en: "the ACK brings no valid SYN cookie", zh: "ACK 带回的 SYN cookie 无效")
        case .acceptQueueFull:
            Text(en: "the program does not accept: drop it, it comes again", zh: "应用程序没有调用 accept()，全连接队列已满：丢弃，对端会重传")
        case .acceptDeferred:
            Text(
                en: "the listener wants to hear of connections only with their first data: not complete yet",
                zh: "监听方要等首批数据到达才接受连接：握手暂不完成")
        case .synInTimeWait:
            Text(
                en: "a SYN newer than everything in TIME-WAIT: a new connection may begin",
                zh: "TIME-WAIT 期间收到 SYN，序号比旧连接的都新：可以建立新连接")
        case .listenerClosed:
            Text(en: "the listener was closed: what nobody accepted is reset", zh: "监听套接字已关闭：尚未被 accept() 取走的连接全部重置")
        case .tooManyConnections: Text(en: "insufficient resources", zh: "资源不足")
        case .echoReply: Text(en: "an echo request: answer it", zh: "收到回显请求（ping）：应答")
        case .otherProtocol: Text(en: "a protocol that this host does not have", zh: "本机没有这种上层协议")
        }
    }
}
