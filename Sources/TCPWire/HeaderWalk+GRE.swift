import FlatMemory

/// Generic routing encapsulation and what vendors put into it.
extension HeaderWalk {
    /// RFC 2784 and 2890, RFC 1701 with its source routes, and version 1 that carries PPP (RFC 2637).
    static func gre(
        _ frame: RawSpan, at start: Int, in outer: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.gre, at: start)
        var bounds = outer
        bounds.layersLeft &-= 1
        guard bounds.layersLeft >= 0 else { return observer.ended(.malformed, .tooDeep) }
        let available = bounds.captured &- start
        guard available >= 4 else { return observer.truncated(.gre, have: available, need: 4) }
        let flags = frame.bigEndian16(at: start)
        let type = frame.bigEndian16(at: start &+ 2)
        let version = flags & 0x0007
        guard version <= 1 else { return observer.ended(.otherTransport, .otherProtocol(IPProtocol.gre)) }
        var length = 4
        if flags & 0xc000 != 0 { length &+= 4 }
        if flags & 0x2000 != 0 { length &+= 4 }
        if flags & 0x1000 != 0 { length &+= 4 }
        if version == 1, flags & 0x0080 != 0 { length &+= 4 }
        if flags & 0x4000 != 0 {
            guard let route = sourceRouteLength(frame, at: start &+ length, in: bounds) else {
                return observer.ended(.otherTransport, .otherProtocol(IPProtocol.gre))
            }
            length &+= route
        }
        guard available >= length else { return observer.truncated(.gre, have: available, need: length) }
        // NVGRE, which has neither checksum nor sequence number, holds the virtual subnet in the key's upper 24 bits
        // (RFC 7637 3.2); elsewhere the whole key identifies the tunnel (RFC 2890 2.1).
        if flags & 0x2007 == 0x2000 {
            let isSubnet = flags & 0xf000 == 0x2000 && type == EtherDoor.transparentEthernet.rawValue
            let key = frame.bigEndian32(at: start &+ (flags & 0xc000 != 0 ? 8 : 4))
            segment.network = isSubnet ? key >> 8 : key
        }
        return carried(
            payload(ofGRE: frame, type, flags: flags, at: start &+ length, in: bounds, &segment, &observer))
    }

    private static func payload(
        ofGRE frame: RawSpan, _ type: UInt16, flags: UInt16, at offset: Int, in bounds: WalkBounds,
        _ segment: inout SegmentHeader, _ observer: inout Observer
    ) -> PacketVerdict {
        guard let door = GREDoor(type: type) else {
            // GRE has no 802.3 length in this field; 0 marks a keep-alive.
            guard type >= EtherType.least else { return observer.ended(.otherTransport, .otherEtherType(type)) }
            return etherType(frame, type, at: offset, in: bounds, &segment, &observer)
        }
        switch door {
        case .pptp:
            guard flags & 0x0007 == 1, flags & 0x1000 != 0 else {
                return observer.ended(.otherTransport, .otherProtocol(IPProtocol.gre))
            }
            return ppp(frame, at: offset, in: bounds, &segment, &observer)
        case .erspan:
            // Type I has no ERSPAN header; it is told from type II by GRE's sequence number, which type I lacks.
            let header = flags & 0x1000 != 0 ? 8 : 0
            return erspan(frame, as: .usual, at: offset, header: header, in: bounds, &segment, &observer)
        case .erspan3: return erspan3(frame, at: offset, in: bounds, &segment, &observer)
        case .wccp: return wccp(frame, at: offset, in: bounds, &segment, &observer)
        case .mikroTik:
            // GRE version 1 with a key whose two halves are a length and the tunnel's number.
            guard flags == 0x2001 else { return observer.ended(.otherTransport, .otherProtocol(IPProtocol.gre)) }
            return ethernet(frame, at: offset, in: bounds, &segment, &observer)
        case .aruba, .arubaEthernet:
            if isProvenEthernet(frame, at: offset, in: bounds) {
                return ethernet(frame, at: offset, in: bounds, &segment, &observer)
            }
            // The proof needs this many octets.
            let available = bounds.captured &- offset
            guard available >= 34 || bounds.captured == bounds.end else {
                return observer.truncated(.wireless, have: available, need: 34)
            }
            return tunnelledWireless(frame, at: offset, in: bounds, &segment, &observer)
        }
    }

    /// The verdict on the frame, given the verdict on a tunnel's payload: a payload that is not IP counts as a
    /// transport other than TCP.
    static func carried(_ verdict: PacketVerdict) -> PacketVerdict {
        verdict == .notIP ? .otherTransport : verdict
    }

    /// The length of the list of source route entries that RFC 1701 defines: each has an address family, an offset, a
    /// length, and so many octets; an entry of length 0 ends the list. `nil` where none of the first sixteen does.
    private static func sourceRouteLength(_ frame: RawSpan, at start: Int, in bounds: WalkBounds) -> Int? {
        var offset = start
        for _ in 0..<16 {
            guard bounds.captured &- offset >= 4 else { return nil }
            let length = Int(frame.octet(at: offset &+ 3))
            offset &+= 4 &+ length
            if length == 0 { return offset &- start }
        }
        return nil
    }

    private static func erspan(
        _ frame: RawSpan, as form: HeaderForm, at offset: Int, header: Int, in bounds: WalkBounds,
        _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        if header > 0 {
            observer.enter(.erspan, at: offset, as: form)
            let available = bounds.captured &- offset
            guard available >= header else { return observer.truncated(.erspan, have: available, need: header) }
        }
        return ethernet(frame, at: offset &+ header, in: bounds, &segment, &observer)
    }

    /// ERSPAN type III (draft-foschiano-erspan 4.3): a frame type of five bits, which is 0 for Ethernet and 2 for IP,
    /// and a platform-specific subheader where the bit O is set.
    private static func erspan3(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        let available = bounds.captured &- offset
        guard available >= 12 else {
            observer.enter(.erspan, at: offset, as: .extended)
            return observer.truncated(.erspan, have: available, need: 12)
        }
        let last = frame.bigEndian16(at: offset &+ 10)
        let header = last & 1 == 1 ? 20 : 12
        guard last >> 10 & 0x1f == 2 else {
            return erspan(frame, as: .extended, at: offset, header: header, in: bounds, &segment, &observer)
        }
        observer.enter(.erspan, at: offset, as: .extended)
        return nestedIP(frame, at: offset &+ header, in: bounds, &segment, &observer)
    }

    /// WCCP's redirected packets: version 2 puts a header of four octets before the packet, which version 1 does not.
    private static func wccp(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        let isBareIPv4 =
            isPlausibleIPv4(frame, at: offset, in: bounds) && !isProvenIPv4(frame, at: offset &+ 4, in: bounds)
        if isBareIPv4 || isProvenIPv6(frame, at: offset, in: bounds) {
            return nestedIP(frame, at: offset, in: bounds, &segment, &observer)
        }
        observer.enter(.wccp, at: offset)
        return nestedIP(frame, at: offset &+ 4, in: bounds, &segment, &observer)
    }
}
