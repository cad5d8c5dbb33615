import FlatMemory

/// More tunnels over UDP: mobile networks', LISP, MPLS, GUE, AYIYA.
extension HeaderWalk {
    /// The user plane of GTP version 1 (3GPP TS 29.281 5): a G-PDU with its optional fields and at most eight extension
    /// headers, then an IP packet, or an Ethernet frame if the session carries those. Either the payload must prove to
    /// be one, or GTP's length must be that of the datagram.
    static func gtp(
        _ frame: RawSpan, at start: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        let available = bounds.captured &- start
        guard available >= 8 else { return .otherTransport }
        let flags = frame.octet(at: start)
        guard flags >> 4 == 0b0011, frame.octet(at: start &+ 1) == 255 else { return .otherTransport }
        observer.enter(.gtp, at: start)
        var offset = start &+ 8
        if flags & 0x07 != 0 {
            guard available >= 12 else { return observer.truncated(.gtp, have: available, need: 12) }
            var next = flags & 0x04 != 0 ? frame.octet(at: start &+ 11) : 0
            offset &+= 4
            var extensionsLeft = 8
            while next != 0 {
                guard offset < bounds.captured else { return observer.truncated(.gtp, have: 0, need: 4) }
                let length = Int(frame.octet(at: offset)) &* 4
                guard length > 0, extensionsLeft > 0 else { return .otherTransport }
                guard bounds.captured &- offset >= length else {
                    return observer.truncated(.gtp, have: bounds.captured &- offset, need: length)
                }
                next = frame.octet(at: offset &+ length &- 1)
                offset &+= length
                extensionsLeft &-= 1
            }
        }
        if isProvenIP(frame, at: offset, in: bounds) {
            return nestedIP(frame, at: offset, in: bounds, &segment, &observer)
        }
        if isProvenEthernet(frame, at: offset, in: bounds) {
            return ethernet(frame, at: offset, in: bounds, &segment, &observer)
        }
        guard start &+ 8 &+ Int(frame.bigEndian16(at: start &+ 2)) == bounds.end else { return .otherTransport }
        return nestedIP(frame, at: offset, in: bounds, &segment, &observer)
    }

    /// GTP version 0 (3GPP TS 09.60), which has its own port: a T-PDU after a header of twenty octets.
    static func oldGTP(
        _ frame: RawSpan, at offset: Int, in outer: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        guard outer.captured &- offset >= 20, frame.octet(at: offset) & 0xfe == 0x1e,
            frame.octet(at: offset &+ 1) == 255
        else { return .otherTransport }
        let end = offset &+ 20 &+ Int(frame.bigEndian16(at: offset &+ 2))
        guard end <= outer.end, isProvenIP(frame, at: offset &+ 20, in: outer.narrowed(to: end)) else {
            return .otherTransport
        }
        observer.enter(.gtp, at: offset, as: .old)
        return nestedIP(frame, at: offset &+ 20, in: outer.narrowed(to: end), &segment, &observer)
    }

    /// LISP's data (RFC 9300 5.3): eight octets, then IP. With the bit P it is the protocol extension (RFC 9305), where
    /// the fourth octet gives the protocol that follows. N and V exclude each other, and E requires N.
    static func lisp(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        guard bounds.captured &- offset >= 8 else { return .otherTransport }
        let flags = frame.octet(at: offset)
        guard flags & 0x90 != 0x90, flags & 0x20 == 0 || flags & 0x80 != 0 else { return .otherTransport }
        if flags & 0x04 != 0 {
            guard flags & 0x90 == 0, flags & 0x01 == 0 else { return .otherTransport }
            observer.enter(.lisp, at: offset, as: .extended)
            return protocolOfGPE(
                frame, frame.octet(at: offset &+ 3), of: .lisp, at: offset &+ 8, in: bounds, &segment, &observer)
        }
        guard isProvenIP(frame, at: offset &+ 8, in: bounds) else { return .otherTransport }
        observer.enter(.lisp, at: offset)
        return nestedIP(frame, at: offset &+ 8, in: bounds, &segment, &observer)
    }

    /// MPLS in UDP (RFC 7510): at most sixteen labels up to the bottom of the stack, then a payload that must prove to
    /// be IP or Ethernet, so that encrypted octets (DTLS) are not mistaken for labels.
    static func mplsInUDP(
        _ frame: RawSpan, at start: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        var offset = start
        for _ in 0..<16 {
            guard bounds.captured &- offset >= 4 else { return .otherTransport }
            let isBottom = frame.octet(at: offset &+ 2) & 1 == 1
            offset &+= 4
            guard isBottom else { continue }
            guard
                isProvenIP(frame, at: offset, in: bounds) || isProvenEthernet(frame, at: offset, in: bounds)
                    || bounds.captured > offset && frame.octet(at: offset) >> 4 == 0
                        && isProvenEthernet(frame, at: offset &+ 4, in: bounds)
            else { return .otherTransport }
            return mpls(frame, at: start, in: bounds, &segment, &observer)
        }
        return .otherTransport
    }

    /// Generic UDP encapsulation (draft-ietf-intarea-gue 3). Variant 1 is IP itself, recognized by its version. Variant
    /// 0 has a header whose length counts the words of four octets after the first one, and the number of an IP
    /// protocol. Control messages (C) are not opened.
    static func gue(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        let available = bounds.captured &- offset
        guard available >= 4 else { return .otherTransport }
        let first = frame.octet(at: offset)
        if first >> 6 == 1 {
            guard isProvenIP(frame, at: offset, in: bounds) else { return .otherTransport }
            return nestedIP(frame, at: offset, in: bounds, &segment, &observer)
        }
        guard first >> 6 == 0, first & 0x20 == 0 else { return .otherTransport }
        let next = frame.octet(at: offset &+ 1)
        let start = offset &+ 4 &+ Int(first & 0x1f) &* 4
        switch next {
        case IPProtocol.ipv4, IPProtocol.ipv6:
            guard isProvenIP(frame, at: start, in: bounds) else { return .otherTransport }
            observer.enter(.gue, at: offset)
            return nestedIP(frame, at: start, in: bounds, &segment, &observer)
        case IPProtocol.ethernet, IPProtocol.etherIP:
            let header = next == IPProtocol.etherIP ? 2 : 0
            guard isProvenEthernet(frame, at: start &+ header, in: bounds) else { return .otherTransport }
            observer.enter(.gue, at: offset)
            return ethernet(frame, at: start &+ header, in: bounds, &segment, &observer)
        case IPProtocol.gre, IPProtocol.mpls:
            observer.enter(.gue, at: offset)
            return next == IPProtocol.gre
                ? greInUDP(frame, at: start, in: bounds, &segment, &observer)
                : mplsInUDP(frame, at: start, in: bounds, &segment, &observer)
        default: return .otherTransport
        }
    }

    /// AYIYA (draft-massar-v6ops-ayiya 3): the lengths of an identity (a power of two) and of a signature (words of
    /// four octets), the operation, which must be "forward", and the protocol number of what follows.
    static func ayiya(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        guard bounds.captured &- offset >= 8 else { return .otherTransport }
        let identity = frame.octet(at: offset) >> 4
        let signature = Int(frame.octet(at: offset &+ 1) >> 4) &* 4
        let operation = frame.octet(at: offset &+ 2) & 0x0f
        let next = frame.octet(at: offset &+ 3)
        guard identity <= 7, operation == 1, next == IPProtocol.ipv6 || next == IPProtocol.ipv4 else {
            return .otherTransport
        }
        let start = offset &+ 8 &+ (1 << Int(identity)) &+ signature
        guard isProvenIP(frame, at: start, in: bounds) else { return .otherTransport }
        observer.enter(.ayiya, at: offset)
        return nestedIP(frame, at: start, in: bounds, &segment, &observer)
    }
}
