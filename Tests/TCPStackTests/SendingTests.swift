import TCPState
import TCPStack
import TCPWire
import Testing

@Suite("Sending data (RFC 9293 3.7 and 3.9.1.2)")
struct SendingTests {
    @Test("without an MSS option: 536 over IPv4, 1220 over IPv6 [MUST-15]", arguments: [false, true])
    func defaultSegmentSize(isIPv6: Bool) {
        var talk = Transcript.served(isIPv6: isIPv6, syn: "")
        talk.writes(3000)
        let size = isIPv6 ? 1220 : 536
        talk.gives(". 1:\(1 + size)(\(size)) ack 1")
    }

    @Test("the segment size leaves room for options, and for the path [MUST-16 SHLD-28]")
    func effectiveSize() {
        var talk = Transcript.served(syn: "<mss 1460,TS 5 0>", ack: "<TS 5 0>")
        talk.writes(3000)
        talk.gives(". 1:1449(1448) ack 1 <TS>")
        var narrow = Transcript.served(syn: "<mss 9000>", host: { $0.mtu = 1500 })
        narrow.writes(3000)
        narrow.gives(". 1:1461(1460) ack 1")
    }

    @Test(
        "MSS goes only with a SYN, and tells what the interface takes [MUST-65 MUST-67 SHLD-5 SHLD-6]",
        arguments: [576, 1280, 1500, 9000])
    func announced(mtu: Int) {
        for isIPv6 in [false, true] where mtu >= 1280 || !isIPv6 {
            var talk = Transcript(isIPv6: isIPv6, host: { $0.mtu = mtu })
            talk.connects()
            talk.gives("S 0:0(0) <mss \(mtu - (isIPv6 ? 60 : 40))>")
            talk.takes("S. 0:0(0) ack 1 win 60000 <mss 500>")
            talk.gives(". 1:1(0) ack 1 <none>")
            talk.writes(10)
            talk.gives("P. 1:11(10) ack 1 <none>")
        }
    }

    @Test("PSH goes with what empties the queue, and with nothing before [MUST-60 MUST-61 SHLD-27 MAY-16]")
    func push() {
        var talk = Transcript.served()
        talk.writes(2500)
        talk.gives(". 1:1001(1000) ack 1")
        talk.gives(". 1001:2001(1000) ack 1")
        talk.gives("P. 2001:2501(500) ack 1")
    }

    @Test("a small segment waits while another one is unacknowledged: Nagle [SHLD-7]")
    func nagle() {
        var talk = Transcript.served()
        talk.writes(100)
        talk.gives("P. 1:101(100) ack 1")
        talk.writes(100)
        talk.writes(100)
        talk.givesNothing()
        talk.takes(". 1:1(0) ack 101 win 60000")
        talk.gives("P. 101:301(200) ack 1")
    }

    @Test("RFC 896's own rule holds back while anything is unacknowledged [SHLD-7]")
    func plainNagle() {
        var talk = Transcript.served { $0.nagle = .whileUnacknowledged }
        talk.writes(1500)
        talk.gives(". 1:1001(1000) ack 1")
        talk.givesNothing()
        talk.takes(". 1:1(0) ack 1001 win 60000")
        talk.gives("P. 1001:1501(500) ack 1")
    }

    @Test("a program can switch Nagle off [MUST-17]")
    func noDelay() {
        var talk = Transcript.served { $0.nagle = .off }
        for place in 0..<3 {
            talk.writes(100)
            talk.gives("P. \(1 + place * 100):\(101 + place * 100)(100) ack 1")
        }
    }

    @Test("a corked connection sends full segments only, for a while (TestTCPCorkMSS)")
    func cork() {
        var talk = Transcript.served { $0.cork = true }
        talk.writes(600)
        talk.writes(600)
        talk.gives(". 1:1001(1000) ack 1")
        talk.givesNothing()
        talk.sets { $0.cork = false }
        talk.gives("P. 1001:1201(200) ack 1")
    }

    @Test("the window of the handshake's last ACK is obeyed (TestTCPHandshakeWindowSize)")
    func handshakeWindow() {
        var talk = Transcript()
        talk.listens()
        talk.takes("S 0:0(0) win 60000 <mss 1000>")
        talk.gives("S. 0:0(0) ack 1")
        talk.takes(". 1:1(0) ack 1 win 1500")
        talk.accepts()
        talk.writes(3000)
        talk.gives(". 1:1001(1000) ack 1")
        talk.isSilent(.milliseconds(100))
    }

    @Test("a window beyond 2^15 and a scaled one beyond 2^16 are numbers without sign [MUST-1 REC-1]")
    func largeWindow() {
        var talk = Transcript.served(window: 65_535, syn: "<mss 1000,wscale 14>") { $0.initialWindow = 1000 }
        talk.takes(". 1:1(0) ack 1 win 65535")
        #expect(talk.info?.sendWindow == 65_535 << 14)
        talk.writes(90_000)
        #expect(talk.sent.count == 90)
    }

    @Test("segments near the window: as much as fits, the rest waits (TestSendWindowSizesPiggyback) [MUST-38]")
    func nearWindow() {
        for (window, first) in [(1000, 1000), (1500, 1000), (600, 600)] {
            var talk = Transcript.served(window: window)
            talk.takes("P. 1:11(10) ack 1 win \(window)")
            talk.sent = []
            talk.writes(1200)
            let sent = talk.sent.compactMap { $0.packet.segment?.payload.count }
            #expect(sent.first == first, "window \(window): \(sent)")
            #expect(sent.reduce(0, +) <= window)
            #expect(talk.sent.first?.packet.segment?.acknowledgment.relative(to: .init(talk.theirStart)) == 11)
        }
    }

    @Test("no silly segments: a window opened by little is not filled by little (smoltcp: it is) [MUST-38]")
    func sillyWindow() {
        var talk = Transcript.served(window: 1000)
        talk.writes(5000)
        talk.gives(". 1:1001(1000) ack 1")
        talk.takes(". 1:1(0) ack 1001 win 100")
        talk.isSilent(.milliseconds(150))
        talk.takes(". 1:1(0) ack 1001 win 600")
        talk.gives(". 1001:1601(600) ack 1")
        #expect(talk.reasons().contains(.halfWindow))
    }

    @Test("small data goes in the end, whatever the window: the override time-out [MUST-38]")
    func override() {
        var talk = Transcript.served(window: 1000)
        talk.writes(5000)
        talk.gives(". 1:1001(1000) ack 1")
        talk.takes(". 1:1(0) ack 1001 win 100")
        talk.waits(atMost: .seconds(2), for: "P. 1001:1101(100) ack 1")
    }

    @Test("DSCP and time to live are the program's choice, also later [MUST-48 MUST-49 SHLD-21 SHLD-22]")
    func fields() {
        var talk = Transcript.served {
            $0.trafficClass = 0xb8
            $0.hopLimit = 9
        }
        talk.writes(1)
        talk.gives("P. 1:2(1) ack 1 tos 184 ttl 9")
        talk.sets { $0.trafficClass = 0x28 }
        talk.takes(". 1:1(0) ack 2 win 60000")
        talk.writes(1)
        talk.gives("P. 2:3(1) ack 1 tos 40 ttl 9")
    }

    @Test("without options that were not offered, none are sent; a SYN's answer offers no more than the SYN [MUST-4]")
    func noOptions() {
        var talk = Transcript()
        talk.listens()
        talk.takes("S 0:0(0) win 60000")
        talk.gives("S. 0:0(0) ack 1 <mss 1460,nosack>")
    }
}
