import TCPState
import TCPStack
import TCPWire
import Testing

@Suite("Closing connections (RFC 9293 3.6)")
struct ClosingTests {
    @Test("an active close: FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT for 2 MSL [MUST-13] (TestTCPLingerOff)")
    func active() {
        var talk = Transcript.served()
        talk.closes()
        talk.gives("F. 1:1(0) ack 1")
        #expect(talk.state == .finWait1)
        talk.takes(". 1:1(0) ack 2 win 60000")
        #expect(talk.state == .finWait2)
        talk.takes("F. 1:1(0) ack 2 win 60000")
        talk.gives(". 2:2(0) ack 2")
        #expect(talk.state == .timeWait)
        talk.wait(.seconds(59))
        #expect(talk.state == .timeWait)
        talk.wait(.seconds(2))
        #expect(talk.host.connectionCount == 0)
    }

    @Test("2 MSL are counted anew when the FIN comes again [MUST-13]")
    func finAgain() {
        var talk = Transcript.served { $0.maximumSegmentLifetime = .seconds(120) }
        talk.closes()
        talk.gives("F. 1:1(0) ack 1")
        talk.takes("F. 1:1(0) ack 2 win 60000")
        talk.gives(". 2:2(0) ack 2")
        talk.wait(.seconds(200))
        talk.takes("F. 1:1(0) ack 2 win 60000")
        talk.gives(". 2:2(0) ack 2")
        talk.wait(.seconds(239))
        #expect(talk.state == .timeWait)
        talk.wait(.seconds(2))
        #expect(talk.host.connectionCount == 0)
    }

    @Test("a passive close: CLOSE-WAIT, LAST-ACK, CLOSED; half-closed, data still flows")
    func passive() {
        var talk = Transcript.served()
        talk.takes("F. 1:1(0) ack 1 win 60000")
        talk.gives(". 1:1(0) ack 2")
        #expect(talk.reads().isEmpty)
        talk.writes(10)
        talk.gives("P. 1:11(10) ack 2")
        talk.takes(". 2:2(0) ack 11 win 60000")
        talk.closes()
        talk.gives("F. 11:11(0) ack 2")
        #expect(talk.state == .lastAck)
        talk.takes(". 2:2(0) ack 12 win 60000")
        #expect(talk.host.connectionCount == 0)
    }

    @Test("both close at once: CLOSING, TIME-WAIT; a close in three segments goes by FIN-WAIT-1 to TIME-WAIT")
    func simultaneous() {
        var talk = Transcript.served()
        talk.closes()
        talk.gives("F. 1:1(0) ack 1")
        talk.takes("F. 1:1(0) ack 1 win 60000")
        talk.gives(". 2:2(0) ack 2")
        #expect(talk.state == .closing)
        talk.takes(". 2:2(0) ack 2 win 60000")
        #expect(talk.state == .timeWait)
    }

    @Test("the FIN is sent again in CLOSING (TestTCPClosingFinRetransmission)", arguments: [true, false])
    func finRetransmission(byClose: Bool) {
        var talk = Transcript.served()
        if byClose { talk.closes() } else { talk.shutsDown() }
        talk.gives("F. 1:1(0) ack 1")
        talk.takes("F. 1:1(0) ack 1 win 60000")
        talk.gives(". 2:2(0) ack 2")
        talk.waits(atMost: .seconds(2), for: "F. 1:1(0) ack 2")
        #expect(talk.state == .closing)
    }

    @Test(
        "data for a program that has closed is answered with an RST (smoltcp: none) (05_data_after_close) [SHLD-3 MAY-1]"
    )
    func dataAfterClose() {
        var talk = Transcript.served()
        talk.closes()
        talk.gives("F. 1:1(0) ack 1")
        talk.takes(". 1:1(0) ack 2 win 60000")
        talk.takes("P. 1:5(4) ack 2 win 60000")
        talk.gives("R 2:2(0)")
        #expect(talk.host.connectionCount == 0)
        talk.takes("P. 5:9(4) ack 2 win 60000")
        talk.gives("R 2:2(0)")
    }

    @Test("a close with octets unread is an abort [SHLD-3]")
    func unread() {
        var talk = Transcript.served()
        talk.takes("P. 1:11(10) ack 1 win 60000")
        talk.sent = []
        talk.closes()
        talk.gives("R. 1:1(0) ack 11")
        #expect(talk.reasons().contains(.unreadData))
    }

    @Test("linger 0: the close is an abort (TestTCPLingerZeroTimeout)")
    func lingerZero() {
        var talk = Transcript.served { $0.linger = .wait(.zero) }
        talk.closes()
        talk.gives("R. 1:1(0) ack 1")
        #expect(talk.host.connectionCount == 0)
    }

    @Test(
        "linger with a time: the program is told when the FIN is acknowledged (TestTCPLingerNonZeroTimeout, TestTCPLingerSendNonZeroTimeout)",
        arguments: [0, 100])
    func lingerTime(unsent: Int) throws {
        var talk = Transcript.served { $0.linger = .wait(.seconds(5)) }
        if unsent > 0 { talk.writes(unsent) }
        let closing = try talk.host.close(talk.socket, now: talk.now)
        let lingering = try #require(closing)
        #expect(lingering.time == .seconds(5))
        talk.poll()
        #expect(!talk.host.hasFinished(lingering))
        talk.takes(". 1:1(0) ack \(unsent + 2) win 60000")
        #expect(talk.host.hasFinished(lingering))
    }

    @Test("shutdown, then a close with linger 0: FIN, then RST (TestTCPLingerShutdownZeroTimeout)")
    func lingerShutdown() {
        var talk = Transcript.served { $0.linger = .wait(.zero) }
        talk.shutsDown()
        talk.gives("F. 1:1(0) ack 1")
        talk.closes()
        talk.gives("R. 2:2(0) ack 1")
    }

    @Test("shutdown with data unsent, then linger with a time (TestTCPLingerShutdownSendNonZeroTimeout)")
    func lingerShutdownSend() throws {
        var talk = Transcript.served { $0.linger = .wait(.seconds(3)) }
        talk.writes(10)
        talk.shutsDown()
        let closing = try talk.host.close(talk.socket, now: talk.now)
        let lingering = try #require(closing)
        talk.gives("P. 1:11(10) ack 1")
        talk.gives("F. 11:11(0) ack 1")
        talk.takes(". 1:1(0) ack 12 win 60000")
        #expect(talk.host.hasFinished(lingering))
    }

    @Test("linger on a socket that was never connected (TestTCPLingerNonEstablished)")
    func lingerIdle() throws {
        var talk = Transcript { $0.linger = .wait(.seconds(3)) }
        let socket = talk.host.open()
        let closing = try talk.host.close(socket, now: talk.now)
        #expect(closing == nil)
        talk.givesNothing()
    }

    @Test("FIN-WAIT-2 does not last for ever once the program has closed (smoltcp: for ever) (TestFinWait2Timeout)")
    func finWait2() {
        for seconds in [1, 60] {
            var talk = Transcript.served { $0.finWait2Timeout = .seconds(seconds) }
            talk.closes()
            talk.gives("F. 1:1(0) ack 1")
            talk.takes(". 1:1(0) ack 2 win 60000")
            #expect(talk.state == .finWait2)
            talk.wait(.seconds(5))
            // An ACK alone: text would be answered with an RST in any case.
            talk.takes(". 1:1(0) ack 2 win 60000")
            if seconds == 1 { talk.gives("R 2:2(0)") } else { talk.givesNothing() }
            #expect(talk.host.connectionCount == (seconds == 1 ? 0 : 1))
        }
        var half = Transcript.served { $0.finWait2Timeout = .seconds(1) }
        half.shutsDown()
        half.gives("F. 1:1(0) ack 1")
        half.takes(". 1:1(0) ack 2 win 60000")
        half.wait(.seconds(3600))
        #expect(half.state == .finWait2, "half-closed, the program still reads")
    }

    @Test("an RST in TIME-WAIT closes it if it is exactly next (TestTimeWaitReset)")
    func resetInTimeWait() {
        var talk = Transcript.served()
        talk.closes()
        talk.gives("F. 1:1(0) ack 1")
        talk.takes("F. 1:1(0) ack 2 win 60000")
        talk.gives(". 2:2(0) ack 2")
        talk.takes("R 3:3(0) win 0")
        #expect(talk.state == .timeWait)
        talk.takes("R 2:2(0) win 0")
        #expect(talk.host.connectionCount == 0)
    }

    @Test(
        "a newer SYN ends TIME-WAIT; an older one does not (RFC 6191; smoltcp: neither) [MAY-2 SHLD-4]",
        arguments: [true, false])
    func timeWaitReuse(timestamps: Bool) {
        let stamp = timestamps
        var talk = Transcript.served(
            syn: stamp ? "<mss 1000,TS 100 0>" : "<mss 1000>", ack: stamp ? "<TS 100 0>" : "")
        talk.closes()
        talk.gives("F. 1:1(0) ack 1")
        talk.takes("F. 1:1(0) ack 2 win 60000 \(stamp ? "<TS 101 0>" : "")")
        talk.gives(". 2:2(0) ack 2")
        let before = talk.ourStart
        talk.takes("S -50:-50(0) win 60000 \(stamp ? "<mss 1000,TS 90 0>" : "<mss 1000>")")
        talk.gives(". 2:2(0) ack 2")
        #expect(talk.state == .timeWait)
        talk.takes("S 5000:5000(0) win 60000 \(stamp ? "<mss 1000,TS 200 0>" : "<mss 1000>")")
        talk.gives("S. 0:0(0) ack 5001")
        if let before, let ours = talk.ourStart { #expect(Int32(bitPattern: ours &- before) > 2) }
        talk.takes(". 5001:5001(0) ack 1 win 60000 \(stamp ? "<TS 201 0>" : "")")
        #expect(talk.state == .established)
    }

    @Test("close and abort are told apart [MUST-12]")
    func errors() {
        var closed = Transcript.served()
        closed.takes("F. 1:1(0) ack 1 win 60000")
        #expect(closed.reads().isEmpty)
        #expect(closed.readError() == nil)
        var reset = Transcript.served()
        reset.takes("R 1:1(0) win 0")
        #expect(reset.readError() == .connectionReset)
        #expect(reset.writeError() == .brokenPipe)
        var aborted = Transcript.served()
        aborted.aborts()
        aborted.gives("R. 1:1(0) ack 1")
    }

    @Test("a close in SYN-RECEIVED waits for the connection to be open (RFC 9293 3.10.4)")
    func closeInSynReceived() throws {
        var talk = Transcript()
        talk.connects()
        talk.gives("S 0:0(0)")
        talk.takes("S 0:0(0) win 5840 <mss 1000>")
        talk.gives("S. 0:0(0) ack 1")
        talk.closes()
        talk.givesNothing()
        talk.takes(". 1:1(0) ack 1 win 5840")
        talk.gives("F. 1:1(0) ack 1")
    }

    @Test("what is written before the close is sent before the FIN, and the FIN is part of the last segment")
    func queued() {
        var talk = Transcript.served(window: 1000)
        talk.writes(1500)
        talk.closes()
        talk.gives(". 1:1001(1000) ack 1")
        talk.takes(". 1:1(0) ack 1001 win 1000")
        talk.gives("FP. 1001:1501(500) ack 1")
    }

    @Test("writing after the close of one's own direction fails, reading goes on")
    func halfClose() {
        var talk = Transcript.served()
        talk.shutsDown()
        talk.gives("F. 1:1(0) ack 1")
        #expect(talk.writeError() == .brokenPipe)
        talk.takes("P. 1:11(10) ack 2 win 60000")
        #expect(talk.reads().count == 10)
    }
}
