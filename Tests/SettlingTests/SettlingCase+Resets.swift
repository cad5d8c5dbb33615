import TCPWire
import Transcripts

extension SettlingCase {
    /// Which RSTs did what they say (RFC 9293 3.5.3 and 3.10.7, RFC 5961 3.2).
    static let resets = [
        SettlingCase(
            "outside of the window: its receiver ignores it",
            .settles("1 2 3 4 5 6!reset 7 8: handshake open -, EE, octets 20+0") { t in
                t.asked()
                t.at(60_000)
                t.s.rst(900_000)
                t.at(70_000)
                t.c.data(111, ack: 301, 10)
                t.at(90_000)
                t.s.ack(301, ack: 121)
            },
            nearMiss: .settles("1 2 3 4 5 6: handshake reset server, --, octets 10+0") { t in
                // Exactly the number that is expected.
                t.asked()
                t.at(60_000)
                t.s.rst(301)
            }),
        SettlingCase(
            "exact, and only what is of no stream comes behind it",
            .settles("1 2 3 4 5 6 7: handshake reset server, --, octets 10+0") { t in
                t.asked()
                t.at(60_000)
                t.s.rst(301)
                t.at(80_000)
                t.s.data(900_000_000, ack: 111, 10)
            },
            nearMiss: .settles("1 2 3 4 5 6!foreign 7: handshake reset server, -E, octets 10+10") { t in
                t.asked()
                t.at(60_000)
                t.s.rst(301)
                t.at(80_000)
                t.s.data(301, ack: 111, 10)
            }),
        SettlingCase(
            "in the window: its receiver asks back, and the sender goes on",
            .settles("1 2 3 4 5 6!reset 7 8 9: handshake open -, EE, octets 10+20") { t in
                t.asked()
                t.at(60_000)
                t.s.rst(401)
                t.at(60_100)
                t.c.ack(111, ack: 301)
                t.at(90_000)
                t.s.data(301, ack: 111, 20)
                t.at(90_100)
                t.c.ack(111, ack: 321)
            },
            nearMiss: .settles("1 2 3 4 5 6 7 8: handshake reset server, --, octets 10+0") { t in
                // Asked back, it comes once more with the number that is asked for.
                t.asked()
                t.at(60_000)
                t.s.rst(401)
                t.at(60_100)
                t.c.ack(111, ack: 301)
                t.at(80_100)
                t.s.rst(301)
            }),
        SettlingCase(
            "exact, and its sender goes on while the other end is silent: somebody else's, and taken",
            .settles("1 2 3 4 5 6!foreign 7 8: handshake reset server, -E, octets 10+20, again 0+1") { t in
                t.asked()
                t.at(60_000)
                t.s.rst(301, ttl: 40)
                t.at(90_000)
                t.s.data(301, ack: 111, 20)
                t.at(390_000)
                t.s.data(301, ack: 111, 20)
            },
            nearMiss: .settles("1 2 3 4 5 6!reset 7 8: handshake open -, EE, octets 10+20") { t in
                // Both go on: nobody took it.
                t.asked()
                t.at(60_000)
                t.s.rst(301, ttl: 40)
                t.at(90_000)
                t.s.data(301, ack: 111, 20)
                t.at(90_100)
                t.c.ack(111, ack: 321)
            }),
        SettlingCase(
            "data of its sender is only written behind it",
            .settles("1 2 3 4 5 6 7: handshake reset server, E-, octets 10+20") { t in
                t.asked()
                t.at(60_000)
                t.s.rst(321)
                t.at(60_200)
                t.s.data(301, ack: 111, 20)
            },
            nearMiss: .settles("1 2 3 4 5 6!reset 7 8: handshake open -, EE, octets 10+20") { t in
                t.asked()
                t.at(60_000)
                t.s.rst(321)
                t.at(62_000)
                t.s.data(301, ack: 111, 20)
                t.at(62_100)
                t.c.ack(111, ack: 321)
            }),
        SettlingCase(
            "in SYN-SENT: without the SYN's ACK it counts for nothing (RFC 9293 3.10.7.3)",
            .settles("1 2!reset 3 4 5: handshake open -, EE, octets 10+0") { t in
                t.c.syn(100)
                t.at(10_000)
                t.s.rst(0)
                t.at(20_000)
                t.s.synAck(300, ack: 101)
                t.c.ack(101, ack: 301)
                t.c.data(101, ack: 301, 10)
            },
            nearMiss: .settles("1 2: refused none server, --") { t in
                t.c.syn(100)
                t.at(20_000)
                t.s.rstAck(0, ack: 101)
            }),
        SettlingCase(
            "before the true SYN-ACK: somebody else refuses, and the client does not take it",
            .settles("1 2!reset 3 4 5 6: handshake open -, EE, octets 10+0") { t in
                t.c.syn(100)
                t.at(10_000)
                t.s.rstAck(0, ack: 101)
                t.at(20_000)
                t.s.synAck(300, ack: 101)
                t.at(20_100)
                t.c.ack(101, ack: 301)
                t.at(30_000)
                t.c.data(101, ack: 301, 10)
                t.at(50_000)
                t.s.ack(301, ack: 111)
            },
            nearMiss: .settles("1 2 3 4 5: half-open reset server, --, again 0+1") { t in
                // The client has taken it: what it answers the SYN-ACK with is an RST.
                t.c.syn(100)
                t.at(10_000)
                t.s.rstAck(0, ack: 101)
                t.at(20_000)
                t.s.synAck(300, ack: 101)
                t.at(1_020_000)
                t.s.synAck(300, ack: 101)
                t.at(1_020_100)
                t.c.rst(101)
            }),
        SettlingCase(
            "in SYN-RECEIVED: not the number that is expected (RFC 5961 3.2)",
            .settles("1 2 3!reset 4 5 6: handshake open -, EE, octets 10+0") { t in
                t.c.syn(100)
                t.at(20_000)
                t.s.synAck(300, ack: 101)
                t.at(20_050)
                t.c.rst(2000)
                t.at(22_000)
                t.c.ack(101, ack: 301)
                t.at(30_000)
                t.c.data(101, ack: 301, 10)
                t.at(50_000)
                t.s.ack(301, ack: 111)
            },
            nearMiss: .settles("1 2 3: half-open reset client, --") { t in
                // A scanner: it has seen enough.
                t.c.syn(100)
                t.at(20_000)
                t.s.synAck(300, ack: 101)
                t.at(20_050)
                t.c.rst(101)
            }),
        SettlingCase(
            "a challenge ACK shows that what came before the RST was lost",
            .settles("1 2 3 4 5 6 7!reset 8: handshake open -, EE, octets 20+0, duplicate ACKs 0+1") { t in
                t.asked()
                t.c.data(111, ack: 301, 10)
                t.wait(nanoseconds: -900_000)
                t.c.rst(121)
                t.at(80_000)
                t.s.ack(301, ack: 111)
            },
            nearMiss: .settles(
                "1 2 3 4 5 6 7 8: handshake reset client, --, octets 20+0, duplicate ACKs 0+1"
            ) { t in
                // An ACK that had been sent before the RST came.
                t.asked()
                t.at(60_000)
                t.c.data(111, ack: 301, 10)
                t.wait(nanoseconds: -900_000)
                t.c.rst(121)
                t.at(65_000)
                t.s.ack(301, ack: 111)
            }),
        SettlingCase(
            "who gives up after three times sends an RST that counts",
            .settles("1 2 3 4 5 6 7: handshake reset client, --, octets 10+0, again 2+0") { t in
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.at(330_000)
                t.c.data(101, ack: 301, 10)
                t.at(930_000)
                t.c.data(101, ack: 301, 10)
                t.at(2_130_000)
                t.c.rst(111)
            },
            nearMiss: .settles("1 2 3 4 5 6!reset 7 8: handshake open -, EE, octets 10+0, again 2+0") { t in
                // It sends again behind it: it has not given up.
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.at(330_000)
                t.c.data(101, ack: 301, 10)
                t.at(630_000)
                t.c.rst(111)
                t.at(930_000)
                t.c.data(101, ack: 301, 10)
                t.at(950_000)
                t.s.ack(301, ack: 111)
            }),
    ]
}
