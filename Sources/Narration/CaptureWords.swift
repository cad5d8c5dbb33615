import CaptureFile
import Tracking

extension PacketCounts {
    /// What a file held besides TCP segments, in one line; `nil` where there was nothing else.
    public var restText: Text? {
        var english: [String] = []
        var chinese: [String] = []
        func add(_ count: Int, _ en: String, _ zh: String) {
            guard count > 0 else { return }
            english.append("\(count) \(en)")
            chinese.append("\(zh) \(count) 个")
        }
        add(quoted, quoted == 1 ? "ICMP error about TCP" : "ICMP errors about TCP", "涉及 TCP 的 ICMP 差错")
        add(fragments, fragments == 1 ? "later IP fragment" : "later IP fragments", "后续 IP 分片")
        add(otherTransport, "of other protocols", "其他协议报文")
        add(notIP, "not IP", "非 IP 帧")
        add(truncated, "cut off before the TCP header's end", "TCP 首部被截断的报文")
        add(malformed, "malformed", "畸形报文")
        guard !english.isEmpty else { return nil }
        return Text(
            en: "not TCP segments: " + english.joined(separator: ", "),
            zh: "其余报文：" + chinese.joined(separator: "，"))
    }
}

extension FileKind {
    /// What it seems to be, to follow "looks like" and “看起来是”.
    public var text: Text {
        switch self {
        case .unknown: Text(en: "some other binary file", zh: "其他类型的二进制文件")
        case .text: Text(en: "text", zh: "文本文件")
        case .png: Text(en: "a PNG picture", zh: " PNG 图片")
        case .jpeg: Text(en: "a JPEG picture", zh: " JPEG 图片")
        case .gif: Text(en: "a GIF picture", zh: " GIF 图片")
        case .pdf: Text(en: "a PDF document", zh: " PDF 文档")
        case .elf: Text(en: "a program (ELF)", zh: "可执行程序（ELF）")
        case .zip: Text(en: "a ZIP archive; unpack it first", zh: " ZIP 压缩包，请先解压")
        case .xz: Text(en: "xz data; try: xzcat FILE | tcplens ... -", zh: " xz 压缩数据，可试：xzcat 文件 | tcplens ... -")
        case .bzip2:
            Text(en: "bzip2 data; try: bzcat FILE | tcplens ... -", zh: " bzip2 压缩数据，可试：bzcat 文件 | tcplens ... -")
        case .zstandard:
            Text(en: "zstd data; try: zstdcat FILE | tcplens ... -", zh: " zstd 压缩数据，可试：zstdcat 文件 | tcplens ... -")
        case .lz4: Text(en: "lz4 data; try: lz4cat FILE | tcplens ... -", zh: " lz4 压缩数据，可试：lz4cat 文件 | tcplens ... -")
        case .snoop: Text(en: "a Solaris snoop capture; convert it with editcap", zh: " Solaris snoop 抓包，可用 editcap 转换")
        case .networkMonitor:
            Text(
                en: "a Microsoft Network Monitor capture; convert it with editcap",
                zh: " Microsoft Network Monitor 抓包，可用 editcap 转换")
        }
    }
}
