import TCPWire

/// The names of header fields. In English they are those of the protocols' documents; in Chinese those of textbooks, or
/// the document's where textbooks have none. An abbreviation (DSCP, DF, VNI) is the same in both.
package enum HeaderFieldWords {
    /// The name in both languages of the field that its document calls `field`.
    package static func name(_ field: String) -> Text {
        Text(en: field, zh: chinese[field] ?? field)
    }

    private static let chinese = [
        // Ethernet, 802.3, and similar link layers.
        "Destination Address": "目的地址", "Source Address": "源地址", "EtherType": "以太类型", "Control": "控制",
        "Frame Control": "帧控制", "Address Family": "地址族", "Packet Type": "分组类型", "Address Length": "地址长度",
        "Address": "地址", "Interface": "接口", "Interface Index": "接口索引", "Direction": "方向",
        // IPv4 (RFC 791) and IPv6 (RFC 8200).
        "Version": "版本", "IHL": "首部长度", "Total Length": "总长度", "Identification": "标识", "Reserved": "保留位",
        "Fragment Offset": "片偏移", "Time to Live": "生存时间", "TTL": "生存时间", "Protocol": "协议",
        "Header Checksum": "首部校验和", "Flow Label": "流标签", "Payload Length": "有效载荷长度",
        "Next Header": "下一个首部", "Hop Limit": "跳数限制", "Res": "保留位", "Hdr Ext Len": "扩展首部长度",
        "Routing Type": "路由类型", "Segments Left": "剩余段数", "Last Entry": "最后一项", "Option Type": "选项类型",
        "Option Length": "选项长度", "Home Address": "家乡地址", "Loose Source Route": "宽松源路由",
        "Strict Source Route": "严格源路由", "Route Address": "路由地址", "Pointer": "指针", "Payload Len": "载荷长度",
        "Security Parameters Index": "安全参数索引",
        // ICMP (RFC 792, RFC 4443).
        "Type": "类型", "Code": "代码", "Checksum": HeaderWords.checksum.chinese, "Unused": "未使用",
        "Next-Hop MTU": "下一跳 MTU", "Rest of Header": "首部其余部分",
        // UDP and TCP.
        "Source Port": HeaderWords.sourcePort.chinese, "Destination Port": HeaderWords.destinationPort.chinese,
        "Length": "长度", "Sequence Number": HeaderWords.sequenceNumber.chinese,
        "Acknowledgment Number": HeaderWords.acknowledgmentNumber.chinese,
        "Data Offset": HeaderWords.dataOffset.chinese, "Window": HeaderWords.window.chinese,
        "Urgent Pointer": HeaderWords.urgentPointer.chinese,
        // Tags and tunnels.
        "Label": "标签", "Flags": "标志", "Message Type": "消息类型", "Session ID": "会话 ID",
        "Tunnel ID": "隧道 ID", "Timestamp": "时间戳", "Options": "选项", "Hop Count": "跳数", "Padding": "填充",
        "Protocol Version": "协议版本", "Subtype": "子类型", "Next Protocol": "下一个协议",
        "first octet": "第一个字节",
    ]
}

extension HeaderReport.Field {
    /// The field's name.
    package var title: Text { HeaderFieldWords.name(name) }

    /// The meaning of the field's value: an address, a protocol's name, `20 octets`; `nil` if the number says it all.
    package var meaningText: Text? {
        guard let meaning else { return nil }
        if let reason = ICMPReason(rawValue: meaning) { return reason.text }
        let octets = " octets"
        guard meaning.hasSuffix(octets) else { return Text(verbatim: meaning) }
        return Text(en: meaning, zh: meaning.dropLast(octets.count) + " 字节")
    }
}

extension HeaderLayer {
    /// The header's name.
    package var title: Text {
        switch self {
        case .direction: Text(en: name, zh: "方向")
        case .loopback: Text(en: name, zh: "环回")
        case .preamble: Text(en: name, zh: "前导码")
        case .meshControl: Text(en: name, zh: "Mesh 控制")
        case .subframe: Text(en: name, zh: "A-MSDU 子帧")
        case .pseudowire: Text(en: name, zh: "伪线控制字")
        case .switchTag: Text(en: name, zh: "交换机标签")
        case .extensionHeader: Text(en: name, zh: "IPv6 扩展首部")
        case .routingHeader: Text(en: name, zh: "IPv6 路由首部")
        case .destinationOptions: Text(en: name, zh: "IPv6 目的选项首部")
        case .fragmentHeader: Text(en: name, zh: "IPv6 分片首部")
        case .minimalEncapsulation: Text(en: name, zh: "最小封装")
        default: Text(verbatim: name)
        }
    }
    /// The header's name within a sentence: `ICMP header`, `ICMP 首部`. The word for header is not repeated if the name
    /// ends in it.
    package var titleWithHeader: Text {
        let title = title
        let (english, chinese) = (" header", "首部")
        return Text(
            en: title.english.hasSuffix(english) ? title.english : title.english + english,
            zh: title.chinese.hasSuffix(chinese) ? title.chinese : "\(title.chinese) \(chinese)")
    }
}
