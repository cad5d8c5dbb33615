import TCPWire
import Transcripts

extension SettlingCase {
    private static func stamps(_ value: UInt32) -> TCPTimestamps { TCPTimestamps(value: value, echoReply: 7) }

    /// One packet captured twice, where nothing numbers packets: IPv6, or identification 0.
    static let unnumbered = [
        SettlingCase(
            "over IPv6, sooner than anybody can have learnt of a loss",
            .settles("1 2=1 3 4=3 5 6=5 7 8=7 9 10=9: handshake open -, EE, octets 10+0", over: .six) { t in
                t.secondPlace = .init(hops: 1, delay: 900)
                t.c.syn(100)
                t.at(20_000)
                t.s.synAck(300, ack: 101)
                t.at(21_000)
                t.c.ack(101, ack: 301)
                t.at(30_000)
                t.c.data(101, ack: 301, 10)
                t.at(50_000)
                t.s.ack(301, ack: 111)
            },
            nearMiss: .settles("1 2 3 4 5 6: handshake open -, EE, octets 10+0, again 1+0", over: .six) { t in
                // A tail-loss probe after a trip and a half.
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.at(60_000)
                t.c.data(101, ack: 301, 10)
                t.at(80_000)
                t.s.ack(301, ack: 111)
            }),
        SettlingCase(
            "over IPv6, with timestamps: made later it would have another",
            .settles("1 2 3 4 5 6=5 7: handshake open -, EE, octets 20+0", over: .six) { t in
                t.openedFar([.timestamps(stamps(1000))])
                t.c.data(101, ack: 301, 10, stamps: stamps(1030))
                t.at(40_000)
                t.c.data(111, ack: 301, 10, stamps: stamps(1040))
                t.at(49_000)
                t.again(5)
                t.at(60_000)
                t.s.ack(301, ack: 121)
            },
            nearMiss: .settles(
                "1 2 3 4 5 6 7: handshake open -, EE, octets 20+0, again 1+0", over: .six
            ) { t in
                // A clock of 20 ms a tick says nothing of 9 ms.
                t.openedFar([.timestamps(stamps(1000))])
                t.at(40_000)
                t.c.data(101, ack: 301, 10, stamps: stamps(1002))
                t.at(80_000)
                t.c.data(111, ack: 301, 10, stamps: stamps(1004))
                t.at(89_000)
                t.c.data(111, ack: 301, 10, stamps: stamps(1004))
                t.at(100_000)
                t.s.ack(301, ack: 121)
            }),
        SettlingCase(
            "identification 0: a copy of what nobody asks for",
            .settles("1 2 3 4 5 6 7=4: handshake open -, EE, octets 30+0") { t in
                t.openedFar()
                for first in [101, 111, 121] as [UInt32] { t.c.data(first, ack: 301, 10) }
                t.at(32_100)
                t.again(4)
            },
            nearMiss: .settles(
                "1 2 3 4 5 6 7 8 9: midstream open -, EE, octets 40+0, again 1+0, duplicate ACKs 0+3"
            ) { t in
                // A fast retransmission in a local network (RFC 5681 3.2), whose round trip the capture does not hold.
                for (place, first) in ([101, 111, 121, 131] as [UInt32]).enumerated() {
                    t.at(Int64(place) * 10)
                    t.c.data(first, ack: 301, 10)
                }
                for place in 0..<4 {
                    t.at(100 + Int64(place) * 10)
                    t.s.ack(301, ack: 101)
                }
                t.at(160)
                t.c.data(101, ack: 301, 10)
            }),
        SettlingCase(
            "a copy, though the other end's keep-alives repeat an ACK",
            .settles("1 2 3 4 5 6 7 8=7: handshake open -, EE, octets 10+0", over: .six) { t in
                t.openedFar()
                for _ in 0..<3 {
                    t.s.ack(300, ack: 101)
                    t.wait(1000)
                }
                t.c.data(101, ack: 301, 10)
                t.wait(nanoseconds: -900_000)
                t.again(7)
            },
            nearMiss: .settles("1 2 3 4 5: handshake open -, EE, octets 1+0, again 1+0", over: .six) { t in
                // A single octet may be a probe.
                t.openedFar()
                t.c.data(101, ack: 301, 1)
                t.wait(nanoseconds: -900_000)
                t.again(4)
            }),
        SettlingCase(
            "the SYN was lost once: the timer is no round trip",
            .settles("1 2 3 4 5 6=5: handshake open -, EE, octets 10+0, again 1+0", over: .six) { t in
                t.c.syn(100)
                t.at(1_000_000)
                t.c.syn(100)
                t.at(1_020_000)
                t.s.synAck(300, ack: 101)
                t.at(1_020_100)
                t.c.ack(101, ack: 301)
                t.at(1_030_000)
                t.c.data(101, ack: 301, 10)
                t.at(1_034_000)
                t.again(5)
            },
            nearMiss: .settles("1 2 3 4 5 6 7: handshake open -, EE, octets 10+0, again 2+0", over: .six) { t in
                // A tail-loss probe after two trips of 2 ms.
                t.c.syn(100)
                t.at(1_000_000)
                t.c.syn(100)
                t.at(1_002_000)
                t.s.synAck(300, ack: 101)
                t.at(1_002_100)
                t.c.ack(101, ack: 301)
                t.at(1_030_000)
                t.c.data(101, ack: 301, 10)
                t.at(1_036_000)
                t.c.data(101, ack: 301, 10)
                t.at(1_038_000)
                t.s.ack(301, ack: 111)
            }),
        SettlingCase(
            "over IPv6: a copy of what lies beyond all blocks",
            .settles("1 2 3 4 5 6=5: handshake open -, EE, octets 20+0", over: .six) { t in
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.at(30_300)
                t.c.data(111, ack: 301, 10)
                t.at(30_900)
                t.again(5)
            },
            nearMiss: .settles(
                "1 2 3 4 5 6 7: handshake open -, EE, octets 20+0, again 1+0, duplicate ACKs 0+1", over: .six
            ) { t in
                // Its blocks ask for it (RFC 6675 5).
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.at(30_300)
                t.c.data(111, ack: 301, 10)
                t.at(30_600)
                t.s.ack(301, ack: 101, sack: [SACKBlock(left: 111, right: 121)])
                t.at(30_900)
                t.c.data(101, ack: 301, 10)
            }),
        SettlingCase(
            "everything comes again: nobody sends so",
            .settles(
                "1 2 3 4=1 5=2 6=3 7 8=7 9 10=9 11 12=11 13 14=13: handshake open -, EE, octets 40+0", over: .six
            ) { t in
                // Two milliseconds between the two places, on a path of a tenth of one.
                t.c.syn(100)
                t.at(100)
                t.s.synAck(300, ack: 101)
                t.at(200)
                t.c.ack(101, ack: 301)
                for number in 1...3 {
                    t.at(1900 + Int64(number) * 100)
                    t.again(number)
                }
                t.secondPlace = .init(delay: 2000)
                for first in [101, 111, 121, 131] as [UInt32] {
                    t.wait(milliseconds: 5)
                    t.c.data(first, ack: 301, 10)
                }
            },
            nearMiss: .settles("1 2 3 4 5 6 7 8: handshake open -, EE, octets 40+0, again 1+0", over: .six) { t in
                t.c.syn(100)
                t.at(100)
                t.s.synAck(300, ack: 101)
                t.at(200)
                t.c.ack(101, ack: 301)
                for first in [101, 111, 121, 131] as [UInt32] {
                    t.wait(milliseconds: 5)
                    t.c.data(first, ack: 301, 10)
                }
                t.wait(milliseconds: 2)
                t.c.data(131, ack: 301, 10)
            }),
        SettlingCase(
            "ACKs are captured twice, as the segments with octets are",
            .settles(
                "1 2=1 3 4=3 5 6=5 7 8=7 9 10=9 11 12=11: handshake open -, EE, octets 20+0", over: .six
            ) { t in
                t.secondPlace = .init(hops: 1)
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.c.data(111, ack: 301, 10)
                t.at(50_000)
                t.s.ack(301, ack: 111)
            },
            nearMiss: .settles(
                "1 2 3 4 5 6 7 8 9: handshake open -, EE, octets 20+0, duplicate ACKs 0+4", over: .six
            ) { t in
                // Duplicate ACKs are alike, and each was sent.
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.c.data(111, ack: 301, 10)
                t.at(50_000)
                for _ in 0..<4 {
                    t.s.ack(301, ack: 101)
                    t.wait(nanoseconds: -950_000)
                }
            }),
        SettlingCase(
            "duplicate ACKs are captured twice, over a router",
            .settles(
                "1 2=1 3 4=3 5 6=5 7 8=7 9 10=9 11 12=11 13 14=13 15 16: "
                    + "handshake open -, EE, octets 20+0, duplicate ACKs 0+4", over: .six
            ) { t in
                t.secondPlace = .init(hops: 1, delay: 40)
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.c.data(111, ack: 301, 10)
                t.at(50_000)
                for _ in 0..<2 {
                    t.s.ack(301, ack: 101)
                    t.wait(nanoseconds: -910_000)
                }
                // Two that the second place has missed.
                t.secondPlace = nil
                for place in 0..<2 {
                    t.at(60_000 + Int64(place) * 60)
                    t.s.ack(301, ack: 101)
                }
            },
            nearMiss: .settles(
                "1 2 3 4 5=4 6 7 8 9 10 11 12: handshake open -, EE, octets 40+20, duplicate ACKs 3+0", over: .six
            ) { t in
                // One packet was captured twice, and no other: an end's duplicate ACKs are what they are.
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.at(30_080)
                t.again(4)
                for first in [111, 121, 131] as [UInt32] { t.c.data(first, ack: 301, 10) }
                t.at(50_000)
                t.s.data(311, ack: 141, 10)
                for place in 0..<3 {
                    t.at(50_100 + Int64(place) * 50)
                    t.c.ack(141, ack: 301)
                }
            }),
        SettlingCase(
            "duplicate ACKs are captured twice at one place",
            .settles(
                "1 2=1 3 4=3 5 6=5 7 8=7 9 10=9 11 12=11 13 14=13: "
                    + "handshake open -, EE, octets 20+0, duplicate ACKs 0+2", over: .six
            ) { t in
                t.secondPlace = .init(delay: 40)
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.c.data(111, ack: 301, 10)
                t.at(50_000)
                for _ in 0..<2 {
                    t.s.ack(301, ack: 101)
                    t.wait(nanoseconds: -920_000)
                }
            },
            nearMiss: .settles(
                "1 2=1 3 4=3 5 6=5 7 8=7 9 10=9 11 12=11 13 14=13: "
                    + "handshake open -, EE, octets 20+0, duplicate ACKs 0+2"
            ) { t in
                // The same, with identifications.
                t.isNumbered = true
                t.secondPlace = .init(delay: 40)
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.c.data(111, ack: 301, 10)
                t.at(50_000)
                for _ in 0..<2 {
                    t.s.ack(301, ack: 101)
                    t.wait(nanoseconds: -920_000)
                }
            }),
        SettlingCase(
            "keep-alives are captured twice",
            .settles("1 2 3 4 5=4 6 7=6 8 9=8: handshake open -, EE", over: .six) { t in
                t.openedFar()
                t.secondPlace = .init()
                t.at(10_000_000)
                t.c.ack(100, ack: 301)
                t.at(10_020_000)
                t.s.ack(301, ack: 101)
                t.at(20_000_000)
                t.c.ack(100, ack: 301)
            },
            nearMiss: .settles("1 2 3 4 5 6: handshake open -, EE", over: .six) { t in
                // Unanswered, it is sent again after a second.
                t.openedFar()
                t.at(10_000_000)
                for _ in 0..<3 {
                    t.c.ack(100, ack: 301)
                    t.wait(1000)
                }
            }),
    ]

    /// What the network itself delivered twice: its receiver says so (RFC 2883).
    static let delivered = [
        SettlingCase(
            "the network delivers a packet twice",
            .settles("1 2 3 4 5 6 7: handshake open -, EE, octets 10+0, again 1+0") { t in
                t.isNumbered = true
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.at(30_100)
                t.again(4)
                t.at(50_000)
                t.s.ack(301, ack: 111)
                t.at(50_100)
                t.s.ack(301, ack: 111, sack: [SACKBlock(left: 101, right: 111)])
            },
            nearMiss: .settles(
                "1 2=1 3 4=3 5 6=5 7 8=7 9 10=9 11 12=11 13 14=13: handshake open -, EE, octets 10+0, again 1+0"
            ) { t in
                // Everything is captured twice; what came twice was sent again by the timer.
                t.isNumbered = true
                t.secondPlace = .init()
                t.asked()
                t.at(330_000)
                t.c.data(101, ack: 301, 10)
                t.at(350_000)
                t.s.ack(301, ack: 111, sack: [SACKBlock(left: 101, right: 111)])
            }),
        SettlingCase(
            "the network delivers a packet twice, and the stream goes on",
            .settles("1 2 3 4 5 6 7: handshake open -, EE, octets 20+0, again 1+0") { t in
                t.isNumbered = true
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.at(30_100)
                t.again(4)
                t.at(50_000)
                t.s.ack(301, ack: 111, sack: [SACKBlock(left: 101, right: 111)])
                t.at(60_000)
                t.c.data(111, ack: 301, 10)
            },
            nearMiss: .settles("1 2 3 4 5=4 6 7: handshake open -, EE, octets 10+0, again 1+0") { t in
                // Captured twice once, and sent again later: it is this that came twice.
                t.isNumbered = true
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.at(30_100)
                t.again(4)
                t.at(330_000)
                t.c.data(101, ack: 301, 10)
                t.at(350_000)
                t.s.ack(301, ack: 111, sack: [SACKBlock(left: 101, right: 111)])
            }),
    ]
}
