import Narration
import Pictures

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What is written is UTF-8. Where the locale has another character set, Chinese would be unreadable there: English is spoken
/// then, and said why, unless Chinese was asked for by name.
enum Charset {
    /// The locale's character set where it is named and not UTF-8: `GBK`.
    static func foreign(in environment: [String: String]) -> String? {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        // `zh_CN.GBK@modifier`.
        let parts = locale.prefix { $0 != "@" }.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, parts[0].hasPrefix("zh") else { return nil }
        let name = parts[1].uppercased()
        return name.replacing("-", with: "") == "UTF8" ? nil : name
    }

    /// Says why it is not Chinese, once, where a person reads.
    static func tellOnce() {
        guard RunLanguage.isMuted, let name = foreign(in: ProcessInfo.processInfo.environment), isTerminal else {
            return
        }
        Screen.complain([
            "tcplens: your locale's character set is \(name), and tcplens writes UTF-8: hence English",
            "  for Chinese:  export LC_ALL=zh_CN.UTF-8, with the terminal set to UTF-8; or --lang zh",
        ])
    }

    private static var isTerminal: Bool { Screen.isTerminal || Screen.isErrorTerminal }
}
