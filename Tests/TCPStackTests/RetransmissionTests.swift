import TCPState
import TCPStack
import TCPWire
import Testing

@Suite("Retransmission and congestion (RFC 9293 3.8.1 to 3.8.3, RFC 6298, RFC 5681)")
struct RetransmissionTests {
    @Test("the gaps between retransmissions double [MUST-19] (TestRetransmits)")
    func doubling() {
        var talk = Transcript.served()
        talk.writes(10)
        talk.gives("P. 1:11(10) ack 1")
        var last = Interval.zero
        for _ in 0..<6 {
            let gap = talk.waits(atMost: .seconds(120), for: "P. 1:11(10) ack 1")
            if last > .zero { #expect(gap == last * 2) }
            last = gap
        }
    }

    @Test("a round trip is not taken from what was sent twice: Karn [MUST-18]")
    func karn() {
        var talk = Transcript.served { $0.timestamps = false }
        let before = talk.info?.roundTrip
        talk.writes(10)
        talk.gives("P. 1:11(10) ack 1")
        talk.waits(atMost: .seconds(5), for: "P. 1:11(10) ack 1")
        talk.wait(.milliseconds(30))
        talk.takes(". 1:1(0) ack 11 win 60000")
        #expect(talk.info?.roundTrip == before)
        talk.writes(10)
        talk.gives("P. 11:21(10) ack 1")
        talk.wait(.milliseconds(80))
        talk.takes(". 1:1(0) ack 21 win 60000")
        #expect(talk.info?.roundTrip != before)
    }

    @Test("RFC 6298's numbers for a given series of round trips [MUST-19]")
    func estimator() {
        var talk = Transcript()
        talk.connects()
        talk.gives("S 0:0(0)")
        talk.wait(.milliseconds(100))
        talk.takes("S. 0:0(0) ack 1 win 60000 <mss 1000>")
        talk.gives(". 1:1(0) ack 1")
        #expect(talk.info?.roundTrip == .milliseconds(100))
        #expect(talk.info?.roundTripVariation == .milliseconds(50))
        #expect(talk.info?.retransmissionTimeout == .milliseconds(300))
        talk.writes(10)
        talk.wait(.milliseconds(180))
        talk.takes(". 1:1(0) ack 11 win 60000")
        #expect(talk.info?.roundTrip == .milliseconds(110))
        #expect(talk.info?.roundTripVariation == .microseconds(57_500))
        #expect(talk.info?.retransmissionTimeout == .milliseconds(340))
    }

    @Test("slow start: a window of ten segments, two more for each ACK of two [MUST-19]")
    func slowStart() {
        var talk = Transcript.served { $0.congestionControl = .reno }
        talk.writes(60_000)
        #expect(talk.sent.count == 10)
        talk.sent = []
        talk.takes(". 1:1(0) ack 2001 win 60000")
        #expect(talk.sent.count == 4)
        talk.sent = []
        talk.takes(". 1:1(0) ack 3001 win 60000")
        #expect(talk.sent.count == 2)
    }

    @Test("congestion avoidance: one segment more in a round trip [MUST-19]")
    func congestionAvoidance() throws {
        var talk = Transcript.served(window: 65_000) { $0.congestionControl = .reno }
        talk.writes(100_000)
        talk.sent = []
        talk.waits(atMost: .seconds(5), for: ". 1:1001(1000) ack 1")
        let info = try #require(talk.info)
        #expect(info.congestionWindow == 1000 && info.congestionThreshold == 5000, "cwnd 1 and half the flight")
        #expect(info.phase == .loss, "TestTCPInfo")
        var acknowledged = 1001
        var windows: [UInt32] = []
        for _ in 0..<40 {
            talk.sent = []
            talk.takes(". 1:1(0) ack \(acknowledged) win 65000")
            windows.append(talk.info?.congestionWindow ?? 0)
            acknowledged += 1000
        }
        #expect(windows.first == 2000, "slow start up to the threshold")
        let avoidance = windows.drop { $0 < 5000 }
        for (one, next) in zip(avoidance, avoidance.dropFirst()) { #expect(next == one || next == one + 1000) }
        #expect(avoidance.filter { $0 == 6000 }.count >= 5, "six ACKs for the next segment")
    }

    @Test("three duplicate ACKs: fast retransmit and recovery without SACK, partial ACKs repair the rest (RFC 6582)")
    func newReno() throws {
        var talk = Transcript.served { $0.congestionControl = .reno }
        talk.writes(10_000)
        talk.sent = []
        talk.writes(10_000)
        for count in 1...2 {
            talk.takes(". 1:1(0) ack 1 win 60000")
            talk.gives(". \(9001 + count * 1000):\(10_001 + count * 1000)(1000) ack 1")
        }
        talk.takes(". 1:1(0) ack 1 win 60000")
        talk.gives(". 1:1001(1000) ack 1")
        #expect(talk.info?.phase == .recovery)
        #expect(try #require(talk.info).congestionThreshold == 6000)
        talk.sent = []
        // The first is repaired, the fifth is missing too.
        talk.takes(". 1:1(0) ack 4001 win 60000")
        talk.gives(". 4001:5001(1000) ack 1")
        #expect(talk.info?.phase == .recovery)
        talk.sent = []
        talk.takes(". 1:1(0) ack 12001 win 60000")
        #expect(talk.info?.phase == .open)
        #expect(talk.info?.counters.timeouts == 0)
    }

    @Test("two losses in one window are repaired in one recovery, without a time-out (smoltcp waits 3.4 s)")
    func twoLosses() {
        var talk = RecentAcknowledgmentTests.flight(10)
        talk.wait(.milliseconds(100))
        talk.takes(". 1:1(0) ack 1 win 60000 <sack 1001:2001>")
        talk.takes(". 1:1(0) ack 1 win 60000 <sack 3001:4001 1001:2001>")
        talk.takes(". 1:1(0) ack 1 win 60000 <sack 3001:5001 1001:2001>")
        talk.takes(". 1:1(0) ack 1 win 60000 <sack 3001:6001 1001:2001>")
        talk.gives(". 1:1001(1000) ack 1")
        talk.gives(". 2001:3001(1000) ack 1")
        talk.takes(". 1:1(0) ack 6001 win 60000")
        talk.takes(". 1:1(0) ack 10001 win 60000")
        #expect(talk.info?.phase == .open)
        #expect(talk.info?.counters.timeouts == 0)
        #expect(talk.info?.counters.retransmissions == 2)
    }

    @Test(
        "R1: a warning; R2: the end, by default after more than 100 seconds (smoltcp: no limit) [MUST-20 SHLD-9 SHLD-10 SHLD-11]"
    )
    func limits() {
        var talk = Transcript.served()
        talk.writes(10)
        talk.records = []
        let start = talk.now
        talk.wait(.seconds(100))
        #expect(talk.state == .established, "SHLD-11")
        let warnings = talk.actions().filter { if case .warn = $0 { true } else { false } }
        #expect(warnings == [.warn(retransmissions: 3)])
        while talk.state == .established, let deadline = talk.host.nextDeadline {
            talk.now = max(talk.now, deadline)
            talk.poll()
        }
        #expect(talk.now - start > .seconds(100) && talk.now - start < .seconds(3600))
        #expect(talk.readError() == .timedOut)
    }

    @Test("a program can set R2 [MUST-21]")
    func settableLimit() {
        var talk = Transcript.served { $0.retransmissionLimit = 2 }
        talk.writes(10)
        talk.wait(.seconds(10))
        #expect(talk.sent.count == 3)
        #expect(talk.readError() == .timedOut)
    }

    @Test("a SYN has both limits too, R2 of at least three minutes [MUST-22 MUST-23]")
    func synLimits() {
        var talk = Transcript()
        talk.connects()
        talk.wait(.seconds(180))
        #expect(talk.state == .synSent)
        #expect(talk.actions().contains(.warn(retransmissions: 3)))
        talk.wait(.seconds(200))
        #expect(talk.state == .closed)
        #expect(talk.readError() == .timedOut)
        var passive = Transcript()
        passive.listens()
        passive.takes("S 0:0(0) win 60000 <mss 1000>")
        passive.wait(.seconds(180))
        #expect(passive.state == .synReceived)
        passive.wait(.seconds(200))
        #expect(passive.host.connectionCount == 0)
    }

    @Test(
        "after a lost SYN the connection begins with one segment and an RTO of 3 seconds (RFC 6298 5.7, RFC 5681 3.1)")
    func lostSYN() {
        var talk = Transcript()
        talk.connects()
        talk.gives("S 0:0(0)")
        talk.waits(atMost: .seconds(2), for: "S 0:0(0)")
        talk.takes("S. 0:0(0) ack 1 win 60000 <mss 1000>")
        talk.gives(". 1:1(0) ack 1")
        #expect(talk.info?.retransmissionTimeout == .seconds(3))
        talk.writes(5000)
        #expect(talk.sent.count == 1)
    }

    @Test("a retransmission has a fresh IPv4 identification (TestIPv4RetransmitIdentificationUniqueness)")
    func identification() {
        var talk = Transcript.served()
        talk.writes(10)
        talk.wait(.seconds(3))
        let identifications = talk.sent.map { UInt16($0.packet.octets[4]) << 8 | UInt16($0.packet.octets[5]) }
        #expect(identifications.count >= 3)
        #expect(Set(identifications).count == identifications.count)
    }

    @Test("an RTO that proves needless by a timestamp is undone (RFC 3522)")
    func spurious() throws {
        var talk = Transcript.served(syn: "<mss 1000,TS 1 0>", ack: "<TS 1 0>") { $0.congestionControl = .reno }
        talk.writes(5000)
        let stamp = try #require(talk.sent.first?.packet.segment?.options.timestamps?.value)
        let before = try #require(talk.info?.congestionWindow)
        talk.sent = []
        while talk.sent.isEmpty { talk.wait(.milliseconds(50)) }
        #expect(talk.info?.phase == .loss)
        talk.takes(". 1:1(0) ack 989 win 60000 <TS 2 \(stamp)>")
        #expect(talk.info?.phase == .open)
        #expect(try #require(talk.info?.congestionWindow) >= before)
        #expect(talk.info?.counters.spuriousTimeouts == 1)
    }

    @Test("after a silence longer than the RTO the window is the initial one again (RFC 5681 4.1)")
    func restart() throws {
        var talk = Transcript.served(window: 65_535, syn: "<mss 1000,wscale 4>") { $0.congestionControl = .reno }
        talk.takes(". 1:1(0) ack 1 win 60000")
        for _ in 0..<3 {
            let start = Int(talk.info?.sendNext.relative(to: talk.info?.iss ?? .init(0)) ?? 0)
            talk.writes(20_000)
            talk.sent = []
            let end = Int(talk.info?.sendNext.relative(to: talk.info?.iss ?? .init(0)) ?? 0)
            for ack in stride(from: start + 1000, through: end, by: 1000) {
                talk.takes(". 1:1(0) ack \(ack) win 60000")
            }
            let last = Int(talk.info?.sendNext.relative(to: talk.info?.iss ?? .init(0)) ?? 0)
            talk.takes(". 1:1(0) ack \(last) win 60000")
        }
        #expect(try #require(talk.info?.congestionWindow) > 10_000)
        talk.wait(.seconds(10))
        talk.sent = []
        talk.writes(60_000)
        #expect(talk.sent.count == 10)
    }
}

@Suite("RACK-TLP (RFC 8985)")
struct RecentAcknowledgmentTests {
    /// A connection with a round trip of 100 ms and ten segments under way.
    static func flight(_ segments: Int = 10) -> Transcript {
        var talk = Transcript()
        talk.connects()
        talk.gives("S 0:0(0)")
        talk.wait(.milliseconds(100))
        talk.takes("S. 0:0(0) ack 1 win 60000 <mss 1000,sackOK>")
        talk.gives(". 1:1(0) ack 1")
        talk.writes(segments * 1000)
        talk.sent = []
        return talk
    }

    @Test("the whole flight lost: a probe of the last segment after two round trips (TestRACKTLPAllPacketsLost)")
    func allLost() {
        var talk = Self.flight(5)
        let took = talk.waits(atMost: .seconds(2), for: "P. 4001:5001(1000) ack 1")
        #expect(took >= .milliseconds(200) && took < .milliseconds(300))
        #expect(talk.reasons().contains(.lossProbe))
    }

    @Test(
        "a lost tail is repaired by the probe and SACK (smoltcp: no SACK recovery) (TestRACKTLPLost, TestRACKWithSACK)")
    func tailLost() {
        var talk = Self.flight(5)
        talk.wait(.milliseconds(100))
        talk.takes(". 1:1(0) ack 2001 win 60000")
        talk.waits(atMost: .seconds(2), for: "P. 4001:5001(1000) ack 1")
        talk.wait(.milliseconds(100))
        talk.takes(". 1:1(0) ack 2001 win 60000 <sack 4001:5001>")
        talk.waits(atMost: .milliseconds(60), for: ". 2001:3001(1000) ack 1")
        talk.givesNothing()
        talk.takes(". 1:1(0) ack 3001 win 60000 <sack 4001:5001>")
        talk.gives(". 3001:4001(1000) ack 1")
        #expect(talk.info?.counters.timeouts == 0)
    }

    @Test("a SACK of later segments marks earlier ones lost in time (TestRACKWithoutReorder)")
    func withSACK() {
        var talk = Self.flight(10)
        talk.wait(.milliseconds(100))
        talk.takes(". 1:1(0) ack 1 win 60000 <sack 1001:2001>")
        talk.waits(atMost: .milliseconds(30), for: ". 1:1001(1000) ack 1")
        #expect(talk.info?.phase == .recovery)
    }

    @Test("a DSACK widens the time that is waited for the late ones (TestRACKWithReorder)", arguments: [false, true])
    func afterDuplicateReport(isReported: Bool) {
        var talk = Self.flight(10)
        talk.wait(.milliseconds(100))
        if isReported {
            talk.takes(". 1:1(0) ack 1001 win 60000 <sack 1:1001>")
        } else {
            talk.takes(". 1:1(0) ack 1001 win 60000")
        }
        talk.sent = []
        talk.takes(". 1:1(0) ack 1001 win 60000 <sack 2001:3001>")
        // A quarter of the least round trip, and twice that.
        let took = talk.waits(atMost: .seconds(1), for: ". 1001:2001(1000) ack 1")
        #expect(took == .milliseconds(isReported ? 50 : 25))
    }

    @Test("reordering is seen, and waited for (TestRACKWithReorder)")
    func withReordering() {
        var talk = Self.flight(10)
        talk.wait(.milliseconds(100))
        talk.takes(". 1:1(0) ack 1 win 60000 <sack 1001:2001>")
        talk.wait(.milliseconds(5))
        talk.takes(". 1:1(0) ack 2001 win 60000")
        #expect(talk.info?.reorderingSeen == true)
        talk.takes(". 1:1(0) ack 2001 win 60000 <sack 3001:8001>")
        #expect(talk.info?.phase == .open, "five segments behind it do not make it lost any more")
        talk.wait(.milliseconds(5))
        talk.takes(". 1:1(0) ack 8001 win 60000")
        #expect(talk.info?.counters.retransmissions == 0)
    }

    @Test("a lost retransmission is sent again without a time-out (TestRACKWithLostRetransmission)")
    func lostRetransmission() {
        var talk = Self.flight(10)
        talk.wait(.milliseconds(100))
        talk.takes(". 1:1(0) ack 1 win 60000 <sack 1001:5001>")
        talk.gives(". 1:1001(1000) ack 1")
        // New data goes out behind the retransmission and is reported: the retransmission was sent before it.
        talk.writes(3000)
        talk.wait(.milliseconds(10))
        talk.takes(". 1:1(0) ack 1 win 60000 <sack 1001:10001>")
        talk.sent = []
        talk.wait(.milliseconds(130))
        talk.takes(". 1:1(0) ack 1 win 60000 <sack 1001:13001>")
        let again = talk.sent.contains {
            $0.packet.segment?.sequence.relative(to: talk.info?.iss ?? .init(0)) == 1
        }
        #expect(again)
        #expect(talk.info?.counters.timeouts == 0)
    }
}
