import FlatMemory

/// Source routes and mobility. The endpoints of a connection, which TCP's pseudo-header covers too, are the final
/// addresses, and not those of intermediate hops that an IP header may hold on the way.
extension HeaderWalk {
    /// The last address of a source route, loose or strict, that is not finished yet: its pointer must not be beyond
    /// its length (RFC 791 3.1). An IPv4 header may hold only one such option; the first counts. The search is bounded,
    /// since a header has room for 40 octets of options.
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
                // The addresses begin at the option's fourth octet; the pointer counts octets from 1.
                let last = 3 &+ (length &- 7) / 4 &* 4
                guard pointer >= 4, pointer &- 1 <= last else { return nil }
                return IPAddress(ipv4: frame.bigEndian32(at: offset &+ last))
            }
            offset &+= length
        }
        return nil
    }

    /// Sets the destination to the final one of a routing header that has segments left (RFC 8200 8.1). With types 0
    /// (RFC 5095) and 2 (RFC 6275) it is the last address; with segment routing (RFC 8754 2) the first of the list,
    /// which is written in reverse; with type 3 (RFC 6554) the last, which leaves out the octets that it shares with
    /// the IP header's destination.
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
            // The list may leave out the first segment (RFC 8754 4.1.1).
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

    /// Sets the source to a mobile node's home address (RFC 6275 6.3), which is TCP's source while the node sends from
    /// another address. The search is bounded, since the header has at most 2,048 octets.
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

    /// Minimal encapsulation (RFC 2004 3.1): the protocol, a bit that says whether a source address is present, a
    /// checksum of this header, the original addresses.
    ///
    /// - Parameters:
    ///   - next: is set to the protocol of what follows, if this is such a header.
    ///   - offset: where the header begins; is moved past it, if it is one.
    /// - Returns: `nil` if this is such a header, else the final verdict.
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
    /// This address, with the octets from index `first` on replaced by those at `offset` of a frame.
    fileprivate func replacingOctets(from first: Int, with frame: RawSpan, at offset: Int) -> IPAddress {
        var bits = UInt128(high) << 64 | UInt128(low)
        for index in first..<16 {
            let shift = UInt128((15 &- index) &* 8)
            bits = bits & ~(0xff << shift) | UInt128(frame.octet(at: offset &+ index &- first)) << shift
        }
        return IPAddress(high: UInt64(truncatingIfNeeded: bits >> 64), low: UInt64(truncatingIfNeeded: bits))
    }
}
