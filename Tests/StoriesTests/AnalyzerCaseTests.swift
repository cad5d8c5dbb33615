import Stories
import TCPState
import TCPWire
import Testing
import Tracking
import Transcripts

/// What the best analyzers get wrong, and is right here.
@Suite struct AnalyzerCaseTests {
    /// Linux's window probes are empty and carry an old number: Wireshark calls them keep-alives, tcptrace sees none.
    @Test func windowProbesAreNoKeepAlives() throws {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 1344)
        t.s.ack(301, ack: 1445, window: 0)
        for gap: Int64 in [3400, 6800, 13_500] {
            t.wait(gap)
            t.c.ack(1444, ack: 301)
            t.s.ack(301, ack: 1445, window: 0)
        }
        #expect(
            try t.labels.suffix(7) == [
                [.zeroWindow], [.windowProbe], [.windowProbeAnswer, .zeroWindow], [.windowProbe],
                [.windowProbeAnswer, .zeroWindow], [.windowProbe], [.windowProbeAnswer, .zeroWindow],
            ])
        #expect(try t.story.steps.allSatisfy { !$0.isRepetition })
        #expect(try t.story.steps.allSatisfy { !$0.has(.duplicateACK) })
    }

    /// Wireshark: both SYN-ACKs are retransmissions, both ACKs window updates.
    @Test func simultaneousOpen() throws {
        let t = Transcript()
        t.c.syn(100)
        t.s.syn(300)
        t.c.synAck(100, ack: 301)
        t.s.synAck(300, ack: 101)
        t.c.ack(101, ack: 301)
        t.s.ack(301, ack: 101)
        #expect(try t.labels.prefix(4) == [[], [.simultaneousOpen], [.simultaneousOpen], [.simultaneousOpen]])
        #expect(try t.story.steps.allSatisfy { !$0.isRepetition && !$0.has(.windowUpdate) })
        let path = try t.story.path(of: .client).entries.map { String($0.state.letter) }.joined()
        #expect(path == "-SRE")
    }

    @Test func selfConnection() throws {
        let t = Transcript(client: Sample.client, server: Sample.client)
        t.c.syn(100)
        t.c.synAck(100, ack: 101)
        t.c.ack(101, ack: 101)
        #expect(try t.states == ["RR", "EE", "EE"])
        #expect(try t.story.steps.allSatisfy { !$0.isRepetition && !$0.has(.windowUpdate) })
    }

    /// A system that asks again after an RST has lost nothing.
    @Test func refusedIsNotLost() throws {
        let t = Transcript()
        for _ in 0..<3 {
            t.c.syn(100)
            t.s.rstAck(0, ack: 101)
            t.wait(500)
        }
        #expect(try t.story.steps.allSatisfy { !$0.has(.synRetry) && $0.fate == .arrived })
        #expect(try t.story.steps.filter { $0.has(.refusedRetry) }.map(\.segment.number) == [3, 5])
        #expect(try t.story.steps.filter { $0.has(.refused) }.map(\.sequence.base) == [.none, .none, .none])
    }

    /// No number of a capture that starts in the middle is shown as if it were counted from an ISN.
    @Test func guessedBaseIsMarked() throws {
        let t = Transcript()
        t.s.data(9000, ack: 5000, 20)
        #expect(try t.story.steps[0].sequence.base == .guessed)
        #expect(try t.story.steps[0].acknowledgment?.base == .guessed)
    }

    /// Wireshark's completeness is the value before the frame, tcptrace says "no": the handshake is complete with its third
    /// segment.
    @Test func handshakeIsCompleteAtOnce() throws {
        let t = Transcript()
        t.open()
        #expect(t.records[0].outcome.opening == .handshake)
        #expect(try t.kinds.last == .handshakeAck)
    }
}
