import CaptureFile
import Passes
import TCPWire
import Testing
import Tracking
import Transcripts

@testable import Measures

extension Transcript {
    /// Both directions of a transcript that is one connection.
    var directions: (client: DirectionMeasures, server: DirectionMeasures) {
        let analysis = measured
        let (record, measures) = (analysis.connections[0], analysis.measures[0])
        return (measures.sent(by: .client, of: record), measures.sent(by: .server, of: record))
    }
}

/// What is measured of each direction.
@Suite struct MeasuresTests {
    @Test func tutorial() {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 16)
        t.s.ack(301, ack: 117)
        t.s.data(301, ack: 117, 18)
        t.c.ack(117, ack: 319)
        t.s.fin(319, ack: 117)
        t.c.ack(117, ack: 320)
        t.c.fin(117, ack: 320)
        t.s.ack(320, ack: 118)
        let (client, server) = t.directions
        #expect(client.segments == 6 && server.segments == 5)
        #expect(client.octets == 16 && server.octets == 18)
        #expect(client.dataSegments == 1 && server.payloadOctets == 18)
        #expect(client.pureAcknowledgments == 3 && server.pureAcknowledgments == 2)
        #expect(client.syns == 1 && client.fins == 1 && server.fins == 1 && server.pushes == 1)
        #expect(client.retransmittedSegments == 0 && server.outOfOrderSegments == 0 && client.missingOctets == 0)
        #expect(client.duplicateAcknowledgments == 0 && server.duplicateAcknowledgments == 0)
        // SYN, 16 octets and FIN were each acknowledged a millisecond later.
        #expect(client.roundTrips.count == 3 && client.roundTrips.minimum == 1_000_000)
        #expect(client.flightMaximum == 16 && client.packetOctets == 6 * 40 + 16)
        #expect(client.initialWindow == 16)
        #expect(client.hops == 0)
    }

    @Test func retransmissionIsCountedOnceAndNotTimed() {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 100)
        t.c.data(201, ack: 301, 100)
        t.c.data(101, ack: 301, 100)
        t.s.ack(301, ack: 301)
        let client = t.directions.client
        #expect(client.octets == 200 && client.payloadOctets == 300)
        #expect(client.retransmittedSegments == 1 && client.retransmittedOctets == 100)
        // Karn's rule: only the SYN's round trip is left.
        #expect(client.roundTrips.count == 1)
    }

    /// Refused or not answered: its number was sent before. Why, the labels say.
    @Test func repeatedSyn() {
        let t = Transcript()
        for _ in 0..<3 {
            t.c.syn(100)
            t.s.rstAck(0, ack: 101)
        }
        #expect(t.directions.client.retransmittedSegments == 2 && t.directions.client.syns == 3)
        let silence = Transcript()
        for _ in 0..<3 { silence.c.syn(100) }
        #expect(silence.directions.client.retransmittedSegments == 2)
    }

    @Test func partlyNew() {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 100)
        t.c.data(151, ack: 301, 100)
        let client = t.directions.client
        #expect(client.octets == 150)
        #expect(client.retransmittedSegments == 1 && client.retransmittedOctets == 50)
    }

    /// The same hole filled at once, or after several round trips.
    @Test(arguments: [0, 40]) func lateOrAgain(delay: Int) {
        let t = Transcript()
        t.open()
        t.c.data(201, ack: 301, 100)
        for _ in 0..<delay { t.s.ack(301, ack: 101) }
        t.c.data(101, ack: 301, 100)
        let client = t.directions.client
        #expect(client.octets == 200)
        // One millisecond is the round trip here, so only what comes within it can have been on its way all the time.
        #expect(client.outOfOrderSegments == (delay == 0 ? 1 : 0))
        #expect(client.retransmittedSegments == (delay == 0 ? 0 : 1))
    }

    /// The sender's clock tells a detour from a repetition, however long it took.
    @Test(arguments: [(UInt32(10), 1, 0), (UInt32(30), 0, 1)]) func byTimestamps(
        value: UInt32, detours: Int, repetitions: Int
    ) {
        let t = Transcript()
        func stamp(_ value: UInt32) -> [TCPOption] {
            [.noOperation, .noOperation, .timestamps(TCPTimestamps(value: value, echoReply: 0))]
        }
        t.open()
        t.c.send([.ack], 201, 301, payload: 100, options: stamp(20))
        for _ in 0..<30 { t.s.ack(301, ack: 101) }
        t.c.send([.ack], 101, 301, payload: 100, options: stamp(value))
        let client = t.directions.client
        #expect(client.outOfOrderSegments == detours && client.retransmittedSegments == repetitions)
    }

    @Test func missing() {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 100)
        t.c.data(301, ack: 301, 100)
        t.s.ack(301, ack: 401)
        let (client, _) = t.directions
        #expect(client.octets == 300 && client.missingOctets == 100)
        #expect(t.measured.measures[0].zeekMissedOctets == 100)
        #expect(t.measured.measures[0].zeekHistory(of: t.measured.connections[0]) == "ShADaG")
    }

    /// One segment with a number from elsewhere does not make the stream larger; a real jump does, once it goes on there.
    @Test func stray() {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 100)
        t.c.data(900_000_000, ack: 301, 100)
        t.c.data(201, ack: 301, 100)
        t.s.ack(301, ack: 301)
        #expect(t.directions.client.octets == 200 && t.directions.client.straySegments == 1)

        let gap = Transcript()
        gap.open()
        gap.c.data(101, ack: 301, 100)
        gap.c.data(50_000_101, ack: 301, 100)
        gap.c.data(50_000_201, ack: 301, 100)
        #expect(gap.directions.client.octets == 50_000_200 && gap.directions.client.straySegments == 0)
    }

    @Test func windows() {
        let t = Transcript()
        t.c.syn(100, options: [.windowScale(7)])
        t.s.synAck(300, ack: 101, options: [.windowScale(2)])
        t.c.send(.ack, 101, 301, window: 100)
        t.s.send([.ack, .psh], 301, 101, payload: 500, window: 1000)
        t.c.send(.ack, 101, 801, window: 0)
        // A probe at the number before the next, then the window opens.
        t.s.send(.ack, 800, 101, window: 1000)
        t.c.send(.ack, 101, 801, window: 0)
        t.c.send(.ack, 101, 801, window: 50)
        let (client, server) = t.directions
        #expect(client.isWindowScaleKnown && client.windowMaximum == 12800 && client.windowMinimum == 0)
        #expect(client.zeroWindows == 2 && server.zeroWindows == 0)
        #expect(server.windowMaximum == 4000 && server.windowProbes == 1 && server.keepAlives == 0)
        #expect(client.duplicateAcknowledgments == 0)
    }

    @Test("a SYN-ACK without a window is the least that was offered, and the other end waits for it")
    func closedInOpening() {
        let t = Transcript()
        t.c.syn(100)
        t.s.send([.syn, .ack], 300, 101, window: 0)
        t.c.ack(101, ack: 301)
        t.wait(20)
        t.s.ack(301, ack: 101, window: 5000)
        t.c.data(101, ack: 301, 10)
        #expect(t.directions.server.windowMinimum == 0 && t.directions.server.windowMaximum == 5000)
        #expect(t.measured.measures(of: 0)?.shares(of: t.records[0]).serverWindow == 21_000_000)
    }

    @Test func keepAlive() {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 10)
        t.s.ack(301, ack: 111)
        t.c.data(110, ack: 301, 1)
        t.s.ack(301, ack: 111)
        let client = t.directions.client
        #expect(client.keepAlives == 1 && client.windowProbes == 0 && client.retransmittedSegments == 0)
        #expect(client.octets == 10)
    }

    @Test func duplicateAcknowledgments() {
        let t = Transcript()
        t.open()
        t.s.data(301, ack: 101, 100)
        t.c.ack(101, ack: 401)
        t.s.data(501, ack: 101, 100)
        t.c.ack(101, ack: 401)
        t.s.data(601, ack: 101, 100)
        t.c.ack(101, ack: 401)
        t.s.data(701, ack: 101, 100)
        t.c.ack(101, ack: 401)
        t.s.data(401, ack: 101, 100)
        t.c.ack(101, ack: 801)
        // Nothing is on its way: not a duplicate.
        t.c.ack(101, ack: 801)
        let (client, server) = t.directions
        #expect(client.duplicateAcknowledgments == 3 && client.tripleDuplicates == 1)
        #expect(server.octets == 500 && server.missingOctets == 0)
    }

    @Test func onlyOneDirectionCaptured() {
        let t = Transcript()
        t.s.synAck(300, ack: 101)
        t.s.ack(301, ack: 5000)
        t.s.data(301, ack: 5000, 70)
        let (client, server) = t.directions
        #expect(client.octets == 0 && client.segments == 0)
        #expect(server.octets == 70)
    }

    @Test func sequenceNumbersComeRound() {
        let t = Transcript()
        t.c.syn(4_294_967_290)
        t.s.synAck(300, ack: 4_294_967_291)
        t.c.ack(4_294_967_291, ack: 301)
        t.c.data(4_294_967_291, ack: 301, 100)
        t.s.ack(301, ack: 95)
        #expect(t.directions.client.octets == 100 && t.directions.client.missingOctets == 0)
    }

    /// A socket connected with itself: nothing is counted twice.
    @Test func connectedWithItself() {
        let t = Transcript(server: Sample.client)
        t.c.syn(100)
        t.c.synAck(100, ack: 101)
        t.c.data(101, ack: 101, 50)
        t.c.ack(151, ack: 151)
        let (client, server) = t.directions
        #expect(client.segments == 4 && server.segments == 0)
        #expect(client.octets == 50 && server.octets == 0 && client.retransmittedSegments == 0)
    }

    @Test func roundTripsInBoundedMemory() throws {
        var trips = RoundTrips()
        for sample in 1...10_000 { trips.add(UInt32(sample)) }
        #expect(trips.count == 10_000 && trips.minimum == 100 && trips.maximum == 1_000_000)
        let median = try #require(trips.median)
        #expect((200_000...800_000).contains(median))
        #expect(try #require(trips.percentile(5)) < median && median < #require(trips.percentile(95)))
        // Of the 32 that are kept it is within three tenths of the true one; of forty orders of the same numbers together, closer.
        let medians = try (2...41 as ClosedRange<UInt32>).map { step in
            var trips = RoundTrips()
            for index in 1...10_006 as ClosedRange<UInt32> { trips.add(index * step % 10_007) }
            return try #require(trips.median)
        }
        #expect((450_000...550_000).contains(medians.reduce(0, +) / 40), "\(medians)")
        #expect(RoundTrips().median == nil && RoundTrips().mean == nil)
    }

    /// A SYN-ACK after 30 ms, the ACK at once; a server that thinks 200 ms; a client that waits a second.
    @Test func timeSharesAndVantage() {
        let t = Transcript()
        t.c.syn(100)
        t.wait(milliseconds: 29)
        t.s.synAck(300, ack: 101)
        t.c.ack(101, ack: 301)
        t.c.data(101, ack: 301, 10)
        t.wait(milliseconds: 229)
        t.s.data(301, ack: 111, 10)
        t.wait(milliseconds: 999)
        t.c.data(111, ack: 311, 10)
        let analysis = t.measured
        let shares = analysis.measures[0].shares(of: analysis.connections[0])
        #expect(shares.toServer == 30_000_000 && shares.toClient == 1_000_000 && shares.roundTrip == 31_000_000)
        // Before its first data the client took a millisecond, and before its second 999 and the one of the way.
        #expect(shares.client == 1_000_000 + 999_000_000)
        #expect(shares.server == 200_000_000)
        #expect(shares.network == 31_000_000 + 30_000_000 + 1_000_000)
        #expect(shares.clientTurns == 2 && shares.serverTurns == 1)
        let vantage = analysis.measures[0].vantage(of: analysis.connections[0])
        #expect(vantage == Vantage(place: .client, reason: .delays(toClient: 1_000_000, toServer: 30_000_000)))
    }

    @Test func vantageByTTL() {
        for (client, server, place) in [
            (UInt8(64), UInt8(50), Vantage.Place.client), (120, 64, .server), (60, 50, .between), (255, 120, .client),
        ] {
            let t = Transcript()
            t.c.send(.syn, 100, 0, ttl: client)
            t.s.send([.syn, .ack], 300, 101, ttl: server)
            let analysis = t.measured
            #expect(analysis.measures[0].vantage(of: analysis.connections[0]).place == place)
        }
    }

    @Test func halfOpenAndTimeWait() {
        let closed = Transcript()
        closed.open()
        closed.s.fin(301, ack: 101)
        closed.c.fin(101, ack: 302)
        closed.s.ack(302, ack: 102)
        #expect(closed.records[0].outcome.timeWait == .server)
        #expect(closed.records[0].outcome.heldBy == nil)

        let atOnce = Transcript()
        atOnce.open()
        atOnce.s.fin(301, ack: 101)
        atOnce.c.fin(101, ack: 301)
        atOnce.s.ack(302, ack: 102)
        atOnce.c.ack(102, ack: 302)
        #expect(atOnce.records[0].outcome.timeWait == .both)

        // The client's RST is not at the number that the server expects: it asks back, and goes on.
        let held = Transcript()
        held.open()
        held.c.data(101, ack: 301, 100)
        held.s.ack(301, ack: 201)
        held.c.rst(250)
        #expect(held.records[0].outcome.heldBy == .server)
        #expect(held.records[0].outcome.timeWait == .none)
    }
}

/// Measures of real captures that other tools get wrong or cannot tell apart.
@Suite(.enabled(if: !SharedCaptures.paths.isEmpty || SharedCaptures.requiresAll, "../shared/captures is not there"))
struct MeasuredCaptureTests {
    private func analysis(_ name: String) throws -> CaptureAnalysis {
        let path = try #require(SharedCaptures.paths.first { SharedCaptures.name($0) == name })
        var reader = try CaptureReader(path: path)
        var analysis = CaptureAnalysis(measuring: true)
        try analysis.read(&reader)
        return analysis
    }

    /// Windows asks three times where nobody listens.
    @Test func refused() throws {
        let analysis = try analysis("nowebaccess2.pcapng")
        for (record, measures) in zip(analysis.connections, analysis.measures)
        where record.outcome.opening == .refused {
            #expect(measures.sent(by: .client, of: record).retransmittedSegments == 2)
        }
        #expect(analysis.connections.contains { $0.outcome.opening == .refused })
    }

    /// Linux probes a closed window with segments of length 0; others call them keep-alives, or nothing at all.
    @Test func windowProbes() throws {
        let analysis = try analysis("tcp_zerowindowdead.pcapng")
        let server = analysis.measures[0].sent(by: .server, of: analysis.connections[0])
        let client = analysis.measures[0].sent(by: .client, of: analysis.connections[0])
        #expect(server.windowProbes == 3 && server.keepAlives == 0 && client.zeroWindows == 4)
        #expect(client.tripleDuplicates == 0)
    }

    /// The same exchange on a fast and on a slow path.
    @Test func slowPath() throws {
        let fast = try analysis("latency1.pcapng")
        let slow = try analysis("latency2.pcapng")
        let fastShares = fast.measures[0].shares(of: fast.connections[0])
        let slowShares = slow.measures[0].shares(of: slow.connections[0])
        #expect(try #require(fastShares.roundTrip) < 50_000_000)
        #expect(try #require(slowShares.toServer) > 800_000_000)
        #expect(slowShares.network > slowShares.client + slowShares.server)
        #expect(slow.measures[0].vantage(of: slow.connections[0]).place == .client)
    }

    /// A port scan: three ports open, five closed, the others silent.
    @Test func scan() throws {
        let openings = Dictionary(grouping: try analysis("synscan.pcapng").connections, by: \.outcome.opening)
            .mapValues(\.count)
        #expect(openings == [.halfOpen: 3, .refused: 5, .unanswered: 1986])
    }

    @Test("a window probe's octet is there, though it was not captured before")
    func probedHole() {
        let t = Transcript()
        t.open()
        // 101 to 1101 is not captured.
        t.c.data(1101, ack: 301, 1000)
        t.s.ack(301, ack: 101, window: 0)
        t.c.data(101, ack: 301, 1)
        t.s.ack(301, ack: 2101)
        #expect(t.measured.measures(of: 0)?.sent(by: .client, of: t.records[0]).missingOctets == 999)
    }
}
