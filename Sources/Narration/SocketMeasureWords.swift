import LinuxKernel

/// The kernel's measurements of a connection (`tcp_info`), in words and units.
package enum SocketMeasureWords {
    /// Phrases for the measurements, in the order in which a reader asks for them; a value of 0 that means nothing is
    /// left out.
    package static func phrases(_ info: TCPInfo, congestionControl: String?) -> [Text] {
        var list = [agreed(info, congestionControl), window(info), times(info)].compactMap { $0 }
        list += repetitions(info) + traffic(info) + rates(info) + limits(info) + receiving(info)
        return list
    }

    private static func agreed(_ info: TCPInfo, _ congestionControl: String?) -> Text? {
        var words: [String] = congestionControl.map { [$0] } ?? []
        if info.options.contains(.timestamps) { words.append("ts") }
        if info.options.contains(.selectiveAcknowledgment) { words.append("sack") }
        if info.options.contains(.explicitCongestionNotification) { words.append("ecn") }
        if info.options.contains(.congestionSeen) { words.append("ecnseen") }
        if info.options.contains(.fastOpenData) { words.append("fastopen") }
        if info.options.contains(.windowScale) {
            words.append("wscale \(info.sendWindowScale),\(info.receiveWindowScale)")
        }
        words.append("mss \(info.sendMSS)")
        if info.pathMTU > 0 { words.append("pmtu \(info.pathMTU)") }
        words.append("rcvmss \(info.receiveMSS)")
        words.append("advmss \(info.advertisedMSS)")
        return Text(verbatim: words.joined(separator: " "))
    }

    private static func window(_ info: TCPInfo) -> Text {
        let threshold = info.slowStartThreshold.map { ", ssthresh \($0)" } ?? ""
        let chinese = info.slowStartThreshold.map { "，ssthresh \($0)" } ?? ""
        return Text(
            en: "cwnd \(counted(info.congestionWindow, "segment"))\(threshold)",
            zh: "拥塞窗口 cwnd \(info.congestionWindow) 个报文段\(chinese)")
    }

    private static func times(_ info: TCPInfo) -> Text? {
        var english: [String] = []
        var chinese: [String] = []
        if info.roundTripTime > 0 {
            let pair = "\(thousandths(info.roundTripTime))/\(thousandths(info.roundTripVariation)) ms"
            english.append("rtt \(pair)")
            chinese.append("往返时延/抖动 rtt \(pair)")
        }
        if info.minimumRoundTripTime > 0, info.minimumRoundTripTime != .max {
            english.append("least \(thousandths(info.minimumRoundTripTime)) ms")
            chinese.append("最小 \(thousandths(info.minimumRoundTripTime)) ms")
        }
        english.append("rto \(thousandths(info.retransmissionTimeout)) ms")
        chinese.append("重传超时 rto \(thousandths(info.retransmissionTimeout)) ms")
        if info.backoff > 0 {
            english.append("doubled \(counted(info.backoff, "time"))")
            chinese.append("已加倍 \(info.backoff) 次")
        }
        if info.acknowledgmentTimeout > 0 {
            english.append("ato \(thousandths(info.acknowledgmentTimeout)) ms")
            chinese.append("延迟确认 ato \(thousandths(info.acknowledgmentTimeout)) ms")
        }
        return joined(english, chinese)
    }

    private static func repetitions(_ info: TCPInfo) -> [Text] {
        var list: [Text] = []
        if info.unacknowledged > 0 {
            list.append(
                Text(en: "in flight \(counted(info.unacknowledged, "segment"))", zh: "在途 \(info.unacknowledged) 个报文段"))
        }
        if info.retransmitted > 0 || info.totalRetransmitted > 0 {
            list.append(
                Text(
                    en: "retransmitted \(info.retransmitted) now, \(info.totalRetransmitted) in all",
                    zh: "重传：当前 \(info.retransmitted)，累计 \(info.totalRetransmitted)"))
        }
        let counts: [(UInt32, String, String)] = [
            (info.lost, "lost", "判定丢失"), (info.selectivelyAcknowledged, "sacked", "SACK 已确认"),
            (info.duplicatesReported, "reported twice (dsack)", "对端报告重复（DSACK）"),
            (info.reorderings, "reorderings seen", "观察到乱序"), (UInt32(info.retransmits), "time-outs in a row", "连续超时"),
            (UInt32(info.probes), "probes without answer", "未获应答的探测"),
        ]
        for (count, english, chinese) in counts where count > 0 {
            list.append(Text(en: "\(english) \(count)", zh: "\(chinese) \(count)"))
        }
        if info.reordering != 3 {
            list.append(Text(en: "reordering \(info.reordering)", zh: "乱序容限 reordering \(info.reordering)"))
        }
        return list
    }

    private static func traffic(_ info: TCPInfo) -> [Text] {
        var english: [String] = []
        var chinese: [String] = []
        let octets: [(UInt64, String, String)] = [
            (info.bytesSent, "sent", "发送"), (info.bytesRetransmitted, "of it again", "其中重传"),
            (info.bytesAcknowledged, "acknowledged", "已确认"), (info.bytesReceived, "received", "收到"),
            (UInt64(info.notSent), "not yet sent", "尚未发送"),
        ]
        for (count, one, other) in octets where count > 0 {
            english.append("\(one) \(count)")
            chinese.append("\(other) \(count)")
        }
        var list = [joined(english, chinese, unit: " B", chineseUnit: " 字节")].compactMap { $0 }
        list.append(
            Text(
                en:
                    "segments out \(info.segmentsOut) (data \(info.dataSegmentsOut)), in \(info.segmentsIn) (data \(info.dataSegmentsIn))",
                zh:
                    "报文段：发出 \(info.segmentsOut)（数据 \(info.dataSegmentsOut)），收到 \(info.segmentsIn)（数据 \(info.dataSegmentsIn)）"
            ))
        if info.delivered > 0 {
            list.append(Text(en: "delivered \(info.delivered)", zh: "已送达 \(info.delivered)"))
        }
        list.append(
            Text(
                en:
                    "last sent \(info.lastDataSent) ms, received \(info.lastDataReceived) ms, ACK \(info.lastAcknowledgmentReceived) ms ago",
                zh:
                    "距上次发送 \(info.lastDataSent) ms，收到数据 \(info.lastDataReceived) ms，收到 ACK \(info.lastAcknowledgmentReceived) ms"
            ))
        return list
    }

    private static func rates(_ info: TCPInfo) -> [Text] {
        var list: [Text] = []
        if info.roundTripTime > 0, info.sendMSS > 0, info.congestionWindow > 0 {
            let bits = Double(info.congestionWindow) * Double(info.sendMSS) * 8e6 / Double(info.roundTripTime)
            list.append(Text(en: "a window each rtt \(rate(bits))", zh: "按 cwnd/rtt 估算 \(rate(bits))"))
        }
        // All bits set: no limit.
        if info.pacingRate > 0, info.pacingRate != .max {
            let text = rate(Double(info.pacingRate) * 8)
            list.append(Text(en: "pacing \(text)", zh: "pacing 速率 \(text)"))
        }
        if info.deliveryRate > 0 {
            let text = rate(Double(info.deliveryRate) * 8)
            let why = info.isApplicationLimited ? (" (limited by the program)", "（受程序限制）") : ("", "")
            list.append(Text(en: "delivery \(text)\(why.0)", zh: "送达速率（delivery）\(text)\(why.1)"))
        }
        return list
    }

    private static func limits(_ info: TCPInfo) -> [Text] {
        var english: [String] = []
        var chinese: [String] = []
        let times: [(UInt64, String, String)] = [
            (info.busyTime, "busy", "有数据在途"), (info.receiveWindowLimited, "held back by the peer's window", "受对端窗口限制"),
            (info.sendBufferLimited, "by the send buffer", "受发送缓冲区限制"),
        ]
        for (time, one, other) in times where time > 0 {
            english.append("\(one) \(thousandths(time)) ms")
            chinese.append("\(other) \(thousandths(time)) ms")
        }
        var list = [joined(english, chinese)].compactMap { $0 }
        if info.sendWindow > 0 {
            list.append(Text(en: "peer's window \(info.sendWindow)", zh: "对端窗口 \(info.sendWindow)"))
        }
        return list
    }

    private static func receiving(_ info: TCPInfo) -> [Text] {
        var list: [Text] = []
        if info.receiverRoundTripTime > 0 {
            let time = thousandths(info.receiverRoundTripTime)
            list.append(Text(en: "receiver's rtt \(time) ms", zh: "接收端估算的 rtt \(time) ms"))
        }
        if info.receiveWindow > 0 {
            list.append(Text(en: "own window \(info.receiveWindow)", zh: "本端窗口 \(info.receiveWindow)"))
        }
        if info.receiveSpace > 0 {
            let space = info.receiveSpace
            let threshold = info.receiveSlowStartThreshold
            list.append(
                Text(
                    en: "rcv_space \(space), rcv_ssthresh \(threshold)",
                    zh: "接收空间 rcv_space \(space)，rcv_ssthresh \(threshold)"))
        }
        if info.receivedOutOfOrder > 0 {
            list.append(
                Text(en: "came out of order \(info.receivedOutOfOrder)", zh: "乱序到达 \(info.receivedOutOfOrder)"))
        }
        return list
    }

    // MARK: Numbers

    private static func joined(
        _ english: [String], _ chinese: [String], unit: String = "", chineseUnit: String = ""
    ) -> Text? {
        guard !english.isEmpty else { return nil }
        return Text(
            en: english.joined(separator: ", ") + unit, zh: chinese.joined(separator: "，") + chineseUnit)
    }

    /// A number of microseconds in milliseconds, without trailing zeros.
    private static func thousandths(_ number: some BinaryInteger) -> String {
        let (whole, rest) = number.quotientAndRemainder(dividingBy: 1000)
        guard rest != 0 else { return "\(whole)" }
        let digits = String(Int(rest) + 1000).dropFirst()
        var text = "\(whole).\(digits)"
        while text.hasSuffix("0") { text.removeLast() }
        return text
    }

    /// A rate in bits per second, with one decimal, in the largest unit in which it is at least 1.
    private static func rate(_ bits: Double) -> String {
        for (size, unit) in [(1e9, "Gbit/s"), (1e6, "Mbit/s"), (1e3, "kbit/s")] where bits >= size {
            return "\(decimal(bits / size, 1)) \(unit)"
        }
        return "\(decimal(bits, 0)) bit/s"
    }

    // MARK: Memory and identity

    /// How full the socket's buffers are.
    package static func memory(_ memory: SocketMemory) -> Text {
        Text(
            en: "memory: unread \(memory.received) of \(memory.receiveLimit) B, being sent \(memory.sending) of "
                + "\(memory.sendLimit) B, send queue \(memory.sendQueue), reserved \(memory.reserved), options "
                + "\(memory.options), backlog \(memory.backlog), drops \(memory.drops)",
            zh: "内存：未读 \(memory.received)/\(memory.receiveLimit) 字节，发送中 \(memory.sending)/\(memory.sendLimit) 字节，"
                + "发送队列 \(memory.sendQueue)，预留 \(memory.reserved)，选项 \(memory.options)，backlog \(memory.backlog)，"
                + "丢弃 \(memory.drops)")
    }

    /// The socket's owner, numbers and settings.
    package static func identity(_ entry: SocketEntry, cgroup: String?) -> Text {
        var english = ["uid \(entry.userID)", "inode \(entry.inode)", "cookie \(String(entry.cookie, radix: 16))"]
        var chinese = english
        if entry.interface > 0 {
            english.append("bound to interface \(entry.interface)")
            chinese.append("绑定接口 \(entry.interface)")
        }
        if let cgroup {
            english.append("cgroup \(cgroup)")
            chinese.append("cgroup \(cgroup)")
        }
        if let mark = entry.details?.mark, mark != 0 {
            english.append("mark 0x\(String(mark, radix: 16))")
            chinese.append("标记 0x\(String(mark, radix: 16))")
        }
        if entry.family == .ipv6 {
            english.append(entry.isIPv6Only ? "IPv6 only" : "takes IPv4 too")
            chinese.append(entry.isIPv6Only ? "仅 IPv6" : "也接受 IPv4")
        }
        if entry.shutdown & 1 != 0 {
            english.append("receives no more")
            chinese.append("接收方向已关闭")
        }
        if entry.shutdown & 2 != 0 {
            english.append("sends no more")
            chinese.append("发送方向已关闭")
        }
        return Text(en: english.joined(separator: ", "), zh: chinese.joined(separator: "，"))
    }
}
