import Foundation
import TCPWire
import Testing

/// Several files that are one ring, as `tcpdump -C` and `dumpcap -b` leave them: one capture, whose connections go from
/// file to file.
@Suite("rings of files")
struct RingTests {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    /// The exchanges and the refused attempt of `Exchange.three`, and the same in so many files, in no order of their
    /// names.
    private func ring(_ names: [String] = ["ring2.pcap", "ring0.pcap", "ring1.pcap"]) throws -> (
        whole: String, paths: [String]
    ) {
        var second = Exchange()
        second.client.port = 43212
        let later = second.frames.map { Exchange.Frame(time: $0.time + 100_000, bytes: $0.bytes) }
        let frames = (Exchange().frames + later + Exchange.refused(port: 43214, at: 700_000)).sorted {
            $0.time < $1.time
        }
        let whole = try Exchange.capture(frames, in: folder, name: "whole.pcapng")
        let share = (frames.count + names.count - 1) / names.count
        let paths = try names.enumerated().map { number, name in
            try Exchange.capture(
                Array(frames.dropFirst(number * share).prefix(share)), in: folder, name: name)
        }
        return (whole, paths)
    }

    @Test(
        "a connection that crosses files is one, and all is as of one file",
        arguments: [["--format", "tsv"], ["--json"], ["--json", "--long"], ["--format", "tsv", "--evict", "60"]])
    func oneStream(form: [String]) async throws {
        let (whole, paths) = try ring()
        let expected = try await Run(["connections", whole] + form)
        for order in [paths, paths.reversed(), paths.sorted()] {
            let run = try await Run(["connections"] + order + form)
            #expect(run.status == 0 && run.err == "" && run.out == expected.out, "\(run.out)\(run.err)")
        }
    }

    @Test("names of any kind are one ring where that is said, and none where that is said")
    func saidToBe() async throws {
        let (whole, paths) = try ring(["monday.pcap", "noon.pcap", "later.pcap"])
        let apart = try await Run(["connections", "--format", "tsv"] + paths)
        #expect(apart.lines.first?.hasPrefix("file\t") == true && apart.lines.count > 5)
        let joined = try await Run(["connections", "--format", "tsv", "--ring"] + paths)
        #expect(try await joined.out == Run("connections", whole, "--format", "tsv").out)
        let (_, numbered) = try ring()
        let each = try await Run(["connections", "--format", "tsv", "--no-ring"] + numbered)
        #expect(each.lines.count == apart.lines.count)
    }

    @Test("people are told that several files were read as one", arguments: ["en", "zh"])
    func told(language: String) async throws {
        let (_, paths) = try ring()
        let run = try await Run(["connections", "--lang", language] + paths)
        #expect(run.status == 0 && run.out.contains(language == "en" ? "3 files read as one ring" : "3 个文件按时间顺序"))
        #expect(run.out.contains("--no-ring"))
        #expect(run.lines.allSatisfy { cells($0) <= 80 || $0.hasPrefix("  tcplens ") }, "\(run.out)")
    }

    @Test(
        "flow draws what crosses files as one file's, with the same numbers",
        arguments: ["--conn 1", "-S --conn 2", "--hosts"])
    func ladder(options: String) async throws {
        let (whole, paths) = try ring(["a.pcap", "c.pcap", "b.pcap"])
        let words = options.split(separator: " ").map(String.init)
        let expected = try await Run(["flow", whole] + words)
        let run = try await Run(["flow"] + paths + words)
        #expect(run.status == 0 && run.err == "" && run.out == expected.out, "\(run.out)\(run.err)")
    }

    @Test("a command that is suggested reads the same files")
    func suggestions() async throws {
        let (_, paths) = try ring()
        let run = try await Run(["flow", "--conn", "9"] + paths)
        #expect(run.status == 5 && run.err.contains("tcplens connections --ring " + paths.joined(separator: " ")))
        let (_, many) = try ring((0..<6).map { "many\($0).pcap" })
        let pattern = try await Run(["flow", "--conn", "9"] + many)
        #expect(pattern.err.contains("tcplens connections --ring \(folder.path("many*.pcap"))\n"), "\(pattern.err)")
    }

    @Test("the file that was begun last may be empty, and one that breaks off is told of")
    func broken() async throws {
        let (whole, paths) = try ring()
        let expected = try await Run("connections", whole, "--format", "tsv")
        let empty = try folder.write([], to: "ring3.pcap")
        let run = try await Run(["connections", "--format", "tsv", empty] + paths)
        #expect(run.status == 0 && run.out == expected.out && run.err == "")
        let first = try [UInt8](Data(contentsOf: URL(filePath: paths[0])))
        _ = try folder.write(first.dropLast(5), to: "ring2.pcap")
        let cut = try await Run(["connections", "--json"] + paths)
        #expect(cut.status == 0 && cut.lines.count == 3)
        #expect(cut.err == "tcplens: \(paths[0]) is cut off inside its last packet; the files behind it were read\n")
    }

    @Test("what cannot be read as one is refused in words, with what can be done")
    func refusals() async throws {
        let (_, paths) = try ring()
        let text = try folder.write(Array("hello, this is a text\n".utf8), to: "ring9.pcap")
        // It goes on for some seconds behind the ring's end.
        let long = Exchange().frames.map { Exchange.Frame(time: $0.time * 20_000, bytes: $0.bytes) }
        _ = try Exchange.capture(long, in: self.folder, name: "long.pcapng")
        let folder = self.folder.path
        let run = try await Run(
            shell: """
                cd '\(folder)'
                try() { "$TCPLENS" "$@" > out 2> err; echo "$? $(wc -c < out) $(head -n 2 err | tr '\\n' ' ')"; }
                gzip -k ring1.pcap; mkfifo pipe
                try flow '\(text)' '\(paths[0])'
                try flow ring0.pcap long.pcapng
                try flow ring0.pcap ring1.pcap.gz
                try flow ring0.pcap pipe
                try flow ring0.pcap -
                try connections --ring ring0.pcap missing.pcap
                try flow ring0.pcap ring1.pcap -w ring1.pcap
                """)
        let lines = run.lines
        #expect(lines.count == 7 && lines.allSatisfy { $0.dropFirst(2).hasPrefix("0 tcplens: ") }, "\(run.out)")
        for (line, words) in zip(
            lines,
            [
                ("4", "not a capture file"), ("4", "mergecap -w all.pcapng long.pcapng ring0.pcap"),
                ("4", "packed with gzip"), ("2", "not through a pipe"), ("2", "not through a pipe"),
                ("4", "no such file"), ("2", "not written over"),
            ])
        {
            #expect(line.hasPrefix(words.0) && line.contains(words.1), "\(line)")
        }
    }

    @Test(
        "a ring that tcpdump has written itself",
        .enabled(if: Needs.tool("tcpdump"), "needs tcpdump"))
    func tcpdump() async throws {
        // More than the million octets that a file of such a ring holds at least.
        let long = try Exchange.capture(Exchange.long(segments: 30_000), in: folder, name: "long.pcapng")
        let run = try await Run(
            shell: """
                cd '\(folder.path)'
                tcpdump -Z root -r '\(long)' -w ring.pcap -C 1 2> /dev/null || exit 99
                ls ring.pcap* | wc -l
                "$TCPLENS" connections ring.pcap* --format tsv
                """)
        #expect(run.status == 0)
        #expect(Int(run.lines.first ?? "") ?? 0 > 1, "\(run.out)")
        let whole = try await Run("connections", long, "--format", "tsv")
        // pcap knows microseconds only, and these times are whole ones.
        #expect(run.lines.dropFirst().map { $0 } == whole.lines, "\(run.out)")
    }
}
