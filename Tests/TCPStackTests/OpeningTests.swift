import TCPState
import TCPWire
import Testing

@testable import TCPStack

@Suite("Opening connections (RFC 9293 3.5)")
struct OpeningTests {
    @Test("a passive open: SYN, SYN-ACK, ACK")
    func passive() {
        var talk = Transcript()
        talk.listens()
        talk.takes("S 0:0(0) win 60000 <mss 1000,sackOK,wscale 3,TS 100 0>")
        talk.gives("S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,wscale 2,TS>")
        #expect(talk.state == .synReceived)
        talk.takes(". 1:1(0) ack 1 win 7500 <TS 101 0>")
        talk.accepts()
        talk.givesNothing()
        #expect(talk.state == .established)
        #expect(talk.info?.sendWindow == 60_000, "a window in a SYN is not scaled, every other one is")
    }

    @Test("an active open: SYN, SYN-ACK, ACK [MUST-4 MUST-14 MAY-3]")
    func active() {
        var talk = Transcript()
        talk.connects()
        talk.gives("S 0:0(0) <mss 1460,sackOK,wscale 2,TS>")
        #expect(talk.state == .synSent)
        talk.takes("S. 0:0(0) ack 1 win 60000 <mss 1000>")
        talk.gives(". 1:1(0) ack 1 <none>")
        #expect(talk.state == .established)
    }

    @Test("a simultaneous open [MUST-10] (12_simopen)")
    func simultaneous() {
        var talk = Transcript()
        talk.connects()
        talk.gives("S 0:0(0)")
        talk.takes("S 0:0(0) win 5840 <mss 1000>")
        talk.gives("S. 0:0(0) ack 1 <mss 1460>")
        #expect(talk.state == .synReceived)
        talk.takes(". 1:1(0) ack 1 win 5840")
        #expect(talk.state == .established)
        talk.writes(10)
        talk.gives("P. 1:11(10) ack 1")
    }

    @Test("both SYNs are answered with SYN-ACK, and the answer is taken for the ACK that it carries [MUST-10]")
    func simultaneousSynAck() {
        var talk = Transcript()
        talk.connects()
        talk.gives("S 0:0(0)")
        talk.takes("S 0:0(0) win 5840 <mss 1000>")
        talk.gives("S. 0:0(0) ack 1")
        talk.takes("S. 0:0(0) ack 1 win 5840 <mss 1000>")
        #expect(talk.state == .established)
        talk.gives(". 1:1(0) ack 1")
    }

    @Test("an RST in SYN-RECEIVED leads back to LISTEN after a passive open [MUST-11] (TestTCPSynRcvdReset)")
    func resetReturnsToListen() {
        var talk = Transcript()
        talk.listens()
        talk.takes("S 0:0(0) win 60000 <mss 1000>")
        talk.gives("S. 0:0(0) ack 1")
        talk.takes("R 1:1(0) win 0")
        talk.givesNothing()
        #expect(talk.host.connectionCount == 0)
        talk.takes("S 0:0(0) win 60000 <mss 1000>")
        talk.gives("S. 0:0(0) ack 1")
    }

    @Test("an RST in SYN-RECEIVED refuses an active open [MUST-11] (TestTCPSynSentRcvdReset)")
    func resetRefusesActive() {
        var talk = Transcript()
        talk.connects()
        talk.gives("S 0:0(0)")
        talk.takes("S 0:0(0) win 5840 <mss 1000>")
        talk.gives("S. 0:0(0) ack 1")
        talk.takes("R 1:1(0) win 0")
        #expect(talk.state == .closed)
        #expect(talk.readError() == .connectionRefused)
    }

    @Test(
        "in SYN-RECEIVED only an ACK of the SYN opens (TestAcceptableAckInSynRcvd, 14_synrcvd_bad_ack)",
        arguments: [0, 2])
    func badAcknowledgmentInSynReceived(ack: Int) {
        var talk = Transcript()
        talk.listens()
        talk.takes("S 0:0(0) win 60000 <mss 1000>")
        talk.gives("S. 0:0(0) ack 1")
        talk.takes(". 1:1(0) ack \(ack) win 60000")
        talk.gives("R \(ack):\(ack)(0)")
        #expect(talk.state == .synReceived)
        talk.takes(". 1:1(0) ack 1 win 60000")
        #expect(talk.state == .established)
    }

    @Test("a SYN-ACK of something else is answered with an RST (RFC 9293 3.5.2 and 3.10.7.3)")
    func oldDuplicateSYNACK() {
        var talk = Transcript()
        talk.connects()
        talk.gives("S 0:0(0)")
        talk.takes("S. 0:0(0) ack 90 win 60000")
        talk.gives("R 90:90(0)")
        #expect(talk.state == .synSent)
        talk.takes("R 0:0(0) win 0")
        #expect(talk.state == .synSent, "an RST without an ACK of the SYN may be anybody's")
        talk.takes("R. 0:0(0) ack 90 win 0")
        talk.givesNothing()
        #expect(talk.state == .synSent)
    }

    @Test("an RST that acknowledges the SYN refuses; a later SYN-ACK is nobody's (TestTCPSynSentReset)")
    func refused() {
        var talk = Transcript()
        talk.connects()
        talk.gives("S 0:0(0)")
        talk.takes("R. 0:0(0) ack 1 win 0")
        talk.givesNothing()
        #expect(talk.host.readiness(talk.socket).contains(.error))
        #expect(talk.host.takeError(talk.socket) == .connectionRefused)
        talk.takes("S. 0:0(0) ack 1 win 60000")
        talk.gives("R 1:1(0)")
    }

    @Test("in LISTEN: an ACK is answered with an RST, an RST and an empty segment are not")
    func listen() {
        var talk = Transcript()
        talk.listens()
        talk.takes(". 1:1(0) ack 5 win 100")
        talk.gives("R 5:5(0)")
        talk.takes("R 1:1(0) win 100")
        talk.takes("- 1:1(0) win 100")
        talk.givesNothing()
    }

    @Test("a port where nobody listens answers with an RST (RFC 9293 3.10.7.1)")
    func closedPort() {
        var talk = Transcript()
        talk.takes("S 0:0(0) win 100 <mss 1000>")
        talk.gives("R. 0:0(0) ack 1")
        talk.takes("P. 1:11(10) ack 77 win 100")
        talk.gives("R 77:77(0)")
        talk.takes("R. 1:1(0) ack 77 win 100")
        talk.givesNothing()
    }

    @Test("the SYN again, because the SYN-ACK was lost")
    func synAgain() {
        var talk = Transcript()
        talk.listens()
        talk.takes("S 0:0(0) win 60000 <mss 1000>")
        talk.gives("S. 0:0(0) ack 1")
        talk.takes("S 0:0(0) win 60000 <mss 1000>")
        talk.gives("S. 0:0(0) ack 1")
        #expect(talk.reasons().contains(.synAgainInSynReceived))
    }

    @Test("a connection to itself opens as a simultaneous open")
    func selfConnection() throws {
        var talk = Transcript()
        let socket = talk.host.open()
        try talk.host.bind(socket, to: talk.local)
        try talk.host.connect(socket, to: talk.local, now: talk.now)
        talk.poll()
        #expect(talk.host.info(socket)?.state == .established)
        try talk.host.write(socket, [1, 2, 3], now: talk.now)
        talk.poll()
        talk.wait(.seconds(1))
        #expect(try talk.host.read(socket, limit: 10, now: talk.now) == [1, 2, 3])
        try talk.host.shutdown(socket, .writing, now: talk.now)
        talk.wait(.seconds(1))
        #expect(talk.host.info(socket)?.state == .timeWait)
        talk.givesNothing()
    }

    @Test(
        "what is written in SYN-SENT goes out once the connection is open (TestQueueSendInSynSentHandshake, TestQueueRecvInSynSentHandshake)"
    )
    func sendInSynSent() {
        var talk = Transcript()
        talk.connects()
        talk.gives("S 0:0(0)")
        talk.writes(5)
        #expect(talk.readError() == .wouldBlock)
        talk.givesNothing()
        talk.takes("S. 0:0(0) ack 1 win 60000 <mss 1000>")
        talk.gives("P. 1:6(5) ack 1")
        talk.takes("P. 1:4(3) ack 6 win 60000")
        #expect(talk.reads().count == 3)
    }

    @Test("what is written or read in SYN-SENT fails on an RST (TestQueueSendInSynSentRST, TestQueueRecvInSynSentRST)")
    func sendInSynSentRefused() {
        for writes in [true, false] {
            var talk = Transcript()
            talk.connects()
            talk.gives("S 0:0(0)")
            if writes { talk.writes(5) }
            talk.takes("R. 0:0(0) ack 1 win 0")
            #expect((writes ? talk.writeError() : talk.readError()) == .connectionRefused)
        }
    }

    @Test("text in a SYN is kept, and acknowledged once the connection is open (RFC 9293 3.10.7.2)")
    func textInSYN() {
        var talk = Transcript()
        talk.listens()
        talk.takes("S 0:0(0) win 60000 <mss 1000>")
        talk.gives("S. 0:0(0) ack 1")
        var other = Transcript()
        other.listens()
        var syn = Segment(from: other.remote, to: other.local)
        syn.sequence = SequenceNumber(other.theirStart)
        syn.flags = .syn
        syn.window = 1000
        syn.payload = [7, 8, 9]
        other.takes(syn.packet(identification: 1))
        other.gives("S. 0:0(0) ack 1")
        other.takes(". 4:4(0) ack 1 win 1000")
        other.accepts()
        #expect(other.reads() == [7, 8, 9])
        other.waits(atMost: .seconds(1), for: ". 1:1(0) ack 4")
    }
}

@Suite("Initial numbers (RFC 9293 3.4.1, RFC 6528)")
struct InitialNumberTests {
    let local = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 80)
    let remote = Endpoint(address: IPAddress(ipv4: 0x0a00_0002), port: 4000)

    @Test("the same two ends: one every 4 microseconds [MUST-8]")
    func clock() {
        let generator = ISNGenerator(KeyedHash(1, 2))
        let first = generator.number(local: local, remote: remote, now: Instant(nanoseconds: 0))
        for microseconds in [4, 400, 4_000_000, 3_600_000_000] {
            let later = generator.number(
                local: local, remote: remote, now: Instant() + .microseconds(microseconds))
            #expect(later.relative(to: first) == UInt32(truncatingIfNeeded: microseconds / 4))
        }
    }

    @Test("without the key nobody knows them: another key, another port, other numbers [MUST-9 SHLD-1]")
    func keyed() {
        var numbers: Set<UInt32> = []
        var ones = 0
        for port in 0..<1000 {
            let remote = Endpoint(address: remote.address, port: UInt16(port))
            for key in [UInt64(1), 2] {
                let number = ISNGenerator(KeyedHash(key, 9)).number(local: local, remote: remote, now: Instant())
                numbers.insert(number.rawValue)
                ones += number.rawValue.nonzeroBitCount
            }
        }
        #expect(numbers.count >= 1999, "2000 numbers of 32 bits hardly ever meet")
        #expect(abs(Double(ones) / 2000 - 16) < 0.5, "half of the bits are set")
    }

    @Test("the keyed function is SipHash-2-4: the vector of its authors for a message of 8 octets")
    func siphash() {
        // Key 00..0f, message 00..07.
        let hash = KeyedHash(0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)
        #expect(hash(0x0706_0504_0302_0100) == 0x93f5_f579_9a93_2462)
    }
}
