import TCPState
import TCPStack
import TCPWire
import Testing

@Suite("Keep-alive and user time-out (RFC 9293 3.8.4 and 3.10.8)")
struct TimerTests {
    @Test("no keep-alive unless the program asks [MUST-24 MUST-25 MAY-5]")
    func off() {
        var talk = Transcript.served()
        talk.isSilent(.seconds(5 * 86_400))
        #expect(talk.state == .established)
    }

    @Test("keep-alive after two hours, without text, and one lost ACK is not the end [MUST-24 MUST-28 MUST-29 SHLD-12]")
    func keepAlive() {
        var talk = Transcript.served()
        talk.sets { $0.keepAlive.isEnabled = true }
        talk.isSilent(.seconds(7199))
        talk.waits(atMost: .seconds(2), for: ". 0:0(0) ack 1")
        // The first one's answer is lost.
        talk.waits(atMost: .seconds(80), for: ". 0:0(0) ack 1")
        talk.takes(". 1:1(0) ack 1 win 60000")
        talk.isSilent(.seconds(7100))
        #expect(talk.state == .established)
        talk.waits(atMost: .seconds(200), for: ". 0:0(0) ack 1")
        talk.wait(.seconds(75 * 10))
        #expect(talk.readError() == .timedOut)
        #expect(talk.sent.last?.packet.transmission == .reset)
    }

    @Test("the time is the program's, and counts from the last segment [MUST-26 MUST-27]")
    func interval() {
        var talk = Transcript.served {
            $0.keepAlive.isEnabled = true
            $0.keepAlive.idle = .seconds(60)
            $0.keepAlive.interval = .seconds(10)
            $0.keepAlive.limit = 2
        }
        talk.wait(.seconds(50))
        talk.takes("P. 1:11(10) ack 1 win 60000")
        talk.gives(". 1:1(0) ack 11")
        talk.isSilent(.seconds(59))
        talk.waits(atMost: .seconds(2), for: ". 0:0(0) ack 11")
        talk.waits(atMost: .seconds(11), for: ". 0:0(0) ack 11")
        talk.waits(atMost: .seconds(11), for: "R. 1:1(0) ack 11")
    }

    @Test("none while data is unacknowledged [MUST-26]")
    func busy() {
        var talk = Transcript.served {
            $0.keepAlive.isEnabled = true
            $0.keepAlive.idle = .seconds(2)
        }
        talk.writes(10)
        talk.wait(.seconds(30))
        #expect(!talk.sent.contains { $0.packet.transmission == .keepAlive })
    }

    @Test("with one octet for peers that need it [MAY-6]")
    func octet() {
        var talk = Transcript.served {
            $0.keepAlive.isEnabled = true
            $0.keepAlive.sendsOctet = true
        }
        talk.waits(atMost: .seconds(7300), for: ". 0:1(1) ack 1")
    }

    @Test(
        "user time-out: only after it, RST to what comes later [MUST-21] (TestTCPUserTimeout)",
        arguments: [true, false], [true, false])
    func userTimeout(isFinish: Bool, isAnswered: Bool) {
        var talk = Transcript.served { $0.userTimeout = .seconds(10) }
        if isFinish { talk.shutsDown() } else { talk.writes(10) }
        talk.wait(.seconds(9))
        let ack = isFinish ? 2 : 11
        talk.sent = []
        if isAnswered {
            talk.takes(". 1:1(0) ack \(ack) win 60000")
            talk.wait(.seconds(20))
            #expect(talk.state == (isFinish ? .finWait2 : .established))
            talk.givesNothing()
        } else {
            talk.wait(.seconds(2))
            talk.sent = []
            talk.takes(". 1:1(0) ack \(ack) win 60000")
            talk.gives("R \(ack):\(ack)(0)")
        }
    }

    @Test("idle, the user time-out does not run")
    func idle() {
        var talk = Transcript.served { $0.userTimeout = .seconds(1) }
        talk.isSilent(.seconds(1000))
        #expect(talk.state == .established)
    }
}

@Suite("Urgent data (RFC 9293 3.8.5)")
struct UrgentTests {
    @Test("the program is told of urgent data, and how much there is (smoltcp: none) [MUST-30 MUST-32 MUST-33 MUST-62]")
    func told() {
        var talk = Transcript.served()
        talk.records = []
        talk.takes("UP. 1:11(10) ack 1 win 60000 urg 10")
        #expect(talk.actions().contains(.urgent(octets: 10)))
        #expect(talk.host.readiness(talk.socket).contains(.urgent))
        #expect(talk.info?.urgentAhead == 10)
        talk.reads(4)
        #expect(talk.info?.urgentAhead == 6)
        talk.reads(6)
        #expect(talk.info?.urgentAhead == 0)
        #expect(!talk.host.readiness(talk.socket).contains(.urgent))
    }

    @Test("urgent data of any length, most of it not here yet [MUST-31]")
    func long() {
        var talk = Transcript.served()
        talk.takes("U. 1:11(10) ack 1 win 60000 urg 60000")
        #expect(talk.info?.urgentAhead == 60_000)
        talk.takes("U. 11:21(10) ack 1 win 60000 urg 65000")
        #expect(talk.info?.urgentAhead == 65_010)
        talk.takes("U. 21:31(10) ack 1 win 60000 urg 5")
        #expect(talk.info?.urgentAhead == 65_010, "the pointer does not go back")
    }

    @Test("sending: the pointer tells the first octet that is not urgent [MUST-30 MUST-62]")
    func send() {
        var talk = Transcript.served()
        talk.writes(3, urgent: true)
        talk.gives("PU. 1:4(3) ack 1 urg 3")
        talk.takes(". 1:1(0) ack 4 win 60000")
        talk.writes(5)
        talk.gives("P. 4:9(5) ack 1")
    }

    @Test("sending more urgent data than a segment holds [MUST-31]")
    func sendLong() {
        var talk = Transcript.served()
        talk.writes(2500, urgent: true)
        talk.gives("U. 1:1001(1000) ack 1 urg 2500")
        talk.gives("U. 1001:2001(1000) ack 1 urg 1500")
        talk.gives("PU. 2001:2501(500) ack 1 urg 500")
    }
}
