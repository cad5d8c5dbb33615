import Foundation
import Testing
import Transcripts

/// What the program prints as JSON is what `Docs/schema` says: no field more, none fewer, each of its type.
@Suite("the published schemas", .serialized)
struct SchemaTests {
    private let schema: JSONSchema
    private let folder: ScratchFolder

    init() throws {
        schema = try JSONSchema()
        folder = try ScratchFolder()
    }

    /// Holds every line, or the whole, against a schema.
    private func check(
        _ run: Run, by name: String, lines: Bool = false, least: Int = 1,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let texts = lines ? run.lines.map(String.init) : [run.out]
        #expect(texts.count >= least, "\(run.err)", sourceLocation: sourceLocation)
        for text in texts {
            let faults = try schema.faults(of: text, by: name)
            #expect(faults.isEmpty, "\(faults.prefix(8))", sourceLocation: sourceLocation)
        }
    }

    @Test("each kind of document")
    func documents() async throws {
        let three = try Exchange.three(in: folder)
        try check(try await Run("connections", "--json", three), by: "connection.json", lines: true, least: 3)
        try check(try await Run("connections", "--json", three, three), by: "connection.json", lines: true, least: 6)
        try check(try await Run("connections", "--json", "--long", three), by: "connection.json", lines: true, least: 3)
        for number in 1...3 {
            try check(try await Run("flow", "--json", "--conn", "\(number)", three), by: "story.json")
        }
        try check(try await Run("flow", "--json", "--hosts", three), by: "stories.json")
        try check(try await Run("header", "--json", three + "#1"), by: "header.json")
        try check(try await Run("demo", "--on", "stack", "--json"), by: "demo.json")
        try check(try await Run("demo", "--on", "stack", "--json", "--lose", "4", "--lose", "99"), by: "demo.json")
    }

    @Test("a script that passes, one that fails, one that is none, and one that is not there")
    func scripts() async throws {
        let good = try folder.write(Array(Self.script.utf8), to: "good.pkt")
        let bad = try folder.write(Array(Self.script.replacing("ack 1 <...>", with: "ack 3 <...>").utf8), to: "bad.pkt")
        let wrong = try folder.write(Array("nonsense".utf8), to: "wrong.pkt")
        let run = try await Run(
            "script", "--on", "stack", "--ladder", "--json", good, bad, wrong, folder.path("none.pkt"))
        try check(run, by: "script.json", lines: true, least: 4)
        #expect(run.out.contains("\"passed\"") && run.out.contains("\"failed\"") && run.out.contains("\"missing\""))
    }

    private static let script = """
        0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
        +0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
        +0 bind(3, ..., ...) = 0
        +0 listen(3, 1) = 0
        +0 < S 0:0(0) win 32792 <mss 1000,nop,nop,sackOK>
        +0~+0.2 > S. 0:0(0) ack 1 <...>
        """

    @Test("of sockets, of who was dialled, and of who came")
    func sockets() async throws {
        let port = try freePort()
        let command = try RunningCommand("listen 127.0.0.1:\(port) --once --json")
        // Refused until it listens.
        var dialled = try await Run("dial", "--json", "127.0.0.1:\(port)")
        for _ in 0..<200 where dialled.status == 10 { dialled = try await Run("dial", "--json", "127.0.0.1:\(port)") }
        #expect(dialled.status == 0)
        try check(dialled, by: "dial.json")
        try check(try await command.ended(), by: "guest.json", lines: true)
        try check(try await Run("dial", "--json", "127.0.0.1:\(port)"), by: "dial.json")
        let sockets = try await Run("sockets", "-apiem", "--explain", "--json")
        for line in sockets.lines { #expect(try schema.faults(of: line, by: "socket.json") == []) }
    }

    @Test("the demo on this kernel", .enabled(if: Needs.namespaces, "needs root, unshare, setpriv and ip"))
    func demo() async throws {
        try check(try await Run("demo", "--json"), by: "demo.json")
    }

    @Test(
        "of real captures, with all that is measured and every connection",
        .enabled(if: !SharedCaptures.paths.isEmpty || SharedCaptures.requiresAll, "the shared captures are not there"))
    func sharedCaptures() async throws {
        #expect(!SharedCaptures.paths.isEmpty)
        for path in SharedCaptures.paths {
            let list = try await Run("connections", "--json", "--long", path)
            for line in list.lines.prefix(100) { #expect(try schema.faults(of: line, by: "connection.json") == []) }
            guard list.lines.count < 100, !list.lines.isEmpty else { continue }
            let stories = try await Run("flow", "--hosts", "--json", path)
            #expect(try schema.faults(of: stories.out, by: "stories.json").prefix(8) == [], "\(path)")
        }
    }

    @Test("what is not in a schema, lacks or is of another type is found")
    func faults() throws {
        let guest =
            #"{"time":"1.000000001","client":1,"peer":"[::1]:4000","bytes":5,"text":"hello","event":"received"}"#
        #expect(try schema.faults(of: guest, by: "guest.json") == [])
        for (old, new, words) in [
            (#""bytes":5,"#, "", "lacks bytes"), ("5,", #"5,"more":1,"#, "has more"),
            ("5,", #""5","#, "not of type integer"),
            ("5,", "-5,", "less than 0"), ("5,", "5.5,", "not of type integer"), ("5,", "true,", "not of type integer"),
            (#""received""#, #""gone""#, "none of"), ("1.000000001", "1.5", "not like"),
        ] {
            let faults = try schema.faults(of: guest.replacing(old, with: new), by: "guest.json")
            #expect(faults.count == 1 && faults[0].contains(words), "\(faults)")
        }
        #expect(try schema.faults(of: guest, by: "header.json").count > 3)
    }

    @Test("every schema is one that the page of documents names")
    func named() throws {
        let page = try String(contentsOf: JSONSchema.folder.appending(path: "../json.md"), encoding: .utf8)
        for name in schema.names { #expect(page.contains("(schema/\(name))"), "\(name)") }
    }
}
