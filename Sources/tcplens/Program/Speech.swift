import Foundation
import Narration
import Pictures

/// The language of this run, known before the flags are parsed: help and errors speak it too.
enum Speech {
    static let language = TerminalTraits(
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
    /// In this run's language.
    var spoken: String { self(Speech.language) }
}
