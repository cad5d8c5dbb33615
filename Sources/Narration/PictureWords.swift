import Tracking

/// The words of the pictures themselves; the words for what a segment is and why it was sent come from labels and
/// findings.
public enum PictureWords {
    /// The end that sent the first SYN.
    public static let client = Text(en: "client", zh: "客户端")
    /// The end that was listening.
    public static let server = Text(en: "server", zh: "服务端")
    /// An endpoint that may be either.
    public static let host = Text(en: "host", zh: "主机")

    /// The heading of the column of times, with their unit.
    public static func time(unit: String) -> Text { Text(en: "TIME \(unit)", zh: "时间 \(unit)") }
    /// The heading of the column of times since the previous segment.
    public static let delta = Text(en: "+DELTA", zh: "+间隔")

    /// The beginning of the line that explains the letters on the rails.
    public static let letters = Text(en: "letters: ", zh: "字母：")
    /// The beginning of the line that explains the signs beside states that are spelled out.
    public static let signs = Text(en: "signs: ", zh: "符号：")
    /// The separator between the brackets at the right of the title and their explanation.
    public static let colon = Text(en: ": ", zh: "：")
    /// The meaning of a letter in the brackets at the right of the title.
    public static func source(_ provenance: Provenance) -> Text {
        switch provenance {
        case .kernel: Text(en: "seen in the kernel", zh: "内核实测")
        case .stack: Text(en: "our own TCP's account", zh: "内置协议栈")
        case .wire: Text(en: "captured packets", zh: "抓包")
        case .inferred: Text(en: "inferred", zh: "推断")
        }
    }
    /// The beginning of the line that says how the states on the rails are known.
    public static let states = Text(en: "states: ", zh: "状态：")
    /// How states are known: `Provenance.kernel`.
    public static let fromKernel = Text(en: "seen in the kernel", zh: "内核实测")
    /// How states are known: `Provenance.stack`.
    public static let fromStack = Text(en: "told by our own TCP itself", zh: "由协议栈自身给出")
    /// How states are known: `Provenance.wire`.
    public static let fromWire = Text(en: "shown by the packets", zh: "报文所示")
    /// How states are known: `Provenance.inferred`.
    public static let inferred = Text(en: "inferred from the packets", zh: "由报文推断")
    /// How states are known if all of them are inferred.
    public static let allInferred = Text(
        en: "all inferred from the packets by RFC 9293's rules", zh: "全部按 RFC 9293 的规则由报文推断")
    /// How states are known: some from the kernel, some from the packets.
    public static let fromBoth = Text(en: "seen in the kernel or the packets", zh: "内核或报文所见")
    /// How states are known if a rail shows inferred and observed ones; `facts` says how the latter are known.
    public static func guesses(facts: Text) -> Text {
        Text(
            en: "a letter with ? behind it is \(inferred.english), the others are \(facts.english)",
            zh: "字母后带 ? 的\(inferred.chinese)，其余为\(facts.chinese)")
    }
    /// The meaning of `?`.
    public static let unknown = Text(en: "unknown from here", zh: "未知")
    /// The meaning of `*`.
    public static let changedHere = Text(en: "changed on this row", zh: "本行状态发生变化")
    /// The meaning of a lower-case `r`: a request socket of Linux.
    public static let requestSocket = Text(en: " (request socket)", zh: "（半连接）")
    /// The meaning of a lower-case `t` and a primed `2`: a timewait socket of Linux.
    public static let timewaitSocket = Text(en: " (timewait socket)", zh: "（timewait 套接字）")
    /// The separator between two statements in a line.
    public static let semicolon = Text(en: "; ", zh: "；")

    /// The source shown beside a packet's comment from the capture file.
    public static let comment = Text(en: "comment in the file", zh: "文件中的注释")
    /// The note after a comment that was cut: how many octets are not shown.
    public static func more(octets: Int) -> Text {
        Text(en: "(\(counted(octets, "byte")) more)", zh: "（另有 \(octets) 字节）")
    }
    /// The note in place of comments that are not shown.
    public static func more(comments: Int) -> Text {
        Text(en: "(\(counted(comments, "comment")) more)", zh: "（另有 \(comments) 条注释）")
    }

    /// The heading of a band of lanes, for a scene with more endpoints than fit side by side.
    public static func band(_ number: Int, of count: Int, lanes: Int) -> Text {
        Text(
            en: "part \(number) of \(count): \(lanes) endpoints",
            zh: "第 \(number) 部分，共 \(count) 部分：\(lanes) 个端点")
    }

    /// The note above the first row of a part of a scene: how many segments precede it.
    public static func leftOut(before count: Int) -> Text {
        Text(en: "... \(counted(count, "segment")) before this ...", zh: "……前面还有 \(count) 个报文段……")
    }
    /// The note below the last row of a part of a scene: how many segments follow.
    public static func leftOut(after count: Int) -> Text {
        Text(en: "... \(counted(count, "segment")) more ...", zh: "……后面还有 \(count) 个报文段……")
    }

    /// Consecutive uneventful segments that one row stands for.
    public struct Stretch: Sendable {
        private var data = 0
        private var acknowledgments = 0
        private var heldBack = 0
        private var octets: UInt64 = 0
        private var first: Int?
        private var last = 0

        /// Starts without a segment.
        public init() {}

        /// Adds one more segment; a segment without octets counts as an ACK.
        ///
        /// - Parameter isHeldBack: whether the segment was delayed: as a delayed ACK, or by Nagle's algorithm.
        public mutating func take(number: Int, octets: UInt32, isHeldBack: Bool = false) {
            if isHeldBack { heldBack += 1 }
            if octets > 0 { data += 1 } else { acknowledgments += 1 }
            self.octets &+= UInt64(octets)
            first = first ?? number
            last = number
        }

        /// The number and size of the segments: `... 312 data segments, 452 KB ...`.
        public var what: Text {
            guard data > 0 else {
                return Text(en: "... \(counted(acknowledgments, "ACK")) ...", zh: "……\(acknowledgments) 个 ACK……")
            }
            return Text(
                en: "... \(counted(data, "data segment")), \(Self.amount(octets).english) ...",
                zh: "……\(data) 个数据报文段，\(Self.amount(octets).chinese)……")
        }

        /// The numbers of the segments, and that nothing went wrong.
        public var remark: Text {
            let isMixed = data > 0 && acknowledgments > 0
            let waited = Text(
                en: heldBack > 0 ? ", \(heldBack) delayed" : "", zh: heldBack > 0 ? "，\(heldBack) 个延迟发送" : "")
            let english = (isMixed ? ", \(counted(acknowledgments, "ACK"))" : "") + waited.english
            let chinese = (isMixed ? "，\(acknowledgments) 个 ACK" : "") + waited.chinese
            return Text(
                en: "#\(first ?? last) to #\(last)\(english), none lost",
                zh: "#\(first ?? last) 到 #\(last)\(chinese)，无丢失")
        }

        private static func amount(_ octets: UInt64) -> Text {
            switch octets {
            case ..<10_000: Text(en: counted(octets, "byte"), zh: "\(octets) 字节")
            case ..<10_000_000: Text(verbatim: "\(octets / 1000) KB")
            default: Text(verbatim: "\(octets / 1_000_000) MB")
            }
        }
    }
}
