import FlatMemory

/// Headers of capturing systems with a record format of their own: Linux's NFLOG, Endace's ERF, Juniper's.
extension HeaderWalk {
    /// NFLOG: family, version, group, then at most 64 attributes in the byte order of the capturing machine, each
    /// padded to a multiple of four octets. Attribute 9 is the packet; attribute 1 is its EtherType, where a bridge saw
    /// it.
    static func nflog(
        _ frame: RawSpan, at start: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.nflog, at: start)
        guard bounds.captured &- start >= 8 else {
            return observer.truncated(.nflog, have: bounds.captured &- start, need: 8)
        }
        let family = UInt32(frame.octet(at: start))
        let version = frame.octet(at: start &+ 1)
        guard version == 0 else { return observer.malformed(.nflog, field: "Version", value: Int(version)) }
        // No attribute's type reaches 256, so the octets show the byte order.
        let isLittle = frame.octet(at: start &+ 7) == 0 && frame.octet(at: start &+ 6) != 0
        var offset = start &+ 4
        var hardwareProtocol: UInt16?
        for _ in 0..<64 {
            let available = bounds.captured &- offset
            guard available >= 4 else { break }
            let length = isLittle ? littleEndian16(frame, at: offset) : Int(frame.bigEndian16(at: offset))
            let type = isLittle ? littleEndian16(frame, at: offset &+ 2) : Int(frame.bigEndian16(at: offset &+ 2))
            guard length >= 4 else { return observer.malformed(.nflog, field: "TLV length", value: length) }
            if type == 1, length >= 6, available >= 6 { hardwareProtocol = frame.bigEndian16(at: offset &+ 4) }
            if type == 9 {
                // Octets that the rule did not copy are missing from the attribute: the packet's own length shows how
                // many.
                let inner = bounds.narrowed(to: min(offset &+ length, bounds.end))
                let packet = offset &+ 4
                if AddressFamily(family) != nil { return rawIP(frame, at: packet, in: inner, &segment, &observer) }
                guard let hardwareProtocol, hardwareProtocol >= EtherType.least else {
                    return observer.ended(.notIP, .otherFamily(family))
                }
                return etherType(frame, hardwareProtocol, at: packet, in: inner, &segment, &observer)
            }
            offset &+= (length &+ 3) & ~3
        }
        if bounds.captured < bounds.end {
            return observer.truncated(.nflog, have: bounds.captured &- start, need: offset &+ 4 &- start)
        }
        return observer.ended(.notIP, .noPacket(.nflog, field: "Address Family", value: Int(family)))
    }

    /// Endace's extensible record format: sixteen octets; extension headers of eight octets, at most sixteen, each
    /// announced by the highest bit of the type before it; for some types a few octets more; then the frame.
    static func erf(
        _ frame: RawSpan, at start: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.erf, at: start)
        let available = bounds.captured &- start
        guard available >= 16 else { return observer.truncated(.erf, have: available, need: 16) }
        let type = frame.octet(at: start &+ 8)
        var hasMore = type & 0x80 != 0
        var offset = start &+ 16
        var extensionsLeft = 16
        while hasMore {
            guard bounds.captured &- offset >= 8 else {
                return observer.truncated(.erf, have: available, need: offset &+ 8 &- start)
            }
            guard extensionsLeft > 0 else { return observer.ended(.malformed, .tooDeep) }
            hasMore = frame.octet(at: offset) & 0x80 != 0
            offset &+= 8
            extensionsLeft &-= 1
        }
        switch type & 0x7f {
        case 2, 11, 16, 20: return ethernet(frame, at: offset &+ 2, in: bounds, &segment, &observer)
        case 1, 10, 15, 19: return serialFrame(frame, at: offset, in: bounds, &segment, &observer)
        case 5, 17: return serialFrame(frame, at: offset &+ 4, in: bounds, &segment, &observer)
        // Type 4 has a channel header, type 9 also ATM's own header, of four octets each.
        case 4: return atm(frame, at: offset &+ 4, in: bounds, &segment, &observer)
        case 9: return atm(frame, at: offset &+ 8, in: bounds, &segment, &observer)
        case 22, 23: return rawIP(frame, at: offset, in: bounds, &segment, &observer)
        // ATM cells, raw links, InfiniBand: what they carry is not known.
        case let other: return observer.ended(.otherLink, .noPacket(.erf, field: "Type", value: Int(other)))
        }
    }

    /// Juniper's header: "MGC" as three octets, flags, and extensions after their total length; then the frame. Where
    /// the flags say that the link header was left out, four more octets and an IP packet follow instead.
    static func juniper(
        _ frame: RawSpan, link: LinkDoor, at start: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.juniper, at: start)
        let available = bounds.captured &- start
        guard available >= 4 else { return observer.truncated(.juniper, have: available, need: 4) }
        let first = frame.bigEndian32(at: start)
        guard first >> 8 == 0x4d_4743 else {
            return observer.malformed(.juniper, field: "Magic Number", value: Int(first >> 8))
        }
        var length = 4
        if first & 0x80 != 0 {
            guard available >= 6 else { return observer.truncated(.juniper, have: available, need: 6) }
            length &+= 2 &+ Int(frame.bigEndian16(at: start &+ 4))
        }
        let hasNoLink = first & 0x02 != 0
        if hasNoLink { length &+= 4 }
        guard available >= length else { return observer.truncated(.juniper, have: available, need: length) }
        let offset = start &+ length
        if hasNoLink { return rawIP(frame, at: offset, in: bounds, &segment, &observer) }
        switch link {
        case .juniperPPP: return ppp(frame, at: offset, in: bounds, &segment, &observer)
        case .juniperFrameRelay: return frameRelay(frame, at: offset, in: bounds, &segment, &observer)
        case .juniperCiscoHDLC: return ciscoHDLC(frame, at: offset, in: bounds, &segment, &observer)
        default: return ethernet(frame, at: offset, in: bounds, &segment, &observer)
        }
    }
}
