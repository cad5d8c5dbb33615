import TCPStack
import TCPWire
import VirtualNetwork

/// Megabits of text a second by buffer and loss, over a `VirtualNetwork`: the numbers follow from the seeds and are the same on
/// every machine.
enum ThroughputTable {
    static let buffers = [4, 8, 16, 32, 64, 128, 256, 512]
    static let losses = [0.0, 0.001, 0.01, 0.02, 0.05, 0.1]
    /// Losses fall differently with each.
    static let seeds: [UInt64] = [11, 12, 13, 14, 15]
    static let octets = 8_000_000
    static let limit = Interval.seconds(20)

    static func write() throws {
        print("| buffer, KiB | " + losses.map { "\(($0 * 1000).rounded() / 10) %" }.joined(separator: " | ") + " |")
        print("|" + String(repeating: "---|", count: losses.count + 1))
        for buffer in buffers {
            let row = try losses.map { loss in
                // Without loss all seeds are the same.
                let seeds = loss > 0 ? Self.seeds : [Self.seeds[0]]
                let sum = try seeds.reduce(0) { try $0 + megabits(buffer: buffer * 1024, loss: loss, seed: $1) }
                return StackBench.tenths(sum / Double(seeds.count))
            }
            print("| \(buffer) | " + row.joined(separator: " | ") + " |")
        }
    }

    /// 100 Mbit/s, a round trip of 20 ms, a queue of 200 packets, loss in both directions.
    private static func megabits(buffer: Int, loss: Double, seed: UInt64) throws -> Double {
        let link = LinkProfile(delay: .milliseconds(10), rate: 100_000_000, queue: 200, loss: loss)
        var transfer = try VirtualTransfer(seed: seed, link: link) {
            $0.receiveBuffer = buffer
            $0.sendBuffer = buffer
        }
        let start = transfer.network.now
        let read = transfer.run(octets: octets, atMost: limit)
        let seconds = Double((transfer.network.now - start).nanoseconds) / 1e9
        return Double(read) * 8 / 1e6 / seconds
    }
}

/// A client that writes for ever to a server that reads all, on a virtual network.
struct VirtualTransfer {
    var network: VirtualNetwork
    private let reader = Reader()

    private final class Reader {
        var socket: Int?
        var octets: [UInt8] = []
        var count = 0
    }

    init(seed: UInt64, link: LinkProfile, _ options: (inout ConnectionOptions) -> Void = { _ in }) throws {
        network = VirtualNetwork(seed: seed, keepsRecord: false)
        let hosts = [StackBench.client, StackBench.server].map {
            var configuration = HostConfiguration(addresses: [$0.address])
            options(&configuration.connection)
            return network.addHost(configuration)
        }
        network.connect(hosts[0], hosts[1], link)
        let listener = try network.with(hosts[1]) { (host, _) throws(SocketError) in
            let listener = host.open()
            try host.bind(listener, to: StackBench.server)
            try host.listen(listener, backlog: 1)
            return listener
        }
        let socket = try network.with(hosts[0]) { (host, now) throws(SocketError) in
            let socket = host.open()
            try host.connect(socket, to: StackBench.server, now: now)
            return socket
        }
        let chunk = Array(repeating: UInt8(0x5a), count: 65_536)
        network.setProgram(hosts[0]) { host, now in
            while let taken = try? host.write(socket, chunk, now: now), taken > 0 {}
            return nil
        }
        let reader = reader
        network.setProgram(hosts[1]) { host, now in
            if reader.socket == nil { reader.socket = try? host.accept(listener).descriptor }
            guard let socket = reader.socket else { return nil }
            while let count = try? host.read(socket, into: &reader.octets, limit: 65_536, now: now), count > 0 {
                reader.count += count
                reader.octets.removeAll(keepingCapacity: true)
            }
            return nil
        }
    }

    /// - Returns: how many octets were read.
    mutating func run(octets: Int, atMost limit: Interval) -> Int {
        let end = network.now + limit
        while reader.count < octets, let next = network.nextEvent, next <= end { network.step() }
        if reader.count < octets { network.run(until: end) }
        return reader.count
    }
}
