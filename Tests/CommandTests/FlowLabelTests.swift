import Foundation
import TCPWire
import Testing

@Suite("tcplens flow says what each segment is")
struct FlowLabelTests {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    /// A handshake, and ten octets that timestamps prove lost: sent again twice by the time-out.
    private var repetition: String {
        get throws {
            let client = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 40000)
            let server = Endpoint(address: IPAddress(ipv4: 0x0a00_0002), port: 8080)
            let up = SegmentBuilder(from: client, to: server)
            let down = SegmentBuilder(from: server, to: client)
            func stamps(_ value: UInt32, _ echo: UInt32) -> [TCPOption] {
                [.timestamps(TCPTimestamps(value: value, echoReply: echo))]
            }
            func octets(_ value: UInt32) -> SegmentBuilder {
                up.data(
                    Array(repeating: 0x61, count: 10), sequence: 101, acknowledgment: 301, options: stamps(value, 1))
            }
            let segments: [(Int64, SegmentBuilder)] = [
                (0, up.syn(sequence: 100)), (1, down.synAck(sequence: 300, acknowledgment: 101)),
                (2, up.ack(sequence: 101, acknowledgment: 301)), (10, octets(10)), (220, octets(220)),
                (640, octets(640)),
                (641, down.ack(sequence: 301, acknowledgment: 111, options: stamps(2, 220))),
            ]
            let frames = segments.map { Exchange.Frame(time: $0 * 1_000_000, bytes: $1.ethernetFrame()) }
            return try Exchange.capture(frames, in: folder)
        }
    }

    @Test("a retransmission names its original and its timer, the original its copy")
    func ladder() async throws {
        let run = try await Run("flow", repetition, "--ascii", "--width", "80")
        let rows = run.lines.filter { $0.contains("#") && $0.contains(">") || $0.contains("lost") }.map(String.init)
        #expect(run.lines.allSatisfy { cells($0) <= 80 })
        #expect(run.out.contains("#4 PSH,ACK  seq=1 len=10 ack=1 -----x"), "\(rows)")
        #expect(run.out.contains("E  lost, see #5"), "\(rows)")
        #expect(run.out.contains("E  again #4 RTO"), "\(rows)")
        #expect(run.out.contains("again #4 2nd RTO, needless"), "\(rows)")
        let chinese = try await Run("flow", repetition, "--lang", "zh", "--width", "80")
        #expect(chinese.out.contains("超时重传 #4"))
        #expect(chinese.lines.allSatisfy { cells($0) <= 80 })
    }

    @Test("JSON carries every label with what proves it")
    func json() async throws {
        let run = try await Run("flow", repetition, "--json")
        let document = try #require(try JSONSerialization.jsonObject(with: Data(run.out.utf8)) as? [String: Any])
        let segments = try #require(document["segments"] as? [[String: Any]])
        let labels = try segments.map { try #require($0["labels"] as? [[String: Any]]) }
        #expect(
            labels.map { $0.compactMap { $0["label"] as? String } }[3...] == [
                ["lost"], ["timeout-retransmission"], ["timeout-retransmission", "spurious"], [],
            ])
        #expect(labels[3][0]["evidence"] as? [Int] == [7, 5])
        #expect(labels[5][0]["original"] as? Int == 4)
        #expect(labels[5][0]["ordinal"] as? Int == 1)
        #expect(labels[5][0]["isFault"] as? Bool == true)
        #expect(segments[4]["original"] as? Int == 4)
        #expect(segments.compactMap { $0["fate"] as? String }[3...] == ["lost", "arrived", "useless", "arrived"])
        #expect(segments[4]["kind"] as? String == "data")
    }
}
