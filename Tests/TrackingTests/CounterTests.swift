import TCPWire
import Testing
import Transcripts

@testable import Tracking

/// What the first pass counts of every connection.
@Suite struct CounterTests {
    @Test func aRecordIsSmall() {
        #expect(MemoryLayout<HalfConnection>.stride == 56)
        #expect(MemoryLayout<ConnectionRecord>.stride == 184)
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
