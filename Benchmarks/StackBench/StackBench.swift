import TCPStack
import TCPWire
import VirtualNetwork

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How fast the stack is, both ends in this process, one thread, MTU 1500, checksums made and verified, the options that
/// connections have by default.
///
///     StackBench [runs N] [octets N] [connections N]
///     StackBench table
///
/// Beside it stands what no stack can do without: a copy of the same octets and a checksum over them, measured in turns, so
/// that whatever else the machine does falls on both. Medians. `table` writes that of `Docs/throughput.md` instead.
@main
struct StackBench {
    static let client = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 40_000)
    static let server = Endpoint(address: IPAddress(ipv4: 0x0a00_0002), port: 80)

    static func main() throws {
        if CommandLine.arguments.contains("table") { return try ThroughputTable.write() }
        let runs = number("runs") ?? 7
        let octets = number("octets") ?? 200_000_000
        let connections = number("connections") ?? 100_000
        var bulk: [Double] = []
        var virtual: [Double] = []
        var copies: [Double] = []
        var openings: [Double] = []
        var packets = 0
        // The first round only warms up.
        for round in 0...runs {
            let copy = seconds { copyAndSum(octets) }
            let bulkTime = try timed { packets = try bulkTransfer(octets) }
            let virtualTime = try timed { try virtualTransfer(octets) }
            let opening = try timed { try openAndClose(connections) }
            if round == 0 { continue }
            copies.append(copy)
            bulk.append(bulkTime)
            virtual.append(virtualTime)
            openings.append(opening)
        }
        let copy = median(copies)
        let transfer = median(bulk)
        let opening = median(openings)
        print("| | | beside copy and checksum |")
        print("|---|---|---|")
        print(
            "| copy and checksum of \(octets / 1_000_000) MB | \(tenths(Double(octets) * 8 / copy / 1e9)) Gbit/s | 1 |")
        print(
            "| the same through the stack | \(tenths(Double(octets) * 8 / transfer / 1e9)) Gbit/s, "
                + "\(Int(transfer * 1e9 / Double(packets))) ns a packet, \(packets) packets "
                + "| \(tenths(transfer / copy)) times the time |")
        let network = median(virtual)
        print(
            "| the same over a virtual network | \(tenths(Double(octets) * 8 / network / 1e9)) Gbit/s "
                + "| \(tenths(network / copy)) times the time |")
        let packetTime = copy / Double(octets) * 1460
        print(
            "| connect to close | \(Int(Double(connections) / opening)) a second, "
                + "\(Int(opening * 1e9 / Double(connections))) ns each "
                + "| \(Int(opening / Double(connections) / packetTime)) full segments' copy and checksum |")
    }

    // MARK: What is measured

    /// One connection, one direction; returns the packets of both.
    static func bulkTransfer(_ octets: Int) throws -> Int {
        var wire = Wire()
        let ends = try wire.open()
        let chunk = Array(repeating: UInt8(0x5a), count: 65_536)
        var text: [UInt8] = []
        var written = 0
        var read = 0
        while read < octets {
            while written < octets {
                guard let taken = try? wire.hosts[0].write(ends.client, chunk, now: wire.now), taken > 0 else { break }
                written += taken
            }
            wire.exchange(0)
            while let count = try? wire.hosts[1].read(ends.server, into: &text, limit: 65_536, now: wire.now), count > 0
            {
                read += count
                text.removeAll(keepingCapacity: true)
            }
            wire.exchange(1)
        }
        return wire.packets
    }

    /// The same between two hosts of a virtual network, with a millisecond between them, nothing recorded.
    static func virtualTransfer(_ octets: Int) throws {
        var transfer = try VirtualTransfer(seed: 1, link: LinkProfile(delay: .milliseconds(1)))
        _ = transfer.run(octets: octets, atMost: .seconds(3600))
    }

    /// Connections one after another: SYN, SYN-ACK, ACK, FIN, ACK, FIN, ACK.
    static func openAndClose(_ count: Int) throws {
        var wire = Wire { $0.connection.maximumSegmentLifetime = .zero }
        for _ in 0..<count {
            let ends = try wire.open()
            try wire.hosts[0].close(ends.client, now: wire.now)
            wire.settle()
            try wire.hosts[1].close(ends.server, now: wire.now)
            wire.settle()
        }
        // Else less was measured than is printed.
        precondition(wire.hosts.allSatisfy { $0.connectionCount == 0 }, "connections are left over")
    }

    /// The same octets in pieces of a segment: copied, and summed up as RFC 1071 does.
    static func copyAndSum(_ octets: Int) {
        let size = 1460
        let source = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
        let target = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
        source.initializeMemory(as: UInt8.self, repeating: 0x5a)
        var sum: UInt64 = 0
        var place = 0
        for _ in 0..<(octets / size) {
            if place + size > 65_536 { place = 0 }
            target.baseAddress?.advanced(by: place).copyMemory(
                from: source.baseAddress.unsafelyUnwrapped.advanced(by: place), byteCount: size)
            var offset = place
            while offset < place + size {
                sum &+= UInt64(target.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
                offset += 4
            }
            place += size
        }
        // Which also keeps the work from being left out as useless.
        precondition(sum == UInt64(octets / size) * UInt64(size / 4) * 0x5a5a_5a5a, "not every octet was summed")
        source.deallocate()
        target.deallocate()
    }

    // MARK: The wire

    /// Two hosts; what one sends the other has.
    struct Wire {
        var hosts: [Host]
        var now = Instant(nanoseconds: 1_000_000_000)
        var listener = -1
        var packets = 0
        var underWay: [HostPacket] = []

        init(_ configure: (inout HostConfiguration) -> Void = { _ in }) {
            hosts = [client, server].map {
                var configuration = HostConfiguration(addresses: [$0.address])
                configure(&configuration)
                return Host(configuration)
            }
        }

        mutating func open() throws -> (client: Int, server: Int) {
            if listener < 0 {
                listener = hosts[1].open()
                try hosts[1].bind(listener, to: server)
                try hosts[1].listen(listener, backlog: 16)
            }
            let socket = hosts[0].open()
            try hosts[0].connect(socket, to: server, now: now)
            settle()
            return (socket, try hosts[1].accept(listener).descriptor)
        }

        /// Until both have nothing more to say at this moment.
        mutating func settle() {
            var before = -1
            while before != packets {
                before = packets
                exchange(0)
                exchange(1)
            }
        }

        /// What one host has to send reaches the other.
        mutating func exchange(_ sender: Int) {
            now = now + .microseconds(1)
            hosts[sender].poll(now: now, into: &underWay)
            for place in underWay.indices { hosts[1 - sender].receive(packet: underWay[place].octets, now: now) }
            packets += underWay.count
            hosts[sender].recycle(&underWay)
        }
    }

    // MARK: Numbers

    static func timed(_ work: () throws -> Void) rethrows -> Double {
        let start = clockSeconds()
        try work()
        return clockSeconds() - start
    }

    static func seconds(_ work: () -> Void) -> Double { timed(work) }

    static func clockSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    static func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

    static func number(_ name: String) -> Int? {
        guard let place = CommandLine.arguments.firstIndex(of: name) else { return nil }
        return CommandLine.arguments.dropFirst(place + 1).first.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }
}
