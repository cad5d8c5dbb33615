import TCPState
import TCPStack
import TCPWire
import Testing

@Suite("ICMP errors (RFC 9293 3.9.2.2)")
struct ICMPTests {
    /// An error about the last segment sent, or one with another number.
    static func error(type: UInt8, code: UInt8, _ talk: Transcript, offset: UInt32 = 0, mtu: UInt16 = 0) -> [UInt8] {
        var quoted = Segment(from: talk.local, to: talk.remote)
        quoted.sequence = (talk.info?.sendUnacknowledged ?? .init(0)) + offset
        var message: [UInt8] = [type, code, 0, 0, 0, 0, UInt8(mtu >> 8), UInt8(mtu & 0xff)]
        message += quoted.packet(identification: 1).prefix(28)
        return Self.ip(message, protocol: 1, from: IPAddress(ipv4: 0xc000_02fe), to: talk.local.address)
    }

    static func ip(_ message: [UInt8], protocol number: UInt8, from: IPAddress, to: IPAddress) -> [UInt8] {
        var message = message
        fill(&message, at: 2)
        let length = 20 + message.count
        var header: [UInt8] = [0x45, 0, UInt8(length >> 8), UInt8(length & 0xff), 0, 0, 0, 0, 64, number, 0, 0]
        for address in [from, to] {
            for shift in [24, 16, 8, 0] { header.append(UInt8(truncatingIfNeeded: (address.ipv4 ?? 0) >> shift)) }
        }
        fill(&header, at: 10)
        return header + message
    }

    static func fill(_ octets: inout [UInt8], at place: Int) {
        var sum = 0
        for (index, octet) in octets.enumerated() { sum += Int(octet) << (index % 2 == 0 ? 8 : 0) }
        while sum > 0xffff { sum = (sum & 0xffff) + sum >> 16 }
        octets[place] = UInt8(~sum >> 8 & 0xff)
        octets[place + 1] = UInt8(~sum & 0xff)
    }

    @Test(
        "port unreachable to a SYN aborts; a late SYN-ACK gets an RST (smoltcp: ICMP is not read) [MUST-54 SHLD-26] (TestTCPConnectICMPError, TestTCPSynSentUnreachable)",
        arguments: [2, 3])
    func connect(code: UInt8) {
        var talk = Transcript()
        talk.connects()
        talk.gives("S 0:0(0)")
        talk.takes(Self.error(type: 3, code: code, talk))
        #expect(talk.state == .closed)
        #expect(talk.readError() == (code == 3 ? .connectionRefused : .noProtocol))
        talk.takes("S. 0:0(0) ack 1 win 60000")
        talk.gives("R 1:1(0)")
    }

    @Test(
        "soft errors do not end a connection that is being opened, unless that is asked for [MUST-54 MUST-56] (TestTCPSynSentUnreachable)",
        arguments: [0, 1, 9, 10, 13], [true, false])
    func synSent(code: UInt8, ends: Bool) {
        var talk = Transcript { $0.unreachableEndsOpening = ends }
        talk.connects()
        talk.gives("S 0:0(0)")
        talk.takes(Self.error(type: 3, code: code, talk))
        #expect(talk.state == (ends ? .closed : .synSent))
        if ends { #expect([.hostUnreachable, .networkUnreachable].contains(talk.readError())) }
    }

    @Test(
        "in ESTABLISHED every error is soft: the connection lives on, and its end names it [MUST-47 MUST-54 MUST-56 SHLD-25] (TestTCPEstablishedUnreachable)"
    )
    func established() {
        for code in UInt8(0)...15 where code != 4 {
            var talk = Transcript.served { $0.userTimeout = .seconds(5) }
            talk.writes(10)
            talk.records = []
            talk.takes(Self.error(type: 3, code: code, talk))
            #expect(talk.state == .established)
            #expect(talk.actions().contains { if case .softError = $0 { true } else { false } }, "code \(code)")
            talk.wait(.seconds(10))
            #expect(talk.state == .closed)
            #expect(talk.writeError() != nil && talk.writeError() != .timedOut)
        }
    }

    @Test("time exceeded and parameter problem are soft [MUST-56]", arguments: [11, 12])
    func others(type: UInt8) {
        for state in [State.synSent, .established] {
            var talk = state == .synSent ? Transcript() : Transcript.served()
            if state == .synSent { talk.connects() } else { talk.writes(10) }
            talk.takes(Self.error(type: type, code: 0, talk))
            #expect(talk.state == state)
            #expect(talk.info?.softError != nil)
        }
    }

    @Test("source quench is discarded in silence [MUST-55]")
    func sourceQuench() {
        var talk = Transcript.served()
        talk.writes(10)
        let before = talk.info
        talk.takes(Self.error(type: 4, code: 0, talk))
        #expect(talk.info?.softError == nil)
        #expect(talk.info?.congestionWindow == before?.congestionWindow)
    }

    @Test("a message about nothing that is under way is not believed (RFC 5927)")
    func forged() {
        var talk = Transcript()
        talk.connects()
        talk.gives("S 0:0(0)")
        talk.takes(Self.error(type: 3, code: 3, talk, offset: 1000))
        #expect(talk.state == .synSent)
    }

    @Test("reports can be switched off [SHLD-20]")
    func switchedOff() {
        var talk = Transcript.served {
            $0.reportsErrors = false
            $0.userTimeout = .seconds(5)
        }
        talk.writes(10)
        talk.records = []
        talk.takes(Self.error(type: 3, code: 1, talk))
        #expect(!talk.actions().contains { if case .softError = $0 { true } else { false } })
        talk.wait(.seconds(10))
        #expect(talk.writeError() == .timedOut)
    }

    @Test("a packet too large for the path is sent again in smaller ones (RFC 1191)")
    func pathMTU() {
        var talk = Transcript.served(syn: "<mss 1460>")
        talk.writes(2000)
        talk.gives(". 1:1461(1460) ack 1")
        talk.sent = []
        talk.takes(Self.error(type: 3, code: 4, talk, mtu: 1000))
        talk.gives(". 1:961(960) ack 1")
        #expect(talk.info?.segmentSize == 960)
    }

    @Test("an echo request is answered with its data")
    func echo() throws {
        var talk = Transcript()
        let request = Self.ip(
            [8, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7], protocol: 1, from: talk.remote.address, to: talk.local.address)
        talk.takes(request)
        let reply = try #require(talk.sent.first?.packet.octets)
        #expect(reply[20] == 0)
        #expect(Array(reply[24...]) == [1, 2, 3, 4, 5, 6, 7])
        talk.takes(Array(request.prefix(30)) + [99])
        #expect(talk.sent.count == 1, "a wrong checksum is not")
    }
}
