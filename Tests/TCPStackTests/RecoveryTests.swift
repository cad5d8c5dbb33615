import TCPState
import TCPStack
import TCPWire
import Testing

@Suite("Proportional rate reduction (RFC 9937)")
struct RateReductionTests {
    /// Twenty segments under way on a round trip of 100 ms, Reno, no timestamps, no probe.
    static func flight(synAck: String = "<mss 1000,sackOK>", window: Int = 60_000) -> Transcript {
        var talk = Transcript {
            $0.congestionControl = .reno
            $0.initialWindow = 20
            $0.usesLossProbe = false
        }
        talk.connects()
        talk.gives("S 0:0(0)")
        talk.wait(.milliseconds(100))
        talk.takes("S. 0:0(0) ack 1 win \(window) \(synAck)")
        talk.gives(". 1:1(0) ack 1")
        talk.writes(20_000)
        talk.sent = []
        talk.wait(.milliseconds(100))
        return talk
    }

    @Test("one loss: one segment goes out for two that arrive, until the flight has come down to half")
    func proportional() {
        var talk = Self.flight()
        for count in 2...4 { talk.takes(". 1:1(0) ack 1 win 60000 <sack 1001:\(count)001>") }
        talk.gives(". 1:1001(1000) ack 1")
        #expect(talk.info?.congestionThreshold == 10_000)
        // RecoverFS leaves out the two that had arrived before: 10 segments are to go out for the 18 others.
        #expect(talk.info?.congestionWindow == 16_556, "16 segments under way, and 10/18 of the one that arrived")
        talk.writes(20_000)
        talk.givesNothing()
        talk.records = []
        var next = 20_001
        for count in 5...14 {
            talk.takes(". 1:1(0) ack 1 win 60000 <sack 1001:\(count)001>")
            // The retransmission was the first.
            if [7, 9, 11, 12, 14].contains(count) {
                talk.gives(". \(next):\(next + 1000)(1000) ack 1")
                next += 1000
            } else {
                talk.givesNothing()
            }
        }
        #expect(talk.reasons().contains(.proportionalReduction))
        talk.takes(". 1:1(0) ack 20001 win 60000")
        #expect(talk.info?.phase == .open)
        #expect(talk.info?.congestionWindow == 10_000, "RFC 9937 6.4: ends at the threshold")
    }

    @Test("more lost than the reduction asks for: one segment for each that arrives, two while all goes well (SafeACK)")
    func slowStart() {
        var talk = Self.flight()
        talk.takes(". 1:1(0) ack 1 win 60000 <sack 12001:13001>")
        talk.takes(". 1:1(0) ack 1 win 60000 <sack 12001:14001>")
        talk.givesNothing()
        var next = 1
        for count in 15...17 {
            talk.takes(". 1:1(0) ack 1 win 60000 <sack 12001:\(count)001>")
            talk.gives(". \(next):\(next + 1000)(1000) ack 1")
            next += 1000
            talk.givesNothing()
        }
        #expect(talk.info?.congestionWindow == 6000, "as many as were under way: packet conservation")
        talk.takes(". 1:1(0) ack 1 win 60000 <sack 12001:20001>")
        for _ in 0..<3 {
            talk.gives(". \(next):\(next + 1000)(1000) ack 1")
            next += 1000
        }
        talk.wait(.milliseconds(100))
        for ack in [1001, 2001, 3001] {
            talk.takes(". 1:1(0) ack \(ack) win 60000 <sack 12001:20001>")
            for _ in 0..<2 {
                talk.gives(". \(next):\(next + 1000)(1000) ack 1")
                next += 1000
            }
            talk.givesNothing()
        }
        #expect(talk.info?.congestionWindow == 9000, "one more with each ACK, as in slow start")
        #expect(talk.info?.counters.timeouts == 0)
    }

    @Test("without SACK each duplicate ACK counts as one segment that has arrived")
    func duplicates() {
        var talk = Self.flight(synAck: "<mss 1000>")
        for _ in 0..<3 { talk.takes(". 1:1(0) ack 1 win 60000") }
        talk.gives(". 1:1001(1000) ack 1")
        #expect(talk.info?.congestionWindow == 16_500)
        talk.writes(20_000)
        talk.givesNothing()
        for count in 4...9 {
            talk.takes(". 1:1(0) ack 1 win 60000")
            if count >= 6, count % 2 == 0 {
                talk.gives(". \(count * 500 + 17_001):\(count * 500 + 18_001)(1000) ack 1")
            }
            talk.givesNothing()
        }
    }

    @Test("three small segments from behind are enough for the first one (RFC 6675 5 step 2)")
    func smallSegments() {
        var talk = Transcript.connected(synAck: "<mss 1000,sackOK>") {
            $0.nagle = .off
            $0.usesRecentAcknowledgment = false
        }
        for _ in 0..<5 { talk.writes(10) }
        talk.sent = []
        talk.takes(". 1:1(0) ack 1 win 60000 <sack 11:21>")
        talk.takes(". 1:1(0) ack 1 win 60000 <sack 11:31>")
        talk.givesNothing()
        talk.takes(". 1:1(0) ack 1 win 60000 <sack 11:41>")
        talk.gives(". 1:11(10) ack 1")
    }
}

@Suite("F-RTO with SACK (RFC 5682 3.1)")
struct ForwardRecoveryTests {
    /// Ten segments under way, none of them answered within the RTO; ten more are written.
    static func timedOut(synAck: String = "<mss 1000,sackOK>", more: Int = 10_000) -> Transcript {
        var talk = Transcript {
            $0.congestionControl = .reno
            $0.usesLossProbe = false
        }
        talk.connects()
        talk.gives("S 0:0(0)")
        talk.wait(.milliseconds(100))
        talk.takes("S. 0:0(0) ack 1 win 60000 \(synAck)")
        talk.gives(". 1:1(0) ack 1")
        talk.writes(10_000)
        talk.writes(more)
        talk.sent = []
        talk.waits(atMost: .seconds(1), for: ". 1:1001(1000) ack 1")
        talk.givesNothing()
        #expect(talk.info?.phase == .loss)
        return talk
    }

    @Test("ACKs that were only late: new data goes out, the second ACK shows that nothing was lost")
    func spurious() throws {
        var talk = Self.timedOut()
        talk.records = []
        talk.takes(". 1:1(0) ack 1001 win 60000")
        talk.gives(". 10001:11001(1000) ack 1")
        talk.gives(". 11001:12001(1000) ack 1")
        talk.givesNothing()
        #expect(talk.reasons().contains(.forwardRecovery))
        talk.takes(". 1:1(0) ack 2001 win 60000")
        #expect(talk.reasons().contains(.forwardRecoverySpurious))
        #expect(talk.info?.phase == .open)
        #expect(talk.info?.counters.spuriousTimeouts == 1)
        #expect(talk.info?.counters.retransmissions == 1, "only the first one was sent again")
        #expect(try #require(talk.info).congestionWindow >= 10_000, "the window is what it was")
        #expect(talk.info?.congestionThreshold == .max)
        talk.sent = []
        for ack in stride(from: 3001, through: 10_001, by: 1000) { talk.takes(". 1:1(0) ack \(ack) win 60000") }
        #expect(talk.info?.counters.retransmissions == 1)
    }

    @Test("a duplicate that reports what was sent before the time-out shows it too")
    func reported() {
        var talk = Self.timedOut()
        talk.takes(". 1:1(0) ack 1001 win 60000")
        talk.sent = []
        talk.takes(". 1:1(0) ack 1001 win 60000 <sack 2001:3001>")
        #expect(talk.info?.counters.spuriousTimeouts == 1)
        #expect(talk.info?.phase == .open)
    }

    /// Ten segments under way, the first overtaken by three others, and sent again.
    private static func overtaken(_ options: String, sack: String) throws -> (
        talk: Transcript, first: UInt32, second: UInt32
    ) {
        var talk = Transcript { $0.congestionControl = .reno }
        talk.connects()
        talk.gives("S 0:0(0)")
        talk.wait(.milliseconds(100))
        talk.takes("S. 0:0(0) ack 1 win 60000 <mss 1012\(options),TS 500 0>")
        talk.gives(". 1:1(0) ack 1")
        talk.writes(20_000)
        let first = try #require(talk.sent.first?.packet.segment?.options.timestamps?.value)
        talk.sent = []
        talk.wait(.milliseconds(100))
        for end in [2001, 3001, 4001] {
            talk.takes(". 1:1(0) ack 1 win 60000 <\(sack.isEmpty ? "" : "sack 1001:\(end),")TS 600 \(first)>")
        }
        let again = try #require(talk.sent.first { $0.packet.transmission == .retransmission }?.packet.segment)
        #expect(again.payload.count == 1000)
        let second = try #require(again.options.timestamps?.value)
        #expect(talk.info?.phase == .recovery)
        talk.sent = []
        talk.wait(.milliseconds(10))
        return (talk, first, second)
    }

    @Test(
        "a fast retransmission of what was only overtaken: the ACK's timestamp tells, the window is what it was (RFC 3522)",
        arguments: [("", ""), (",sackOK", "sack")])
    func overtaken(options: String, sack: String) throws {
        var (talk, first, _) = try Self.overtaken(options, sack: sack)
        talk.records = []
        talk.takes(". 1:1(0) ack 4001 win 60000 <TS 610 \(first)>")
        #expect(talk.reasons().contains(.spuriousRetransmission))
        #expect(talk.info?.phase == .open)
        #expect(talk.info?.congestionThreshold == .max)
        #expect(try #require(talk.info).congestionWindow >= 10_000)
        #expect(talk.info?.counters.retransmissions == 1, "nothing else is sent again")
    }

    @Test("an ACK of the retransmission: the loss was real", arguments: [("", ""), (",sackOK", "sack")])
    func missing(options: String, sack: String) throws {
        var (talk, first, second) = try Self.overtaken(options, sack: sack)
        talk.records = []
        talk.takes(". 1:1(0) ack 4001 win 60000 <TS 610 \(second)>")
        talk.takes(". 1:1(0) ack 5001 win 60000 <TS 620 \(first)>")
        #expect(!talk.reasons().contains(.spuriousRetransmission), "only the first new ACK says it")
        #expect(talk.info?.congestionThreshold == 6000)
    }

    @Test("with a DSACK the ACKs may have been lost: no undo by the timestamp (RFC 3522 3.2 step 5)")
    func overtakenOrUnheard() throws {
        var (talk, first, _) = try Self.overtaken(",sackOK", sack: "sack")
        talk.records = []
        talk.takes(". 1:1(0) ack 4001 win 60000 <sack 1:1001,TS 610 \(first)>")
        #expect(!talk.reasons().contains(.spuriousRetransmission))
    }

    @Test("a real loss: the new data is reported, the old goes out again with no more than three segments under way")
    func genuine() throws {
        var talk = Self.timedOut()
        talk.takes(". 1:1(0) ack 1001 win 60000")
        talk.gives(". 10001:11001(1000) ack 1")
        talk.gives(". 11001:12001(1000) ack 1")
        talk.wait(.milliseconds(100))
        talk.takes(". 1:1(0) ack 1001 win 60000 <sack 10001:11001>")
        talk.gives(". 1001:2001(1000) ack 1")
        talk.gives(". 2001:3001(1000) ack 1")
        talk.givesNothing()
        #expect(talk.info?.phase == .loss)
        #expect(talk.info?.counters.spuriousTimeouts == 0)
        #expect(try #require(talk.info?.congestionWindow) <= 3000)
        talk.wait(.milliseconds(100))
        talk.takes(". 1:1(0) ack 2001 win 60000 <sack 10001:12001>")
        talk.gives(". 3001:4001(1000) ack 1")
    }

    @Test("a duplicate ACK that reports nothing: the conventional way", arguments: ["", "<sack 11001:12001>"])
    func duplicate(sack: String) {
        var talk = Self.timedOut()
        talk.takes(". 1:1(0) ack 1001 win 60000")
        talk.sent = []
        talk.takes(". 1:1(0) ack 1001 win 60000 \(sack)")
        talk.gives(". 1001:2001(1000) ack 1")
        #expect(talk.info?.counters.spuriousTimeouts == 0)
    }

    @Test("nothing new to send: the retransmissions go on at once")
    func nothingNew() {
        var talk = Self.timedOut(more: 0)
        talk.takes(". 1:1(0) ack 1001 win 60000")
        talk.gives(". 1001:2001(1000) ack 1")
        talk.gives(". 2001:3001(1000) ack 1")
        talk.givesNothing()
    }

    @Test("new data that may not go out yet: the same")
    func heldBack() {
        var talk = Self.timedOut(more: 0)
        talk.sets { $0.nagle = .whileUnacknowledged }
        talk.writes(10)
        talk.takes(". 1:1(0) ack 1001 win 60000")
        talk.gives(". 1001:2001(1000) ack 1")
    }

    @Test("a second time-out: no more guessing")
    func again() {
        var talk = Self.timedOut()
        talk.waits(atMost: .seconds(2), for: ". 1:1001(1000) ack 1")
        talk.takes(". 1:1(0) ack 1001 win 60000")
        talk.gives(". 1001:2001(1000) ack 1")
        #expect(talk.info?.counters.spuriousTimeouts == 0)
    }

    @Test("after a time-out the window grows by one segment for an ACK (RFC 3465 2.3)")
    func growth() {
        var talk = Self.timedOut(synAck: "<mss 1000>", more: 0)
        talk.takes(". 1:1(0) ack 4001 win 60000")
        #expect(talk.info?.congestionWindow == 2000)
    }
}
