import Stories
import TCPWire
import Transcripts

extension LabelCase {
    static let resets = [
        LabelCase(.refused, on: 2, by: [1]) { t in
            t.c.syn(100)
            t.s.rstAck(0, ack: 101)
        } nearMiss: { t in
            t.c.syn(100)
            t.s.rstAck(0, ack: 555)
        },
        LabelCase(.resetForeign, on: 7, by: [2]) { t in
            t.open()
            t.s.data(301, ack: 101, 10)
            t.c.ack(101, ack: 311)
            t.s.data(311, ack: 101, 10)
            t.s.rst(321, ttl: 117)
        } nearMiss: { t in
            t.open()
            t.s.data(301, ack: 101, 10)
            t.c.ack(101, ack: 311)
            t.s.data(311, ack: 101, 10)
            t.s.rst(321, ttl: 63)
        },
        LabelCase(.resetNotTaken, on: 4, by: [5]) { t in
            t.open()
            t.c.rst(2101)
            t.s.ack(301, ack: 101)
        } nearMiss: { t in
            t.open()
            t.c.rst(101)
            t.s.data(301, ack: 101, 5)
        },
        LabelCase(.resetOldDuplicate, on: 3, by: [1, 2]) { t in
            t.c.syn(100)
            t.s.ack(9000, ack: 5000)
            t.c.rst(5000)
        } nearMiss: { t in
            t.c.syn(100)
            t.s.synAck(300, ack: 101)
            t.c.rst(101)
        },
        LabelCase(.resetClosedSocket, on: 7, by: [6, 4]) { t in
            t.open()
            t.s.fin(301, ack: 101)
            t.c.ack(101, ack: 302)
            t.c.data(101, ack: 302, 9)
            t.s.rst(302)
        } nearMiss: { t in
            t.open()
            t.c.data(101, ack: 301, 9)
            t.c.rst(110)
        },
        LabelCase(.resetGivingUp, on: 8, by: [6, 7]) { t in
            t.open()
            t.c.data(101, ack: 301, 10)
            t.s.ack(301, ack: 111)
            for _ in 0..<2 {
                t.wait(75_000)
                t.c.ack(110, ack: 301)
            }
            t.wait(75_000)
            t.c.rstAck(111, ack: 301)
        } nearMiss: { t in
            t.open()
            t.c.data(101, ack: 301, 10)
            t.s.ack(301, ack: 111)
            for _ in 0..<2 {
                t.wait(75_000)
                t.c.ack(110, ack: 301)
                t.s.ack(301, ack: 111)
            }
            t.c.rstAck(111, ack: 301)
        },
        LabelCase(.resetUnreadData, on: 6, by: [4]) { t in
            t.open()
            t.c.data(101, ack: 301, 10)
            t.s.ack(301, ack: 111)
            t.s.rstAck(301, ack: 111)
        } nearMiss: { t in
            t.open()
            t.c.data(101, ack: 301, 10)
            t.s.data(301, ack: 111, 5)
            t.s.rstAck(306, ack: 111)
        },
        LabelCase(.resetAbort, on: 6, by: [5]) { t in
            t.open()
            t.c.data(101, ack: 301, 10)
            t.s.data(301, ack: 111, 5)
            t.s.rstAck(306, ack: 111)
        } nearMiss: { t in
            t.c.syn(100)
            t.s.rstAck(0, ack: 101)
        },
    ]
}
