import CaptureFile
import Foundation
import Stories
import Testing

/// What the JSON of the demo on our own TCP must hold.
private struct StackDocument: Decodable {
    struct Rule: Decodable {
        let rule: String
        let document: String
        let section: String
        let text: [String: String]
    }
    struct Account: Decodable {
        let reason: Rule?
        let effects: [Rule]
        let loss: String?
        let arrival: String?
    }
    struct End: Decodable {
        let state: String
        let provenance: String
    }
    struct Segment: Decodable {
        let number: Int
        let kind: String
        let fate: String
        let original: Int?
        let client: End
        let server: End
        let account: Account
    }
    struct PathEntry: Decodable {
        let state: String
        let rule: Rule?
    }
    struct Moment: Decodable {
        let party: String
        let cause: String
        let number: Int?
        let call: String?
        let timer: String?
    }
    struct Story: Decodable {
        let segments: [Segment]
        let moments: [Moment]
        let paths: [String: [PathEntry]]
    }
    let on: String
    let client: String
    let server: String
    let story: Story
    let unmatched: [String]?
    let furtherInitialNumbers: [UInt32]

    init(_ text: String) throws { self = try JSONDecoder().decode(StackDocument.self, from: Data(text.utf8)) }
}

@Suite("tcplens demo --on stack")
struct StackDemoTests {
    private static let sections = [
        "en": [
            "1. The telephone call", "2. What the two programs did", "3. The picture, and the reason for every segment",
            "4. The handshake's three headers", "5. Each end's way through the states", "6. Step by step",
        ],
        "zh": ["1. 打个电话", "2. 两个程序做了什么", "3. 时序图，以及每个报文段的原因", "4. 三次握手的首部，逐字段对照", "5. 两端各自经历的状态", "6. 逐步讲解"],
    ]

    /// Without white space: as it is however its lines are broken.
    private static func squeezed(_ text: String) -> String { text.filter { !$0.isWhitespace } }

    @Test(
        "the page, in both languages, from narrow to wide", arguments: ["en", "zh"],
        [24, 45, 60, 66, 80, 100, 120, 200])
    func page(language: String, width: Int) async throws {
        let run = try await Run(
            "demo", "--on", "stack", "--lang", language, "--width", "\(width)", environment: ["LANG": "C.UTF-8"])
        #expect(run.status == 0 && run.err.isEmpty, "\(run.err)")
        #expect(!run.out.contains("\u{1b}"))
        // Headings and commands are not broken.
        #expect(
            run.lines.filter {
                cells($0) > width && !$0.contains("tcplens demo") && $0.prefixMatch(of: /[0-9]\.\s/) == nil
            }.isEmpty)
        // In little room a heading may take two lines, and a segment's numbers have none beside its flags.
        let sections = try #require(Self.sections[language])
        let (lines, page) = (run.lines.map(String.init), Self.squeezed(run.out))
        var rest = page[...]
        for heading in sections {
            let place = try #require(rest.firstRange(of: Self.squeezed(heading)), "\(heading)")
            rest = rest[place.upperBound...]
        }
        let picture = lines.drop { !$0.hasPrefix("3. ") }.prefix { !$0.hasPrefix("4. ") }
        let numbers = picture.compactMap { $0.firstMatch(of: /#([0-9]+) +(?:SYN|ACK|PSH|FIN)/)?.1 }
        #expect(numbers == (1...11).map { "\($0)"[...] })
        #expect(page.contains(Self.squeezed(language == "en" ? "never the kernel" : "不是内核")))
        if width >= 66 {
            #expect(lines.filter { $0.prefixMatch(of: /[0-9]\.\s/) != nil } == sections)
            #expect(numbers.count == picture.count { $0.contains(/#[0-9]+ +\S+ +(?:seq|ack)=/) })
        }
    }

    @Test("beside each segment stands why it was sent and what it did")
    func reasons() async throws {
        let run = try await Run("demo", "--on", "stack", "--lang", "en", "--width", "80")
        let picture = run.lines.drop { !$0.hasPrefix("3. ") }.prefix { !$0.isEmpty }.map(String.init)
        func below(_ row: String) -> [String] {
            picture.drop { !$0.contains(row) }.dropFirst().prefix { $0.hasPrefix("          ") }.map { $0 }
        }
        let syn = below("#1  SYN")
        #expect(syn[0].contains("OPEN, active: send a SYN") && syn[0].hasSuffix("RFC 9293 3.10.1"))
        // What is answered at once stands with the answer alone.
        #expect(!syn.contains { $0.contains("a SYN in LISTEN") })
        let answer = below("#2 SYN,ACK")
        #expect(answer[0].contains("a SYN in LISTEN") && answer[0].hasSuffix("RFC 9293 3.10.7.2 third"))
        let data = below("#4  PSH,ACK")
        #expect(data.contains { $0.contains("text in order") && $0.hasSuffix("RFC 9293 3.10.7.4 seventh") })
        #expect(picture.contains("states: told by our own TCP itself"))
        #expect(picture[1].hasSuffix("[S]"))
    }

    @Test("the same output, octet for octet; without a locale all of it is ASCII")
    func deterministic() async throws {
        for options in [[], ["-S"], ["--json"], ["--lose", "4", "--lose", "6"]] {
            let arguments = ["demo", "--on", "stack"] + options
            let first = try await Run(arguments)
            #expect(first.status == 0, "\(first.err)")
            #expect(try await Run(arguments).out == first.out)
            // Without a locale everything is ASCII; JSON has both languages in any.
            if options != ["--json"] { #expect(first.out.utf8.allSatisfy { $0 < 0x80 }) }
        }
    }

    @Test(
        "an ordinary user where neither capture nor namespaces are allowed",
        .enabled(if: Needs.namespaces, "needs root, unshare, setpriv and ip"))
    func ordinaryUser() async throws {
        let run = try await Run(sandboxed: ["demo", "--on", "stack", "--port", "80", "--lang", "zh"])
        #expect(run.status == 0 && run.err.isEmpty, "\(run.err)")
        #expect(run.out.contains("10.0.0.2:80"))
        #expect(!run.out.contains("setcap"))
    }

    @Test("--json: rules, and both ends' states")
    func json() async throws {
        let facts = try await StackDocument(Run("demo", "--on", "stack", "--json").out)
        #expect(facts.on == "stack")
        let segments = facts.story.segments
        #expect(segments.map(\.number) == Array(1...11))
        for segment in segments {
            let reason = try #require(segment.account.reason)
            for rule in [reason] + segment.account.effects {
                #expect(rule.document.hasPrefix("RFC ") && !rule.section.isEmpty)
                #expect(Set(rule.text.keys) == ["en", "zh"])
            }
            #expect(segment.fate == "arrived" && segment.account.arrival != nil)
            #expect([segment.client, segment.server].allSatisfy { $0.provenance == "stack" })
        }
        #expect(segments.prefix(3).map { $0.account.reason?.rule } == ["activeOpen", "synInListen", "synAckInSynSent"])
        #expect(segments.prefix(3).map(\.client.state) == ["SYN-SENT", "ESTABLISHED", "ESTABLISHED"])
        #expect(segments.prefix(3).map(\.server.state) == ["SYN-RECEIVED", "SYN-RECEIVED", "ESTABLISHED"])
        #expect(
            facts.story.paths["client"]?.map(\.state)
                == ["CLOSED", "SYN-SENT", "ESTABLISHED", "CLOSE-WAIT", "LAST-ACK", "CLOSED"])
        #expect(
            facts.story.paths["server"]?.map(\.state)
                == ["LISTEN", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSED"])
        #expect(facts.story.paths["server"]?.last?.rule?.rule == "timeWaitOver")
        let moments = facts.story.moments
        let first = try #require(moments.first)
        #expect(first.party == "client" && first.cause == "call" && first.call == "connect")
        #expect(moments.filter { $0.cause == "segment" }.compactMap(\.number) == Array(1...11))
        #expect(moments.last?.cause == "timer" && moments.last?.timer == "timeWait")
        #expect(moments.allSatisfy { [$0.call != nil, $0.number != nil, $0.timer != nil].filter { $0 }.count == 1 })
    }

    @Test("--lose: drawn lost, sent again by its rule", arguments: ["en", "zh"])
    func lost(language: String) async throws {
        let run = try await Run(
            "demo", "--on", "stack", "--lose", "4", "--lang", language, "--width", "100",
            environment: ["LANG": "C.UTF-8"])
        let row = try #require(run.lines.first { $0.contains("#4  PSH,ACK") })
        #expect(row.contains("×") && row.hasSuffix(language == "en" ? "lost on the way" : "途中丢失"))
        #expect(
            run.lines.contains {
                $0.contains("#5  PSH,ACK") && $0.hasSuffix(language == "en" ? "again #4 TLP" : "TLP 重传 #4")
            })
        // The last of what is outstanding is probed for first, and then the time-out starts anew.
        #expect(run.lines.contains { $0.hasSuffix("RFC 8985 7.3") })
        let facts = try await StackDocument(Run("demo", "--on", "stack", "--lose", "4", "--json").out)
        #expect(facts.story.segments[3].fate == "lost" && facts.story.segments[3].account.loss == "link")
        #expect(facts.story.segments[4].original == 4)
        #expect(facts.story.segments[4].account.reason?.rule == "lossProbe")
    }

    @Test("--lose: the three headers are those of the segments that made the handshake", arguments: ["1", "2"])
    func headersOfArrived(lost: String) async throws {
        let run = try await Run("demo", "--on", "stack", "--lose", lost, "--lang", "en")
        let numbers = lost == "1" ? "#2 SYN      #3 SYN,ACK  #4 ACK" : "#1 SYN      #4 SYN,ACK  #6 ACK"
        #expect(run.lines.contains { $0.hasPrefix("Field") && $0.hasSuffix(numbers) })
    }

    @Test("at 80 columns each end's states stand with their whole causes", arguments: ["en", "zh"])
    func states(language: String) async throws {
        let run = try await Run(
            "demo", "--on", "stack", "--lang", language, "--width", "80", environment: ["LANG": "C.UTF-8"])
        let table = run.lines.drop { !$0.hasPrefix("5. ") }.prefix { !$0.hasPrefix("6. ") }
        #expect(table.count > 13 && !table.contains { $0.contains("\u{2026}") })
        let place = language == "en" ? "RFC 9293 3.10.7.4 eighth" : "RFC 9293 3.10.7.4 第八步"
        #expect(table.contains { $0.contains("#10 FIN,ACK") && $0.hasSuffix(place) })
        #expect(table.contains { $0.contains(language == "en" ? "TIME-WAIT timer" : "TIME-WAIT 定时器到期") })
        // Nobody but Linux is said to wait a minute.
        let page = run.lines.joined(separator: " ")
        #expect(page.contains("2 MSL") && !page.contains("Linux"))
    }

    @Test("--lose: a number that no packet has is said, and does no harm", arguments: ["en", "zh"])
    func unmatched(language: String) async throws {
        let run = try await Run("demo", "--on", "stack", "--lose", "99", "--lang", language)
        let page = run.lines.joined(separator: language == "en" ? " " : "")
        #expect(run.status == 0 && run.err.isEmpty)
        #expect(page.contains(language == "en" ? "#99: no such segment was sent" : "#99：没有发出过"))
        #expect(page.contains("--on stack --lose 4"), "the hint how to lose one")
        let some = try await Run("demo", "--on", "stack", "--lose", "4", "--lose", "99", "--lang", language)
        #expect(some.out.contains("#99") && !some.out.contains("--lose"))
        #expect(try await !Run("demo", "--on", "stack", "--lose", "4").out.contains("no such segment"))
        let facts = try await StackDocument(Run("demo", "--on", "stack", "--lose", "99", "--lose", "4", "--json").out)
        #expect(facts.unmatched == ["drop #99"] && facts.story.segments[3].fate == "lost")
    }

    @Test("--do: the wire of our own TCP does the same", arguments: ["en", "zh"])
    func interventions(language: String) async throws {
        let run = try await Run(
            "demo", "--on", "stack", "--do", "drop C:ACK#1", "--do", "wait C 2s", "--lang", language, "--width", "100",
            environment: ["LANG": "C.UTF-8"])
        #expect(run.status == 0, "\(run.err)")
        #expect(run.lines.contains { $0.contains("#3  ACK") && $0.contains("×") })
        #expect(run.lines.contains { $0.contains("#4 SYN,ACK") && $0.contains("#2") })
    }

    @Test("--step: without a terminal all steps are told", arguments: ["en", "zh"])
    func steps(language: String) async throws {
        let run = try await Run(
            "demo", "--on", "stack", "--step", "--do", "drop C:SYN#1", "--lang", language,
            environment: ["LANG": "C.UTF-8"])
        #expect(run.status == 0, "\(run.err)")
        #expect(run.lines.filter { $0.hasPrefix("step ") || $0.hasPrefix("第 ") }.count > 20)
        #expect(run.out.contains(language == "en" ? "#1 SYN is lost on the way" : "#1 SYN 在途中丢失"))
        #expect(run.out.contains("[S]"))
    }

    @Test("--lose counts the picture's packets, never those of the connections that -S makes after it")
    func loseOfPicture() async throws {
        let plain = try await StackDocument(Run("demo", "--on", "stack", "-S", "--json").out)
        let losing = try await StackDocument(Run("demo", "--on", "stack", "-S", "--lose", "12", "--json").out)
        #expect(losing.unmatched == ["drop #12"] && losing.furtherInitialNumbers.count == 3)
        #expect(losing.furtherInitialNumbers == plain.furtherInitialNumbers)
    }

    @Test("-w: the reasons are the packets' comments", arguments: ["en", "zh"])
    func saved(language: String) async throws {
        let folder = try ScratchFolder()
        let path = folder.path("stack.pcapng")
        let run = try await Run("demo", "--on", "stack", "-w", path, "--lang", language)
        #expect(run.status == 0)
        #expect(run.out.contains(language == "en" ? "lost ones too" : "丢失的报文也在其中"))
        var reader = try CaptureReader(path: path)
        var packet = CapturedPacket()
        var comments: [String] = []
        while try reader.next(&packet) { comments += reader.comments(of: packet).kept.map(\.text) }
        #expect(reader.ending == .complete && comments.count == 11)
        #expect(comments.allSatisfy { $0.contains(language == "en" ? "Why: " : "为何发出：") && $0.contains("RFC ") })
        let flow = try await Run("flow", path, "--lang", "en", "--width", "80")
        #expect(flow.status == 0 && flow.out.contains("#11 ACK"))
    }

    @Test("-S: the numbers as they are, and where ISNs come from")
    func realNumbers() async throws {
        let run = try await Run("demo", "--on", "stack", "-S", "--lang", "en", "--width", "120")
        let words = run.lines.joined(separator: " ")
        #expect(words.contains("RFC 6528"))
        let list = words.firstMatch(of: /more after it: ([0-9, ]+)\./)?.1.split(separator: ", ") ?? []
        #expect(list.count == 4 && Set(list).count == 4)
        #expect(run.lines.contains { $0.contains("seq=\(list.first ?? "?")") })
    }

    @Test("where there is nothing to be done to segments, and where there is no such place")
    func wrongFlags() async throws {
        for option in [["--step"], ["--do", "drop #4"], ["--lose", "4"]] {
            let run = try await Run(["demo", "--on", "loopback", "--lang", "en"] + option)
            #expect(run.status == 2 && run.err.contains("go without --on loopback"), "\(option)")
        }
        let next = try await Run("demo", "--on", "stack", "--lang", "en", "--do", "hold #3 behind next")
        #expect(next.status == 6)
        #expect(next.err.contains("not behind the next") && next.err.contains("hold C:ACK#1 100ms"))
        #expect(try await Run("demo", "--on", "stack", "--lose", "0").status == 2)
        #expect(try await Run("demo", "--on", "moon").status == 2)
    }
}
