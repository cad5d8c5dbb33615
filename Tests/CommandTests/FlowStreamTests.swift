import FlatMemory
import Foundation
import TCPWire
import Testing

/// What both ends sent, and the name that the client asks for.
@Suite("tcplens flow: what is carried")
struct FlowStreamTests {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private let whole = Exchange()
    private var up: SegmentBuilder { SegmentBuilder(from: whole.client, to: whole.server) }
    private var down: SegmentBuilder { SegmentBuilder(from: whole.server, to: whole.client) }

    /// The handshake, and what the client sends behind it: each a text and its place in the stream.
    private func capture(_ sent: [(place: UInt32, octets: [UInt8])], acknowledging end: UInt32 = 0) throws -> String {
        var frames = Array(whole.frames.prefix(3))
        let (c, s) = (whole.clientISN &+ 1, whole.serverISN &+ 1)
        for (number, (place, octets)) in sent.enumerated() {
            frames.append(
                Exchange.Frame(
                    time: Int64(100 + number * 100) * Exchange.microsecond,
                    bytes: up.data(octets, sequence: c &+ place, acknowledgment: s).ethernetFrame()))
        }
        if end > 0 {
            frames.append(
                Exchange.Frame(
                    time: 90_000 * Exchange.microsecond,
                    bytes: down.ack(sequence: s, acknowledgment: c &+ end).ethernetFrame()))
        }
        return try Exchange.capture(frames, in: folder)
    }

    @Test("both sides' text in turns")
    func text() async throws {
        let path = try Exchange.tutorial(in: folder)
        let run = try await Run("flow", path, "--follow-stream", "text")
        #expect(
            run.out == """
                #4 client, from byte 0:
                  hello, xiao mei.
                #6 server, from byte 0:
                  hello, xiao ming.

                """)
        let chinese = try await Run(
            "flow", path, "--follow-stream", "text", "--lang", "zh", environment: ["LANG": "C.UTF-8"])
        #expect(chinese.lines.first == "#4 客户端，从第 0 字节起：")
    }

    @Test("as hexadecimal, each row with its place")
    func hex() async throws {
        let run = try await Run("flow", Exchange.tutorial(in: folder), "--follow-stream", "hex", "--width", "80")
        #expect(
            run.out == """
                #4 client, from byte 0:
                00000000  68 65 6c 6c 6f 2c 20 78  69 61 6f 20 6d 65 69 2e  |hello, xiao mei.|
                #6 server, from byte 0:
                00000000  68 65 6c 6c 6f 2c 20 78  69 61 6f 20 6d 69 6e 67  |hello, xiao ming|
                00000010  2e 0a                                             |..|

                """)
        for width in ["20", "44", "45", "77", "78"] {
            let narrow = try await Run(
                "flow", Exchange.tutorial(in: folder), "--follow-stream", "hex", "--width", width)
            #expect(narrow.lines.allSatisfy { cells($0) <= Int(width) ?? 0 })
        }
    }

    @Test("what was sent again is there once, and what came early stands in its place")
    func order() async throws {
        let path = try capture(
            [
                (0, Array("one ".utf8)), (8, Array("three\n".utf8)), (0, Array("one ".utf8)),
                (4, Array("two three".utf8)),
            ],
            acknowledging: 14)
        let run = try await Run("flow", path, "--follow-stream", "text")
        #expect(run.out == "#4 client, from byte 0:\n  one two three\n")
    }

    @Test(
        "what the capture does not hold is said where it is missing",
        arguments: [("en", "[6 bytes missing: not in the capture]"), ("zh", "[缺少 6 字节：不在抓包中]")])
    func hole(language: String, words: String) async throws {
        let path = try capture([(0, Array("one\n".utf8)), (10, Array("three\n".utf8))], acknowledging: 16)
        let run = try await Run(
            "flow", path, "--follow-stream", "text", "--lang", language, environment: ["LANG": "C.UTF-8"])
        #expect(run.lines.dropFirst() == ["  one", "  \(words)"[...], "  three"])
    }

    @Test("nothing on it is obeyed by a terminal")
    func hostile() async throws {
        let path = try capture([(0, Array("\u{1b}[2Jx\u{7}\n".utf8) + [0xff, 0x0a])])
        let run = try await Run("flow", path, "--follow-stream", "text")
        #expect(run.out == "#4 client, from byte 0:\n  \\x1b[2Jx\\x07\n  \\xff\n")
    }

    @Test("a connection on which nothing was sent")
    func nothing() async throws {
        let path = try Exchange.capture(Exchange.refused(port: 40000, at: 0), in: folder)
        let run = try await Run("flow", path, "--follow-stream", "text")
        #expect(run.status == 0 && run.out == "  Neither end sent any data.\n")
    }

    @Test(
        "other bytes with numbers that were sent before are told, counted, and no part of the stream",
        arguments: [
            ("en", "#5 client, other bytes with the numbers of bytes 0 to 39:", "1 with other bytes C"),
            ("zh", "#5 客户端，第 0 到 39 字节的另一份内容（序号相同）：", "内容冲突 1 段 C"),
        ])
    func others(language: String, head: String, trouble: String) async throws {
        let answers = [
            "GET /one HTTP/1.1\r\nHost: mei.example\r\n\r\n", "GET /other HTTP/1.1\r\nHost: mei.example\r\n\r\n",
        ]
        let path = try capture(answers.map { (0, Array($0.utf8)) } + [(42, Array("end\n".utf8))])
        func run(_ arguments: String...) async throws -> Run {
            try await Run(arguments + ["--lang", language], environment: ["LANG": "C.UTF-8"])
        }
        let text = try await run("flow", path, "--follow-stream", "text")
        let place = try #require(text.lines.firstIndex(of: Substring(head)), "\(text.out)")
        #expect(text.lines[1] == "  GET /one HTTP/1.1" && text.lines[place + 1] == "  GET /other HTTP/1.1")
        #expect(text.lines.count { $0.contains("/other") } == 1)
        #expect(try await run("connections", path, "--width", "140").out.contains(trouble))
        let chosen = try await run("connections", path, "-Y", "trouble==other-octets", "--json")
        #expect(chosen.out.contains("{\"count\":1,\"party\":\"client\",\"trouble\":\"other-octets\"}"), "\(chosen.out)")
    }

    @Test("a backslash that was sent is told from one that spells an octet")
    func backslash() async throws {
        let path = try capture([(0, Array("C:\\x00\n".utf8) + [0, 10])])
        let run = try await Run("flow", path, "--follow-stream", "text")
        #expect(run.lines.dropFirst() == ["  C:\\\\x00", "  \\x00"], "\(run.out)")
    }

    @Test(
        "what a list of bytes has no use for is refused by its name",
        arguments: [
            (["-S"], "leave out -S"), (["-A", "--all"], "leave out -A, --all"), (["--explain"], "leave out --explain"),
            (["--from", "2"], "leave out --from"), (["--json"], "leave out --format json"),
            (["--hosts"], "leave out --hosts"),
        ])
    func refused(options: [String], words: String) async throws {
        let run = try await Run(["flow", "a.pcap", "--follow-stream", "text", "--lang", "en"] + options)
        #expect(run.status == 2 && run.out == "" && run.err.contains(words), "\(run.err)")
    }

    // MARK: Names

    /// A ClientHello as TLS 1.2 and 1.3 have it, another extension before the name.
    static func clientHello(_ name: String) -> [UInt8] {
        func vector(_ octets: [UInt8], _ size: Int) -> [UInt8] {
            (0..<size).reversed().map { UInt8(truncatingIfNeeded: octets.count >> ($0 * 8)) } + octets
        }
        let sni = [0, 0] + vector(vector([0] + vector(Array(name.utf8), 2), 2), 2)
        let body =
            [3, 3] + [UInt8](repeating: 7, count: 32) + vector([UInt8](repeating: 9, count: 32), 1)
            + vector([0x13, 1, 0x13, 2], 2) + vector([0], 1)
            + vector([0, 23, 0, 0] + sni + [0, 21] + vector([UInt8](repeating: 0, count: 900), 2), 2)
        return [22, 3, 1] + vector([1] + vector(body, 3), 2)
    }

    @Test("the name in a ClientHello stands in the title, also where it comes in pieces and out of order")
    func serverName() async throws {
        let hello = Self.clientHello("mei.example")
        let pieces = [(UInt32(40), Array(hello[40..<700])), (0, Array(hello[..<40])), (700, Array(hello[700...]))]
        let run = try await Run("flow", try capture(pieces, acknowledging: UInt32(hello.count)))
        #expect(run.lines.first?.hasPrefix("connection 1: mei.example (SNI)") ?? false)
        let chinese = try await Run(
            "flow", folder.path("capture.pcapng"), "--lang", "zh", environment: ["LANG": "C.UTF-8"])
        #expect(chinese.lines.first?.hasPrefix("连接 1：mei.example（SNI）") ?? false)
    }

    @Test("so does a request's Host, what a terminal would obey in it spelled; --title has the last word")
    func host() async throws {
        let path = try capture([(0, Array("GET / HTTP/1.1\r\nhOst: \u{1b}[31mmei:8080\r\n\r\n".utf8))])
        let run = try await Run("flow", path)
        #expect(run.lines.first?.hasPrefix("connection 1: \\x1b[31mmei:8080 (Host)") ?? false)
        #expect(try await Run("flow", path, "--title", "mine").lines.first?.hasPrefix("mine ") ?? false)
    }

    @Test("a document for others holds the name only where it may hold what is carried", arguments: ["svg", "html"])
    func documents(form: String) async throws {
        let path = try capture([(0, Array("GET / HTTP/1.1\r\nHost: mei.example\r\n\r\n".utf8))])
        let silent = try await Run("flow", path, "--format", form)
        #expect(silent.status == 0 && !silent.out.contains("mei.example"))
        #expect(try await Run("flow", path, "--format", form, "-A").out.contains("connection 1: mei.example (Host)"))
    }
}
