import TCPStack
import TCPState
import TCPWire
import Testing

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
        #expect(try talk.host.write(talk.socket, Transcript.text(5000), now: talk.now) < 5000)
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
