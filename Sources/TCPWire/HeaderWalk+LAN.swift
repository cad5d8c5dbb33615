import FlatMemory

/// Local networks other than Ethernet and wireless, and Ethernet frames that begin with other octets than usual.
extension HeaderWalk {
    static func localNetwork(
        _ frame: RawSpan, link: LinkDoor, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        switch link {
        case .fddi: return fddi(frame, at: offset, in: bounds, &segment, &observer)
        case .tokenRing: return tokenRing(frame, at: offset, in: bounds, &segment, &observer)
        case .firewire: return fixedTag(frame, .firewire, 18, at: offset, in: bounds, &segment, &observer)
        case .ipoib: return ipoib(frame, at: offset, in: bounds, &segment, &observer)
        case .fibreChannel:
            // RFC 4338 4: two addresses of eight octets, then LLC.
            observer.enter(.fibreChannel, at: offset)
            let available = bounds.captured &- offset
            guard available >= 16 else { return observer.truncated(.fibreChannel, have: available, need: 16) }
            return llc(frame, at: offset &+ 16, in: bounds, &segment, &observer)
        case .lane: return lane(frame, at: offset, in: bounds, &segment, &observer)
        case .sunATM: return sunATM(frame, at: offset, in: bounds, &segment, &observer)
        case .epon:
            observer.enter(.preamble, at: offset)
            return ethernet(frame, at: offset &+ 6, in: bounds, &segment, &observer)
        case .mPacket: return mPacket(frame, at: offset, in: bounds, &segment, &observer)
        default: return atm(frame, at: offset, in: bounds, &segment, &observer)
        }
    }

    /// FDDI: frame control, two addresses, LLC. Some systems put three octets of padding before them, to align what
    /// follows.
    static func fddi(
        _ frame: RawSpan, at start: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        var offset = start
        if !isLLCFrame(frame, at: offset, in: bounds), isLLCFrame(frame, at: offset &+ 3, in: bounds),
            isSNAP(frame, at: offset &+ 16, in: bounds)
        {
            offset &+= 3
        }
        observer.enter(.fddi, at: start, as: offset > start ? .padded : .usual)
        let available = bounds.captured &- offset
        guard available >= 13 else { return observer.truncated(.fddi, have: available, need: 13) }
        guard isLLCFrame(frame, at: offset, in: bounds) else {
            return observer.ended(
                .notIP, .noPacket(.fddi, field: "Frame Control", value: Int(frame.octet(at: offset))))
        }
        return llc(frame, at: offset &+ 13, in: bounds, &segment, &observer)
    }

    /// Whether an FDDI frame control octet announces LLC, asynchronous or synchronous.
    private static func isLLCFrame(_ frame: RawSpan, at offset: Int, in bounds: WalkBounds) -> Bool {
        bounds.captured > offset && frame.octet(at: offset) & 0x70 == 0x50
    }

    /// Token Ring (IEEE 802.5): access control, frame control, two addresses, a source route where the source address's first
    /// bit is set, LLC.
    private static func tokenRing(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.tokenRing, at: offset)
        let available = bounds.captured &- offset
        guard available >= 14 else { return observer.truncated(.tokenRing, have: available, need: 14) }
        let control = frame.octet(at: offset &+ 1)
        guard control >> 6 == 1 else {
            return observer.ended(.notIP, .noPacket(.tokenRing, field: "Frame Control", value: Int(control)))
        }
        var start = offset &+ 14
        if frame.octet(at: offset &+ 8) & 0x80 != 0 {
            guard available >= 16 else { return observer.truncated(.tokenRing, have: available, need: 16) }
            let length = Int(frame.octet(at: start) & 0x1f)
            // Linux removes the source route but leaves the bit set, so LLC may begin here at once.
            if length >= 2, length & 1 == 0, !isSNAP(frame, at: start, in: bounds) { start &+= length }
        }
        return llc(frame, at: start, in: bounds, &segment, &observer)
    }

    /// IP over InfiniBand (RFC 4391 6): an EtherType and two reserved octets. Most systems write two link addresses of
    /// twenty octets (RFC 4391 9.1.1) before them, which the registry of link types does not mention; they are assumed
    /// where the frame does not begin with an EtherType.
    private static func ipoib(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.ipoib, at: offset)
        let available = bounds.captured &- offset
        guard available >= 4 else { return observer.truncated(.ipoib, have: available, need: 4) }
        let type = frame.bigEndian16(at: offset)
        let inner = available >= 44 ? frame.bigEndian16(at: offset &+ 40) : 0
        // The first octets of the link addresses may look like an EtherType, but are unlikely to equal one that exists.
        let isBare = frame.bigEndian16(at: offset &+ 2) == 0 && type >= EtherType.least
        if isBare, EtherType.name(type) != nil || EtherType.name(inner) == nil {
            return etherType(frame, type, at: offset &+ 4, in: bounds, &segment, &observer)
        }
        guard available >= 44 else { return observer.truncated(.ipoib, have: available, need: 44) }
        return etherType(frame, inner, at: offset &+ 44, in: bounds, &segment, &observer)
    }

    /// An AAL5 frame: LLC (RFC 2684 5), or IP without LLC (RFC 2684 6, and Linux's classical IP).
    static func atm(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        if isPlausibleIPv4(frame, at: offset, in: bounds) || isPlausibleIPv6(frame, at: offset, in: bounds) {
            return nestedIP(frame, at: offset, in: bounds, &segment, &observer)
        }
        return llc(frame, at: offset, in: bounds, &segment, &observer)
    }

    /// SunATM's header: flags, whose lower four bits give the kind of frame, then VPI and VCI.
    private static func sunATM(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.atm, at: offset)
        let available = bounds.captured &- offset
        guard available >= 4 else { return observer.truncated(.atm, have: available, need: 4) }
        let kind = frame.octet(at: offset) & 0x0f
        switch kind {
        case 0, 2: return atm(frame, at: offset &+ 4, in: bounds, &segment, &observer)
        case 1: return lane(frame, at: offset &+ 4, in: bounds, &segment, &observer)
        default: return observer.ended(.notIP, .noPacket(.atm, field: "Traffic Type", value: Int(kind)))
        }
    }

    /// LAN emulation over ATM: the client's number (LECID), then an Ethernet frame. Control frames have 0xff00 as
    /// LECID, and hold no Ethernet frame.
    private static func lane(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.lane, at: offset)
        let available = bounds.captured &- offset
        guard available >= 2 else { return observer.truncated(.lane, have: available, need: 2) }
        let client = frame.bigEndian16(at: offset)
        guard client != 0xff00 else {
            return observer.ended(.notIP, .noPacket(.lane, field: "LECID", value: Int(client)))
        }
        return ethernet(frame, at: offset &+ 2, in: bounds, &segment, &observer)
    }

    /// An mPacket (IEEE 802.3 99.3): a preamble whose last octet says whether a frame begins after it, or an
    /// interrupted one continues. A frame that may be interrupted begins with the same octets whether it is interrupted
    /// or not: its first part is read as a frame whose rest is missing.
    private static func mPacket(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.preamble, at: offset)
        let available = bounds.captured &- offset
        guard available >= 8 else { return observer.truncated(.preamble, have: available, need: 8) }
        switch frame.octet(at: offset &+ 7) {
        // The start delimiter of frames that cannot be interrupted, and those of frames that may be.
        case 0xd5, 0xe6, 0x4c, 0x7f, 0xb3: return ethernet(frame, at: offset &+ 8, in: bounds, &segment, &observer)
        default: return observer.ended(.fragment, .laterPart(.preamble))
        }
    }
}
