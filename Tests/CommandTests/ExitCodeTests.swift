import Foundation
import Testing

@testable import tcplens

/// The exit codes that a person can read of are those that the program ends with.
@Suite("exit codes") struct ExitCodeTests {
    private static let codes = ExitStatus.allCases.map(\.rawValue)

    @Test("the page lists each, in order", arguments: ["exit-codes.md", "exit-codes.zh.md"])
    func page(name: String) throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Docs/\(name)")
        let text = try String(contentsOf: page, encoding: .utf8)
        #expect(text.matches(of: /(?m)^\| ([0-9]+) \|/).compactMap { Int32($0.1) } == Self.codes)
    }

    @Test("the manual lists each, in order")
    func manual() {
        #expect(ManualPage.exitCodes.map(\.0) == Self.codes)
    }
}
