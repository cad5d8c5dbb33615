import CaptureFile
import Tracking
import TCPWire

extension PacketCounts {
    /// What a file held besides TCP segments, in one line; `nil` if it held nothing else.
    public var restText: Text? {
        var english: [String] = []
        var chinese: [String] = []
        func add(_ count: Int, _ en: String, _ zh: String) {
            guard count > 0 else { return }
            english.append("\(count) \(en)")
            chinese.append("\(zh) \(count) 个")
        }
        add(quoted, quoted == 1 ? "ICMP error about TCP" : "ICMP errors about TCP", "涉及 TCP 的 ICMP 差错")
        // Each reassembled segment is counted as one packet; this is the number of its other fragments.
        let joined = fragments - refusedFragments - loneFragments
        add(joined, joined == 1 ? "further IP fragment" : "further IP fragments", "报文段的其余 IP 分片")
        add(
            refusedFragments,
            "IP \(refusedFragments == 1 ? "fragment" : "fragments") refused for overlapping (RFC 5722)",
            "因重叠被拒绝的 IP 分片（RFC 5722）")
        add(
            loneFragments, "IP \(loneFragments == 1 ? "fragment" : "fragments") without the others of their packet",
            "缺少同一报文其余部分的 IP 分片")
        add(otherTransport, "of other protocols", "其他协议报文")
        add(notIP, "not IP", "非 IP 帧")
        for (number, count) in otherLinks.sorted(by: { $0.key < $1.key }) {
            let link = LinkType(rawValue: number)
            let inside = link.isOpened ? " in" : ""
            add(
                count, "of a link type that is not read\(inside) (\(link.nameAndNumber.english))",
                "链路类型不支持的帧（\(link.isOpened ? "封装于 " : "")\(link.nameAndNumber.chinese)）")
        }
        add(concealed, "encrypted or compressed", "加密或压缩的报文")
        add(truncated, "cut off before the TCP header's end", "TCP 首部被截断的报文")
        add(malformed, "malformed", "畸形报文")
        guard !english.isEmpty else { return nil }
        return Text(
            en: "not TCP segments: " + english.joined(separator: ", "),
            zh: "其余报文：" + chinese.joined(separator: "，"))
    }
}

extension PacketCounts {
    /// A sentence that the capture does not hold its packets in full length; `nil` if it does.
    ///
    /// - Parameter interfaces: the interfaces that the capture describes, with their snap lengths.
    public func cutText(_ interfaces: [CaptureInterface]) -> Text? {
        guard cutOff > 0 else { return nil }
        // The usual snap lengths mean "the whole packet", so they are not what has cut packets.
        let lengths = Set(interfaces.map(\.snapshotLength)).filter { $0 > 0 && $0 < 65535 }.sorted()
        let snap = lengths.map(String.init).joined(separator: ", ")
        var english = "\(cutOff) of \(counted(packets, "packet")) \(cutOff == 1 ? "is" : "are") cut off in the capture"
        var chinese = "\(packets) 个报文中有 \(cutOff) 个在抓包中被截断"
        if !lengths.isEmpty {
            english += " (snap length \(snap))"
            chinese += "（snaplen \(snap)）"
        }
        if cutInOptions > 0 {
            english += ", \(cutInOptions) of them within TCP's options, which are unknown from there on"
            chinese += "，其中 \(cutInOptions) 个截断在 TCP 选项内，其后的选项未知"
        }
        return Text(en: english, zh: chinese)
    }
}

extension OffloadSigns {
    /// The work that the capturing machine leaves to its network card, reported once for the capture; empty if none is
    /// visible.
    public var texts: [Text] {
        var texts: [Text] = []
        if unfilledChecksums > 0 {
            texts.append(
                Text(
                    en:
                        "\(unfilledChecksums) of the first \(counted(segments, "segment")) \(unfilledChecksums == 1 ? "has" : "have") no checksum yet: captured in the sender, before its network card fills it in (checksum offload)",
                    zh: "前 \(segments) 个报文段中有 \(unfilledChecksums) 个尚未填写校验和：在发送方主机内、网卡填写之前抓到（校验和卸载）"))
        }
        if oversized > 0 {
            texts.append(
                Text(
                    en:
                        "\(oversized) of the first \(counted(segments, "segment")) \(oversized == 1 ? "is" : "are") larger than the receiver's MSS: captured before the network card cuts them up, or after it joins them (segmentation offload)",
                    zh: "前 \(segments) 个报文段中有 \(oversized) 个大于接收方的 MSS：在网卡分段之前或合并之后抓到（分段卸载）"))
        }
        return texts
    }
}

extension LinkType {
    /// The link type's name and number, `USER0, 147`, or the number alone if the registry has no name for it.
    fileprivate var nameAndNumber: Text {
        let both = name.map { "\($0), \(rawValue)" } ?? "\(rawValue)"
        return Text(en: both, zh: both)
    }
}

extension FileKind {
    /// What the file appears to be, to follow "looks like" and “看起来是”.
    public var text: Text {
        switch self {
        case .unknown: Text(en: "some other binary file", zh: "其他类型的二进制文件")
        case .text: Text(en: "text", zh: "文本文件")
        case .hexDump: Text(en: "a hex dump of packets", zh: "报文的十六进制转储")
        case .png: Text(en: "a PNG picture", zh: " PNG 图片")
        case .jpeg: Text(en: "a JPEG picture", zh: " JPEG 图片")
        case .gif: Text(en: "a GIF picture", zh: " GIF 图片")
        case .pdf: Text(en: "a PDF document", zh: " PDF 文档")
        case .elf: Text(en: "a program (ELF)", zh: "可执行程序（ELF）")
        case .html: Text(en: "a web page (HTML)", zh: "网页（HTML）")
        case .json: Text(en: "JSON", zh: " JSON 文件")
        case .zip: Self.archive("a ZIP", " ZIP")
        case .sevenZip: Self.archive("a 7-Zip", " 7-Zip")
        case .rar: Self.archive("a RAR", " RAR")
        case .tar: Self.archive("a tar", " tar")
        case .xz: Self.packed("xz")
        case .lzma: Self.packed("LZMA")
        case .bzip2: Self.packed("bzip2")
        case .zstandard: Self.packed("zstd")
        case .lz4: Self.packed("lz4")
        case .lzip: Self.packed("lzip")
        case .lzop: Self.packed("lzop")
        case .compress: Self.packed("compress (.Z)")
        case .networkMonitor: Self.capture("Microsoft Network Monitor")
        case .sniffer: Self.capture("Sniffer (DOS)")
        case .netXRay: Self.capture("Sniffer (Windows)")
        case .observer: Self.capture("Observer")
        case .visualNetworks: Self.capture("Visual Networks")
        case .lanalyzer: Self.capture("LANalyzer")
        case .fiveViews: Self.capture("5View")
        case .k12, .k12Text: Self.capture("Tektronix K12")
        case .erf: Self.capture("Endace ERF")
        case .iptrace: Self.capture("AIX iptrace")
        case .netScaler: Self.capture("NetScaler")
        case .peek: Self.capture("OmniPeek")
        case .nettl: Self.capture("HP-UX nettl")
        case .ixia: Self.capture("Ixia")
        case .bluetoothSnoop: Text(en: "a Bluetooth capture (btsnoop), without TCP", zh: "蓝牙抓包（btsnoop），其中没有 TCP")
        case .blf: Text(en: "a log of vehicle buses (BLF)", zh: "车载总线日志（BLF）")
        case .apple: Text(en: "an Apple property list", zh: " Apple 属性列表")
        }
    }

    /// The next command to try; `nil` if no command turns the file into packets.
    public func remedyText(_ path: String) -> Text? {
        let path = path == "-" ? "FILE" : path
        return switch remedy {
        case .unpack(let command):
            Text(
                en: "unpack it:  \(command) \(path) | tcplens connections -",
                zh: "先解压：  \(command) \(path) | tcplens connections -")
        case .convert(let command):
            Text(
                en: "convert it:  \(command) \(path) converted.pcapng", zh: "先转换：  \(command) \(path) converted.pcapng")
        case nil: nil
        }
    }

    private static func packed(_ name: String) -> Text { Text(en: "\(name) data", zh: " \(name) 压缩数据") }

    private static func archive(_ en: String, _ zh: String) -> Text {
        Text(en: "\(en) archive", zh: "\(zh) 压缩包")
    }

    private static func capture(_ name: String) -> Text {
        Text(en: "a capture of \(name)", zh: " \(name) 的抓包")
    }
}

extension CaptureEnding {
    /// What a reader should know about how the file ended, for standard error.
    package func warning(_ path: String) -> [Text] {
        explanation(path).map { Text(en: "tcplens: " + $0.english, zh: "tcplens：" + $0.chinese) }
    }

    /// How the file ended, if it did not end properly.
    package func explanation(_ path: String) -> [Text] {
        switch self {
        case .complete: []
        case .cutOff(let number, _):
            [
                Text(
                    en: "\(path) is cut off in the middle of packet \(number); shown is what comes before",
                    zh: "\(path) 在第 \(number) 个报文中间被截断，以上是此前的内容")
            ]
        case .damaged(let offset, _):
            [
                Text(
                    en: "\(path) is damaged at byte \(offset); shown is what comes before",
                    zh: "\(path) 在第 \(offset) 字节处损坏，以上是此前的内容")
            ]
        }
    }
}
