import CaptureFile
import FlatMemory
import Passes
import Settling
import Stories
import TCPState
import TCPWire
import Testing
import Tracking
import Transcripts

/// ICMP errors beside a connection.
@Suite struct ReportTests {
    private static let router = IPAddress(ipv4: 0x0a00_00fe)

    /// An ICMP error in IPv4 that quotes a segment's IP header and eight octets more, as RFC 792 has it.
    private static func packet(
        _ type: UInt8, _ code: UInt8, from reporter: IPAddress = router, quoting segment: StoredSegment,
        sequence: UInt32? = nil, mtu: UInt16 = 0
    ) -> [UInt8] {
        var quoted = Array(segment.frame.prefix(28))
        if let sequence {
            for place in 0..<4 { quoted[24 + place] = UInt8(truncatingIfNeeded: sequence >> (24 - 8 * place)) }
        }
        let length = 20 + 8 + quoted.count
        var address: [UInt8] = []
        for shift in [24, 16, 8, 0] { address.append(UInt8(truncatingIfNeeded: reporter.low >> UInt64(shift))) }
        return [0x45, 0, 0, UInt8(length), 0, 1, 0, 0, 64, 1, 0, 0] + address + quoted[12..<16]
            + [type, code, 0, 0, 0, 0, UInt8(mtu >> 8), UInt8(mtu & 0xff)] + quoted
    }

    /// The transcript as a capture, with ICMP errors behind some of its segments.
    private func analysis(
        _ t: Transcript, _ errors: [(behind: Int, packet: [UInt8])], eviction: Eviction? = nil
    ) -> CaptureAnalysis {
        var analysis = CaptureAnalysis(keeping: eviction == nil ? .all(limit: .max) : .none, eviction: eviction)
        var packets: [(frame: [UInt8], time: Timestamp)] = []
        for segment in t.segments {
            packets.append((segment.frame, segment.time))
            packets += errors.filter { $0.behind == segment.number }.map { ($0.packet, segment.time) }
        }
        for (place, (frame, time)) in packets.enumerated() {
            analysis.take(frame.octets, number: place + 1, at: time, link: .raw)
        }
        analysis.settle()
        return analysis
    }

    private func story(_ analysis: borrowing CaptureAnalysis) throws -> ConnectionStory {
        let stored = analysis.stored(1)
        return try #require(stored.flatMap { ConnectionStory($0) })
    }

    private func openings(_ analysis: borrowing CaptureAnalysis) -> [Opening] {
        analysis.connections.map(\.outcome.opening)
    }

    struct Answer: CustomTestStringConvertible, Sendable {
        let type: UInt8
        let code: UInt8
        let opening: Opening
        var isFromHost = false
        var testDescription: String { "type \(type) code \(code)" }
    }

    @Test(
        "what an ICMP error says of a SYN is how the connection did not open",
        arguments: [
            Answer(type: 3, code: 0, opening: .unreachable), Answer(type: 3, code: 1, opening: .unreachable),
            Answer(type: 3, code: 2, opening: .portUnreachable, isFromHost: true),
            Answer(type: 3, code: 3, opening: .portUnreachable, isFromHost: true),
            Answer(type: 3, code: 9, opening: .prohibited), Answer(type: 3, code: 10, opening: .prohibited),
            Answer(type: 3, code: 13, opening: .prohibited), Answer(type: 11, code: 0, opening: .expired),
            Answer(type: 3, code: 16, opening: .unreachable), Answer(type: 12, code: 0, opening: .unanswered),
            // Advice refuses nothing.
            Answer(type: 5, code: 1, opening: .unanswered), Answer(type: 4, code: 0, opening: .unanswered),
            Answer(type: 3, code: 4, opening: .unanswered),
        ]) func answersSYN(_ answer: Answer) throws
    {
        let t = Transcript()
        t.c.syn(100)
        t.wait(1000)
        t.c.syn(100)
        let reporter = answer.isFromHost ? Sample.server.address : Self.router
        let error = Self.packet(answer.type, answer.code, from: reporter, quoting: t.segments[0])
        let analysis = analysis(t, [(1, error)])
        #expect(openings(analysis) == [answer.opening])
        let story = try story(analysis)
        #expect(story.reports.map(\.quoted) == [1])
        #expect(story.reports.map(\.stepsBefore) == [1])
        let isDrop = answer.type != 5 && answer.type != 4
        // What the host itself answers had reached it.
        #expect(story.steps[0].fate == (answer.isFromHost ? .notTaken : isDrop ? .lost : .arrived))
        #expect(story.steps[1].fate == .arrived)
        #expect(
            story.steps[0].labels.map(\.label) == (answer.isFromHost ? [.notTaken] : isDrop ? [.reportedDropped] : []))
    }

    @Test(
        "an error whose own checksum is wrong was dropped and says nothing; one without a checksum is believed",
        arguments: [
            (change: UInt16(0), opening: Opening.unreachable), (change: 1, opening: .unanswered),
            (change: .max, opening: .unreachable),
        ]) func checksum(_ row: (change: UInt16, opening: Opening)) throws
    {
        let t = Transcript()
        t.c.syn(100)
        var error = Self.packet(3, 1, quoting: t.segments[0])
        var sum = InternetSum()
        sum.add(error.octets, from: 20, to: error.count)
        let field = row.change == .max ? 0 : sum.checksum &+ row.change
        (error[22], error[23]) = (UInt8(field >> 8), UInt8(field & 0xff))
        let analysis = analysis(t, [(1, error)])
        #expect(openings(analysis) == [row.opening])
        let story = try story(analysis)
        #expect(story.reports.map(\.error.error.isDamaged) == [row.change == 1])
        #expect(story.steps[0].fate == (row.change == 1 ? .arrived : .lost))
    }

    @Test("an error that was captured twice is one; two that quote two packets are two", arguments: [true, false])
    func captureTwice(_ isSame: Bool) throws {
        let t = Transcript()
        t.c.send(.syn, 100, 0, id: 7)
        t.c.send(.syn, 100, 0, id: 8)
        let first = Self.packet(3, 1, quoting: t.segments[0])
        let second = Self.packet(3, 1, quoting: t.segments[isSame ? 0 : 1])
        let story = try story(analysis(t, [(2, first), (2, second)]))
        #expect(story.reports.count == (isSame ? 1 : 2))
    }

    @Test("a FIN that a router dropped does not reach CLOSE-WAIT; the one that took its place does")
    func droppedFIN() throws {
        let t = Transcript()
        t.open()
        t.c.fin(101, ack: 301)
        t.wait(300)
        t.c.fin(101, ack: 301)
        t.s.ack(301, ack: 102)
        let told = try story(analysis(t, [(4, Self.packet(3, 1, quoting: t.segments[3]))]))
        #expect(told.steps.map(\.server.state).suffix(3) == [.established, .closeWait, .closeWait])
        // It had arrived after all, as an ACK shows.
        let other = Transcript()
        other.open()
        other.c.fin(101, ack: 301)
        other.wait(300)
        other.s.data(301, ack: 101, 10)
        other.wait(300)
        other.s.ack(311, ack: 102)
        let wrong = try story(analysis(other, [(4, Self.packet(3, 1, quoting: other.segments[3]))]))
        #expect(wrong.steps.map(\.server.state).suffix(3) == [.established, .established, .closeWait])
        let untold = try story(analysis(t, []))
        #expect(untold.steps.map(\.server.state).suffix(3) == [.closeWait, .closeWait, .closeWait])
    }

    @Test("a connection that is let go has heard it too") func evicted() throws {
        let t = Transcript()
        t.c.syn(100)
        var analysis = analysis(
            t, [(1, Self.packet(3, 13, quoting: t.segments[0]))], eviction: Eviction(idle: 1_000_000_000))
        analysis.endAll()
        let ended = analysis.takeEnded()
        #expect(ended.map(\.record.outcome.opening) == [.prohibited])
    }

    @Test("too big on the way: lost, then smaller, and the connection goes on") func pathMTU() throws {
        let t = Transcript()
        t.open([.maximumSegmentSize(1460)])
        t.c.data(101, ack: 301, 1460)
        t.c.data(101, ack: 301, 1000)
        t.c.data(1101, ack: 301, 460)
        t.s.ack(301, ack: 1561)
        let analysis = analysis(t, [(4, Self.packet(3, 4, quoting: t.segments[3], mtu: 1040))])
        #expect(openings(analysis) == [.handshake])
        let story = try story(analysis)
        #expect(story.reports.map { $0.error.error.mtu } == [1040])
        #expect(story.steps[3].fate == .lost)
        #expect(story.steps[4].has(.smallerRetransmission))
    }

    @Test("a number that was never sent is foreign, and says nothing", arguments: [50, 101, 5_000_000] as [UInt32])
    func foreign(_ sequence: UInt32) throws {
        let t = Transcript()
        t.c.syn(100)
        let analysis = analysis(t, [(1, Self.packet(3, 13, quoting: t.segments[0], sequence: sequence))])
        #expect(openings(analysis) == [.unanswered])
        let story = try story(analysis)
        #expect(story.reports.map(\.isForeign) == [true])
        #expect(story.steps[0].fate == .arrived)
    }

    @Test("of several with one number it is the one whose identification is quoted") func identification() throws {
        let t = Transcript()
        t.isNumbered = true
        for _ in 0..<3 {
            t.c.syn(100)
            t.wait(1000)
        }
        let analysis = analysis(t, t.segments.map { (3, Self.packet(3, 1, quoting: $0)) })
        let story = try story(analysis)
        #expect(story.reports.map(\.quoted) == [1, 2, 3])
        #expect(story.steps.map(\.fate) == [.lost, .lost, .lost])
    }

    @Test("an old number says nothing: what was sent once and acknowledged had arrived") func acknowledged() throws {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 100)
        t.s.ack(301, ack: 201)
        t.c.data(201, ack: 301, 100)
        let analysis = analysis(t, [(6, Self.packet(3, 4, quoting: t.segments[3], mtu: 68))])
        let story = try story(analysis)
        #expect(story.reports.map(\.isForeign) == [true])
        #expect(story.steps.map(\.fate).allSatisfy { $0 == .arrived })
    }

    @Test("a number that is sent later only is foreign when it comes") func future() throws {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 100)
        t.wait(100)
        t.c.data(201, ack: 301, 100)
        let analysis = analysis(t, [(4, Self.packet(3, 1, quoting: t.segments[3], sequence: 250))])
        #expect(try story(analysis).reports.map(\.isForeign) == [true])
    }

    @Test("written a moment before the SYN that it is about") func beforeItsCause() throws {
        let t = Transcript()
        t.c.syn(100)
        let error = Self.packet(3, 13, quoting: t.segments[0])
        var analysis = CaptureAnalysis(keeping: .all(limit: .max))
        for (place, frame) in [error, t.segments[0].frame].enumerated() {
            analysis.take(
                frame.octets, number: place + 1, at: Timestamp(nanoseconds: Int64(place) * 3000), link: .raw)
        }
        analysis.settle()
        #expect(openings(analysis) == [.prohibited])
        let story = try story(analysis)
        #expect(story.reports.map(\.quoted) == [2] && story.reports.map(\.stepsBefore) == [1])
    }

    @Test("an error about another connection is counted, and of nobody here") func unknown() throws {
        let t = Transcript()
        t.c.syn(100)
        let other = Transcript(client: Endpoint(address: Sample.client.address, port: 50_000))
        other.c.syn(100)
        let analysis = analysis(t, [(1, Self.packet(3, 13, quoting: other.segments[0]))])
        #expect(openings(analysis) == [.unanswered])
        let (unknown, story) = (analysis.unknownErrors, try story(analysis))
        #expect(unknown == 1)
        #expect(story.reports.isEmpty)
    }

    @Test("of two lives of a tuple it is of the one that sent the number") func lives() throws {
        let t = Transcript()
        t.open()
        t.c.rst(101)
        t.c.syn(9000)
        let analysis = analysis(t, [(5, Self.packet(3, 10, quoting: t.segments[4]))])
        #expect(openings(analysis) == [.handshake, .prohibited])
    }
}
