import Lab
import Narration

extension Language {
    /// The program's name, with which every error message begins.
    var speaker: String { Text(en: "tcplens: ", zh: "tcplens：")(self) }
}

/// The error message of a command: what failed and why, and the next commands to try.
struct Failure: Error {
    let status: ExitStatus
    let what: Text
    /// The lines below the message; each suggests what to do next.
    let next: [Text]

    init(_ status: ExitStatus, _ what: Text, next: [Text] = []) {
        self.status = status
        self.what = what
        self.next = next
    }

    func lines(_ language: Language) -> [String] {
        [language.speaker + what(language)] + next.map { "  " + $0(language) }
    }
}
