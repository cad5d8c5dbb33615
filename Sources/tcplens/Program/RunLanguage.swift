import Narration
import Pictures

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The language of this run. It is determined before the flags are parsed, because help and error messages use it too.
enum RunLanguage {
    static let current: Language = isMuted ? .english : wished

    /// Whether the locale requests Chinese in a character set other than UTF-8, and neither `--lang` nor `TCPLENS_LANG`
    /// requests a language.
    static let isMuted: Bool =
        wished == .chinese && requested(CommandLine.arguments) == nil
        && (ProcessInfo.processInfo.environment["TCPLENS_LANG"] ?? "").isEmpty
        && Charset.foreign(in: ProcessInfo.processInfo.environment) != nil

    private static let wished = TerminalTraits(
        isTerminal: Screen.isTerminal, environment: ProcessInfo.processInfo.environment
    ).language(TerminalTraits.Wishes(language: requested(CommandLine.arguments).flatMap(Language.init)))

    private static func requested(_ arguments: [String]) -> String? {
        for (index, argument) in arguments.enumerated() {
            if argument == "--lang" { return arguments.dropFirst(index + 1).first }
            if argument.hasPrefix("--lang=") { return String(argument.dropFirst("--lang=".count)) }
        }
        return nil
    }
}

extension Text {
    /// The text in this run's language.
    var spoken: String { self(RunLanguage.current) }
}
