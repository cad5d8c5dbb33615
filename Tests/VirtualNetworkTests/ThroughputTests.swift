import TCPStack
import TCPWire
import Testing
import VirtualNetwork

@Suite("Throughput by buffer and loss")
struct ThroughputTests {
    static let roundTrip = Interval.milliseconds(20)

    /// Megabits of text a second, over a link of 100 Mbit/s and 20 ms, buffers of both ends as given, in 20 s.
    static func throughput(buffer: Int, loss: Double, seed: UInt64) throws -> Double {
        let link = LinkProfile(delay: roundTrip / 2, rate: 100_000_000, queue: 200, loss: loss)
        let pair = Pair(seed: seed, clientText: Pair.text(8_000_000), forward: link) {
            $0.receiveBuffer = buffer * 1024
            $0.sendBuffer = buffer * 1024
        }
        try pair.start()
        let start = pair.network.now
        _ = pair.network.run(atMost: .seconds(20)) { _ in pair.serverEnd.read.count >= 8_000_000 }
        let seconds = Double((pair.network.now - start).nanoseconds) / 1e9
        return Double(pair.serverEnd.read.count) * 8 / 1e6 / seconds
    }

    /// The corners of the table in Docs/throughput.md, which the stack's bench writes.
    @Test("a larger buffer is never much worse, and without loss it fills the pipe")
    func table() throws {
        let buffers = [16, 512]
        let losses = [0.0, 0.02]
        let rows = try buffers.map { buffer in
            try losses.map { try Self.throughput(buffer: buffer, loss: $0, seed: 11) }
        }
        let limit = Double(buffers[0] * 1024 * 8) / (Double(Self.roundTrip.nanoseconds) / 1e9) / 1e6
        #expect(rows[0][0] > 0.7 * limit && rows[0][0] <= 1.05 * limit, "\(rows[0][0]) of \(limit)")
        #expect(rows[1][0] > 70, "\(rows[1])")
        #expect(zip(rows[0], rows[1]).allSatisfy { $0 <= $1 * 1.2 })
    }
}
