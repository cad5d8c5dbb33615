import TCPState
import TCPStack
import TCPWire
import Testing

@Suite("What is acceptable, and what an attacker cannot do (RFC 9293 3.10.7.4, RFC 5961)")
struct AcceptabilityTests {
    @Test("an RST in the window that is not exactly next is challenged (smoltcp: a reset) (02_inwindow_rst) [MAY-12]")
    func inWindowReset() {
        var talk = Transcript.served()
        talk.takes("R 100:100(0) win 0")
        talk.gives(". 1:1(0) ack 1")
        #expect(talk.reasons().contains(.resetNotExact))
        talk.writes(10)
        talk.gives("P. 1:11(10) ack 1")
        talk.takes("R 1:1(0) win 0")
        #expect(talk.state == .closed)
        #expect(talk.readError() == .connectionReset)
    }

    @Test("an RST outside the window is dropped in silence")
    func resetOutside() {
        var talk = Transcript.served()
        for number in [-5, 70_000] { talk.takes("R \(number):\(number)(0) win 0") }
        talk.givesNothing()
        #expect(talk.state == .established)
    }

    @Test("an RST may carry text [SHLD-2]")
    func resetWithText() {
        var talk = Transcript.served()
        talk.takes("R. 1:21(20) ack 1 win 0")
        talk.givesNothing()
        #expect(talk.state == .closed)
    }

    @Test(
        "a SYN in an open connection is challenged, wherever it lies (smoltcp: no answer) (03_inwindow_syn)",
        arguments: [-100, 0, 50, 70_000])
    func inWindowSYN(number: Int) {
        var talk = Transcript.served()
        talk.takes("S \(number):\(number)(0) win 100")
        talk.gives(". 1:1(0) ack 1")
        talk.writes(10)
        talk.gives("P. 1:11(10) ack 1")
        #expect(talk.state == .established)
    }

    @Test("an ACK of what was never sent is answered, its text is not taken (08_ack_beyond_snd_nxt)")
    func acknowledgmentBeyond() {
        var talk = Transcript.served()
        talk.takes("P. 1:6(5) ack 5000 win 60000")
        talk.gives(". 1:1(0) ack 1")
        #expect(talk.readError() == .wouldBlock)
    }

    @Test("text with an old ACK is taken (smoltcp: dropped) (01_old_ack_data)")
    func oldAcknowledgment() {
        var talk = Transcript.served()
        talk.writes(100)
        talk.gives("P. 1:101(100) ack 1")
        talk.takes(". 1:1(0) ack 101 win 60000")
        talk.takes("P. 1:6(5) ack 51 win 60000")
        talk.gives(". 101:101(0) ack 6")
        #expect(talk.reads().count == 5)
    }

    @Test("text with an ACK older than the largest window is not taken (RFC 5961 5.2) [MAY-12]")
    func ancientAcknowledgment() {
        var talk = Transcript.served(window: 1000)
        for start in [1, 1001, 2001] {
            talk.writes(1000)
            talk.gives("P. \(start):\(start + 1000)(1000) ack 1")
            talk.takes(". 1:1(0) ack \(start + 1000) win 1000")
        }
        talk.takes("P. 1:6(5) ack 1500 win 1000")
        talk.gives(". 3001:3001(0) ack 1")
        #expect(talk.readError() == .wouldBlock)
        #expect(talk.reasons().contains(.acknowledgmentTooOld))
    }

    @Test("a segment without ACK is dropped")
    func noAcknowledgment() {
        var talk = Transcript.served()
        talk.takes("- 1:6(5) win 60000")
        talk.givesNothing()
        #expect(talk.readError() == .wouldBlock)
    }

    /// Number, letters, length: offsets from the window's end.
    @Test(
        "outside the window: answered once, then only what carries text (TestTCPOutsideTheWindow)",
        arguments: ["S", "S.", ".", "F.", "P."], [0, 1, 2])
    func outside(letters: String, offset: Int) throws {
        var talk = Transcript.served { $0.receiveBuffer = 60_000 }
        let info = try #require(talk.info)
        let edge = 1 + Int(info.receiveWindow) + offset
        let count = letters == "P." ? 5 : 0
        talk.takes("\(letters) \(edge):\(edge + count)(\(count)) ack 1 win 60000")
        talk.gives(". 1:1(0) ack 1")
        talk.takes("\(letters) \(edge):\(edge + count)(\(count)) ack 1 win 60000")
        if letters == "P." || letters == "F." {
            talk.gives(". 1:1(0) ack 1")
        } else {
            talk.givesNothing()
            #expect(talk.reasons().contains(.challengeLimited))
        }
        #expect(talk.state == .established)
        talk.wait(.milliseconds(500))
        talk.takes("\(letters) \(edge):\(edge + count)(\(count)) ack 1 win 60000")
        talk.gives(". 1:1(0) ack 1")
    }

    @Test("the same in CLOSING (TestAckOTWSeqInClosing)", arguments: ["S", "S.", ".", "F.", "P."], [0, 1, 2])
    func outsideInClosing(letters: String, offset: Int) throws {
        var talk = Transcript.served()
        talk.shutsDown()
        talk.gives("F. 1:1(0) ack 1")
        talk.takes("F. 1:1(0) ack 1 win 60000")
        talk.gives(". 2:2(0) ack 2")
        #expect(talk.state == .closing)
        let info = try #require(talk.info)
        let edge = 2 + Int(info.receiveWindow) + offset
        let count = letters == "P." ? 5 : 0
        talk.takes("\(letters) \(edge):\(edge + count)(\(count)) ack 1 win 60000")
        talk.gives(". 2:2(0) ack 2")
        #expect(talk.state == .closing)
        talk.takes(". 2:2(0) ack 2 win 60000")
        #expect(talk.state == .timeWait)
    }

    @Test(
        "ESTABLISHED: an unacceptable ACK or number changes nothing (TestEstablishedUnaccSeqAck)",
        arguments: [1, 2, 60])
    func establishedUnacceptable(offset: Int) {
        var talk = Transcript.served()
        talk.takes(". 1:1(0) ack \(1 + offset) win 60000")
        talk.gives(". 1:1(0) ack 1")
        #expect(talk.state == .established)
        talk.takes("P. 1:11(10) ack 1 win 60000")
        talk.gives(". 1:1(0) ack 11")
    }

    @Test("CLOSE-WAIT: the same, then an RST to what comes when all is over (TestPassiveCloseUnaccSeqAck)")
    func closeWaitUnacceptable() {
        var talk = Transcript.served()
        talk.takes("F. 1:1(0) ack 1 win 60000")
        talk.gives(". 1:1(0) ack 2")
        #expect(talk.state == .closeWait)
        talk.takes(". 2:2(0) ack 3 win 60000")
        talk.gives(". 1:1(0) ack 2")
        talk.wait(.seconds(1))
        talk.takes("P. 70000:70005(5) ack 1 win 60000")
        talk.gives(". 1:1(0) ack 2")
        #expect(talk.state == .closeWait)
        talk.closes()
        talk.gives("F. 1:1(0) ack 2")
        talk.takes(". 2:2(0) ack 2 win 60000")
        #expect(talk.state == .closed)
        talk.takes(". 2:2(0) ack 2 win 60000")
        talk.gives("R 2:2(0)")
    }

    @Test("FIN-WAIT-2 and TIME-WAIT: the same (TestActiveCloseUnaccpSeqAck)")
    func activeUnacceptable() {
        var talk = Transcript.served()
        talk.shutsDown()
        talk.gives("F. 1:1(0) ack 1")
        talk.takes(". 1:1(0) ack 2 win 60000")
        #expect(talk.state == .finWait2)
        talk.takes(". 1:1(0) ack 3 win 60000")
        talk.gives(". 2:2(0) ack 1")
        #expect(talk.state == .finWait2)
        talk.takes("F. 1:1(0) ack 2 win 60000")
        talk.gives(". 2:2(0) ack 2")
        #expect(talk.state == .timeWait)
        talk.wait(.seconds(1))
        talk.takes(". 2:2(0) ack 3 win 60000")
        talk.gives(". 2:2(0) ack 2")
        #expect(talk.state == .timeWait)
    }

    @Test("CLOSING: the same (TestSimultaneousCloseUnaccSeqAck)", arguments: [3, 4])
    func closingUnacceptable(ack: Int) {
        var talk = Transcript.served()
        talk.shutsDown()
        talk.gives("F. 1:1(0) ack 1")
        talk.takes("F. 1:1(0) ack 1 win 60000")
        talk.gives(". 2:2(0) ack 2")
        talk.takes(". 2:2(0) ack \(ack) win 60000")
        talk.gives(". 2:2(0) ack 2")
        #expect(talk.state == .closing)
    }

    @Test("an older segment cannot change the window: SND.WL1 and SND.WL2 (smoltcp: it shrinks)")
    func olderWindow() {
        var talk = Transcript.served(window: 5000)
        talk.takes("P. 1:11(10) ack 1 win 5000")
        talk.gives(". 1:1(0) ack 11")
        talk.takes(". 11:11(0) ack 1 win 4000")
        #expect(talk.info?.sendWindow == 4000)
        talk.takes("P. 6:21(15) ack 1 win 100")
        #expect(talk.info?.sendWindow == 4000)
    }

    @Test("RST and URG are looked at though the window is closed [MUST-66]")
    func closedWindow() {
        var talk = Transcript.served { $0.receiveBuffer = 2000 }
        talk.takes("P. 1:1001(1000) ack 1 win 60000")
        talk.takes("P. 1001:2001(1000) ack 1 win 60000")
        talk.sent = []
        #expect(talk.info?.receiveWindow == 0)
        talk.takes("U. 2001:2002(1) ack 1 win 60000 urg 1")
        #expect(talk.info?.urgentAhead == 2001)
        talk.gives(". 1:1(0) ack 2001 win 0")
        talk.writes(10)
        talk.gives("P. 1:11(10) ack 2001")
        talk.takes(". 2001:2001(0) ack 11 win 60000")
        #expect(talk.info?.unacknowledged == 0, "and so is an ACK")
        talk.takes("R 2001:2001(0) win 0")
        #expect(talk.state == .closed)
    }
}
