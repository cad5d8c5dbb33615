import FlatMemory
import TCPStack
import TCPState
import TCPWire
import Testing

@Suite("Storage that is used again")
struct StorageTests {
    /// Two hosts on one wire.
    struct Wire {
        var hosts: [Host]
        var now = Instant(nanoseconds: 1_000_000_000)
        var underWay: [HostPacket] = []
        /// Where the packets seen lie in memory.
        var places: Set<UInt> = []
        var packets = 0

        init(keepsRecords: Bool) {
            hosts = (1...2).map {
                var configuration = HostConfiguration(addresses: [IPAddress(ipv4: 0x0a00_0000 + UInt32($0))])
                configuration.keepsRecords = keepsRecords
                return Host(configuration)
            }
        }

        mutating func exchange(_ sender: Int) {
            now = now + .microseconds(100)
            hosts[sender].poll(now: now, into: &underWay)
            for packet in underWay {
                places.insert(packet.octets.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) })
                hosts[1 - sender].receive(packet: packet.octets, now: now)
            }
            packets += underWay.count
            hosts[sender].recycle(&underWay)
        }
    }

    @Test("in full swing packets that are given back hold the next ones: no new storage for a hundred megabits")
    func recycled() throws {
        var wire = Wire(keepsRecords: false)
        let server = Endpoint(address: IPAddress(ipv4: 0x0a00_0002), port: 80)
        let listener = wire.hosts[1].open()
        try wire.hosts[1].bind(listener, to: server)
        try wire.hosts[1].listen(listener, backlog: 1)
        let socket = wire.hosts[0].open()
        try wire.hosts[0].connect(socket, to: server, now: wire.now)
        for _ in 0..<2 { for sender in 0...1 { wire.exchange(sender) } }
        let accepted = try wire.hosts[1].accept(listener).descriptor
        let text = Transcript.text(65_536)
        var octets: [UInt8] = []
        var known: Set<UInt> = []
        for round in 0..<300 {
            try untilItBlocks { () throws(SocketError) in try wire.hosts[0].write(socket, text, now: wire.now) }
            wire.exchange(0)
            octets.removeAll(keepingCapacity: true)
            try untilItBlocks { () throws(SocketError) in
                try wire.hosts[1].read(accepted, into: &octets, limit: 1 << 20, now: wire.now)
            }
            wire.exchange(1)
            if round == 100 { known = wire.places }
        }
        #expect(wire.packets > 8000)
        #expect(wire.places == known, "\(wire.places.count) after \(known.count)")
        #expect(wire.hosts[0].takeRecords().isEmpty)
    }

    /// Makes a call again and again until it would block, or does nothing.
    private func untilItBlocks(_ call: () throws(SocketError) -> Int) throws(SocketError) {
        do throws(SocketError) {
            while try call() > 0 {}
        } catch {
            guard error == .wouldBlock else { throw error }
        }
    }

    @Test("a packet that somebody still holds is not written over")
    func held() throws {
        var talk = Transcript.served()
        talk.writes(500)
        var kept = talk.sent.map(\.packet)
        let copy = kept.map(\.octets)
        var given = kept
        talk.host.recycle(&given)
        talk.takes(". 1:1(0) ack 501 win 60000")
        talk.writes(500)
        #expect(kept.map(\.octets) == copy)
        kept = []
    }

    @Test("with records or without, the same packets")
    func records() throws {
        var sent: [[[UInt8]]] = []
        for keepsRecords in [false, true] {
            var talk = Transcript(host: { $0.keepsRecords = keepsRecords })
            talk.listens()
            talk.takes("S 0:0(0) win 60000 <mss 1000,sackOK>")
            talk.ourStart = talk.sent.first.map { SegmentTextStart.of($0.packet.octets) }
            talk.takes(". 1:1(0) ack 1 win 60000")
            talk.accepts()
            talk.writes(20_000)
            for count in 2...6 { talk.takes(". 1:1(0) ack 1 win 60000 <sack 1001:\(count)001>") }
            talk.wait(.seconds(3))
            sent.append(talk.sent.map(\.packet.octets))
            #expect(talk.records.isEmpty != keepsRecords)
        }
        #expect(sent[0].count > 10)
        #expect(sent[0] == sent[1])
    }

    @Test("what a record keeps is a copy: later events do not change it")
    func recordsAreCopies() throws {
        var talk = Transcript.served()
        talk.records = []
        talk.writes(Array("first".utf8))
        let told = talk.records.flatMap(\.actions)
        talk.takes(". 1:1(0) ack 6 win 60000")
        talk.writes(Array("other".utf8))
        let text = told.compactMap { action -> [UInt8]? in
            if case .transmit(let segment, _) = action.kind { segment.payload } else { nil }
        }
        #expect(text == [Array("first".utf8)])
    }
}

enum SegmentTextStart {
    /// The sequence number in an IPv4 packet.
    static func of(_ packet: [UInt8]) -> UInt32 { packet.octets.bigEndian32(at: 24) }
}
