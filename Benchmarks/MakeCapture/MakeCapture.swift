import CaptureFile
import Foundation
import TCPWire

/// Makes a capture for the benchmarks: the same seed and sizes give the same file, byte for byte.
///
///     MakeCapture FILE [packets N] [connections N] [seed N] [payload N] [shuffled] [corrupt]
@main
struct MakeCapture {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard let path = arguments.first else {
            print("usage: MakeCapture FILE [packets N] [connections N] [seed N] [payload N] [shuffled] [corrupt]")
            exit(2)
        }
        func number(_ name: String, _ usual: Int) -> Int {
            guard let place = arguments.firstIndex(of: name), place + 1 < arguments.count else { return usual }
            return Int(arguments[place + 1]) ?? usual
        }
        var traffic = Traffic(
            connections: number("connections", 65_000), packets: number("packets", 2_000_000),
            payload: number("payload", 1448), seed: UInt64(number("seed", 1)))
        try traffic.write(
            to: path, isShuffled: arguments.contains("shuffled"), isCorrupt: arguments.contains("corrupt"))
    }
}

/// A small generator whose numbers depend on the seed alone (SplitMix64).
struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// True in so many of a thousand cases.
    mutating func chance(_ perMille: Int) -> Bool { Int.random(in: 0..<1000, using: &self) < perMille }
}

/// Connections of mixed kinds, interleaved: a fifth over IPv6, some unanswered, refused or reset, with losses before the
/// capturing point, retransmissions and reordering.
struct Traffic {
    private let connections: Int
    private let packetsEach: Int
    private let payload: Int
    private var dice: Dice

    init(connections: Int, packets: Int, payload: Int, seed: UInt64) {
        self.connections = connections
        packetsEach = max(1, packets / max(1, connections))
        self.payload = payload
        dice = Dice(state: seed)
    }

    mutating func write(to path: String, isShuffled: Bool, isCorrupt: Bool) throws {
        FileManager.default.createFile(atPath: path, contents: nil)
        guard let file = FileHandle(forWritingAtPath: path) else { throw CocoaError(.fileWriteUnknown) }
        var output: [UInt8] = []
        output.reserveCapacity(1 << 22)
        Self.header(into: &output)
        var clock: Int64 = 1_700_000_000_000_000_000
        // As many connections at once as a busy server has; each step takes the next packet of any of them.
        let atOnce = min(connections, isShuffled ? 20_000 : 2_000)
        var active: [(packets: [[UInt8]], next: Int)] = []
        var opened = 0
        while opened < connections || !active.isEmpty {
            while opened < connections, active.count < atOnce {
                var packets = conversation(opened)
                if isShuffled { packets.shuffle(using: &dice) }
                active.append((packets, 0))
                opened += 1
            }
            let chosen = Int.random(in: 0..<active.count, using: &dice)
            // A burst of a few, as networks deliver them.
            for _ in 0..<Int.random(in: 1...4, using: &dice) where active[chosen].next < active[chosen].packets.count {
                clock += Int64.random(in: 500...9_000, using: &dice)
                var frame = active[chosen].packets[active[chosen].next]
                if isCorrupt, dice.chance(100) {
                    frame[Int.random(in: 0..<min(frame.count, 80), using: &dice)] = UInt8.random(
                        in: 0...255, using: &dice)
                }
                Self.record(frame, at: clock, into: &output)
                active[chosen].next += 1
            }
            if active[chosen].next >= active[chosen].packets.count {
                active.swapAt(chosen, active.count - 1)
                active.removeLast()
            }
            if output.count > 1 << 21 {
                try file.write(contentsOf: output)
                output.removeAll(keepingCapacity: true)
            }
        }
        try file.write(contentsOf: output)
        try file.close()
    }

    // MARK: One conversation

    private mutating func conversation(_ index: Int) -> [[UInt8]] {
        let (client, server) = ends(index)
        let up = SegmentBuilder(from: client, to: server)
        let down = SegmentBuilder(from: server, to: client)
        var c = UInt32.random(in: 0...UInt32.max, using: &dice)
        var s = UInt32.random(in: 0...UInt32.max, using: &dice)
        let options: [TCPOption] = [.maximumSegmentSize(1460), .sackPermitted, .windowScale(7)]
        var frames = [up.syn(sequence: c, options: options).ethernetFrame()]
        if dice.chance(30) { return frames + frames }
        if dice.chance(20) { return frames + [down.rstAck(sequence: 0, acknowledgment: c &+ 1).ethernetFrame()] }
        frames.append(down.synAck(sequence: s, acknowledgment: c &+ 1, options: options).ethernetFrame())
        c &+= 1
        s &+= 1
        var ticks = UInt32.random(in: 1...1_000_000, using: &dice)
        func stamped(_ builder: SegmentBuilder) -> [UInt8] {
            ticks &+= 1
            var builder = builder
            builder.options = [.noOperation, .noOperation, .timestamps(TCPTimestamps(value: ticks, echoReply: 7))]
            return builder.ethernetFrame()
        }
        frames.append(stamped(up.ack(sequence: c, acknowledgment: s)))
        while frames.count < packetsEach - 9 {
            let request = [UInt8](repeating: 0x61, count: Int.random(in: 40...600, using: &dice))
            frames.append(stamped(up.data(request, sequence: c, acknowledgment: s)))
            c &+= UInt32(request.count)
            let segments = Int.random(in: 1...14, using: &dice)
            for number in 0..<segments {
                let body = [UInt8](repeating: 0x62, count: dice.chance(700) ? payload : payload / 3)
                let frame = stamped(down.data(body, sequence: s, acknowledgment: c))
                if dice.chance(5) {
                    // Lost before the capturing point: duplicate ACKs ask for it, then it comes again.
                    for _ in 0..<3 { frames.append(stamped(up.ack(sequence: c, acknowledgment: s))) }
                }
                frames.append(frame)
                if dice.chance(5) { frames.append(frame) }
                if dice.chance(5), frames.count > 4 { frames.swapAt(frames.count - 1, frames.count - 2) }
                s &+= UInt32(body.count)
                if number % 2 == 1 { frames.append(stamped(up.ack(sequence: c, acknowledgment: s))) }
            }
        }
        if dice.chance(50) { return frames + [up.rst(sequence: c).ethernetFrame()] }
        if dice.chance(50) { return frames }
        frames.append(stamped(down.fin(sequence: s, acknowledgment: c)))
        frames.append(stamped(up.fin(sequence: c, acknowledgment: s &+ 1)))
        frames.append(stamped(down.ack(sequence: s &+ 1, acknowledgment: c &+ 1)))
        return frames
    }

    private mutating func ends(_ index: Int) -> (Endpoint, Endpoint) {
        // Every index another tuple, whatever the number of connections.
        let port = UInt16(truncatingIfNeeded: 1024 + index % 60_000)
        let host = UInt32(truncatingIfNeeded: index / 60_000)
        let serverPort: UInt16 = [80, 443, 443, 5432, 6379][Int.random(in: 0..<5, using: &dice)]
        if index % 5 == 0 {
            let prefix: UInt64 = 0x2001_0db8_0000_0000
            return (
                Endpoint(address: IPAddress(high: prefix, low: UInt64(host) << 16 | UInt64(index % 4096)), port: port),
                Endpoint(address: IPAddress(high: prefix | 1, low: UInt64(index % 97)), port: serverPort)
            )
        }
        return (
            Endpoint(address: IPAddress(ipv4: 0x0a00_0000 &+ host &* 4096 &+ UInt32(index % 4096)), port: port),
            Endpoint(address: IPAddress(ipv4: 0xac10_0000 &+ UInt32(index % 97)), port: serverPort)
        )
    }

    // MARK: pcap, in microseconds, which every tool reads

    private static func header(into output: inout [UInt8]) {
        for word: UInt32 in [0xa1b2_c3d4, 0x0004_0002, 0, 0, 262_144, 1] { append(word, to: &output) }
    }

    private static func record(_ frame: [UInt8], at time: Int64, into output: inout [UInt8]) {
        append(UInt32(truncatingIfNeeded: time / 1_000_000_000), to: &output)
        append(UInt32(truncatingIfNeeded: time % 1_000_000_000 / 1000), to: &output)
        append(UInt32(frame.count), to: &output)
        append(UInt32(frame.count), to: &output)
        output.append(contentsOf: frame)
    }

    private static func append(_ word: UInt32, to output: inout [UInt8]) {
        for shift in stride(from: UInt32(0), to: 32, by: 8) { output.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }
}
