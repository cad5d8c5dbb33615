import Foundation
import TCPWire
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
    ///
    /// - Returns: the properties that were met.
    @discardableResult
    private func check(
        _ run: Run, by name: String, lines: Bool = false, least: Int = 1, most: Int = .max,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Set<String> {
        let texts = lines ? run.lines.prefix(most).map(String.init) : [run.out]
        #expect(texts.count >= least, "\(run.err)", sourceLocation: sourceLocation)
        var met: Set<String> = []
        for text in texts {
            let found = try schema.findings(of: text, by: name)
            #expect(found.faults.isEmpty, "\(found.faults.prefix(8))", sourceLocation: sourceLocation)
            met.formUnion(found.met)
        }
        return met
    }

    @Test("each kind of document") func ofCaptures() async throws { _ = try await documents() }

    private func documents() async throws -> Set<String> {
        let three = try Exchange.three(in: folder)
        var met = try check(try await Run("connections", "--json", three), by: "connection.json", lines: true, least: 3)
        for key in ["client", "server", "port", "outcome"] {
            met.formUnion(
                try check(
                    try await Run("connections", "--json", "--by", key, three), by: "group.json", lines: true))
        }
        met.formUnion(
            try check(
                try await Run("connections", "--json", "--by", "port", three, three), by: "group.json", lines: true,
                least: 4))
        for options in [[three], ["--long"]] {
            met.formUnion(
                try check(
                    try await Run(["connections", "--json", three] + options), by: "connection.json", lines: true,
                    least: options == [three] ? 6 : 3))
        }
        for number in 1...3 {
            met.formUnion(
                try check(try await Run("flow", "--json", "--conn", "\(number)", three), by: "story.json"))
        }
        met.formUnion(try check(try await Run("flow", "--json", "--hosts", three), by: "stories.json"))
        let held = try Exchange.capture(Exchange.held, in: folder, name: "held.pcapng")
        met.formUnion(try check(try await Run("connections", "--json", held), by: "connection.json"))
        for thenHeld in [false, true] {
            let ignored = try Exchange.capture(
                Exchange.ignoredReset(thenHeld: thenHeld), in: folder, name: "ignored-\(thenHeld).pcapng")
            met.formUnion(try check(try await Run("flow", "--json", ignored), by: "story.json"))
        }
        let cut = try Exchange.capture(Exchange.long(segments: 10), in: folder, name: "cut.pcapng")
        met.formUnion(try check(try await Run("flow", "--json", "--limit", "3", cut), by: "story.json"))
        let long = String(repeating: "long ", count: 4000)
        let commented = try Exchange.capture(
            Exchange().frames, in: folder, name: "commented.pcapng", comments: [["a note", long, long, long, long]])
        met.formUnion(try check(try await Run("flow", "--json", commented), by: "story.json"))
        met.formUnion(try check(try await Run("header", "--json", three + "#1"), by: "header.json"))
        let (parts, air) = (FragmentTranscript(), WirelessTranscript())
        for piece in Fragments.of(parts.c.data(101, 301, 3000).ipPacket(), at: [1480]) { parts.take(piece) }
        air.take(parts.c.data(101, 301, 10).ipPacket(), parts.c.data(111, 301, 20).ipPacket())
        for (name, bytes) in [("parts.pcap", parts.bytes), ("air.pcap", air.bytes)] {
            let path = try folder.write(bytes, to: name)
            met.formUnion(try check(try await Run("header", "--json", path + "#1"), by: "header.json"))
        }
        for lost in [[], ["--lose", "4", "--lose", "99"]] {
            met.formUnion(try check(try await Run(["demo", "--on", "stack", "--json"] + lost), by: "demo.json"))
        }
        return met
    }

    @Test("a script that passes, one that fails, one that is none, and one that is not there")
    func ofScripts() async throws { _ = try await scripts() }

    private func scripts() async throws -> Set<String> {
        let good = try folder.write(Array(Self.script.utf8), to: "good.pkt")
        let bad = try folder.write(Array(Self.script.replacing("ack 1 <...>", with: "ack 3 <...>").utf8), to: "bad.pkt")
        let wrong = try folder.write(Array("nonsense".utf8), to: "wrong.pkt")
        let run = try await Run(
            "script", "--on", "stack", "--ladder", "--json", good, bad, wrong, folder.path("none.pkt"))
        #expect(run.out.contains("\"passed\"") && run.out.contains("\"failed\"") && run.out.contains("\"missing\""))
        return try check(run, by: "script.json", lines: true, least: 4)
    }

    private static let script = """
        0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
        +0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
        +0 bind(3, ..., ...) = 0
        +0 listen(3, 1) = 0
        +0 < S 0:0(0) win 32792 <mss 1000,nop,nop,sackOK>
        +0~+0.2 > S. 0:0(0) ack 1 <...>
        """

    @Test("of sockets, of who was dialled, and of who came") func ofSockets() async throws { _ = try await sockets() }

    private func sockets() async throws -> Set<String> {
        let port = try freePort()
        let command = try RunningCommand("listen 127.0.0.1:\(port) --once --json")
        var met: Set<String> = []
        // Refused until it listens, and once it has had its one guest.
        while true {
            let run = try await Run("dial", "--json", "127.0.0.1:\(port)")
            met.formUnion(try check(run, by: "dial.json"))
            if run.status != 10 { break }
        }
        met.formUnion(try check(try await command.ended(), by: "guest.json", lines: true))
        let refused = try await Run("dial", "--json", "127.0.0.1:\(port)")
        #expect(refused.status == 10)
        met.formUnion(try check(refused, by: "dial.json"))
        // Whoever dials and is dialled is among them while it lasts.
        let pair = try LoopbackPair(connections: 1)
        let run = try await Run("sockets", "-apiem", "--explain", "--json")
        met.formUnion(try check(run, by: "socket.json", lines: true, least: 3))
        #expect(run.out.contains("\(pair.port)"))
        return met
    }

    @Test("the demo on this kernel", .enabled(if: Needs.namespaces, "needs root, unshare, setpriv and ip"))
    func onThisKernel() async throws { _ = try await demo() }

    /// On a wire, where segments are lost, one waits in vain for a next one, and one never comes; on a wire that is not the best; and on
    /// the loopback with a port that is taken.
    private func demo() async throws -> Set<String> {
        let taken = try LoopbackPair(connections: 0)
        let changes =
            ["drop C:ACK#1", "wait C 2s", "drop #99", "hold S:ACK#2 behind next"]
            + (2...5).map { "drop C:FIN,ACK#\($0)" }
        let second = try await Run(
            shell: "exec unshare -m sh -c 'mount --bind /dev/null /dev/net/tun && exec \"$TCPLENS\" demo --json'")
        return try check(try await Run(["demo", "--json"] + changes.flatMap { ["--do", $0] }), by: "demo.json")
            .union(try check(second, by: "demo.json"))
            .union(
                try check(
                    try await Run("demo", "--on", "loopback", "--json", "--port", "\(taken.port)"), by: "demo.json"))
    }

    @Test("of a socket in a container", .enabled(if: Needs.namespaces, "needs root, unshare, setpriv and ip"))
    func inContainer() async throws { _ = try await container() }

    /// The cgroup by which a process is known to be in one is written over its own.
    private func container() async throws -> Set<String> {
        let run = try await Run(
            namespace: """
                cat >"$SCRATCH/inside" <<'INSIDE'
                "$TCPLENS" listen 127.0.0.1:8081 >/dev/null 2>&1 &
                number=$(printf %064d 7)
                pod=01234567_89ab_cdef_0123_456789abcdef
                echo "0::/kubepods.slice/kubepods-pod$pod.slice/cri-containerd-$number.scope" >"$SCRATCH/cgroup"
                mount --bind "$SCRATCH/cgroup" "/proc/$!/cgroup"
                until "$TCPLENS" sockets -lp --json | grep 8081; do sleep 0.01; done
                kill -INT $!
                INSIDE
                exec unshare -m sh "$SCRATCH/inside"
                """)
        #expect(run.out.contains("containerd"), "\(run.err)")
        return try check(run, by: "socket.json", lines: true)
    }

    @Test(
        "of real captures, with all that is measured and every connection; and no property of a schema was never met",
        .enabled(
            if: SharedCaptures.requiresAll || !SharedCaptures.paths.isEmpty && Needs.namespaces,
            "needs the shared captures, root, unshare, setpriv and ip"))
    func everyProperty() async throws {
        #expect(!SharedCaptures.paths.isEmpty)
        var met = try await documents().union(try await scripts()).union(try await sockets())
        met = try await met.union(demo()).union(container())
        for path in SharedCaptures.paths {
            let list = try await Run("connections", "--json", "--long", path)
            // Where there is none the code says so.
            let count = list.lines.count
            #expect(count > 0 || list.status == 5, "\(path): \(list.err)")
            met.formUnion(try check(list, by: "connection.json", lines: true, least: 0, most: 100))
            if list.out.contains("zero-window") {
                let groups = try await Run("connections", "--json", "--by", "server", path)
                met.formUnion(try check(groups, by: "group.json", lines: true))
            }
            guard count < 100, count > 0 else { continue }
            let stories = try await Run("flow", "--hosts", "--json", path)
            met.formUnion(try check(stories, by: "stories.json"))
        }
        let never = schema.properties.subtracting(met)
        #expect(never.isEmpty, "\(never.sorted())")
    }

    @Test(
        "a schema that says nothing, and one of whose choices two hold, are mistakes",
        arguments: [
            (#"{"properties": {"a": {}}}"#, "passes"), (#"{"properties": {"a": {"description": "any"}}}"#, "passes"),
            (#"{"properties": {"a": {"oneOf": [{"type": "integer"}, {"type": "number"}]}}}"#, "2 choices"),
            (#"{"properties": {"a": {"oneOf": [{"type": "string"}, {"type": "boolean"}]}}}"#, "not of type"),
            (#"{"properties": {"a": {"items": {}}}, "maxItems": 3}"#, "not understood"),
        ])
    func mistakes(text: String, words: String) throws {
        let faults = try JSONSchema(["x": text]).faults(of: #"{"a": 1}"#, by: "x")
        #expect(faults.contains { $0.contains(words) }, "\(faults)")
    }

    @Test("the properties of a schema, and those that a document shows")
    func properties() throws {
        let schema = try JSONSchema([
            "x": ##"{"$ref": "#/$defs/t", "$defs": {"t": {"properties": {"##
                + ##""a": {"items": {"properties": {"b": {"type": "integer"}}}}, "##
                + ##""c": {"oneOf": [{"type": "string"}, {"properties": {"d": {"type": "string"}}}]}}}}}"##
        ])
        let all: Set = ["x#/$defs/t/a", "x#/$defs/t/a/items/b", "x#/$defs/t/c", "x#/$defs/t/c/oneOf/1/d"]
        #expect(schema.properties == all)
        #expect(
            try schema.findings(of: #"{"a": [{"b": 1}], "c": "x"}"#, by: "x").met
                == all.subtracting(["x#/$defs/t/c/oneOf/1/d"]))
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
