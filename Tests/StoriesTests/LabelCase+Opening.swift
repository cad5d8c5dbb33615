import Stories
import TCPWire
import Transcripts

extension LabelCase {
    static let opening = [
        LabelCase(.refusedRetry, on: 3, by: [1, 2], original: 1) { t in
            t.c.syn(100)
            t.s.rstAck(0, ack: 101)
            t.wait(500)
            t.c.syn(100)
        } nearMiss: { t in
            t.c.syn(100)
            t.wait(1000)
            t.c.syn(100)
            t.s.rstAck(0, ack: 101)
        },
        LabelCase(.synRetry, on: 3, by: [1, 2], original: 1, ordinal: 1) { t in
            t.c.syn(100)
            t.wait(1000)
            t.c.syn(100)
            t.wait(2000)
            t.c.syn(100)
        } nearMiss: { t in
            t.c.syn(100)
            t.s.rstAck(0, ack: 101)
            t.c.syn(100)
        },
        // Linux tries a few times at one interval before it backs off.
        LabelCase(.synRetry, on: 3, by: [1, 2], original: 1, ordinal: 0) { t in
            for _ in 0..<3 {
                t.c.syn(100)
                t.wait(1000)
            }
        } nearMiss: { t in
            t.c.syn(100)
            t.wait(1000)
            t.s.syn(300)
        },
        LabelCase(.synAckRetry, on: 4, by: [2, 3], original: 2, ordinal: 1) { t in
            t.c.syn(100)
            t.s.synAck(300, ack: 101)
            t.wait(1000)
            t.s.synAck(300, ack: 101)
            t.wait(2000)
            t.s.synAck(300, ack: 101)
        } nearMiss: { t in
            t.c.syn(100)
            t.s.syn(300)
            t.c.synAck(100, ack: 301)
            t.s.synAck(300, ack: 101)
        },
        // The SYN came again: that, and no timer, calls for it.
        LabelCase(.synAckRetry, on: 4, by: [2, 3], original: 2) { t in
            t.c.syn(100)
            t.s.synAck(300, ack: 101)
            t.wait(1000)
            t.c.syn(100)
            t.s.synAck(300, ack: 101)
        } nearMiss: { t in
            t.c.syn(100)
            t.wait(1000)
            t.c.syn(100)
            t.s.synAck(300, ack: 101)
        },
        LabelCase(.simultaneousOpen, on: 3, by: [1, 2]) { t in
            t.c.syn(100)
            t.s.syn(300)
            t.c.synAck(100, ack: 301)
            t.s.synAck(300, ack: 101)
        } nearMiss: { t in
            t.c.syn(100)
            t.c.syn(100)
            t.s.synAck(300, ack: 101)
        },
        LabelCase(.fastOpenData, on: 1) { t in
            t.c.syn(
                100, options: [.fastOpen(FastOpenCookie(bits: 7 << 64, length: 8), experimental: false)], payload: 10)
        } nearMiss: { t in
            // Data in a SYN is older than Fast Open (RFC 9293 3.4).
            t.c.syn(100, payload: 10)
        },
        LabelCase(.fastOpenRequest, on: 1) { t in
            t.c.syn(100, options: [.fastOpen(FastOpenCookie(), experimental: false)])
        } nearMiss: { t in
            t.c.syn(
                100, options: [.fastOpen(FastOpenCookie(bits: 7 << 64, length: 8), experimental: false)], payload: 10)
        },
        LabelCase(.fastOpenAccepted, on: 2, by: [1]) { t in
            t.c.syn(
                100, options: [.fastOpen(FastOpenCookie(bits: 7 << 64, length: 8), experimental: false)], payload: 10)
            t.s.synAck(300, ack: 111)
        } nearMiss: { t in
            t.c.syn(
                100, options: [.fastOpen(FastOpenCookie(bits: 7 << 64, length: 8), experimental: false)], payload: 10)
            t.s.synAck(300, ack: 101)
        },
        LabelCase(.fastOpenIgnored, on: 2, by: [1]) { t in
            t.c.syn(
                100, options: [.fastOpen(FastOpenCookie(bits: 7 << 64, length: 8), experimental: false)], payload: 10)
            t.s.synAck(300, ack: 101)
        } nearMiss: { t in
            t.c.syn(100)
            t.s.synAck(300, ack: 101)
        },
        LabelCase(.notTaken, on: 3, by: [4]) { t in
            t.open()
            t.wait(1000)
            t.s.synAck(300, ack: 101)
        } nearMiss: { t in
            t.open()
            t.s.data(301, ack: 101, 5)
            t.s.synAck(300, ack: 101)
        },
        LabelCase(.simultaneousClose, on: 5, by: [4]) { t in
            t.open()
            t.c.fin(101, ack: 301)
            t.s.fin(301, ack: 101)
        } nearMiss: { t in
            t.open()
            t.c.fin(101, ack: 301)
            t.s.fin(301, ack: 102)
        },
    ]
}
