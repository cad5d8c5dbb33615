import Stories
import TCPWire
import Testing
import Tracking
import Transcripts

@Suite struct ResetTests {
    /// A conversation up to the point where both ends are in the states named, client's next number and server's.
    struct Stage: CustomTestStringConvertible {
        let states: String
        let client: UInt32
        let server: UInt32
        let lead: @Sendable (Transcript) -> Void
        var testDescription: String { states }
    }

    static let stages = [
        Stage(states: "ER", client: 101, server: 301) {
            $0.c.syn(100)
            $0.s.synAck(300, ack: 101)
        },
        Stage(states: "EE", client: 101, server: 301) { $0.open() },
        Stage(states: "1W", client: 102, server: 301) {
            $0.open()
            $0.c.fin(101, ack: 301)
        },
        Stage(states: "2W", client: 102, server: 301) {
            $0.open()
            $0.c.fin(101, ack: 301)
            $0.s.ack(301, ack: 102)
        },
        Stage(states: "TA", client: 102, server: 302) {
            $0.open()
            $0.c.fin(101, ack: 301)
            $0.s.fin(301, ack: 102)
        },
        Stage(states: "X1", client: 102, server: 302) {
            $0.open()
            $0.c.fin(101, ack: 301)
            $0.s.fin(301, ack: 101)
        },
        Stage(states: "T-", client: 102, server: 302) {
            $0.open()
            $0.c.fin(101, ack: 301)
            $0.s.fin(301, ack: 102)
            $0.c.ack(102, ack: 302)
        },
    ]

    @Test(arguments: stages) func exactFromEitherSide(_ stage: Stage) throws {
        for fromClient in [true, false] {
            let t = Transcript()
            stage.lead(t)
            #expect(try t.states.last == stage.states)
            let wasClosed = stage.states == "T-"
            if fromClient { t.c.rst(stage.client) } else { t.s.rst(stage.server) }
            #expect(try t.states.last == "--")
            #expect(try t.kinds.last == .reset)
            if !wasClosed {
                #expect(t.records[0].outcome.ending == .reset)
                #expect(t.records[0].outcome.endedBy == (fromClient ? .client : .server))
            }
        }
    }

    /// RFC 9293 3.10.7.4: outside the window an RST is dropped.
    @Test(arguments: stages) func outsideChangesNothing(_ stage: Stage) throws {
        for distance in [0x4000_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_0000] as [UInt32] {
            let t = Transcript()
            stage.lead(t)
            let before = t.records[0].outcome
            t.c.rst(stage.client &+ distance)
            t.s.rst(stage.server &+ distance)
            #expect(try t.states.suffix(2) == [stage.states, stage.states])
            #expect(t.records[0].outcome == before)
        }
    }

    /// RFC 5961 3.2: inside the window but not at its edge, the receiver asks back with an ACK.
    @Test func insideTheWindow() throws {
        let t = Transcript()
        t.open()
        t.c.rst(101 + 2000)
        #expect(try t.states.last == "-E")
        t.s.ack(301, ack: 101)
        t.c.rst(101)
        #expect(try t.states.last == "--")
        #expect(t.records[0].outcome.words == "handshake reset client")
    }

    @Test func windowIsScaled() throws {
        let t = Transcript()
        t.c.syn(100, options: [.windowScale(7)])
        t.s.synAck(300, ack: 101, options: [.windowScale(7)])
        t.c.ack(101, ack: 301)
        t.s.ack(301, ack: 101)
        t.c.rst(101 + 100_000)
        #expect(try t.states.last == "-E")
        let unscaled = Transcript()
        unscaled.open()
        unscaled.c.rst(101 + 100_000)
        #expect(try unscaled.states.last == "EE")
    }

    /// An RST to what had been acknowledged before data was lost is at the receiver's edge too.
    @Test func atTheLowerEdge() throws {
        let t = Transcript()
        t.open()
        t.s.ack(301, ack: 101)
        t.c.data(151, ack: 301, 10)
        t.c.rst(101)
        #expect(try t.states.last == "--")
    }

    /// RST,ACK at the end of a connection keeps its numbers.
    @Test func withACK() throws {
        let t = Transcript()
        t.open()
        t.c.rstAck(101, ack: 301)
        #expect(try t.numbers.last == [1, 1])
        #expect(try t.states.last == "--")
    }

    @Test func alone() throws {
        let t = Transcript()
        t.s.rst(5000)
        #expect(try t.numbers == [[1]])
        #expect(t.records[0].outcome.words == "midstream reset server")
    }
}
