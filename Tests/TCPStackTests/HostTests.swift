import TCPState
import TCPStack
import TCPWire
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite("The host: listeners, addresses, packets (RFC 9293 3.9)")
struct HostTests {
    @Test("the queue of accepted connections is bounded, and recovers (smoltcp: no queue) (TestTCPListenBacklog)")
    func backlog() throws {
        var talk = Transcript()
        talk.listens(backlog: 1)
        var starts: [UInt32] = []
        for port in 0..<4 {
            talk.remote.port = UInt16(50_000 + port)
            talk.takes("S 0:0(0) win 60000 <mss 1000>")
            talk.gives("S. 0:0(0) ack 1")
            starts.append(talk.ourStart ?? 0)
        }
        for port in 0..<4 {
            talk.remote.port = UInt16(50_000 + port)
            talk.ourStart = starts[port]
            talk.takes(". 1:1(0) ack 1 win 60000")
        }
        talk.givesNothing()
        let states = talk.host.connectionInfos.map(\.state)
        #expect(states.filter { $0 == .established }.count == 2, "one more than the backlog, as in Linux")
        talk.remote.port = 60_000
        talk.takes("S 0:0(0) win 60000 <mss 1000>")
        talk.givesNothing()
        talk.accepts()
        talk.accepts()
        talk.remote.port = 50_003
        talk.ourStart = starts[3]
        talk.takes(". 1:1(0) ack 1 win 60000")
        talk.accepts()
        #expect(talk.state == .established)
    }

    @Test("closing a listener resets what nobody accepted (TestTcpNoAcceptCloseReset)")
    func closeListener() throws {
        var talk = Transcript()
        talk.listens()
        talk.takes("S 0:0(0) win 60000 <mss 1000>")
        talk.gives("S. 0:0(0) ack 1")
        talk.takes(". 1:1(0) ack 1 win 60000")
        try talk.host.close(talk.listener, now: talk.now)
        talk.poll()
        talk.gives("R. 1:1(0) ack 1")
        #expect(talk.host.connectionCount == 0)
    }

    @Test(
        "SYN cookies: a good ACK opens, a bad one gets an RST, with and without options (smoltcp: none) (TestTCPSynCookie)",
        arguments: [true, false])
    func cookies(always: Bool) {
        var talk = Transcript(host: { $0.cookies = always ? .always : .underPressure })
        talk.listens()
        talk.takes("S 0:0(0) win 60000 <mss 1460,sackOK,wscale 7,TS 100 0>")
        let answer = talk.gives("S. 0:0(0) ack 1 <mss 1460,sackOK,wscale 2,TS>")
        #expect(talk.host.connectionCount == (always ? 0 : 1))
        let echo = answer?.options.timestamps?.value ?? 0
        talk.takes(". 1:1(0) ack 3 win 500 <TS 101 \(echo)>")
        talk.gives("R 3:3(0)")
        talk.takes(". 1:1(0) ack 1 win 500 <TS 101 \(echo)>")
        talk.accepts()
        #expect(talk.state == .established)
        #expect(talk.info?.sendWindow == 64_000)
        #expect(talk.info?.agreed.selectiveAcknowledgment == true)
        #expect(talk.info?.segmentSize == 1448)
        talk.takes("P. 1:11(10) ack 1 win 500 <TS 102 \(echo)>")
        #expect(talk.reads().count == 10)
    }

    @Test(
        "a cookie leaves the listener in LISTEN; a SYN queue that is full without cookies drops, by a rule of its own")
    func cookieRecords() {
        var talk = Transcript(host: { $0.cookies = .always })
        talk.listens()
        talk.takes("S 0:0(0) win 60000 <mss 1000>")
        talk.gives("S. 0:0(0) ack 1")
        talk.takes(". 1:1(0) ack 1 win 60000")
        let arrivals = talk.records.filter(\.cause.isArrival)
        #expect(arrivals.map(\.stateBefore) == [.listen, .listen])
        #expect(arrivals.map { $0.after?.state } == [nil, .established])
        #expect(arrivals.map { $0.actions.map(\.reason) } == [[.cookieSent], [.cookieAccepted, .acknowledgmentOfSYN]])
        var full = Transcript(host: {
            $0.cookies = .never
            $0.halfOpenLimit = 0
        })
        full.listens()
        full.takes("S 0:0(0) win 60000 <mss 1000>")
        full.givesNothing()
        #expect(full.reasons() == [.synQueueFull])
    }

    @Test("a cookie is good for some minutes only")
    func oldCookie() {
        var talk = Transcript(host: { $0.cookies = .always })
        talk.listens()
        talk.takes("S 0:0(0) win 60000 <mss 1000>")
        talk.gives("S. 0:0(0) ack 1")
        talk.wait(.seconds(300))
        talk.takes(". 1:1(0) ack 1 win 60000")
        talk.gives("R 1:1(0)")
    }

    /// A million sources where time is given (TCPLENS_THOROUGH), else a hundred thousand.
    @Test("a flood of SYNs from countless sources: memory is bounded, real clients are served")
    func flood() {
        var talk = Transcript()
        talk.listens()
        let client = talk.remote
        var builder = SegmentBuilder(from: talk.remote, to: talk.local)
        builder.flags = .syn
        let sources = getenv("TCPLENS_THOROUGH") == nil ? 100_000 : 1_000_000
        for source in 0..<sources {
            builder.source = Endpoint(
                address: IPAddress(ipv4: 0x0b00_0000 + UInt32(source)), port: UInt16(1024 + source % 60_000))
            builder.sequence = UInt32(source) &* 2_654_435_761
            talk.host.receive(packet: builder.ipPacket(), now: talk.now)
            if source % 64 == 0 { _ = talk.host.poll(now: talk.now) }
            if source % (sources / 10) == sources / 20 {
                _ = talk.host.poll(now: talk.now)
                _ = talk.host.takeRecords()
                talk.remote = Endpoint(address: client.address, port: UInt16(30_000 + source / 1000))
                talk.takes("S 0:0(0) win 60000 <mss 1000>")
                talk.gives("S. 0:0(0) ack 1")
                talk.takes(". 1:1(0) ack 1 win 60000")
                talk.accepts()
                talk.takes("P. 1:11(10) ack 1 win 60000")
                #expect(talk.reads().count == 10)
                talk.sent = []
            }
        }
        #expect(talk.host.connectionCount <= 256 + 10)
        #expect(talk.host.cookiesAccepted == 10)
    }

    @Test("a second listener on the same port fails and disturbs nobody; others may listen beside [MUST-41 MUST-42]")
    func listeners() throws {
        var talk = Transcript.served()
        let second = talk.host.open()
        #expect(throws: SocketError.addressInUse) { try talk.host.bind(second, to: talk.local) }
        let other = talk.host.open()
        try talk.host.bind(other, to: Endpoint(address: talk.local.address, port: 8081))
        try talk.host.listen(other, backlog: 3)
        talk.takes("P. 1:11(10) ack 1 win 60000")
        #expect(talk.reads().count == 10)
        talk.sent = []
        talk.remote.port = 41_000
        talk.takes("S 0:0(0) win 60000 <mss 1000>")
        talk.gives("S. 0:0(0) ack 1")
    }

    @Test("OPEN takes a local address; else one of the host's is asked for, and kept [MUST-43 MUST-44 MUST-45]")
    func addresses() throws {
        let second = IPAddress(ipv4: 0xc0a8_0002)
        let six = IPAddress(high: 0x2001_0db8 << 32, low: 7)
        var talk = Transcript(host: { $0.addresses += [second, six] })
        for (bound, target, expected) in [
            (second, talk.remote.address, second), (nil, talk.remote.address, talk.local.address),
            (nil, IPAddress(high: 0x2001_0db8 << 32, low: 9), six),
        ] as [(IPAddress?, IPAddress, IPAddress)] {
            let socket = talk.host.open()
            if let bound { try talk.host.bind(socket, to: Endpoint(address: bound, port: 0)) }
            try talk.host.connect(socket, to: Endpoint(address: target, port: 80), now: talk.now)
            talk.poll()
            #expect(talk.sent.last?.packet.segment?.source.address == expected)
            talk.sent = []
            talk.wait(.seconds(2))
            #expect(talk.sent.last?.packet.segment?.source.address == expected)
        }
        let socket = talk.host.open()
        #expect(throws: SocketError.addressNotAvailable) {
            try talk.host.bind(socket, to: Endpoint(address: IPAddress(ipv4: 0x0808_0808), port: 1))
        }
    }

    @Test(
        "no OPEN to broadcast, multicast or nobody [MUST-46]",
        arguments: [
            IPAddress(ipv4: 0xffff_ffff), IPAddress(ipv4: 0xe000_0001), IPAddress(ipv4: 0),
            IPAddress(ipv4: 0xc0a8_00ff),
            IPAddress(high: 0xff02 << 48, low: 1), IPAddress(high: 0, low: 0),
        ])
    func invalidTarget(address: IPAddress) {
        var talk = Transcript(host: { $0.broadcastAddresses = [IPAddress(ipv4: 0xc0a8_00ff)] })
        let socket = talk.host.open()
        #expect(throws: SocketError.networkUnreachable) {
            try talk.host.connect(socket, to: Endpoint(address: address, port: 80), now: talk.now)
        }
    }

    @Test(
        "a SYN from or to broadcast or multicast is dropped in silence [MUST-57 MUST-63]",
        arguments: [
            IPAddress(ipv4: 0xffff_ffff), IPAddress(ipv4: 0xe000_0005), IPAddress(ipv4: 0xc0a8_00ff),
            IPAddress(ipv4: 0),
        ])
    func invalidSource(address: IPAddress) {
        var talk = Transcript(host: { $0.broadcastAddresses = [IPAddress(ipv4: 0xc0a8_00ff)] })
        talk.listens()
        var syn = SegmentBuilder(from: Endpoint(address: address, port: 9), to: talk.local)
        syn.flags = .syn
        talk.takes(syn.ipPacket())
        syn = SegmentBuilder(from: talk.remote, to: Endpoint(address: address, port: 8080))
        syn.flags = .syn
        talk.takes(syn.ipPacket())
        talk.givesNothing()
    }

    @Test("IP options are skipped [MUST-50]")
    func internetOptions() {
        var talk = Transcript.served()
        var segment = Segment(from: talk.remote, to: talk.local)
        segment.flags = .ack
        segment.sequence = .init(talk.theirStart &+ 1)
        segment.acknowledgment = .init((talk.ourStart ?? 0) &+ 1)
        segment.window = 1000
        segment.payload = [5, 6]
        let plain = segment.packet(identification: 1)
        // Timestamp, record route and one that nobody knows.
        let options: [UInt8] = [68, 8, 5, 0, 0, 0, 0, 0, 7, 7, 4, 0, 0, 0, 0, 1, 222, 4, 9, 9]
        var packet = Array(plain[0..<20]) + options + plain[20...]
        packet[0] = 0x4a
        packet[3] = UInt8(packet.count)
        packet[10] = 0
        packet[11] = 0
        var header = Array(packet[0..<40])
        ICMPTests.fill(&header, at: 10)
        packet.replaceSubrange(0..<40, with: header)
        talk.takes(packet)
        #expect(talk.reads() == [5, 6])
    }

    @Test("fragments are put together, in any order; overlapping ones are dropped", arguments: [false, true])
    func fragments(isIPv6: Bool) {
        var talk = Transcript.served(isIPv6: isIPv6)
        var segment = Segment(from: talk.remote, to: talk.local)
        segment.flags = .ack
        segment.sequence = .init(talk.theirStart &+ 1)
        segment.acknowledgment = .init((talk.ourStart ?? 0) &+ 1)
        segment.window = 1000
        segment.payload = Transcript.text(900)
        let packet = segment.packet(identification: 77)
        let pieces = Self.fragments(of: packet, size: 200, isIPv6: isIPv6)
        for piece in pieces.reversed() { talk.takes(piece) }
        #expect(talk.reads() == Transcript.text(900))
        talk.sent = []
        segment.sequence = .init(talk.theirStart &+ 901)
        let again = Self.fragments(of: segment.packet(identification: 78), size: 200, isIPv6: isIPv6)
        talk.takes(again[0])
        let overlapping = Self.fragments(of: segment.packet(identification: 78), size: 160, isIPv6: isIPv6)
        talk.takes(overlapping[1])
        for piece in again[1...] { talk.takes(piece) }
        #expect(talk.readError() == .wouldBlock)
    }

    static func fragments(of packet: [UInt8], size: Int, isIPv6: Bool) -> [[UInt8]] {
        let headerLength = isIPv6 ? 40 : 20
        let body = Array(packet[headerLength...])
        return stride(from: 0, to: body.count, by: size).map { offset in
            let part = Array(body[offset..<min(offset + size, body.count)])
            let hasMore = offset + size < body.count
            var header = Array(packet[0..<headerLength])
            if isIPv6 {
                header[6] = 44
                let field = UInt16(offset) | (hasMore ? 1 : 0)
                let extra: [UInt8] = [6, 0, UInt8(field >> 8), UInt8(field & 0xff), 0, 0, 0, packet.count == 0 ? 0 : 9]
                let length = part.count + 8
                header[4] = UInt8(length >> 8)
                header[5] = UInt8(length & 0xff)
                return header + extra + part
            }
            let field = UInt16(offset / 8) | (hasMore ? 0x2000 : 0)
            let length = part.count + 20
            header[2] = UInt8(length >> 8)
            header[3] = UInt8(length & 0xff)
            header[6] = UInt8(field >> 8)
            header[7] = UInt8(field & 0xff)
            header[10] = 0
            header[11] = 0
            ICMPTests.fill(&header, at: 10)
            return header + part
        }
    }

    @Test("a flood of first fragments stays within bounds")
    func fragmentFlood() {
        var talk = Transcript()
        var segment = Segment(from: talk.remote, to: talk.local)
        segment.payload = Transcript.text(400)
        for identification in 0..<5000 {
            let pieces = Self.fragments(
                of: segment.packet(identification: UInt16(identification)), size: 64, isIPv6: false)
            talk.takes(pieces[identification % 3])
        }
        talk.givesNothing()
    }

    @Test("an address that is not this host's, another protocol, a broken header: nothing")
    func notOurs() {
        var talk = Transcript()
        talk.listens()
        var syn = SegmentBuilder(from: talk.remote, to: Endpoint(address: IPAddress(ipv4: 0x0808_0808), port: 8080))
        syn.flags = .syn
        talk.takes(syn.ipPacket())
        syn.destination = talk.local
        var broken = syn.ipPacket()
        broken[8] = 3
        talk.takes(broken)
        talk.takes(
            ICMPTests.ip([0, 0, 0, 0, 0, 0, 0, 0], protocol: 17, from: talk.remote.address, to: talk.local.address))
        talk.takes([])
        talk.takes([0x45])
        talk.givesNothing()
        #expect(talk.host.discarded[.notForHost] == 1)
        #expect(talk.host.discarded[.otherProtocol] == 1)
        #expect(talk.host.discarded[.badPacket] == 3)
    }

    @Test("packets longer than IP says end where IP says")
    func trailer() {
        var talk = Transcript.served()
        let packet = OptionTests.packet(talk, raw: [], payload: [9, 8])
        talk.takes(packet + [1, 2, 3, 4])
        #expect(talk.reads() == [9, 8])
    }

    @Test("what a program is told after an RST from nowhere: TestTCPInfo's numbers")
    func info() throws {
        var talk = Transcript.served()
        talk.writes(100)
        talk.wait(.milliseconds(20))
        talk.takes(". 1:1(0) ack 101 win 60000")
        let info = try #require(talk.info)
        #expect(info.state == .established)
        #expect(info.phase == .open)
        #expect(info.roundTrip ?? .zero > .zero)
        #expect(info.roundTripVariation > .zero)
        #expect(info.retransmissionTimeout >= .milliseconds(200))
        talk.writes(100)
        talk.wait(.seconds(2))
        #expect(talk.info?.phase == .loss)
        #expect(talk.info?.congestionWindow == talk.info?.segmentSize)
    }
}

@Suite("Where other user-space stacks fall short")
struct DeviationTests {
    @Test("two fresh hosts, or the same one later, begin with other numbers (smoltcp repeats them) [MUST-8 SHLD-1]")
    func freshNumbers() throws {
        var numbers: Set<UInt32> = []
        for key in 0..<50 {
            for seconds in 0..<2 {
                var talk = Transcript(host: { $0.secret = KeyedHash(UInt64(key), 1) })
                talk.wait(.seconds(seconds))
                talk.connects()
                talk.gives("S 0:0(0)")
                numbers.insert(try #require(talk.ourStart))
            }
        }
        #expect(numbers.count == 100)
    }

    @Test(
        "TIME-WAIT lasts as long as the segment lifetime that is set (smoltcp: always 10 s) [MUST-13]",
        arguments: [5, 30, 120])
    func timeWait(lifetime: Int) {
        var talk = Transcript.served { $0.maximumSegmentLifetime = .seconds(lifetime) }
        talk.closes()
        talk.gives("F. 1:1(0) ack 1")
        talk.takes("F. 1:1(0) ack 2 win 60000")
        talk.wait(.seconds(2 * lifetime - 1))
        #expect(talk.state == .timeWait)
        talk.wait(.seconds(2))
        #expect(talk.host.connectionCount == 0)
    }

    @Test("a window for congestion, SACK and timestamps unless switched off (smoltcp: none by default, or none at all)")
    func defaults() {
        var talk = Transcript.connected(synAck: "<mss 1000,sackOK,TS 5 0>")
        talk.writes(60_000)
        #expect(talk.sent.count == 10, "RFC 6928's initial window, though the receiver offers more")
        #expect(talk.info?.agreed.selectiveAcknowledgment == true && talk.info?.agreed.timestamps == true)
    }

    @Test("many clients of one listener at once, each with its own connection (smoltcp: one socket for one connection)")
    func manyClients() {
        var talk = Transcript()
        talk.listens(backlog: 200)
        for port in 0..<100 {
            talk.remote.port = UInt16(10_000 + port)
            talk.takes("S 0:0(0) win 60000 <mss 1000>")
            talk.gives("S. 0:0(0) ack 1")
            talk.takes(". 1:1(0) ack 1 win 60000")
            talk.takes("P. 1:11(10) ack 1 win 60000")
            talk.gives(". 1:1(0) ack 11")
        }
        for _ in 0..<100 {
            talk.accepts()
            #expect(talk.reads().count == 10)
        }
    }
}
