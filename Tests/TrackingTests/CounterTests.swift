import TCPWire
import Testing
import Transcripts

@testable import Tracking

/// What the first pass counts of every connection.
@Suite struct CounterTests {
    @Test func aRecordIsSmall() {
        #expect(MemoryLayout<HalfConnection>.stride == 68)
        #expect(MemoryLayout<ConnectionRecord>.stride == 208)
    }

    @Test func aHoleThatIsFilledIsOutOfOrderAndWhatComesAgainIsRetransmitted() {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 100)
        t.c.data(301, ack: 301, 100)
        t.c.data(201, ack: 301, 100)
        t.c.data(201, ack: 301, 100)
        let client = t.records[0].client
        #expect(client.outOfOrderSegments == 1)
        #expect(client.retransmittedSegments == 1)
        #expect(client.retransmittedBytes == 100)
        #expect(client.streamBytes == 300)
    }

    @Test func duplicateAcknowledgments() {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 100)
        t.s.ack(301, ack: 201)
        // Nothing is on its way: an ACK said twice asks for nothing.
        t.s.ack(301, ack: 201)
        t.c.data(301, ack: 301, 100)
        t.s.ack(301, ack: 201)
        t.s.ack(301, ack: 201)
        // Another window: an update. And data of its own.
        t.s.send(.ack, 301, 201, window: 1000)
        t.s.data(301, ack: 201, 5)
        #expect(t.records[0].server.duplicateAcknowledgments == 2)
        #expect(t.records[0].client.duplicateAcknowledgments == 0)
    }

    @Test func zeroWindows() {
        let t = Transcript()
        t.open()
        t.s.send(.ack, 301, 101, window: 0)
        t.s.send(.ack, 301, 101, window: 0)
        t.s.send(.ack, 301, 101, window: 1)
        t.s.send([.rst, .ack], 301, 101, window: 0)
        #expect(t.records[0].server.zeroWindows == 2)
        #expect(t.records[0].client.zeroWindows == 0)
    }

    @Test("a window counts as closed once, whatever is said while it is, for as long as nothing opens it")
    func closures() {
        let t = Transcript()
        t.open()
        t.s.send(.ack, 301, 101, window: 0)
        t.wait(2000)
        t.c.data(100, ack: 301, 1)
        t.s.send(.ack, 301, 101, window: 0)
        t.wait(500)
        t.s.send(.ack, 301, 101, window: 5000)
        #expect(t.records[0].server.windowClosures == 1 && t.records[0].server.closedTime == 2_501_000_000)
        t.c.data(101, ack: 301, 100)
        t.s.send(.ack, 301, 201, window: 0)
        t.wait(600_000)
        // Longer than the clock of round trips goes without beginning anew; still closed at the end.
        t.c.data(200, ack: 301, 1)
        let server = t.records[0].server
        #expect(server.zeroWindows == 3 && server.windowClosures == 2)
        #expect(server.closedTime == 602_501_000_000)
        #expect(t.records[0].client.windowClosures == 0 && t.records[0].client.closedTime == 0)
        let trouble = t.records[0].troubles().first
        #expect(trouble?.kind == .zeroWindow && trouble?.count == 2 && trouble?.time == 602_501_000_000)
    }

    @Test("the next segment of a transfer opens it, too")
    func openedInBulk() {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 10)
        t.s.data(301, ack: 111, 10)
        t.c.send(.ack, 111, 311, window: 0)
        t.wait(40)
        t.c.data(111, ack: 311, 10)
        t.wait(1000)
        t.s.data(311, ack: 121, 10)
        #expect(t.records[0].client.windowClosures == 1 && t.records[0].client.closedTime == 40_000_000)
    }

    @Test("a SYN-ACK may offer no window, as proxies do; a FIN's is not told of")
    func closedFromTheStart() {
        let t = Transcript()
        t.c.syn(100)
        t.s.send([.syn, .ack], 300, 101, window: 0)
        t.c.ack(101, ack: 301)
        t.wait(20)
        t.s.ack(301, ack: 101, window: 5000)
        t.c.data(101, ack: 301, 100)
        t.s.send([.fin, .ack], 301, 201, window: 0)
        let server = t.records[0].server
        #expect(server.zeroWindows == 1 && server.windowClosures == 1 && server.closedTime == 21_000_000)
    }

    @Test func theShortestRoundTripOfWhatWasSentOnce() {
        let t = Transcript()
        t.c.syn(100)
        #expect(t.records[0].client.minimumRoundTrip == nil)
        t.wait(milliseconds: 30)
        t.s.synAck(300, ack: 101)
        #expect(t.records[0].client.minimumRoundTrip == 31_000_000)
        #expect(t.records[0].server.minimumRoundTrip == nil)
        t.wait(milliseconds: 3)
        t.c.ack(101, ack: 301)
        #expect(t.records[0].server.minimumRoundTrip == 4_000_000)
        t.c.data(101, ack: 301, 100)
        t.wait(milliseconds: 40)
        t.s.ack(301, ack: 201)
        #expect(t.records[0].client.minimumRoundTrip == 31_000_000)
        // Sent twice: nobody knows which of the two was acknowledged.
        t.c.data(201, ack: 301, 100)
        t.c.data(201, ack: 301, 100)
        t.s.ack(301, ack: 301)
        #expect(t.records[0].client.minimumRoundTrip == 31_000_000)
        t.c.data(301, ack: 301, 100)
        t.wait(nanoseconds: 4_000_100)
        t.s.ack(301, ack: 401)
        #expect(t.records[0].client.minimumRoundTrip == 5_000_100)
    }

    /// What was sent twice proves nothing, nor does what shares a segment with it; nor can anything be said of an ACK that
    /// comes after more time than the record can count.
    @Test(arguments: ["again", "partly old", "too late", "too late, in steps", "clock set back"])
    func whatIsNotTimed(case name: String) {
        let t = Transcript()
        t.c.ack(100, ack: 300)
        t.s.ack(300, ack: 100)
        t.c.data(100, ack: 300, 100)
        switch name {
        case "again": t.c.data(100, ack: 300, 100)
        case "partly old": t.c.data(150, ack: 300, 100)
        case "too late": t.wait(430_000)
        case "too late, in steps":
            for _ in 0..<5 {
                t.wait(100_000)
                t.s.data(300, ack: 100, 10)
            }
        default: t.wait(-1000)
        }
        t.s.ack(300, ack: 250)
        #expect(t.records[0].client.minimumRoundTrip == nil)
        t.c.data(250, ack: 300, 100)
        t.wait(10)
        t.s.ack(300, ack: 350)
        #expect(t.records[0].client.minimumRoundTrip == 10_000_000)
    }

    /// An ACK of part of what is timed says nothing yet.
    @Test func onlyTheWholeIsTimed() {
        let t = Transcript()
        t.c.ack(101, ack: 301)
        t.s.ack(301, ack: 101)
        t.c.data(101, ack: 301, 100)
        t.s.ack(301, ack: 151)
        #expect(t.records[0].client.minimumRoundTrip == nil)
        t.s.ack(301, ack: 201)
        #expect(t.records[0].client.minimumRoundTrip == 2_000_000)
    }

    @Test func nothingComesAfterAFIN() {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 100)
        t.c.fin(201, ack: 301)
        t.c.data(90_000, ack: 301, 100)
        #expect(t.records[0].client.streamBytes == 100)
        t.s.ack(301, ack: 202)
        #expect(t.records[0].client.marks.contains(.finAcknowledged))
    }
}
