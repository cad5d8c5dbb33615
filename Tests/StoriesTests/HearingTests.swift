import CaptureFile
import Settling
import Stories
import TCPWire
import Testing
import Tracking
import Transcripts

/// Where it is told when segments arrived, an end answers what it had heard, not what had been sent.
@Suite struct HearingTests {
    /// The story of a transcript, by when its segments arrived: in milliseconds, `nil` for never.
    private func story(_ t: Transcript, _ arrivals: [Int64?]) throws -> ConnectionStory {
        let connection = try #require(StoredConnection.settling(t.segments).first)
        var told: [(time: Timestamp, observation: Observation)] = connection.segments.map { ($0.time, .segment($0)) }
        for (segment, arrival) in zip(connection.segments, arrivals) {
            guard let arrival else { continue }
            let time = Timestamp(nanoseconds: arrival * 1_000_000)
            let receiver: Party = connection.record.isFromClient(segment.header) ? .server : .client
            told.append((time, .word(EndWord(.arrived(segment.number, .taken), of: receiver, by: .wire, at: time))))
        }
        let builder = StoryBuilder(connection, tellsArrivals: true)
        // What arrives at a moment, arrives before what leaves then.
        let order = told.enumerated().sorted { one, other in
            func rank(_ entry: (offset: Int, element: (time: Timestamp, observation: Observation))) -> (Int64, Int, Int)
            {
                let isSegment = if case .segment = entry.element.observation { 1 } else { 0 }
                return (entry.element.time.nanoseconds(since: Timestamp(nanoseconds: 0)), isSegment, entry.offset)
            }
            return rank(one) < rank(other)
        }
        builder.take(all: order.map(\.element.observation))
        return try #require(builder.story)
    }

    private func labels(_ t: Transcript, _ arrivals: [Int64?]) throws -> [[SegmentLabel]] {
        try story(t, arrivals).steps.map { $0.labels.map(\.label) }
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
        func ordinal(_ second: Int64) throws -> Int? {
            let story = try story(t, [9, second, 20, 22])
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
