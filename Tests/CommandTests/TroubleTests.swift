import Foundation
import TCPWire
import Testing

/// What an engineer on call asks first: what went wrong, with whom, how often.
@Suite("tcplens connections: trouble, groups, columns")
struct TroubleTests {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private static let long = IPAddress(high: 0x2001_0db8_1111_2222, low: 0x3333_4444_5555_6666)

    /// An exchange whose server closes its window and whose client sends the same octets three times; a server that
    /// nobody answers for; one that refuses twice; and one with which nothing is wrong.
    private func troubled(client address: IPAddress? = nil) throws -> String {
        var whole = Exchange()
        if let address {
            whole.client.address = address
            whole.server.address = address
        }
        let up = SegmentBuilder(from: whole.client, to: whole.server)
        let down = SegmentBuilder(from: whole.server, to: whole.client)
        let (c, s) = (whole.clientISN &+ 1, whole.serverISN &+ 1)
        var full = down.ack(sequence: s, acknowledgment: c)
        full.window = 0
        let data = up.data(Array("hello".utf8), sequence: c, acknowledgment: s)
        let segments = [data, full, data, data, down.ack(sequence: s, acknowledgment: c &+ 5)]
        var frames = Array(whole.frames.prefix(3))
        for (place, segment) in segments.enumerated() {
            frames.append(
                Exchange.Frame(
                    time: Int64(1 + place) * 400_000 * Exchange.microsecond, bytes: segment.ethernetFrame()))
        }
        let silent = SegmentBuilder(
            from: Endpoint(address: whole.client.address, port: 50001),
            to: Endpoint(address: whole.client.address, port: 82)
        ).syn(sequence: 9)
        for second in 0..<3 {
            frames.append(
                Exchange.Frame(
                    time: Int64(3 + second) * 1_000_000 * Exchange.microsecond, bytes: silent.ethernetFrame()))
        }
        for time in [7_000_000, 7_500_000] { frames += Exchange.refused(port: 50002, at: Int64(time) * 1000) }
        var fine = Exchange()
        fine.client.port = 50003
        frames += fine.frames.map { Exchange.Frame(time: $0.time + 9_000_000_000, bytes: $0.bytes) }
        return try Exchange.capture(frames, in: folder)
    }

    @Test(
        "the default table shows what went wrong, in its width",
        arguments: [
            (
                "en", ["zero window S 1200 ms, 2 resent C", "SYN sent 3 times", "refused twice"],
                "with trouble: 3 (only these: -Y trouble); the worst drawn:\n"
            ),
            ("zh", ["零窗口 S 1200 ms，重传 2 段 C", "SYN 发了 3 次", "被拒绝 2 次"], "有异常：3 条（只看这些：-Y trouble）；画出最严重的：\n"),
        ])
    func column(language: String, troubles: [String], note: String) async throws {
        let path = try troubled()
        for width in ["120", "200"] {
            let run = try await Run("connections", path, "--lang", language, "--width", width)
            #expect(run.status == 0 && run.err == "")
            #expect(run.lines[0].contains(language == "en" ? " trouble " : " 异常 "))
            for (line, trouble) in zip(run.lines.dropFirst(), troubles) {
                #expect(line.contains("  \(trouble)  "), "\(line)")
            }
            #expect(run.out.contains(note + "  tcplens flow \(path) --conn 2\n"), "\(run.out)")
        }
        // Where it is narrow the worst is kept, and each trouble stays where it is.
        let narrow = try await Run("connections", path, "--lang", language, "--width", "80")
        #expect(narrow.lines.allSatisfy { cells($0) <= 80 || $0.contains(path) }, "\(narrow.out)")
        #expect(narrow.lines[1].contains(language == "en" ? "  zero window S" : "  零窗口 S"), "\(narrow.out)")
        // How long is said whole or not at all.
        for width in 60...90 {
            let run = try await Run("connections", path, "--lang", language, "--width", String(width))
            for line in run.lines where line.contains(/(window|零窗口) S [0-9]/) {
                #expect(line.contains("S 1200 ms"), "\(run.out)")
            }
        }
        let stacked = try await Run("connections", path, "--lang", language, "--width", "40")
        #expect(stacked.lines.contains { $0.hasPrefix("   \(troubles[1])") }, "\(stacked.out)")
    }

    @Test("where nothing went wrong nothing is said of it")
    func nothingWrong() async throws {
        let run = try await Run("connections", Exchange.tutorial(in: folder), "--width", "200", "--lang", "en")
        #expect(!run.out.contains("trouble"))
    }

    @Test("long addresses are shortened, their ports whole, before a column is left out")
    func shortened() async throws {
        let path = try troubled(client: Self.long)
        let run = try await Run(
            "connections", path, "--lang", "en", "--width", "100", environment: ["LANG": "C.UTF-8"])
        #expect(run.lines[0].hasSuffix("segs  bytes"), "\(run.out)")
        #expect(run.lines[1].contains("…") && run.lines[1].contains(":43210  "), "\(run.out)")
        #expect(run.lines[1].contains(":8080  handshake  open"), "\(run.out)")
        let ascii = try await Run("connections", path, "--lang", "en", "--width", "100", "--ascii")
        #expect(ascii.out.utf8.allSatisfy { $0 < 0x80 } && ascii.lines[1].contains(".."))
    }

    @Test(
        "-Y trouble chooses by what went wrong",
        arguments: [
            ("trouble", "1 2 3"), ("!trouble", "4"), ("trouble==retransmitted", "1"), ("trouble==zero-window", "1"),
            ("trouble in {refused, unanswered}", "2 3"), ("trouble==none", "4"), ("trouble==reset", ""),
        ])
    func filter(filter: String, numbers: String) async throws {
        let run = try await Run("connections", troubled(), "-Y", filter, "-e", "number", "--format", "tsv")
        #expect(run.lines.dropFirst().joined(separator: " ") == numbers)
        #expect(run.status == (numbers.isEmpty ? 5 : 0))
    }

    @Test(
        "groups: how many, how much, how many with trouble, and the worst",
        arguments: [
            (
                "port",
                [
                    "8080\t2\t18\t39\t1\tzero-window\t1\t1", "82\t1\t3\t0\t1\tunanswered\t3\t2",
                    "81\t1\t4\t0\t1\trefused\t2\t3",
                ]
            ),
            ("client", ["127.0.0.1\t4\t25\t39\t3\tunanswered\t3\t2"]),
            (
                "outcome",
                [
                    "handshake,open\t1\t8\t5\t1\tzero-window\t1\t1", "unanswered,none\t1\t3\t0\t1\tunanswered\t3\t2",
                    "refused,none\t1\t4\t0\t1\trefused\t2\t3", "handshake,closed\t1\t10\t34\t0\t-\t-\t-",
                ]
            ),
        ])
    func groups(key: String, rows: [String]) async throws {
        let path = try troubled()
        for language in ["en", "zh"] {
            let run = try await Run("connections", path, "--by", key, "--format", "tsv", "--lang", language)
            #expect(run.status == 0 && run.err == "")
            #expect(
                run.lines.map(String.init)
                    == ["\(key)\tconnections\tsegments\tbytes\ttroubled\tworst\tworst_count\tworst_number"] + rows)
        }
        let chosen = try await Run("connections", path, "--by", key, "-Y", "!trouble", "--format", "tsv")
        #expect(chosen.lines.count == 2)
    }

    @Test(
        "groups as a table, the number of the worst beside it",
        arguments: [
            (
                "en", "8080            2         1  zero window S 1200 ms #1        18     39",
                "3 groups; 4 connections, 25 segments"
            ),
            ("zh", "8080     2       1  零窗口 S 1200 ms #1      18    39", "3 组；4 条连接，25 个报文段"),
        ])
    func groupTable(language: String, row: String, summary: String) async throws {
        let path = try troubled()
        let run = try await Run("connections", path, "--by", "port", "--lang", language)
        #expect(run.lines.contains { $0 == row }, "\(run.out)")
        #expect(run.out.contains(summary), "\(run.out)")
        let cut = try await Run("connections", path, "--by", "port", "--limit", "1", "--lang", language)
        #expect(cut.out.contains(language == "en" ? "1 of 3 groups; " : "显示 1 组，共 3 组；"), "\(cut.out)")
        for width in ["40", "60", "80"] {
            let narrow = try await Run("connections", path, "--by", "server", "--lang", language, "--width", width)
            let command = "  tcplens flow \(path) --conn 2"
            #expect(narrow.lines.allSatisfy { cells($0) <= Int(width)! || $0 == command }, "\(narrow.out)")
            // The number beside the worst is a connection's: what draws it stands below.
            #expect(narrow.lines.contains { $0 == command }, "\(narrow.out)")
            let heads = language == "en" ? ["segments", "bytes"] : ["报文段", "字节"]
            for head in heads where !narrow.lines[0].contains(head) {
                #expect(narrow.out.contains(language == "en" ? "(no room for: " : "（宽度不足"), "\(narrow.out)")
            }
        }
    }

    @Test("columns of one's choice, as TSV and as a table")
    func columns() async throws {
        let path = try troubled()
        let fields = ["number", "client", "tcp.port", "retransmitted", "rtt", "state.server", "guessed", "trouble"]
        let run = try await Run(
            ["connections", path, "--format", "tsv"] + fields.flatMap { ["-e", $0] })
        #expect(run.lines.first == Substring(fields.joined(separator: "\t")))
        #expect(
            run.lines[1]
                == "1\t127.0.0.1:43210\t43210,8080\t2,0\t0.000034000\tESTABLISHED\t0\tzero-window,retransmitted")
        #expect(run.lines[2].contains("\t-\t") && run.lines[2].hasSuffix("\tunanswered"))
        #expect(run.lines[4].hasSuffix("\tnone"))
        let table = try await Run("connections", path, "-e", "server", "-e", "bytes", "--lang", "en")
        #expect(table.lines[0].hasPrefix("server "))
        #expect(table.lines[1] == "127.0.0.1:8080      5", "\(table.out)")
        let narrow = try await Run(
            ["connections", path, "--width", "40", "--lang", "en"] + fields.flatMap { ["-e", $0] })
        #expect(narrow.out.contains("(no room for: "), "\(narrow.out)")
        #expect(narrow.lines.allSatisfy { cells($0) <= 40 || $0.hasPrefix("  ") })
        let measured = try await Run("connections", path, "-e", "idle", "-e", "history", "--format", "tsv")
        #expect(measured.lines[1] == "0.400000000\tShADd" || measured.lines[1].hasPrefix("0.4"), "\(measured.out)")
    }

    @Test("rows of chosen columns as their connections end")
    func evictedColumns() async throws {
        let path = try troubled()
        let arguments = ["connections", path, "-e", "number", "-e", "trouble", "--format", "tsv"]
        let whole = try await Run(arguments)
        let ended = try await Run(arguments + ["--evict", "600"])
        #expect(ended.status == 0 && ended.lines == whole.lines)
        let measured = try await Run("connections", path, "-e", "idle", "--format", "tsv", "--evict", "60")
        #expect(measured.status == 2 && measured.err.contains("tcplens help filter"))
    }

    @Test(
        "an unknown field is told with the nearest, or with where all are",
        arguments: [
            (["-e", "retransmited"], "did you mean:  retransmitted"), (["-e", "colour"], "tcplens help filter"),
            (["-Y", "colour==red"], "tcplens help filter"), (["-e", "port"], "tcp.port==80"),
        ])
    func unknown(arguments: [String], next: String) async throws {
        let run = try await Run(["connections", try troubled()] + arguments)
        #expect(run.status == 2 && run.out == "")
        #expect(run.err.contains(next) && run.err.split(separator: "\n").count < 6, "\(run.err)")
    }

    @Test(
        "what does not go together is refused, with what does",
        arguments: [
            (["--by", "client", "--long"], "leave out --long"), (["--by", "port", "--sort", "bytes"], "--sort"),
            (["--by", "port", "-e", "client"], "-e"), (["-e", "client", "--json"], "--json"),
            // One step, not two.
            (["--evict", "60", "--by", "port"], "leave out --sort, --long, --by"),
            (["--evict", "60", "--json", "--by", "port"], "--by"),
            (["--evict", "60", "--json", "--sort", "bytes"], "leave out --sort"),
        ])
    func refused(arguments: [String], words: String) async throws {
        let run = try await Run(["connections", "a.pcap", "--lang", "en"] + arguments)
        #expect(run.status == 2 && run.out == "")
        #expect(run.err.contains(words), "\(run.err)")
    }

    @Test("how many of all are shown, where --limit or -Y cut")
    func cut() async throws {
        let path = try troubled()
        let limited = try await Run("connections", path, "--limit", "3", "--lang", "en")
        #expect(limited.out.contains("\n3 of 4 connections, 25 segments"), "\(limited.out)")
        let both = try await Run("connections", path, "--limit", "1", "-Y", "trouble", "--lang", "en")
        #expect(both.out.contains("\n1 of 3 that pass, of 4 connections"), "\(both.out)")
        // Who has chosen needs no advice to choose.
        #expect(both.out.contains("with trouble: 3; the worst drawn:"), "\(both.out)")
        // What went wrong is counted over all that the limit leaves out too.
        let all = try await Run("connections", path, "--lang", "en")
        func troubles(_ run: Run) -> [Substring] { Array(run.lines.drop { !$0.hasPrefix("with trouble: ") }) }
        #expect(try await troubles(Run("connections", path, "--limit", "1", "--lang", "en")) == troubles(all))
        #expect(troubles(all).count == 2)
        let chinese = try await Run("connections", path, "--limit", "3", "--lang", "zh")
        #expect(chinese.out.contains("\n显示 3 条，共 4 条连接"), "\(chinese.out)")
        let chineseBoth = try await Run("connections", path, "--limit", "1", "-Y", "trouble", "--lang", "zh")
        #expect(chineseBoth.out.contains("\n显示 1 条，3 条符合条件，共 4 条连接"), "\(chineseBoth.out)")
    }

    @Test("several files: that nothing passes is said once, and not where something does")
    func noneOfSeveral() async throws {
        let (one, two) = (
            try Exchange.capture(Exchange().frames, in: folder, name: "one.pcapng"),
            try Exchange.capture(Exchange.refused(port: 9, at: 0), in: folder, name: "two.pcapng")
        )
        let none = try await Run("connections", one, two, "-Y", "bytes>1MiB", "--lang", "en")
        #expect(none.status == 5)
        #expect(none.err == "tcplens: none of 2 connections in 2 files passes the filter\n")
        let some = try await Run("connections", one, two, "-Y", "outcome==refused", "--format", "tsv")
        #expect(some.status == 0 && some.err == "" && some.lines.count == 2)
    }

    @Test("help filter: every field, in both languages", arguments: ["en", "zh"])
    func helpFilter(language: String) async throws {
        let run = try await Run("help", "filter", "--lang", language, environment: ["LANG": "C.UTF-8"])
        #expect(run.status == 0 && run.err == "")
        #expect(run.lines.allSatisfy { cells($0) <= 80 })
        // The page of the documents names every field, as another test sees to.
        let document = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Docs/filter.md")
        let rows = try String(contentsOf: document, encoding: .utf8).split(separator: "\n").filter {
            $0.hasPrefix("| `")
        }
        let names = rows.flatMap { $0.split(separator: "|")[0].split(separator: "`").map(String.init) }
        let documented = names.filter { $0.first?.isLetter == true && !$0.contains(" ") && $0 != "contains" }
        let fields = run.lines.drop { !$0.hasPrefix(language == "en" ? "Fields" : "不增加") }
        let listed = fields.filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
            .flatMap { $0.split(separator: " ").map(String.init) }
        #expect(Set(listed) == Set(documented))
        #expect(listed.count == Set(listed).count)
        #expect(run.out.contains(language == "en" ? "Examples:" : "示例："))
        // Each of its examples is a filter or a field that is understood.
        let path = try troubled()
        for line in run.lines where line.hasPrefix("  tcplens ") {
            let command = String(line).replacing(
                "tcplens connections capture.pcap", with: "\"$TCPLENS\" connections '\(path)'")
            let status = try await Run(shell: command).status
            #expect(status == 0 || status == 5, "\(line)")
        }
    }
}
