import CaptureFile
import Narration
import Passes
import Stories
import TCPWire
import Testing

/// What is said of each step is what the states are.
@Suite("the explanation") struct ExplanationTests {
    private static let client = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 40_000)
    private static let server = Endpoint(address: IPAddress(ipv4: 0x0a00_0002), port: 8080)
    private static let up = SegmentBuilder(from: client, to: server)
    private static let down = SegmentBuilder(from: server, to: client)

    /// The words for the last segments, after a handshake with the numbers 100 and 300.
    private static func words(_ end: [SegmentBuilder], _ language: Language) throws -> [String] {
        let opening = [
            up.syn(sequence: 100), down.synAck(sequence: 300, acknowledgment: 101),
            up.ack(sequence: 101, acknowledgment: 301),
        ]
        var analysis = CaptureAnalysis(keeping: .all(limit: .max))
        for (index, segment) in (opening + end).enumerated() {
            let frame = segment.ethernetFrame()
            analysis.take(
                frame.span.bytes, number: index + 1, at: Timestamp(nanoseconds: Int64(index) * 1_000_000),
                link: .ethernet)
        }
        analysis.settle()
        let stored = analysis.stored(1)
        let story = try #require(stored.flatMap { ConnectionStory($0) })
        return Explanation.steps(of: story).suffix(end.count).map { $0(language) }
    }

    @Test("one end closes, then the other", arguments: Language.allCases)
    func oneAfterTheOther(language: Language) throws {
        let words = try Self.words(
            [
                Self.down.fin(sequence: 301, acknowledgment: 101), Self.up.ack(sequence: 101, acknowledgment: 302),
                Self.up.fin(sequence: 101, acknowledgment: 302), Self.down.ack(sequence: 302, acknowledgment: 102),
            ], language)
        #expect(
            zip(words, ["FIN-WAIT-1", "FIN-WAIT-2", "LAST-ACK", "TIME-WAIT"]).allSatisfy { $0.contains($1) }, "\(words)"
        )
    }

    @Test("a FIN is told by its sender's state, whoever an RST lets end the connection", arguments: Language.allCases)
    func finAndReset(language: Language) throws {
        let words = try Self.words(
            [
                Self.up.fin(sequence: 101, acknowledgment: 301), Self.down.ack(sequence: 301, acknowledgment: 102),
                Self.down.rst(sequence: 301),
            ], language)
        #expect(zip(words, ["FIN-WAIT-1", "FIN-WAIT-2", "RST"]).allSatisfy { $0.contains($1) }, "\(words)")
        #expect(!words.contains { $0.contains("LAST-ACK") }, "\(words)")
    }

    @Test("both close at once: neither was ever in CLOSE-WAIT", arguments: Language.allCases)
    func both(language: Language) throws {
        let words = try Self.words(
            [
                Self.down.fin(sequence: 301, acknowledgment: 101), Self.up.fin(sequence: 101, acknowledgment: 301),
                Self.down.ack(sequence: 302, acknowledgment: 102), Self.up.ack(sequence: 102, acknowledgment: 302),
            ], language)
        let simultaneous = language == .english ? "Simultaneous close" : "同时关闭"
        #expect(
            zip(words, ["FIN-WAIT-1", simultaneous, "CLOSING", "TIME-WAIT"]).allSatisfy { $0.contains($1) }, "\(words)")
        let first = language == .english ? "closed first" : "先关闭的"
        #expect(!words.contains { $0.contains("CLOSE-WAIT") || $0.contains("FIN-WAIT-2") }, "\(words)")
        #expect(words.last?.contains(first) == false, "\(words)")
    }
}
