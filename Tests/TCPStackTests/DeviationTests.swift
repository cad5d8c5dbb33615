import TCPStack
import TCPState
import TCPWire
import Testing

@Suite("TS.Recent is moved only by what is known to be the other end's (RFC 7323 4.3)")
struct RecentTimestampTests {
    @Test(
        "a segment that is not taken does not set the clock by which later ones are judged",
        arguments: [
            ". 1:1(0) ack 9999 win 60000 <TS 200000 1>", "S 1:1(0) win 60000 <TS 200000 1>",
            "S. 1:1(0) ack 1 win 60000 <TS 200000 1>", "- 1:1(0) win 60000 <TS 200000 1>",
            "- 1:11(10) win 60000 <TS 200000 1>",
        ])
    func poisoned(_ guess: String) {
        var talk = Transcript.served(
            syn: "<mss 1000,sackOK,TS 100 0>", ack: "<TS 200 1>")
        talk.takes(guess)
        talk.sent = []
        talk.takes("P. 1:11(10) ack 1 win 60000 <TS 201 1>")
        talk.gives(". 1:1(0) ack 11")
        #expect(talk.reads().count == 10)
    }

    @Test("one that is taken does, and older ones are refused from then on (PAWS)")
    func moved() {
        var talk = Transcript.served(
            syn: "<mss 1000,sackOK,TS 100 0>", ack: "<TS 200 1>")
        talk.takes("P. 1:11(10) ack 1 win 60000 <TS 300 1>")
        talk.gives(". 1:1(0) ack 11")
        talk.takes("P. 11:21(10) ack 1 win 60000 <TS 250 1>")
        talk.gives(". 1:1(0) ack 11")
        #expect(talk.reasons().contains(.oldTimestamp))
    }
}

@Suite("The tail-loss probe, as RFC 8985 7 has it")
struct LossProbeTests {
    /// One segment under way on a round trip of 20 ms, where the probe would come after the RTO.
    static func lastSegment(synAck: String = "<mss 1000,sackOK>") -> Transcript {
        var talk = Transcript { $0.congestionControl = .reno }
        talk.connects()
        talk.gives("S 0:0(0)")
        talk.wait(.milliseconds(20))
        talk.takes("S. 0:0(0) ack 1 win 60000 \(synAck)")
        talk.gives(". 1:1(0) ack 1")
        talk.writes(100)
        talk.gives("P. 1:101(100) ack 1")
        return talk
    }

    @Test("7.2: where the RTO would run out first, the probe goes in its place, and costs nothing")
    func capped() throws {
        var talk = Self.lastSegment()
        let before = talk.info
        let rto = try #require(before?.retransmissionTimeout)
        let took = talk.waits(atMost: .seconds(1), for: "P. 1:101(100) ack 1")
        #expect(took == rto, "2 SRTT and 200 ms would have been later")
        #expect(talk.reasons().contains(.lossProbe))
        #expect(talk.info?.phase == .open)
        #expect(talk.info?.congestionWindow == before?.congestionWindow)
        #expect(talk.info?.counters.timeouts == 0)
        // The RTO begins anew behind the probe (7.3).
        talk.isSilent(rto - .milliseconds(1))
        talk.waits(atMost: .milliseconds(2), for: "P. 1:101(100) ack 1")
        #expect(talk.info?.phase == .loss)
    }

    @Test("7.2: without a round trip measured the probe comes after a second, or with the RTO")
    func unmeasured() {
        var talk = Transcript()
        talk.connects()
        talk.gives("S 0:0(0)")
        talk.waits(atMost: .seconds(2), for: "S 0:0(0)")
        talk.takes("S. 0:0(0) ack 1 win 60000 <mss 1000,sackOK>")
        talk.gives(". 1:1(0) ack 1")
        talk.writes(1500)
        talk.gives(". 1:1001(1000) ack 1")
        talk.sent = []
        talk.wait(.milliseconds(999))
        #expect(talk.sent.isEmpty)
        talk.waits(atMost: .milliseconds(2), for: "P. 1001:1501(500) ack 1")
        #expect(talk.reasons().contains(.lossProbe))
    }

    /// What the window is after these ACKs of a probe.
    static func window(after acks: [String], synAck: String = "<mss 1000,sackOK>") -> (UInt32, [Rule]) {
        var talk = lastSegment(synAck: synAck)
        talk.waits(atMost: .seconds(1), for: "P. 1:101(100) ack 1")
        talk.writes(100)
        talk.records = []
        for ack in acks { talk.takes(ack) }
        return (talk.info?.congestionWindow ?? 0, talk.reasons())
    }

    @Test("7.4.2: an ACK of the probe's end says nothing of a loss yet")
    func atEnd() {
        let (window, reasons) = Self.window(after: [". 1:1(0) ack 101 win 60000"])
        #expect(window >= 10_000)
        #expect(!reasons.contains(.probeFilledHole))
    }

    @Test(
        "7.4.2: a DSACK, or a second ACK, shows that both copies arrived",
        arguments: [
            [". 1:1(0) ack 101 win 60000 <sack 1:101>"],
            [". 1:1(0) ack 101 win 60000", ". 1:1(0) ack 101 win 60000 <sack 1:101>"],
            [". 1:1(0) ack 101 win 60000", ". 1:1(0) ack 101 win 60000"],
        ])
    func bothArrived(_ acks: [String]) {
        let (window, reasons) = Self.window(after: acks + [". 1:1(0) ack 201 win 60000"])
        #expect(window >= 10_000)
        #expect(!reasons.contains(.probeFilledHole))
    }

    @Test("7.4.2: more acknowledged, and no sign of the original: the probe has filled a hole")
    func filledHole() {
        let (window, reasons) = Self.window(after: [". 1:1(0) ack 101 win 60000", ". 1:1(0) ack 201 win 60000"])
        #expect(window < 10_000)
        #expect(reasons.contains(.probeFilledHole))
        #expect(Rule.probeFilledHole.section == "7.4.2")
    }
}

@Suite("What DSACKs teach the sender (RFC 8985 6.2 step 4)")
struct ReorderingWindowTests {
    @Test("the window that a DSACK has widened is forgotten after sixteen recoveries without one")
    func decays() {
        var talk = RecentAcknowledgmentTests.flight(10)
        talk.wait(.milliseconds(100))
        talk.takes(". 1:1(0) ack 10001 win 60000 <sack 1:1001>")
        var una = 10_001
        /// How long the sender waits for a segment that is overtaken; then all is acknowledged, and a recovery over.
        func patience() -> Interval {
            talk.writes(2000)
            talk.wait(.milliseconds(100))
            talk.sent = []
            talk.takes(". 1:1(0) ack \(una) win 60000 <sack \(una + 1000):\(una + 2000)>")
            let took = talk.waits(atMost: .seconds(1), for: ". \(una):\(una + 1000)(1000) ack 1")
            talk.wait(.milliseconds(100))
            una += 2000
            talk.takes(". 1:1(0) ack \(una) win 60000")
            talk.sent = []
            return took
        }
        for recovery in 1...16 { #expect(patience() == .milliseconds(50), "recovery \(recovery)") }
        #expect(patience() == .milliseconds(25))
    }
}

@Suite("No undo where the ACKs may have been lost (RFC 3522 3.2 step 5)")
struct NeedlessTimeoutTests {
    @Test(
        "the first ACK answers what was sent before the time-out: undone, unless it acknowledges all or reports a duplicate",
        arguments: [
            ("ack 989", "", true), ("ack 2001", "", false), ("ack 989", ",sack 1:989", false),
            ("ack 2001", ",sack 1:989", false),
        ])
    func undone(_ ack: String, _ report: String, _ isUndone: Bool) {
        var talk = Transcript { $0.usesLossProbe = false }
        talk.connects()
        talk.gives("S 0:0(0)")
        talk.wait(.milliseconds(100))
        talk.takes("S. 0:0(0) ack 1 win 60000 <mss 1000,sackOK,TS 1 1>")
        talk.gives(". 1:1(0) ack 1")
        talk.writes(2000)
        let original = talk.sent.first?.packet.segment?.options.timestamps?.value ?? 0
        let before = talk.info?.congestionWindow
        talk.sent = []
        talk.waits(atMost: .seconds(1), for: ". 1:989(988) ack 1")
        #expect(talk.info?.phase == .loss)
        talk.records = []
        talk.takes(". 1:1(0) \(ack) win 60000 <TS 2 \(original)\(report)>")
        #expect(talk.reasons().contains(.spuriousTimeout) == isUndone)
        #expect((talk.info?.counters.spuriousTimeouts == 1) == isUndone)
        if isUndone { #expect(talk.info?.congestionWindow == before) }
    }
}

@Suite("TIME-WAIT answers what shows that the other end does not know (RFC 9293 3.10.7.4 fifth and eighth)")
struct TimeWaitTests {
    static func waiting() -> Transcript {
        var talk = Transcript.served()
        talk.shutsDown()
        talk.gives("F. 1:1(0) ack 1")
        talk.takes("F. 1:1(0) ack 2 win 60000")
        talk.gives(". 2:2(0) ack 2")
        #expect(talk.state == .timeWait)
        return talk
    }

    @Test(
        "a FIN, also behind what is expected, and an ACK from farther on are acknowledged; the wait begins anew",
        arguments: [
            ("F. 2:2(0) ack 2 win 60000", Rule.finAgainInTimeWait), ("F. 1:1(0) ack 2 win 60000", .finAgainInTimeWait),
            (". 30000:30000(0) ack 2 win 60000", .segmentInTimeWait),
            ("P. 2:12(10) ack 2 win 60000", .segmentInTimeWait),
        ])
    func answered(_ segment: String, _ rule: Rule) {
        var talk = Self.waiting()
        talk.wait(.seconds(50))
        talk.records = []
        talk.takes(segment)
        talk.gives(". 2:2(0) ack 2")
        #expect(talk.reasons().contains(rule))
        talk.wait(.seconds(59))
        #expect(talk.state == .timeWait)
        talk.wait(.seconds(2))
        #expect(talk.state != .timeWait)
    }

    @Test("an ACK that knows everything is not answered, or two ends in TIME-WAIT would never stop")
    func unanswered() {
        var talk = Self.waiting()
        talk.takes(". 2:2(0) ack 2 win 60000")
        talk.givesNothing()
        #expect(talk.state == .timeWait)
    }
}

@Suite("Slow start goes on while the program fills the window (RFC 7661)")
struct WindowUsageTests {
    @Test("a burst that is acknowledged piece by piece grows the window with every piece")
    func piecewise() throws {
        var talk = Transcript.connected { $0.congestionControl = .reno }
        talk.writes(10_000)
        talk.sent = []
        for ack in stride(from: 1001, through: 10_001, by: 1000) { talk.takes(". 1:1(0) ack \(ack) win 60000") }
        #expect(try #require(talk.info?.congestionWindow) == 20_000)
    }

    @Test("a program that sends little does not grow it")
    func little() throws {
        var talk = Transcript.connected { $0.congestionControl = .reno }
        for ack in stride(from: 1001, through: 30_001, by: 1000) {
            talk.writes(1000)
            talk.takes(". 1:1(0) ack \(ack) win 60000")
        }
        #expect(try #require(talk.info?.congestionWindow) <= 11_000)
    }
}

@Suite("A fast recovery that repaired nothing is undone (RFC 3708 3)")
struct NeedlessRecoveryTests {
    /// Ten segments under way, the first overtaken by four others, and sent again.
    static func recovering() -> Transcript {
        var talk = Transcript { $0.congestionControl = .reno }
        talk.connects()
        talk.gives("S 0:0(0)")
        talk.wait(.milliseconds(100))
        talk.takes("S. 0:0(0) ack 1 win 60000 <mss 1000,sackOK>")
        talk.gives(". 1:1(0) ack 1")
        talk.writes(10_000)
        talk.sent = []
        talk.wait(.milliseconds(100))
        talk.takes(". 1:1(0) ack 1 win 60000 <sack 1001:5001>")
        talk.gives(". 1:1001(1000) ack 1")
        #expect(talk.info?.phase == .recovery)
        return talk
    }

    @Test("a DSACK for the only retransmission: the window is what it was", arguments: [5001, 10_001])
    func undone(_ ack: Int) {
        var talk = Self.recovering()
        talk.wait(.milliseconds(10))
        talk.takes(". 1:1(0) ack 5001 win 60000")
        if ack > 5001 { talk.takes(". 1:1(0) ack \(ack) win 60000") }
        #expect(talk.info?.congestionThreshold == 5000)
        talk.takes(". 1:1(0) ack \(ack) win 60000 <sack 1:1001>")
        #expect(talk.info?.phase == .open)
        #expect(talk.reasons().contains(.needlessRecovery))
        #expect(talk.info?.congestionWindow ?? 0 >= 10_000)
        #expect(talk.info?.congestionThreshold == .max)
    }

    @Test("without one it stays reduced")
    func kept() {
        var talk = Self.recovering()
        talk.wait(.milliseconds(100))
        talk.takes(". 1:1(0) ack 10001 win 60000")
        #expect(!talk.reasons().contains(.needlessRecovery))
        #expect(talk.info?.congestionWindow == 5000)
    }
}
