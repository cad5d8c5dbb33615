import Narration

/// Translates the argument parser's error messages, which exist in English only.
enum ParserComplaint {
    static func text(_ message: String) -> Text {
        let message = message.trimmingSuffix { $0.isWhitespace || $0 == "." }
        if let match = message.wholeMatch(of: /Missing expected argument '(.+)'/) {
            let name = match.1.replacing(" ...", with: "...")
            return Text(en: "\(name) is missing", zh: "缺少参数 \(name)")
        }
        if let match = message.wholeMatch(of: /Missing value for '(.+)'/) {
            if let negative = negativeNumber(after: match.1) {
                return Text(en: "'\(negative)' is not a value for \(match.1)", zh: "\(match.1) 不能取 '\(negative)'")
            }
            return Text(en: "\(match.1) needs a value", zh: "\(match.1) 缺少取值")
        }
        if let match = message.wholeMatch(of: /Unknown option '(.+?)'(?:\. Did you mean '(.+)'\?)?/) {
            let near = match.2
            return Text(
                en: "unknown option \(match.1)" + (near.map { "; did you mean \($0)?" } ?? ""),
                zh: "没有 \(match.1) 这个选项" + (near.map { "；是不是想用 \($0)？" } ?? ""))
        }
        if let match = message.wholeMatch(of: /Unexpected argument '(.+)'/.dotMatchesNewlines()) {
            return Text(en: "unexpected argument '\(match.1)'", zh: "多余的参数 '\(match.1)'")
        }
        if let match = message.wholeMatch(of: /[0-9]+ unexpected arguments: (.+)/.dotMatchesNewlines()) {
            return Text(en: "unexpected arguments: \(match.1)", zh: "多余的参数：\(match.1)")
        }
        if let match = message.wholeMatch(
            of: /The value '(.*?)' is invalid for '(.+?)'(?:\. Please provide one of (.+))?/.dotMatchesNewlines())
        {
            let choices = match.3.map(choices)
            return Text(
                en: "'\(match.1)' is not a value for \(match.2)"
                    + (choices.map { ": it takes \($0.joined(separator: ", "))" } ?? ""),
                zh: "\(match.2) 不能取 '\(match.1)'" + (choices.map { "，可取：\($0.joined(separator: "、"))" } ?? ""))
        }
        return Text(verbatim: String(message))
    }

    /// The negative number that follows an option; `nil` where none does. The parser mistakes such a number for a flag,
    /// and reports that the option's value is missing.
    private static func negativeNumber(after option: Substring) -> String? {
        let words = CommandLine.arguments
        let names = option.split(separator: " ").filter { $0.hasPrefix("-") }.map(String.init)
        guard let place = words.firstIndex(where: names.contains), place + 1 < words.count else { return nil }
        let next = words[place + 1]
        return next.hasPrefix("-") && Double(next) != nil ? next : nil
    }

    /// The choices of a list: `'a', 'b' or 'c'`, or several lines that begin with `- `.
    private static func choices(_ list: Substring) -> [String] {
        if list.contains("'") {
            return list.matches(of: /'(.*?)'/).map { String($0.1) }
        }
        return list.split(separator: "\n").compactMap { line in
            line.firstRange(of: "- ").map { String(line[$0.upperBound...]) }
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(while isDropped: (Character) -> Bool) -> String {
        var rest = self[...]
        while let last = rest.last, isDropped(last) { rest = rest.dropLast() }
        return String(rest)
    }
}
