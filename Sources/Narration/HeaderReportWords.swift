import TCPWire

extension ChecksumVerdict {
    /// The result of checking a layer's checksum.
    package func text(_ layer: HeaderLayer) -> Text {
        switch self {
        case .correct: Text(en: "checksum: correct", zh: "校验和：正确")
        case .wrong(let expected):
            Text(en: "checksum: WRONG, should be 0x\(Self.hex(expected))", zh: "校验和：错误，应为 0x\(Self.hex(expected))")
        case .partial(let expected):
            Text(
                en:
                    "checksum: only the pseudo-header's sum: captured before the network card filled it in (0x\(Self.hex(expected)))",
                zh: "校验和：只有伪首部之和——抓包点在网卡填写校验和之前（应为 0x\(Self.hex(expected))）")
        case .zero(let expected):
            Text(
                en: "checksum: 0, not filled in (would be 0x\(Self.hex(expected)))",
                zh: "校验和：为 0，未填写（应为 0x\(Self.hex(expected))）")
        case .cannotVerify:
            Text(en: "checksum: cannot be verified, not all bytes were captured", zh: "校验和：报文不完整，无法验证")
        }
    }

    /// A value in four hexadecimal digits.
    package static func hex(_ value: UInt16) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}

extension HeaderReport {
    /// Why there is no TCP header to show.
    package var stopText: Text {
        if verdict == .quotedSegment {
            return Text(en: "an ICMP error that quotes a TCP segment", zh: "这是引用了 TCP 报文段的 ICMP 差错报文")
        }
        return switch stop {
        case .truncated(let layer, let have, let need):
            HeaderWords.cutOff(layer, have: have, need: need)
        case .invalid(let layer, let field, let value):
            Text(
                en: "not a valid \(layer.titleWithHeader.english): \(field) is \(value)",
                zh: "\(layer.titleWithHeader.chinese)无效：\(HeaderFieldWords.name(field).chinese) = \(value)")
        case .laterFragment:
            Text(
                en: "a later IP fragment: the TCP header is in the first", zh: "这是后续 IP 分片，TCP 首部在第一个分片里")
        case .shortFragment:
            Text(
                en: "a first IP fragment too short to hold the TCP header", zh: "第一个 IP 分片太短，装不下 TCP 首部")
        case .otherEtherType(let type):
            EtherTypeWords.notRead(type)
        case .otherProtocol(let number):
            otherProtocol(number)
        case .otherPPPProtocol(let number):
            Text(
                en: "not IP: PPP protocol 0x\(String(number, radix: 16))",
                zh: "不是 IP：PPP 协议 0x\(String(number, radix: 16))")
        case .otherFamily(let family):
            Text(en: "not IP: address family \(family)", zh: "不是 IP：地址族 \(family)")
        case .otherLinkType(let link):
            Text(
                en: "link type \(link.rawValue)\(link.name.map { " (\($0))" } ?? "") is not read",
                zh: "不支持链路类型 \(link.rawValue)\(link.name.map { "（\($0)）" } ?? "")")
        case .otherAccessPoint(let number):
            Text(
                en: "not IP: LLC service access point 0x\(String(number, radix: 16))",
                zh: "不是 IP：LLC 服务访问点 0x\(String(number, radix: 16))")
        case .otherNetworkProtocol(let number):
            Text(
                en: "not IP: network layer protocol identifier 0x\(String(number, radix: 16))",
                zh: "不是 IP：网络层协议标识 0x\(String(number, radix: 16))")
        case .laterPart(let layer):
            Text(
                en: "a later part of what \(layer.title.english) divided: the TCP header is in the first",
                zh: "这是 \(layer.title.chinese) 分段的后续部分，TCP 首部在第一段里")
        case .concealed(let layer):
            Text(
                en: "what is behind the \(layer.titleWithHeader.english) is encrypted or compressed",
                zh: "\(layer.titleWithHeader.chinese)之后的内容已加密或压缩")
        case .noPacket(let layer, let field, let value):
            Text(
                en: "the \(layer.titleWithHeader.english) carries no packet that is read: \(field) is \(value)",
                zh:
                    "\(layer.titleWithHeader.chinese)之后没有可解析的报文：\(HeaderFieldWords.name(field).chinese) = \(value)")
        case .tooDeep:
            Text(en: "too many headers inside each other", zh: "首部嵌套过深")
        case nil:
            Text(en: "no TCP header here", zh: "这里没有 TCP 首部")
        }
    }

    private func otherProtocol(_ number: UInt8) -> Text {
        let named = layers.lazy.flatMap(\.fields).filter { $0.name == "Protocol" || $0.name == "Next Header" }.last
        let name = named?.meaning.map { Text(en: " (\($0))", zh: "（\($0)）") } ?? Text(verbatim: "")
        if verdict == .concealed {
            return Text(
                en: "what is behind IP protocol \(number)\(name.english) is encrypted or compressed",
                zh: "IP 协议号 \(number)\(name.chinese)之后的内容已加密或压缩")
        }
        return Text(
            en: "not TCP: IP protocol \(number)\(name.english)", zh: "不是 TCP：IP 协议号 \(number)\(name.chinese)")
    }
}
