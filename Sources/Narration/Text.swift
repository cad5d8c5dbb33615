/// The languages TCPLens speaks.
public enum Language: String, Sendable, CaseIterable {
    case english = "en"
    case chinese = "zh"
}

/// One message in both languages. Both are demanded by the initializer, so a missing translation does not compile.
public struct Text: Sendable, Equatable {
    /// The message in English.
    public let english: String
    /// The message in Chinese, with full-width punctuation where it stands beside Han.
    public let chinese: String

    /// A message of these two.
    public init(en english: String, zh chinese: String) {
        self.english = english
        self.chinese = chinese
    }

    /// The same in both languages: numbers, names, flags.
    public init(verbatim text: String) {
        english = text
        chinese = text
    }

    /// The message in that language.
    public func callAsFunction(_ language: Language) -> String {
        switch language {
        case .english: english
        case .chinese: chinese
        }
    }
}

extension Text {
    /// One after the other, with nothing between them.
    package static func + (first: Text, second: Text) -> Text {
        Text(en: first.english + second.english, zh: first.chinese + second.chinese)
    }
}
