import Stories
import TCPState
import TCPWire
import Testing
import Tracking
import Transcripts

/// Segments that their receiver does not take, or takes late: what they say counts for nothing more than it is.
@Suite struct DoubtfulNumberTests {
    @Test("a hole that is filled minutes later was sent again, however the silence is cut up", arguments: [0, 1, 2, 5])
    func longSilences(_ cuts: Int) {
        let t = Transcript()
        t.open()
        t.c.data(1101, ack: 301, 100)
        for _ in 0..<cuts {
            t.wait(milliseconds: 300_000 / Int64(cuts + 1))
            t.s.ack(301, ack: 101)
        }
        t.wait(milliseconds: 300_000 / Int64(cuts + 1))
        t.c.data(101, ack: 301, 1000)
        #expect(t.records[0].client.retransmittedSegments == 1)
        #expect(t.records[0].client.outOfOrderSegments == 0)
    }

    @Test("RSTs that nobody takes do not make a hole young again")
    func longSilencesWithResets() {
        let t = Transcript()
        t.open()
        t.c.data(1101, ack: 301, 100)
        for _ in 0..<3 {
            t.wait(milliseconds: 100_000)
            t.s.rst(900_000_000)
        }
        t.c.data(101, ack: 301, 1000)
        #expect(t.records[0].client.retransmittedSegments == 1)
    }

    @Test("the window of a segment that is not of the stream closes nothing")
    func windowOfAStray() throws {
        let t = Transcript()
        t.open()
        t.s.ack(900_000_301, ack: 101, window: 0)
        t.c.data(101, ack: 301, 1)
        t.s.ack(301, ack: 102)
        #expect(t.records[0].server.zeroWindows == 0)
        let classes = try t.story.steps.map(\.classes)
        #expect(classes[3] == [.stray, .pureACK])
        #expect(classes[4] == .advances)
        #expect(try t.labels[5].isEmpty)
    }

    @Test("nor does the window of an ACK of what was never sent")
    func windowOfAnInvalidACK() throws {
        let t = Transcript()
        t.open()
        t.s.ack(301, ack: 900_000_101, window: 0)
        t.c.data(101, ack: 301, 1)
        #expect(t.records[0].server.zeroWindows == 0)
        #expect(try t.story.steps[4].classes == .advances)
    }

    @Test("an ACK that a later one has overtaken does not close a window that the later one opened")
    func overtakenWindow() throws {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 1000)
        t.c.data(1101, ack: 301, 1000)
        t.s.ack(301, ack: 2101, window: 5000)
        t.s.ack(301, ack: 1101, window: 0)
        t.c.data(2101, ack: 301, 1)
        let classes = try t.story.steps.map(\.classes)
        #expect(classes[6].contains(.zeroWindow))
        #expect(classes[7] == .advances)
    }

    @Test("a SYN's window is not scaled, so an RST beyond it is not in the window")
    func windowOfASYN() {
        let t = Transcript()
        t.open([.windowScale(7)])
        t.c.rst(101 + 100_000)
        #expect(t.records[0].outcome.words == "handshake open -")
        #expect(t.records[0].client.state == .established)
        // Said once more without a SYN, the same field means 128 times as much.
        t.s.ack(301, ack: 101)
        t.c.rst(101 + 100_000)
        #expect(t.records[0].client.state == .closed)
    }

    @Test("whether windows are scaled is not known where one SYN was not captured")
    func oneSYN() {
        let t = Transcript()
        t.s.synAck(300, ack: 101, options: [.windowScale(7)])
        t.c.ack(101, ack: 301, window: 100)
        t.s.ack(301, ack: 101, window: 100)
        t.c.rst(101 + 10_000)
        #expect(t.records[0].client.state == .closed)
    }

    @Test("the second SYN-ACK that counts brings its own scale")
    func secondScale() {
        let t = Transcript()
        t.c.syn(100, options: [.windowScale(7)])
        t.s.synAck(300, ack: 101, options: [.windowScale(7)])
        t.s.synAck(700_000, ack: 101)
        t.c.ack(101, ack: 700_001)
        #expect(t.records[0].server.windowScale == nil)
        #expect(t.records[0].server.initialSequence.rawValue == 700_000)
    }

    @Test("what lies behind a FIN far ahead does not bear it out")
    func dataBehindTheFIN() throws {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 100)
        t.c.fin(50_000_000, ack: 301)
        t.c.data(50_001_000, ack: 301, 100)
        t.c.data(201, ack: 301, 100)
        #expect(t.records[0].client.streamBytes == 200)
        #expect(t.records[0].client.state == .established)
        #expect(try t.story.steps[6].classes == .advances)
    }

    @Test("a FIN before all that was captured of a direction ends nothing")
    func oldFIN() {
        let t = Transcript()
        for number in 0..<10 { t.c.data(1_000_000 + UInt32(number) * 1000, ack: 301, 1000) }
        t.c.fin(500_000, ack: 301)
        t.c.data(1_010_000, ack: 301, 1000)
        #expect(t.records[0].client.streamBytes == 11_000)
        #expect(t.records[0].client.retransmittedSegments == 0)
        #expect(t.records[0].outcome.words == "midstream open -")
    }

    @Test("what is sent again of a segment that was not believed at first has that for its original")
    func borneOut() throws {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 1000)
        t.c.data(3_001_101, ack: 301, 1000)
        t.c.data(3_002_101, ack: 301, 1000)
        t.wait(1000)
        t.c.data(3_001_101, ack: 301, 1000)
        let story = try t.story
        #expect(story.steps[5].classes.contains(.bearsOut))
        #expect(story.steps[6].classes == .repeats)
        #expect(story.steps[6].original == 5)
        #expect(story.steps[4].has(.missingBefore))
        #expect(!story.steps[6].has(.originalNotCaptured))
    }
}
