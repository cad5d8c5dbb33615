import Stories
import TCPWire
import Transcripts

extension LabelCase {
    /// The sum of the pseudo-header only, as stands in a packet whose checksum the network card is to fill in: addresses
    /// 10.0.0.1 and 10.0.0.2, protocol 6, and the length.
    private static func partialSum(payload: UInt16) -> UInt16 { 0x0a00 + 0x0001 + 0x0a00 + 0x0002 + 6 + 20 + payload }

    static let artefacts = [
        LabelCase(.beyondFIN, on: 5, by: [4]) { t in
            t.open()
            t.c.fin(101, ack: 301)
            t.c.data(102, ack: 301, 20)
        } nearMiss: { t in
            t.open()
            t.c.data(101, ack: 301, 20)
            t.c.fin(121, ack: 301)
        },
        LabelCase(.otherOctets, on: 5, by: [4]) { t in
            t.open()
            t.c.data(101, ack: 301, 20)
            t.wait(1000)
            t.c.send([.psh, .ack], 101, 301, payload: 20, octet: 0x62)
        } nearMiss: { t in
            t.open()
            t.c.data(101, ack: 301, 20)
            t.wait(1000)
            t.c.data(101, ack: 301, 20)
        },
        LabelCase(.corruptChecksum, on: 4) { t in
            t.open()
            t.c.send([.psh, .ack], 101, 301, payload: 10, checksum: 0x1234)
            t.wait(300)
            t.c.data(101, ack: 301, 10)
        } nearMiss: { t in
            t.open()
            t.c.send([.psh, .ack], 101, 301, payload: 10, checksum: partialSum(payload: 10))
            t.wait(300)
            t.c.data(101, ack: 301, 10)
        },
        LabelCase(.checksumOffload, on: 4) { t in
            t.open()
            t.c.send([.psh, .ack], 101, 301, payload: 10, checksum: partialSum(payload: 10))
        } nearMiss: { t in
            t.open()
            t.c.data(101, ack: 301, 10)
        },
        // All of one end's are wrong: they cannot all be damaged.
        LabelCase(.checksumOffload, on: 1) { t in
            t.c.send(.syn, 100, 0, checksum: 0x1234)
            t.s.synAck(300, ack: 101)
            t.c.send(.ack, 101, 301, checksum: 0x1234)
        } nearMiss: { t in
            t.open()
            t.c.send([.psh, .ack], 101, 301, payload: 10, checksum: 0x1234)
            t.wait(300)
            t.c.data(101, ack: 301, 10)
        },
        LabelCase(.wireDuplicate, on: 5, by: [4], original: 4) { t in
            t.isNumbered = true
            t.open()
            t.c.data(101, ack: 301, 10)
            t.c.data(101, ack: 301, 10, id: 3)
        } nearMiss: { t in
            t.isNumbered = true
            t.open()
            t.c.data(101, ack: 301, 10)
            t.c.data(101, ack: 301, 10)
        },
        LabelCase(.segmentationOffload, on: 4, by: [2]) { t in
            t.open(sack)
            t.c.data(101, ack: 301, 2920)
        } nearMiss: { t in
            t.open(sack)
            t.c.data(101, ack: 301, 1460)
        },
    ]
}
