import Foundation
import Testing

@Suite("tcplens connections: measures, filter, Zeek's log")
struct ConnectionMeasureTests {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    @Test("--long, character by character", arguments: Snapshots.long)
    func long(_ snapshot: Snapshot) async throws {
        let run = try await Run(
            ["connections", Exchange.tutorial(in: folder), "--long"] + snapshot.arguments,
            environment: ["LANG": "C.UTF-8"])
        #expect(run.out == snapshot.text)
        #expect(run.err == "")
        #expect(run.status == 0)
    }

    @Test("--long stays in its width", arguments: ["en", "zh"], [40, 60, 80, 120])
    func width(language: String, width: Int) async throws {
        let run = try await Run(
            "connections", Exchange.three(in: folder), "--long", "--lang", language, "--width", String(width))
        #expect(run.status == 0)
        #expect(run.lines.allSatisfy { cells($0) <= width })
        #expect(run.lines.count > 60)
    }

    @Test("--long --json carries every measure, --json alone none")
    func longJSON() async throws {
        let path = try Exchange.tutorial(in: folder)
        let run = try await Run("connections", path, "--long", "--json")
        let line = try #require(run.lines.first)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        let measures = try #require(object["measures"] as? [String: Any])
        let client = try #require(measures["client"] as? [String: Any])
        #expect(client["segments"] as? Int == 6)
        #expect(client["bytes"] as? Int == 16)
        #expect((client["roundTrip"] as? [String: Any])?["samples"] as? Int == 3)
        #expect(
            measures["vantage"] as? [String: String] == ["place": "loopback", "reason": "loopback-address"])
        #expect(measures["zeekHistory"] as? String == "ShADadFf")
        #expect(object["timeWait"] as? String == "client")
        #expect(object["zeekState"] as? String == "SF")
        #expect(try await !Run("connections", path, "--json").out.contains("measures"))
    }

    @Test("a conn.log: Zeek's header, a row a connection, an end")
    func zeek() async throws {
        let run = try await Run("connections", Exchange.three(in: folder), "--format", "zeek", "--lang", "zh")
        let lines = run.lines.map(String.init)
        #expect(
            lines.prefix(6) == [
                "#separator \\x09", "#set_separator\t,", "#empty_field\t(empty)", "#unset_field\t-", "#path\tconn",
                "#open\t2023-11-14-22-13-20",
            ])
        let fields = lines[6].split(separator: "\t").dropFirst().map(String.init)
        #expect(lines[6].hasPrefix("#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\t"))
        #expect(lines[7].hasPrefix("#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\t"))
        #expect(lines[7].split(separator: "\t").count == fields.count + 1)
        #expect(lines.last == "#close\t2023-11-14-22-13-20")
        let rows = lines.filter { !$0.hasPrefix("#") }.map { line in
            Dictionary(uniqueKeysWithValues: zip(fields, line.split(separator: "\t").map(String.init)))
        }
        #expect(rows.count == 3)
        #expect(rows.map { $0["conn_state"] } == ["SF", "SF", "REJ"])
        #expect(rows.map { $0["history"] } == ["ShADadFf", "ShADadFf", "Sr"])
        #expect(rows[0]["ts"] == "1700000000.000000")
        #expect(rows[0]["duration"] == "0.000478")
        #expect(rows[0]["orig_bytes"] == "16" && rows[0]["resp_bytes"] == "18")
        #expect(rows[0]["orig_pkts"] == "6" && rows[0]["ip_proto"] == "6" && rows[0]["service"] == "-")
        #expect(Set(rows.compactMap { $0["uid"] }).count == 3)
        #expect(rows.allSatisfy { $0["uid"]?.hasPrefix("C") == true && $0["uid"]?.count == 18 })
    }

    @Test("the same as Zeek writes JSON")
    func zeekJSON() async throws {
        let run = try await Run("connections", Exchange.three(in: folder), "--format", "zeek", "--json")
        #expect(run.lines.count == 3)
        for line in run.lines {
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(object["id.orig_h"] as? String == "127.0.0.1")
            #expect(object["service"] == nil)
            #expect(object["local_orig"] as? Bool == true)
        }
        #expect(run.out.hasPrefix("{\"ts\":1700000000.000000,\"uid\":\"C"))
        #expect(run.out.contains("\"duration\":0.000478,\"orig_bytes\":16,\"resp_bytes\":18,\"conn_state\":\"SF\""))
    }

    @Test("several files make one log")
    func zeekOfFiles() async throws {
        let path = try Exchange.three(in: folder)
        let run = try await Run("connections", path, path, "--format", "zeek")
        #expect(run.lines.filter { $0.hasPrefix("#fields") }.count == 1)
        #expect(run.lines.filter { !$0.hasPrefix("#") }.count == 6)
    }

    @Test(
        "-Y lets only those pass",
        arguments: [
            ("outcome==refused", "3"), ("tcp.port==8080 && bytes>10", "1 2"), ("tcp.analysis.retransmission", ""),
            ("client==:43212", "2"), ("!(ending==closed)", "3"), ("server.rtt.min<1ms", "1 2"),
        ])
    func filter(filter: String, numbers: String) async throws {
        let run = try await Run("connections", Exchange.three(in: folder), "-Y", filter, "--format", "tsv")
        let found = run.lines.dropFirst().map { String($0.prefix { $0 != "\t" }) }.joined(separator: " ")
        #expect(found == numbers)
        #expect(run.status == (numbers.isEmpty ? 5 : 0))
        #expect(run.err.isEmpty != numbers.isEmpty)
    }

    @Test("what the filter let pass is said below the table")
    func passing() async throws {
        let path = try Exchange.three(in: folder)
        let english = try await Run("connections", path, "-Y", "outcome==refused", "--lang", "en")
        #expect(
            english.lines.dropLast(2).last == "1 of 3 connections, 22 segments, 22 packets; C, S: which end ended it")
        let chinese = try await Run("connections", path, "-Y", "outcome==refused", "--lang", "zh")
        #expect(chinese.lines.dropLast(2).last?.contains("1 条符合条件") == true)
    }

    @Test("a filter that cannot be read: where, and what was meant", arguments: ["en", "zh"])
    func complaint(language: String) async throws {
        let path = try Exchange.tutorial(in: folder)
        let run = try await Run("connections", path, "-Y", "bytes>10 && tcp.prot==80", "--lang", language)
        let near = language == "en" ? "  did you mean:  tcp.port" : "  是不是\u{FF1A}  tcp.port"
        #expect(
            run.err.split(separator: "\n").dropFirst() == [
                "  bytes>10 && tcp.prot==80", "              ^^^^^^^^", Substring(near),
            ])
        #expect(run.status == 2)
        let word = try await Run("connections", path, "-Y", "opening==refsued", "--lang", language)
        #expect(word.err.contains("refused") && word.err.contains("^^^^^^^"))
        #expect(word.status == 2)
    }
}
