import Foundation
import TCPState
import Testing

/// `Docs/citations.tsv`: each section that a rule or a comment cites, with its title as it stands in the document (of a numbered
/// paragraph, its section's), and the rules that cite it. Who moves a citation has to look the title up, and sees beside it what
/// else stands there.
@Suite("Citations")
struct CitationTests {
    private struct Row {
        let document: String
        let section: String
        let title: String
        let rules: [String]
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static let rows: [Row] = {
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

    /// The rooms that act by RFCs.
    private static let rooms = ["TCPState", "TCPStack", "VirtualNetwork", "PacketScript", "Lab"]

    private static func sources(of room: String) throws -> [String] {
        let folder = root.appending(path: "Sources/\(room)")
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        return try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
            .map { try String(contentsOf: $0, encoding: .utf8) }
    }

    /// Documents and sections that a text names: `RFC 6298 5.2 and 5.3`, over the ends of a comment's lines too.
    private static func citations(in text: String) -> Set<String> {
        let flat = text.replacing(/\n\s*\/\/\/? ?/, with: " ")
        let found = flat.matches(
            of: /(RFC \d+) ((?:\d+(?:\.\d+)*|[A-Z]\.\d+)(?:(?:, | and | to )\d+(?:\.\d+)+)*)/)
        return Set(
            found.flatMap { match in
                match.2.matches(of: /[A-Z]\.\d+|\d+(?:\.\d+)*/).map { "\(match.1) \($0.0)" }
            })
    }

    @Test("every section that a comment of these rooms cites is one, with a title", arguments: rooms)
    func comments(room: String) throws {
        let listed = Set(Self.rows.filter { !$0.title.isEmpty }.map { "\($0.document) \($0.section)" })
        let cited = try Self.sources(of: room).reduce(into: Set()) { $0.formUnion(Self.citations(in: $1)) }
        #expect(!cited.isEmpty)
        #expect(cited.subtracting(listed).sorted() == [])
    }

    @Test("a section without a rule is one that a comment cites")
    func noneLeft() throws {
        let cited = try Self.rooms.flatMap(Self.sources).reduce(into: Set()) { $0.formUnion(Self.citations(in: $1)) }
        let left = Self.rows.filter { $0.rules.isEmpty }.map { "\($0.document) \($0.section)" }
        #expect(Set(left).subtracting(cited).sorted() == [])
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
