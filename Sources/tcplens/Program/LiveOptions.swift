import ArgumentParser
import LinuxKernel
import Narration

/// The flags that choose where packets come from, named as in tcpdump: a live interface, or a file.
struct LiveOptions: ParsableArguments {
    /// The error message where neither a capture file nor an interface is given.
    static let noSource = Text(
        en: "neither a capture file nor -i INTERFACE was given (- is standard input)",
        zh: "缺少抓包文件或 -i 接口名（- 表示标准输入）")

    @Option(
        name: [.customShort("i"), .customLong("interface")],
        help: .init(
            Text(
                en: "Captures on this interface, any for all of them; the words behind are a capture filter.",
                zh: "在该网络接口上实时抓包，any 表示所有接口；后面的词为捕获过滤表达式。"
            ).spoken, valueName: "name"))
    var interface: String?

    @Flag(
        name: [.customShort("D"), .customLong("list-interfaces")],
        help: .init(Text(en: "Lists the interfaces.", zh: "列出网络接口。").spoken))
    var listsInterfaces = false

    @Option(
        name: .customShort("c"),
        help: .init(
            Text(en: "With -i: ends after so many packets.", zh: "与 -i 同用：收到多少个报文后结束。").spoken, valueName: "n"))
    var count: Int?

    @Option(
        name: [.customShort("s"), .customLong("snaplen")],
        help: .init(
            Text(
                en: "With -i: captures so many bytes of each packet; 0 for all. Default: what is needed.",
                zh: "与 -i 同用：每个报文捕获多少字节，0 表示全部。默认按需要。"
            ).spoken, valueName: "bytes"))
    var snapLength: Int?

    @Flag(
        name: .customShort("p"),
        help: .init(
            Text(en: "With -i: no promiscuous mode.", zh: "与 -i 同用：不进入混杂模式。").spoken))
    var staysPlain = false

    @Option(
        name: .customShort("r"),
        help: .init(
            Text(en: "Reads this file: the same as its name alone.", zh: "读取该文件，与直接写文件名相同。").spoken, valueName: "file"),
        completion: .file())
    var file: String?

    /// The largest value of `-s`, in octets of each packet.
    private static let longest = 262_144
    /// The smallest value of `-s` but 0: the headers of Ethernet, IPv6 and TCP without options.
    private static let shortest = 74

    func validate() throws {
        if let count, count < 1 { throw ValidationError(Text(en: "-c counts from 1", zh: "-c 至少为 1").spoken) }
        if let snapLength, snapLength != 0, !(Self.shortest...Self.longest).contains(snapLength) {
            throw ValidationError(
                Text(
                    en:
                        "-s takes 0 (whole packets) or \(Self.shortest) to \(Self.longest): with fewer octets TCP's header is cut off",
                    zh: "-s 可为 0（整个报文）或 \(Self.shortest) 到 \(Self.longest)：再少就会截掉 TCP 首部"
                ).spoken)
        }
        if interface == nil, count != nil || snapLength != nil || staysPlain {
            throw ValidationError(
                Text(en: "-c, -s and -p go with -i: they are about capturing", zh: "-c、-s、-p 用于抓包，需与 -i 同用").spoken)
        }
        if interface != nil, file != nil {
            throw ValidationError(
                Text(en: "-i captures and -r reads: take one of them", zh: "-i 是抓包，-r 是读文件，只能选其一").spoken)
        }
    }

    /// Throws where files are named both with `-r` and as arguments. With `-i` and `-D` the arguments are not checked:
    /// they do not name files.
    ///
    /// - Parameter words: the positional arguments.
    func refuse(_ words: [String]) throws {
        if interface != nil || listsInterfaces { return }
        if file != nil, let word = words.first {
            throw ValidationError(
                Text(
                    en: "'\(word)' beside -r: a file's connections are chosen with -Y",
                    zh: "-r 之外还有 '\(word)'：文件中的连接用 -Y 选择"
                ).spoken)
        }
    }

    /// How much of each packet a command needs; `-s` overrides it.
    enum Need {
        /// The headers; packets are delivered in batches.
        case headers
        /// The headers and the beginning of the payload, where a client's request may name the server; each packet is
        /// delivered immediately.
        case beginnings
        /// The whole packet.
        case all

        fileprivate var octets: Int {
            switch self {
            case .headers: 256
            case .beginnings: 4096
            case .all: LiveOptions.longest
            }
        }
    }

    /// The options of a live capture on an interface.
    ///
    /// - Parameter words: the words of the capture filter; empty for no filter.
    func capture(on interface: String, _ words: [String], _ need: Need) throws -> CaptureOptions {
        let filter = Self.filter(words)
        // A capture filter with a mistake is reported before the lack of a privilege is.
        if let filter, let fault = LiveCapture.check(filter: filter) { throw Failure(fault) }
        let wanted = snapLength.map { $0 == 0 ? Self.longest : $0 } ?? need.octets
        let delivery: CaptureOptions.Delivery =
            switch need {
            case .headers: .batched(milliseconds: 10)
            // Immediate delivery needs buffer space for the whole snap length of every packet; with a large one,
            // batches save it.
            case .beginnings, .all: wanted > Need.beginnings.octets ? .batched(milliseconds: 1) : .immediate
            }
        return CaptureOptions(
            interface: interface, filter: filter, snapLength: Int32(clamping: wanted), delivery: delivery,
            isPromiscuous: !staysPlain)
    }

    /// The words of a capture filter joined to one text; `nil` where there are none, which captures every packet.
    static func filter(_ words: [String]) -> String? {
        let text = words.joined(separator: " ")
        return text.isEmpty ? nil : text
    }

    /// Writes the list of interfaces, one a line.
    static func listInterfaces() { Screen.write(LiveCapture.interfaces()) }
}
