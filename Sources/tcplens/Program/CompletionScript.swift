import Narration

/// What a shell needs to complete a command line: the parser's script, in the reader's language, with the topics of `help`,
/// of which the parser tells a shell nothing.
struct CompletionScript {
    let text: String

    /// Takes what the parser wrote for bash, zsh or fish; what is not to be mended in it stays as it is.
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

    /// What the parser says itself, in English only.
    private static let sentences = [
        Text(en: "Show the version.", zh: "显示版本。"), Text(en: "Show help information.", zh: "显示帮助。"),
        Text(en: "Show subcommand help information.", zh: "显示某个命令的帮助。"),
    ]
}
