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

@Suite("What holds a sender up, as Linux counts it")
struct BusyTimesTests {
    @Test("a closed window, a full buffer, and the time for which anything was to be sent")
    func counted() throws {
        var talk = Transcript.served(window: 1000) { $0.sendBuffer = 3000 }
        func read(_ talk: Transcript) -> [Int64] {
            let times = talk.info?.busy.read(now: talk.now)
            return [times?.busy, times?.windowLimited, times?.bufferLimited].map { ($0?.microseconds ?? -1) / 1000 }
        }
        talk.wait(.milliseconds(50))
        #expect(read(talk) == [0, 0, 0])
        talk.writes(2000)
        talk.wait(.milliseconds(30))
        #expect(read(talk) == [30, 30, 0], "the window takes one segment of two")
        talk.takes(". 1:1(0) ack 1001 win 60000")
        talk.wait(.milliseconds(20))
        #expect(read(talk) == [50, 30, 0])
        talk.takes(". 1:1(0) ack 2001 win 60000")
        talk.wait(.milliseconds(40))
        #expect(read(talk) == [50, 30, 0])
        _ = try? talk.host.write(talk.socket, Transcript.text(5000), now: talk.now)
        talk.poll()
        talk.wait(.milliseconds(10))
        #expect(read(talk) == [60, 30, 10], "more was to be written than the buffer takes")
    }
}

@Suite("What a program says of how its octets go on")
struct SendHintTests {
    @Test("what is to be followed waits until it is, or is full, or has waited long enough (MSG_MORE)")
    func more() throws {
        var talk = Transcript.connected { $0.nagle = .off }
        #expect(try talk.host.write(talk.socket, Transcript.text(100), hints: .more, now: talk.now) == 100)
        talk.poll()
        talk.givesNothing()
        #expect(try talk.host.write(talk.socket, Transcript.text(1000), hints: .more, now: talk.now) == 1000)
        talk.poll()
        talk.gives(". 1:1001(1000) ack 1")
        talk.givesNothing()
        talk.writes(50)
        talk.gives("P. 1001:1151(150) ack 1")
        talk.takes(". 1:1(0) ack 1151 win 60000")
        #expect(try talk.host.write(talk.socket, Transcript.text(10), hints: .more, now: talk.now) == 10)
        talk.poll()
        talk.waits(atMost: .seconds(1), for: "P. 1151:1161(10) ack 1")
        #expect(talk.reasons().contains(.overrideTimeout))
    }

    @Test("no segment goes across the end of a record, also when it goes out again (MSG_EOR)")
    func records() throws {
        var talk = Transcript.connected { $0.usesLossProbe = false }
        talk.writes(10_000)
        talk.sent = []
        for _ in 0..<3 {
            #expect(try talk.host.write(talk.socket, Transcript.text(400), hints: .endOfRecord, now: talk.now) == 400)
        }
        talk.writes(300)
        talk.givesNothing()
        talk.takes(". 1:1(0) ack 10001 win 60000")
        for start in [10_001, 10_401, 10_801] { talk.gives("P. \(start):\(start + 400)(400) ack 1") }
        talk.takes(". 1:1(0) ack 10401 win 60000")
        talk.sent = []
        talk.waits(atMost: .seconds(2), for: ". 10401:10801(400) ack 1")
    }

    @Test("as much unsent as the program allows, and no more is taken (TCP_NOTSENT_LOWAT)")
    func unsent() {
        var talk = Transcript.connected { $0.unsentLowWater = 2000 }
        talk.writes(12_000)
        #expect(talk.writeError() == .wouldBlock)
        #expect(!talk.host.readiness(talk.socket).contains(.writable))
        talk.takes(". 1:1(0) ack 1001 win 60000")
        #expect(talk.host.readiness(talk.socket).contains(.writable))
    }

    @Test("a listener that wants data is told of a connection only with its data, or after a while (TCP_DEFER_ACCEPT)")
    func deferred() {
        var talk = Transcript { $0.acceptDeferral = .seconds(3) }
        talk.listens()
        talk.takes("S 0:0(0) win 60000 <mss 1000>")
        talk.gives("S. 0:0(0) ack 1")
        talk.takes(". 1:1(0) ack 1 win 60000")
        #expect(talk.host.waiting(talk.listener) == 0)
        #expect(talk.reasons().contains(.acceptDeferred))
        talk.takes("P. 1:11(10) ack 1 win 60000")
        #expect(talk.host.waiting(talk.listener) == 1)
        talk.remote.port += 1
        talk.ourStart = nil
        talk.sent = []
        talk.takes("S 0:0(0) win 60000 <mss 1000>")
        talk.gives("S. 0:0(0) ack 1")
        talk.wait(.seconds(4))
        talk.takes(". 1:1(0) ack 1 win 60000")
        #expect(talk.host.waiting(talk.listener) == 2)
    }

    @Test("ECN only where the other end offers it", arguments: [("SEW", "SE."), ("S", "S."), ("SE", "S.")])
    func passive(_ syn: String, _ answer: String) {
        var talk = Transcript { $0.acceptsExplicitCongestionNotification = true }
        talk.listens()
        talk.takes("\(syn) 0:0(0) win 60000 <mss 1000>")
        talk.gives("\(answer) 0:0(0) ack 1")
        // From another port than the one that is listened on.
        talk.local.port += 1
        talk.remote.port += 1
        talk.sent = []
        talk.ourStart = nil
        talk.connects()
        talk.gives("S 0:0(0)")
    }
}

@Suite("What public suites and the kernel beside ours brought to light")
struct SuiteFindingTests {
    @Test(
        "a timestamp tells that the first sending was answered, however late: the RTO then follows from that (RFC 7323 4.1, RFC 6298 2)"
    )
    func lateAcknowledgment() throws {
        var talk = Transcript.served(syn: "<mss 1000,TS 100 0>", ack: "<TS 200 1>")
        talk.writes(10)
        let stamp = try #require(talk.gives("P. 1:11(10) ack 1")?.options.timestamps?.value)
        talk.waits(atMost: .seconds(5), for: "P. 1:11(10) ack 1")
        talk.waits(atMost: .seconds(5), for: "P. 1:11(10) ack 1")
        talk.wait(.seconds(8))
        talk.sent = []
        talk.takes(". 1:1(0) ack 11 win 60000 <TS 300 \(stamp)>")
        // The ACKs were lost, not the data: a round trip of more than eight seconds, and no backoff any more.
        let timeout = try #require(talk.info?.retransmissionTimeout)
        #expect(timeout > .seconds(8))
        #expect(talk.info?.backoff == 0)
        talk.closes()
        talk.gives("F. 11:11(0) ack 1")
        #expect(talk.waits(atMost: timeout + .seconds(1), for: "F. 11:11(0) ack 1") == timeout)
    }

    @Test(
        "an ACK grows the window by what it newly tells to have arrived, not by what was reported before",
        arguments: [true, false])
    func reportedBefore(_ hasReports: Bool) throws {
        var talk = Transcript.served(syn: hasReports ? "<mss 1000,sackOK>" : "<mss 1000>") {
            $0.congestionControl = .reno
            $0.slowStartLimit = nil
        }
        talk.writes(15_000)
        talk.sent = []
        let before = try #require(talk.info?.congestionWindow)
        talk.takes(". 1:1(0) ack 1 win 60000" + (hasReports ? " <sack 1001:2001>" : ""))
        talk.takes(". 1:1(0) ack 1 win 60000" + (hasReports ? " <sack 1001:3001>" : ""))
        talk.takes(". 1:1(0) ack 3001 win 60000")
        #expect(talk.info?.congestionWindow == before + 1000)
        #expect(talk.info?.phase == .open)
    }

    @Test(
        "a silence makes the window small when sending begins again, not while the other end's window is closed (RFC 5681 4.1)"
    )
    func closedWindow() throws {
        var talk = Transcript.served { $0.congestionControl = .reno }
        talk.writes(10_000)
        talk.takes(". 1:1(0) ack 10001 win 0")
        let grown = try #require(talk.info?.congestionWindow)
        #expect(grown > 10_000)
        talk.writes(20_000)
        talk.wait(.seconds(5))
        #expect(talk.info?.congestionWindow == grown)
        talk.sent = []
        talk.takes(". 1:1(0) ack 10001 win 60000")
        #expect(talk.info?.congestionWindow == 10_000)
        #expect(talk.sent.count == 10)
    }

    @Test("how far segments overtake each other is told in segments")
    func degree() {
        var talk = Transcript.served(syn: "<mss 1000,sackOK>")
        talk.writes(10_000)
        #expect(talk.info?.reorderingDegree == 3)
        talk.takes(". 1:1(0) ack 1 win 60000 <sack 7001:8001>")
        talk.takes(". 1:1(0) ack 1 win 60000 <sack 2001:3001,7001:8001>")
        #expect(talk.info?.reorderingDegree == 6)
        #expect(talk.info?.reorderingSeen == true)
    }
}
