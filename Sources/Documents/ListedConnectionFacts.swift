/// A connection's facts with the capture file that they come from, if several files are listed.
package struct ListedConnectionFacts: Encodable {
    private let file: String?
    private let facts: ConnectionFacts

    /// - Parameter file: the capture file; `nil` if only one file is listed.
    package init(file: String?, facts: ConnectionFacts) {
        self.file = file
        self.facts = facts
    }

    private enum Key: String, CodingKey { case file }

    package func encode(to encoder: any Encoder) throws {
        try facts.encode(to: encoder)
        if let file {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(file, forKey: .file)
        }
    }
}
