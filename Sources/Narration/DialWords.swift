import FlatMemory
import Lab
import LinuxKernel
import TCPWire

/// The texts of `dial`.
package enum DialWords {
    package static func verdict(_ outcome: DialOutcome, _ details: [Text], sent: Int, received: Int) -> Text {
        let english = (details.map(\.english) + ["\(counted(sent, "byte")) sent, \(received) received"]).joined(
            separator: "; ")
        let chinese = (details.map(\.chinese) + ["发送 \(sent) 字节，收到 \(received) 字节"]).joined(separator: "；")
        return outcome == .established
            ? Text(en: "OK  \(english)", zh: "成功  \(chinese)")
            : Text(en: "RESET  the server ended it with an RST; \(english)", zh: "被重置  服务端用 RST 终止了连接；\(chinese)")
    }

    package static func options(_ info: TCPInfo) -> Text {
        var words: [String] = ["mss \(info.sendMSS)"]
        if info.options.contains(.selectiveAcknowledgment) { words.append("sack") }
        if info.options.contains(.timestamps) { words.append("ts") }
        if info.options.contains(.windowScale) { words.append("ws \(info.receiveWindowScale)") }
        let rtt = String(Int64(info.roundTripTime), unit: 1000, decimals: 3)
        let list = words.joined(separator: " ")
        return Text(en: "rtt \(rtt) ms, \(list) (kernel)", zh: "往返 \(rtt) ms，\(list)（内核）")
    }

    /// Why no connection was established.
    package static func failure(_ outcome: DialOutcome, remote: String, host: String, after seconds: String) -> Text {
        switch outcome {
        case .established, .resetAfterEstablished:
            return Text(en: "established", zh: "已建立")
        case .brokenAfterEstablished(let error):
            return Text(
                en: "BROKEN  the connection failed after it was established: \(error.message)",
                zh: "中断  连接建立后出错：\(error.chineseMessage)")
        case .refused(nil):
            return Text(
                en:
                    "REFUSED  \(remote) answered the SYN with an RST: the host is reachable, nothing listens on that port",
                zh: "被拒绝  \(remote) 用 RST 回应了 SYN：主机可达，但该端口没有程序监听")
        case .refused(let message?):
            let sender = message.sender.map { "\($0)" } ?? "?"
            return Text(
                en: "REFUSED  an ICMP message from \(sender) refused \(remote): a firewall's doing, not a closed port",
                zh: "被拒绝  来自 \(sender) 的 ICMP 报文拒绝了 \(remote)：是防火墙拒绝的，不是端口没开")
        case .timedOut:
            return Text(
                en: "TIMEOUT  no answer from \(remote) in \(seconds) s: no SYN-ACK, no RST, no ICMP",
                zh: "超时  \(seconds) 秒内没有收到 \(remote) 的任何应答：没有 SYN-ACK，没有 RST，也没有 ICMP")
        case .unreachable(let what, let error, let message):
            let sender = message?.sender.map { "\($0)" }
            return Text(
                en:
                    "UNREACHABLE  \(remote): \(what == .prohibited ? "prohibited by a filter" : "\(what) unreachable")\(sender.map { ", says \($0)" } ?? "") (\(error.message))",
                zh:
                    "不可达  \(remote)：\(unreachable(what))\(sender.map { "，由 \($0) 告知" } ?? "")（\(error.chineseMessage)）")
        case .nameNotFound(let error):
            return Text(
                en:
                    "NAME NOT FOUND  \(host): \(error.message)\(error.isTemporary ? " (the resolver could not be asked)" : "")",
                zh: "解析失败  \(host)：\(error.chineseMessage)\(error.isTemporary ? "（无法查询域名服务器）" : "")")
        case .local(let fault, let error):
            return Text(
                en: "NOT TRIED  this machine could not send to \(remote): \(local(fault).english) (\(error.message))",
                zh: "未发出  本机无法向 \(remote) 发送：\(local(fault).chinese)（\(error.chineseMessage)）")
        case .interrupted:
            return Text(en: "INTERRUPTED  after \(seconds) s, before any answer", zh: "已中断  \(seconds) 秒内未得到应答")
        }
    }

    private static func unreachable(_ what: DialOutcome.Unreachable) -> String {
        switch what {
        case .host: "主机不可达"
        case .network: "网络不可达"
        case .prohibited: "被过滤策略禁止"
        case .other: "不可达"
        }
    }

    private static func local(_ fault: DialOutcome.LocalFault) -> Text {
        switch fault {
        case .port: Text(en: "no free local port", zh: "没有可用的本地端口")
        case .route:
            Text(
                en: "no route to it, or one that forbids or swallows (prohibit, blackhole)",
                zh: "没有到它的路由，或路由被设为禁止（prohibit）或黑洞（blackhole）")
        case .address: Text(en: "that local address cannot be used", zh: "指定的本机地址不可用")
        case .other: Text(en: "the system refused", zh: "系统拒绝")
        }
    }

    /// A statement that nobody on the link answered the address resolution.
    package static func silentNeighbour(remote: String, after seconds: String) -> Text {
        Text(
            en:
                "UNREACHABLE  \(remote): nobody on the link answered ARP (IPv6: neighbour discovery) within \(seconds) s: no machine has that address, or it is off. No router said so, this machine itself did",
            zh: "不可达  \(remote)：\(seconds) 秒内链路上没有主机应答 ARP（IPv6 为邻居发现）：没有主机使用该地址，或主机未开机。这是本机自己的判断，并非途中路由器告知")
    }

    /// What the user can try next.
    package static func next(_ result: DialResult, host: String, port: UInt16) -> [Text] {
        if result.isNeighbourSilent {
            return [
                Text(en: "look:  ip neigh show to \(host)", zh: "查看邻居表：  ip neigh show to \(host)"),
                Text(en: "look:  ip route get \(host)", zh: "查看路由：  ip route get \(host)"),
            ]
        }
        if let listener = result.listener, listener.receiveQueue > listener.sendQueue {
            return [
                Text(
                    en:
                        "the cause:  this machine's own listener has a full accept queue: \(listener.receiveQueue) wait, limit \(listener.sendQueue); its program is too slow with accept()",
                    zh: "原因：  本机该端口的全连接队列已满：\(listener.receiveQueue) 条在等待，上限 \(listener.sendQueue)；程序调用 accept() 太慢"),
                Text(
                    en: "whose it is:  tcplens sockets -lp 'sport = :\(port)'",
                    zh: "查看所属进程：  tcplens sockets -lp 'sport = :\(port)'"),
            ]
        }
        return next(result.dial.outcome, host: host, port: port)
    }

    private static func next(_ outcome: DialOutcome, host: String, port: UInt16) -> [Text] {
        switch outcome {
        case .refused(nil):
            return [
                Text(
                    en:
                        "on the server:  tcplens sockets -lp 'sport = :\(port)'   (does it listen, and on which address?)",
                    zh: "在服务端看：  tcplens sockets -lp 'sport = :\(port)'   （是否在监听，监听哪个地址）")
            ]
        case .timedOut:
            return [
                Text(
                    en:
                        "candidates:  1 a firewall drops it   2 the server's accept queue is full   3 wrong address or lost path",
                    zh: "可能原因：  1 防火墙丢弃   2 服务端全连接队列已满   3 地址不对或路径中断"),
                Text(
                    en: "tell apart:  capture on the server; SYN arrives -> 2, it does not -> 1 or 3",
                    zh: "如何区分：  在服务端抓包；收到 SYN -> 2，收不到 -> 1 或 3"),
            ]
        case .unreachable(.prohibited, _, _), .refused:
            return [Text(en: "ask whoever runs the filter on the way", zh: "请联系沿途过滤策略的管理者")]
        case .local(.route, _):
            return [Text(en: "look:  ip route get \(host)", zh: "查看路由：  ip route get \(host)")]
        case .nameNotFound:
            return [Text(en: "look:  getent hosts \(host)", zh: "查看解析：  getent hosts \(host)")]
        default: return []
        }
    }

    package static func complaint(_ error: ICMPError) -> Text {
        Text(
            en: "ICMP from \(error.reporter): \(error.what.english)",
            zh: "来自 \(error.reporter) 的 ICMP：\(error.what.chinese)")
    }

    package static func step(_ step: DialStep) -> Text? {
        switch step.kind {
        case .resolved: nil
        case .connecting(let endpoint): Text(en: "connect() to \(endpoint)", zh: "connect() 连接 \(endpoint)")
        case .failed(let endpoint, _): Text(en: "\(endpoint) failed", zh: "\(endpoint) 失败")
        case .established(let local, _): Text(en: "established, from \(local)", zh: "连接建立，本端 \(local)")
        case .sent(let octets): Text(en: "sent \(counted(octets, "byte"))", zh: "发送 \(octets) 字节")
        case .received(let bytes): Text(en: "received \(counted(bytes.count, "byte"))", zh: "收到 \(bytes.count) 字节")
        case .halfClosed: Text(en: "closed our side", zh: "关闭本端发送方向")
        case .peerClosed: Text(en: "the peer closed its side", zh: "对端关闭了发送方向")
        case .idle: Text(en: "waited long enough", zh: "等待时间到")
        case .closed: Text(en: "closed", zh: "关闭")
        }
    }
}
