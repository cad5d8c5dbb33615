import TCPState
import TCPStack
import TCPWire
import Testing

@Suite("When to acknowledge (RFC 9293 3.8.6.3)")
struct AcknowledgingTests {
    @Test("an ACK waits, less than half a second [MUST-40 SHLD-18]")
    func delayed() {
        var talk = Transcript.served { $0.initialQuickAcknowledgments = 0 }
        talk.takes("P. 1:11(10) ack 1 win 60000")
        talk.givesNothing()
        let took = talk.waits(atMost: .seconds(1), for: ". 1:1(0) ack 11")
        #expect(took > .zero && took < .milliseconds(500))
    }

    @Test("every second full segment is acknowledged at once [SHLD-19]")
    func everySecond() {
        var talk = Transcript.served { $0.initialQuickAcknowledgments = 0 }
        talk.takes(". 1:1001(1000) ack 1 win 60000")
        talk.givesNothing()
        talk.takes(". 1001:2001(1000) ack 1 win 60000")
        talk.gives(". 1:1(0) ack 2001")
        #expect(talk.reasons().contains(.everySecondSegment))
    }

    @Test("segments that wait together get one ACK [MUST-58 MUST-59]")
    func aggregated() {
        var talk = Transcript.served()
        talk.takes(together: (0..<8).map { ". \(1 + $0 * 1000):\(1001 + $0 * 1000)(1000) ack 1 win 60000" })
        talk.gives(". 1:1(0) ack 8001")
        talk.givesNothing()
    }

    @Test("an ACK rides on data [MUST-58]")
    func piggybacked() {
        var talk = Transcript.served { $0.initialQuickAcknowledgments = 0 }
        talk.takes("P. 1:11(10) ack 1 win 60000")
        talk.writes(5)
        talk.gives("P. 1:6(5) ack 11")
        talk.isSilent(.milliseconds(150))
    }

    @Test("a gap is told at once, with each segment behind it [SHLD-31 MAY-13]")
    func gap() {
        var talk = Transcript.served(syn: "<mss 1000,sackOK>") { $0.initialQuickAcknowledgments = 0 }
        talk.takes(". 1001:2001(1000) ack 1 win 60000")
        talk.gives(". 1:1(0) ack 1 <sack 1001:2001>")
        talk.takes(". 2001:3001(1000) ack 1 win 60000")
        talk.gives(". 1:1(0) ack 1 <sack 1001:3001>")
        talk.takes(". 1:1001(1000) ack 1 win 60000")
        talk.gives(". 1:1(0) ack 3001")
        #expect(talk.reads() == Transcript.text(3000))
    }

    @Test("an out-of-order FIN is remembered (smoltcp: forgotten) (06_ooo_fin)")
    func earlyFIN() {
        var talk = Transcript.served()
        talk.takes("FP. 6:11(5) ack 1 win 60000")
        talk.gives(". 1:1(0) ack 1")
        talk.takes("P. 1:6(5) ack 1 win 60000")
        talk.gives(". 1:1(0) ack 12")
        #expect(talk.reads(100).count == 10)
        #expect(talk.reads(100).isEmpty)
        #expect(talk.state == .closeWait)
    }

    @Test("eight gaps are kept, and reported newest first (smoltcp: four at most) [SHLD-31]")
    func eightGaps() {
        var talk = Transcript.served(syn: "<mss 1000,sackOK>")
        for place in 1...8 {
            talk.takes(". \(place * 200 + 1):\(place * 200 + 101)(100) ack 1 win 60000")
            if place < 4 {
                talk.gives(". 1:1(0) ack 1")
            } else {
                let starts = (0..<4).map { (place - $0) * 200 + 1 }
                talk.gives(". 1:1(0) ack 1 <sack \(starts.map { "\($0):\($0 + 100)" }.joined(separator: " "))>")
            }
        }
        for place in 0...8 {
            talk.takes(
                ". \(place * 200 + (place == 0 ? 1 : -99)):\(place * 200 + (place == 0 ? 101 : 1))(100) ack 1 win 60000"
            )
        }
        talk.takes(". 1:1701(1700) ack 1 win 60000")
        #expect(talk.reads() == Transcript.text(1700))
    }

    @Test("what came twice is told by a DSACK (RFC 2883)")
    func duplicateReport() {
        var talk = Transcript.served(syn: "<mss 1000,sackOK>")
        talk.takes("P. 1:11(10) ack 1 win 60000")
        talk.gives(". 1:1(0) ack 11")
        talk.takes("P. 1:11(10) ack 1 win 60000")
        talk.gives(". 1:1(0) ack 11 <sack 1:11>")
    }

    @Test("a FIN that came before what precedes it is reported with its own number (RFC 2018 3)")
    func earlyFinish() {
        var talk = Transcript.served(syn: "<mss 1000,sackOK>")
        talk.takes("FP. 11:21(10) ack 1 win 60000")
        talk.gives(". 1:1(0) ack 1 <sack 11:22>")
        talk.takes("FP. 11:21(10) ack 1 win 60000")
        talk.gives(". 1:1(0) ack 1 <sack 11:22 11:22>")
        talk.takes(". 31:41(10) ack 1 win 60000")
        talk.gives(". 1:1(0) ack 1 <sack 11:22>")
        talk.takes("P. 1:11(10) ack 1 win 60000")
        talk.gives(". 1:1(0) ack 22 <none>")
        #expect(talk.state == .closeWait)
    }

    @Test("a FIN by itself, too: alone, then with the text before it")
    func earlyLoneFinish() {
        var talk = Transcript.served(syn: "<mss 1000,sackOK>")
        talk.takes("F. 21:21(0) ack 1 win 60000")
        talk.gives(". 1:1(0) ack 1 <sack 21:22>")
        talk.takes(". 5:8(3) ack 1 win 60000")
        talk.gives(". 1:1(0) ack 1 <sack 5:8 21:22>")
        talk.takes(". 11:21(10) ack 1 win 60000")
        talk.gives(". 1:1(0) ack 1 <sack 11:22 5:8>")
        talk.takes("P. 1:11(10) ack 1 win 60000")
        talk.gives(". 1:1(0) ack 22 <none>")
    }

    @Test(
        "a FIN that came twice is told by a DSACK, with its text or alone",
        arguments: [("FP. 1:11(10)", 12, "1:12"), ("F. 1:1(0)", 2, "1:2")])
    func duplicateFinish(segment: String, ack: Int, block: String) {
        var talk = Transcript.served(syn: "<mss 1000,sackOK>")
        talk.takes("\(segment) ack 1 win 60000")
        talk.gives(". 1:1(0) ack \(ack) <none>")
        talk.takes("\(segment) ack 1 win 60000")
        talk.gives(". 1:1(0) ack \(ack) <sack \(block)>")
    }

    @Test("overlapping pieces in any order make the text, many seeds")
    func overlapping() {
        for seed in 0..<300 {
            var state = UInt64(seed &* 7919 &+ 1)
            func random(_ bound: Int) -> Int {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Int(state >> 33) % bound
            }
            var talk = Transcript.served(syn: "<mss 1000,sackOK>")
            for _ in 0..<40 {
                let start = random(900)
                let count = 1 + random(100)
                talk.takes(". \(start + 1):\(start + count + 1)(\(count)) ack 1 win 60000")
            }
            talk.takes(". 1:1001(1000) ack 1 win 60000")
            #expect(talk.reads() == Transcript.text(1000), "seed \(seed)")
            talk.sent = []
        }
    }
}
