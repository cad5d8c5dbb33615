import TCPState
import TCPWire
import Testing
import Tracking
import Transcripts

@testable import Stories

@Suite struct ClosingTests {
    /// The tutorial's exchange: 16 octets and the ACK of 17, 18 octets and the ACK of 19, then the FINs.
    private func tutorial() -> Transcript {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 16)
        t.s.ack(301, ack: 117)
        t.s.data(301, ack: 117, 18)
        t.c.ack(117, ack: 319)
        return t
    }

    @Test func serverClosesFirst() throws {
        let t = tutorial()
        t.s.fin(319, ack: 117)
        t.c.ack(117, ack: 320)
        t.c.fin(117, ack: 320)
        t.s.ack(320, ack: 118)
        #expect(try t.states == ["SR", "ER", "EE", "EE", "EE", "EE", "EE", "W1", "W2", "AT", "-T"])
        #expect(
            try t.numbers == [
                [0], [0, 1], [1, 1], [1, 1], [1, 17], [1, 17], [17, 19], [19, 17], [17, 20], [17, 20], [20, 18],
            ])
        #expect(
            try t.kinds == [
                .syn, .synAck, .handshakeAck, .data, .acknowledgment, .data, .acknowledgment, .fin, .acknowledgment,
                .fin, .acknowledgment,
            ])
        let covers = try t.story.steps.map(\.covers)
        #expect(covers[4].octets == 16)
        #expect(covers[6].octets == 18)
        #expect(covers[8] == ConnectionStory.Coverage(octets: 0, syn: false, fin: true))
        #expect(covers[10] == ConnectionStory.Coverage(octets: 0, syn: false, fin: true))
        #expect(covers[3] == ConnectionStory.Coverage())
        let record = try t.story.record
        #expect(record.outcome.words == "handshake closed server")
        #expect(record.client.streamBytes == 16)
        #expect(record.server.streamBytes == 18)
        #expect(record.client.segments == 6)
        #expect(record.server.segments == 5)
        #expect(record.duration == 10_000_000)
        #expect(try t.story.steps.allSatisfy { $0.sequence.base == .isn })
    }

    @Test func variables() throws {
        let story = try tutorial().story
        #expect(story.steps[0].serverVariables == nil)
        let before = try #require(story.steps[3].clientVariables)
        #expect(before == .init(sendUnacknowledged: 1, sendNext: 17, receiveNext: 1))
        let after = try #require(story.steps[6].clientVariables)
        #expect(after == .init(sendUnacknowledged: 17, sendNext: 17, receiveNext: 19))
        #expect(story.steps[6].serverVariables == .init(sendUnacknowledged: 19, sendNext: 19, receiveNext: 17))
    }

    @Test func clientClosesFirst() throws {
        let t = tutorial()
        t.c.fin(117, ack: 319)
        t.s.ack(319, ack: 118)
        t.s.fin(319, ack: 118)
        t.c.ack(118, ack: 320)
        #expect(try t.states.suffix(4) == ["1W", "2W", "TA", "T-"])
        #expect(t.records[0].outcome.words == "handshake closed client")
    }

    @Test func threeSegments() throws {
        let t = tutorial()
        t.c.fin(117, ack: 319)
        t.s.fin(319, ack: 118)
        t.c.ack(118, ack: 320)
        #expect(try t.states.suffix(3) == ["1W", "TA", "T-"])
    }

    /// RFC 9293 Figure 13. That the server had not got the first FIN, its own FIN tells.
    @Test func simultaneous() throws {
        let t = tutorial()
        t.c.fin(117, ack: 319)
        t.s.fin(319, ack: 117)
        t.c.ack(118, ack: 320)
        t.s.ack(320, ack: 118)
        #expect(try t.states.suffix(4) == ["1E", "X1", "XT", "TT"])
        #expect(t.records[0].outcome.words == "handshake closed client")
        let path = try t.story.path(of: .server).entries.map { String($0.state.letter) }.joined()
        #expect(path == "LRE1T")
    }

    @Test func halfClose() throws {
        let t = tutorial()
        t.c.fin(117, ack: 319)
        t.s.ack(319, ack: 118)
        t.s.data(319, ack: 118, 100)
        t.c.ack(118, ack: 419)
        #expect(try t.states.suffix(3) == ["2W", "2W", "2W"])
        #expect(t.records[0].outcome.words == "handshake half-closed client")
        t.s.fin(419, ack: 118)
        t.c.ack(118, ack: 420)
        #expect(try t.states.suffix(2) == ["TA", "T-"])
        #expect(t.records[0].server.streamBytes == 118)
    }

    /// Data under way when the other end closes: its sender had not got the FIN.
    @Test func dataCrossesFin() throws {
        let t = tutorial()
        t.c.fin(117, ack: 319)
        t.s.data(319, ack: 117, 50)
        t.c.ack(118, ack: 369)
        t.s.data(369, ack: 117, 50)
        t.s.ack(419, ack: 118)
        #expect(try t.states.suffix(5) == ["1E", "1E", "1E", "1E", "2W"])
    }

    @Test func finLostAndRepeated() throws {
        let t = tutorial()
        t.c.fin(117, ack: 319)
        t.c.fin(117, ack: 319)
        t.s.fin(319, ack: 118)
        t.c.ack(118, ack: 320)
        t.s.fin(319, ack: 118)
        t.c.ack(118, ack: 320)
        #expect(try t.story.steps.map(\.original)[8] == 8)
        #expect(try t.story.steps.map(\.original)[11] == 10)
        #expect(t.records[0].outcome.words == "handshake closed client")
        #expect(t.records[0].client.streamBytes == 16)
    }

    /// A FIN that overtook data waits in the receiver's queue; the receiver's ACK tells when it counted.
    @Test func finOutOfOrder() throws {
        let t = tutorial()
        t.c.fin(137, ack: 319)
        t.s.ack(319, ack: 117)
        t.c.data(117, ack: 319, 20)
        t.s.ack(319, ack: 138)
        #expect(try t.states.suffix(4) == ["1E", "1E", "1E", "2W"])
        #expect(t.records[0].client.streamBytes == 36)
        #expect(t.records[0].client.retransmittedSegments == 0)
        #expect(try t.kinds[9] == .data)
    }

    @Test func finAfterAHole() throws {
        let t = tutorial()
        t.c.data(137, ack: 319, 20)
        t.c.fin(157, ack: 319)
        #expect(try t.states.last == "1E")
        t.s.ack(319, ack: 158)
        #expect(try t.states.last == "2W")
    }

    @Test func notBothAcknowledged() throws {
        let t = tutorial()
        t.c.fin(117, ack: 319)
        t.s.fin(319, ack: 118)
        #expect(t.records[0].outcome.words == "handshake closing client")
    }

    @Test func finWithData() throws {
        let t = Transcript()
        t.open()
        t.c.fin(101, ack: 301, payload: 10)
        t.s.fin(301, ack: 112, payload: 5)
        t.c.ack(112, ack: 307)
        #expect(try t.states.suffix(3) == ["1W", "TA", "T-"])
        #expect(try t.story.steps[3...].map(\.covers.octets) == [0, 10, 5])
        #expect(t.records[0].client.streamBytes == 10)
        #expect(t.records[0].server.streamBytes == 5)
    }

    /// RFC 9293 3.6: data to an end that has closed is answered with an RST.
    @Test func dataAfterClose() throws {
        let t = tutorial()
        t.s.fin(319, ack: 117)
        t.c.ack(117, ack: 320)
        t.c.data(117, ack: 320, 9)
        t.s.rst(320)
        #expect(try t.states.suffix(4) == ["W1", "W2", "W2", "--"])
        #expect(t.records[0].outcome.words == "handshake reset server")
    }
}
