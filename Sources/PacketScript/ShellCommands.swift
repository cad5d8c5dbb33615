/// The shell lines that scripts of packetdrill's suite contain, interpreted by their purpose. Nothing is ever executed.
enum ShellCommands {
    /// The host's settings (sysctls) that a script's shell command changes.
    ///
    /// - Parameter isFirst: whether the command comes before every event of the script, when the host is still fresh.
    /// - Throws: where the command is not one of those that are known here.
    static func settings(
        _ command: [UInt8], isFirst: Bool, at place: ScriptCursor
    ) throws(ScriptError) -> [ScriptEvent.Setting] {
        var found: [ScriptEvent.Setting] = []
        // A line that ends with a backslash continues on the next one.
        let text = String(decoding: command, as: UTF8.self).replacing("\\\n", with: " ")
        for line in text.split(separator: "\n") {
            for words in try commands(String(line), at: place) {
                guard let first = words.first else { continue }
                // A fresh host has no cached metrics that could be flushed.
                if isFirst, words.starts(with: ["ip", "tcp_metrics", "flush"]) { continue }
                found += try settings(words, first: first, line: words.joined(separator: " "), at: place)
            }
        }
        return found
    }

    private static func settings(
        _ words: [String], first: String, line: String, at place: ScriptCursor
    ) throws(ScriptError) -> [ScriptEvent.Setting] {
        let program = first.split(separator: "/").last.map(String.init) ?? first
        switch program {
        case "defaults.sh": return suiteDefaults
        case "set_sysctls.py", "sysctl":
            var found: [ScriptEvent.Setting] = []
            for word in words.dropFirst() where !["-q", "-w", "-qw", "-e"].contains(word) {
                guard let equals = word.firstIndex(of: "=") else { throw place.error(.shell(line)) }
                let name = dotted(String(word[..<equals]))
                guard isName(name) else { throw place.error(.shell(line)) }
                found.append(.init(name: name, value: String(word[word.index(after: equals)...])))
            }
            return found
        // There is nothing to restore: each script has a network of its own, which ends with it.
        case _ where first.hasPrefix("/tmp/sysctl_restore_"): return []
        // The script's device has none of these offloads, so there is nothing to turn off.
        case "ethtool" where words.starts(with: ["ethtool", "-K", "tun0"]) && isOff(words.dropFirst(3)): return []
        // This prints counters of the machine, which nothing here reads.
        case "nstat" where words.count == 1: return []
        default: throw place.error(.shell(line))
        }
    }

    /// Whether the words turn off only known offloads: `tso off gso off`.
    private static func isOff(_ words: ArraySlice<String>) -> Bool {
        let pairs = stride(from: words.startIndex, to: words.endIndex - 1, by: 2).map { (words[$0], words[$0 + 1]) }
        return words.count % 2 == 0
            && pairs.allSatisfy { ["tso", "gso", "gro", "lro"].contains($0.0) && $0.1 == "off" }
    }

    /// The dotted name of a setting: `net.ipv4.tcp_sack` for `/proc/sys/net/ipv4/tcp_sack` and for `net/ipv4/tcp_sack`.
    private static func dotted(_ name: String) -> String {
        let path = name.hasPrefix("/proc/sys/") ? String(name.dropFirst("/proc/sys/".count)) : name
        return path.split(separator: "/", omittingEmptySubsequences: false).joined(separator: ".")
    }

    /// Whether this is the name of a network setting, without anything that could lead out of the settings' folder.
    private static func isName(_ name: String) -> Bool {
        name.hasPrefix("net.") && !name.contains("..") && name.utf8.count < 100
            && name.utf8.allSatisfy { ScriptCursor.isLetter($0) || ScriptCursor.isDigit($0) || $0 == 0x2e }
    }

    /// The commands of a line, each divided into words by blanks. Quotes and comments are treated as in the shell; no
    /// expansions are made.
    private static func commands(_ line: String, at place: ScriptCursor) throws(ScriptError) -> [[String]] {
        var commands: [[String]] = []
        var words: [String] = []
        var word = ""
        var isInWord = false
        var quote: Character?
        func endWord() {
            if isInWord { words.append(word) }
            (word, isInWord) = ("", false)
        }
        characters: for character in line {
            switch character {
            case quote: quote = nil
            case _ where quote != nil: word.append(character)
            case "#" where !isInWord: break characters
            case "\"", "'":
                quote = character
                isInWord = true
            case " ", "\t", "\r": endWord()
            case ";":
                endWord()
                commands.append(words)
                words = []
            default:
                word.append(character)
                isInWord = true
            }
        }
        guard quote == nil else { throw place.error(.shell(line)) }
        endWord()
        commands.append(words)
        // Redirections are dropped: nothing is executed, so there is no output.
        return commands.map { $0.filter { !$0.hasPrefix(">") && !$0.hasPrefix("2>") && $0 != "/dev/null" } }
    }

    /// The test suite's default configuration; settings that are not listed have Linux's defaults.
    static let suiteDefaults: [ScriptEvent.Setting] = [
        ("tcp_rmem", "4096 540000 15728640"), ("tcp_wmem", "4096 262144 4194304"), ("tcp_timestamps", "1"),
        ("tcp_syn_retries", "5"), ("tcp_synack_retries", "5"), ("tcp_frto", "2"), ("tcp_sack", "1"),
        ("tcp_dsack", "1"), ("tcp_reordering", "3"), ("tcp_congestion_control", "cubic"),
        ("tcp_slow_start_after_idle", "0"), ("tcp_early_retrans", "4"), ("tcp_recovery", "1"),
        ("tcp_tso_win_divisor", "3"), ("tcp_ecn", "0"), ("tcp_pacing_ss_ratio", "200"),
        ("tcp_pacing_ca_ratio", "120"), ("tcp_notsent_lowat", "4294967295"), ("tcp_fastopen", "0x70403"),
        ("tcp_fastopen_key", "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4"), ("tcp_syncookies", "1"),
    ].map { .init(name: "net.ipv4." + $0.0, value: $0.1, isOptional: true) }
}
