import TCPWire
import Transcripts

extension SettlingCase {
    /// In which order segments came.
    static let order = [
        SettlingCase(
            "records of two taps, written in batches",
            .settles(
                "1 3 2 4 6 7 5: handshake open -, EE, octets 20+0", times: "3 late by 19900 µs"
            ) { t in
                // The server's tap is written later.
                t.at(0)
                t.c.syn(100)
                t.at(20_100)
                t.c.ack(101, ack: 301)
                t.at(20_000)
                t.s.synAck(300, ack: 101)
                t.at(30_000)
                t.c.data(101, ack: 301, 10)
                t.at(60_000)
                t.s.ack(301, ack: 121)
                t.at(40_100)
                t.c.data(111, ack: 301, 10)
                t.at(50_000)
                t.s.ack(301, ack: 111)
            },
            nearMiss: .settles("1 2 3 4 5 6 7: handshake open -, EE, octets 30+0, reordered 1+0") { t in
                // Captured in the order in which they came, after one had overtaken another.
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.at(30_100)
                t.c.data(121, ack: 301, 10)
                t.at(30_200)
                t.c.data(111, ack: 301, 10)
                t.at(50_000)
                t.s.ack(301, ack: 131)
            }),
        SettlingCase(
            "an ACK is written before the data that it acknowledges",
            .settles("1 2 3 5 4 6: handshake open -, EE, octets 20+0", times: "1 late by 40 µs") { t in
                t.openedFar()
                t.s.ack(301, ack: 111)
                t.at(30_040)
                t.c.data(101, ack: 301, 10)
                t.at(40_000)
                t.c.data(111, ack: 301, 10)
            },
            nearMiss: .settles("1 2 3 4 5: handshake open -, EE, octets 20+0") { t in
                // What it acknowledges was not captured, and what comes next is more than that.
                t.openedFar()
                t.s.ack(301, ack: 111)
                t.at(30_040)
                t.c.data(111, ack: 301, 10)
            }),
        SettlingCase(
            "one ACK of two segments that are written behind it",
            .settles("1 2 3 5 6 4: handshake open -, EE, octets 20+0", times: "1 late by 60 µs") { t in
                t.openedFar()
                t.s.ack(301, ack: 121)
                t.at(30_040)
                t.c.data(101, ack: 301, 10)
                t.at(30_060)
                t.c.data(111, ack: 301, 10)
            },
            nearMiss: .settles("1 2 3 4 5 6: handshake open -, EE, octets 20+0") { t in
                // The second comes five milliseconds later: nothing is written as late as that.
                t.openedFar()
                t.s.ack(301, ack: 121)
                t.at(30_040)
                t.c.data(101, ack: 301, 10)
                t.at(35_000)
                t.c.data(111, ack: 301, 10)
            }),
        SettlingCase(
            "a SYN-ACK is written before its SYN",
            .settles("2 1 3: handshake open -, EE", times: "1 late by 30 µs") { t in
                t.at(0)
                t.s.synAck(300, ack: 101)
                t.at(30)
                t.c.syn(100)
                t.at(100)
                t.c.ack(101, ack: 301)
            },
            nearMiss: .settles("1 2: partial open -, EE", "3 4 5: handshake open -, EE") { t in
                // It answers another SYN, which was not captured.
                t.at(0)
                t.s.synAck(300, ack: 101)
                t.at(10)
                t.c.ack(101, ack: 301)
                t.at(30)
                t.c.syn(9000)
                t.at(50)
                t.s.synAck(7000, ack: 9001)
                t.c.ack(9001, ack: 7001)
            }),
        SettlingCase(
            "a refusal is written before the SYN that it refuses",
            .settles("2 1: refused none server, --", times: "1 late by 30 µs") { t in
                t.at(0)
                t.s.rstAck(0, ack: 101)
                t.at(30)
                t.c.syn(100)
            },
            nearMiss: .settles("1: midstream reset server, ?-", "2: unanswered none -, S?") { t in
                t.at(0)
                t.s.rstAck(0, ack: 5001)
                t.at(30)
                t.c.syn(100)
            }),
        SettlingCase(
            "two refusals are written before the SYNs that they refuse",
            .settles("2 1 4 3: refused none server, --, again 1+0", times: "2 late by 30 µs") { t in
                for round in 0..<2 {
                    t.at(Int64(round) * 500_000)
                    t.s.rstAck(0, ack: 101)
                    t.at(Int64(round) * 500_000 + 30)
                    t.c.syn(100)
                }
            },
            nearMiss: .settles("1 2: unanswered none -, S-") { t in
                // An RST with a number ends a connection that is older than the SYN.
                t.at(0)
                t.s.rstAck(301, ack: 101)
                t.at(30)
                t.c.syn(100)
            }),
        SettlingCase(
            "in a local network, an ACK is written before the data that it acknowledges",
            .settles("1 2 3 5 4: handshake open -, EE, octets 10+0", times: "1 late by 40 µs") { t in
                t.c.syn(100)
                t.at(60)
                t.s.synAck(300, ack: 101)
                t.at(80)
                t.c.ack(101, ack: 301)
                t.at(1000)
                t.s.ack(301, ack: 111)
                t.at(1040)
                t.c.data(101, ack: 301, 10)
            },
            nearMiss: .settles("1 2 3 4 5: handshake open -, EE, octets 10+0") { t in
                // Longer than the round trip.
                t.c.syn(100)
                t.at(60)
                t.s.synAck(300, ack: 101)
                t.at(80)
                t.c.ack(101, ack: 301)
                t.at(1000)
                t.s.ack(301, ack: 111)
                t.at(1200)
                t.c.data(101, ack: 301, 10)
            }),
        SettlingCase(
            "a SYN-ACK is written before its SYN, and a data segment before both",
            .settles("1 3 2 4: handshake open -, EE, octets 0+10", times: "1 late by 30 µs") { t in
                t.at(0)
                t.s.data(301, ack: 101, 10)
                t.at(10)
                t.s.synAck(300, ack: 101)
                t.at(40)
                t.c.syn(100)
                t.at(100)
                t.c.ack(101, ack: 311)
            },
            nearMiss: .settles("1 2 3: handshake open -, EE") { t in
                // Five milliseconds: no record waits so long.
                t.at(0)
                t.s.synAck(300, ack: 101)
                t.at(5000)
                t.c.syn(100)
                t.at(5100)
                t.c.ack(101, ack: 301)
            }),
        SettlingCase(
            "the clock is set back by three seconds",
            .settles(
                "1 2 3 4 5 6 7: handshake open -, EE, octets 20+0", times: "set back 1 by 2980000 µs"
            ) { t in
                t.at(5_000_000)
                t.c.syn(100)
                t.at(5_020_000)
                t.s.synAck(300, ack: 101)
                t.at(5_020_100)
                t.c.ack(101, ack: 301)
                t.at(5_030_000)
                t.c.data(101, ack: 301, 10)
                t.at(2_050_000)
                t.s.ack(301, ack: 111)
                t.at(2_060_000)
                t.c.data(111, ack: 301, 10)
                t.at(2_080_000)
                t.s.ack(301, ack: 121)
            },
            nearMiss: .settles(
                "1 2 3 5 4 6: handshake open -, EE, octets 20+0", times: "1 late by 3020000 µs"
            ) { t in
                // One record is written three seconds late.
                t.openedFar()
                t.at(3_050_000)
                t.c.data(111, ack: 301, 10)
                t.at(30_000)
                t.c.data(101, ack: 301, 10)
                t.at(3_070_000)
                t.s.ack(301, ack: 121)
            }),
        SettlingCase(
            "the clock is set back, and set right again",
            .settles(
                "1 2 3 4 5 6 7 8: handshake open -, EE, octets 30+0", times: "set back 1 by 4980000 µs"
            ) { t in
                t.at(5_000_000)
                t.c.syn(100)
                t.at(5_020_000)
                t.s.synAck(300, ack: 101)
                t.at(5_020_100)
                t.c.ack(101, ack: 301)
                t.at(5_030_000)
                t.c.data(101, ack: 301, 10)
                t.at(50_000)
                t.s.ack(301, ack: 111)
                t.at(60_000)
                t.c.data(111, ack: 301, 10)
                t.at(5_100_000)
                t.s.ack(301, ack: 121)
                t.at(5_110_000)
                t.c.data(121, ack: 301, 10)
            },
            nearMiss: .settles("1 2 3 4 5 6: handshake open -, EE, octets 20+0") { t in
                // A pause, and no step.
                t.asked()
                t.at(5_100_000)
                t.c.data(111, ack: 301, 10)
            }),
    ]
}
