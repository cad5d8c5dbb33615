import Stories
import TCPState
import TCPWire
import Testing
import Tracking
import Transcripts

/// Numbers and times that no stream has: they are no octets, they move no state, and nothing traps.
@Suite struct WildNumberTests {
    @Test("a jump that the stream has passed is forgotten")
    func passed() throws {
        let t = Transcript()
        t.open()
        t.s.data(2_000_301, ack: 101, 100)
        for start in 0..<30 { t.s.data(UInt32(301 + start * 100_000), ack: 101, 60_000) }
        t.c.ack(101, ack: 3_000_301)
        #expect(t.records[0].server.streamBytes == 3_000_000)
        #expect(try t.story.steps.count == t.segments.count)
    }

    @Test("a FIN far ahead closes nothing until something bears it out")
    func wildFin() {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 100)
        t.c.fin(50_000_101, ack: 301)
        t.c.data(201, ack: 301, 100)
        t.s.ack(301, ack: 301)
        #expect(t.records[0].client.state == .established)
        #expect(t.records[0].outcome.words == "handshake open -")
        #expect(t.records[0].client.streamBytes == 200)
        // Acknowledged, it was of the stream after all.
        t.s.ack(301, ack: 50_000_102)
        #expect(t.records[0].client.state == .finWait2)
    }

    @Test("an ACK of what was never sent is nobody's, and nothing later is needless because of it")
    func wildACK() throws {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 100)
        t.s.ack(301, ack: 500_000_101)
        t.c.data(201, ack: 301, 100)
        t.wait(300)
        t.c.data(201, ack: 301, 100)
        t.s.ack(301, ack: 301)
        let story = try t.story
        #expect(story.steps[4].classes.contains(.invalidACK))
        #expect(story.steps[4].covers.octets == 0)
        #expect(!story.steps[6].has(.spurious))
        #expect(t.records[0].client.streamBytes == 200)
    }

    @Test("a FIN beside a SYN is no octet and closes nothing")
    func synFin() {
        let t = Transcript()
        t.c.send([.syn, .fin], 100, 0)
        #expect(t.records[0].client.streamBytes == 0)
        #expect(t.records[0].outcome.endedBy == nil)
    }

    @Test("an octet behind the FIN does not move it")
    func probeBehindFin() {
        let t = Transcript()
        t.open()
        t.c.fin(101, ack: 301)
        t.s.ack(301, ack: 102, window: 0)
        t.c.data(102, ack: 301, 1)
        t.s.ack(301, ack: 102, window: 0)
        #expect(t.records[0].client.streamBytes == 0)
        #expect(t.records[0].client.marks.contains(.finAcknowledged))
    }

    @Test("times that go back before the first segment measure no round trip of seconds")
    func beforeTheFirst() {
        let t = Transcript()
        t.c.syn(100)
        t.wait(nanoseconds: -1_001_000)
        t.s.synAck(300, ack: 101)
        t.c.ack(101, ack: 301)
        #expect(t.records[0].server.minimumRoundTrip == 1_000_000)
    }

    @Test("times as far apart as a file can claim")
    func farApart() throws {
        let t = Transcript()
        t.c.syn(100)
        t.wait(nanoseconds: 4_290_000_000_000_000_000)
        t.c.syn(100)
        t.wait(nanoseconds: 4_290_000_000_000_000_000)
        t.c.syn(100)
        t.s.synAck(300, ack: 101)
        t.wait(nanoseconds: -9_000_000_000_000_000_000)
        t.c.ack(101, ack: 301)
        t.c.data(101, ack: 301, 100)
        t.c.data(101, ack: 301, 100)
        #expect(try t.story.steps.count == 7)
    }

    @Test("what was asked for before the capture began is sent again, however soon it comes")
    func askedBefore() throws {
        let t = Transcript()
        t.s.ack(9000, ack: 5000)
        t.c.data(6000, ack: 9000, 100)
        t.c.data(5000, ack: 9000, 100)
        #expect(t.records[0].client.retransmittedSegments + t.records[0].server.retransmittedSegments == 1)
    }
}
