import Narration

/// A shell's completion script: the script that the argument parser generates, with its English sentences in the
/// reader's language, and with the topics of `help`, which the parser's script lacks.
struct CompletionScript {
    let text: String

    /// Completes the script that the argument parser generated for bash, zsh or fish. A part of the script that does
    /// not have the expected form is left unchanged.
    init(_ script: String, topics words: [String]) {
        let topics = words.joined(separator: " ")
        var text = script
        for sentence in Self.sentences { text = text.replacing(sentence.english, with: sentence.spoken) }
        if text.hasPrefix("#compdef ") {
            text = text.replacing("'*:subcommands:'", with: "'*:subcommands:(\(topics))'")
        } else if text.hasPrefix("#!/bin/bash") {
            let help = "_tcplens_help() {"
            if let start = text.firstRange(of: help)?.upperBound, let end = text[start...].firstRange(of: "\n}") {
                let lines = words.joined(separator: "\\n")
                text.insert(contentsOf: "\n    __tcplens_add_completions -W $'\(lines)'", at: end.lowerBound)
            }
        } else {
            text += """

                complete -c 'tcplens' -n '__tcplens_should_offer_completions_for_positional "tcplens help" -eq 1' -fa '\(topics)'
                """
        }
        self.text = text
    }

    /// Sentences that the argument parser itself writes into the script, always in English, and their translations.
    private static let sentences = [
        Text(en: "Show the version.", zh: "显示版本。"), Text(en: "Show help information.", zh: "显示帮助。"),
        Text(en: "Show subcommand help information.", zh: "显示某个命令的帮助。"),
    ]
}
