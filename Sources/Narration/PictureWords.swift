import Tracking

/// The words that the pictures themselves need; what a segment is and why comes from the labels and findings.
public enum PictureWords {
    /// Who sent the first SYN.
    public static let client = Text(en: "client", zh: "客户端")
    /// Who was listening.
    public static let server = Text(en: "server", zh: "服务端")
    /// An endpoint of which that is not known.
    public static let host = Text(en: "host", zh: "主机")

    /// Over the column of times; ends in the unit.
    public static func time(unit: String) -> Text { Text(verbatim: "TIME \(unit)") }
    /// Over the column of times since the row before.
    public static let delta = Text(verbatim: "+DELTA")

    /// Opens the line that says what the letters on the rails stand for.
    public static let letters = Text(en: "letters: ", zh: "字母：")
    /// Opens the line that says what else stands beside states that are spelled out.
    public static let signs = Text(en: "signs: ", zh: "符号：")
    /// Behind the brackets at the title's right, before what their letters stand for.
    public static let colon = Text(en: ": ", zh: "：")
    /// What a letter in these brackets stands for.
    public static func source(_ provenance: Provenance) -> Text {
        switch provenance {
        case .kernel: Text(en: "seen in the kernel", zh: "内核实测")
        case .stack: Text(en: "our own TCP's account", zh: "内置协议栈")
        case .wire: Text(en: "captured packets", zh: "抓包")
        case .inferred: Text(en: "inferred", zh: "推断")
        }
    }
    /// Opens the line that says how the states on the rails are known.
    public static let states = Text(en: "states: ", zh: "状态：")
    /// How states are known: `Provenance.kernel`.
    public static let fromKernel = Text(en: "seen in the kernel", zh: "内核实测")
    /// How states are known: `Provenance.stack`.
    public static let fromStack = Text(en: "told by our own TCP itself", zh: "由协议栈自身给出")
    /// How states are known: `Provenance.wire`.
    public static let fromWire = Text(en: "shown by the packets", zh: "报文所示")
    /// How states are known: `Provenance.inferred`.
    public static let inferred = Text(en: "inferred from the packets", zh: "由报文推断")
    /// Where no state is known otherwise.
    public static let allInferred = Text(
        en: "all inferred from the packets by RFC 9293's rules", zh: "全部按 RFC 9293 的规则由报文推断")
    /// How states are known: some from the kernel, some from packets.
    public static let fromBoth = Text(en: "seen in the kernel or the packets", zh: "内核或报文所见")
    /// Where guesses and facts stand on one rail; `facts` says how the facts are known.
    public static func guesses(facts: Text) -> Text {
        Text(
            en: "a letter with ? behind it is \(inferred.english), the others are \(facts.english)",
            zh: "字母后带 ? 的\(inferred.chinese)，其余为\(facts.chinese)")
    }
    /// What `?` stands for.
    public static let unknown = Text(en: "unknown from here", zh: "此处看不到")
    /// What `*` stands for.
    public static let changedHere = Text(en: "changed on this row", zh: "本行状态发生变化")
    /// What a lower-case `r` is in Linux.
    public static let requestSocket = Text(en: " (request socket)", zh: "（半连接）")
    /// What a lower-case `t` and a primed `2` are in Linux.
    public static let timewaitSocket = Text(en: " (timewait socket)", zh: "（timewait 套接字）")
    /// Between two statements of one line.
    public static let semicolon = Text(en: "; ", zh: "；")

    /// Beside a packet's comment out of the capture file.
    public static let comment = Text(en: "comment in the file", zh: "文件中的注释")
    /// Behind a comment that is not shown to its end.
    public static func more(octets: Int) -> Text {
        Text(en: "(\(counted(octets, "byte")) more)", zh: "（另有 \(octets) 字节）")
    }
    /// Instead of comments that are not shown.
    public static func more(comments: Int) -> Text {
        Text(en: "(\(counted(comments, "comment")) more)", zh: "（另有 \(comments) 条注释）")
    }

    /// Over a band of lanes when there are more endpoints than fit side by side.
    public static func band(_ number: Int, of count: Int, lanes: Int) -> Text {
        Text(
            en: "part \(number) of \(count): \(lanes) endpoints",
            zh: "第 \(number) 部分，共 \(count) 部分：\(lanes) 个端点")
    }
}
