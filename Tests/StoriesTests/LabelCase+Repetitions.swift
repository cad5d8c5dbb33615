import Stories
import TCPWire
import Transcripts

extension LabelCase {
    /// Five segments of a hundred octets, the first acknowledged.
    private static func flight(_ t: Transcript, _ options: [TCPOption] = []) {
        t.open(options)
        for start: UInt32 in [101, 201, 301, 401, 501] { t.c.data(start, ack: 301, 100) }
        t.s.ack(301, ack: 201)
    }

    /// 290 ms to the server and back, 10 to the client; and a hundred octets.
    private static func longWay(_ t: Transcript) {
        t.c.syn(100, options: sack)
        t.wait(290)
        t.s.synAck(300, ack: 101, options: sack)
        t.wait(10)
        t.c.ack(101, ack: 301)
        t.c.data(101, ack: 301, 100)
    }

    static let repetitions = [
        LabelCase(.fastRetransmission, on: 13, by: [5, 10, 11, 12], original: 5) { t in
            flight(t)
            for _ in 0..<3 { t.s.ack(301, ack: 201) }
            t.c.data(201, ack: 301, 100)
        } nearMiss: { t in
            flight(t)
            for _ in 0..<2 { t.s.ack(301, ack: 201) }
            t.c.data(201, ack: 301, 100)
        },
        // One SACK block says as much as three duplicate ACKs.
        LabelCase(.fastRetransmission, on: 11, by: [5, 10], original: 5) { t in
            flight(t, sack)
            t.s.ack(301, ack: 201, sack: [block(301, 601)])
            t.c.data(201, ack: 301, 100)
        } nearMiss: { t in
            flight(t, sack)
            t.s.ack(301, ack: 201, sack: [block(301, 601)])
            t.wait(400)
            t.c.data(201, ack: 301, 100)
        },
        LabelCase(.recoveryRetransmission, on: 13, by: [6, 11, 12], original: 6) { t in
            flight(t, sack)
            t.s.ack(301, ack: 201, sack: [block(401, 601)])
            t.c.data(201, ack: 301, 100)
            t.s.ack(301, ack: 301, sack: [block(401, 601)])
            t.c.data(301, ack: 301, 100)
        } nearMiss: { t in
            flight(t, sack)
            t.s.ack(301, ack: 201, sack: [block(301, 601)])
            t.c.data(201, ack: 301, 100)
            t.s.ack(301, ack: 601)
            t.c.data(501, ack: 301, 100)
        },
        // The last segment again, though earlier ones are outstanding: no time-out does that.
        LabelCase(.tailLossProbe, on: 10, by: [8, 9], original: 8) { t in
            flight(t, sack)
            t.wait(100)
            t.c.data(501, ack: 301, 100)
        } nearMiss: { t in
            flight(t, sack)
            t.wait(300)
            t.c.data(201, ack: 301, 100)
        },
        // Of one segment alone, spacing tells: the time-out that follows a probe is not doubled yet.
        LabelCase(.tailLossProbe, on: 5, by: [4, 6], original: 4) { t in
            t.open(sack)
            t.c.data(101, ack: 301, 100)
            for gap: Int64 in [210, 220, 440] {
                t.wait(gap)
                t.c.data(101, ack: 301, 100)
            }
        } nearMiss: { t in
            t.open(sack)
            t.c.data(101, ack: 301, 100)
            for gap: Int64 in [210, 420, 840] {
                t.wait(gap)
                t.c.data(101, ack: 301, 100)
            }
        },
        LabelCase(.timeoutRetransmission, on: 7, by: [4, 5, 6], original: 4, ordinal: 2) { t in
            t.open()
            t.c.data(101, ack: 301, 100)
            for gap: Int64 in [210, 420, 840] {
                t.wait(gap)
                t.c.data(101, ack: 301, 100)
            }
        } nearMiss: { t in
            flight(t)
            for _ in 0..<3 { t.s.ack(301, ack: 201) }
            t.c.data(201, ack: 301, 100)
        },
        // Whether it was a probe or the time-out, one repetition alone does not tell; without SACK there are no probes.
        LabelCase(.timerRetransmission, on: 5, by: [4], original: 4) { t in
            t.open(sack)
            t.c.data(101, ack: 301, 100)
            t.wait(210)
            t.c.data(101, ack: 301, 100)
        } nearMiss: { t in
            t.open()
            t.c.data(101, ack: 301, 100)
            t.wait(210)
            t.c.data(101, ack: 301, 100)
        },
        LabelCase(.smallerRetransmission, on: 6, by: [4], original: 4) { t in
            t.open(sack)
            t.c.data(101, ack: 301, 1460)
            t.c.data(1561, ack: 301, 1460)
            t.c.data(101, ack: 301, 1400)
        } nearMiss: { t in
            t.open(sack)
            t.c.data(101, ack: 301, 1400)
            t.c.data(1501, ack: 301, 1460)
            t.c.data(101, ack: 301, 1300)
        },
        LabelCase(.retransmission, on: 5, by: [4], original: 4) { t in
            t.isNumbered = true
            t.open()
            t.c.data(101, ack: 301, 100)
            t.c.data(101, ack: 301, 100)
        } nearMiss: { t in
            t.isNumbered = true
            t.open()
            t.c.data(101, ack: 301, 100)
            t.c.data(101, ack: 301, 100, id: 3)
        },
        // An answer to what was sent again tells nothing of the way (RFC 6298 3): it is 300 ms long, not 15, so what comes again
        // after 200 ms cannot be a timer's.
        LabelCase(.retransmission, on: 8, by: [7], original: 7) { t in
            longWay(t)
            t.wait(285)
            t.c.data(101, ack: 301, 100)
            t.wait(5)
            t.s.ack(301, ack: 201)
            t.wait(10)
            t.c.data(201, ack: 301, 100)
            t.wait(200)
            t.c.data(201, ack: 301, 100)
        } nearMiss: { t in
            longWay(t)
            t.wait(700)
            t.c.data(101, ack: 301, 100)
        },
        // RFC 2883: the receiver says that it came twice.
        LabelCase(.spurious, on: 5, by: [7], among: [.timerRetransmission, .spurious]) { t in
            t.open(sack)
            t.c.data(101, ack: 301, 100)
            t.wait(250)
            t.c.data(101, ack: 301, 100)
            t.s.ack(301, ack: 201)
            t.s.ack(301, ack: 201, sack: [block(101, 201)])
        } nearMiss: { t in
            t.open(sack)
            t.c.data(101, ack: 301, 100)
            t.wait(250)
            t.c.data(101, ack: 301, 100)
            t.s.ack(301, ack: 201)
        },
        // RFC 3522: the answer brings back the original's timestamp.
        LabelCase(.spurious, on: 5, by: [6], among: [.timeoutRetransmission, .spurious]) { t in
            t.open()
            t.c.data(101, ack: 301, 100, stamps: stamps(10, 1))
            t.wait(250)
            t.c.data(101, ack: 301, 100, stamps: stamps(260, 1))
            t.s.ack(301, ack: 201, stamps: stamps(2, 10))
        } nearMiss: { t in
            t.open()
            t.c.data(101, ack: 301, 100, stamps: stamps(10, 1))
            t.wait(250)
            t.c.data(101, ack: 301, 100, stamps: stamps(260, 1))
            t.s.ack(301, ack: 201, stamps: stamps(2, 260))
        },
        LabelCase(.lost, on: 4, by: [6, 5]) { t in
            t.open()
            t.c.data(101, ack: 301, 100, stamps: stamps(10, 1))
            t.wait(250)
            t.c.data(101, ack: 301, 100, stamps: stamps(260, 1))
            t.s.ack(301, ack: 201, stamps: stamps(2, 260))
        } nearMiss: { t in
            t.open()
            t.c.data(101, ack: 301, 100, stamps: stamps(10, 1))
            t.wait(250)
            t.c.data(101, ack: 301, 100, stamps: stamps(260, 1))
            t.s.ack(301, ack: 201, stamps: stamps(2, 10))
        },
        LabelCase(.reordered, on: 6, by: [5]) { t in
            t.isNumbered = true
            t.open()
            t.c.data(101, ack: 301, 100)
            t.c.data(301, ack: 301, 100, id: 5)
            t.c.data(201, ack: 301, 100, id: 4)
        } nearMiss: { t in
            t.isNumbered = true
            t.open()
            t.c.data(101, ack: 301, 100)
            t.c.data(301, ack: 301, 100, id: 5)
            t.wait(5)
            t.c.data(201, ack: 301, 100, id: 6)
        },
        // Without identifications, timestamps tell which was sent first.
        LabelCase(.reordered, on: 5, by: [4]) { t in
            t.open()
            t.c.data(201, ack: 301, 100, stamps: stamps(11, 1))
            t.c.data(101, ack: 301, 100, stamps: stamps(10, 1))
        } nearMiss: { t in
            t.open()
            t.c.data(201, ack: 301, 100, stamps: stamps(11, 1))
            t.c.data(101, ack: 301, 100, stamps: stamps(12, 1))
        },
        LabelCase(.originalNotCaptured, on: 6, by: [5], among: [.retransmission, .originalNotCaptured]) { t in
            t.isNumbered = true
            t.open()
            t.c.data(101, ack: 301, 100)
            t.c.data(301, ack: 301, 100, id: 5)
            t.wait(5)
            t.c.data(201, ack: 301, 100, id: 6)
        } nearMiss: { t in
            t.isNumbered = true
            t.open()
            t.c.data(101, ack: 301, 100)
            t.c.data(201, ack: 301, 100)
            t.c.data(201, ack: 301, 100)
        },
        LabelCase(.lostBeforeCapture, on: 6, by: [5], among: [.fastRetransmission, .lostBeforeCapture]) { t in
            t.open(sack)
            t.c.data(201, ack: 301, 100)
            t.s.ack(301, ack: 101, sack: [block(201, 301)])
            t.wait(5)
            t.c.data(101, ack: 301, 100)
        } nearMiss: { t in
            t.open(sack)
            t.c.data(201, ack: 301, 100)
            t.c.data(101, ack: 301, 100)
        },
        LabelCase(.captureGap, on: 5, by: [6]) { t in
            t.open()
            t.c.data(101, ack: 301, 100)
            t.c.data(301, ack: 301, 100)
            t.s.ack(301, ack: 401)
        } nearMiss: { t in
            t.open()
            t.c.data(101, ack: 301, 100)
            t.c.data(301, ack: 301, 100)
            t.s.ack(301, ack: 201)
        },
        LabelCase(.missingBefore, on: 5, by: [7]) { t in
            t.open()
            t.c.data(101, ack: 301, 100)
            t.c.data(301, ack: 301, 100)
            t.s.ack(301, ack: 201)
            t.c.data(201, ack: 301, 100)
        } nearMiss: { t in
            t.open()
            t.c.data(101, ack: 301, 100)
            t.c.data(301, ack: 301, 100)
            t.s.ack(301, ack: 401)
        },
        // What was lost lies before the capture's first segment.
        LabelCase(.fastRetransmission, on: 4, by: [3], among: [.fastRetransmission, .lostBeforeCapture]) { t in
            t.s.ack(9000, ack: 5000, sack: [block(5500, 6000)])
            t.c.data(6000, ack: 9000, 100)
            t.s.ack(9000, ack: 5000, sack: [block(5500, 6100)])
            t.c.data(5000, ack: 9000, 100)
        } nearMiss: { t in
            t.s.ack(9000, ack: 5000)
            t.c.data(6000, ack: 9000, 100)
            t.s.ack(9000, ack: 6100)
            t.c.data(5000, ack: 9000, 100)
        },
    ]
}
