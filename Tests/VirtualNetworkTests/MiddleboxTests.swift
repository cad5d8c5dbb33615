import CaptureFile
import TCPStack
import TCPState
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

@Suite("Middleboxes, captures, long days")
struct MiddleboxTests {
    static let link = LinkProfile(delay: .milliseconds(10))

    @Test("every SYN dropped: the connect times out after more than three minutes; the first two: it succeeds later")
    func droppedSYN() throws {
        let never = Pair(seed: 1, clientText: [1], forward: Self.link, boxes: [SYNDropper()])
        try never.start()
        never.network.run(for: .seconds(170))
        #expect(never.clientEnd.error == nil)
        never.network.run(for: .seconds(300))
        #expect(never.clientEnd.error == .timedOut)
        let later = Pair(seed: 1, clientText: [1, 2, 3], forward: Self.link, boxes: [SYNDropper(count: 2)])
        try later.start()
        later.network.run(for: .seconds(10))
        #expect(later.isExact)
    }

    @Test("options stripped on the way: the connection does without", arguments: [1, 2, 4, 8, 15] as [UInt8])
    func stripped(kinds: UInt8) throws {
        let pair = Pair(
            seed: 2, clientText: Pair.text(50_000), forward: Self.link,
            boxes: [OptionStripper(OptionStripper.Kinds(rawValue: kinds))])
        try pair.start()
        pair.network.run(for: .seconds(60))
        #expect(pair.isExact)
    }

    @Test("a forged RST ends the connection only where its number is exactly right (RFC 5961) [MAY-12]")
    func forgedReset() throws {
        let exact = Pair(
            seed: 3, clientText: Pair.text(50_000), forward: Self.link, boxes: [ResetInjector(afterSegments: 3)])
        try exact.start()
        exact.network.run(for: .seconds(60))
        #expect(exact.clientEnd.error == .connectionReset || exact.serverEnd.error == .connectionReset)
        let guessed = Pair(
            seed: 3, clientText: Pair.text(50_000), forward: Self.link,
            boxes: [ResetInjector(afterSegments: 3, offset: 100)])
        try guessed.start()
        guessed.network.run(for: .seconds(60))
        #expect(guessed.isExact)
    }

    @Test(
        "behind a translator that forgets: silence beyond its time-out ends the connection, keep-alive prevents it",
        arguments: [true, false])
    func translator(keepAlive: Bool) throws {
        var network = VirtualNetwork(seed: 4)
        var configuration = HostConfiguration(addresses: [Pair.clientAddress])
        configuration.connection.keepAlive.isEnabled = keepAlive
        configuration.connection.keepAlive.idle = .seconds(60)
        configuration.connection.retransmissionLimit = 3
        let client = network.addHost(configuration)
        let server = network.addHost(HostConfiguration(addresses: [Pair.serverAddress]))
        let outside = IPAddress(ipv4: 0xc0a8_6401)
        network.connect(
            client, server, Self.link, boxes: [AddressTranslator(outside: outside, timeout: .seconds(120))])
        let target = Endpoint(address: Pair.serverAddress, port: 80)
        try network.with(server) { (host, _) throws(SocketError) in
            let listener = host.open()
            try host.bind(listener, to: target)
            try host.listen(listener, backlog: 1)
        }
        try network.with(client) { (host, now) throws(SocketError) in
            try host.connect(host.open(), to: target, now: now)
        }
        network.run(for: .seconds(1))
        let accepted = try network.with(server) { (host, _) throws(SocketError) in try host.accept(3) }
        #expect(accepted.remote.address == outside)
        network.run(for: .seconds(600))
        try network.with(server) { (host, now) throws(SocketError) in
            _ = try host.write(accepted.descriptor, [1, 2, 3], now: now)
        }
        network.run(for: .seconds(60))
        func read() throws(SocketError) -> [UInt8] {
            try network.with(client) { (host, now) throws(SocketError) in try host.read(3, limit: 10, now: now) }
        }
        if keepAlive {
            #expect(try read() == [1, 2, 3])
        } else {
            #expect(throws: SocketError.wouldBlock) { try read() }
        }
    }

    @Test("a narrow link tells its MTU, and the transfer goes on in smaller packets (RFC 1191)")
    func narrow() throws {
        var link = Self.link
        link.mtu = 1000
        let pair = Pair(seed: 5, clientText: Pair.text(50_000), forward: link)
        try pair.start()
        pair.network.run(for: .seconds(60))
        #expect(pair.isExact)
    }

    @Test("a day of keep-alives passes in no time, and every packet has its reason")
    func day() throws {
        let pair = Pair(seed: 6, forward: Self.link, keepsRecord: true) {
            $0.keepAlive.isEnabled = true
            $0.keepAlive.idle = .seconds(600)
        }
        try pair.network.with(pair.server) { (host, _) throws(SocketError) in
            let listener = host.open()
            try host.bind(listener, to: Endpoint(address: Pair.serverAddress, port: 80))
            try host.listen(listener, backlog: 4)
        }
        try pair.network.with(pair.client) { (host, now) throws(SocketError) in
            try host.connect(host.open(), to: Endpoint(address: Pair.serverAddress, port: 80), now: now)
        }
        pair.network.run(for: .seconds(86_400))
        let packets = pair.network.record.packets
        #expect(packets.filter { $0.transmission == .keepAlive }.count >= 140)
        #expect(packets.allSatisfy { $0.reason != nil && $0.senderState != nil })
        #expect(pair.network.host(pair.client).connectionInfos.first?.state == .established)
    }

    @Test("the record has both ends' states, each with its moment and its reason")
    func states() throws {
        let pair = Pair(seed: 7, clientText: [1, 2, 3], serverText: [4], forward: Self.link, keepsRecord: true)
        try pair.start()
        pair.network.run(for: .seconds(200))
        let record = pair.network.record
        let syn = try #require(record.packets.first?.segment)
        let client = record.states(of: (local: syn.source, remote: syn.destination), at: pair.client)
        let server = record.states(of: (local: syn.destination, remote: syn.source), at: pair.server)
        #expect(client.map(\.state).prefix(3) == [.synSent, .established, .finWait1])
        #expect(client.last?.state == .closed)
        #expect(server.map(\.state).prefix(3) == [.synReceived, .established, .finWait1])
        #expect(client.first?.reason == .activeOpen)
        #expect(client.dropFirst().first?.reason == .synAckInSynSent)
        #expect(record.moments.contains { $0.packet != nil })
    }

    @Test("the capture is read back with the same packets and their rules as comments")
    func capture() throws {
        let pair = Pair(seed: 8, clientText: Pair.text(3000), forward: Self.link, keepsRecord: true)
        try pair.start()
        pair.network.run(for: .seconds(100))
        let moments = pair.network.capture(at: pair.client)
        let path = "\(temporaryFolder())/virtual-\(UInt64.random(in: 0...UInt64.max)).pcapng"
        try pair.network.writeCapture(at: pair.client, to: path, epoch: 1_700_000_000_000_000_000)
        defer { unlink(path) }
        var reader = try CaptureReader(path: path)
        var packet = CapturedPacket()
        var count = 0
        while try reader.next(&packet) {
            #expect(packet.capturedLength == moments[count].octets.count)
            let rule = try #require(moments[count].reason)
            #expect(reader.comments(of: packet).kept.map(\.text) == ["\(rule.document) \(rule.section) \(rule)"])
            #expect(packet.linkType == LinkType.raw.rawValue)
            count += 1
        }
        #expect(count == moments.count && count > 8)
    }

    private func temporaryFolder() -> String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }
}
