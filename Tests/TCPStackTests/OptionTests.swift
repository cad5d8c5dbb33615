import TCPState
import TCPStack
import TCPWire
import Testing

@Suite("Options, checksums and timestamps (RFC 9293 3.1 and 3.2, RFC 7323)")
struct OptionTests {
    static func packet(_ talk: Transcript, flags: TCPFlags = .ack, raw: [UInt8], payload: [UInt8] = [1, 2, 3])
        -> [UInt8]
    {
        var builder = SegmentBuilder(from: talk.remote, to: talk.local)
        builder.flags = flags
        builder.sequence = flags.contains(.syn) ? talk.theirStart : talk.theirStart &+ 1
        builder.acknowledgment = (talk.ourStart ?? 0) &+ 1
        builder.rawOptions = raw
        builder.payload = payload
        return builder.ipPacket()
    }

    @Test(
        "unknown and broken options are skipped, the segment counts [MUST-5 MUST-6 MUST-7 MUST-64]",
        arguments: [
            [99, 4, 1, 2], [1, 99, 3, 7, 1, 1, 1, 0], [2, 4, 5, 0xb4], [99, 0, 1, 1], [99, 1, 1, 1], [99, 30, 1, 1],
            [99],
            [0, 99, 99, 99], [8, 9, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [5, 9, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0], [3, 2, 1, 0],
            [1, 1, 1, 2, 4, 2, 0, 1],
        ])
    func skipped(raw: [UInt8]) {
        var talk = Transcript.served()
        talk.takes(Self.packet(talk, raw: raw))
        #expect(talk.reads() == [1, 2, 3])
    }

    @Test("an option is found wherever it stands [MUST-64]")
    func alignment() {
        for padding in 0..<4 {
            var talk = Transcript()
            talk.listens()
            let raw = Array(repeating: UInt8(1), count: padding) + [2, 4, 0x02, 0x58] + [3, 3, 5]
            talk.takes(Self.packet(talk, flags: .syn, raw: raw, payload: []))
            talk.gives("S. 0:0(0) ack 1 <mss 1460,wscale 2>")
            talk.takes(". 1:1(0) ack 1 win 1000")
            talk.accepts()
            talk.writes(2000)
            talk.gives(". 1:601(600) ack 1")
        }
    }

    @Test("options that are sent have their lengths, and zeros behind them [MUST-68 MUST-69]")
    func sentOptions() throws {
        var talk = Transcript()
        talk.connects()
        let octets = try #require(talk.sent.first?.packet.octets)
        let header = Int(octets[32] >> 4) * 4
        var place = 40
        var kinds: [UInt8] = []
        while place < 20 + header {
            kinds.append(octets[place])
            if octets[place] == 0 {
                #expect(octets[place..<(20 + header)].allSatisfy { $0 == 0 })
                break
            }
            place += octets[place] == 1 ? 1 : Int(octets[place + 1])
        }
        #expect(kinds == [2, 4, 8, 1, 3])
        #expect(place == 20 + header)
    }

    @Test("every bit that is turned over is noticed, and the segment ignored [MUST-2 MUST-3]")
    func checksum() throws {
        var talk = Transcript.served()
        let good = Self.packet(talk, raw: [], payload: [1, 2, 3, 4])
        for bit in 160..<(good.count * 8) {
            var bad = good
            bad[bit / 8] ^= 1 << UInt8(bit % 8)
            talk.takes(bad)
            talk.givesNothing()
        }
        #expect(talk.readError() == .wouldBlock)
        talk.takes(good)
        #expect(talk.reads() == [1, 2, 3, 4])
    }

    @Test("PAWS: older than what was received is dropped and acknowledged (smoltcp: no timestamps) (TestPAWSMechanism)")
    func paws() {
        var talk = Transcript.served(syn: "<mss 1000,TS 1000 0>", ack: "<TS 1001 0>")
        talk.takes("P. 1:11(10) ack 1 win 60000 <TS 1005 0>")
        talk.gives(". 1:1(0) ack 11 <TS>")
        talk.takes("P. 11:21(10) ack 1 win 60000 <TS 1004 0>")
        talk.gives(". 1:1(0) ack 11")
        #expect(talk.reasons().contains(.oldTimestamp))
        #expect(talk.info?.unread == 10)
        talk.takes("P. 11:21(10) ack 1 win 60000 <TS 1005 0>")
        talk.gives(". 1:1(0) ack 21")
        talk.takes("R 21:21(0) win 0 <TS 5 0>")
        #expect(talk.state == .closed, "an RST's age does not count (RFC 7323 5.2)")
    }

    @Test("what PAWS drops is told by a DSACK where it had come before (RFC 2883 4)")
    func duplicateOfOld() {
        var talk = Transcript.served(syn: "<mss 1000,sackOK,TS 1000 0>", ack: "<TS 1001 0>")
        talk.takes("P. 1:11(10) ack 1 win 60000 <TS 1005 0>")
        talk.gives(". 1:1(0) ack 11 <TS,nosack>")
        talk.takes("P. 11:21(10) ack 1 win 60000 <TS 1006 0>")
        talk.gives(". 1:1(0) ack 21 <TS,nosack>")
        talk.takes("P. 1:11(10) ack 1 win 60000 <TS 1005 0>")
        talk.gives(". 1:1(0) ack 21 <TS,sack 1:11>")
        #expect(talk.reasons().contains(.oldTimestamp))
        talk.takes("P. 21:31(10) ack 1 win 60000 <TS 1004 0>")
        talk.gives(". 1:1(0) ack 21 <TS,nosack>")
    }

    @Test("the timestamp echoed is that of the first segment not acknowledged (RFC 7323 4.3)")
    func echo() throws {
        var talk = Transcript.served(syn: "<mss 1000,TS 1000 0>", ack: "<TS 1001 0>") {
            $0.initialQuickAcknowledgments = 0
        }
        talk.takes(". 1:101(100) ack 1 win 60000 <TS 1002 0>")
        talk.takes(". 101:201(100) ack 1 win 60000 <TS 1003 0>")
        talk.wait(.milliseconds(100))
        let ack = try #require(talk.sent.first?.packet.segment)
        #expect(ack.options.timestamps?.echoReply == 1002)
        talk.sent = []
        talk.takes(". 301:401(100) ack 1 win 60000 <TS 1009 0>")
        let duplicate = try #require(talk.sent.first?.packet.segment)
        #expect(duplicate.options.timestamps?.echoReply == 1002 || duplicate.options.timestamps?.echoReply == 1003)
    }

    @Test("timestamps rise by one a millisecond, from a beginning that differs (RFC 7323 5.4)")
    func clock() throws {
        var talk = Transcript()
        talk.connects()
        let first = try #require(talk.sent.first?.packet.segment?.options.timestamps?.value)
        talk.sent = []
        talk.wait(.seconds(1))
        let second = try #require(talk.sent.first?.packet.segment?.options.timestamps?.value)
        #expect(second &- first == 1000)
    }

    @Test("ECN: agreed in the handshake, marks echoed until CWR, the sender slows down [SHLD-8]")
    func explicitCongestion() throws {
        var talk = Transcript { $0.explicitCongestionNotification = true }
        talk.listens()
        talk.takes("SEW 0:0(0) win 60000 <mss 1000>")
        talk.gives("SE. 0:0(0) ack 1")
        talk.takes(". 1:1(0) ack 1 win 60000")
        talk.accepts()
        talk.takes("P. 1:11(10) ack 1 win 60000 tos 3")
        talk.gives("E. 1:1(0) ack 11")
        talk.takes("P. 11:21(10) ack 1 win 60000 tos 2")
        talk.gives("E. 1:1(0) ack 21")
        talk.takes("PW. 21:31(10) ack 1 win 60000 tos 2")
        talk.gives(". 1:1(0) ack 31")
        talk.writes(5000)
        #expect(talk.sent.first?.packet.segment?.trafficClass == 2)
        talk.sent = []
        let before = try #require(talk.info?.congestionWindow)
        talk.takes("E. 31:31(0) ack 1001 win 60000")
        #expect(try #require(talk.info?.congestionWindow) < before)
        let after = try #require(talk.info?.congestionWindow)
        talk.takes("E. 31:31(0) ack 2001 win 60000")
        #expect(try #require(talk.info?.congestionWindow) == after, "once a round trip")
        talk.takes(". 31:31(0) ack 5001 win 60000")
        talk.sent = []
        talk.writes(10)
        talk.gives("PW. 5001:5011(10) ack 31")
    }
}
