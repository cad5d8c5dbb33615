import Lab
import Narration

extension Language {
    /// Who says it: what a complaint begins with.
    var speaker: String { Text(en: "tcplens: ", zh: "tcplens：")(self) }
}

/// Why a command could not do what it was asked: what, why, and the next command to try.
struct Failure: Error {
    let status: ExitStatus
    let what: Text
    /// Lines below it, each a thing to do.
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
