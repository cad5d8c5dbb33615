import Foundation
import Testing

@testable import Documents

/// The documents are octet for octet what Foundation's encoder makes of them, with keys sorted; escapes beyond JSON's apart.
@Suite("the writer of JSON")
struct JSONWriterTests {
    struct Inner: Codable, Equatable {
        var zulu: Int8?
        var alpha: [UInt16]
        var names: [String: String]
        var none: [String]
    }

    struct Outer: Codable, Equatable {
        var text: String
        var truth: Bool
        var count: UInt64
        var negative: Int64
        var fraction: Double
        var optional: String?
        var inner: Inner
        var list: [Inner]
        var matrix: [[Double]]
        var empty: Empty
        var when: Choice
    }

    struct Empty: Codable, Equatable {}

    enum Choice: String, Codable { case now = "right-now" }

    private static func outer(_ text: String, _ fraction: Double) -> Outer {
        let inner = Inner(zulu: -128, alpha: [1, 65535], names: ["zh": "你好，世界", "en": "hello"], none: [])
        return Outer(
            text: text, truth: fraction > 0, count: .max, negative: .min, fraction: fraction, optional: nil,
            inner: Inner(zulu: nil, alpha: [], names: [:], none: ["a"]), list: [inner, inner],
            matrix: [[], [fraction, 1], [0.5]], empty: Empty(), when: .now)
    }

    private static let texts = [
        "plain", "",
        "quote \" backslash \\ slash / tab \t feed \n return \r back \u{8} form \u{C} bell \u{7} nul \u{0}",
        "小明 → 小美，é 😀", "{\"a\" : [1,2]}",
    ]

    @Test(
        "as Foundation writes it",
        arguments: texts,
        [
            0, 1, -1, 0.1, 1e-7, 1.5e300, 1_700_000_000.25, 9_007_199_254_740_992, -0.0, 4_294_967_296, -2_147_483_648,
            1e16, -0.001,
        ])
    func agreement(text: String, fraction: Double) throws {
        let value = Self.outer(text, fraction)
        let encoder = JSONEncoder()
        for style in [JSONEncoder.OutputFormatting.prettyPrinted, []] {
            encoder.outputFormatting = style.union([.sortedKeys, .withoutEscapingSlashes])
            let expected = String(decoding: try encoder.encode(value), as: UTF8.self)
            let own = style.isEmpty ? try JSONDocument.line(value) : try JSONDocument.text(value)
            #expect(own == expected)
        }
        #expect(try JSONDecoder().decode(Outer.self, from: Data(JSONDocument.text(value).utf8)) == value)
    }

    @Test("what a terminal would obey is escaped, in keys too, and reads back as it was")
    func harmless() throws {
        let text = "\u{1B}[2J\u{9B}31m\u{202E}gnp\u{7F}\u{2028}\u{E0001}"
        let value = ["\u{202E}key": text]
        let document = try JSONDocument.line(value)
        #expect(document == #"{"\u202ekey":"\u001b[2J\u009b31m\u202egnp\u007f\u2028\udb40\udc01"}"#)
        #expect(try JSONDecoder().decode([String: String].self, from: Data(document.utf8)) == value)
    }

    @Test("a number that JSON does not have is an error, not a broken document", arguments: [Double.nan, .infinity])
    func numbers(number: Double) { #expect(throws: EncodingError.self) { try JSONDocument.line(["x": number]) } }
}
