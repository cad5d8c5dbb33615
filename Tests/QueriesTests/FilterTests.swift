import CaptureFile
import Foundation
import Passes
import TCPWire
import Testing
import Transcripts

@testable import Queries

/// The display filter: what it understands, what it means, and where it says that it does not understand.
@Suite struct FilterTests {
    /// A transcript's connections, measured, as a filter is asked about them.
    private static func subjects(_ write: (Transcript) -> Void) -> [FilterSubject] {
        let transcript = Transcript()
        write(transcript)
        let analysis = transcript.measured
        return zip(analysis.connections, analysis.measures).enumerated().map {
            FilterSubject(number: $0 + 1, record: $1.0, measures: $1.1)
        }
    }

    /// A refused attempt, then an exchange with one segment sent twice that the client closes.
    private static let subjects = subjects { t in
        t.c.syn(50)
        t.s.rstAck(0, ack: 51)
        t.c.syn(100)
        t.s.synAck(300, ack: 101)
        t.c.ack(101, ack: 301)
        t.c.data(101, ack: 301, 1000)
        t.c.data(101, ack: 301, 1000)
        t.s.ack(301, ack: 1101)
        t.s.data(301, ack: 1101, 2000)
        t.c.fin(1101, ack: 2301)
        t.s.fin(2301, ack: 1102)
        t.c.ack(1102, ack: 2302)
    }

    private static func passing(_ filter: String) throws -> [Int] {
        let filter = try ConnectionFilter(filter)
        return subjects.filter(filter.matches).map(\.number)
    }

    @Test(
        arguments: [
            ("tcp.port == 8080", [1, 2]), ("tcp.port==8081", []), ("tcp.port in {80, 8000..8100}", [1, 2]),
            ("tcp.port in {80 443}", []), ("tcp.srcport == 40000", [1, 2]), ("tcp.stream == 0", [1]),
            ("tcp.stream", [1, 2]),
            ("tcp.port != 8080", []), ("tcp.port != 22", [1, 2]), ("!(tcp.port == 22)", [1, 2]),
            ("ip.addr == 10.0.0.1", [1, 2]), ("ip.addr == 10.0.0.0/8", [1, 2]), ("ip.addr==192.168.0.0/16", []),
            ("ip.src == 10.0.0.2", [1, 2]), ("ipv6.addr", []), ("ip.addr", [1, 2]), ("ipv6.addr != ::1", []),
            ("client == 10.0.0.1:40000", [1, 2]), ("server == :8080", [1, 2]), ("server==10.0.0.0/30", [1, 2]),
            ("client == [::1]:1", []), ("outcome == refused", [1]), ("outcome==REFUSED", [1]),
            ("outcome != refused", [2]),
            ("opening == handshake && ending == closed", [2]), ("ending in {closed, reset}", [2]),
            ("endedby == client", [2]), ("endedby", [1, 2]), ("timewait == client", [2]), ("timewait", [2]),
            ("state.client == TIME-WAIT", [2]), ("state.client == time_wait", [2]), ("conn_state == SF", [2]),
            ("conn_state==rej or conn_state==s0", [1]), ("bytes > 1k", [2]), ("bytes == 3000", [2]),
            ("bytes >= 3 kB", nil),
            ("bytes >= 3kB", [2]), ("bytes > 2.9KiB", [2]), ("bytes < 1MiB", [1, 2]), ("server.bytes == 2000", [2]),
            ("duration > 1ms", [2]), ("duration <= 0.001", [1]), ("duration >= 1000us", [1, 2]), ("rtt == 2ms", [2]),
            ("rtt", [2]), ("!rtt", [1]), ("rtt > 50ms", []), ("tcp.analysis.retransmission", [2]),
            ("tcp.analysis.retransmission == 1", [2]), ("client.retransmitted==1", [2]), ("server.retransmitted", []),
            ("tcp.analysis.zero_window", []), ("tcp.flags.reset", [1]), ("tcp.flags.reset == 0", [2]),
            ("tcp.completeness == 31", [2]), ("history contains ShA", [2]), ("history == \"Sr\"", [1]),
            ("not (outcome == refused)", [2]), ("! outcome==refused", [2]), ("number gt 1", [2]),
            ("tcp.port==8080 and (bytes>1k or outcome==refused)", [1, 2]),
            ("outcome==refused || outcome==closed && bytes==0", [1]), ("vantage==between || vantage!=client", [1, 2]),
            ("client.rtt.min == 1ms", [2]), ("number in {}", []),
        ] as [(String, [Int]?)]) func meaning(_ filter: String, _ expected: [Int]?) throws
    {
        if let expected {
            #expect(try Self.passing(filter) == expected)
        } else {
            #expect(throws: FilterError.self) { try Self.passing(filter) }
        }
    }

    @Test(
        arguments: [
            ("", .empty, 0..<0), ("   ", .empty, 0..<0), ("tcp.prot == 80", .unknownField("tcp.prot"), 0..<8),
            ("bytes = 3", .single("=", meant: "=="), 6..<7), ("(a b)", .unknownField("a"), 1..<2),
            ("rtt & idle", .single("&", meant: "&&"), 4..<5),
            ("bytes > ", .wantsValue(field: "bytes", found: ""), 8..<9),
            ("bytes > )", .wantsValue(field: "bytes", found: ")"), 8..<9), ("(rtt", .unclosedParenthesis, 0..<1),
            ("rtt)", .wantsConnective(")"), 3..<4), ("rtt idle", .wantsConnective("idle"), 4..<8),
            ("rtt &&", .wantsField(""), 6..<7), ("&& rtt", .wantsField("&&"), 0..<2),
            ("outcome < refused", .wrongOperator("<", field: "outcome", kind: .text), 8..<9),
            ("tcp.flags.syn > 0", .wrongOperator(">", field: "tcp.flags.syn", kind: .flag), 14..<15),
            ("tcp.port == http", .wrongValue("http", field: "tcp.port", kind: .number, words: []), 12..<16),
            ("bytes contains 1", .wrongOperator("contains", field: "bytes", kind: .octets), 6..<14),
            ("rtt > 5 parsecs", .wantsConnective("parsecs"), 8..<15),
            ("rtt > 5parsecs", .wrongValue("5parsecs", field: "rtt", kind: .duration, words: []), 6..<14),
            (
                "ip.addr == 10.0.0.1:80", .wrongValue("10.0.0.1:80", field: "ip.addr", kind: .address, words: []),
                11..<22
            ),
            (
                "ip.addr == 10.0.0.0/33", .wrongValue("10.0.0.0/33", field: "ip.addr", kind: .address, words: []),
                11..<22
            ),
            ("history == 'Sr", .unclosedQuote, 11..<14), ("number in {1", .unclosedBrace, 10..<11),
            ("number in 1", .wantsValue(field: "number", found: "1"), 10..<11), ("rtt # fast", .strange("#"), 4..<5),
        ] as [(String, FilterError.Reason, Range<Int>)])
    func complaint(_ filter: String, _ reason: FilterError.Reason, _ range: Range<Int>) {
        #expect(throws: FilterError(reason: reason, range: range)) { try ConnectionFilter(filter) }
    }

    @Test func wrongWordsComeWithTheRightOnes() {
        let error = #expect(throws: FilterError.self) { try ConnectionFilter("opening == refsued") }
        guard case .wrongValue("refsued", "opening", .text, let words) = error?.reason else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(words.contains("refused"))
    }

    @Test func limits() throws {
        let deep = String(repeating: "(", count: 49) + "rtt" + String(repeating: ")", count: 49)
        _ = try ConnectionFilter(deep)
        #expect(throws: FilterError.self) { try ConnectionFilter("((" + deep + "))") }
        #expect(throws: FilterError.self) { try ConnectionFilter(String(repeating: "!", count: 4000) + "rtt") }
        #expect(throws: FilterError(reason: .tooLong, range: 0..<0)) {
            try ConnectionFilter(String(repeating: " ", count: 5000))
        }
        let long = Array(repeating: "rtt", count: 600).joined(separator: "||")
        #expect(Self.subjects.filter(try ConnectionFilter(long).matches).count == 1)
    }

    @Test func measuresOnlyWhereNeeded() throws {
        #expect(try !ConnectionFilter("tcp.port==80 && outcome==refused && rtt>5ms").needsMeasures)
        #expect(try !ConnectionFilter("tcp.analysis.retransmission || client.dupacks>3").needsMeasures)
        #expect(try ConnectionFilter("tcp.port==80 || tcp.analysis.keep_alive").needsMeasures)
    }

    @Test func fieldsHaveOneNameEach() {
        #expect(FilterField.all.count == FilterField.byName.count)
        #expect(FilterField.all.allSatisfy { $0.name == $0.name.lowercased() })
        for field in FilterField.all {
            for subject in Self.subjects { _ = field.value(subject) }
            for word in field.words { #expect(field.literal(word) != nil) }
        }
    }
}

extension FilterTests {
    /// Docs/filter.md names every field, and no other, and so does the Chinese page.
    @Test(arguments: ["filter.md", "filter.zh.md"]) func fieldsAreDocumented(name: String) throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Docs/\(name)")
        let rows = try String(contentsOf: page, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("| `") }
        let cells = rows.compactMap { $0.split(separator: "|").first }
        let names = cells.flatMap { $0.split(separator: "`").map(String.init) }
            .filter { $0.first?.isLetter == true && !$0.contains(" ") }
        let documented = Set(names).subtracting(["contains"])
        #expect(documented == Set(FilterField.all.map(\.name)))
    }
}
