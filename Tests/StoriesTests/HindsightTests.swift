import Stories
import TCPWire
import Testing
import Tracking
import Transcripts

/// States that only what came later settles.
@Suite struct HindsightTests {
    /// RFC 5961 3.2: neither end closes by an RST that its receiver asks back about, if its sender goes on.
    @Test func resetThatNobodyTook() throws {
        let t = Transcript()
        t.open()
        t.c.rst(2101)
        t.s.ack(301, ack: 101)
        t.c.data(101, ack: 301, 10)
        t.s.ack(301, ack: 111)
        #expect(try t.states == ["SR", "ER", "EE", "EE", "EE", "EE", "EE"])
        #expect(try t.story.record.outcome.words == "handshake open -")
        #expect(try t.story.steps[3].fate == .notTaken)
    }

    /// Who answers the challenge with an RST had meant the first one.
    @Test func resetThatWasMeant() throws {
        let t = Transcript()
        t.open()
        t.c.rst(2101)
        t.s.ack(301, ack: 101)
        t.c.rst(101)
        #expect(try t.states.suffix(3) == ["-E", "-E", "--"])
    }

    /// Its receiver took it, its sender knows nothing of it: somebody else sent it.
    @Test func forgedReset() throws {
        let t = Transcript()
        t.open()
        t.s.rst(301, ttl: 200)
        t.s.data(301, ack: 101, 10)
        t.c.rst(101)
        t.s.data(311, ack: 101, 10)
        t.c.rst(101)
        #expect(try t.states.suffix(5) == ["-E", "-E", "--", "--", "--"])
    }

    /// A third ACK that the server had not got is known by the SYN-ACK that comes again.
    @Test func thirdAckLost() throws {
        let t = Transcript()
        t.open()
        t.wait(1000)
        t.s.synAck(300, ack: 101)
        t.c.ack(101, ack: 301)
        #expect(try t.states == ["SR", "ER", "ER", "ER", "EE"])
        #expect(try t.labels == [[], [], [.notTaken], [.synAckRetry], [.challengeACK]])
    }

    /// A SYN-ACK that did not arrive is known by the SYN that comes again.
    @Test func synAckLost() throws {
        let t = Transcript()
        t.c.syn(100)
        t.s.synAck(300, ack: 101)
        t.wait(1000)
        t.c.syn(100)
        t.s.synAck(300, ack: 101)
        t.c.ack(101, ack: 301)
        #expect(try t.states == ["SR", "SR", "SR", "ER", "EE"])
        #expect(try t.story.steps.map(\.fate) == [.arrived, .notTaken, .arrived, .arrived, .arrived])
    }

    /// It had arrived after all, only later: its timestamp comes back.
    @Test func synAckUnderWay() throws {
        let t = Transcript()
        t.c.syn(100, options: [.timestamps(stamps(10, 0))])
        t.s.synAck(300, ack: 101, options: [.timestamps(stamps(500, 10))])
        t.c.syn(100, options: [.timestamps(stamps(1010, 0))])
        t.c.ack(101, ack: 301, stamps: stamps(1011, 500))
        #expect(try t.states == ["SR", "SR", "SR", "EE"])
        #expect(try t.story.steps.allSatisfy { $0.fate == .arrived })
    }

    @Test func synLost() throws {
        let t = Transcript()
        t.c.syn(100)
        t.wait(1000)
        t.c.syn(100)
        t.s.synAck(300, ack: 101)
        #expect(try t.states == ["SL", "SR", "ER"])
        #expect(try t.story.steps.map(\.fate) == [.lost, .arrived, .arrived])
    }

    /// The SYN-ACK's timestamp tells that it was the first SYN that had come.
    @Test func synAnsweredLate() throws {
        let t = Transcript()
        t.c.syn(100, options: [.timestamps(stamps(10, 0))])
        t.c.syn(100, options: [.timestamps(stamps(310, 0))])
        t.s.synAck(300, ack: 101, options: [.timestamps(stamps(500, 10))])
        #expect(try t.states == ["SR", "SR", "ER"])
        #expect(try t.story.steps.map(\.fate) == [.arrived, .useless, .arrived])
    }

    /// The last ACK was lost: who repeats its FIN is still in LAST-ACK.
    @Test func lastAckLost() throws {
        let t = Transcript()
        t.open()
        t.c.fin(101, ack: 301)
        t.s.ack(301, ack: 102)
        t.s.fin(301, ack: 102)
        t.c.ack(102, ack: 302)
        t.wait(300)
        t.s.fin(301, ack: 102)
        t.c.ack(102, ack: 302)
        #expect(try t.states.suffix(6) == ["1W", "2W", "TA", "TA", "TA", "T-"])
        #expect(try t.story.steps[6].fate == .notTaken)
    }

    /// An ACK that was still on its way when the FIN was repeated is not one that nobody took.
    @Test func lastAckUnderWay() throws {
        let t = Transcript()
        t.c.syn(100)
        t.wait(300)
        t.s.synAck(300, ack: 101)
        t.c.ack(101, ack: 301)
        t.s.fin(301, ack: 101)
        t.c.ack(101, ack: 302)
        t.wait(200)
        t.s.fin(301, ack: 101)
        t.c.ack(101, ack: 302)
        #expect(try t.states.suffix(4) == ["W1", "W1", "W1", "W2"])
        #expect(try t.story.steps.allSatisfy { !$0.has(.notTaken) })
    }

    /// A FIN that timestamps prove lost had moved nobody.
    @Test func finLost() throws {
        let t = Transcript()
        t.open()
        t.c.fin(101, ack: 301, stamps: stamps(10, 1))
        t.wait(300)
        t.c.fin(101, ack: 301, stamps: stamps(310, 1))
        t.s.ack(301, ack: 102, stamps: stamps(5, 310))
        #expect(try t.states.suffix(3) == ["1E", "1W", "2W"])
        #expect(try t.story.steps[3].fate == .lost)
    }

    /// Half-close: the other direction goes on for as long as it likes.
    @Test func halfClose() throws {
        let t = Transcript()
        t.open()
        t.s.fin(301, ack: 101)
        t.c.ack(101, ack: 302)
        t.c.data(101, ack: 302, 10)
        t.s.ack(302, ack: 111)
        t.c.fin(111, ack: 302)
        t.s.ack(302, ack: 112)
        #expect(try t.states.suffix(6) == ["W1", "W2", "W2", "W2", "AT", "-T"])
    }

    @Test func midstreamClose() throws {
        let t = Transcript()
        t.c.fin(5000, ack: 9000)
        t.s.fin(9000, ack: 5001)
        t.c.ack(5001, ack: 9001)
        #expect(try t.states == ["1?", "TA", "T-"])
    }

    /// A damaged segment and a copy move nobody.
    @Test func artefactsMoveNobody() throws {
        let t = Transcript()
        t.isNumbered = true
        t.open()
        t.c.send([.fin, .ack], 101, 301, checksum: 0x1234)
        t.s.data(301, ack: 101, 5)
        t.s.send([.syn, .ack], 300, 101, id: 1)
        #expect(try t.states == ["SR", "ER", "EE", "EE", "EE", "EE"])
        #expect(try t.labels == [[], [], [], [.corruptChecksum], [], [.wireDuplicate]])
        #expect(try t.story.steps.map(\.fate).suffix(3) == [.notTaken, .arrived, .useless])
    }

    /// A capture that sees every packet twice tells the same story.
    @Test func everythingTwice() throws {
        let once = Transcript()
        once.isNumbered = true
        once.open()
        once.c.fin(101, ack: 301)
        once.s.fin(301, ack: 102)
        once.c.ack(102, ack: 302)
        let twice = Transcript()
        for segment in once.segments {
            for _ in 0..<2 { twice.repeatSegment(segment) }
        }
        let states = try once.states
        #expect(try twice.states == states.flatMap { [$0, $0] })
        #expect(try twice.labels.enumerated().allSatisfy { ($1 == [.wireDuplicate]) == ($0 % 2 == 1) })
    }
}
