import CaptureFile
import FlatMemory
import Foundation
import TCPWire
import Testing

@Suite("tcplens flow shows the packets' comments")
struct FlowCommentTests {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    /// The tutorial's exchange, the first packets with these comments.
    private func capture(_ comments: [[String]]) throws -> String {
        try Exchange.capture(Exchange().frames, in: folder, name: "commented.pcapng", comments: comments)
    }

    @Test("the reasons that the demo on our own TCP writes come back beside their segments", arguments: ["en", "zh"])
    func roundTrip(language: String) async throws {
        let path = folder.path("stack.pcapng")
        #expect(try await Run("demo", "--on", "stack", "--lose", "4", "-w", path, "--lang", language).status == 0)
        var reader = try CaptureReader(path: path)
        var packet = CapturedPacket()
        var written: [String] = []
        while try reader.next(&packet) { written += reader.comments(of: packet).kept.map(\.text) }
        let run = try await Run(
            "flow", path, "--lang", language, "--width", "80", "--color", "never", environment: ["LANG": "C.UTF-8"])
        #expect(run.status == 0 && run.err == "")
        #expect(run.lines.allSatisfy { cells($0) <= 80 })
        let source = language == "en" ? "comment in the file" : "文件中的注释"
        #expect(run.lines.count { $0.hasSuffix(source) } == written.count && written.count == 12)
        // Without rails, leads and line breaks it is what was written.
        func bare(_ text: some StringProtocol) -> String { String(text.filter { !" \n└┘".contains($0) }) }
        let shown = bare(
            run.lines.filter { $0.hasPrefix("          ") }
                .map { $0.dropFirst(11).replacing(source, with: "").trimmingCharacters(in: .whitespaces).dropLast() }
                .joined())
        for text in written { #expect(shown.contains(bare(text)), "\(text)") }
        let facts = try await Run("flow", path, "--json")
        for text in written { #expect(facts.out.contains("\"text\" : \"\(text)\"")) }
    }

    @Test("the same from a pipe and out of gzip")
    func piped() async throws {
        let path = try capture([["first"], ["小明 → 小美"], [], ["one", "two"]])
        let plain = try await Run("flow", path, "--ascii")
        let piped = try await Run(shell: "cat '\(path)' | \"$TCPLENS\" flow - --ascii")
        let packed = try await Run(
            shell: "gzip -k '\(path)' && \"$TCPLENS\" flow '\(path).gz' --ascii")
        #expect(plain.lines.count { $0.hasSuffix("comment in the file") } == 4)
        #expect(piped.out == plain.out && packed.out == plain.out)
        let second = try #require(plain.lines.firstIndex { $0.contains("one") })
        #expect(plain.lines[second - 1].contains("#4") && plain.lines[second + 1].contains("two"))
    }

    @Test("a comment is shown and never obeyed: escape sequences, C1, lines turned around, NULs, in text and JSON")
    func hostile() async throws {
        let text = "\u{1b}[2J\u{9b}31m\u{202e}gnp\u{0}\u{7}\u{7f}\r\tend"
        let path = try capture([[text]])
        for arguments in [["--width", "80"], ["--width", "40"], ["--json"], ["--hosts", "--json"]] {
            let run = try await Run(["flow", path] + arguments, environment: ["LANG": "C.UTF-8"])
            #expect(
                run.out.unicodeScalars.allSatisfy {
                    $0 == "\n" || $0.properties.generalCategory != .control && $0.properties.generalCategory != .format
                }, "\(arguments)")
        }
        let run = try await Run("flow", path, "--width", "120")
        #expect(run.out.contains(#"\x1b[2J\x9b31m\u{202e}gnp\x00\x07\x7f\r\t"#))
        // JSON says the same, escaped: a program gets what stands in the file.
        let facts = try await Run("flow", path, "--json")
        #expect(facts.out.contains(#"\u001b[2J\u009b31m\u202egnp\u0000\u0007\u007f\r\tend"#))
        let document = try JSONSerialization.jsonObject(with: Data(facts.out.utf8)) as? [String: Any]
        let segments = try #require(document?["segments"] as? [[String: Any]])
        let comments = (segments[0]["packetComments"] as? [String: Any])?["comments"] as? [[String: Any]]
        #expect(comments?.first?["text"] as? String == text)
        #expect(segments[1]["packetComments"] == nil)
    }

    @Test("among all connections they stand beneath their segments too", arguments: ["40", "80", "120"], ["en", "zh"])
    func hosts(width: String, language: String) async throws {
        let path = try capture([["first"], ["second and so on"], [], ["小明 → 小美"]])
        let alone = try await Run(
            "flow", path, "--hosts", "--width", width, "--lang", language, environment: ["LANG": "C.UTF-8"])
        for text in ["first", "second and so on", "小明 → 小美"] {
            #expect(alone.lines.count { $0.contains(text) } == 1, "\(text)")
        }
        // Beside a second connection, with a lane more.
        var other = Exchange()
        other.client.port = 43216
        let both = folder.path("both.pcapng")
        var writer = try PcapngWriter(path: both)
        let interface = try writer.addInterface(CaptureInterface(linkType: LinkType.ethernet.rawValue))
        for (place, frame) in (Exchange().frames + other.frames).enumerated() {
            let time = Exchange.start + frame.time + (place < 10 ? 0 : 1_000_000)
            try writer.write(
                frame.bytes.octets, interface: interface, time: Timestamp(nanoseconds: time),
                comments: ["note on packet \(place + 1)."])
        }
        try writer.finish()
        let run = try await Run(
            "flow", both, "--hosts", "--width", width, "--lang", language, environment: ["LANG": "C.UTF-8"])
        #expect(run.status == 0 && run.lines.allSatisfy { cells($0) <= Int(width) ?? 0 })
        for number in 1...20 {
            let place = try #require(run.lines.firstIndex { $0.contains("note on packet \(number).") })
            #expect(run.lines[..<place].last { $0.contains("#") }?.contains("#\(number) ") == true, "\(number)")
        }
    }

    @Test("lines stay lines, a screenful of them does not", arguments: ["80", "40"])
    func lineFeeds(width: String) async throws {
        let path = try capture([["first\nsecond\r\n\n     0.0  S* #9 forged"], [String(repeating: "\n", count: 900)]])
        let run = try await Run("flow", path, "--width", width, "--ascii")
        let first = try #require(run.lines.firstIndex { $0.contains("first") })
        #expect(run.lines[first + 1].contains("second") && run.lines[first + 2].contains("forged"))
        // It stands where notes do, never in the column of times.
        #expect(run.lines[first + 2].hasPrefix(width == "80" ? "          S" : "     "))
        let many = try await Run("flow", capture([[String(repeating: "x\n", count: 400)]]), "--width", width)
        #expect(many.lines.count < 100)
    }

    @Test("what is long is cut, and how much is left out is said", arguments: ["en", "zh"])
    func long(language: String) async throws {
        let path = try capture([[String(repeating: "长", count: 20_000)], Array(repeating: "n", count: 50)])
        let run = try await Run("flow", path, "--lang", language, "--width", "80", environment: ["LANG": "C.UTF-8"])
        #expect(run.lines.allSatisfy { cells($0) <= 80 })
        #expect(run.out.contains(language == "en" ? "(59001 bytes more)" : "（另有 59001 字节）"))
        #expect(run.out.contains(language == "en" ? "(34 comments more)" : "（另有 34 条注释）"))
        #expect(run.out.filter { $0 == "长" }.count == 333)
        let facts = try await Run("flow", path, "--json")
        #expect(facts.out.contains("\"octetsLeftOut\" : 51810") && facts.out.contains("\"leftOut\" : 34"))
    }

    @Test("no cluster of letters runs over the line, and none makes a row of its own")
    func clusters() async throws {
        let long = ["\u{1100}", "\u{0E33}", "\u{0915}\u{094D}", "\u{093E}", "\u{0D4E}", "\u{200D}👩"].map {
            "\u{0E01}" + String(repeating: $0, count: 100) + " 9.9  -* #9\u{a0}RST"
        }
        let run = try await Run("flow", capture([long]), "--width", "80", environment: ["LANG": "C.UTF-8"])
        for line in run.lines {
            // As a terminal counts that knows no clusters: each letter for itself.
            let drawn = line.unicodeScalars.reduce(0) { $0 + ($1.value == 0x200D ? 0 : cells(String($1))) }
            #expect(drawn <= 80, "\(line)")
        }
    }

    @Test("a socket that is connected with itself has its comments beside its one lane")
    func oneLane() async throws {
        let path = folder.path("itself.pcapng")
        var writer = try PcapngWriter(path: path)
        let interface = try writer.addInterface(CaptureInterface(linkType: LinkType.ethernet.rawValue))
        let end = Exchange().client
        let builder = SegmentBuilder(from: end, to: end)
        let segments = [builder.syn(sequence: 7), builder.synAck(sequence: 7, acknowledgment: 8)]
        for (place, segment) in segments.enumerated() {
            try writer.write(
                segment.ethernetFrame().octets, interface: interface,
                time: Timestamp(nanoseconds: Exchange.start + Int64(place)), comments: ["remark \(place)"])
        }
        try writer.finish()
        let run = try await Run("flow", path, "--hosts", "--width", "80", "--lang", "en")
        #expect(run.status == 0)
        #expect(run.lines.contains { $0.contains("remark 0 (comment in the file)") })
        #expect(run.lines.contains { $0.contains("remark 1 (comment in the file)") })
        #expect(run.lines.allSatisfy { cells($0) <= 80 })
    }

    @Test("a carriage return takes no line feed along, and a comment cut to nothing is told of")
    func edges() async throws {
        let text = try await Run("flow", capture([["first\r\r\nsecond"]]), "--width", "80")
        let first = try #require(text.lines.firstIndex { $0.contains("first") })
        #expect(text.lines[first + 1].contains("second") && !text.out.contains(#"\n"#))
        let cut = String(repeating: "q", count: 999)
        let run = try await Run("flow", capture([[cut, "中"]]), "--width", "80", "--lang", "en")
        #expect(run.out.contains("(3 bytes more)"))
        let ended = try await Run("flow", capture([[cut + "\r\nyy"]]), "--width", "80", "--lang", "en")
        #expect(ended.out.contains("(3 bytes more)") && !ended.out.contains(#"\r"#))
    }
}
