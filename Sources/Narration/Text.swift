/// The languages of TCPLens's messages.
public enum Language: String, Sendable, CaseIterable {
    case english = "en"
    case chinese = "zh"
}

/// One message in both languages. The initializer requires both, so code that lacks a translation does not compile.
public struct Text: Sendable, Equatable {
    /// The message in English.
    public let english: String
    /// The message in Chinese, with full-width punctuation where it stands beside Han.
    public let chinese: String

    /// Creates a message from its two forms.
    public init(en english: String, zh chinese: String) {
        self.english = english
        self.chinese = chinese
    }

    /// Creates a message that is the same in both languages: numbers, names, flags.
    public init(verbatim text: String) {
        english = text
        chinese = text
    }

    /// The message in the given language.
    public func callAsFunction(_ language: Language) -> String {
        switch language {
        case .english: english
        case .chinese: chinese
        }
    }
}

extension Text {
    /// Concatenates two messages, with nothing between them.
    package static func + (first: Text, second: Text) -> Text {
        Text(en: first.english + second.english, zh: first.chinese + second.chinese)
    }
}
