import Testing

/// What one command line prints, to the last character. Made by running it; before one is changed, it is to be read.
struct Snapshot: CustomTestStringConvertible, Sendable {
    let arguments: [String]
    let text: String

    init(_ arguments: [String], _ text: String) {
        self.arguments = arguments
        self.text = text
    }

    var testDescription: String { arguments.joined(separator: " ") }
}

/// Each command's snapshots are in an extension of their own.
enum Snapshots {}
