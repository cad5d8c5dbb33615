import FlatMemory

/// Tunnels over UDP. A port is no proof of a tunnel: each tunnel is recognized by the bits of its header and by what it
/// carries, and what cannot be read as one is an ordinary datagram.
extension HeaderWalk {
    /// Reads a datagram's payload. For tunnels whose answers come from the tunnel's port, the source port counts as
    /// well as the destination port.
    static func datagram(
        _ frame: RawSpan, from source: UInt16, to destination: UInt16, at offset: Int, in outer: WalkBounds,
        _ segment: inout SegmentHeader, _ observer: inout Observer
    ) -> PacketVerdict {
        guard let door = TunnelDoor(rawValue: destination) ?? TunnelDoor.ofAnswers(from: source) else {
            return teredoElsewhere(frame, at: offset, in: outer, &segment, &observer)
        }
        var bounds = outer
        bounds.layersLeft &-= 1
        guard bounds.layersLeft >= 0 else { return observer.ended(.malformed, .tooDeep) }
        switch door {
        case .vxlan, .oldVXLAN:
            return vxlan(frame, isOld: door == .oldVXLAN, at: offset, in: bounds, &segment, &observer)
        case .vxlanGPE: return vxlanGPE(frame, at: offset, in: bounds, &segment, &observer)
        case .geneve: return geneve(frame, at: offset, in: bounds, &segment, &observer)
        case .gre: return greInUDP(frame, at: offset, in: bounds, &segment, &observer)
        case .gtp: return gtp(frame, at: offset, in: bounds, &segment, &observer)
        case .oldGTP: return oldGTP(frame, at: offset, in: bounds, &segment, &observer)
        case .teredo: return teredo(frame, at: offset, in: bounds, &segment, &observer)
        case .l2tp: return l2tp(frame, at: offset, in: bounds, &segment, &observer)
        case .capwap: return capwap(frame, at: offset, in: bounds, &segment, &observer)
        case .lisp: return lisp(frame, at: offset, in: bounds, &segment, &observer)
        case .tzsp:
            guard bounds.captured &- offset >= 5, frame.octet(at: offset) == 1 else { return .otherTransport }
            return tzsp(frame, at: offset, in: bounds, &segment, &observer)
        case .mpls: return mplsInUDP(frame, at: offset, in: bounds, &segment, &observer)
        case .gue: return gue(frame, at: offset, in: bounds, &segment, &observer)
        case .ayiya: return ayiya(frame, at: offset, in: bounds, &segment, &observer)
        case .natTraversal: return espInUDP(frame, at: offset, in: bounds, &segment, &observer)
        }
    }

    /// VXLAN (RFC 7348 5): the bit I must be set. On Linux's old port, which another protocol uses too, every reserved
    /// bit must be zero besides, and the frame must prove to carry IP.
    private static func vxlan(
        _ frame: RawSpan, isOld: Bool, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        guard bounds.captured &- offset >= 8 else { return .otherTransport }
        let flags = frame.octet(at: offset)
        guard flags & 0x08 != 0 else { return .otherTransport }
        // The bit P of VXLAN-GPE; some senders use it on VXLAN's own port.
        if flags & 0x04 != 0 { return vxlanGPE(frame, at: offset, in: bounds, &segment, &observer) }
        if isOld {
            guard frame.bigEndian32(at: offset) == 0x0800_0000, frame.octet(at: offset &+ 7) == 0,
                isProvenEthernet(frame, at: offset &+ 8, in: bounds)
            else { return .otherTransport }
        }
        observer.enter(.vxlan, at: offset)
        segment.network = frame.bigEndian32(at: offset &+ 4) >> 8
        return ethernet(frame, at: offset &+ 8, in: bounds, &segment, &observer)
    }

    /// VXLAN's protocol extension (draft-ietf-nvo3-vxlan-gpe 3): version 0, the bit I set, and not an operation and
    /// maintenance packet. It carries Ethernet where the bit P is clear.
    private static func vxlanGPE(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        guard bounds.captured &- offset >= 8 else { return .otherTransport }
        let flags = frame.octet(at: offset)
        guard flags & 0x30 == 0, flags & 0x08 != 0, flags & 0x01 == 0 else { return .otherTransport }
        observer.enter(.vxlanGPE, at: offset)
        segment.network = frame.bigEndian32(at: offset &+ 4) >> 8
        let next = flags & 0x04 != 0 ? frame.octet(at: offset &+ 3) : 3
        return protocolOfGPE(frame, next, of: .vxlanGPE, at: offset &+ 8, in: bounds, &segment, &observer)
    }

    /// Geneve (RFC 8926 3.4): version 0, not a control packet, and an EtherType that can be opened.
    private static func geneve(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        let available = bounds.captured &- offset
        guard available >= 8, frame.octet(at: offset) >> 6 == 0, frame.octet(at: offset &+ 1) & 0x80 == 0,
            EtherDoor(rawValue: frame.bigEndian16(at: offset &+ 2)) != nil
        else { return .otherTransport }
        observer.enter(.geneve, at: offset)
        segment.network = frame.bigEndian32(at: offset &+ 4) >> 8
        let length = 8 &+ Int(frame.octet(at: offset) & 0x3f) &* 4
        guard available >= length else { return observer.truncated(.geneve, have: available, need: length) }
        return etherType(
            frame, frame.bigEndian16(at: offset &+ 2), at: offset &+ length, in: bounds, &segment, &observer)
    }

    /// GRE in UDP (RFC 8086): version 0 and no source route, which rules out datagrams of text, and a type that can be
    /// opened.
    static func greInUDP(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        guard bounds.captured &- offset >= 4, frame.bigEndian16(at: offset) & 0x4fff == 0 else {
            return .otherTransport
        }
        let type = frame.bigEndian16(at: offset &+ 2)
        guard EtherDoor(rawValue: type) != nil || GREDoor(type: type) != nil else { return .otherTransport }
        return gre(frame, at: offset, in: bounds, &segment, &observer)
    }

    /// Teredo (RFC 4380): authentication and origin indications, then an IPv6 packet that must fill the rest of the
    /// datagram.
    private static func teredo(
        _ frame: RawSpan, at start: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        guard let offset = teredoPacket(frame, at: start, in: bounds) else { return .otherTransport }
        if offset > start { observer.enter(.teredo, at: start) }
        return nestedIP(frame, at: offset, in: bounds, &segment, &observer)
    }

    /// Teredo between ports that its clients have chosen: an IPv6 packet that fills the datagram, one of whose
    /// addresses is Teredo's (2001::/32, RFC 4380 2.6).
    private static func teredoElsewhere(
        _ frame: RawSpan, at start: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        guard bounds.captured &- start >= 40 else { return .otherTransport }
        let first = frame.octet(at: start)
        guard first >> 4 == 6 || first == 0, let offset = teredoPacket(frame, at: start, in: bounds),
            frame.bigEndian32(at: offset &+ 8) == 0x2001_0000 || frame.bigEndian32(at: offset &+ 24) == 0x2001_0000
        else { return .otherTransport }
        return teredo(frame, at: start, in: bounds, &segment, &observer)
    }

    private static func teredoPacket(_ frame: RawSpan, at start: Int, in bounds: WalkBounds) -> Int? {
        var offset = start
        if bounds.captured &- offset >= 4, frame.bigEndian16(at: offset) == 0x0001 {
            offset &+= 13 &+ Int(frame.octet(at: offset &+ 2)) &+ Int(frame.octet(at: offset &+ 3))
        }
        if bounds.captured &- offset >= 8, frame.bigEndian16(at: offset) == 0x0000 { offset &+= 8 }
        guard isPlausibleIPv6(frame, at: offset, in: bounds),
            Int(frame.bigEndian16(at: offset &+ 4)) &+ 40 == bounds.end &- offset
        else { return nil }
        return offset
    }
}
