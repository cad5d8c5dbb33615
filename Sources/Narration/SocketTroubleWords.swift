import LinuxKernel

extension SocketTrouble {
    /// The meaning of the fault, and what to do about it.
    package var meaning: Text {
        switch self {
        case .acceptQueueFull:
            Text(
                en:
                    "accept queue full (Recv-Q above Send-Q): the program calls accept() too slowly; new SYNs and last ACKs are dropped. Raise listen()'s backlog and net.core.somaxconn only after looking why",
                zh:
                    "全连接队列已满（Recv-Q 大于 Send-Q）：程序调用 accept() 太慢，新的 SYN 和握手最后的 ACK 会被丢弃。先查明原因，再考虑调大 listen() 的 backlog 与 net.core.somaxconn"
            )
        case .acceptQueueGrows:
            Text(
                en: "connections wait for accept(): fine for a moment, a slow program if it stays",
                zh: "有连接在等待 accept() 取走：短暂出现属正常，持续存在说明程序处理过慢")
        case .noAnswer:
            Text(
                en: "SYN-SENT: our SYN has no answer: dropped by a firewall, lost, or the server's queue is full",
                zh: "SYN-SENT：发出的 SYN 没有应答：被防火墙丢弃、途中丢失，或服务端队列已满")
        case .halfOpen:
            Text(
                en: "SYN-RECEIVED: our SYN,ACK has no answer yet; many of them: the way back is broken, or a SYN flood",
                zh: "SYN-RECEIVED：发出的 SYN,ACK 还没有应答；大量出现说明回程不通，或遭遇 SYN 泛洪")
        case .notRead:
            Text(
                en: "Recv-Q above 0: data came that the program has not read; if it grows, the program is stuck",
                zh: "Recv-Q 大于 0：数据已到达，程序还没有读取；若持续增长，说明程序卡住了")
        case .zeroWindow:
            Text(
                en:
                    "persist timer: the peer's window is zero: the peer's program does not read, this side may not send",
                zh: "持续定时器（persist）在走：对端窗口为零，对端程序没有读取数据，本端不能发送")
        case .retransmitting:
            Text(
                en: "retransmitting: what was sent is not acknowledged; look at the path, or whether the peer is gone",
                zh: "正在重传：已发送的数据没有得到确认；请检查路径，或对端是否已消失")
        case .notAcknowledged:
            Text(
                en:
                    "Send-Q above 0: data under way or waiting for the window: fine for a moment, else a slow path or peer",
                zh: "Send-Q 大于 0：数据在途或在等待窗口：短暂出现属正常，否则是路径慢或对端慢")
        case .notClosed:
            Text(
                en:
                    "CLOSE-WAIT: the peer has closed, this program has not: it forgot close(), or hangs before it. The kernel never ends this by itself",
                zh: "CLOSE-WAIT：对端已关闭，本端程序还没有关闭：可能忘了调用 close()，或卡在调用之前。内核不会自行结束这个状态")
        case .finNotAcknowledged:
            Text(
                en: "FIN-WAIT-1: our FIN, or data before it, is not acknowledged",
                zh: "FIN-WAIT-1：本端的 FIN（或它之前的数据）尚未得到确认")
        case .peerStillOpen:
            Text(
                en:
                    "FIN-WAIT-2: we have shut down sending, the peer has not closed; the program still holds the socket",
                zh: "FIN-WAIT-2：本端已关闭发送方向，对端尚未关闭；程序仍持有该套接字")
        case .peerStillOpenOrphan:
            Text(
                en:
                    "FIN-WAIT-2: we have closed, the peer has not; the kernel waits tcp_fin_timeout (60 s), then forgets it",
                zh: "FIN-WAIT-2：本端已关闭，对端尚未关闭；内核等待 tcp_fin_timeout（60 秒）后清除")
        case .bothClosing:
            Text(
                en: "CLOSING: both ends closed at once; the ACK of our FIN is missing",
                zh: "CLOSING：两端同时关闭；本端 FIN 的 ACK 还没到")
        case .lastAckMissing:
            Text(
                en: "LAST-ACK: both have closed; the ACK of our FIN is missing", zh: "LAST-ACK：双方都已关闭；本端 FIN 的 ACK 还没到")
        case .waiting:
            Text(
                en:
                    "TIME-WAIT: this side closed first and waits 60 s for late segments (RFC 9293 3.6.1): healthy; only many to one address and port use up local ports",
                zh: "TIME-WAIT：本端先关闭，等待 60 秒以接收迟到的报文段（RFC 9293 3.6.1）：属正常；只有大量连向同一地址和端口时才会耗尽本地端口")
        }
    }
}
