import Queries

extension FilterError {
    /// What is wrong with the filter, in one line.
    public var text: Text {
        switch reason {
        case .empty: Text(en: "the filter is empty", zh: "过滤条件为空")
        case .tooLong: Text(en: "the filter is too long", zh: "过滤条件太长")
        case .tooDeep: Text(en: "the filter is nested too deep", zh: "过滤条件嵌套太深")
        case .strange(let character):
            Text(en: "'\(character)' means nothing in a filter", zh: "过滤条件中不能出现 '\(character)'")
        case .single(let sign, let meant):
            Text(en: "'\(sign)' is not an operator; did you mean '\(meant)'?", zh: "没有 '\(sign)' 这个运算符，是不是 '\(meant)'？")
        case .unclosedQuote: Text(en: "the quote is not closed", zh: "引号没有闭合")
        case .unclosedParenthesis: Text(en: "the '(' is not closed", zh: "'(' 没有闭合")
        case .unclosedBrace: Text(en: "the '{' is not closed", zh: "'{' 没有闭合")
        case .wantsField(let found):
            found.isEmpty
                ? Text(en: "the filter ends where a field should follow", zh: "过滤条件没写完：后面应是字段名")
                : Text(en: "'\(found)' stands where a field should", zh: "此处应是字段名，而不是 '\(found)'")
        case .wantsConnective(let found):
            Text(
                en: "'\(found)' stands where && or || should", zh: "'\(found)' 前面缺少 && 或 ||")
        case .unknownField(let name): Text(en: "no such field: '\(name)'", zh: "没有 '\(name)' 这个字段")
        case .wantsValue(let field, let found):
            found.isEmpty
                ? Text(en: "the filter ends where a value of \(field) should follow", zh: "过滤条件没写完：后面应是 \(field) 的取值")
                : Text(en: "'\(found)' stands where a value of \(field) should", zh: "此处应是 \(field) 的取值，而不是 '\(found)'")
        case .wrongOperator(let sign, let field, let kind):
            Text(
                en: "'\(sign)' means nothing for \(field), which is \(kind.text.english)",
                zh: "\(field) 是\(kind.text.chinese)，不能用 '\(sign)'")
        case .wrongValue(let value, let field, let kind, let words):
            words.isEmpty
                ? Text(
                    en: "'\(value)' is no value of \(field), which is \(kind.text.english)",
                    zh: "\(field) 是\(kind.text.chinese)，不能取 '\(value)'")
                : Text(en: "\(field) is never '\(value)'", zh: "\(field) 没有 '\(value)' 这个取值")
        }
    }
}

extension FilterField.Kind {
    /// What kind of value it is, with an example.
    public var text: Text {
        switch self {
        case .flag: Text(en: "true or false (1, 0)", zh: "布尔值（1、0）")
        case .count: Text(en: "a count (3)", zh: "计数（如 3）")
        case .number: Text(en: "a number (443)", zh: "数值（如 443）")
        case .octets: Text(en: "an amount of bytes (1500, 10k, 1MiB)", zh: "字节数（如 1500、10k、1MiB）")
        case .duration: Text(en: "a time (0.5, 50ms, 2min)", zh: "时间（如 0.5、50ms、2min）")
        case .address: Text(en: "an address (10.0.0.1, 10.0.0.0/8)", zh: "地址（如 10.0.0.1、10.0.0.0/8）")
        case .endpoint:
            Text(
                en: "an address, a port or both (10.0.0.1, :443, [::1]:443)",
                zh: "地址、端口或两者（如 10.0.0.1、:443、[::1]:443）")
        case .text: Text(en: "a word", zh: "文本")
        }
    }
}
