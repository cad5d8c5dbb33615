import TCPWire
import Transcripts

/// Which fragments belong together.
extension FragmentCase {
    static let names = [
        FragmentCase(
            "a UDP datagram of the same name between them", finds: ["C 101+2000 PSH,ACK #4 #7"], fragments: [1, 0, 0]
        ) {
            t in
            let segment = t.c.data(101, 301, 2000).ipPacket()
            let pieces = Fragments.of(segment, at: [1480])
            let datagrams = Fragments.of(
                Array(segment[..<9]) + [17] + segment[10..<20]
                    + Fragments.datagram(Array(repeating: 1, count: 2000), to: 53), at: [1480])
            t.take(pieces[0], datagrams[0], datagrams[1], pieces[1])
        },
        FragmentCase(
            "both ends use the same name", finds: ["C 101+2000 PSH,ACK #4 #6", "S 301+2000 PSH,ACK #5 #7"],
            fragments: [2, 0, 0]
        ) { t in
            let one = Fragments.of(t.c.data(101, 301, 2000).ipPacket(), at: [1480])
            let other = Fragments.of(t.s.data(301, 101, 2000).ipPacket(), at: [1480])
            t.take(one[0], other[0], one[1], other[1])
        },
        FragmentCase(
            "the next segment has the same name", finds: ["C 101+2000 PSH,ACK #4 #5", "C 2101+2000 PSH,ACK #6 #7"],
            fragments: [2, 0, 0]
        ) { t in
            for sequence in [101, 2101] as [UInt32] {
                let octet = UInt8(truncatingIfNeeded: sequence)
                let pieces = Fragments.of(t.c.data(sequence, 301, 2000, octet: octet).ipPacket(), at: [1480])
                t.take(pieces[0], pieces[1])
            }
        },
        FragmentCase(
            "a name used again after a minute",
            finds: ["C 101+1460 PSH,ACK ... #4", "C 2101+2000 PSH,ACK #5 #6"], fragments: [1, 0, 0]
        ) { t in
            t.take(Fragments.of(t.c.data(101, 301, 2000).ipPacket(), at: [1480])[0])
            t.wait(milliseconds: 61_000)
            let pieces = Fragments.of(t.c.data(2101, 301, 2000, octet: 0x41).ipPacket(), at: [1480])
            t.take(pieces[0], pieces[1])
        },
        FragmentCase(
            "the same name in two VLANs", finds: ["C 101+1460 PSH,ACK ... #4", "S 301+0 ACK #6"], fragments: [1, 0, 1]
        ) {
            t in
            let pieces = Fragments.of(t.c.data(101, 301, 2000).ipPacket(), at: [1480])
            t.take(pieces[0], vlan: 5)
            t.take(pieces[1], vlan: 6)
            t.take(t.s.ack(301, 2101))
        },
        FragmentCase(
            "one that is whole among others of its name (RFC 6946)", isIPv6: true,
            finds: ["C 101+100 PSH,ACK #5", "C 201+2000 PSH,ACK #4 #6"], fragments: [1, 0, 0]
        ) { t in
            let pieces = Fragments.of(t.c.data(201, 301, 2000).ipPacket(), at: [1432])
            let whole = Fragments.of(t.c.data(101, 301, 100).ipPacket(), at: [])
            t.take(pieces[0], whole[0], pieces[1])
        },
        FragmentCase("no TCP in them", finds: [], fragments: [0, 0, 0]) { t in
            let segment = t.c.data(101, 301, 2000).ipPacket()
            let datagrams = Fragments.of(
                Array(segment[..<9]) + [17] + segment[10..<20]
                    + Fragments.datagram(Array(repeating: 1, count: 3000), to: 53), at: [1480, 2960])
            t.take(datagrams[0], datagrams[1], datagrams[2])
        },
        FragmentCase("an ICMP error quotes one", finds: [], fragments: [0, 0, 0]) { t in
            let piece = Fragments.of(t.c.data(101, 301, 2000).ipPacket(), at: [1480])[0]
            let error: [UInt8] = [11, 1, 0, 0, 0, 0, 0, 0] + piece.prefix(48)
            t.take(Fragments.tunnel(error, protocol: 1))
        },
    ]

    static let wrapped = [
        FragmentCase(
            "extension headers before the fragment header", isIPv6: true, finds: ["C 101+2000 PSH,ACK #4 #5"],
            fragments: [1, 0, 0]
        ) {
            t in
            // Hop-by-hop options, then destination options, each of padding.
            let headers: [UInt8] = [60, 0, 1, 4, 0, 0, 0, 0, 44, 0, 1, 4, 0, 0, 0, 0]
            let pieces = Fragments.of(
                t.c.data(101, 301, 2000).ipPacket(), at: [1432], extensions: (0, headers))
            t.take(pieces[1], pieces[0])
        },
        FragmentCase("fragments in a tunnel", finds: ["C 101+2000 PSH,ACK #4 #5"], fragments: [1, 0, 0]) { t in
            let pieces = Fragments.of(t.c.data(101, 301, 2000).ipPacket(), at: [1440])
            t.take(Fragments.tunnel(pieces[0], id: 1), Fragments.tunnel(pieces[1], id: 2))
        },
        FragmentCase("a tunnel in fragments", finds: ["C 101+2000 PSH,ACK #4 #5"], fragments: [1, 0, 0]) { t in
            let pieces = Fragments.of(Fragments.tunnel(t.c.data(101, 301, 2000).ipPacket()), at: [1480])
            t.take(pieces[0], pieces[1])
        },
        FragmentCase(
            "a tunnel over UDP in fragments, the first too short for what it carries",
            finds: ["C 101+300 PSH,ACK #4 #5"],
            fragments: [1, 0, 0]
        ) { t in
            let frame = t.c.data(101, 301, 300).ethernetFrame()
            let outer = Fragments.tunnel(
                Fragments.datagram([8, 0, 0, 0, 0, 0, 5, 0] + frame, to: 4789), protocol: 17)
            let pieces = Fragments.of(outer, at: [16])
            t.take(pieces[0], pieces[1])
        },
        FragmentCase(
            "fragments in a tunnel in fragments", finds: ["C 101+2000 PSH,ACK #4 #5 #6 #7"], fragments: [3, 0, 0]
        ) { t in
            let inner = Fragments.of(t.c.data(101, 301, 2000).ipPacket(), at: [1440], id: 3)
            let first = Fragments.of(Fragments.tunnel(inner[0]), at: [800], id: 1)
            let second = Fragments.of(Fragments.tunnel(inner[1]), at: [400], id: 2)
            t.take(first[0], first[1], second[0], second[1])
        },
        FragmentCase(
            "the beginning of a tunnel's packet says how long what it carries was",
            finds: ["C 101+2000 PSH,ACK #4", "S 301+0 ACK #5"], fragments: [0, 0, 0]
        ) { t in
            t.take(Fragments.of(Fragments.tunnel(t.c.data(101, 301, 2000).ipPacket()), at: [1480])[0])
            t.take(t.s.ack(301, 2101))
        },
    ]
}
