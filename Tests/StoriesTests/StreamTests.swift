import CaptureFile
import Settling
import Stories
import TCPState
import TCPWire
import Testing
import Tracking
import Transcripts

@Suite struct StreamTests {
    @Test func retransmissionsNameTheirOriginals() throws {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 100)
        t.c.data(201, ack: 301, 100)
        t.c.data(101, ack: 301, 100)
        t.c.data(251, ack: 301, 50)
        t.c.data(101, ack: 301, 200)
        t.c.data(201, ack: 301, 300)
        #expect(try t.story.steps.suffix(4).map(\.original) == [4, 5, 4, 5])
        #expect(try t.story.steps.suffix(4).allSatisfy { $0.isRepetition && $0.kind == .data })
        #expect(t.records[0].client.retransmittedSegments == 4)
        #expect(t.records[0].client.streamBytes == 400)
        // Of the last one, the first hundred.
        #expect(t.records[0].client.retransmittedBytes == 450)
    }

    @Test func outOfOrder() throws {
        let t = Transcript()
        t.open()
        t.c.data(201, ack: 301, 100)
        t.c.data(101, ack: 301, 100)
        t.c.data(101, ack: 301, 100)
        #expect(try t.story.steps.suffix(3).map(\.original) == [nil, nil, 5])
        #expect(t.records[0].client.streamBytes == 200)
        #expect(t.records[0].client.retransmittedSegments == 1)
    }

    @Test func keepAlive() throws {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 10)
        t.s.ack(301, ack: 111)
        t.c.ack(110, ack: 301)
        t.s.ack(301, ack: 111)
        t.c.data(110, ack: 301, 1)
        #expect(try t.labels.suffix(3) == [[.keepAlive], [.keepAliveAnswer], [.keepAlive]])
        #expect(t.records[0].client.retransmittedSegments == 0)
        #expect(t.records[0].client.streamBytes == 10)
    }

    @Test(arguments: [0xffff_ffff, 0xffff_fffe, 0xffff_fff0, 0x7fff_ffff, 0] as [UInt32])
    func wrapping(isn: UInt32) throws {
        let t = Transcript()
        let other = isn &+ 5
        t.c.syn(isn)
        t.s.synAck(other, ack: isn &+ 1)
        t.c.ack(isn &+ 1, ack: other &+ 1)
        t.c.data(isn &+ 1, ack: other &+ 1, 16)
        t.s.data(other &+ 1, ack: isn &+ 17, 18)
        t.s.fin(other &+ 19, ack: isn &+ 17)
        t.c.fin(isn &+ 17, ack: other &+ 20)
        t.s.ack(other &+ 20, ack: isn &+ 18)
        #expect(try t.states == ["SR", "ER", "EE", "EE", "EE", "E1", "AT", "-T"].replacing("E1", with: "W1"))
        #expect(
            try t.numbers == [[0], [0, 1], [1, 1], [1, 1], [1, 17], [19, 17], [17, 20], [20, 18]])
        #expect(t.records[0].client.streamBytes == 16)
        #expect(t.records[0].server.streamBytes == 18)
        #expect(t.records[0].outcome.words == "handshake closed server")
    }

    /// More than 4 GiB, most of it not captured, but acknowledged.
    @Test func longStream() throws {
        let t = Transcript()
        t.open()
        var sequence: UInt32 = 101
        for _ in 0..<5 {
            t.c.data(sequence, ack: 301, 1000)
            t.s.ack(301, ack: sequence &+ 1000)
            sequence &+= 0x4000_0000
        }
        #expect(t.records[0].client.streamBytes == 4 * 0x4000_0000 + 1000)
        // Drawn beyond what the header's 32 bits can count.
        let last = try t.story.steps.suffix(2)
        #expect(last.map(\.sequence.value) == [1 + 4 * 0x4000_0000, 1])
        #expect(last.last?.acknowledgment?.value == 1001 + 4 * 0x4000_0000)
        #expect(last.last?.clientVariables?.sendNext == 1001 + 4 * 0x4000_0000)
    }

    /// Numbers from nowhere: counted, and nothing traps.
    @Test func hostileJumps() throws {
        var generator = SplitMix(state: 5)
        for _ in 0..<200 {
            let t = Transcript()
            for _ in 0..<30 {
                let end = Bool.random(using: &generator) ? t.c : t.s
                end.send(
                    TCPFlags(rawValue: .random(in: 0..<32, using: &generator)),
                    .random(in: 0 ... .max, using: &generator),
                    .random(in: 0 ... .max, using: &generator), payload: .random(in: 0..<3, using: &generator))
            }
            let records = t.records
            #expect(records.map { Int($0.client.segments + $0.server.segments) }.reduce(0, +) == 30)
            for record in records { #expect(record.client.segments + record.server.segments > 0) }
        }
    }

    /// An ACK of what was never sent opens and closes nothing (RFC 9293 3.10.7.4).
    @Test func acknowledgmentOfTheUnsent() throws {
        let t = Transcript()
        t.c.syn(100)
        t.s.synAck(300, ack: 101)
        t.c.ack(101, ack: 99_999)
        #expect(try t.story.steps.last?.server.state == .synReceived)
        #expect(t.records[0].outcome.opening == .halfOpen)
    }

    @Test func midstream() throws {
        let t = Transcript()
        t.c.data(5000, ack: 9000, 10)
        t.s.ack(9000, ack: 5010)
        t.s.data(9000, ack: 5010, 20)
        t.c.ack(5010, ack: 9020)
        #expect(try t.numbers == [[1, 1], [1, 11], [1, 11], [11, 21]])
        #expect(try t.story.steps.allSatisfy { $0.sequence.base == .guessed })
        #expect(try t.states == ["E?", "EE", "EE", "EE"])
        #expect(try t.story.steps.map(\.covers.octets) == [0, 10, 0, 20])
        let record = t.records[0]
        #expect(record.isMidstream)
        #expect(record.outcome.words == "midstream open -")
        #expect(record.client.streamBytes == 10)
        #expect(record.server.streamBytes == 20)
        #expect(try t.story.steps[0].clientVariables == .init(sendUnacknowledged: 1, sendNext: 11, receiveNext: 1))
    }

    @Test func rolesByPort() {
        let t = Transcript()
        t.s.data(9000, ack: 5000, 20)
        #expect(t.records[0].clientEndpoint == Sample.client)
        #expect(t.records[0].roleEvidence == .port)
        let even = Transcript(
            client: Sample.client, server: Endpoint(address: Sample.server.address, port: 50000))
        even.s.data(9000, ack: 5000, 20)
        #expect(even.records[0].clientEndpoint == even.server)
        #expect(even.records[0].roleEvidence == .firstSeen)
    }

    @Test func versionsOfIP() throws {
        let mapped = try #require(IPAddress("::ffff:10.0.0.1"))
        let other = try #require(IPAddress("::ffff:10.0.0.2"))
        let t = Transcript()
        t.open()
        let same = Transcript(
            client: Endpoint(address: mapped, port: 40000), server: Endpoint(address: other, port: 8080))
        same.open()
        #expect(Transcript.records(of: t.segments + same.segments).count == 1)

        let one = try #require(IPAddress("2001:db8::1"))
        let two = try #require(IPAddress("2001:db8::2"))
        let six = Transcript(client: Endpoint(address: one, port: 40000), server: Endpoint(address: two, port: 8080))
        six.open()
        #expect(try six.states == ["SR", "ER", "EE"])
        #expect(Transcript.records(of: t.segments + six.segments).count == 2)
    }

    /// A third ACK that did not count: the server repeats its SYN-ACK, so it had stayed in SYN-RECEIVED.
    @Test func handshakeNotTaken() throws {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 10)
        t.wait(1000)
        t.s.synAck(300, ack: 101)
        #expect(try t.states == ["SR", "ER", "ER", "ER", "ER"])
        #expect(try t.story.steps.map { $0.has(.notTaken) } == [false, false, true, true, false])
        #expect(t.records[0].outcome.opening == .halfOpen)
        t.c.ack(111, ack: 301)
        #expect(try t.states.last == "EE")
        #expect(t.records[0].outcome.words == "handshake open -")
    }

    /// A late copy of the SYN-ACK takes nothing back once the server has shown that it went on.
    @Test func lateSynAck() throws {
        let t = Transcript()
        t.open()
        t.c.data(101, ack: 301, 10)
        t.s.ack(301, ack: 111)
        t.s.synAck(300, ack: 101)
        #expect(try t.states.last == "EE")
        #expect(try t.story.steps.allSatisfy { !$0.has(.notTaken) })
    }

    /// A segment with numbers of another life does not move this one's base.
    @Test func straySynAck() throws {
        let t = Transcript()
        t.open()
        t.s.synAck(77_000, ack: 101)
        t.s.data(301, ack: 101, 4)
        #expect(t.records.count == 1)
        #expect(try t.numbers.last == [1, 1])
        #expect(t.records[0].server.streamBytes == 4)
    }

    @Test func observationsConfirm() throws {
        let t = Transcript()
        t.open()
        let connection = try #require(StoredConnection.settling(t.segments).first)
        let story = try #require(
            ConnectionStory(
                connection,
                asked: [
                    StateObservation(
                        time: Timestamp(nanoseconds: 1_500_000), party: .server, state: .synReceived, isMini: true)
                ]))
        #expect(story.steps.map(\.server.provenance) == [.kernel, .kernel, .inferred])
        #expect(story.steps[0].server.isMini)
        #expect(story.steps.allSatisfy { $0.client.provenance == .inferred })
    }
}

extension [String] {
    fileprivate func replacing(_ old: String, with new: String) -> [String] { map { $0 == old ? new : $0 } }
}
