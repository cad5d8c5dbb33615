import Foundation
import TCPState
import Testing

/// `Docs/citations.tsv`: each section that a rule cites, with its title as it stands in the document, and the rules that cite it.
/// Who moves a rule's citation has to look the title up, and sees beside it what else stands there.
@Suite("Citations")
struct CitationTests {
    private struct Row {
        let document: String
        let section: String
        let title: String
        let rules: [String]
    }

    private static let rows: [Row] = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = (try? String(contentsOf: root.appending(path: "Docs/citations.tsv"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").dropFirst().map { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            return Row(
                document: fields[0], section: fields[1], title: fields[2],
                rules: fields.last?.split(separator: " ").map(String.init) ?? [])
        }
    }()

    /// The section without the step in it.
    private static func section(of rule: Rule) -> String {
        rule.section.split(separator: " ").first.map(String.init) ?? ""
    }

    @Test("every section that a rule cites is one, with a title", arguments: Rule.allCases)
    func known(rule: Rule) {
        let row = Self.rows.first { $0.document == rule.document && $0.section == Self.section(of: rule) }
        #expect(row?.title.isEmpty == false, "\(rule.document) \(rule.section)")
        #expect(row?.rules.contains(rule.rawValue) == true, "\(rule) is not listed with \(row?.title ?? "it")")
    }

    @Test("the list has no section and no rule that is not cited, and nothing twice")
    func complete() {
        let listed = Self.rows.flatMap { row in row.rules.map { "\(row.document) \(row.section) \($0)" } }
        let cited = Rule.allCases.map { "\($0.document) \(Self.section(of: $0)) \($0.rawValue)" }
        #expect(listed.sorted() == cited.sorted())
        #expect(Set(Self.rows.map { "\($0.document) \($0.section)" }).count == Self.rows.count)
    }

    @Test("a step is one of the section's: an ordinal, a number, or a name that the document gives it")
    func steps() {
        let ordinals = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"]
        for rule in Rule.allCases where rule.document == "RFC 9293" && Self.section(of: rule).hasPrefix("3.10.7.") {
            let step = rule.section.split(separator: " ").dropFirst().joined(separator: " ")
            #expect(step.isEmpty || ordinals.contains(step), "\(rule): \(rule.section)")
        }
    }
}
