import TCPStack
import TCPWire
import Testing
import VirtualNetwork

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite("Throughput by buffer and loss")
struct ThroughputTests {
    static let buffers = [4, 8, 16, 32, 64, 128, 256, 512]
    static let losses = [0.0, 0.001, 0.01, 0.02, 0.05, 0.1]
    static let roundTrip = Interval.milliseconds(20)

    /// Losses fall differently with each.
    static let seeds: [UInt64] = [11, 12, 13, 14, 15]

    /// The mean over the seeds; without loss all are the same.
    static func throughput(buffer: Int, loss: Double) throws -> Double {
        let seeds = loss > 0 ? Self.seeds : [Self.seeds[0]]
        return try seeds.reduce(0) { try $0 + throughput(buffer: buffer, loss: loss, seed: $1) } / Double(seeds.count)
    }

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

    /// With TCPLENS_TABLE the whole table goes into that file; else its corners are looked at.
    @Test("a larger buffer is never much worse, and without loss it fills the pipe")
    func table() throws {
        let path = getenv("TCPLENS_TABLE").map { String(cString: $0) }
        let buffers = path == nil ? [16, 512] : Self.buffers
        let losses = path == nil ? [0.0, 0.02] : Self.losses
        var rows: [[Double]] = []
        for buffer in buffers {
            rows.append(try losses.map { try Self.throughput(buffer: buffer, loss: $0) })
        }
        let first = try #require(rows.first)
        let last = try #require(rows.last)
        let limit = Double(buffers[0] * 1024 * 8) / (Double(Self.roundTrip.nanoseconds) / 1e9) / 1e6
        #expect(first[0] > 0.7 * limit && first[0] <= 1.05 * limit, "\(first[0]) of \(limit)")
        #expect(last[0] > 70, "\(last)")
        #expect(zip(first, last).allSatisfy { $0 <= $1 * 1.2 })
        guard let path else { return }
        var text =
            "| buffer, KiB | " + losses.map { "\(($0 * 1000).rounded() / 10) %" }.joined(separator: " | ") + " |\n"
        text += "|" + String(repeating: "---|", count: losses.count + 1) + "\n"
        for (buffer, row) in zip(buffers, rows) {
            text += "| \(buffer) | " + row.map { "\(($0 * 10).rounded() / 10)" }.joined(separator: " | ") + " |\n"
        }
        let file = fopen(path, "w")
        fputs(text, file)
        fclose(file)
    }
}
