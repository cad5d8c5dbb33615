import Foundation
import TCPWire
import Testing

@Suite("tcplens connections")
struct ConnectionsTests {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    @Test("the list, character by character", arguments: Snapshots.connections)
    func list(_ snapshot: Snapshot) async throws {
        let path = try Exchange.three(in: folder)
        let run = try await Run(["connections", path] + snapshot.arguments, environment: ["LANG": "C.UTF-8"])
        #expect(run.out.replacing(path, with: "capture.pcapng") == snapshot.text)
        #expect(run.err == "")
        #expect(run.status == 0)
    }

    @Test("TSV has the same columns in every row, in every language", arguments: ["en", "zh"])
    func tsv(language: String) async throws {
        let run = try await Run("connections", Exchange.three(in: folder), "--format", "tsv", "--lang", language)
        let rows = run.lines.map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
        #expect(
            rows.first?.joined(separator: " ") == """
                number client server role start duration opening ending ended_by client_segments server_segments \
                client_bytes server_bytes handshake_ms client_retransmitted client_out_of_order client_duplicate_acks \
                client_zero_windows client_rtt_ms server_retransmitted server_out_of_order server_duplicate_acks \
                server_zero_windows server_rtt_ms trouble
                """)
        #expect(rows.count == 4)
        #expect(rows.allSatisfy { $0.count == rows[0].count && !$0.contains("") })
        #expect(rows[1][4] == "1700000000.000000000")
        #expect(rows[1][5] == "0.000489000")
        #expect(rows[1][13] == "0.034000")
        #expect(rows[1][14...] == ["0", "0", "0", "0", "0.012000", "0", "0", "0", "0", "0.010000", "none"])
        #expect(rows[3][6] == "refused" && rows[3].last == "refused")
    }

    @Test("TSV's counters are those of the packets: each end's own, none of them alike", arguments: ["en", "zh"])
    func counters(language: String) async throws {
        let whole = Exchange()
        let up = SegmentBuilder(from: whole.client, to: whole.server)
        let down = SegmentBuilder(from: whole.server, to: whole.client)
        let (c, s) = (whole.clientISN &+ 1, whole.serverISN &+ 1)
        let ten = [UInt8](repeating: 0x61, count: 10)
        func sent(_ place: UInt32) -> SegmentBuilder { up.data(ten, sequence: c &+ 10 &* place, acknowledgment: s) }
        var full = down.ack(sequence: s, acknowledgment: c &+ 60)
        full.window = 0
        let segments = [
            sent(0), down.ack(sequence: s, acknowledgment: c &+ 10),
            // The second is lost, and sent again after three duplicate ACKs.
            sent(1), sent(2), down.ack(sequence: s, acknowledgment: c &+ 10),
            sent(3), down.ack(sequence: s, acknowledgment: c &+ 10),
            sent(4), down.ack(sequence: s, acknowledgment: c &+ 10),
            sent(1), down.ack(sequence: s, acknowledgment: c &+ 50),
            sent(5), full, full,
        ]
        var frames = Array(whole.frames.prefix(3))
        for (number, segment) in segments.enumerated() {
            frames.append(
                Exchange.Frame(
                    time: Int64(1000 + number * 300_000) * Exchange.microsecond, bytes: segment.ethernetFrame()))
        }
        let path = try Exchange.capture(frames, in: folder)
        let run = try await Run("connections", path, "--format", "tsv", "--lang", language)
        let rows = run.lines.map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
        try #require(rows.count == 2)
        let row = Dictionary(zip(rows[0], rows[1])) { first, _ in first }
        #expect(row["client_segments"] == "9" && row["server_segments"] == "8")
        #expect(row["client_bytes"] == "60" && row["server_bytes"] == "0")
        #expect(row["client_retransmitted"] == "1" && row["server_retransmitted"] == "0")
        #expect(row["server_duplicate_acks"] == "3" && row["client_duplicate_acks"] == "0")
        #expect(row["server_zero_windows"] == "2" && row["client_zero_windows"] == "0")
        #expect(row["trouble"] == "zero-window,retransmitted")
        let json = try await Run("connections", path, "--json", "--lang", language)
        #expect(
            json.out.contains(
                """
                "troubles":[{"count":1,"duration":0.3,"party":"server","trouble":"zero-window"},\
                {"count":1,"party":"client","trouble":"retransmitted"}]
                """), "\(json.out)")
    }

    @Test("JSON is one object a line, the same in both languages")
    func json() async throws {
        let path = try Exchange.three(in: folder)
        let run = try await Run("connections", path, "--json")
        let objects = try run.lines.map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(objects.map { $0["number"] as? Int } == [1, 2, 3])
        #expect(objects[0]["client"] as? String == "127.0.0.1:43210")
        #expect(objects[0]["ending"] as? String == "closed")
        #expect(objects[0]["endedBy"] as? String == "client")
        #expect(try await Run("connections", path, "--format", "json", "--lang", "zh").out == run.out)
    }

    @Test("several files: the others are listed though one cannot be read")
    func severalFiles() async throws {
        let one = try Exchange.tutorial(in: folder)
        let missing = folder.path("missing.pcap")
        let run = try await Run("connections", one, missing, "--format", "tsv")
        #expect(run.lines.count == 2)
        #expect(run.lines.first?.hasPrefix("file\tnumber\t") == true)
        #expect(run.err.contains("\(missing): no such file"))
        #expect(run.status == 4)
    }

    @Test("sorted by what was asked for, numbers downwards")
    func sorting() async throws {
        let path = try Exchange.three(in: folder)
        func numbers(_ key: String) async throws -> [String] {
            try await Run("connections", path, "--sort", key, "--format", "tsv").lines.dropFirst()
                .map { String($0.prefix { $0 != "\t" }) }
        }
        #expect(try await numbers("start") == ["1", "2", "3"])
        #expect(try await numbers("bytes") == ["1", "2", "3"])
        #expect(try await numbers("client") == ["1", "2", "3"])
        #expect(try await numbers("opening") == ["1", "2", "3"])
        #expect(try await Run("connections", path, "--sort", "bytes", "--limit", "1", "--json").lines.count == 1)
    }

    @Test("--evict writes the same rows, as they end", arguments: ["tsv", "json"])
    func eviction(format: String) async throws {
        let path = try Exchange.three(in: folder)
        let whole = try await Run("connections", path, "--format", format)
        let ended = try await Run("connections", path, "--format", format, "--evict", "500ms")
        #expect(ended.lines.sorted() == whole.lines.sorted())
        #expect(ended.status == 0 && ended.err == "")
    }

    @Test("--evict writes a table too, at any width", arguments: [20, 40, 60, 80, 120, 200])
    func evictedTable(width: Int) async throws {
        let path = try Exchange.three(in: folder)
        let ended = try await Run("connections", path, "--width", "\(width)", "--evict", "60")
        #expect(ended.status == 0 && ended.err == "")
        for port in [43210, 43212, 43214] { #expect(ended.out.contains(":\(port)"), "\(ended.out)") }
        #expect(ended.out.contains(/3\s+connections,\s+22\s+segments/), "\(ended.out)")
        #expect(ended.lines.allSatisfy { cells($0) <= width || $0.hasPrefix("  tcplens ") }, "\(ended.out)")
    }

    @Test("chosen columns for which there is no room are named, also where rows come as connections end")
    func evictedColumnsWithoutRoom() async throws {
        let path = try Exchange.three(in: folder)
        let fields = ["client", "server", "outcome", "rtt"].flatMap { ["-e", $0] }
        let run = try await Run(["connections", path, "--width", "40", "--lang", "en", "--evict", "60"] + fields)
        #expect(run.status == 0 && run.out.contains("(no room for: "), "\(run.out)")
    }

    @Test(
        "what --evict and --follow cannot do",
        arguments: [
            ["a.pcap", "--evict", "60", "--by", "port"],
            ["a.pcap", "--evict", "60", "--format", "tsv", "--sort", "bytes"],
            ["a.pcap", "--evict", "soon", "--json"], ["a.pcap", "b.pcap", "--follow"],
            ["a.pcap", "--follow", "--threads", "2"], ["a.pcap", "--evict", "60", "--json", "--threads", "2"],
            ["a.pcap", "--json", "--format", "tsv"],
        ])
    func misuse(arguments: [String]) async throws {
        let run = try await Run(["connections"] + arguments)
        #expect(run.status == 2)
        #expect(run.out == "")
    }

    @Test(
        "a filter over measures is refused beside --evict, with the next command", arguments: ["C", "zh_CN.UTF-8"])
    func evictionWithMeasures(locale: String) async throws {
        let path = try Exchange.three(in: folder)
        let arguments = ["connections", path, "--json", "-Y", "tcp.analysis.ack_rtt"]
        #expect(try await Run(arguments).status == 0)
        let run = try await Run(arguments + ["--evict", "60"], environment: ["LC_ALL": locale])
        #expect(run.status == 2 && run.out == "")
        #expect(run.err.contains(locale == "C" ? "--evict measures nothing" : "--evict 不做测量"))
        #expect(run.err.contains("tcplens connections \(path) -Y"))
    }

    @Test(
        "where nothing passes, the exit code is the same with --evict and without", arguments: [[], ["--evict", "60"]])
    func nothingPasses(eviction: [String]) async throws {
        let path = try Exchange.three(in: folder)
        let run = try await Run(
            ["connections", path, "--json", "-Y", "outcome==refused && bytes>1000000000"] + eviction)
        #expect(run.status == 5)
        #expect(run.err == "tcplens: \(path): none of 3 connections passes the filter\n")
    }

    /// The stream goes on after its connections; whoever has seen enough does not wait for its end.
    @Test("--evict --limit ends with the last row that was asked for")
    func limitEndsReading() async throws {
        let path = try Exchange.threeAndALaterOne(in: folder)
        let run = try await Run(
            shell: """
                mkfifo '\(folder.path("stream"))'
                (cat '\(path)'; exec sleep 30) > '\(folder.path("stream"))' &
                "$TCPLENS" connections - --format tsv --evict 1s --limit 1 < '\(folder.path("stream"))'
                status=$?
                kill -0 $! && echo "still open" && kill $!
                exit $status
                """, seconds: 25)
        #expect(run.status == 0 && run.err == "")
        #expect(run.lines.count == 3 && run.lines.last == "still open")
    }

    @Test("--follow goes on as the file grows, and ends with Ctrl-C")
    func following() async throws {
        let path = try Exchange.threeAndALaterOne(in: folder)
        let whole = try await Run("connections", path, "--format", "tsv")
        let growing = folder.path("growing.pcap")
        let out = folder.path("rows")
        // The three rows come while it waits for more; the fourth when it is asked to end.
        let run = try await Run(
            shell: """
                head -c 400 '\(path)' > '\(growing)'
                "$TCPLENS" connections '\(growing)' --format tsv --evict 1s --follow > '\(out)' &
                sleep 0.3
                tail -c +401 '\(path)' >> '\(growing)'
                for try in $(seq 200); do
                    [ "$(wc -l < '\(out)')" -lt 4 ] || break
                    sleep 0.1
                done
                kill -INT $!
                wait $!
                """, seconds: 40)
        #expect(run.status == 0 && run.err == "")
        let rows = try String(contentsOfFile: out, encoding: .utf8)
        #expect(rows.split(separator: "\n").sorted() == whole.lines.sorted())
    }
}
