import Stories
import TCPWire
import Transcripts

extension LabelCase {
    static let acknowledgments = [
        LabelCase(.duplicateACK, on: 8, by: [5, 6], ordinal: 2) { t in
            t.open()
            t.c.data(101, ack: 301, 100)
            t.s.ack(301, ack: 201)
            t.c.data(301, ack: 301, 100)
            t.s.ack(301, ack: 201)
            t.s.ack(301, ack: 201)
        } nearMiss: { t in
            // Nothing is outstanding (RFC 5681 2).
            t.open()
            t.c.data(101, ack: 301, 100)
            t.s.ack(301, ack: 201)
            t.s.ack(301, ack: 201)
        },
        LabelCase(.duplicateSACK, on: 7, by: [5]) { t in
            t.open(sack)
            t.c.data(101, ack: 301, 100)
            t.c.data(101, ack: 301, 100)
            t.s.ack(301, ack: 201)
            t.s.ack(301, ack: 201, sack: [block(101, 201)])
        } nearMiss: { t in
            t.open(sack)
            t.c.data(101, ack: 301, 100)
            t.c.data(301, ack: 301, 100)
            t.s.ack(301, ack: 201)
            t.s.ack(301, ack: 201, sack: [block(301, 401)])
        },
        LabelCase(.answersDuplicate, on: 7, by: [6]) { t in
            t.open()
            t.c.data(101, ack: 301, 100)
            t.s.ack(301, ack: 201)
            t.wait(300)
            t.c.data(101, ack: 301, 100)
            t.s.ack(301, ack: 201)
        } nearMiss: { t in
            t.open()
            t.c.data(101, ack: 301, 100)
            t.s.ack(301, ack: 201)
            t.wait(300)
            t.c.data(201, ack: 301, 100)
            t.s.ack(301, ack: 201)
        },
        // RFC 5961 3.2: an RST inside the window, but not at its edge.
        LabelCase(.challengeACK, on: 5, by: [4]) { t in
            t.open()
            t.c.rst(2101)
            t.s.ack(301, ack: 101)
        } nearMiss: { t in
            t.open()
            t.c.data(101, ack: 301, 10)
            t.s.ack(301, ack: 111)
        },
        // RFC 5961 4: a SYN to an end that has long been ESTABLISHED.
        LabelCase(.challengeACK, on: 5, by: [4]) { t in
            t.open()
            t.wait(1000)
            t.s.synAck(300, ack: 101)
            t.c.ack(101, ack: 301)
        } nearMiss: { t in
            t.open()
            t.c.ack(101, ack: 301, window: 40_000)
        },
        // RFC 9293 Figure 9: the other end still holds the connection that was before.
        LabelCase(.challengeACK, on: 2, by: [1]) { t in
            t.c.syn(100)
            t.s.ack(9000, ack: 5000)
        } nearMiss: { t in
            t.c.syn(100)
            t.s.ack(301, ack: 101)
        },
        LabelCase(.ackedUnseen, on: 5, by: [4]) { t in
            t.open()
            t.c.data(101, ack: 301, 10)
            t.s.ack(301, ack: 121)
        } nearMiss: { t in
            t.open()
            t.c.data(101, ack: 301, 10)
            t.s.ack(301, ack: 111)
        },
    ]
}
