import TCPWire
import Transcripts

extension SettlingCase {
    /// The same octets captured twice and cut otherwise, by a network card (TSO) or the system behind it (GRO). Both places
    /// are 100 µs apart, on a path of 20 ms.
    static let recut = [
        SettlingCase(
            "pieces, then joined",
            .settles("1 2 3 4 5 6=4 7: handshake open -, EE, octets 2920+0") { t in
                t.isNumbered = true
                t.openedFar()
                t.c.stream(101, ack: 301, 1460)
                t.at(30_010)
                t.c.stream(1561, ack: 301, 1460)
                t.at(30_100)
                t.c.stream(101, ack: 301, 2920, id: 3)
                t.at(50_000)
                t.s.ack(301, ack: 3021)
            },
            nearMiss: .settles("1 2 3 4 5 6 7: handshake open -, EE, octets 2920+0, again 1+0") { t in
                // The timer sends both as one.
                t.isNumbered = true
                t.openedFar()
                t.c.stream(101, ack: 301, 1460)
                t.at(30_010)
                t.c.stream(1561, ack: 301, 1460)
                t.at(330_000)
                t.c.stream(101, ack: 301, 2920)
                t.at(350_000)
                t.s.ack(301, ack: 3021)
            }),
        SettlingCase(
            "joined, then in pieces",
            .settles("1 2 3 4 5=4 6=4 7: handshake open -, EE, octets 2920+0") { t in
                t.isNumbered = true
                t.openedFar()
                t.c.stream(101, ack: 301, 2920)
                t.at(30_020)
                t.c.stream(101, ack: 301, 1460, id: 3)
                t.at(30_025)
                t.c.stream(1561, ack: 301, 1460, id: 4)
                t.at(50_000)
                t.s.ack(301, ack: 3021)
            },
            nearMiss: .settles("1 2 3 4 5 6 7: handshake open -, EE, octets 2920+0, again 2+0") { t in
                // Packets of their own: the identifications go on.
                t.isNumbered = true
                t.openedFar()
                t.c.stream(101, ack: 301, 2920)
                t.at(30_020)
                t.c.stream(101, ack: 301, 1460)
                t.at(30_025)
                t.c.stream(1561, ack: 301, 1460)
                t.at(50_000)
                t.s.ack(301, ack: 3021)
            }),
        SettlingCase(
            "three segments, and the same as two",
            .settles("1 2 3 4 5 6 7=4 8=5 9: handshake open -, EE, octets 4380+0", over: .six) { t in
                t.openedFar()
                for (place, first) in ([101, 1561, 3021] as [UInt32]).enumerated() {
                    t.at(30_000 + Int64(place) * 10)
                    t.c.stream(first, ack: 301, 1460)
                }
                t.at(30_100)
                t.c.stream(101, ack: 301, 2190)
                t.at(30_110)
                t.c.stream(2291, ack: 301, 2190)
                t.at(50_000)
                t.s.ack(301, ack: 4481)
            },
            nearMiss: .settles("1 2 3 4 5 6 7 8 9: handshake open -, EE, octets 4380+0, again 2+0", over: .six) { t in
                // Other octets.
                t.openedFar()
                for (place, first) in ([101, 1561, 3021] as [UInt32]).enumerated() {
                    t.at(30_000 + Int64(place) * 10)
                    t.c.stream(first, ack: 301, 1460)
                }
                t.at(30_100)
                t.c.data(101, ack: 301, 2190)
                t.at(30_110)
                t.c.data(2291, ack: 301, 2190)
                t.at(50_000)
                t.s.ack(301, ack: 4481)
            }),
        SettlingCase(
            "three segments, and the same as two between them",
            .settles("1 2 3 4 5 6=4 7 8=5 9: handshake open -, EE, octets 4380+0", over: .six) { t in
                t.openedFar()
                t.c.stream(101, ack: 301, 1460)
                t.at(30_010)
                t.c.stream(1561, ack: 301, 1460)
                t.at(30_015)
                t.c.stream(101, ack: 301, 2190)
                t.at(30_020)
                t.c.stream(3021, ack: 301, 1460)
                t.at(30_025)
                t.c.stream(2291, ack: 301, 2190)
                t.at(50_000)
                t.s.ack(301, ack: 4481)
            },
            nearMiss: .settles("1 2 3 4 5 6 7: handshake open -, EE, octets 4380+0, again 1+0", over: .six) { t in
                // A probe that begins within what was sent, and ends with it: no two segments of the stream begin so.
                t.openedFar()
                t.c.stream(101, ack: 301, 1460)
                t.at(30_010)
                t.c.stream(1561, ack: 301, 2920)
                t.at(60_000)
                t.c.stream(2291, ack: 301, 2190)
                t.at(80_000)
                t.s.ack(301, ack: 4481)
            }),
        SettlingCase(
            "three segments, and the same as two that run ahead of them",
            .settles("1 2 3 4 5=4 6 7=6 8: handshake open -, EE, octets 4380+0", over: .six) { t in
                t.openedFar()
                t.c.stream(101, ack: 301, 1460)
                t.at(30_005)
                t.c.stream(101, ack: 301, 2190)
                t.at(30_010)
                t.c.stream(1561, ack: 301, 1460)
                t.at(30_015)
                t.c.stream(2291, ack: 301, 2190)
                t.at(30_020)
                t.c.stream(3021, ack: 301, 1460)
            },
            nearMiss: .settles("1 2 3 4 5 6: handshake open -, EE, octets 2920+0, again 2+0", over: .six) { t in
                // The second piece comes later than a packet waits inside a machine.
                t.openedFar()
                t.c.stream(101, ack: 301, 2920)
                t.at(30_020)
                t.c.stream(101, ack: 301, 1460)
                t.at(33_000)
                t.c.stream(1561, ack: 301, 1460)
            }),
        SettlingCase(
            "over a path of a millisecond, not all captured, joined at once",
            .settles("1 2 3 4 5 6=4: handshake open -, EE, octets 2920+0", over: .six) { t in
                t.snapLength = 100
                t.c.syn(100)
                t.at(900)
                t.s.synAck(300, ack: 101)
                t.at(1000)
                t.c.ack(101, ack: 301)
                t.at(5000)
                t.c.stream(101, ack: 301, 1460)
                t.at(5010)
                t.c.stream(1561, ack: 301, 1460)
                t.at(5100)
                t.c.stream(101, ack: 301, 2920)
            },
            nearMiss: .settles("1 2 3 4 5 6: handshake open -, EE, octets 2920+0, again 1+0", over: .six) { t in
                // Later than a quarter of a trip.
                t.snapLength = 100
                t.c.syn(100)
                t.at(900)
                t.s.synAck(300, ack: 101)
                t.at(1000)
                t.c.ack(101, ack: 301)
                t.at(5000)
                t.c.stream(101, ack: 301, 1460)
                t.at(5010)
                t.c.stream(1561, ack: 301, 1460)
                t.at(5400)
                t.c.stream(101, ack: 301, 2920)
            }),
        SettlingCase(
            "joined, with timestamps",
            .settles("1 2 3 4 5 6=4: handshake open -, EE, octets 2000+0", over: .six) { t in
                let stamps = TCPTimestamps(value: 5000, echoReply: 7)
                t.openedFar()
                t.c.stream(101, ack: 301, 1000, stamps: stamps)
                t.at(30_010)
                t.c.stream(1101, ack: 301, 1000, stamps: stamps)
                t.at(30_100)
                t.c.stream(101, ack: 301, 2000, stamps: stamps)
            },
            nearMiss: .settles("1 2 3 4 5 6: handshake open -, EE, octets 2000+0, again 1+0", over: .six) { t in
                // Without: another's.
                let stamps = TCPTimestamps(value: 5000, echoReply: 7)
                t.openedFar()
                t.c.stream(101, ack: 301, 1000, stamps: stamps)
                t.at(30_010)
                t.c.stream(1101, ack: 301, 1000, stamps: stamps)
                t.at(30_100)
                t.c.stream(101, ack: 301, 2000)
            }),
        SettlingCase(
            "pieces of odd lengths",
            .settles("1 2 3 4 5 6 7=4 8: handshake open -, EE, octets 300+0", over: .six) { t in
                t.openedFar()
                for (place, (first, count)) in [(101, 101), (202, 98), (300, 101)].enumerated() {
                    t.at(30_000 + Int64(place) * 10)
                    t.c.stream(UInt32(first), ack: 301, count)
                }
                t.at(30_100)
                t.c.stream(101, ack: 301, 300)
                t.at(50_000)
                t.s.ack(301, ack: 401)
            },
            nearMiss: .settles("1 2 3 4 5 6 7 8: handshake open -, EE, octets 300+0, again 1+0", over: .six) { t in
                // The pieces' octets, but a hole of one between them.
                t.openedFar()
                for (place, (first, count)) in [(101, 101), (202, 98), (301, 100)].enumerated() {
                    t.at(30_000 + Int64(place) * 10)
                    t.c.stream(UInt32(first), ack: 301, count)
                }
                t.at(30_100)
                t.c.stream(101, ack: 301, 300)
                t.at(50_000)
                t.s.ack(301, ack: 401)
            }),
        SettlingCase(
            "joined, and not all of it captured",
            .settles("1 2 3 4 5 6=4 7: handshake open -, EE, octets 2920+0", over: .six) { t in
                t.snapLength = 100
                t.openedFar()
                t.c.stream(101, ack: 301, 1460)
                t.at(30_010)
                t.c.stream(1561, ack: 301, 1460)
                t.at(30_100)
                t.c.stream(101, ack: 301, 2920)
                t.at(50_000)
                t.s.ack(301, ack: 3021)
            },
            nearMiss: .settles(
                "1 2 3 4 5 6 7 8: handshake open -, EE, octets 2920+10, again 1+0", over: .six
            ) { t in
                // It acknowledges what came meanwhile: it was made later.
                t.snapLength = 100
                t.openedFar()
                t.c.stream(101, ack: 301, 1460)
                t.at(30_010)
                t.c.stream(1561, ack: 301, 1460)
                t.at(30_050)
                t.s.data(301, ack: 101, 10)
                t.at(30_100)
                t.c.stream(101, ack: 311, 2920)
                t.at(50_000)
                t.s.ack(311, ack: 3021)
            }),
    ]
}
