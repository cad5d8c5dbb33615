import FlatMemory

/// Addresses on the way and at the end: a connection's ends, and those of TCP's pseudo-header, are the last ones, whatever an
/// IP header names on the way there.
extension HeaderWalk {
    /// The last address of a source route that is not finished yet (RFC 791 3.1): of a loose or strict one, whose pointer is
    /// not beyond its length. Of several only the first may stand, and counts. An IP header
    /// has room for 40 octets of options, which bounds the search.
    static func finalDestination(_ frame: RawSpan, from start: Int, to end: Int) -> IPAddress? {
        var offset = start
        while offset < end {
            let type = frame.octet(at: offset)
            if type == 0 { return nil }
            if type == 1 {
                offset &+= 1
                continue
            }
            guard end &- offset >= 2 else { return nil }
            let length = Int(frame.octet(at: offset &+ 1))
            guard length >= 2, length <= end &- offset else { return nil }
            if type == 131 || type == 137 {
                guard length >= 7 else { return nil }
                let pointer = Int(frame.octet(at: offset &+ 2))
                // Addresses begin at the fourth octet; the pointer counts from 1.
                let last = 3 &+ (length &- 7) / 4 &* 4
                guard pointer >= 4, pointer &- 1 <= last else { return nil }
                return IPAddress(ipv4: frame.bigEndian32(at: offset &+ last))
            }
            offset &+= length
        }
        return nil
    }

    /// The final destination of a routing header with segments left (RFC 8200 8.1): of types 0 (RFC 5095) and 2 (RFC 6275) the
    /// last address, of a segment routing header (RFC 8754 2) the first of its list, which is written backwards, of type 3 (RFC
    /// 6554) the last, with what it shares with the destination left out.
    static func followRoute(
        _ frame: RawSpan, from start: Int, to end: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader
    ) {
        let segmentsLeft = Int(frame.octet(at: start &+ 3))
        guard end <= bounds.captured, segmentsLeft > 0 else { return }
        let count = (end &- start &- 8) / 16
        switch frame.octet(at: start &+ 2) {
        case 0, 2:
            guard segmentsLeft <= count else { return }
            segment.destination = address(frame, at: start &+ 8 &+ (count &- 1) &* 16)
        case 4:
            // The first segment may be left out of the list (RFC 8754 4.1.1).
            guard count > 0, segmentsLeft <= count &+ 1 else { return }
            segment.destination = address(frame, at: start &+ 8)
        case 3:
            let compression = frame.bigEndian16(at: start &+ 4)
            let left = Int(compression >> 8 & 0x0f)
            let padding = Int(compression >> 4 & 0x0f)
            let kept = 16 &- left
            let last = end &- padding &- kept
            guard last >= start &+ 8 else { return }
            segment.destination = segment.destination.replacingOctets(from: left, with: frame, at: last)
        default: break
        }
    }

    /// The home address of a mobile node, which sends from another while it is away (RFC 6275 6.3): TCP's source. The
    /// header it stands in has 2,048 octets at most, which bounds the search.
    static func takeHomeAddress(
        _ frame: RawSpan, from start: Int, to end: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader
    ) {
        let end = min(end, bounds.captured)
        var offset = start &+ 2
        while end &- offset >= 2 {
            let type = frame.octet(at: offset)
            if type == 0 {
                offset &+= 1
                continue
            }
            let length = Int(frame.octet(at: offset &+ 1))
            if type == 0xc9, length == 16, end &- offset >= 18 {
                segment.source = address(frame, at: offset &+ 2)
                return
            }
            offset &+= 2 &+ length
        }
    }

    private static func address(_ frame: RawSpan, at offset: Int) -> IPAddress {
        IPAddress(high: frame.bigEndian64(at: offset), low: frame.bigEndian64(at: offset &+ 8))
    }

    /// Minimal encapsulation (RFC 2004 3.1): the protocol, a bit for a source address, a checksum of this header, the original
    /// addresses.
    ///
    /// - Parameters:
    ///   - next: the protocol, where the header is one.
    ///   - offset: the header's start, then what lies behind it.
    /// - Returns: `nil` where it is one.
    static func minimalEncapsulation(
        _ frame: RawSpan, _ next: inout UInt8, at offset: inout Int, in bounds: WalkBounds,
        _ segment: inout SegmentHeader, _ observer: inout Observer
    ) -> PacketVerdict? {
        let available = bounds.captured &- offset
        let hasSource = available >= 2 && frame.octet(at: offset &+ 1) & 0x80 != 0
        let length = hasSource ? 12 : 8
        guard available >= length else {
            return observer.truncated(.minimalEncapsulation, have: available, need: length)
        }
        var sum = InternetSum()
        sum.add(frame, from: offset, to: offset &+ length)
        guard sum.checksum == 0 else {
            return observer.ended(.otherTransport, .otherProtocol(IPProtocol.minimalEncapsulation))
        }
        observer.enter(.minimalEncapsulation, at: offset)
        segment.destination = IPAddress(ipv4: frame.bigEndian32(at: offset &+ 4))
        if hasSource { segment.source = IPAddress(ipv4: frame.bigEndian32(at: offset &+ 8)) }
        next = frame.octet(at: offset)
        offset &+= length
        return nil
    }
}

extension IPAddress {
    /// The same address, its octets from the given one on taken from a frame.
    fileprivate func replacingOctets(from first: Int, with frame: RawSpan, at offset: Int) -> IPAddress {
        var bits = UInt128(high) << 64 | UInt128(low)
        for index in first..<16 {
            let shift = UInt128((15 &- index) &* 8)
            bits = bits & ~(0xff << shift) | UInt128(frame.octet(at: offset &+ index &- first)) << shift
        }
        return IPAddress(high: UInt64(truncatingIfNeeded: bits >> 64), low: UInt64(truncatingIfNeeded: bits))
    }
}
