import CaptureFile
import Settling
import Stories
import TCPWire
import Testing
import Tracking
import Transcripts

/// Where it is told when segments arrived, an end answers what it had heard, not what had been sent.
@Suite struct HearingTests {
    /// The labels of each segment, by when it arrived: in milliseconds, `nil` for never.
    private func labels(_ t: Transcript, _ arrivals: [Int64?]) throws -> [[SegmentLabel]] {
        let connection = try #require(StoredConnection.settling(t.segments).first).arriving { segment in
            arrivals[segment.number - 1].map { .at(Timestamp(nanoseconds: $0 * 1_000_000)) } ?? .never
        }
        return try #require(ConnectionStory(connection)).steps.map { $0.labels.map(\.label) }
    }

    @Test("a SYN that arrives behind the SYN-ACK, though it left before it, asks for it again: no timer")
    func lateSYN() throws {
        let t = Transcript()
        t.c.syn(100)
        t.c.syn(100)
        t.wait(9)
        t.s.synAck(300, ack: 101)
        t.wait(2)
        t.s.synAck(300, ack: 101)
        let connection = try #require(StoredConnection.settling(t.segments).first)
        func ordinal(_ second: Int64) throws -> Int? {
            let times = [Int64(9), second, 20, 22].map { Timestamp(nanoseconds: $0 * 1_000_000) }
            let story = try #require(ConnectionStory(connection.arriving { .at(times[$0.number - 1]) }))
            return try #require(story.steps[3].labels.first { $0.label == .synAckRetry }).ordinal
        }
        // Each millisecond one segment: the SYN-ACK leaves at 10 and again at 12.
        #expect(try ordinal(11) == nil)
        #expect(try ordinal(9) == 0)
    }

    @Test("an ACK to a SYN-ACK that came late is a challenge, whatever was sent since")
    func challenge() throws {
        let t = Transcript()
        t.c.syn(100)
        t.s.synAck(300, ack: 101)
        t.s.synAck(300, ack: 101)
        t.wait(9)
        t.c.ack(101, ack: 301)
        t.c.data(101, ack: 301, 10)
        t.s.ack(301, ack: 111)
        t.wait(5)
        t.c.ack(111, ack: 301)
        let told = try labels(t, [1, 10, 17, 20, 21, 40, 40])
        #expect(told[6].contains(.challengeACK))
        // Where it never came, it was not answered.
        #expect(try !labels(t, [1, 10, nil, 20, 21, 40, 40])[6].contains(.challengeACK))
    }

    @Test("an ACK that data has overtaken is answered")
    func lateACK() throws {
        let t = Transcript()
        t.c.syn(100)
        t.s.synAck(300, ack: 101)
        t.c.ack(101, ack: 301)
        t.c.data(101, ack: 301, 10)
        t.s.ack(301, ack: 111)
        t.s.ack(301, ack: 111)
        #expect(try labels(t, [1, 2, 5, 4, 9, 9])[5].contains(.answersDuplicate))
        #expect(try !labels(t, [1, 2, 3, 4, 9, 9])[5].contains(.answersDuplicate))
    }
}
