import LinuxKernel
import Narration
import Pictures

/// The error where a socket filter cannot be understood, with advice on what to write instead.
extension Failure {
    init(_ error: SocketFilterError) {
        switch error {
        case .unknownState(let name): self = .unknownState(name)
        case .valueMissing(let word) where ["state", "exclude", "excl"].contains(word):
            self.init(
                .usage, Text(en: "'\(word)' needs a name after it", zh: "'\(word)' 之后要写状态名"),
                next: Self.stateNames)
        case .valueMissing(let word):
            self.init(
                .usage, Text(en: "something must follow '\(word)'", zh: "'\(word)' 之后缺少内容"), next: Self.filterExamples)
        case .stateTooLate(let word):
            self.init(
                .usage,
                Text(en: "'\(word)' comes before the expression", zh: "'\(word)' 要写在表达式之前"),
                next: [
                    Text(
                        en: "example:  tcplens sockets \(word) established '( dport = :443 )'",
                        zh: "例如：  tcplens sockets \(word) established '( dport = :443 )'")
                ])
        case .notAPort(let port, let keyword): self = .notAPort(port, after: keyword)
        case .notAnAddress(let address, let keyword):
            self.init(
                .usage,
                Text(
                    en: "'\(address)' is not an address or network after '\(keyword)' (names are not looked up)",
                    zh: "'\(keyword)' 之后的 '\(address)' 不是地址或网段（不做域名解析）"),
                next: [
                    Text(
                        en:
                            "examples:  \(keyword) 10.0.0.1   \(keyword) 10.0.0.0/8   \(keyword) [::1]:443   \(keyword) :https",
                        zh:
                            "例如：  \(keyword) 10.0.0.1   \(keyword) 10.0.0.0/8   \(keyword) [::1]:443   \(keyword) :https"
                    )
                ])
        case .noOrder(let comparison, let keyword):
            self.init(
                .usage,
                Text(
                    en: "'\(keyword)' knows = and !=, not '\(comparison)'",
                    zh: "'\(keyword)' 只支持 = 和 !=，不支持 '\(comparison)'"))
        default: self = .otherFilterError(error)
        }
    }

    private static func otherFilterError(_ error: SocketFilterError) -> Failure {
        switch error {
        case .notTCP(let prefix):
            Failure(
                .unsupported,
                Text(
                    en: "'\(prefix)' asks for sockets that are not TCP's: use ss",
                    zh: "'\(prefix)' 指的不是 TCP 套接字：请改用 ss"))
        case .noSuchDevice(let name):
            Failure(
                .usage, Text(en: "there is no interface '\(name)'", zh: "没有名为 '\(name)' 的网络接口"),
                next: [Text(en: "look:  ip link", zh: "查看接口：  ip link")])
        case .notAMark(let text):
            Failure(
                .usage,
                Text(
                    en: "'\(text)' is not a mark after 'fwmark': NUMBER or NUMBER/MASK, 0x for hexadecimal",
                    zh: "'fwmark' 之后的 '\(text)' 不是标记：应为 数值 或 数值/掩码，十六进制以 0x 开头"))
        case .noSuchCgroup(let path):
            Failure(
                .usage,
                Text(en: "there is no cgroup '\(path)' of version 2", zh: "没有名为 '\(path)' 的 cgroup（v2）"),
                next: [
                    Text(en: "look where they are mounted:  findmnt -t cgroup2", zh: "查看挂载位置：  findmnt -t cgroup2")
                ])
        case .tooLong:
            Failure(.usage, Text(en: "the filter is too long or too deep", zh: "过滤条件过长或嵌套过深"))
        case .unclosed:
            Failure(.usage, Text(en: "a '(' in the filter is not closed", zh: "过滤条件中的 '(' 没有配对的 ')'"))
        case .unexpected(let word): .unknownFilterWord(word)
        default: Failure(.usage, Text(en: "cannot understand the filter", zh: "过滤条件无法识别"), next: filterExamples)
        }
    }

    private static func unknownFilterWord(_ word: String) -> Failure {
        var next: [Text] = []
        let words = ["state", "exclude", "src", "dst", "sport", "dport", "autobound", "dev", "fwmark", "cgroup"]
        if let near = Nearest.word(to: word, in: words) {
            next.append(Text(en: "did you mean:  \(near)", zh: "是不是想写：  \(near)"))
        } else if SocketFilter.stateNames.contains(word.lowercased()) {
            next.append(Text(en: "did you mean:  state \(word)", zh: "是不是想写：  state \(word)"))
        } else if ServiceNames.ofThisMachine.port(word) != nil || UInt16(word) != nil {
            next.append(Text(en: "did you mean:  :\(word)", zh: "是不是想写：  :\(word)"))
        }
        return Failure(
            .usage, Text(en: "cannot understand '\(word)' in the filter", zh: "过滤条件中的 '\(word)' 无法识别"),
            next: next + filterExamples)
    }

    private static func unknownState(_ name: String) -> Failure {
        var next: [Text] = []
        if let near = Nearest.word(to: name, in: SocketFilter.stateNames) {
            next.append(Text(en: "did you mean:  state \(near)", zh: "是不是想写：  state \(near)"))
        }
        return Failure(.usage, Text(en: "no such state: '\(name)'", zh: "没有这个状态：'\(name)'"), next: next + stateNames)
    }

    private static func notAPort(_ port: String, after keyword: String) -> Failure {
        let near = Nearest.word(to: port, in: ServiceNames.ofThisMachine.all)
        return Failure(
            .usage,
            Text(
                en: "'\(port)' is not a port (0 to 65535, or a name of /etc/services)"
                    + (keyword.isEmpty ? "" : " after '\(keyword)'"),
                zh: (keyword.isEmpty ? "" : "'\(keyword)' 之后的 ")
                    + "'\(port)' 不是端口（0 到 65535，或 /etc/services 中的名称）"),
            next: near.map { [Text(en: "did you mean:  :\($0)", zh: "是不是想写：  :\($0)")] } ?? [])
    }

    private static var stateNames: [Text] {
        let names = Paragraph(canvas: Canvas(width: 76)).lines(SocketFilter.stateNames.joined(separator: " "))
        return [Text(en: "states:", zh: "可用状态：")] + names.map { Text(verbatim: "  " + $0) }
    }

    private static var filterExamples: [Text] {
        [
            Text(
                en: "examples:  state established   sport = :8080   dst 10.0.0.0/8   'sport > :1024 or dport = :https'",
                zh: "例如：  state established   sport = :8080   dst 10.0.0.0/8   'sport > :1024 or dport = :https'")
        ]
    }
}
