import TCPWire
import Transcripts

extension SettlingCase {
    /// Which connection a SYN is of that meets another.
    static let lives = [
        SettlingCase(
            "the client has restarted, the server still holds the old connection (RFC 9293 Figure 9)",
            .settles(
                "1 2 3 4 5: handshake reset client, --, octets 10+0, by 8",
                "6 7 8 9 10 11: handshake open -, EE, again 1+0"
            ) { t in
                t.asked()
                t.at(60_000_000)
                t.c.syn(9000)
                t.at(60_020_000)
                t.s.ack(301, ack: 111)
                t.c.rst(111)
                t.at(61_000_000)
                t.c.syn(9000)
                t.at(61_020_000)
                t.s.synAck(7000, ack: 9001)
                t.c.ack(9001, ack: 7001)
            },
            nearMiss: .settles(
                "1 2 3 4 5 6!syn 7 8 9: handshake open -, EE, octets 20+0"
            ) { t in
                // Somebody else's SYN into a connection that goes on (RFC 5961 4.2).
                t.asked()
                t.at(60_000)
                t.c.syn(9000)
                t.at(80_000)
                t.s.ack(301, ack: 111)
                t.at(90_000)
                t.c.data(111, ack: 301, 10)
                t.at(110_000)
                t.s.ack(301, ack: 121)
            }),
        SettlingCase(
            "the RST is not of the number that is asked for: it ends nothing",
            .settles("1 2 3 4 5: handshake open -, EE, octets 10+0", "6 7 8!reset: unanswered none -, S?") { t in
                t.asked()
                t.at(60_000_000)
                t.c.syn(9000)
                t.at(60_020_000)
                t.s.ack(301, ack: 111)
                t.c.rst(5000)
            },
            nearMiss: .settles(
                "1 2 3 4 5: handshake reset client, --, octets 10+0, by 8",
                "6 7 8: unanswered none -, S?"
            ) { t in
                t.asked()
                t.at(60_000_000)
                t.c.syn(9000)
                t.at(60_020_000)
                t.s.ack(301, ack: 111)
                t.c.rst(111)
            }),
        SettlingCase(
            "the client has restarted, and everything is captured twice",
            .settles(
                "1 2=1 3 4=3 5 6=5 7 8=7 9 10=9: handshake reset client, --, octets 10+0, by 15",
                "11 12=11 13 14=13 15 16=15 17 18=17 19 20=19 21 22=21: handshake open -, EE, again 1+0"
            ) { t in
                t.isNumbered = true
                t.secondPlace = .init(hops: 1)
                t.asked()
                t.at(60_000_000)
                t.c.syn(9000)
                t.at(60_020_000)
                t.s.ack(301, ack: 111)
                t.c.rst(111)
                t.at(61_000_000)
                t.c.syn(9000)
                t.at(61_020_000)
                t.s.synAck(7000, ack: 9001)
                t.c.ack(9001, ack: 7001)
            },
            nearMiss: .settles(
                "1 2 3 4 5 6!syn 7 8!syn 9 10: handshake open -, EE, octets 20+0"
            ) { t in
                // Somebody else asks twice, and the connection goes on.
                t.asked()
                t.at(60_000)
                t.c.syn(9000)
                t.at(80_000)
                t.s.ack(301, ack: 111)
                t.at(1_060_000)
                t.c.syn(9000)
                t.at(1_080_000)
                t.s.ack(301, ack: 111)
                t.at(1_090_000)
                t.c.data(111, ack: 301, 10)
            }),
        SettlingCase(
            "a SYN whose answer was not captured begins another connection",
            .settles(
                "1 2 3 4 5: handshake open -, EE, octets 10+0", "6 7: partial open -, E?, octets 20+0"
            ) { t in
                // Nor were the third segment and the first octets.
                t.asked()
                t.at(60_000_000)
                t.c.syn(90_000_000)
                t.at(60_030_000)
                t.c.data(90_000_011, ack: 7001, 10)
            },
            nearMiss: .settles(
                "1 2 3 4 5: handshake open -, EE, octets 10+0", "6 7 8: partial open -, EE, octets 20+0"
            ) { t in
                // Captured it was, and the numbers are not far from the old ones.
                t.asked()
                t.at(60_000_000)
                t.c.syn(9000)
                t.at(60_020_000)
                t.s.synAck(7000, ack: 9001)
                t.at(60_030_000)
                t.c.data(9011, ack: 7001, 10)
            }),
        SettlingCase(
            "a SYN with a number not far from the old ones, whose answer was not captured",
            .settles(
                "1 2 3 4 5 6: handshake closed client, T-", "7 8: partial open -, E?, octets 20+0"
            ) { t in
                t.openedFar()
                t.c.fin(101, ack: 301)
                t.s.fin(301, ack: 102)
                t.c.ack(102, ack: 302)
                t.at(5_000_000)
                t.c.syn(9000)
                t.at(5_030_000)
                t.c.data(9011, ack: 7001, 10)
            },
            nearMiss: .settles("1 2 3 4 5 6!syn 7: handshake open -, EE, octets 20+0") { t in
                // It lies in the window, and the stream goes on before it.
                t.asked()
                t.at(60_000)
                t.c.syn(500)
                t.at(70_000)
                t.c.data(111, ack: 301, 10)
            }),
        SettlingCase(
            "a SYN is answered, and an old segment comes late",
            .settles("1 2 3 4 5: handshake open -, EE, octets 10+0", "6 7 8 9: handshake open -, EE") { t in
                t.asked()
                t.at(60_000_000)
                t.c.syn(900_000)
                t.at(60_020_000)
                t.s.synAck(7000, ack: 900_001)
                t.at(60_020_050)
                t.c.data(111, ack: 301, 10)
                t.at(60_020_100)
                t.c.ack(900_001, ack: 7001)
            },
            nearMiss: .settles("1 2 3 4 5 6!syn 7 8: handshake open -, EE, octets 30+0") { t in
                // Nobody answers it, and it goes on.
                t.asked()
                t.at(60_000_000)
                t.c.syn(900_000)
                t.at(60_020_050)
                t.c.data(111, ack: 301, 10)
                t.c.data(121, ack: 301, 10)
            }),
        SettlingCase(
            "TIME-WAIT answers a SYN, and an RST does not end it (RFC 1337)",
            .settles(
                "1 2 3 4 5 6: handshake closed server, -T", "7 8 9 10 11 12: handshake open -, EE, again 1+0"
            ) { t in
                t.openedFar()
                t.s.fin(301, ack: 101)
                t.c.fin(101, ack: 302)
                t.s.ack(302, ack: 102)
                t.at(5_000_000)
                t.c.syn(50)
                t.at(5_020_000)
                t.s.ack(302, ack: 102)
                t.c.rst(102)
                t.at(6_000_000)
                t.c.syn(50)
                t.at(6_020_000)
                t.s.synAck(7000, ack: 51)
                t.c.ack(51, ack: 7001)
            },
            nearMiss: .settles(
                "1 2 3 4 5 6: handshake closed client, T-", "7 8: refused none server, --"
            ) { t in
                t.openedFar()
                t.c.fin(101, ack: 301)
                t.s.fin(301, ack: 102)
                t.c.ack(102, ack: 302)
                t.at(90_000_000)
                t.c.syn(9000)
                t.s.rstAck(0, ack: 9001)
            }),
        SettlingCase(
            "TIME-WAIT takes a SYN with a higher number (RFC 9293 3.6.1)",
            .settles(
                "1 2 3 4 5 6: handshake closed client, T-", "7 8 9: handshake open -, EE"
            ) { t in
                t.openedFar()
                t.c.fin(101, ack: 301)
                t.s.fin(301, ack: 102)
                t.c.ack(102, ack: 302)
                t.at(5_000_000)
                t.c.syn(9000)
                t.at(5_020_000)
                t.s.synAck(7000, ack: 9001)
                t.c.ack(9001, ack: 7001)
            },
            nearMiss: .settles(
                "1 2 3 4 5 6 7 8 9: handshake closed server, --, octets 10+0, again 1+0"
            ) { t in
                // An old segment, and the RST that answers its answer: TIME-WAIT is assassinated (RFC 1337).
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.s.fin(301, ack: 111)
                t.c.fin(111, ack: 302)
                t.at(5_000_000)
                t.c.data(101, ack: 301, 10)
                t.s.ack(302, ack: 112)
                t.c.rst(112)
            }),
        SettlingCase(
            "the same ISN again, after the connection was closed",
            .settles("1 2 3 4 5 6: handshake closed client, T-", "7 8 9: handshake open -, EE") { t in
                t.openedFar()
                t.c.fin(101, ack: 301)
                t.s.fin(301, ack: 102)
                t.c.ack(102, ack: 302)
                t.at(90_000_000)
                t.c.syn(100)
                t.at(90_020_000)
                t.s.synAck(300, ack: 101)
                t.c.ack(101, ack: 301)
            },
            nearMiss: .settles("1 2 3 4 5: handshake open -, EE, again 1+1") { t in
                // The SYN-ACK was lost, and comes again.
                t.c.syn(100)
                t.at(20_000)
                t.s.synAck(300, ack: 101)
                t.at(1_000_000)
                t.c.syn(100)
                t.at(1_020_000)
                t.s.synAck(300, ack: 101)
                t.c.ack(101, ack: 301)
            }),
        SettlingCase(
            "the same ISN again, with data of which the server takes none (RFC 7413 4.2)",
            .settles(
                "1 2 3 4 5: handshake reset client, --, octets 10+0",
                "6 7 8 9: handshake open -, EE, octets 10+0, again 1+0"
            ) { t in
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.c.rst(111)
                t.at(2_000_000)
                t.c.syn(100, payload: 10)
                t.at(2_020_000)
                t.s.synAck(300, ack: 101)
                t.c.ack(101, ack: 301)
                t.c.data(101, ack: 301, 10)
            },
            nearMiss: .settles("1 2 3 4 5 6 7: handshake open -, EE, octets 10+0, again 1+1") { t in
                // The network held the SYN back, and the server, still in SYN-RECEIVED, answers it: one connection.
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.at(45_000)
                t.again(1)
                t.at(45_100)
                t.s.synAck(300, ack: 101)
                t.at(50_000)
                t.s.ack(301, ack: 111)
            }),
        SettlingCase(
            "the same ISN again, after an RST",
            .settles("1 2 3 4 5: handshake reset client, --, octets 10+0", "6 7 8: handshake open -, EE") { t in
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.c.rst(111)
                t.at(2_000_000)
                t.c.syn(100)
                t.at(2_020_000)
                t.s.synAck(300, ack: 101)
                t.c.ack(101, ack: 301)
            },
            nearMiss: .settles("1 2 3 4: refused none server, --, again 1+0") { t in
                // Refused, and asked once more with the same SYN: one attempt.
                t.c.syn(100)
                t.s.rstAck(0, ack: 101)
                t.wait(500)
                t.c.syn(100)
                t.s.rstAck(0, ack: 101)
            }),
        SettlingCase(
            "the tuple is used again: a SYN with another number is answered",
            .settles("1 2 3 4 5: handshake open -, EE, octets 10+0", "6 7 8: handshake open -, EE") { t in
                // The end of the first was not captured.
                t.asked()
                t.at(60_000_000)
                t.c.syn(9000)
                t.at(60_020_000)
                t.s.synAck(7000, ack: 9001)
                t.c.ack(9001, ack: 7001)
            },
            nearMiss: .settles("1 2 3 4 5 6!syn 7 8: handshake open -, EE, octets 10+0") { t in
                // A SYN-ACK with another number, into a connection that goes on (RFC 5961 4.2).
                t.asked()
                t.at(60_000)
                t.s.synAck(7000, ack: 101)
                t.c.ack(111, ack: 301)
                t.s.ack(301, ack: 111)
            }),
    ]

    /// Handshakes that are none of three plain segments.
    static let openings = [
        SettlingCase(
            "two SYN-ACKs with numbers of their own, and the first is taken",
            .settles("1 2 3 4 5: handshake open -, EE, octets 10+0") { t in
                t.c.syn(100)
                t.at(20_000)
                t.s.synAck(300, ack: 101)
                t.at(20_050)
                t.s.synAck(7000, ack: 101)
                t.at(20_100)
                t.c.ack(101, ack: 301)
                t.c.data(101, ack: 301, 10)
            },
            nearMiss: .settles("1 2 3 4 5: handshake open -, EE, octets 10+0, again 0+1") { t in
                t.c.syn(100)
                t.at(20_000)
                t.s.synAck(300, ack: 101)
                t.at(1_020_000)
                t.s.synAck(300, ack: 101)
                t.at(1_020_100)
                t.c.ack(101, ack: 301)
                t.c.data(101, ack: 301, 10)
            }),
        SettlingCase(
            "two SYN-ACKs with numbers of their own, and the second is taken",
            .settles("1 2 3 4 5 6: handshake open -, EE, octets 10+10") { t in
                t.c.syn(100)
                t.at(20_000)
                t.s.synAck(300, ack: 101)
                t.at(20_050)
                t.s.synAck(7000, ack: 101)
                t.at(20_100)
                t.c.ack(101, ack: 7001)
                t.c.data(101, ack: 7001, 10)
                t.s.data(7001, ack: 111, 10)
            },
            nearMiss: .settles("1 2 3: half-open none -, ER") { t in
                // Neither is acknowledged.
                t.c.syn(100)
                t.at(20_000)
                t.s.synAck(300, ack: 101)
                t.at(20_050)
                t.s.synAck(7000, ack: 101)
            }),
        SettlingCase(
            "Fast Open: the SYN's data is acknowledged with it (RFC 7413 4.2)",
            .settles("1 2 3 4 5: handshake open -, EE, octets 20+0") { t in
                t.c.syn(100, payload: 10)
                t.at(20_000)
                t.s.synAck(300, ack: 111)
                t.at(20_100)
                t.c.ack(111, ack: 301)
                t.c.data(111, ack: 301, 10)
                t.s.ack(301, ack: 121)
            },
            nearMiss: .settles("1 2 3 4 5: handshake open -, EE, octets 10+0, again 1+0") { t in
                // The server has not taken the data: it is sent again.
                t.c.syn(100, payload: 10)
                t.at(20_000)
                t.s.synAck(300, ack: 101)
                t.at(20_100)
                t.c.ack(101, ack: 301)
                t.c.data(101, ack: 301, 10)
                t.s.ack(301, ack: 111)
            }),
        SettlingCase(
            "the SYN-ACK carries data",
            .settles("1 2 3 4: handshake open -, EE, octets 10+20") { t in
                t.c.syn(100, payload: 10)
                t.at(20_000)
                t.s.send([.syn, .ack], 300, 111, payload: 20)
                t.at(20_100)
                t.c.ack(111, ack: 321)
                t.c.ack(111, ack: 321)
            },
            nearMiss: .settles("1 2 3 4: handshake open -, EE, octets 0+20") { t in
                t.c.syn(100)
                t.at(20_000)
                t.s.synAck(300, ack: 101)
                t.at(20_100)
                t.c.ack(101, ack: 301)
                t.s.data(301, ack: 101, 20)
            }),
    ]
}
