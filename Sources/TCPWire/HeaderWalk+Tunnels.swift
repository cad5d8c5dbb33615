import FlatMemory

extension HeaderWalk {
    /// Generic routing encapsulation (RFC 2784, 2890), and its version 1 that carries PPP (RFC 2637).
    static func gre(
        _ frame: RawSpan, at start: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.gre, at: start)
        let available = bounds.captured &- start
        guard available >= 4 else { return observer.truncated(.gre, have: available, need: 4) }
        let flags = frame.bigEndian16(at: start)
        let type = frame.bigEndian16(at: start &+ 2)
        let version = flags & 0x0007
        // Source routes (R) were withdrawn with RFC 1701.
        guard version <= 1, flags & 0x4000 == 0 else {
            return observer.ended(.otherTransport, .otherProtocol(IPProtocol.gre))
        }
        var length = 4
        if flags & 0x8000 != 0 { length &+= 4 }
        if flags & 0x2000 != 0 { length &+= 4 }
        if flags & 0x1000 != 0 { length &+= 4 }
        if version == 1, flags & 0x0080 != 0 { length &+= 4 }
        guard available >= length else { return observer.truncated(.gre, have: available, need: length) }
        let offset = start &+ length

        switch type {
        case EtherType.pppInGRE:
            guard version == 1, flags & 0x1000 != 0 else {
                return observer.ended(.otherTransport, .otherProtocol(IPProtocol.gre))
            }
            return carried(ppp(frame, at: offset, in: bounds, &segment, &observer))
        case EtherType.erspan2:
            // Type I has no header of its own, and no sequence number to tell it by.
            let header = flags & 0x1000 != 0 ? 8 : 0
            return erspan(frame, at: offset, header: header, in: bounds, &segment, &observer)
        case EtherType.erspan3:
            guard bounds.captured &- offset >= 12 else {
                return observer.truncated(.erspan, have: bounds.captured &- offset, need: 12)
            }
            let header = frame.octet(at: offset &+ 11) & 1 == 1 ? 20 : 12
            return erspan(frame, at: offset, header: header, in: bounds, &segment, &observer)
        default:
            return carried(etherType(frame, type, at: offset, in: bounds, &segment, &observer))
        }
    }

    /// What is not IP inside a tunnel is, of the frame, a transport other than TCP.
    private static func carried(_ verdict: PacketVerdict) -> PacketVerdict {
        verdict == .notIP ? .otherTransport : verdict
    }

    private static func erspan(
        _ frame: RawSpan, at offset: Int, header: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        if header > 0 {
            observer.enter(.erspan, at: offset)
            let available = bounds.captured &- offset
            guard available >= header else { return observer.truncated(.erspan, have: available, need: header) }
        }
        return carried(ethernet(frame, at: offset &+ header, in: bounds, &segment, &observer))
    }

    /// The UDP ports that carry packets. Called with the datagram's payload.
    static func datagram(
        _ frame: RawSpan, from source: UInt16, to destination: UInt16, at offset: Int, in bounds: WalkBounds,
        _ segment: inout SegmentHeader, _ observer: inout Observer
    ) -> PacketVerdict {
        switch destination {
        case TunnelPort.vxlan: return vxlan(frame, at: offset, in: bounds, &segment, &observer)
        case TunnelPort.geneve: return geneve(frame, at: offset, in: bounds, &segment, &observer)
        case TunnelPort.gre: return gre(frame, at: offset, in: bounds, &segment, &observer)
        default: break
        }
        if destination == TunnelPort.gtpUser || source == TunnelPort.gtpUser {
            return gtp(frame, at: offset, in: bounds, &segment, &observer)
        }
        if destination == TunnelPort.teredo || source == TunnelPort.teredo {
            return teredo(frame, at: offset, in: bounds, &segment, &observer)
        }
        return .otherTransport
    }

    /// RFC 7348: the I bit set, the other flags and reserved octets zero.
    private static func vxlan(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        guard bounds.captured &- offset >= 8, frame.octet(at: offset) & 0x08 != 0 else { return .otherTransport }
        observer.enter(.vxlan, at: offset)
        return ethernet(frame, at: offset &+ 8, in: bounds, &segment, &observer)
    }

    /// RFC 8926.
    private static func geneve(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        let available = bounds.captured &- offset
        guard available >= 8, frame.octet(at: offset) >> 6 == 0 else { return .otherTransport }
        observer.enter(.geneve, at: offset)
        let length = 8 &+ Int(frame.octet(at: offset) & 0x3f) &* 4
        guard available >= length else { return observer.truncated(.geneve, have: available, need: length) }
        return etherType(
            frame, frame.bigEndian16(at: offset &+ 2), at: offset &+ length, in: bounds, &segment, &observer)
    }

    /// The user plane of GTP version 1 (3GPP TS 29.281): a G-PDU with its optional fields and extension headers.
    private static func gtp(
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
        return nestedIP(frame, at: offset, in: bounds, &segment, &observer)
    }

    /// RFC 4380: authentication and origin indications, then an IPv6 packet that fills the datagram.
    private static func teredo(
        _ frame: RawSpan, at start: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        var offset = start
        if bounds.captured &- offset >= 4, frame.bigEndian16(at: offset) == 0x0001 {
            offset &+= 13 &+ Int(frame.octet(at: offset &+ 2)) &+ Int(frame.octet(at: offset &+ 3))
        }
        if bounds.captured &- offset >= 8, frame.bigEndian16(at: offset) == 0x0000 { offset &+= 8 }
        guard isPlausibleIPv6(frame, at: offset, in: bounds),
            Int(frame.bigEndian16(at: offset &+ 4)) &+ 40 == bounds.end &- offset
        else { return .otherTransport }
        if offset > start { observer.enter(.teredo, at: start) }
        return nestedIP(frame, at: offset, in: bounds, &segment, &observer)
    }
}
