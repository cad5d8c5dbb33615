import TCPWire

/// The names of a TCP header's fields (RFC 9293 3.1).
public enum HeaderWords {
    /// Bits 0 to 15 of the first word.
    public static let sourcePort = Text(en: "Source port", zh: "源端口")
    /// Bits 16 to 31 of the first word.
    public static let destinationPort = Text(en: "Destination port", zh: "目的端口")
    /// The second word.
    public static let sequenceNumber = Text(en: "Sequence number", zh: "序号")
    /// The third word; it is significant only with ACK set.
    public static let acknowledgmentNumber = Text(en: "Acknowledgment number", zh: "确认号")
    /// The header's length in 32-bit words.
    public static let dataOffset = Text(en: "Data offset", zh: "数据偏移")
    /// The data offset in a field of four bits: two lines.
    public static let dataOffsetLines = [Text(en: "Data", zh: "数据"), Text(en: "offset", zh: "偏移")]
    /// The reserved bits, which are sent as zero.
    public static let reserved = Text(en: "Reserved", zh: "保留位")
    /// The reserved bits in a field of three bits: two lines.
    public static let reservedLines = [Text(en: "Rsr-", zh: "保留"), Text(en: "ved", zh: "位")]
    /// The name of all control bits together.
    public static let flags = Text(en: "Flags", zh: "控制位")
    /// The window as on the wire, before scaling.
    public static let window = Text(en: "Window", zh: "窗口")
    /// The checksum over pseudo-header, header and data.
    public static let checksum = Text(en: "Checksum", zh: "校验和")
    /// The urgent pointer; it is significant only with URG set.
    public static let urgentPointer = Text(en: "Urgent pointer", zh: "紧急指针")
    /// One of the options after the fixed fields.
    public static let option = Text(en: "Option", zh: "选项")

    /// A statement that a frame holds fewer octets of a header than the header needs.
    public static func cutOff(_ layer: HeaderLayer, have: Int, need: Int) -> Text {
        Text(
            en: "cut off: \(have) of \(need) bytes of the \(layer.titleWithHeader.english)",
            zh: "被截断：\(layer.titleWithHeader.chinese)需要 \(need) 字节，只有 \(have) 字节")
    }
}
