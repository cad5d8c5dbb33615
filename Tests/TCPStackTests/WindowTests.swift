import TCPState
import TCPStack
import TCPWire
import Testing

@Suite("The window (RFC 9293 3.8.6)")
struct WindowTests {
    @Test(
        "a closed window is probed, at growing distances (10_zero_window_probe, TestZeroWindowProbe, TestZeroWindowProbeRetransmit) [MUST-36 SHLD-29 SHLD-30 MUST-35]"
    )
    func probe() {
        var talk = Transcript.served()
        talk.takes(". 1:1(0) ack 1 win 0")
        talk.isSilent(.seconds(10))
        talk.writes(5)
        var last = Interval.zero
        for _ in 0..<6 {
            let gap = talk.waits(atMost: .seconds(60), for: ". 0:0(0) ack 1")
            if last > .zero { #expect(gap == last * 2) } else { #expect(gap >= .milliseconds(200)) }
            last = gap
            talk.takes(". 1:1(0) ack 1 win 0")
        }
        talk.takes(". 1:1(0) ack 1 win 60000")
        talk.gives("P. 1:6(5) ack 1")
    }

    @Test("a probe of one octet of new data, if that is wished [MUST-35 MUST-36]")
    func probeOctet() {
        var talk = Transcript.served { $0.windowProbe = .newOctet }
        talk.takes(". 1:1(0) ack 1 win 0")
        talk.writes(5)
        talk.waits(atMost: .seconds(2), for: ". 1:2(1) ack 1")
        talk.takes(". 1:1(0) ack 1 win 0")
        talk.waits(atMost: .seconds(2), for: ". 1:2(1) ack 1")
        talk.takes(". 1:1(0) ack 2 win 100")
        talk.gives("P. 2:6(4) ack 1")
    }

    @Test("a window may stay closed for ever, if only the probes are answered [MUST-37]")
    func patience() {
        var talk = Transcript.served()
        talk.takes(". 1:1(0) ack 1 win 0")
        talk.writes(5)
        for _ in 0..<100 {
            talk.waits(atMost: .seconds(200), for: ". 0:0(0) ack 1")
            talk.takes(". 1:1(0) ack 1 win 0")
        }
        #expect(talk.state == .established)
    }

    @Test("unanswered probes end with the user time-out (TestZeroWindowProbeUserTimeout)")
    func unanswered() {
        var talk = Transcript.served { $0.userTimeout = .seconds(10) }
        talk.takes(". 1:1(0) ack 1 win 0")
        talk.writes(5)
        talk.wait(.seconds(9))
        #expect(talk.state == .established)
        talk.wait(.seconds(3))
        #expect(talk.readError() == .timedOut)
    }

    @Test(
        "a shrunk window: nothing new beyond it, what is under way is sent again within it, and it ends well [MUST-34 SHLD-15 SHLD-16 SHLD-17] (TestWindowShrink)"
    )
    func shrunk() {
        var talk = Transcript.served(window: 5000)
        talk.writes(8000)
        #expect(talk.sent.count == 5)
        talk.sent = []
        talk.takes(". 1:1(0) ack 1001 win 1500")
        talk.givesNothing()
        talk.waits(atMost: .seconds(3), for: ". 1001:2001(1000) ack 1")
        talk.takes(". 1:1(0) ack 2001 win 500")
        talk.waits(atMost: .seconds(3), for: ". 2001:2501(500) ack 1")
        talk.takes(". 1:1(0) ack 2501 win 0")
        for _ in 0..<30 {
            talk.waits(atMost: .seconds(200), for: ". 2501:2502(1) ack 1")
            talk.takes(". 1:1(0) ack 2501 win 0")
        }
        #expect(talk.state == .established, "SHLD-17")
        // Opened again, and everything arrives.
        var acknowledged = 2501
        for _ in 0..<40 where acknowledged < 8001 {
            talk.sent = []
            talk.takes(". 1:1(0) ack \(acknowledged) win 60000")
            if talk.sent.isEmpty { talk.wait(.seconds(200)) }
            let start = talk.info?.iss ?? SequenceNumber(0)
            for (_, packet) in talk.sent {
                guard let segment = packet.segment else { continue }
                #expect(segment.sequence.relative(to: start) <= acknowledged, "nothing is left out")
                acknowledged = max(acknowledged, Int(segment.end.relative(to: start)))
            }
        }
        #expect(acknowledged == 8001)
    }

    @Test(
        "the window closes as the buffer fills, and its right edge never goes back [SHLD-14] (TestZeroReceiveWindow)",
        arguments: [1, 7, 536, 1000])
    func closing(size: Int) {
        var talk = Transcript.served(syn: "<mss 1000,wscale 2>") { $0.receiveBuffer = 100_000 }
        var position = 1
        var edge: UInt32 = 0
        for _ in 0..<(101_000 / max(size, 100)) {
            guard let window = talk.info?.receiveWindow, window > 0 else { break }
            let count = min(size, Int(window))
            talk.takes("P. \(position):\(position + count)(\(count)) ack 1 win 60000")
            position += count
            for (_, packet) in talk.sent {
                guard let segment = packet.segment else { continue }
                let right = segment.acknowledgment.rawValue &- talk.theirStart &+ UInt32(segment.window) << 1
                #expect(right >= edge, "\(right) \(edge)")
                edge = max(edge, right)
            }
            talk.sent = []
        }
        if size >= 536 { #expect(talk.info?.receiveWindow == 0) }
    }

    @Test("a window update when the program has read enough [MUST-39 MAY-8] (TestZeroToNonZeroWindowUpdate)")
    func update() {
        var talk = Transcript.served { $0.receiveBuffer = 4000 }
        for start in stride(from: 1, to: 4000, by: 1000) {
            talk.takes("P. \(start):\(start + 1000)(1000) ack 1 win 60000")
        }
        talk.sent = []
        #expect(talk.info?.receiveWindow == 0)
        talk.reads(500)
        talk.givesNothing()
        talk.reads(400)
        talk.givesNothing()
        talk.reads(100)
        talk.gives(". 1:1(0) ack 4001 win 1000")
    }

    @Test("no small window is offered step by step [MUST-39]")
    func sillyWindow() {
        var talk = Transcript.served { $0.receiveBuffer = 4000 }
        for start in stride(from: 1, to: 4000, by: 1000) {
            talk.takes("P. \(start):\(start + 1000)(1000) ack 1 win 60000")
        }
        talk.sent = []
        for _ in 0..<9 { talk.reads(100) }
        talk.givesNothing()
        talk.takes(". 4000:4000(0) ack 1 win 60000")
        talk.gives(". 1:1(0) ack 4001 win 0")
    }

    @Test("the window stays open while the program reads (TestNonZeroReceiveWindow)")
    func open() throws {
        var talk = Transcript.served { $0.receiveBuffer = 8000 }
        var answers = 0
        for start in stride(from: 1, to: 100_000, by: 1000) {
            talk.takes("P. \(start):\(start + 1000)(1000) ack 1 win 60000")
            talk.reads()
            for (_, packet) in talk.sent {
                #expect(try #require(packet.segment).window > 0)
                answers += 1
            }
            talk.sent = []
        }
        // Every second segment at least is answered (RFC 9293 3.8.6.3).
        #expect(answers >= 50)
    }

    @Test("a segment larger than what is left of the buffer is cut, and what is cut comes again (TestReduceRecvBuf)")
    func tooLarge() {
        var talk = Transcript.served { $0.receiveBuffer = 1500 }
        talk.takes("P. 1:1001(1000) ack 1 win 60000")
        talk.takes("P. 1001:2001(1000) ack 1 win 60000")
        talk.sent = []
        #expect(talk.reads().count == 1500)
        talk.takes("P. 1001:2001(1000) ack 1 win 60000")
        #expect(talk.reads() == Transcript.text(500, from: 1500))
    }

    @Test("the retransmission of what lies beyond a shrunk window waits for the window [SHLD-16]")
    func beyond() {
        var talk = Transcript.served(window: 3000)
        talk.writes(3000)
        talk.sent = []
        talk.takes(". 1:1(0) ack 1 win 1000")
        talk.wait(.seconds(3))
        for (_, packet) in talk.sent {
            let end = packet.segment?.end.relative(to: talk.info?.iss ?? .init(0)) ?? 0
            #expect(end <= 1001)
        }
    }
}
