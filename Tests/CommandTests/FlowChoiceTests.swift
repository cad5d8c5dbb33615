import Foundation
import Testing

/// Which connection `flow` draws, how much of it, and what it tells of it in words.
@Suite("tcplens flow: which part of a capture")
struct FlowChoiceTests {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func run(_ path: String, _ arguments: String...) async throws -> Run {
        try await Run(["flow", path] + arguments, environment: ["LANG": "C.UTF-8"])
    }

    /// The numbers of the segments that have a row.
    private func drawn(_ run: Run) -> [Int] {
        run.lines.compactMap { line in line.firstMatch(of: /#([0-9]+) +[A-Z]+/).flatMap { Int($0.1) } }
    }

    // MARK: -Y

    @Test("-Y draws the first that passes, and lists the others that do")
    func filtered() async throws {
        let path = try Exchange.three(in: folder)
        let one = try await run(path, "-Y", "tcp.port==81")
        #expect(one.status == 0 && one.err == "")
        #expect(one.out.contains("connection 3") && one.out.contains("127.0.0.1:43214"))
        #expect(one.lines.last == "1 of 3 connections passes the filter; this was number 3.")
        let two = try await run(path, "-Y", "tcp.port==8080", "--lang", "zh")
        #expect(two.out.contains("连接 1") && two.out.contains("共 3 条连接，2 条符合过滤条件，上面是第 1 条："))
        #expect(two.lines.count { $0.contains(":8080") && $0.contains("127.0.0.1:4321") } == 3)
        #expect(!two.out.contains(":81 "))
    }

    @Test("the filter may ask for what is measured of each segment")
    func measured() async throws {
        let run = try await run(
            Exchange.three(in: folder), "-Y", "tcp.analysis.ack_rtt && client.bytes==16 && tcp.stream!=0")
        #expect(run.status == 0 && run.out.contains("connection 2"))
    }

    @Test(
        "where none passes: code 5, and what to do",
        arguments: [("en", "none of 3 connections passes the filter", "list them:"), ("zh", "没有符合过滤条件的", "列出：")])
    func nonePasses(language: String, what: String, next: String) async throws {
        let path = try Exchange.three(in: folder)
        for more in [[], ["--hosts"]] {
            let run = try await Run(["flow", path, "-Y", "tcp.port==9", "--lang", language] + more)
            #expect(run.status == 5 && run.out == "")
            #expect(run.err.contains(what) && run.err.contains(next + "  tcplens connections \(path)"))
        }
    }

    @Test("with --hosts all that pass, and nothing of the others counts as left out")
    func filteredHosts() async throws {
        let path = try Exchange.three(in: folder)
        let picture = try await run(path, "--hosts", "-Y", "tcp.port==8080")
        #expect(picture.err == "" && picture.out.contains("2 connections"))
        #expect(drawn(picture).count == 20 && !picture.out.contains(":81"))
        let json = try await run(path, "--hosts", "--json", "-Y", "tcp.port==8080")
        let document = try #require(try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any])
        #expect((document["connections"] as? [Any])?.count == 2 && document["leftOut"] as? Int == 0)
    }

    @Test("--hosts explains its letters", arguments: [("en", "letters: "), ("zh", "字母：")])
    func hostsLegend(language: String, words: String) async throws {
        let run = try await run(Exchange.three(in: folder), "--hosts", "--lang", language)
        let legend = try #require(run.lines.first { $0.hasPrefix(words) })
        #expect(legend.contains("S SYN-SENT") && run.out.contains("E ESTABLISHED") && run.out.contains("T TIME-WAIT"))
        #expect(run.lines.allSatisfy { cells($0) <= 80 })
    }

    // MARK: --from, --to

    @Test("--from and --to draw these packets, with the states at that place, and say what is left out")
    func part() async throws {
        let path = try Exchange.tutorial(in: folder)
        let whole = try await run(path, "--ascii")
        let part = try await run(path, "--ascii", "--from", "4", "--to", "#7")
        #expect(part.status == 0 && part.err == "")
        #expect(drawn(part) == [4, 5, 6, 7])
        // Numbers of one digit leave a cell more to the arrows.
        func rows(_ run: Run) -> [String] {
            run.lines.filter { $0.firstMatch(of: /#[4-7] +[A-Z]/) != nil }.map {
                String($0).replacing(/-+/, with: "-").replacing(/[ ]+/, with: " ")
            }
        }
        #expect(rows(part) == rows(whole) && rows(part).count == 4)
        let before = try #require(part.lines.first { $0.contains("... 3 segments before this ...") })
        let after = try #require(part.lines.first { $0.contains("... 3 segments more ...") })
        // Both ends are as #3 and #7 have left them.
        for line in [before, after] { #expect(line.contains("E  ") && line.hasSuffix("E")) }
        let chinese = try await run(path, "--lang", "zh", "--from", "8")
        #expect(drawn(chinese) == [8, 9, 10])
        #expect(chinese.out.contains("……前面还有 7 个报文段……") && !chinese.out.contains("后面还有"))
        let start = try await run(path, "--to", "2")
        #expect(drawn(start) == [1, 2] && !start.out.contains("before this"))
    }

    @Test("pictures are cut in the same way, several connections too")
    func partOfPictures() async throws {
        let path = try Exchange.tutorial(in: folder)
        let svg = try await run(path, "--from", "4", "--to", "6", "--format", "svg")
        #expect(svg.out.contains("id=\"seg-4\"") && !svg.out.contains("id=\"seg-3\""))
        let mermaid = try await run(path, "--to", "2", "--format", "mermaid")
        #expect(mermaid.out.contains("#35;2 SYN,ACK") && !mermaid.out.contains("#35;3 "))
        let hosts = try await run(Exchange.three(in: folder), "--hosts", "--from", "4", "--to", "6")
        #expect(drawn(hosts) == [4, 5, 6] && hosts.status == 0)
    }

    @Test("numbers that are not there: code 5, and which there are")
    func noSuchPackets() async throws {
        let run = try await run(Exchange.tutorial(in: folder), "--from", "11")
        #expect(run.status == 5 && run.out == "" && run.err.contains("they are #1 to #10"))
    }

    // MARK: --explain

    @Test("--explain tells each step below the ladder, in the demo's words", arguments: ["en", "zh"])
    func explained(language: String) async throws {
        let path = folder.path("demo.pcapng")
        let demo = try await Run("demo", "--on", "stack", "-w", path, "--lang", language)
        let run = try await run(path, "--explain", "--lang", language)
        let heading = language == "en" ? "Step by step" : "逐步讲解"
        let told = try #require(run.lines.firstIndex(of: heading[...]))
        let syn = try #require(run.lines.first { $0.hasPrefix(language == "en" ? "#1 SYN, " : "#1 SYN（") })
        #expect(try #require(run.lines.firstIndex(of: syn)) == told + 1)
        #expect(demo.lines.contains(syn))
        #expect(run.lines.last { $0.hasPrefix("#") }?.hasPrefix("#\(drawn(run).max() ?? 0)") ?? false)
        #expect(run.lines.allSatisfy { cells($0) <= 80 })
    }

    @Test(
        "a long connection is told from its start; --all tells the rest, --from goes on, and what is not drawn is not told"
    )
    func boundedExplanation() async throws {
        let path = try Exchange.capture(Exchange.long(segments: 107), in: folder)
        func told(_ arguments: String...) async throws -> (numbers: [Int], last: String) {
            let run = try await Run(["flow", path, "--explain"] + arguments)
            let numbers = run.lines.compactMap { $0.prefixMatch(of: /#([0-9]+)[ ]/).flatMap { Int($0.1) } }
            return (numbers, run.lines.suffix(2).joined(separator: " "))
        }
        let first = try await told()
        #expect(first.numbers == Array(1...60))
        #expect(first.last.contains("--all"))
        let all = try await told("--all")
        #expect(all.numbers == Array(1...107))
        let part = try await told("--from", "100", "--to", "102")
        #expect(part.numbers == [100, 101, 102])
    }
}
