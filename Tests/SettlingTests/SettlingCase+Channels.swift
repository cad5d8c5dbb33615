import TCPWire
import Transcripts

extension Transcript {
    /// Two handshakes at once, each end's segments of the first at one place, and of the second at another.
    fileprivate func two(_ first: [Place], _ second: [Place], other: UInt32 = 5_000_000) {
        let starts: [([Place], UInt32)] = [(first, 100), (second, 100 + other)]
        for (places, isn) in starts {
            place = places[0]
            c.syn(isn)
        }
        for (places, isn) in starts {
            place = places[1]
            s.synAck(isn + 200, ack: isn + 1)
        }
        for (places, isn) in starts {
            place = places[0]
            c.ack(isn + 1, ack: isn + 201)
        }
        for (places, isn) in starts {
            place = places[0]
            c.data(isn + 1, ack: isn + 201, 10)
        }
    }
}

extension SettlingCase {
    private typealias Place = Transcript.Place

    /// The same four numbers in several networks at once.
    static let channels = [
        SettlingCase(
            "in two VLANs at once",
            .settles(
                "1 3 5 7: handshake open -, EE, octets 10+0", "2 4 6 8: handshake open -, EE, octets 10+0"
            ) { t in
                t.two([.init(.vlan(7)), .init(.vlan(7))], [.init(.vlan(8)), .init(.vlan(8))])
            },
            nearMiss: .settles("1 2=1 3 4=3 5 6=5 7 8=7 9 10=9: handshake open -, EE, octets 10+0") { t in
                // One connection, routed from the one into the other.
                t.isNumbered = true
                t.place = .init(.vlan(7))
                t.secondPlace = .init(.vlan(8), hops: 1)
                t.asked()
            }),
        SettlingCase(
            "in two virtual networks at once",
            .settles(
                "1 3 5 7: handshake open -, EE, octets 10+0", "2 4 6 8: handshake open -, EE, octets 10+0"
            ) { t in
                t.two([.init(.vxlan(7)), .init(.vxlan(7))], [.init(.vxlan(8)), .init(.vxlan(8))])
            },
            nearMiss: .settles("1 2 3 4 5: handshake open -, EE, octets 10+0") { t in
                // Each way has a network of its own.
                let (there, back) = (Place(.vxlan(7)), Place(.vxlan(8)))
                t.place = there
                t.c.syn(100)
                t.place = back
                t.s.synAck(300, ack: 101)
                t.place = there
                t.c.ack(101, ack: 301)
                t.c.data(101, ack: 301, 10)
                t.place = back
                t.s.ack(301, ack: 111)
            }),
        SettlingCase(
            "two connections, each with a tag for each way",
            .settles(
                "1 3 5 7: handshake open -, EE, octets 10+0", "2 4 6 8: handshake open -, EE, octets 10+0"
            ) { t in
                t.two([.init(.vlan(1)), .init(.vlan(2))], [.init(.vlan(3)), .init(.vlan(4))])
            },
            nearMiss: .settles("1 2 3 4: handshake open -, EE, octets 10+0") { t in
                let (there, back) = (Place(.vlan(1)), Place(.vlan(2)))
                t.place = there
                t.c.syn(100)
                t.place = back
                t.s.synAck(300, ack: 101)
                t.place = there
                t.c.ack(101, ack: 301)
                t.c.data(101, ack: 301, 10)
            }),
        SettlingCase(
            "in two tunnels, which their ends tell apart",
            .settles(
                "1 3 5 7: handshake open -, EE, octets 10+0", "2 4 6 8: handshake open -, EE, octets 10+0"
            ) { t in
                t.two(
                    [.init(.tunnel(1, 2)), .init(.tunnel(2, 1))], [.init(.tunnel(3, 4)), .init(.tunnel(4, 3))])
            },
            nearMiss: .settles("1 2 3 4 5=4: handshake open -, EE, octets 10+0") { t in
                // One connection, captured once more inside the tunnel.
                t.isNumbered = true
                t.openedFar()
                t.c.data(101, ack: 301, 10)
                t.at(30_020)
                t.again(4, at: .init(.tunnel(1, 2)))
            }),
        SettlingCase(
            "in two VLANs at once, both from their middle on",
            .settles(
                "1 3: midstream open -, EE, octets 10+0", "2 4: midstream open -, EE, octets 20+0"
            ) { t in
                t.place = .init(.vlan(7))
                t.c.data(1000, ack: 5000, 10)
                t.place = .init(.vlan(8))
                t.c.data(900_000_000, ack: 700_000_000, 20)
                t.place = .init(.vlan(7))
                t.s.ack(5000, ack: 1010)
                t.place = .init(.vlan(8))
                t.s.ack(700_000_000, ack: 900_000_020)
            },
            nearMiss: .settles("1 2 3 4: midstream open -, EE, octets 20+0") { t in
                // One that is spread over two links.
                t.place = .init(.vlan(7))
                t.c.data(1000, ack: 5000, 10)
                t.place = .init(.vlan(8))
                t.c.data(1010, ack: 5000, 10)
                t.place = .init(.vlan(7))
                t.s.ack(5000, ack: 1010)
                t.place = .init(.vlan(8))
                t.s.ack(5000, ack: 1020)
            }),
        SettlingCase(
            "two connections, each with a tag for each way, the SYN-ACKs written first",
            .settles(
                "3 1 5: handshake open -, EE", "4 2 6: handshake open -, EE",
                times: "2 late by 20001 µs"
            ) { t in
                for (place, isn) in [(2, 100), (4, 5_000_100)] as [(UInt16, UInt32)] {
                    t.at(20_000 + Int64(place))
                    t.place = .init(.vlan(place))
                    t.s.synAck(isn + 200, ack: isn + 1)
                }
                for (place, isn) in [(1, 100), (3, 5_000_100)] as [(UInt16, UInt32)] {
                    t.at(Int64(place))
                    t.place = .init(.vlan(place))
                    t.c.syn(isn)
                }
                for (place, isn) in [(1, 100), (3, 5_000_100)] as [(UInt16, UInt32)] {
                    t.at(21_000 + Int64(place))
                    t.place = .init(.vlan(place))
                    t.c.ack(isn + 1, ack: isn + 201)
                }
            },
            nearMiss: .settles(
                "1 2 3: handshake open -, EE", "4 5=4 6 7=6 8 9=8: handshake open -, EE"
            ) { t in
                // Of two connections, the second was captured at another place as well.
                t.isNumbered = true
                t.place = .init(.vlan(7))
                t.openedFar()
                t.secondPlace = .init()
                t.at(1_000_000)
                t.c.syn(9000)
                t.at(1_020_000)
                t.s.synAck(7000, ack: 9001)
                t.at(1_020_100)
                t.c.ack(9001, ack: 7001)
            }),
        SettlingCase(
            "the client has been moved to another VLAN, the server still holds its old connection",
            .settles(
                "1 2 3 4 5: handshake reset client, --, octets 10+0, by 8",
                "6 7 8 9: unanswered none -, S?, again 1+0"
            ) { t in
                t.place = .init(.vlan(7))
                t.asked()
                t.place = .init(.vlan(8))
                t.at(60_000_000)
                t.c.syn(9000)
                t.at(60_020_000)
                t.s.ack(301, ack: 111)
                t.c.rst(111)
                t.at(61_000_000)
                t.c.syn(9000)
            },
            nearMiss: .settles(
                "1 2 3 4 5: handshake open -, EE, octets 10+0", "6 7: half-open none -, ER"
            ) { t in
                t.place = .init(.vlan(7))
                t.asked()
                t.place = .init(.vlan(8))
                t.at(60_000_000)
                t.c.syn(9000)
                t.at(60_020_000)
                t.s.synAck(7000, ack: 9001)
            }),
        SettlingCase(
            "one after the other in two VLANs",
            .settles("1 2 3: handshake open -, EE", "4 5 6: handshake open -, EE") { t in
                t.place = .init(.vlan(7))
                t.openedFar()
                t.place = .init(.vlan(8))
                t.at(1_000_000)
                t.c.syn(9000)
                t.s.synAck(7000, ack: 9001)
                t.c.ack(9001, ack: 7001)
            },
            nearMiss: .settles("1 2 3 4 5: handshake open -, EE, octets 10+0") { t in
                // The host is moved while its connection stands.
                t.place = .init(.vlan(7))
                t.openedFar()
                t.place = .init(.vlan(8))
                t.at(1_000_000)
                t.c.data(101, ack: 301, 10)
                t.s.ack(301, ack: 111)
            }),
    ]
}
