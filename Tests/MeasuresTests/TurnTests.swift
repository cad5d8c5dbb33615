import Passes
import TCPWire
import Testing
import Tracking
import Transcripts

@testable import Measures

/// Where the time went, and the round trips that this is taken from.
@Suite struct TurnTests {
    private func shares(_ t: Transcript) -> TimeShares {
        let analysis = t.measured
        return analysis.measures[0].shares(of: analysis.connections[0])
    }

    /// RFC 6298 3: of what was sent again nobody knows which copy was answered. Here it was the first SYN, a second ago.
    @Test func repeatedSYN() {
        let t = Transcript()
        t.c.syn(1000)
        t.wait(1000)
        t.c.syn(1000)
        t.wait(5)
        t.s.synAck(5000, ack: 1001)
        t.wait(2)
        t.c.ack(1001, ack: 5001)
        let shares = shares(t)
        #expect(shares.toServer == nil && shares.roundTrip == nil)
        #expect(shares.toClient == 2_000_000)
        let analysis = t.measured
        #expect(analysis.measures[0].vantage(of: analysis.connections[0]) == Vantage(place: .unknown, reason: .nothing))
    }

    @Test func repeatedSYNACK() {
        let t = Transcript()
        t.c.syn(1000)
        t.wait(5)
        t.s.synAck(5000, ack: 1001)
        t.wait(1000)
        t.s.synAck(5000, ack: 1001)
        t.wait(2)
        t.c.ack(1001, ack: 5001)
        let shares = shares(t)
        #expect(shares.toServer == 5_000_000)
        #expect(shares.toClient == nil)
    }

    /// A SYN-ACK with a number that acknowledges nothing of this connection, and one behind the handshake.
    @Test func strayOpenings() {
        let t = Transcript()
        t.c.syn(1000)
        t.wait(5)
        t.s.synAck(5000, ack: 1001)
        t.wait(2)
        t.c.ack(1001, ack: 5001)
        t.wait(500)
        t.s.synAck(9000, ack: 1001)
        t.wait(3)
        t.c.ack(1001, ack: 5001)
        let shares = shares(t)
        #expect(shares.toServer == 5_000_000 && shares.toClient == 2_000_000)
    }

    /// The server answers after 90 ms. What both send again later are not their turns, and three seconds until the answer
    /// came again are the network's.
    @Test func whatIsSentAgainIsNoTurn() {
        let t = Transcript()
        t.c.syn(1000)
        t.wait(10)
        t.s.synAck(5000, ack: 1001)
        t.wait(1)
        t.c.ack(1001, ack: 5001)
        t.wait(1)
        t.c.data(1001, ack: 5001, 100)
        t.wait(100)
        t.s.data(5001, ack: 1101, 200)
        t.wait(1000)
        t.c.data(1001, ack: 5001, 100)
        t.wait(2000)
        t.s.data(5001, ack: 1101, 200)
        t.wait(1)
        t.c.ack(1101, ack: 5201)
        let shares = shares(t)
        #expect(shares.server == 90_000_000 && shares.serverTurns == 1)
        #expect(shares.client == 1_000_000 && shares.clientTurns == 1)
        #expect(shares.network == 11_000_000 + 10_000_000 + 3_000_000_000)
    }

    /// The request was lost behind the capture: the server cannot think before it has it.
    @Test func lostRequest() {
        let t = Transcript()
        t.c.syn(1000)
        t.wait(10)
        t.s.synAck(5000, ack: 1001)
        t.wait(1)
        t.c.ack(1001, ack: 5001)
        t.wait(1)
        t.c.data(1001, ack: 5001, 100)
        t.wait(300)
        t.c.data(1001, ack: 5001, 100)
        t.wait(30)
        t.s.data(5001, ack: 1101, 200)
        let shares = shares(t)
        #expect(shares.server == 20_000_000 && shares.network == 11_000_000 + 300_000_000 + 10_000_000)
    }

    /// Octets of nobody's stream are nobody's turn.
    @Test func strayData() {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 100)
        t.wait(20)
        t.s.data(900_000_000, ack: 201, 100)
        t.wait(20)
        t.s.data(301, ack: 201, 100)
        let shares = shares(t)
        #expect(shares.serverTurns == 1)
        #expect(shares.server == 39_000_000)
    }

    /// A clock that jumps back by ten seconds and comes round again: no pause is longer than the longest between two times that
    /// follow on each other.
    @Test func clockThatJumpsBack() {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 100)
        t.wait(milliseconds: -10_000)
        t.c.data(201, ack: 301, 100)
        t.wait(milliseconds: 10_000)
        t.c.data(301, ack: 301, 100)
        t.wait(2)
        t.s.data(301, ack: 401, 100)
        let analysis = t.measured
        let (client, _) = t.directions
        #expect(analysis.measures[0].idleMaximum <= 2_000_000)
        #expect(client.idleMaximum <= 2_000_000)
        #expect(client.dataDuration == 2_000_000)
        #expect(client.meanPayload == 100 && client.octetsPerSecond == 150_000)
        #expect(shares(t).server <= 2_000_000)
    }

    /// The server reads nothing for two seconds, then all of it, and answers after 90 ms; the client's probes change nothing.
    @Test func closedWindowIsWaitedFor() {
        let t = Transcript()
        t.c.syn(1000)
        t.wait(10)
        t.s.synAck(5000, ack: 1001)
        t.c.ack(1001, ack: 5001)
        t.c.data(1001, ack: 5001, 100)
        t.wait(10)
        t.s.ack(5001, ack: 1101, window: 0)
        t.wait(1000)
        t.c.data(1100, ack: 5001, 1)
        t.s.ack(5001, ack: 1101, window: 0)
        t.wait(1000)
        t.s.ack(5001, ack: 1101, window: 500)
        t.wait(90)
        t.s.data(5001, ack: 1101, 200)
        let shares = shares(t)
        #expect((2_000_000_000..<2_010_000_000).contains(shares.serverWindow))
        #expect(shares.clientWindow == 0)
        #expect((80_000_000..<110_000_000).contains(shares.server), "\(shares)")
    }

    /// Where the capture ends the window is still closed.
    @Test func windowThatStaysClosed() {
        let t = Transcript()
        t.c.data(1000, ack: 5000, 100)
        t.wait(10)
        t.s.ack(5000, ack: 1100, window: 0)
        for _ in 0..<3 {
            t.wait(1000)
            t.c.data(1099, ack: 5000, 1)
        }
        #expect((3_000_000_000..<3_010_000_000).contains(shares(t).serverWindow))
    }

    /// Its probes carry an octet that is new once, and is sent again twice: the network lost nothing of it.
    @Test func probesOfClosedWindowAreNoLoss() {
        let t = Transcript()
        t.c.syn(1000)
        t.wait(10)
        t.s.synAck(5000, ack: 1001)
        t.c.ack(1001, ack: 5001)
        t.c.data(1001, ack: 5001, 100)
        t.s.ack(5001, ack: 1101, window: 0)
        for _ in 0..<3 {
            t.wait(1000)
            t.c.data(1101, ack: 5001, 1)
            t.s.ack(5001, ack: 1101, window: 0)
        }
        t.wait(1000)
        t.s.ack(5001, ack: 1101, window: 500)
        let shares = shares(t)
        #expect((4_000_000_000..<4_050_000_000).contains(shares.serverWindow))
        #expect(shares.network < 50_000_000, "\(shares)")
        #expect(shares.server == 0 && shares.client < 50_000_000, "\(shares)")
    }
}
