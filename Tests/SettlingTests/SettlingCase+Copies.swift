import TCPWire
import Transcripts

extension Transcript {
    /// A handshake over a path of 20 ms, captured beside the client, with ISNs 100 and 300; the client goes on at 30 ms.
    func openedFar(_ options: [TCPOption] = []) {
        at(0)
        c.syn(100, options: options)
        at(20_000)
        s.synAck(300, ack: 101, options: options)
        at(20_100)
        c.ack(101, ack: 301)
        at(30_000)
    }

    /// Data from the client, and its acknowledgment one trip later.
    func asked() {
        openedFar()
        c.data(101, ack: 301, 10)
        at(50_000)
        s.ack(301, ack: 111)
    }

    /// The sum that a packet has whose checksum the network card is to fill in: that of the pseudo-header.
    static func unfilledSum(payload: UInt16) -> UInt16 { 0x0a00 + 0x0001 + 0x0a00 + 0x0002 + 6 + 20 + payload }
}

extension SettlingCase {
    /// One packet captured twice, where packets have identifications.
    static let copies = [
        SettlingCase(
            "both sides of a router: the hop limit is one less",
            .settles("1 2=1 3 4=3 5 6=5 7 8=7 9 10=9: handshake open -, EE, octets 10+0") { t in
                t.isNumbered = true
                t.secondPlace = .init(hops: 1)
                t.asked()
            },
            nearMiss: .settles("1 2=1 3 4=3 5 6=5 7 8=7 9 10=9: handshake open -, EE, octets 10+0, again 1+0") { t in
                t.isNumbered = true
                t.secondPlace = .init(hops: 1)
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                // The timer: another packet, which stands in the capture twice as well.
                t.at(330_000)
                t.c.data(101, ack: 301, 10)
            }),
        SettlingCase(
            "in a VLAN and bare",
            .settles("1 2=1 3 4=3 5 6=5 7 8=7 9 10=9: handshake open -, EE, octets 10+0") { t in
                t.isNumbered = true
                t.place = .init(.vlan(7))
                t.secondPlace = .init(delay: 20)
                t.asked()
            },
            nearMiss: .settles("1 2 3 4 5 6: handshake open -, EE, octets 10+0, again 1+0") { t in
                t.isNumbered = true
                t.place = .init(.vlan(7))
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                // Sent again, by another way.
                t.at(330_000)
                t.place = .init()
                t.c.data(101, ack: 301, 10)
                t.at(350_000)
                t.s.ack(301, ack: 111)
            }),
        SettlingCase(
            "in VXLAN and bare",
            .settles("1 2=1 3 4=3 5 6=5 7 8=7 9 10=9: handshake open -, EE, octets 10+0") { t in
                t.isNumbered = true
                t.secondPlace = .init(.vxlan(5), delay: 20)
                t.asked()
            },
            nearMiss: .settles(
                "1 3 5 7: handshake open -, EE, octets 10+0", "2 4 6 8: handshake open -, EE, octets 20+0"
            ) { t in
                t.isNumbered = true
                t.c.syn(100)
                t.place = .init(.vxlan(5))
                t.c.syn(70_000)
                t.place = .init()
                t.s.synAck(300, ack: 101)
                t.place = .init(.vxlan(5))
                t.s.synAck(90_000, ack: 70_001)
                t.place = .init()
                t.c.ack(101, ack: 301)
                t.place = .init(.vxlan(5))
                t.c.ack(70_001, ack: 90_001)
                t.place = .init()
                t.c.data(101, ack: 301, 10)
                t.place = .init(.vxlan(5))
                t.c.data(70_001, ack: 90_001, 20)
            }),
        SettlingCase(
            "a loopback interface: out and in",
            .settles("1 2=1 3 4=3 5 6=5 7 8=7 9 10=9: handshake open -, EE, octets 10+0") { t in
                t.isNumbered = true
                t.secondPlace = .init(delay: 3)
                t.c.syn(100)
                t.at(30)
                t.s.synAck(300, ack: 101)
                t.at(60)
                t.c.ack(101, ack: 301)
                t.at(100)
                t.c.data(101, ack: 301, 10)
                t.at(130)
                t.s.ack(301, ack: 111)
            },
            nearMiss: .settles("1 2 3 4 5 6: handshake open -, EE, octets 10+0, again 1+0") { t in
                t.isNumbered = true
                t.c.syn(100)
                t.at(30)
                t.s.synAck(300, ack: 101)
                t.at(60)
                t.c.ack(101, ack: 301)
                t.at(100)
                t.c.data(101, ack: 301, 10)
                // A tail-loss probe (RFC 8985 7.2).
                t.at(10_100)
                t.c.data(101, ack: 301, 10)
                t.s.ack(301, ack: 111)
            }),
        SettlingCase(
            "one direction only is captured twice",
            .settles("1 2=1 3 4 5=4 6 7=6 8: handshake open -, EE, octets 10+0") { t in
                t.isNumbered = true
                t.secondPlace = .init()
                t.c.syn(100)
                t.secondPlace = nil
                t.at(20_000)
                t.s.synAck(300, ack: 101)
                t.secondPlace = .init()
                t.at(20_100)
                t.c.ack(101, ack: 301)
                t.at(30_000)
                t.c.data(101, ack: 301, 10)
                t.secondPlace = nil
                t.at(50_000)
                t.s.ack(301, ack: 111)
            },
            nearMiss: .settles("1 2 3 4 5 6 7 8: handshake open -, EE, octets 20+0, again 2+0") { t in
                // A driver that sends everything twice gives each packet an identification of its own.
                t.isNumbered = true
                t.openedFar()
                for first in [101, 111] as [UInt32] {
                    t.c.data(first, ack: 301, 10)
                    t.wait(nanoseconds: -950_000)
                    t.c.data(first, ack: 301, 10)
                }
                t.at(60_000)
                t.s.ack(301, ack: 121)
            }),
        SettlingCase(
            "a single packet is captured twice",
            .settles("1 2 3 4 5=4 6: handshake open -, EE, octets 10+0") { t in
                t.isNumbered = true
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.at(30_100)
                t.again(4)
                t.at(50_000)
                t.s.ack(301, ack: 111)
            },
            nearMiss: .settles("1 2 3 4 5 6: handshake open -, EE, octets 10+0, again 1+0") { t in
                t.isNumbered = true
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.at(30_100)
                t.c.data(101, ack: 301, 10)
                t.at(50_000)
                t.s.ack(301, ack: 111)
            }),
        SettlingCase(
            "the checksum is filled in between the two places",
            .settles("1 2 3 4 5=4 6: handshake open -, EE, octets 10+0") { t in
                t.isNumbered = true
                t.openedFar()
                t.c.send([.psh, .ack], 101, 301, payload: 10, checksum: Self.unfilledSum(payload: 10))
                t.at(30_020)
                t.again(4) { $0.checksum = nil }
                t.at(50_000)
                t.s.ack(301, ack: 111)
            },
            nearMiss: .settles("1 2 3 4!corrupt 5 6: handshake open -, EE, octets 10+0, again 1+0") { t in
                t.isNumbered = true
                t.openedFar()
                t.c.send([.psh, .ack], 101, 301, payload: 10, checksum: 0x1234)
                t.at(330_000)
                t.c.data(101, ack: 301, 10)
                t.at(350_000)
                t.s.ack(301, ack: 111)
            }),
        SettlingCase(
            "a router writes a smaller segment size into the SYN",
            .settles("1 2=1 3 4=3 5: handshake open -, EE") { t in
                t.isNumbered = true
                t.c.syn(100, options: [.maximumSegmentSize(1460), .sackPermitted])
                t.at(40)
                t.again(1, at: .init(hops: 1)) { $0.options[0] = .maximumSegmentSize(1360) }
                t.at(20_000)
                t.s.synAck(300, ack: 101, options: [.maximumSegmentSize(1460), .sackPermitted])
                t.at(20_040)
                t.again(3, at: .init(hops: 1)) { $0.options[0] = .maximumSegmentSize(1360) }
                t.at(20_100)
                t.c.ack(101, ack: 301)
            },
            nearMiss: .settles("1 2 3 4: handshake open -, EE, again 1+0") { t in
                // After a second the client itself tries a smaller one.
                t.isNumbered = true
                t.c.syn(100, options: [.maximumSegmentSize(1460), .sackPermitted])
                t.at(1_000_000)
                t.c.syn(100, options: [.maximumSegmentSize(536), .sackPermitted])
                t.at(1_020_000)
                t.s.synAck(300, ack: 101)
                t.c.ack(101, ack: 301)
            }),
        SettlingCase(
            "a copy comes a second later, over another way",
            .settles("1 2 3 4 5=4: handshake open -, EE, octets 10+0") { t in
                t.isNumbered = true
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.at(1_030_000)
                t.again(4, at: .init(hops: 3))
            },
            nearMiss: .settles("1 2 3 4 5 6: handshake open -, EE, octets 10+0, again 1+0") { t in
                // Longer than any packet lives: the identification came round.
                t.isNumbered = true
                t.asked()
                t.at(121_030_000)
                t.again(4, at: .init(hops: 3))
            }),
        SettlingCase(
            "a copy comes later than a round trip, by its identification",
            .settles("1 2 3 4 5=4 6: handshake open -, EE, octets 10+0") { t in
                t.isNumbered = true
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.at(60_000)
                t.again(4)
                t.at(80_000)
                t.s.ack(301, ack: 111)
            },
            nearMiss: .settles("1 2 3 4 5 6: handshake open -, EE, octets 10+0, again 1+0") { t in
                // All have the same identification: it tells no packet from another.
                t.c.send(.syn, 100, 0, id: 7)
                t.at(20_000)
                t.s.synAck(300, ack: 101)
                t.at(20_100)
                t.c.send(.ack, 101, 301, id: 7)
                t.at(30_000)
                t.c.data(101, ack: 301, 10, id: 7)
                t.at(60_000)
                t.c.data(101, ack: 301, 10, id: 7)
                t.at(80_000)
                t.s.ack(301, ack: 111)
            }),
        SettlingCase(
            "what has been acknowledged no timer sends again",
            .settles("1 2 3 4 5 6=4: handshake open -, EE, octets 10+0") { t in
                t.isNumbered = true
                t.asked()
                t.at(330_000)
                t.again(4)
            },
            nearMiss: .settles("1 2 3 4 5 6: handshake open -, EE, octets 10+0, again 1+0") { t in
                // The timer may send the very packet again (RFC 9293 3.8.1, MAY-4).
                t.isNumbered = true
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.at(330_000)
                t.again(4)
                t.at(350_000)
                t.s.ack(301, ack: 111)
            }),
    ]

    private static func unfilledSum(payload: UInt16) -> UInt16 { Transcript.unfilledSum(payload: payload) }
}
