import Stories
import TCPState
import TCPWire
import Testing
import Tracking
import Transcripts

@Suite struct OpeningTests {
    @Test func threeSegments() throws {
        let t = Transcript()
        t.open()
        #expect(try t.statesBefore == "-L")
        #expect(try t.states == ["SR", "ER", "EE"])
        #expect(try t.kinds == [.syn, .synAck, .handshakeAck])
        #expect(try t.numbers == [[0], [0, 1], [1, 1]])
        let record = try t.story.record
        #expect(record.outcome.words == "handshake open -")
        #expect(record.synAckDelay == 1_000_000)
        #expect(record.handshakeDelay == 2_000_000)
        #expect(record.roleEvidence == .syn)
        #expect(try t.story.steps.map(\.covers.syn) == [false, true, true])
    }

    /// What one end says first is not known while nothing was heard of it.
    @Test func firstPassDoesNotGuessTheListener() throws {
        let t = Transcript()
        t.c.syn(100)
        #expect(t.records[0].server.state == nil)
        #expect(try t.states == ["S?"])
    }

    @Test func dataCompletesTheHandshake() throws {
        let t = Transcript()
        t.c.syn(100)
        t.s.synAck(300, ack: 101)
        t.c.data(101, ack: 301, 5)
        #expect(try t.states == ["SR", "ER", "EE"])
        #expect(try t.kinds.last == .data)
        #expect(try t.story.record.outcome.opening == .handshake)
    }

    @Test func unansweredWithRetries() throws {
        let t = Transcript()
        for _ in 0..<3 { t.c.syn(100) }
        #expect(try t.states == ["S?", "S?", "S?"])
        #expect(try t.kinds == [.syn, .syn, .syn])
        #expect(try t.labels == [[], [.synRetry], [.synRetry]])
        #expect(try t.story.steps.map(\.original) == [nil, 1, 1])
        #expect(t.records.map(\.outcome.words) == ["unanswered none -"])
        #expect(t.records[0].client.retransmittedSegments == 2)
    }

    @Test func lostSYN() throws {
        let t = Transcript()
        t.c.syn(100)
        t.c.syn(100)
        t.s.synAck(300, ack: 101)
        t.c.ack(101, ack: 301)
        #expect(try t.states == ["SL", "SR", "ER", "EE"])
        #expect(try t.story.record.handshakeDelay == 3_000_000)
    }

    @Test func refused() throws {
        let t = Transcript()
        t.c.syn(100)
        t.s.rstAck(0, ack: 101)
        #expect(try t.statesBefore == "--")
        #expect(try t.states == ["S-", "--"])
        #expect(try t.kinds == [.syn, .reset])
        #expect(try t.labels == [[], [.refused]])
        let step = try t.story.steps[1]
        #expect(step.sequence.base == .none)
        #expect(step.sequence.value == 0)
        #expect(step.acknowledgment?.value == 1)
        #expect(step.acknowledgment?.base == .isn)
        #expect(t.records[0].outcome.words == "refused none server")
    }

    /// Windows asks three times before it tells the application.
    @Test func refusedThreeTimes() throws {
        let t = Transcript()
        for _ in 0..<3 {
            t.c.syn(100)
            t.s.rstAck(0, ack: 101)
        }
        #expect(t.records.count == 1)
        #expect(try t.states == ["S-", "--", "S-", "--", "S-", "--"])
        #expect(try t.labels == [[], [.refused], [.refusedRetry], [.refused], [.refusedRetry], [.refused]])
        #expect(t.records[0].outcome.words == "refused none server")
        #expect(try t.story.steps.allSatisfy { $0.sender == .client || $0.sequence.base == .none })
    }

    /// RFC 7413: the refusal acknowledges the SYN and not its data.
    @Test(arguments: [101, 111] as [UInt32]) func refusedWithData(ack: UInt32) throws {
        let t = Transcript()
        t.c.syn(100, payload: 10)
        t.s.rstAck(0, ack: ack)
        #expect(t.records[0].outcome.opening == .refused)
        #expect(t.records[0].client.streamBytes == 10)
    }

    /// RFC 9293 3.10.7.3: an RST that does not acknowledge the SYN is dropped.
    @Test func wrongRefusal() throws {
        let t = Transcript()
        t.c.syn(100)
        t.s.rstAck(0, ack: 555)
        t.s.rst(0)
        #expect(try t.story.steps.map(\.client.state) == [.synSent, .synSent, .synSent])
        #expect(t.records[0].outcome.words == "unanswered none -")
    }

    @Test func abandoned() throws {
        let t = Transcript()
        t.c.syn(100)
        t.c.rst(101)
        #expect(try t.story.steps.map(\.client.state) == [.synSent, .closed])
        #expect(t.records[0].outcome.words == "abandoned none client")
    }

    @Test func neverAcknowledged() throws {
        let t = Transcript()
        t.c.syn(100)
        t.s.synAck(300, ack: 101)
        t.s.synAck(300, ack: 101)
        #expect(try t.states == ["SR", "ER", "ER"])
        #expect(try t.labels == [[], [], [.synAckRetry]])
        #expect(t.records[0].outcome.words == "half-open none -")
    }

    @Test func scanned() throws {
        let t = Transcript()
        t.c.syn(100)
        t.s.synAck(300, ack: 101)
        t.c.rst(101)
        #expect(try t.states == ["SR", "ER", "--"])
        #expect(t.records[0].outcome.words == "half-open reset client")
    }

    /// RFC 9293 Figure 7.
    @Test func simultaneous() throws {
        let t = Transcript()
        t.c.syn(100)
        t.s.syn(300)
        t.c.synAck(100, ack: 301)
        t.s.synAck(300, ack: 101)
        #expect(t.records.count == 1)
        #expect(try t.statesBefore == "--")
        #expect(try t.states == ["S-", "RS", "RE", "EE"])
        #expect(try t.kinds == [.syn, .syn, .synAck, .synAck])
        #expect(t.records[0].outcome.words == "simultaneous open -")
        #expect(t.records[0].client.retransmittedSegments == 0)
        t.c.ack(101, ack: 301)
        t.s.ack(301, ack: 101)
        #expect(try t.states.suffix(2) == ["EE", "EE"])
    }

    /// A listener between SYN-SENT and SYN-RECEIVED on the same ports.
    @Test func samePortOnBothSides() throws {
        let peer = Endpoint(address: IPAddress(ipv4: 0x0a00_0009), port: 179)
        let t = Transcript(client: peer, server: Endpoint(address: Sample.server.address, port: 179))
        t.open()
        #expect(try t.states == ["SR", "ER", "EE"])
        #expect(t.records[0].clientEndpoint == peer)
    }

    @Test func withItself() throws {
        let t = Transcript(client: Sample.client, server: Sample.client)
        t.c.syn(100)
        t.c.synAck(100, ack: 101)
        t.c.data(101, ack: 101, 5)
        t.c.ack(106, ack: 106)
        t.c.fin(106, ack: 106)
        t.c.ack(107, ack: 107)
        #expect(t.records.count == 1)
        #expect(try t.states == ["RR", "EE", "EE", "EE", "XX", "TT"])
        #expect(try t.numbers == [[0], [0, 1], [1, 1], [6, 6], [6, 6], [7, 7]])
        #expect(t.records[0].outcome.words == "simultaneous closed client")
        #expect(t.records[0].client.segments == 6)
        #expect(t.records[0].client.streamBytes == 5)
    }

    /// Found by the fuzzer: the SYN-ACK's sender is its receiver.
    @Test func withItselfFromTheSynAckOn() throws {
        let t = Transcript(client: Sample.client, server: Sample.client)
        t.c.synAck(100, ack: 101)
        #expect(try t.states == ["EE"])
        #expect(t.records[0].client.segments == 1)
    }

    @Test func synCapturedAfterSynAck() throws {
        let t = Transcript()
        t.s.synAck(300, ack: 101)
        t.c.syn(100)
        t.c.ack(101, ack: 301)
        #expect(t.records.count == 1)
        #expect(t.records[0].clientEndpoint == Sample.client)
        #expect(t.records[0].roleEvidence == .syn)
        #expect(try t.numbers == [[0, 1], [0], [1, 1]])
        #expect(try t.states.last == "EE")
        #expect(t.records[0].client.retransmittedSegments == 0)
    }

    @Test func synNotCaptured() throws {
        let t = Transcript()
        t.s.synAck(300, ack: 101)
        t.c.ack(101, ack: 301)
        #expect(t.records[0].roleEvidence == .synAck)
        #expect(t.records[0].clientEndpoint == Sample.client)
        #expect(try t.states == ["?R", "EE"])
        #expect(try t.story.steps[1].sequence == t.story.steps[0].acknowledgment)
        #expect(t.records[0].outcome.words == "partial open -")
    }

    @Test func synAckNotCaptured() throws {
        let t = Transcript()
        t.c.syn(100)
        t.c.ack(101, ack: 301)
        t.c.data(101, ack: 301, 3)
        #expect(t.records[0].outcome.words == "partial open -")
        #expect(try t.states == ["S?", "E?", "E?"])
    }

    /// Only what the server sent was captured: data tells that it had left SYN-RECEIVED.
    @Test func oneDirection() throws {
        let t = Transcript()
        t.s.synAck(300, ack: 101)
        t.s.data(301, ack: 120, 10)
        #expect(try t.states == ["?R", "?E"])
    }

    @Test("the SYN's shift count, 14 at most (RFC 7323 2.3)", arguments: [(7, 7), (14, 14), (15, 14), (255, 14)])
    func windowScale(offered: UInt8, taken: UInt8) {
        let t = Transcript()
        t.c.syn(100, options: [.maximumSegmentSize(1460), .windowScale(offered)])
        t.s.synAck(300, ack: 101, options: [.maximumSegmentSize(1440)])
        #expect(t.records[0].client.windowScale == taken)
        #expect(t.records[0].server.windowScale == nil)
    }

    /// A SYN with RST set opens nothing, and nothing goes wrong over any set of flags.
    @Test func anyFlags() throws {
        for flags in 0..<512 as Range<UInt16> {
            let t = Transcript()
            t.c.send(TCPFlags(rawValue: flags), 100, 300)
            t.s.send(TCPFlags(rawValue: flags), 300, 101)
            t.c.send(TCPFlags(rawValue: 511 - flags), 101, 301)
            #expect(t.records.map { Int($0.client.segments + $0.server.segments) }.reduce(0, +) == 3)
        }
        let t = Transcript()
        t.c.send([.syn, .rst], 100, 0)
        #expect(t.records[0].isMidstream)
    }
}
