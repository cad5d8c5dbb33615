import Lab
import LinuxKernel
import PacketScript

/// The words for errors in a script, and for failures of its run.
extension ScriptFile.Problem {
    package var text: Text {
        switch self {
        case .missing(let error): Text(en: error.message, zh: error.chineseMessage)
        case .empty: Text(en: "it has no packet and no call: nothing was shown", zh: "其中没有任何报文或调用，什么也没有验证")
        case .wrong(let error): error.kind.text
        }
    }
}

extension ScriptError.Kind {
    package var text: Text {
        switch self {
        case .expected(let part, let found):
            found.isEmpty
                ? Text(
                    en: "\(part.text.english) expected, but the script ends here",
                    zh: "这里应为\(part.text.chinese)，但脚本到此结束")
                : Text(
                    en: "\(part.text.english) expected, not '\(found)'",
                    zh: "这里应为\(part.text.chinese)，而不是 '\(found)'")
        case .unknown(let part, let name):
            Text(en: "unknown \(part.text.english) '\(name)'", zh: "未知的\(part.text.chinese) '\(name)'")
        case .unsupported(let what):
            Text(en: "\(what) is not supported", zh: "不支持 \(what)")
        case .shell(let command):
            Text(
                en: "no shell command is run; only the suite's own settings are understood: '\(command)'",
                zh: "不执行 shell 命令，只识别测试集自身的设置：'\(command)'")
        case .setting(let name):
            Text(en: "the setting \(name) is not to be had here", zh: "这里没有设置项 \(name)")
        case .tooMuch(let part):
            Text(en: "too much: \(part.text.english)", zh: "超出限制：\(part.text.chinese)")
        case .contradiction(let text):
            Text(en: "contradicts itself: '\(text)'", zh: "自相矛盾：'\(text)'")
        }
    }
}

extension ScriptError.Part {
    fileprivate var text: Text {
        switch self {
        case .script: Text(en: "script", zh: "脚本")
        case .time: Text(en: "time", zh: "时间")
        case .event: Text(en: "socket call, segment, shell line or assertion", zh: "套接字调用、报文段、shell 行或断言")
        case .number: Text(en: "number", zh: "数字")
        case .direction: Text(en: "direction", zh: "方向")
        case .flags: Text(en: "flags (SFRPUEWA. or -)", zh: "控制位（SFRPUEWA. 或 -）")
        case .sequence: Text(en: "sequence range", zh: "序号范围")
        case .option: Text(en: "option", zh: "选项")
        case .call: Text(en: "socket call", zh: "套接字调用")
        case .argument: Text(en: "argument", zh: "参数")
        case .result: Text(en: "result", zh: "返回值")
        case .errno: Text(en: "errno", zh: "错误码")
        case .string: Text(en: "string", zh: "字符串")
        case .shell: Text(en: "shell line", zh: "shell 行")
        case .assertion: Text(en: "assertion", zh: "断言")
        case .field: Text(en: "field", zh: "字段")
        case .setting: Text(en: "setting", zh: "设置项")
        case .icmp: Text(en: "kind of ICMP message", zh: "ICMP 报文类型")
        case .name: Text(en: "name", zh: "名称")
        case .text(let text): Text(verbatim: "'\(text)'")
        }
    }
}

extension ScriptFailure.Reason {
    private static let expected = Text(en: "expected", zh: "应为")
    private static let came = Text(en: "came", zh: "实际")
    private static let reason = Text(en: "reason", zh: "原因")

    /// The expected and the actual values, line by line, each with its title.
    package var entries: [(Text, Text)] {
        switch self {
        case .result(let expected, let actual):
            return [(Self.expected, Text(verbatim: expected)), (Self.came, Text(verbatim: actual))]
        case .returned(let expected, let actual):
            return [
                (Self.expected, Self.at("the call returns", "调用返回", expected)),
                (Self.came, Self.at("it returned", "实际返回", actual)),
            ]
        case .blocked:
            return [
                (Self.expected, Text(en: "the call returns", zh: "调用返回")),
                (Self.came, Text(en: "it still blocks", zh: "仍在阻塞")),
            ]
        case .silence(let until):
            return [
                (Self.expected, Text(en: "a packet", zh: "一个报文")),
                (Self.came, Self.at("nothing", "没有发出任何报文", until, "until", "直到 ")),
            ]
        case .packet(let expected, let actual, let differences):
            return [(Self.expected, Text(verbatim: "> " + expected)), (Self.came, Text(verbatim: "> " + actual))]
                + differences.map { (Text(en: "different", zh: "不同"), $0.text) }
        case .time(let earliest, let latest, let actual):
            let (first, last) = (ScriptTimeText.seconds(earliest), ScriptTimeText.seconds(latest))
            let range = earliest == latest ? first : "\(first)~\(last)"
            return [
                (Self.expected, Text(en: "at \(range) s", zh: "\(range) 秒时")),
                (
                    Self.came,
                    Text(en: "at \(ScriptTimeText.seconds(actual)) s", zh: "\(ScriptTimeText.seconds(actual)) 秒时")
                ),
            ]
        case .assertion(let condition, let fields):
            return [(Self.expected, Text(verbatim: condition))]
                + fields.map { (Self.came, Text(verbatim: "\($0.name) = \($0.value)")) }
        case .unknownField(let name):
            return [(Self.reason, Text(en: "\(name) is not known here", zh: "这里没有字段 \(name)"))]
        case .divisionByZero(let condition):
            return [(Self.reason, Text(en: "division by zero: \(condition)", zh: "除数为零：\(condition)"))]
        case .host(let error): return [(Self.reason, error.text)]
        }
    }

    private static func at(
        _ english: String, _ chinese: String, _ time: Int64, _ word: String = "at", _ chineseWord: String = ""
    ) -> Text {
        let seconds = ScriptTimeText.seconds(time)
        return Text(en: "\(english) \(word) \(seconds) s", zh: "\(chineseWord)\(seconds) 秒时\(chinese)")
    }
}

extension ScriptFailure.Difference {
    fileprivate var text: Text {
        Text(
            en: "\(part.text.english): \(expected) expected, \(actual) came",
            zh: "\(part.text.chinese)：应为 \(expected)，实际 \(actual)")
    }
}

extension ScriptFailure.Difference.Part {
    fileprivate var text: Text {
        switch self {
        case .flags: Text(en: "flags", zh: "控制位")
        case .sequence: Text(en: "sequence number", zh: "序号")
        case .length: Text(en: "length", zh: "长度")
        case .acknowledgment: Text(en: "acknowledgment", zh: "确认号")
        case .window: Text(en: "window", zh: "窗口")
        case .urgentPointer: Text(en: "urgent pointer", zh: "紧急指针")
        case .options: Text(en: "options", zh: "选项")
        case .congestion: Text(en: "ECN", zh: "ECN")
        case .trafficClass: Text(en: "traffic class", zh: "流量类别")
        case .hopLimit: Text(en: "hop limit", zh: "跳数限制")
        case .ports: Text(en: "ports", zh: "端口")
        }
    }
}

extension ScriptHostError {
    fileprivate var text: Text {
        switch self {
        case .unknownSetting(let name): Text(en: "no setting \(name) here", zh: "这里没有设置项 \(name)")
        case .badSetting(let name): Text(en: "\(name) does not take this value", zh: "\(name) 不接受这个值")
        case .unsupported(let what): Text(en: "\(what) is not supported", zh: "不支持 \(what)")
        case .system: Text(verbatim: name)
        }
    }
}
