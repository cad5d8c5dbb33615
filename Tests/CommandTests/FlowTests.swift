import Foundation
import TCPWire
import Testing

@Suite("tcplens flow")
struct FlowTests {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    @Test("the tutorial's ladder, character by character", arguments: Snapshots.flow)
    func tutorialLadder(_ snapshot: Snapshot) async throws {
        let run = try await Run(
            ["flow", Exchange.tutorial(in: folder)] + snapshot.arguments, environment: ["LANG": "C.UTF-8"])
        #expect(run.out == snapshot.text)
        #expect(run.err == "")
        #expect(run.status == 0)
    }

    @Test("-S shows the numbers as they are on the wire")
    func realNumbers() async throws {
        let run = try await Run("flow", Exchange.tutorial(in: folder), "-S", "--ascii")
        #expect(run.out.contains("seq=1000000000"))
        #expect(run.out.contains("seq=3000000000"))
        // ack = seq + 1, on the real numbers.
        #expect(run.out.contains("#2 SYN,ACK  seq=3000000000 ack=1000000001 R"))
        #expect(run.out.contains("#3  ACK      seq=1000000001 ack=3000000001 -> E* handshake complete"))
        #expect(!run.out.contains("seq=0 "))
    }

    @Test("-A shows what was said")
    func payload() async throws {
        let run = try await Run("flow", Exchange.tutorial(in: folder), "-A", "--width", "120")
        #expect(run.out.contains("\"hello, xiao mei.\""))
        #expect(run.out.contains("\"hello, xiao ming.\\n\""))
    }

    @Test("two connections stand side by side at 80 columns, all endpoints on one address")
    func hosts() async throws {
        let path = try Exchange.three(in: folder)
        let run = try await Run("flow", path, "--hosts", "--ascii")
        #expect(run.lines.allSatisfy { cells($0) <= 80 })
        #expect(run.out.contains("3 connections"))
        #expect(run.out.contains("part 1 of 2: 3 endpoints"))
        // The lane that both share shows the state in the row's connection: the first's data does not disturb the second's
        // handshake, nor the other way round.
        let rows = run.lines.filter { $0.contains("#") }.map(String.init)
        #expect(rows[3].hasSuffix("R* <------ #4 SYN  seq=0 S*"))
        #expect(rows[6].contains("#7  PSH,ACK  seq=1 -> E  "))
        #expect(rows[16].contains("#17 ACK ack=20 -----> -*"))
        #expect(rows[17].contains("W* <- #18 FIN,ACK seq=17 1*"))
    }

    @Test("four endpoints of two connections fit side by side at 80 columns")
    func fourLanes() async throws {
        var other = Exchange()
        other.client.port = 43216
        other.server.port = 9090
        let later = other.frames.map { Exchange.Frame(time: $0.time + 7 * Exchange.microsecond, bytes: $0.bytes) }
        let path = try Exchange.capture(Exchange().frames + later, in: folder)
        let run = try await Run("flow", path, "--hosts")
        #expect(!run.out.contains("part 1 of"))
        #expect(run.lines.allSatisfy { cells($0) <= 80 })
        // Every row is one line, and the number of its segment is in it.
        let numbers = run.lines.compactMap { line in line.firstMatch(of: /#([0-9]+)/).flatMap { Int($0.1) } }
        #expect(numbers == Array(1...20))
        // Title, lanes, twenty rows, two lines of letters, what the title's signs mean, and how the states are known.
        #expect(run.lines.count == 26)
    }

    @Test("on loopback an arrow goes from who sent")
    func direction() async throws {
        let path = try Exchange.tutorial(in: folder)
        let run = try await Run("flow", path, "--ascii")
        let rows = run.lines.filter { $0.contains("#") }
        let rightward = rows.map { $0.contains("->") }
        #expect(rightward == [true, false, true, true, false, false, true, true, false, true])
    }

    @Test("another connection by its number; the list says which")
    func another() async throws {
        let path = try Exchange.three(in: folder)
        let run = try await Run("flow", path, "--conn", "2", "--ascii")
        #expect(run.out.contains("127.0.0.1:43212"))
        #expect(run.out.contains("3 connections in the file; this was number 2:"))
        // The sequence numbers go round through 0.
        #expect(run.out.contains("seq=1 len=16"))
    }

    @Test("JSON is one document, the same in both languages")
    func json() async throws {
        let path = try Exchange.tutorial(in: folder)
        let run = try await Run("flow", path, "--json")
        let document = try #require(try JSONSerialization.jsonObject(with: Data(run.out.utf8)) as? [String: Any])
        #expect(document.keys.sorted() == ["connection", "paths", "segments"])
        let segments = try #require(document["segments"] as? [[String: Any]])
        #expect(segments.count == 10)
        #expect(segments[3]["length"] as? Int == 16)
        #expect(segments[3]["sequence"] as? Int == 1)
        #expect(segments[3]["sequenceRaw"] as? Int == 1_000_000_001)
        #expect(segments[1]["flags"] as? [String] == ["SYN", "ACK"])
        #expect(segments[0]["time"] as? String == "1700000000.000000000")
        let chinese = try await Run("flow", path, "--json", "--lang", "zh")
        #expect(chinese.out == run.out)
    }

    @Test("JSON of all connections is one document too")
    func jsonOfHosts() async throws {
        let run = try await Run("flow", Exchange.three(in: folder), "--hosts", "--json")
        let document = try #require(try JSONSerialization.jsonObject(with: Data(run.out.utf8)) as? [String: Any])
        let connections = try #require(document["connections"] as? [[String: Any]])
        #expect(connections.count == 3)
        #expect(document["leftOut"] as? Int == 0)
    }

    @Test("from standard input, packed or not")
    func standardInput() async throws {
        let path = try Exchange.tutorial(in: folder)
        let direct = try await Run("flow", path)
        let bytes = try [UInt8](Data(contentsOf: URL(filePath: path)))
        #expect(try await Run("flow", "-", input: bytes).out == direct.out)
        let packed = try await Run(shell: "gzip -c '\(path)' | \"$TCPLENS\" flow -")
        #expect(packed.out == direct.out)
        #expect(packed.status == 0)
    }

    @Test("a capture cut in the middle of a packet is read up to there", arguments: ["en", "zh"])
    func cutOff(language: String) async throws {
        let bytes = try [UInt8](Data(contentsOf: URL(filePath: Exchange.tutorial(in: folder))))
        let path = try folder.write(Array(bytes.dropLast(130)), to: "cut.pcapng")
        let run = try await Run("flow", path, "--lang", language)
        #expect(run.status == 0)
        #expect(run.out.contains("#8") && !run.out.contains("#10"))
        #expect(run.err.hasPrefix((language == "en" ? "tcplens: " : "tcplens：") + "\(path) "))
        #expect(run.err.contains(language == "en" ? "cut off in the middle of packet" : "个报文中间被截断"))
    }

    @Test("a file and a stream give the same picture", arguments: [1, 2, 3])
    func fromAPipe(number: Int) async throws {
        let path = try Exchange.three(in: folder)
        let file = try await Run("flow", path, "--conn", "\(number)", "--json")
        let stream = try await Run(shell: "cat '\(path)' | \"$TCPLENS\" flow - --conn \(number) --json")
        let packed = try await Run(shell: "gzip -c '\(path)' | \"$TCPLENS\" flow - --conn \(number) --json")
        #expect(file.status == 0 && !file.out.isEmpty)
        #expect(stream.out == file.out)
        #expect(packed.out == file.out)
    }
}
