import TCPWire
import Transcripts

extension SettlingCase {
    private static func stamps(_ value: UInt32) -> TCPTimestamps { TCPTimestamps(value: value, echoReply: 7) }

    /// Other segments that their receiver does not take.
    static let refusals = [
        SettlingCase(
            "older than what came before it (RFC 7323 5.3)",
            .settles("1 2 3 4 5 6!oldTimestamp 7: handshake open -, EE, octets 10+0") { t in
                t.openedFar([.timestamps(stamps(1000))])
                t.c.data(101, ack: 301, 10, stamps: stamps(5000))
                t.at(50_000)
                t.s.ack(301, ack: 111, stamps: stamps(9000))
                t.at(60_000)
                t.c.data(111, ack: 301, 10, stamps: stamps(2000))
                t.at(80_000)
                t.s.ack(301, ack: 111, stamps: stamps(9030))
            },
            nearMiss: .settles("1 2 3 4 5 6: handshake open -, EE, octets 20+0, reordered 1+0") { t in
                // Overtaken, and taken: what is acknowledged is both.
                t.openedFar([.timestamps(stamps(1000))])
                t.c.data(111, ack: 301, 10, stamps: stamps(1031))
                t.at(30_100)
                t.c.data(101, ack: 301, 10, stamps: stamps(1030))
                t.at(50_000)
                t.s.ack(301, ack: 121, stamps: stamps(9000))
            }),
        SettlingCase(
            "older by the timestamps, and nothing else brings what is acknowledged: it was taken",
            .settles("1 2 3 4 5 6 7: handshake open -, EE, octets 20+0") { t in
                t.openedFar([.timestamps(stamps(1000))])
                t.c.data(101, ack: 301, 10, stamps: stamps(5000))
                t.at(50_000)
                t.s.ack(301, ack: 111, stamps: stamps(9000))
                t.at(60_000)
                t.c.data(111, ack: 301, 10, stamps: stamps(4000))
                t.at(80_000)
                t.s.ack(301, ack: 121, stamps: stamps(9030))
            },
            nearMiss: .settles("1 2 3 4 5 6!oldTimestamp 7 8: handshake open -, EE, octets 20+0") { t in
                // It had to be sent once more, with a newer one.
                t.openedFar([.timestamps(stamps(1000))])
                t.c.data(101, ack: 301, 10, stamps: stamps(5000))
                t.at(50_000)
                t.s.ack(301, ack: 111, stamps: stamps(9000))
                t.at(60_000)
                t.c.data(111, ack: 301, 10, stamps: stamps(4000))
                t.at(360_000)
                t.c.data(111, ack: 301, 10, stamps: stamps(5330))
                t.at(380_000)
                t.s.ack(301, ack: 121, stamps: stamps(9330))
            }),
        SettlingCase(
            "older by the timestamps, and acknowledged by a block: it was taken",
            .settles("1 2 3 4 5 6 7: handshake open -, EE, octets 30+0, duplicate ACKs 0+1") { t in
                t.openedFar([.timestamps(stamps(1000))])
                t.c.data(101, ack: 301, 10, stamps: stamps(5000))
                t.at(50_000)
                t.s.ack(301, ack: 111, stamps: stamps(9000))
                t.at(60_000)
                t.c.data(121, ack: 301, 10, stamps: stamps(4000))
                t.at(80_000)
                t.s.ack(301, ack: 111, sack: [SACKBlock(left: 121, right: 131)], stamps: stamps(9030))
            },
            nearMiss: .settles("1 2 3 4 5: handshake open -, EE, octets 20+0, reordered 1+0") { t in
                // Older than one that waits behind it: what is out of order does not count (RFC 7323 4.3).
                t.openedFar([.timestamps(stamps(1000))])
                t.c.data(111, ack: 301, 10, stamps: stamps(1031))
                t.at(30_100)
                t.c.data(101, ack: 301, 10, stamps: stamps(1030))
            }),
        SettlingCase(
            "the tuple is used again by another host, whose clock is behind",
            .settles(
                "1 2 3 4 5: handshake reset client, --, octets 10+0", "6 7 8 9: handshake open -, EE, octets 10+0"
            ) { t in
                t.openedFar([.timestamps(stamps(1_000_000))])
                t.c.data(101, ack: 301, 10, stamps: stamps(1_000_030))
                t.c.rst(111)
                t.at(9_000_000)
                t.c.syn(9000, options: [.timestamps(stamps(50))])
                t.at(9_020_000)
                t.s.synAck(7000, ack: 9001, options: [.timestamps(stamps(2_000_000))])
                t.c.ack(9001, ack: 7001, stamps: stamps(70))
                t.c.data(9001, ack: 7001, 10, stamps: stamps(80))
            },
            nearMiss: .settles("1 2 3 4 5 6!oldTimestamp 7: handshake open -, EE, octets 10+0") { t in
                t.openedFar([.timestamps(stamps(1_000_000))])
                t.c.data(101, ack: 301, 10, stamps: stamps(1_000_030))
                t.at(50_000)
                t.s.ack(301, ack: 111, stamps: stamps(9000))
                t.at(60_000)
                t.c.data(111, ack: 301, 10, stamps: stamps(80))
                t.at(80_000)
                t.s.ack(301, ack: 111, stamps: stamps(9030))
            }),
        SettlingCase(
            "other octets with the same numbers",
            .settles("1 2 3 4 5!octets 6: handshake open -, EE, octets 20+0") { t in
                t.openedFar()
                t.c.send([.psh, .ack], 101, 301, payload: 20)
                t.at(31_000)
                t.c.send([.psh, .ack], 101, 301, payload: 20, ttl: 40, octet: 0x62)
                t.at(50_000)
                t.s.ack(301, ack: 121)
            },
            nearMiss: .settles("1 2 3 4 5 6: handshake open -, EE, octets 21+0, again 1+0") { t in
                // More octets, of which the first are the same: who sends again may send more.
                t.openedFar()
                t.c.stream(101, ack: 301, 20)
                t.at(330_000)
                t.c.stream(101, ack: 301, 21)
                t.at(350_000)
                t.s.ack(301, ack: 122)
            }),
        SettlingCase(
            "other octets, of which the capture has all",
            .settles("1 2 3 4 5!octets: handshake open -, EE, octets 200+0") { t in
                t.openedFar()
                t.c.send([.psh, .ack], 101, 301, payload: 200)
                t.at(330_000)
                t.c.send([.psh, .ack], 101, 301, payload: 200, octet: 0x62)
            },
            nearMiss: .settles("1 2 3 4 5: handshake open -, EE, octets 200+0, again 1+0") { t in
                // Not all of them were captured: nobody knows.
                t.snapLength = 120
                t.openedFar()
                t.c.send([.psh, .ack], 101, 301, payload: 200)
                t.at(330_000)
                t.c.send([.psh, .ack], 101, 301, payload: 200, octet: 0x62)
            }),
        SettlingCase(
            "two other octets, where there were two",
            .settles("1 2 3 4 5!octets: handshake open -, EE, octets 2+0") { t in
                t.openedFar()
                t.c.send([.psh, .ack], 101, 301, payload: 2)
                t.at(330_000)
                t.c.send([.psh, .ack], 101, 301, payload: 2, octet: 0x62)
            },
            nearMiss: .settles("1 2 3 4 5: handshake open -, EE, octets 1+0, again 1+0") { t in
                // A single one may be made up to ask for an answer.
                t.openedFar()
                t.c.send([.psh, .ack], 101, 301, payload: 1)
                t.at(330_000)
                t.c.send([.psh, .ack], 101, 301, payload: 1, octet: 0x62)
            }),
        SettlingCase(
            "behind the FIN",
            .settles("1 2 3 4 5 6: handshake half-closed client, 2W") { t in
                t.openedFar()
                t.c.fin(101, ack: 301)
                t.at(40_000)
                t.c.data(102, ack: 301, 20)
                t.at(50_000)
                t.s.ack(301, ack: 102)
            },
            nearMiss: .settles("1 2 3 4 5 6: handshake half-closed client, 2W, octets 20+0, reordered 1+0") { t in
                // The FIN had overtaken it.
                t.openedFar()
                t.c.fin(121, ack: 301)
                t.at(30_100)
                t.c.data(101, ack: 301, 20)
                t.at(50_000)
                t.s.ack(301, ack: 122)
            }),
        SettlingCase(
            "at the FIN's own number",
            .settles("1 2 3 4 5 6: handshake half-closed client, 2W") { t in
                t.openedFar()
                t.c.fin(101, ack: 301)
                t.at(40_000)
                t.c.data(101, ack: 301, 20)
                t.at(50_000)
                t.s.ack(301, ack: 102)
            },
            nearMiss: .settles("1 2 3 4 5 6: handshake half-closed client, 2W, octets 20+0, again 1+0") { t in
                // Before it, and sent again.
                t.openedFar()
                t.c.fin(101, ack: 301, payload: 20)
                t.at(330_000)
                t.c.data(101, ack: 301, 20)
                t.at(350_000)
                t.s.ack(301, ack: 122)
            }),
        SettlingCase(
            "a FIN that its receiver does not let in, and the true one",
            .settles("1 2 3 4 5 6!window 7 8 9: handshake half-closed client, 2W, octets 20+0") { t in
                t.asked()
                t.at(60_000)
                t.c.fin(40_111, ack: 301)
                t.at(70_000)
                t.c.data(111, ack: 301, 10)
                t.c.fin(121, ack: 301)
                t.at(91_000)
                t.s.ack(301, ack: 122)
            },
            nearMiss: .settles("1 2 3 4 5 6 7 8: handshake half-closed client, 2W, octets 20+0, reordered 1+0") { t in
                // The true one came before the data that lies before it.
                t.asked()
                t.at(60_000)
                t.c.fin(121, ack: 301)
                t.at(60_100)
                t.c.data(111, ack: 301, 10)
                t.at(80_000)
                t.s.ack(301, ack: 122)
            }),
        SettlingCase(
            "beyond the window, and never acknowledged",
            .settles("1 2 3 4 5 6!window 7 8: handshake open -, EE, octets 20+0") { t in
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.at(50_000)
                t.s.ack(301, ack: 111, window: 1000)
                t.at(60_000)
                t.c.data(5111, ack: 301, 10)
                t.at(70_000)
                t.c.data(111, ack: 301, 10)
                t.at(90_000)
                t.s.ack(301, ack: 121, window: 1000)
            },
            nearMiss: .settles("1 2 3 4 5 6 7: handshake open -, EE, octets 5020+0") { t in
                // It is acknowledged: what lies before it was not captured.
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.at(50_000)
                t.s.ack(301, ack: 111, window: 1000)
                t.at(60_000)
                t.c.data(5111, ack: 301, 10)
                t.at(80_000)
                t.s.ack(301, ack: 5121, window: 1000)
            }),
        SettlingCase(
            "an ACK of what was not sent yet (RFC 9293 3.10.7.4)",
            .settles("1 2 3 4 5 6!acknowledgment 7 8: handshake open -, EE, octets 20+0") { t in
                t.asked()
                t.at(60_000)
                t.s.ack(301, ack: 121)
                t.at(60_100)
                // Who has sent nothing beyond 111 says so.
                t.c.ack(111, ack: 301)
                t.at(70_000)
                t.c.data(111, ack: 301, 10)
            },
            nearMiss: .settles("1 2 3 4 5 6 7 8: handshake open -, EE, octets 30+0") { t in
                // It was sent, and not captured: what comes next lies behind it.
                t.asked()
                t.at(60_000)
                t.s.ack(301, ack: 121)
                t.at(60_100)
                t.c.ack(121, ack: 301)
                t.at(70_000)
                t.c.data(121, ack: 301, 10)
            }),
        SettlingCase(
            "an ACK of what was not sent yet, a microsecond before its answer",
            .settles("1 2 3 4 5 6!acknowledgment 7 8: handshake open -, EE, octets 20+0") { t in
                t.asked()
                t.at(60_000)
                t.s.ack(301, ack: 121)
                t.at(60_001)
                t.c.ack(111, ack: 301)
                t.at(70_000)
                t.c.data(111, ack: 301, 10)
            },
            nearMiss: .settles("1 2 3 4 5 6 7 8: handshake open -, EE, octets 20+0") { t in
                // At the same time: nobody knows which came first.
                t.asked()
                t.at(60_000)
                t.s.ack(301, ack: 121)
                t.at(60_000)
                t.c.ack(111, ack: 301)
                t.at(70_000)
                t.c.data(111, ack: 301, 10)
            }),
        SettlingCase(
            "damaged on the way",
            .settles("1 2 3 4!corrupt 5 6: handshake open -, EE, octets 10+0, again 1+0") { t in
                t.openedFar()
                t.c.send([.psh, .ack], 101, 301, payload: 10, checksum: 0x1234)
                t.at(330_000)
                t.c.data(101, ack: 301, 10)
                t.at(350_000)
                t.s.ack(301, ack: 111)
            },
            nearMiss: .settles("1 2 3 4 5: handshake open -, EE, octets 10+0") { t in
                // It is acknowledged, and nothing else brought it: it is the capture that is damaged.
                t.openedFar()
                t.c.send([.psh, .ack], 101, 301, payload: 10, checksum: 0x1234)
                t.at(50_000)
                t.s.ack(301, ack: 111)
            }),
        SettlingCase(
            "one of many is damaged",
            .settles("1 2 3 4!corrupt 5 6: handshake open -, EE, octets 20+0, duplicate ACKs 0+1") { t in
                t.openedFar()
                t.c.send([.psh, .ack], 101, 301, payload: 10, checksum: 0x1234)
                t.at(31_000)
                t.c.data(111, ack: 301, 10)
                t.at(50_000)
                t.s.ack(301, ack: 101)
            },
            nearMiss: .settles("1 2 3 4 5: handshake open -, EE, octets 10+0") { t in
                // All of them are wrong: the card had not filled them in.
                t.c.send(.syn, 100, 0, checksum: 0x1234)
                t.at(20_000)
                t.s.synAck(300, ack: 101)
                t.at(20_100)
                t.c.send(.ack, 101, 301, checksum: 0x1234)
                t.at(30_000)
                t.c.send([.psh, .ack], 101, 301, payload: 10, checksum: 0x1234)
                t.at(50_000)
                t.s.ack(301, ack: 111)
            }),
    ]
}
