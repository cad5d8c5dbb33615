import Lab
import Narration

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Preprocessing of the command line's arguments, before the argument parser sees them.
enum CommandLineWords {
    private static let commonWithValue = ["--lang", "--color", "--width", "--ambiguous-width"]

    /// Moves the common flags that stand before a command's name after that name, so that `tcplens --lang zh flow FILE`
    /// means the same as `tcplens flow --lang zh FILE`. For `help` they are removed: help draws nothing, and its
    /// language is already determined (``RunLanguage``).
    static func commandFirst(_ arguments: [String]) -> [String] {
        let start = skippingCommonFlags(arguments, from: 0)
        guard start < arguments.count else { return [] }
        let rest = arguments[(start + 1)...]
        guard arguments[start] == "help" else { return [arguments[start]] + arguments[..<start] + rest }
        var topic: [String] = []
        var index = start + 1
        while index < arguments.count {
            let next = skippingCommonFlags(arguments, from: index)
            if next < arguments.count { topic.append(arguments[next]) }
            index = next + 1
        }
        return ["help"] + topic
    }

    /// A word in the form that a shell reads as one word: unchanged, or in single quotes where it is empty or holds
    /// special characters.
    static func quoted(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { octet in
            octet >= 0x80 || (0x30...0x39).contains(octet) || (0x41...0x5a).contains(octet)
                || (0x61...0x7a).contains(octet) || "-_./:=,@%+".utf8.contains(octet)
        }
        guard word.isEmpty || !plain else { return word }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    private static func skippingCommonFlags(_ arguments: [String], from start: Int) -> Int {
        var index = start
        while index < arguments.count {
            let name = String(arguments[index].prefix { $0 != "=" })
            guard name == "--ascii" || commonWithValue.contains(name) else { break }
            index += commonWithValue.contains(arguments[index]) ? 2 : 1
        }
        return min(index, arguments.count)
    }

    /// Throws a usage error where the first word is no command, or the word after `help` is neither a command nor a
    /// help topic.
    static func check(_ arguments: [String], names: [String]) throws {
        guard let first = arguments.first, !first.hasPrefix("-") else { return }
        guard names.contains(first) else { throw unknown(first, names) }
        if first == "help", let topic = arguments.dropFirst().first(where: { !$0.hasPrefix("-") }),
            !names.contains(topic), topic != FilterPage.topic
        {
            throw unknown(topic, names)
        }
    }

    private static func unknown(_ word: String, _ names: [String]) -> Failure {
        var next: [Text] = []
        if FileManager.default.fileExists(atPath: word) {
            next.append(Text(en: "a capture file?  tcplens flow \(word)", zh: "抓包文件？可试：  tcplens flow \(word)"))
        } else if let near = Nearest.word(to: word, in: names) {
            next.append(Text(en: "did you mean:  tcplens \(near)", zh: "是不是想用：  tcplens \(near)"))
        }
        next.append(Text(en: "all commands:  tcplens --help", zh: "全部命令：  tcplens --help"))
        return Failure(.usage, Text(en: "unknown command '\(word)'", zh: "没有 '\(word)' 这个命令"), next: next)
    }
}
