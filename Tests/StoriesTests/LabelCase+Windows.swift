import Stories
import TCPWire
import Transcripts

extension LabelCase {
    /// Ten octets that filled the receiver's buffer.
    private static func fill(_ t: Transcript) {
        t.open()
        t.c.data(101, ack: 301, 10)
        t.s.ack(301, ack: 111, window: 0)
        t.wait(300)
    }

    static let windows = [
        // Linux's: no octet, before the first number that is not acknowledged (facts of part E, 4).
        LabelCase(.windowProbe, on: 6, by: [5]) { t in
            fill(t)
            t.c.ack(110, ack: 301)
        } nearMiss: { t in
            t.open()
            t.c.data(101, ack: 301, 10)
            t.s.ack(301, ack: 111, window: 1)
            t.wait(300)
            t.c.ack(110, ack: 301)
        },
        // RFC 9293's: the octet itself.
        LabelCase(.windowProbe, on: 8, by: [7]) { t in
            fill(t)
            t.c.data(111, ack: 301, 1)
            t.s.ack(301, ack: 111, window: 0)
            t.wait(600)
            t.c.data(111, ack: 301, 1)
        } nearMiss: { t in
            t.open()
            t.c.data(101, ack: 301, 10)
            t.s.ack(301, ack: 111)
            t.c.data(111, ack: 301, 1)
        },
        LabelCase(.windowProbeAnswer, on: 7, by: [6], among: [.windowProbeAnswer, .zeroWindow]) { t in
            fill(t)
            t.c.ack(110, ack: 301)
            t.s.ack(301, ack: 111, window: 0)
        } nearMiss: { t in
            fill(t)
            t.s.ack(301, ack: 111, window: 0)
        },
        LabelCase(.keepAlive, on: 6, by: [5]) { t in
            t.open()
            t.c.data(101, ack: 301, 10)
            t.s.ack(301, ack: 111)
            t.wait(75_000)
            t.c.ack(110, ack: 301)
        } nearMiss: { t in
            fill(t)
            t.c.ack(110, ack: 301)
        },
        LabelCase(.keepAliveAnswer, on: 7, by: [6]) { t in
            t.open()
            t.c.data(101, ack: 301, 10)
            t.s.ack(301, ack: 111)
            t.wait(75_000)
            t.c.ack(110, ack: 301)
            t.s.ack(301, ack: 111)
        } nearMiss: { t in
            t.open()
            t.c.data(101, ack: 301, 10)
            t.s.ack(301, ack: 111)
            t.wait(75_000)
            t.s.ack(301, ack: 111)
        },
        LabelCase(.probedRetransmission, on: 9, by: [6, 8], original: 6) { t in
            fill(t)
            t.c.data(111, ack: 301, 1)
            t.s.ack(301, ack: 111, window: 0)
            t.wait(100)
            t.s.ack(301, ack: 111)
            t.c.data(111, ack: 301, 20)
        } nearMiss: { t in
            fill(t)
            t.c.data(111, ack: 301, 1)
            t.s.ack(301, ack: 112)
            t.c.data(112, ack: 301, 20)
        },
        LabelCase(.zeroWindow, on: 5) { t in
            t.open()
            t.c.data(101, ack: 301, 10)
            t.s.ack(301, ack: 111, window: 0)
        } nearMiss: { t in
            t.open()
            t.c.data(101, ack: 301, 10)
            t.s.ack(301, ack: 111, window: 1)
            t.s.rst(301)
        },
        // As proxies answer SYNs.
        LabelCase(.zeroWindow, on: 2) { t in
            t.c.syn(100)
            t.s.send([.syn, .ack], 300, 101, window: 0)
            t.c.ack(101, ack: 301)
            t.s.ack(301, ack: 101, window: 5000)
        } nearMiss: { t in
            t.open()
            t.s.send([.fin, .ack], 301, 101, window: 0)
        },
        LabelCase(.windowUpdate, on: 6, by: [5]) { t in
            fill(t)
            t.s.ack(301, ack: 111, window: 5000)
        } nearMiss: { t in
            t.open()
            t.c.data(101, ack: 301, 10)
            t.s.ack(301, ack: 111, window: 5000)
            t.s.ack(301, ack: 111, window: 5000)
        },
        // The SYN-ACK's window is not scaled, the next one is.
        LabelCase(.windowUpdate, on: 4, by: [2]) { t in
            t.open([.windowScale(6)])
            t.s.ack(301, ack: 101, window: 2059)
        } nearMiss: { t in
            t.open([.windowScale(6)])
            t.s.ack(301, ack: 101, window: 1023)
        },
        LabelCase(.windowFull, on: 6, by: [5]) { t in
            t.open()
            t.c.data(101, ack: 301, 10)
            t.s.ack(301, ack: 111, window: 50)
            t.c.data(111, ack: 301, 50)
        } nearMiss: { t in
            t.open()
            t.c.data(101, ack: 301, 10)
            t.s.ack(301, ack: 111, window: 50)
            t.c.data(111, ack: 301, 49)
        },
        LabelCase(.nagleWait, on: 6, by: [4, 5]) { t in
            t.open(sack)
            t.c.data(101, ack: 301, 10)
            t.wait(40)
            t.s.ack(301, ack: 111)
            t.c.data(111, ack: 301, 10)
        } nearMiss: { t in
            t.open(sack)
            t.c.data(101, ack: 301, 10)
            t.wait(40)
            t.s.ack(301, ack: 111)
            t.wait(20)
            t.c.data(111, ack: 301, 10)
        },
        // Seen far from the sender: one millisecond after it stood here, the ACK had not reached the sender yet.
        LabelCase(.nagleWait, on: 6, by: [4, 5]) { t in
            t.c.syn(100, options: sack)
            t.wait(80)
            t.s.synAck(300, ack: 101, options: sack)
            t.c.ack(101, ack: 301)
            t.s.data(301, ack: 101, 10)
            t.wait(200)
            t.c.ack(101, ack: 311)
            t.wait(80)
            t.s.data(311, ack: 101, 10)
        } nearMiss: { t in
            t.c.syn(100, options: sack)
            t.wait(80)
            t.s.synAck(300, ack: 101, options: sack)
            t.c.ack(101, ack: 301)
            t.s.data(301, ack: 101, 10)
            t.wait(200)
            t.c.ack(101, ack: 311)
            t.s.data(311, ack: 101, 10)
        },
        // Full segments wait for nobody.
        LabelCase(.nagleWait, on: 6, by: [4, 5]) { t in
            t.open(sack)
            t.c.data(101, ack: 301, 1459)
            t.wait(40)
            t.s.ack(301, ack: 1560)
            t.c.data(1560, ack: 301, 10)
        } nearMiss: { t in
            t.open(sack)
            t.c.data(101, ack: 301, 1460)
            t.wait(40)
            t.s.ack(301, ack: 1561)
            t.c.data(1561, ack: 301, 10)
        },
        // What repairs a loss is acknowledged late for other reasons.
        LabelCase(.delayedACK, on: 5, by: [4]) { t in
            t.open()
            t.c.data(101, ack: 301, 10)
            t.wait(200)
            t.s.ack(301, ack: 111)
        } nearMiss: { t in
            t.open()
            t.c.data(101, ack: 301, 10)
            t.wait(300)
            t.c.data(101, ack: 301, 10)
            t.wait(40)
            t.s.ack(301, ack: 111)
        },
        LabelCase(.delayedACK, on: 5, by: [4]) { t in
            t.open()
            t.c.data(101, ack: 301, 10)
            t.wait(40)
            t.s.ack(301, ack: 111)
        } nearMiss: { t in
            t.open()
            t.c.data(101, ack: 301, 10)
            t.wait(10)
            t.s.ack(301, ack: 111)
        },
    ]
}
