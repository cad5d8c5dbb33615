import FlatMemory

/// IPsec's encapsulating security payload without encryption (RFC 4303, RFC 2410, RFC 4543).
extension HeaderWalk {
    /// Only the two ends know whether an ESP packet is encrypted, and how long its check value is. So it is opened only
    /// where its contents prove to be unencrypted: by a tunneled IPv4 header with a correct checksum; or by a trailer
    /// before a check value of a usual length, with padding that counts 1, 2, 3 (RFC 4303 2.4) and a next header that
    /// is right: an IPv6 header that ends exactly at the trailer, or a TCP header with a correct checksum. An
    /// initialization vector of eight octets may come before all this.
    static func esp(
        _ frame: RawSpan, at start: Int, in outer: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        var bounds = outer
        bounds.layersLeft &-= 1
        guard bounds.layersLeft >= 0 else { return observer.ended(.malformed, .tooDeep) }
        let checkLengths: InlineArray<6, Int> = [12, 16, 0, 8, 24, 32]
        for vector in stride(from: 0, through: 8, by: 8) {
            let offset = start &+ 8 &+ vector
            if isProvenIPv4(frame, at: offset, in: bounds), rest(behindIPv4: frame, at: offset, in: bounds) <= 290 {
                observer.enter(.esp, at: start)
                return nestedIP(frame, at: offset, in: bounds, &segment, &observer)
            }
            // The trailer lies at the end of the packet on the wire; it can be looked for only where that end was
            // captured.
            guard bounds.captured == bounds.end else { continue }
            for index in checkLengths.indices {
                let check = checkLengths[index]
                guard let trailer = espTrailer(frame, at: bounds.end &- check, notBefore: offset) else { continue }
                let inner = bounds.narrowed(to: trailer.start)
                if trailer.next == IPProtocol.ipv6, isPlausibleIPv6(frame, at: offset, in: inner),
                    Int(frame.bigEndian16(at: offset &+ 4)) &+ 40 == trailer.start &- offset
                {
                    observer.enter(.esp, at: start)
                    return nestedIP(frame, at: offset, in: inner, &segment, &observer)
                }
                if trailer.next == IPProtocol.tcp,
                    isProvenTCP(frame, at: offset, from: segment.source, to: segment.destination, in: inner)
                {
                    observer.enter(.esp, at: start)
                    return tcp(frame, at: offset, in: inner, &segment, &observer)
                }
            }
        }
        return observer.ended(.concealed, .otherProtocol(IPProtocol.encapsulatingSecurity))
    }

    /// ESP in UDP (RFC 3948 2): the datagram does not begin with four zero octets, as IKE's messages do, and is no
    /// keep-alive of one octet.
    static func espInUDP(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        guard bounds.captured &- offset >= 28, frame.bigEndian32(at: offset) != 0 else { return .otherTransport }
        // Unlike the protocol number in an IP header, a UDP port does not prove that this is ESP.
        let verdict = esp(frame, at: offset, in: bounds, &segment, &observer)
        return verdict == .concealed ? .otherTransport : verdict
    }

    private static func rest(behindIPv4 frame: RawSpan, at offset: Int, in bounds: WalkBounds) -> Int {
        bounds.end &- offset &- Int(frame.bigEndian16(at: offset &+ 2))
    }

    /// The trailer that ends at `end`: padding, which begins at `start`, its length, and the number of the next header.
    /// `nil` where the octets of the padding do not count 1, 2, 3.
    private static func espTrailer(
        _ frame: RawSpan, at end: Int, notBefore least: Int
    ) -> (start: Int, next: UInt8)? {
        guard end &- least >= 22 else { return nil }
        let padding = Int(frame.octet(at: end &- 2))
        let start = end &- 2 &- padding
        guard start >= least &+ 20 else { return nil }
        for index in 0..<padding where Int(frame.octet(at: start &+ index)) != index &+ 1 { return nil }
        return (start, frame.octet(at: end &- 1))
    }

    /// Whether a TCP header with a correct checksum begins at `offset`.
    private static func isProvenTCP(
        _ frame: RawSpan, at offset: Int, from source: IPAddress, to destination: IPAddress, in bounds: WalkBounds
    ) -> Bool {
        let length = bounds.end &- offset
        guard length >= 20, bounds.captured == bounds.end else { return false }
        let header = Int(frame.octet(at: offset &+ 12) >> 4) &* 4
        guard header >= 20, header <= length else { return false }
        var sum = TCPChecksum.pseudoHeader(from: source, to: destination, length: length)
        sum.add(frame, from: offset, to: offset &+ length)
        return sum.checksum == 0
    }
}
