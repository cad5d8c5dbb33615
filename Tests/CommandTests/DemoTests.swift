import CaptureFile
import Foundation
import Stories
import Testing

/// What the demo's JSON must hold, by name.
struct DemoDocument: Decodable {
    struct End: Decodable {
        let state: String
        let cause: Int?
        let time: String?
        let provenance: String
    }
    struct Segment: Decodable {
        let number: Int
        let kind: String
        let sequenceRaw: UInt32
        let acknowledgment: UInt32?
        let acknowledgmentRaw: UInt32?
        let length: Int
    }
    struct Story: Decodable {
        let segments: [Segment]
        let paths: [String: [End]]
    }
    struct Socket: Decodable {
        let state: String
        let local: String
        let remote: String
    }
    struct Table: Decodable {
        let moment: String
        let sockets: [Socket]
    }
    struct Refusal: Decodable {
        let place: String
        let call: String
    }
    struct Observation: Decodable {
        let party: String
        let state: String
    }
    let client: String
    let server: String
    let captured: Bool
    let dropped: Int?
    let takenPort: UInt16?
    let privateNamespace: Bool
    let place: String
    /// `tun-pair: open`.
    let refused: [String]
    let story: Story?
    let tables: [Table]
    let observations: [Observation]
    let furtherInitialNumbers: [UInt32]

    init(_ text: String) throws { self = try JSONDecoder().decode(DemoDocument.self, from: Data(text.utf8)) }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        client = try values.decode(String.self, forKey: .client)
        server = try values.decode(String.self, forKey: .server)
        place = try values.decode(String.self, forKey: .place)
        refused = try values.decode([Refusal].self, forKey: .refused).map { "\($0.place): \($0.call)" }
        captured = try values.decode(Bool.self, forKey: .captured)
        dropped = try values.decodeIfPresent(Int.self, forKey: .dropped)
        takenPort = try values.decodeIfPresent(UInt16.self, forKey: .takenPort)
        privateNamespace = try values.decode(Bool.self, forKey: .privateNamespace)
        story = try values.decodeIfPresent(Story.self, forKey: .story)
        tables = try values.decode([Table].self, forKey: .tables)
        observations = try values.decode([Observation].self, forKey: .observations)
        furtherInitialNumbers = try values.decode([UInt32].self, forKey: .furtherInitialNumbers)
    }

    private enum CodingKeys: String, CodingKey {
        case client, server, place, refused, captured, dropped, takenPort, privateNamespace, story, tables,
            observations,
            furtherInitialNumbers
    }

    func rows(_ moment: String) -> Set<String> {
        Set(tables.first { $0.moment == moment }?.sockets.map { "\($0.state) \($0.local) \($0.remote)" } ?? [])
    }

    /// The states of an end that the kernel told of.
    func kernelStates(_ party: String) -> Set<String> {
        Set(story?.paths[party]?.filter { $0.provenance == "kernel" }.map(\.state) ?? [])
    }
}

@Suite("tcplens demo --on loopback", .serialized, .enabled(if: Needs.namespaces, "needs root, unshare, setpriv and ip"))
struct DemoTests {
    static let sections = [
        "en": [
            "1. The telephone call", "2. What the two programs did", "3. The picture",
            "4. The handshake's three headers", "5. Each end's way through the states",
            "6. The socket table (as netstat shows it)", "7. Step by step",
        ],
        "zh": [
            "1. 打个电话", "2. 两个程序做了什么", "3. 时序图", "4. 三次握手的首部，逐字段对照", "5. 两端各自经历的状态",
            "6. 套接字表（netstat 格式）", "7. 逐步讲解",
        ],
    ]

    /// The lines between this section's heading and the next.
    private func section(_ number: Int, of run: Run) -> [Substring] {
        Array(run.lines.drop { !$0.hasPrefix("\(number). ") }.dropFirst().prefix { !$0.isEmpty })
    }

    @Test("the page, in both languages and widths", arguments: ["en", "zh"], [80, 120])
    func page(language: String, width: Int) async throws {
        let run = try await Run(
            namespace: "\"$TCPLENS\" demo --on loopback --lang \(language) --width \(width)",
            environment: ["LANG": "C.UTF-8", "TERM": "xterm-256color"])
        #expect(run.status == 0, "\(run.err)")
        #expect(run.err.isEmpty)
        #expect(run.lines.filter { $0.prefixMatch(of: /[0-9]\.\s/) != nil }.map(String.init) == Self.sections[language])
        #expect(!run.out.contains("\u{1b}"))
        #expect(run.lines.filter { cells($0) > width }.isEmpty)
        let picture = section(3, of: run)
        let numbers = picture.compactMap { $0.firstMatch(of: /#([0-9]+) +(?:SYN|ACK|PSH|FIN)/)?.1 }
        #expect(numbers == (1...11).map { "\($0)"[...] })
        for word in ["seq=1 len=16", "ack=17", "len=18", "ack=19", "ack=20", "connect() = OK"] {
            #expect(picture.contains { $0.contains(word) }, "\(word)")
        }
        let rules = section(4, of: run).filter { $0.contains(" + 1 ") }
        #expect(rules.count == 2)
        #expect(rules.allSatisfy { $0.hasSuffix(language == "en" ? "holds" : "成立") })
        let steps = section(7, of: run).filter { $0.hasPrefix("#") }
        #expect(steps.count == 11)
    }

    @Test("the diary's times never run backwards")
    func diary() async throws {
        let run = try await Run(namespace: "for n in 1 2 3; do \"$TCPLENS\" demo --on loopback --lang en; done")
        #expect(run.status == 0)
        let diaries = run.out.split(separator: "2. What the two programs did\n").dropFirst()
        #expect(diaries.count == 3)
        for diary in diaries {
            let lines = diary.split(separator: "\n", omittingEmptySubsequences: false).dropFirst().prefix {
                !$0.isEmpty
            }
            let times = lines.compactMap { $0.split(separator: " ").first.flatMap { Double($0) } }
            #expect(times.count == lines.count && times.count >= 10)
            #expect(times == times.sorted(), "\(lines.joined(separator: "\n"))")
        }
    }

    @Test("a call has one time, in the diary as in the ladder, and what is read was sent before")
    func oneTime() async throws {
        let run = try await Run(namespace: "\"$TCPLENS\" demo --on loopback --lang en --width 100")
        #expect(run.status == 0)
        func time(_ words: String, in section: Int) throws -> Double {
            let line = self.section(section, of: run).first { $0.contains(words) }
            return try #require(line?.split(separator: " ").first.flatMap { Double($0) }, "\(words)")
        }
        #expect(try time("connect() has returned", in: 2) == time("connect() = OK", in: 3))
        #expect(try time("calls connect()", in: 2) == time("connect()", in: 3))
        #expect(try time("client  sends", in: 2) < time("server  reads", in: 2))
        #expect(try time("server  answers", in: 2) < time("client  reads", in: 2))
        // A program has called before its segment leaves.
        #expect(try time("client  sends", in: 2) <= time("#4", in: 3))
        #expect(try time("server  closes", in: 2) <= time("FIN,ACK", in: 3))
    }

    @Test("without a locale everything is ASCII")
    func ascii() async throws {
        let run = try await Run(namespace: "LANG=C \"$TCPLENS\" demo --on loopback -S")
        #expect(run.status == 0)
        #expect(run.out.utf8.allSatisfy { $0 < 0x80 })
        #expect(section(3, of: run).contains { $0.contains("-->") })
    }

    @Test("-S: the real numbers, and that the ISN is random")
    func realNumbers() async throws {
        let run = try await Run(namespace: "\"$TCPLENS\" demo --on loopback -S --lang en --width 120")
        #expect(run.status == 0)
        let picture = section(3, of: run)
        let matches = picture.compactMap { $0.firstMatch(of: /#1 +SYN +seq=([0-9]+)/)?.1 }
        let first = try #require(matches.first)
        let list = picture.joined(separator: " ").firstMatch(of: /made at once after it: ([0-9, ]+)\./)?.1
        let numbers = (list ?? "").split(separator: ", ")
        #expect(numbers.first == first)
        #expect(numbers.count == 4 && Set(numbers).count == 4)
        #expect(
            try await DemoDocument(Run(namespace: "\"$TCPLENS\" demo --on loopback -S --json").out)
                .furtherInitialNumbers.count == 3)
    }

    @Test("--json: the same facts")
    func json() async throws {
        let run = try await Run(namespace: "\"$TCPLENS\" demo --on loopback --json")
        #expect(run.status == 0)
        let facts = try DemoDocument(run.out)
        #expect(facts.captured && !facts.privateNamespace && facts.dropped == 0 && facts.takenPort == nil)
        let story = try #require(facts.story)
        #expect(story.segments.map(\.number) == Array(1...11))
        #expect(story.segments.prefix(3).map(\.kind) == ["syn", "syn-ack", "handshake-ack"])
        #expect(story.segments[1].acknowledgmentRaw == story.segments[0].sequenceRaw &+ 1)
        #expect(story.segments[2].acknowledgmentRaw == story.segments[1].sequenceRaw &+ 1)
        #expect(story.segments.map(\.length).filter { $0 > 0 } == [16, 18])
        #expect(
            story.paths["client"]?.map(\.state)
                == ["CLOSED", "SYN-SENT", "ESTABLISHED", "CLOSE-WAIT", "LAST-ACK", "CLOSED"])
        #expect(
            story.paths["server"]?.map(\.state)
                == ["LISTEN", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT"])
        #expect(facts.kernelStates("client").contains("ESTABLISHED"))
        #expect(facts.kernelStates("server").isSuperset(of: ["LISTEN", "ESTABLISHED", "TIME-WAIT"]))
        #expect(facts.kernelStates("client").isDisjoint(with: ["CLOSED", "SYN-SENT"]))
        let (client, server) = (facts.client, facts.server)
        let listening = "LISTEN \(server) 0.0.0.0:0"
        #expect(facts.rows("listening") == [listening])
        #expect(
            facts.rows("established")
                == [listening, "ESTABLISHED \(server) \(client)", "ESTABLISHED \(client) \(server)"])
        #expect(facts.rows("closed") == [listening, "TIME-WAIT \(server) \(client)"])
    }

    @Test("a port that is taken: says so and takes the next")
    func takenPort() async throws {
        let holder = try LoopbackPair(connections: 0)
        let run = try await Run(
            "demo", "--on", "loopback", "--port", String(holder.port), "--lang", "en", "--width", "120")
        #expect(run.status == 0, "\(run.err)")
        let used = try #require(
            run.out.firstMatch(of: /Port ([0-9]+) is taken on this machine: the server listens on ([0-9]+) instead/))
        #expect(used.1 == "\(holder.port)")
        let other = try #require(UInt16(used.2))
        #expect(other > holder.port)
        #expect(run.out.contains("listens on 127.0.0.1:\(other)"))
        let facts = try await DemoDocument(Run("demo", "--on", "loopback", "--port", String(holder.port), "--json").out)
        #expect(facts.takenPort == holder.port)
        #expect(facts.story?.segments.count == 11)
        withExtendedLifetime(holder) {}
    }

    @Test("-w: every packet with what it is", arguments: ["en", "zh"])
    func saved(language: String) async throws {
        let folder = try ScratchFolder()
        let path = folder.path("hello.pcapng")
        let run = try await Run(namespace: "\"$TCPLENS\" demo --on loopback -w '\(path)' --lang \(language)")
        #expect(run.status == 0)
        var reader = try CaptureReader(path: path)
        var packet = CapturedPacket()
        var comments: [String] = []
        while try reader.next(&packet) {
            #expect(reader.comments(of: packet).kept.count == 1)
            comments += reader.comments(of: packet).kept.map(\.text)
        }
        #expect(reader.ending == .complete)
        #expect(comments.count == 11)
        #expect(comments.allSatisfy { !$0.isEmpty })
        if Needs.tool("tshark") {
            let shark = try await Run(shell: "tshark -r '\(path)' -T fields -e frame.comment -e tcp.len")
            #expect(shark.status == 0, "\(shark.err)")
            let rows = shark.lines.map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
            #expect(rows.map { String($0[0]) } == comments)
            #expect(rows.map { $0.last.map(String.init) }.filter { $0 != "0" } == ["16", "18"])
        }
    }

    @Test("twenty in a row, none with a packet missing")
    func twenty() async throws {
        let folder = try ScratchFolder()
        let run = try await Run(
            namespace:
                "for n in $(seq 20); do \"$TCPLENS\" demo --on loopback --json > '\(folder.path)'/$n || exit 1; done",
            seconds: 120)
        #expect(run.status == 0, "\(run.err)")
        for number in 1...20 {
            let facts = try DemoDocument(String(contentsOfFile: folder.path("\(number)"), encoding: .utf8))
            #expect(facts.story?.segments.count == 11)
            #expect(facts.dropped == 0)
        }
    }

    // MARK: Without the right to capture

    @Test("an ordinary user: in a private namespace, and says so in one line")
    func ordinaryUser() async throws {
        let run = try await Run(
            namespace:
                "$AS_USER \"$PUBLIC\" demo --on loopback --lang en --width 120 && $AS_USER \"$PUBLIC\" demo --on loopback --json"
        )
        #expect(run.status == 0, "\(run.err)")
        #expect(run.lines.filter { $0.hasPrefix("No right to capture here: ") }.count == 1)
        #expect(
            run.lines.filter { $0.prefixMatch(of: /[0-9]\.\s/) != nil }.map(String.init) == Self.sections["en"])
        let start = try #require(run.out.firstRange(of: "\n{"))
        let facts = try DemoDocument(String(run.out[start.lowerBound...]))
        #expect(facts.privateNamespace && facts.captured && facts.dropped == 0)
        #expect(facts.story?.segments.count == 11)
    }

    @Test("where namespaces are refused: states and sockets, and the one command that adds the packets")
    func refusedNamespaces() async throws {
        let run = try await Run(sandboxed: ["demo", "--lang", "en", "--width", "120"])
        #expect(run.status == 0, "\(run.err)")
        #expect(run.out.contains("nor to make a private namespace (unshare: Operation not permitted)"))
        #expect(
            run.lines.filter { $0.prefixMatch(of: /[0-9]\.\s/) != nil }.map(String.init) == [
                "1. The telephone call", "2. What the two programs did", "3. Each end's way through the states",
                "4. The socket table (as netstat shows it)", "5. The same on our own TCP, packet by packet",
            ])
        // What the kernel did stays apart from what our own TCP shows in its place.
        #expect(section(5, of: run).contains { $0.hasPrefix("The kernel's packets could not be captured here.") })
        #expect(section(5, of: run).contains { $0.contains("#1  SYN      seq=0") })
        #expect(section(5, of: run).contains { $0.contains("RFC 9293 3.10.7.2 third") })
        for state in ["LISTEN", "ESTABLISHED", "FIN-WAIT-2", "TIME-WAIT"] {
            #expect(section(3, of: run).contains { $0.hasPrefix(state) && $0.contains("kernel") }, "\(state)")
        }
        #expect(section(4, of: run).filter { $0.hasPrefix("tcp ") }.count == 6)
        #expect(run.lines.filter { $0.contains("sudo setcap cap_net_raw=ep ") }.count == 1)
        // What needs packets is not advised.
        #expect(!run.out.contains("demo -w"))
        let facts = try await DemoDocument(Run(sandboxed: ["demo", "--json"]).out)
        #expect(!facts.captured && facts.story == nil && facts.dropped == nil)
        #expect(facts.tables.map(\.moment) == ["listening", "established", "closed"])
    }

    @Test("-w without packets: exit code 3, and no file")
    func nothingToSave() async throws {
        let path = "/tmp/tcplens-\(UUID().uuidString).pcapng"
        let run = try await Run(sandboxed: ["demo", "--lang", "en", "-w", path])
        #expect(run.status == 3)
        #expect(run.err.hasPrefix("tcplens: no packets to write"))
        #expect(run.err.contains("sudo setcap cap_net_raw=ep "))
        #expect(run.err.contains("tcplens demo --on stack -w \(path)"))
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("a port for root only, as an ordinary user without namespaces: exit code 3")
    func privilegedPort() async throws {
        let run = try await Run(sandboxed: ["demo", "--port", "81", "--lang", "en"])
        #expect(run.status == 3)
        #expect(run.err.hasPrefix("tcplens: cannot listen on port 81: "))
        #expect(run.err.contains("--port 8080"))
    }
}
