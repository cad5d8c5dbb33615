import FlatMemory

extension HeaderWalk {
    static func frame(
        _ frame: RawSpan, link: LinkType, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        switch link {
        case .ethernet: return ethernet(frame, at: 0, in: bounds, &segment, &observer)
        case .raw, .rawBSD, .rawOpenBSD: return rawIP(frame, at: 0, in: bounds, &segment, &observer)
        case .rawIPv4: return ipv4(frame, at: 0, in: bounds, &segment, &observer)
        case .rawIPv6: return ipv6(frame, at: 0, in: bounds, &segment, &observer)
        case .null, .loop: return loopback(frame, in: bounds, &segment, &observer)
        case .ppp: return ppp(frame, at: 0, in: bounds, &segment, &observer)
        case .linuxCooked:
            observer.enter(.linuxCooked, at: 0)
            guard bounds.captured >= 16 else {
                return observer.truncated(.linuxCooked, have: bounds.captured, need: 16)
            }
            return cookedProtocol(frame, frame.bigEndian16(at: 14), at: 16, in: bounds, &segment, &observer)
        case .linuxCooked2:
            observer.enter(.linuxCooked2, at: 0)
            guard bounds.captured >= 20 else {
                return observer.truncated(.linuxCooked2, have: bounds.captured, need: 20)
            }
            return cookedProtocol(frame, frame.bigEndian16(at: 0), at: 20, in: bounds, &segment, &observer)
        default: return observer.ended(.notIP, .otherLinkType(link))
        }
    }

    static func ethernet(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.ethernet, at: offset)
        let available = bounds.captured &- offset
        guard available >= 14 else { return observer.truncated(.ethernet, have: available, need: 14) }
        return etherType(
            frame, frame.bigEndian16(at: offset &+ 12), at: offset &+ 14, in: bounds, &segment, &observer)
    }

    /// What follows an EtherType field. Every nesting of link headers and tunnels passes here or ``nestedIP``, so these
    /// two count the layers.
    static func etherType(
        _ frame: RawSpan, _ type: UInt16, at offset: Int, in outer: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        var bounds = outer
        bounds.layersLeft &-= 1
        guard bounds.layersLeft >= 0 else { return observer.ended(.malformed, .tooDeep) }
        let available = bounds.captured &- offset
        switch type {
        case EtherType.ipv4: return ipv4(frame, at: offset, in: bounds, &segment, &observer)
        case EtherType.ipv6: return ipv6(frame, at: offset, in: bounds, &segment, &observer)
        case EtherType.vlan, EtherType.serviceVLAN, EtherType.oldServiceVLAN:
            observer.enter(.vlan, at: offset)
            guard available >= 4 else { return observer.truncated(.vlan, have: available, need: 4) }
            segment.vlan = frame.bigEndian16(at: offset) & 0x0fff
            return etherType(
                frame, frame.bigEndian16(at: offset &+ 2), at: offset &+ 4, in: bounds, &segment, &observer)
        case EtherType.mpls, EtherType.mplsMulticast:
            return mpls(frame, at: offset, in: bounds, &segment, &observer)
        case EtherType.pppoeSession:
            observer.enter(.pppoe, at: offset)
            guard available >= 6 else { return observer.truncated(.pppoe, have: available, need: 6) }
            return ppp(frame, at: offset &+ 6, in: bounds, &segment, &observer)
        case EtherType.providerBackbone:
            observer.enter(.providerBackbone, at: offset)
            guard available >= 4 else { return observer.truncated(.providerBackbone, have: available, need: 4) }
            return ethernet(frame, at: offset &+ 4, in: bounds, &segment, &observer)
        case EtherType.fabricPath:
            observer.enter(.fabricPath, at: offset)
            guard available >= 2 else { return observer.truncated(.fabricPath, have: available, need: 2) }
            return ethernet(frame, at: offset &+ 2, in: bounds, &segment, &observer)
        case EtherType.transparentEthernet:
            return ethernet(frame, at: offset, in: bounds, &segment, &observer)
        case ..<EtherType.least: return llc(frame, at: offset, in: bounds, &segment, &observer)
        default: return observer.ended(.notIP, .otherEtherType(type))
        }
    }

    /// 802.2 with an 802.3 length before it: IP over SNAP (RFC 1042), or the IP service access point itself.
    static func llc(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.llc, at: offset)
        let available = bounds.captured &- offset
        guard available >= 3 else { return observer.truncated(.llc, have: available, need: 3) }
        let accessPoints = frame.bigEndian16(at: offset)
        let unnumbered = frame.octet(at: offset &+ 2) == 0x03
        if accessPoints == 0x0606, unnumbered {
            return ipv4(frame, at: offset &+ 3, in: bounds, &segment, &observer)
        }
        guard accessPoints == 0xaaaa, unnumbered else {
            return observer.ended(.notIP, .otherEtherType(accessPoints))
        }
        guard available >= 8 else { return observer.truncated(.llc, have: available, need: 8) }
        let type = frame.bigEndian16(at: offset &+ 6)
        guard frame.bigEndian16(at: offset &+ 3) == 0, type >= EtherType.least else {
            return observer.ended(.notIP, .otherEtherType(type))
        }
        return etherType(frame, type, at: offset &+ 8, in: bounds, &segment, &observer)
    }

    /// A cooked header's protocol field: an EtherType, or one of Linux's small numbers for 802.3 and 802.2 frames.
    static func cookedProtocol(
        _ frame: RawSpan, _ type: UInt16, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        guard type >= EtherType.least || type == 0x0004 else { return observer.ended(.notIP, .otherEtherType(type)) }
        return etherType(frame, type, at: offset, in: bounds, &segment, &observer)
    }

    /// The address family comes in the capturing machine's byte order, which the file need not share; no family reaches
    /// 65,536, so the order shows.
    static func loopback(
        _ frame: RawSpan, in bounds: WalkBounds, _ segment: inout SegmentHeader, _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.loopback, at: 0)
        guard bounds.captured >= 4 else { return observer.truncated(.loopback, have: bounds.captured, need: 4) }
        let family = loopbackFamily(frame.bigEndian32(at: 0))
        switch family {
        case 2: return ipv4(frame, at: 4, in: bounds, &segment, &observer)
        case 10, 23, 24, 28, 30: return ipv6(frame, at: 4, in: bounds, &segment, &observer)
        default: return observer.ended(.notIP, .otherFamily(family))
        }
    }

    static func loopbackFamily(_ bigEndian: UInt32) -> UInt32 {
        bigEndian > 0xffff ? bigEndian.byteSwapped : bigEndian
    }

    /// PPP (RFC 1661), with or without HDLC-like framing (RFC 1662) and with the protocol field compressed or not.
    static func ppp(
        _ frame: RawSpan, at start: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.ppp, at: start)
        var offset = start
        if bounds.captured &- offset >= 2, frame.bigEndian16(at: offset) == 0xff03 { offset &+= 2 }
        guard bounds.captured &- offset >= 2 else {
            return observer.truncated(.ppp, have: bounds.captured &- offset, need: 2)
        }
        var type = UInt16(frame.octet(at: offset))
        offset &+= 1
        if type & 1 == 0 {
            type = type << 8 | UInt16(frame.octet(at: offset))
            offset &+= 1
        }
        let etherType: UInt16
        switch type {
        case 0x0021: etherType = EtherType.ipv4
        case 0x0057: etherType = EtherType.ipv6
        case 0x0281: etherType = EtherType.mpls
        case 0x0283: etherType = EtherType.mplsMulticast
        default: return observer.ended(.notIP, .otherPPPProtocol(type))
        }
        return Self.etherType(frame, etherType, at: offset, in: bounds, &segment, &observer)
    }

    /// MPLS (RFC 3032) does not say what it carries: an IP header where one plausibly begins, else Ethernet, at once
    /// or behind a pseudo-wire control word (RFC 4385, which begins with a zero nibble).
    static func mpls(
        _ frame: RawSpan, at start: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.mpls, at: start)
        var offset = start
        var labelsLeft = 16
        while true {
            let available = bounds.captured &- offset
            guard available >= 4 else { return observer.truncated(.mpls, have: available, need: 4) }
            let isBottom = frame.octet(at: offset &+ 2) & 1 == 1
            offset &+= 4
            if isBottom { break }
            labelsLeft &-= 1
            guard labelsLeft > 0 else { return observer.ended(.malformed, .tooDeep) }
        }
        guard offset < bounds.captured else { return observer.truncated(.mpls, have: 0, need: 1) }
        if isPlausibleIPv4(frame, at: offset, in: bounds) {
            return etherType(frame, EtherType.ipv4, at: offset, in: bounds, &segment, &observer)
        }
        if isPlausibleIPv6(frame, at: offset, in: bounds) {
            return etherType(frame, EtherType.ipv6, at: offset, in: bounds, &segment, &observer)
        }
        // Plain Ethernet first: an address may begin with a zero nibble, but hardly a control word and half an address
        // end in a known EtherType.
        if isPlausibleEthernet(frame, at: offset, in: bounds) {
            return ethernet(frame, at: offset, in: bounds, &segment, &observer)
        }
        if frame.octet(at: offset) >> 4 == 0, isPlausibleEthernet(frame, at: offset &+ 4, in: bounds) {
            observer.enter(.pseudowire, at: offset)
            return ethernet(frame, at: offset &+ 4, in: bounds, &segment, &observer)
        }
        return observer.ended(.notIP, .otherEtherType(EtherType.mpls))
    }
}
