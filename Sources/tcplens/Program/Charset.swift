import Narration
import Pictures

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The character set of the locale. The output is always UTF-8: where a Chinese locale names another character set,
/// Chinese text would be unreadable on the terminal. The program then uses English and says why, unless a language was
/// requested with `--lang` or `TCPLENS_LANG`.
enum Charset {
    /// The character set that a Chinese locale names, in upper case, such as `GBK`; `nil` where the locale is not
    /// Chinese, names no character set, or names UTF-8.
    static func foreign(in environment: [String: String]) -> String? {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        // The name of a locale has the form `zh_CN.GBK@modifier`.
        let parts = locale.prefix { $0 != "@" }.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, parts[0].hasPrefix("zh") else { return nil }
        let name = parts[1].uppercased()
        return name.replacing("-", with: "") == "UTF8" ? nil : name
    }

    /// Explains on standard error why the output is in English and not in Chinese, where standard output or standard
    /// error is a terminal. It must be called only once, when the program starts.
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
