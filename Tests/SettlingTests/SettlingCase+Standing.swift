import TCPWire
import Transcripts

extension SettlingCase {
    /// Captures that begin in the middle, with a probe: what it repeats lies before where the numbers stand.
    static let standing = [
        SettlingCase(
            "a capture begins with a keep-alive",
            .settles("1 2 3 4: midstream open -, EE, from 1001") { t in
                t.c.ack(1000, ack: 5000)
                t.s.ack(5000, ack: 1001)
                t.wait(75_000)
                t.c.ack(1000, ack: 5000)
                t.s.ack(5000, ack: 1001)
            },
            nearMiss: .settles("1 2 3: midstream open -, EE, octets 20+0") { t in
                // Data of one's own at that number.
                t.c.ack(1000, ack: 5000)
                t.c.data(1000, ack: 5000, 20)
                t.s.ack(5000, ack: 1020)
            }),
        SettlingCase(
            "a capture begins with a keep-alive of an octet",
            .settles("1 2 3 4 5: midstream open -, EE, octets 10+0, from 1001") { t in
                t.c.data(1000, ack: 5000, 1)
                t.s.ack(5000, ack: 1001)
                t.wait(75_000)
                t.c.data(1000, ack: 5000, 1)
                t.s.ack(5000, ack: 1001)
                t.c.data(1001, ack: 5000, 10)
            },
            nearMiss: .settles("1 2 3 4: midstream open -, EE, octets 2+0") { t in
                // Somebody types.
                t.c.data(1000, ack: 5000, 1)
                t.s.ack(5000, ack: 1001)
                t.wait(200)
                t.c.data(1001, ack: 5000, 1)
                t.s.ack(5000, ack: 1002)
            }),
        SettlingCase(
            "a capture begins with a window probe",
            .settles("1 2 3 4: midstream open -, EE, octets 1+0, from 1000") { t in
                t.c.data(1000, ack: 5000, 1)
                t.s.ack(5000, ack: 1000, window: 0)
                t.wait(5000)
                t.c.data(1000, ack: 5000, 1)
                t.s.ack(5000, ack: 1000, window: 0)
            },
            nearMiss: .settles("1 2 3: midstream open -, EE, octets 1+0, again 1+0") { t in
                // An octet that is sent again: the window is open.
                t.c.data(1000, ack: 5000, 1)
                t.wait(300)
                t.c.data(1000, ack: 5000, 1)
                t.s.ack(5000, ack: 1001)
            }),
        SettlingCase(
            "a window probe of an octet that stands in another's place",
            .settles("1 2 3: midstream open -, EE, octets 1+0, from 1000") { t in
                t.c.data(1000, ack: 5000, 1)
                t.s.ack(5000, ack: 1000, window: 0)
                t.wait(5000)
                t.c.send([.psh, .ack], 1000, 5000, payload: 1, octet: 0x62)
            },
            nearMiss: .settles("1 2 3 4: midstream open -, EE") { t in
                // The first was not answered: it may have been an octet that was sent again.
                t.c.ack(1000, ack: 5000)
                t.wait(75_000)
                t.c.ack(1000, ack: 5000)
                t.s.ack(5000, ack: 1001)
                t.c.ack(1001, ack: 5000)
            }),
        SettlingCase(
            "a capture begins with the answer to a keep-alive",
            .settles("1 2 3: midstream open -, EE") { t in
                t.s.ack(5000, ack: 1001)
                t.wait(75_000)
                t.c.ack(1000, ack: 5000)
                t.s.ack(5000, ack: 1001)
            },
            nearMiss: .settles("1 2 3: midstream open -, EE, octets 10+0") { t in
                // What was asked for.
                t.s.ack(5000, ack: 1001)
                t.wait(200)
                t.c.data(1001, ack: 5000, 10)
                t.s.ack(5000, ack: 1011)
            }),
        SettlingCase(
            "keep-alives that nobody answers, then an RST",
            .settles("1 2 3 4: midstream reset client, --, from 1001") { t in
                for _ in 0..<3 {
                    t.c.ack(1000, ack: 5000)
                    t.wait(75_000)
                }
                t.c.rstAck(1001, ack: 5000)
            },
            nearMiss: .settles("1 2 3: midstream reset client, --") { t in
                // ACKs, and an RST at the number that all of them have.
                t.c.ack(1000, ack: 5000)
                t.c.ack(1000, ack: 5100)
                t.c.rstAck(1000, ack: 5100)
            }),
    ]
}
