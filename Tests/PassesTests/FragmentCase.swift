import TCPWire
import Testing
import Tracking
import Transcripts

/// A capture with fragments in it, and what is found.
struct FragmentCase: CustomTestStringConvertible, Sendable {
    let name: String
    let isIPv6: Bool
    let write: @Sendable (FragmentTranscript) -> Void
    /// Behind the handshake's; see ``FragmentTranscript/rows(_:)``.
    let rows: [String]
    /// Fragments that are no segments by themselves: all of them, those that were refused, those without their others.
    let fragments: [Int]

    init(
        _ name: String, isIPv6: Bool = false, finds rows: [String], fragments: [Int],
        _ write: @escaping @Sendable (FragmentTranscript) -> Void
    ) {
        self.name = name
        self.isIPv6 = isIPv6
        self.rows = rows
        self.fragments = fragments
        self.write = write
    }

    var testDescription: String { name }

    var transcript: FragmentTranscript {
        let transcript = FragmentTranscript(isIPv6: isIPv6)
        transcript.open()
        write(transcript)
        return transcript
    }

    static let handshake = ["C 100+0 SYN #1", "S 300+0 SYN,ACK #2", "C 101+0 ACK #3"]

    static let all = whole + copies + refused + incomplete + names + wrapped

    static let whole = [
        FragmentCase(
            "one behind the other", finds: ["C 101+3000 PSH,ACK #4 #5 #6", "S 301+0 ACK #7"], fragments: [2, 0, 0]
        ) {
            t in
            let pieces = Fragments.of(t.c.data(101, 301, 3000).ipPacket(), at: [1480, 2960])
            t.take(pieces[0], pieces[1], pieces[2])
            t.take(t.s.ack(301, 3101))
        },
        FragmentCase("the last one first", finds: ["C 101+3000 PSH,ACK #4 #5 #6"], fragments: [2, 0, 0]) { t in
            let pieces = Fragments.of(t.c.data(101, 301, 3000).ipPacket(), at: [1480, 2960])
            t.take(pieces[2], pieces[1], pieces[0])
        },
        FragmentCase("in any order, IPv6", isIPv6: true, finds: ["C 101+3000 PSH,ACK #4 #5 #6"], fragments: [2, 0, 0]) {
            t in
            let pieces = Fragments.of(t.c.data(101, 301, 3000).ipPacket(), at: [1432, 2864])
            t.take(pieces[1], pieces[0], pieces[2])
        },
        FragmentCase(
            "two segments' among each other", finds: ["C 101+2000 PSH,ACK #4 #6", "C 2101+2000 PSH,ACK #5 #7"],
            fragments: [2, 0, 0]
        ) { t in
            let first = Fragments.of(t.c.data(101, 301, 2000).ipPacket(), at: [1480], id: 1)
            let second = Fragments.of(t.c.data(2101, 301, 2000).ipPacket(), at: [1480], id: 2)
            t.take(first[0], second[0], first[1], second[1])
        },
        FragmentCase(
            "the first one holds eight octets of TCP", finds: ["C 101+500 PSH,ACK #4 #5"], fragments: [1, 0, 0]
        ) { t in
            let pieces = Fragments.of(t.c.data(101, 301, 500).ipPacket(), at: [8])
            t.take(pieces[0], pieces[1])
        },
        FragmentCase("no more than eight octets in any", finds: ["C 101+340 PSH,ACK #4 to #48"], fragments: [44, 0, 0])
        {
            t in
            let pieces = Fragments.of(t.c.data(101, 301, 340).ipPacket(), at: Array(stride(from: 8, to: 360, by: 8)))
            for piece in pieces { t.take(piece) }
        },
        FragmentCase(
            "a FIN behind the octets", finds: ["C 101+2000 FIN,ACK #4 #5", "S 301+0 ACK #6"], fragments: [1, 0, 0]
        ) {
            t in
            let pieces = Fragments.of(t.c.fin(101, 301, 2000).ipPacket(), at: [1480])
            t.take(pieces[0], pieces[1])
            t.take(t.s.ack(301, 2102))
        },
        FragmentCase("59 seconds between them", finds: ["C 101+2000 PSH,ACK #4 #5"], fragments: [1, 0, 0]) { t in
            let pieces = Fragments.of(t.c.data(101, 301, 2000).ipPacket(), at: [1480])
            t.take(pieces[0])
            t.wait(milliseconds: 59_000)
            t.take(pieces[1])
        },
        FragmentCase("cut off by the capture", finds: ["C 101+3000 PSH,ACK #4 #5 #6"], fragments: [2, 0, 0]) { t in
            t.snapLength = 96
            let pieces = Fragments.of(t.c.data(101, 301, 3000).ipPacket(), at: [1480, 2960])
            t.take(pieces[0], pieces[1], pieces[2])
        },
    ]

    static let copies = [
        FragmentCase("one came twice", finds: ["C 101+2000 PSH,ACK #4 #6"], fragments: [2, 0, 0]) { t in
            let pieces = Fragments.of(t.c.data(101, 301, 2000).ipPacket(), at: [1480])
            t.take(pieces[0], pieces[0], pieces[1])
        },
        FragmentCase("one came again after all were there", finds: ["C 101+2000 PSH,ACK #4 #5"], fragments: [2, 0, 0]) {
            t in
            let pieces = Fragments.of(t.c.data(101, 301, 2000).ipPacket(), at: [1480])
            t.take(pieces[0], pieces[1], pieces[0])
        },
        FragmentCase(
            "a mirror shows each twice", finds: ["C 101+2000 PSH,ACK #4 #6", "C 101+2000 PSH,ACK #5 #7 =#6"],
            fragments: [2, 0, 0]
        ) { t in
            let pieces = Fragments.of(t.c.data(101, 301, 2000).ipPacket(), at: [1480])
            t.take(pieces[0], pieces[0], pieces[1], pieces[1])
        },
        FragmentCase(
            "a mirror shows all of them twice", finds: ["C 101+2000 PSH,ACK #4 #5", "C 101+2000 PSH,ACK #6 #7 =#5"],
            fragments: [2, 0, 0]
        ) { t in
            let pieces = Fragments.of(t.c.data(101, 301, 2000).ipPacket(), at: [1480])
            t.take(pieces[0], pieces[1], pieces[0], pieces[1])
        },
    ]

    static let refused = [
        FragmentCase(
            "the second overlaps the first", finds: ["C 101+2000 PSH,ACK #6"], fragments: [2, 2, 0]
        ) { t in
            let packet = t.c.data(101, 301, 2000).ipPacket()
            let body = Array(packet[20...])
            t.take(
                Fragments.piece(of: packet, Array(body[..<1480]), at: 0, hasMore: true),
                Fragments.piece(of: packet, Array(body[1472...]), at: 1472, hasMore: false))
            t.wait(milliseconds: 250)
            t.take(packet)
        },
        FragmentCase(
            "the second overlaps the first, IPv6, and more follow", isIPv6: true, finds: ["C 101+3000 PSH,ACK #7"],
            fragments: [3, 3, 0]
        ) { t in
            let packet = t.c.data(101, 301, 3000).ipPacket()
            let body = Array(packet[40...])
            t.take(
                Fragments.piece(of: packet, Array(body[..<1440]), at: 0, hasMore: true),
                Fragments.piece(of: packet, Array(body[1432..<2880]), at: 1432, hasMore: true),
                Fragments.piece(of: packet, Array(body[2880...]), at: 2880, hasMore: false))
            t.wait(milliseconds: 250)
            t.take(packet)
        },
        FragmentCase("the same place, other octets", finds: [], fragments: [3, 3, 0]) { t in
            let one = Fragments.of(t.c.data(101, 301, 2000).ipPacket(), at: [1480])
            let other = Fragments.of(t.c.data(101, 301, 2000, octet: 0x41).ipPacket(), at: [1480])
            t.take(one[0], other[0], one[1])
        },
        FragmentCase("two last ones, of other lengths", finds: [], fragments: [3, 3, 0]) { t in
            let pieces = Fragments.of(t.c.data(101, 301, 3000).ipPacket(), at: [1480])
            let shorter = Fragments.of(t.c.data(101, 301, 2000).ipPacket(), at: [1480])
            t.take(pieces[1], shorter[1], pieces[0])
        },
        FragmentCase("one with more behind it is no multiple of eight", finds: [], fragments: [2, 2, 0]) { t in
            let packet = t.c.data(101, 301, 2000).ipPacket()
            let body = Array(packet[20...])
            t.take(
                Fragments.piece(of: packet, Array(body[..<1481]), at: 0, hasMore: true),
                Fragments.piece(of: packet, Array(body[1480...]), at: 1480, hasMore: false))
        },
        FragmentCase("behind the longest packet", finds: [], fragments: [2, 2, 0]) { t in
            let packet = t.c.data(101, 301, 2000).ipPacket()
            let body = Array(packet[20...])
            t.take(
                Fragments.piece(of: packet, Array(body[..<1480]), at: 0, hasMore: true),
                Fragments.piece(of: packet, Array(body[1480...]), at: 65_520, hasMore: false))
        },
    ]

    static let incomplete = [
        FragmentCase(
            "the middle one is missing", finds: ["C 101+1460 PSH,ACK ... #4", "S 301+0 ACK #6"], fragments: [1, 0, 1]
        ) { t in
            let pieces = Fragments.of(t.c.data(101, 301, 3000).ipPacket(), at: [1480, 2960])
            t.take(pieces[0], pieces[2])
            t.take(t.s.ack(301, 3101))
        },
        FragmentCase(
            "the last one is missing", finds: ["C 101+2940 PSH,ACK ... #4 #5", "S 301+0 ACK #6"], fragments: [1, 0, 0]
        ) { t in
            let pieces = Fragments.of(t.c.data(101, 301, 3000).ipPacket(), at: [1480, 2960])
            t.take(pieces[0], pieces[1])
            t.take(t.s.ack(301, 3101))
        },
        FragmentCase("the first one is missing", finds: ["S 301+0 ACK #6"], fragments: [2, 0, 2]) { t in
            let pieces = Fragments.of(t.c.data(101, 301, 3000).ipPacket(), at: [1480, 2960])
            t.take(pieces[1], pieces[2])
            t.take(t.s.ack(301, 3101))
        },
        FragmentCase("there is a first one without a whole header", finds: ["S 301+0 ACK #5"], fragments: [1, 0, 1]) {
            t in
            t.take(Fragments.of(t.c.data(101, 301, 500).ipPacket(), at: [16])[0])
            t.take(t.s.ack(301, 601))
        },
        FragmentCase(
            "61 seconds between them", finds: ["C 101+1460 PSH,ACK ... #4", "C 2101+10 PSH,ACK #6"],
            fragments: [1, 0, 1]
        ) { t in
            let pieces = Fragments.of(t.c.data(101, 301, 2000).ipPacket(), at: [1480])
            t.take(pieces[0])
            t.wait(milliseconds: 61_000)
            t.take(pieces[1])
            t.take(t.c.data(2101, 301, 10))
        },
        FragmentCase(
            "what a filter for a port leaves: the first ones",
            finds: [
                "C 101+1460 PSH,ACK ... #4", "S 301+0 ACK #5", "C 2101+1460 PSH,ACK ... #6", "S 301+0 ACK #7",
                "C 4101+0 FIN,ACK #8",
            ], fragments: [0, 0, 0]
        ) { t in
            t.take(Fragments.of(t.c.data(101, 301, 2000).ipPacket(), at: [1480], id: 1)[0])
            t.take(t.s.ack(301, 2101))
            t.take(Fragments.of(t.c.data(2101, 301, 2000).ipPacket(), at: [1480], id: 2)[0])
            t.take(t.s.ack(301, 4101))
            t.take(t.c.fin(4101, 301))
        },
    ]
}
