import Stories
import TCPWire
import Tracking

extension ICMPReason {
    /// The reason in words.
    public var text: Text {
        switch self {
        case .networkUnreachable: Text(en: rawValue, zh: "网络不可达")
        case .hostUnreachable: Text(en: rawValue, zh: "主机不可达")
        case .protocolUnreachable: Text(en: rawValue, zh: "协议不可达")
        case .portUnreachable: Text(en: rawValue, zh: "端口不可达")
        case .fragmentationNeeded: Text(en: rawValue, zh: "需要分片但设置了 DF")
        case .sourceRouteFailed: Text(en: rawValue, zh: "源路由失败")
        case .networkProhibited: Text(en: rawValue, zh: "禁止访问该网络")
        case .hostProhibited: Text(en: rawValue, zh: "禁止访问该主机")
        case .administrativelyProhibited: Text(en: rawValue, zh: "被管理策略禁止")
        case .noRoute: Text(en: rawValue, zh: "没有路由")
        case .beyondScope: Text(en: rawValue, zh: "超出源地址的作用域")
        case .addressUnreachable: Text(en: rawValue, zh: "地址不可达")
        case .policyFailed: Text(en: rawValue, zh: "源地址不符合策略")
        case .routeRejected: Text(en: rawValue, zh: "路由拒绝")
        case .sourceQuench: Text(en: rawValue, zh: "源抑制")
        case .redirect: Text(en: rawValue, zh: "重定向")
        case .packetTooBig: Text(en: rawValue, zh: "报文过大")
        case .timeExceeded: Text(en: rawValue, zh: "TTL 超时")
        case .reassemblyTimeExceeded: Text(en: rawValue, zh: "分片重组超时")
        case .parameterProblem: Text(en: rawValue, zh: "参数错误")
        case .otherUnreachable: Text(en: rawValue, zh: "不可达")
        case .other: Text(en: rawValue, zh: "其他")
        }
    }
}

extension ICMPError {
    /// What the error reports: `fragmentation needed (MTU 1400)`.
    package var what: Text {
        let limit = mtu.map { (en: " (MTU \($0))", zh: "（MTU \($0)）") } ?? ("", "")
        return Text(en: reason.text.english + limit.0, zh: reason.text.chinese + limit.1)
    }
}

extension ConnectionStory.Report {
    /// The error as a ladder shows it at the end that receives it: `#6 ICMP: fragmentation needed (MTU 1400)`.
    public var what: Text {
        let error = error.error.what
        return Text(
            en: "#\(self.error.number) ICMP: \(error.english)", zh: "#\(self.error.number) ICMP：\(error.chinese)")
    }

    /// Who reports the error, and about which segment.
    public var remark: Text {
        let by = error.error.reporter.description
        if error.verdict == .damaged {
            return Text(en: "from \(by), wrong ICMP checksum: dropped", zh: "来自 \(by)，ICMP 校验和错误，被丢弃")
        }
        if isForeign {
            return Text(en: "from \(by), about nothing on its way", zh: "来自 \(by)，所引用的并不在途中")
        }
        guard let quoted else { return Text(en: "from \(by)", zh: "来自 \(by)") }
        return Text(en: "from \(by), about #\(quoted)", zh: "来自 \(by)，针对 #\(quoted)")
    }
}

extension ErrorKind {
    /// A statement that not all of this many errors were examined; `nil` if they were.
    package static func limitText(of count: Int) -> Text? {
        guard count > SegmentBatch.mostErrors else { return nil }
        return Text(
            en: "only the first \(SegmentBatch.mostErrors) of \(count) ICMP errors were looked at",
            zh: "\(count) 个 ICMP 差错中只看了前 \(SegmentBatch.mostErrors) 个")
    }

    /// A line of a list about errors that concern no connection of the capture; `nil` if there are none.
    package static func unknownText(_ count: Int) -> Text? {
        guard count > 0 else { return nil }
        return Text(
            en: "\(counted(count, "ICMP error")) about no connection in this capture",
            zh: "其中 \(count) 个 ICMP 差错所涉及的连接不在抓包中")
    }

    /// The error's sender, report and count: `10.1.255.1: fragmentation needed (MTU 1400), 2 times`.
    package var text: Text {
        let (by, what) = (error.reporter.description, error.what)
        return Text(
            en: "\(by): \(what.english)" + (times == 1 ? "" : ", \(times) times"),
            zh: "\(by)：\(what.chinese)" + (times == 1 ? "" : "，\(times) 次"))
    }
}

extension ConnectionStory {
    /// A sentence for each kind of ICMP error from each sender, in the order of their first occurrence.
    package var reportSentences: [Text] {
        let damaged = reports.count { $0.error.verdict == .damaged }
        let foreign = reports.count { $0.isForeign && $0.error.verdict != .damaged }
        var lines = ErrorKind.all(reports.map(\.error), about: record).prefix(4).map { kind in
            Text(en: "ICMP from \(kind.text.english).", zh: "收到 ICMP 差错，来自 \(kind.text.chinese)。")
        }
        if reportsLeftOut > 0 {
            lines.append(
                Text(
                    en: "The last \(counted(reportsLeftOut, "ICMP error")) are not in the picture.",
                    zh: "最后 \(reportsLeftOut) 个 ICMP 差错未画出。"))
        }
        if damaged > 0 {
            lines.append(
                Text(
                    en: "\(counted(damaged, "ICMP error")) with a wrong checksum, which nobody takes.",
                    zh: "\(damaged) 个 ICMP 差错校验和错误，会被丢弃。"))
        }
        if foreign > 0 {
            lines.append(
                Text(
                    en:
                        "\(counted(foreign, "ICMP error")) about nothing that was on its way: old, or forged (RFC 5927).",
                    zh: "\(foreign) 个 ICMP 差错所引用的报文段当时不在途中：过时或伪造（RFC 5927）。"))
        }
        return lines
    }
}
