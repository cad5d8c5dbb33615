import CaptureFile
import FlatMemory
import Passes
import Settling
import Stories
import TCPWire
import Testing
import Transcripts

@testable import Tracking

/// A tuple used again is a new connection.
@Suite struct ReuseTests {
    @Test func afterClose() {
        let t = Transcript()
        t.open()
        t.c.fin(101, ack: 301)
        t.s.fin(301, ack: 102)
        t.c.ack(102, ack: 302)
        t.c.syn(9000)
        t.s.synAck(7000, ack: 9001)
        #expect(t.records.map(\.outcome.words) == ["handshake closed client", "half-open none -"])
        #expect(t.records.map(\.reusesTuple) == [false, true])
        #expect(t.records.map(\.firstNumber) == [1, 7])
    }

    @Test func afterReset() {
        let t = Transcript()
        t.open()
        t.c.rst(101)
        t.c.syn(9000)
        t.s.rstAck(0, ack: 9001)
        #expect(t.records.map(\.outcome.words) == ["handshake reset client", "refused none server"])
    }

    @Test func rolesReversed() {
        let t = Transcript()
        t.open()
        t.c.rst(101)
        t.s.syn(9000)
        t.c.synAck(8000, ack: 9001)
        t.s.ack(9001, ack: 8001)
        #expect(t.records.map(\.clientEndpoint) == [Sample.client, Sample.server])
        #expect(t.records[1].outcome.words == "handshake open -")
    }

    /// The new SYN was not captured, its answer was.
    @Test func synNotCaptured() {
        let t = Transcript()
        t.open()
        t.c.rst(101)
        t.s.synAck(70_000, ack: 60_001)
        t.c.ack(60_001, ack: 70_001)
        #expect(t.records.count == 2)
        #expect(t.records[1].outcome.words == "partial open -")
        #expect(t.records[1].clientEndpoint == Sample.client)
    }

    @Test func afterMidstream() {
        let t = Transcript()
        t.c.data(5000, ack: 9000, 10)
        t.c.syn(100)
        #expect(t.records.map(\.outcome.opening) == [.midstream, .unanswered])
    }

    /// The SYN of a connection whose first data was captured before it.
    @Test func synCapturedLate() {
        let t = Transcript()
        t.c.data(101, ack: 301, 10)
        t.c.syn(100)
        #expect(t.records.count == 1)
        #expect(t.records[0].client.streamBytes == 10)
        #expect(t.records[0].client.retransmittedSegments == 0)
    }

    /// A server that forgot answers the repeated SYN with another ISN: still one attempt.
    @Test func secondSynAckISN() throws {
        let t = Transcript()
        t.c.syn(100)
        t.s.synAck(300, ack: 101)
        t.c.syn(100)
        t.s.synAck(50, ack: 101)
        t.c.ack(101, ack: 51)
        #expect(t.records.count == 1)
        #expect(try t.numbers.last == [1, 1])
        #expect(try t.states.last == "EE")
        #expect(t.records[0].outcome.words == "handshake open -")
    }

    private func story(_ number: Int, _ analysis: borrowing CaptureAnalysis) -> ConnectionStory? {
        analysis.stored(number).flatMap { ConnectionStory($0) }
    }

    @Test func stories() throws {
        let t = Transcript()
        t.open()
        t.c.rst(101)
        t.c.syn(9000)
        var all = CaptureAnalysis(keeping: .all(limit: 100))
        var few = CaptureAnalysis(keeping: .all(limit: 3))
        for segment in t.segments {
            all.take(segment.frame.octets, number: segment.number, at: segment.time, link: .raw)
            few.take(segment.frame.octets, number: segment.number, at: segment.time, link: .raw)
        }
        #expect(all.counts.segments == 5)
        #expect(story(1, all)?.steps.count == 4)
        #expect(story(2, all)?.steps.count == 1)
        #expect(story(3, all) == nil && story(0, all) == nil && story(.min, all) == nil)
        #expect(story(2, all)?.steps.map(\.segment.number) == [5])
        #expect(few.stored(1)?.segments.count == 3 && few.stored(1)?.leftOut == 1 && few.leftOut == 2)
        #expect(StoredConnection.settling(t.segments).map(\.segments.count) == [4, 1])
        #expect(StoredConnection.settling([]).isEmpty)
    }

    /// 100,000 tuples: the table grows, the records keep the order of first segments, the seed changes nothing.
    @Test func many() {
        let count = 100_000
        var results: [[ConnectionRecord]] = []
        for seed in [1, 2] as [UInt64] {
            var generator = SplitMix(state: seed)
            var tracker = ConnectionTracker(seed: HashSeed(&generator))
            var header = SegmentHeader()
            let nothing: [UInt8] = []
            for round in 0..<2 {
                for index in 0..<count {
                    let number = UInt32(index * 7919 % count)
                    header.source = IPAddress(ipv4: 0x0a00_0000 + number / 100)
                    header.sourcePort = UInt16(40000 + number % 100)
                    header.destination = IPAddress(ipv4: 0x0b00_0000)
                    header.destinationPort = 443
                    header.flags = round == 0 ? .syn : .ack
                    header.sequence = number + UInt32(round)
                    header.tcpOffset = 0
                    let place = tracker.add(
                        TrackedSegment(
                            header, in: nothing.octets, at: Timestamp(nanoseconds: Int64(index)),
                            number: round * count + index + 1)
                    ).connection
                    if place != index { Issue.record("segment \(index) went to \(place)") }
                }
            }
            results.append(tracker.all)
        }
        #expect(results.allSatisfy { $0.count == count })
        #expect(results[0].enumerated().allSatisfy { $0.element.firstNumber == UInt64($0.offset + 1) })
        #expect(results.allSatisfy { $0.allSatisfy { $0.client.segments == 2 && $0.server.segments == 0 } })
        #expect(zip(results[0], results[1]).allSatisfy { $0.clientEndpoint == $1.clientEndpoint })
    }
}
