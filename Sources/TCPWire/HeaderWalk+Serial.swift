import FlatMemory

/// Serial links: PPP in its types, Cisco HDLC, Frame Relay, SLIP.
extension HeaderWalk {
    static func serial(
        _ frame: RawSpan, link: LinkDoor, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        var start = offset
        switch link {
        case .pppWithDirection, .ciscoHDLCWithDirection, .frameRelayWithDirection:
            observer.enter(.direction, at: offset)
            guard bounds.captured > offset else { return observer.truncated(.direction, have: 0, need: 1) }
            start &+= 1
        case .slip, .slipBSDOS:
            // One octet for the direction, then fifteen octets of the header as it was compressed on the line.
            observer.enter(.slip, at: offset)
            let available = bounds.captured &- offset
            guard available >= 16 else { return observer.truncated(.slip, have: available, need: 16) }
            return rawIP(frame, at: offset &+ 16, in: bounds, &segment, &observer)
        default: break
        }
        switch link {
        case .ciscoHDLC, .netBSDHDLC, .hdlcNetBSD, .ciscoHDLCWithDirection:
            return ciscoHDLC(frame, at: start, in: bounds, &segment, &observer)
        case .frameRelay, .frameRelayWithDirection:
            return frameRelay(frame, at: start, in: bounds, &segment, &observer)
        case .pppEther: return pppoe(frame, at: start, in: bounds, &segment, &observer)
        case .mpls: return mpls(frame, at: start, in: bounds, &segment, &observer)
        case .pppd: return ppp(frame, mayBeDirected: true, at: start, in: bounds, &segment, &observer)
        default: return hdlc(frame, at: start, in: bounds, &segment, &observer)
        }
    }

    /// Frames of a serial line: PPP, or Cisco HDLC, whose address octet is 0x0f for unicast and 0x8f for broadcast.
    private static func hdlc(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        if isCiscoHDLC(frame, at: offset, in: bounds) {
            return ciscoHDLC(frame, at: offset, in: bounds, &segment, &observer)
        }
        return ppp(frame, at: offset, in: bounds, &segment, &observer)
    }

    private static func isCiscoHDLC(_ frame: RawSpan, at offset: Int, in bounds: WalkBounds) -> Bool {
        bounds.captured &- offset >= 4 && frame.bigEndian16(at: offset) & 0x7fff == 0x0f00
            && EtherType.name(frame.bigEndian16(at: offset &+ 2)) != nil
    }

    /// A serial frame of unknown kind. Its first octets decide between PPP and Cisco HDLC; any other frame is read as
    /// Frame Relay.
    static func serialFrame(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        let available = bounds.captured &- offset
        guard available >= 4 else { return observer.truncated(.frameRelay, have: available, need: 4) }
        if isCiscoHDLC(frame, at: offset, in: bounds) {
            return ciscoHDLC(frame, at: offset, in: bounds, &segment, &observer)
        }
        if bounds.captured &- offset >= 2, frame.bigEndian16(at: offset) == 0xff03 {
            return ppp(frame, at: offset, in: bounds, &segment, &observer)
        }
        return frameRelay(frame, at: offset, in: bounds, &segment, &observer)
    }

    /// Cisco HDLC (RFC 1547 4.3.1): an address, a control octet, an EtherType.
    static func ciscoHDLC(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.ciscoHDLC, at: offset)
        let available = bounds.captured &- offset
        guard available >= 4 else { return observer.truncated(.ciscoHDLC, have: available, need: 4) }
        let type = frame.bigEndian16(at: offset &+ 2)
        guard type >= EtherType.least else { return observer.ended(.notIP, .otherEtherType(type)) }
        return etherType(frame, type, at: offset &+ 4, in: bounds, &segment, &observer)
    }

    /// Frame Relay (ITU-T Q.922): an address of two to four octets, then either the control octet, padding and protocol
    /// identifier of RFC 2427, or an EtherType, as Cisco writes it.
    static func frameRelay(
        _ frame: RawSpan, at start: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.frameRelay, at: start)
        var length = 0
        // The lowest bit is 1 only in the last octet of the address, which is never the first.
        while true {
            guard bounds.captured &- start > length else {
                return observer.truncated(.frameRelay, have: bounds.captured &- start, need: length &+ 1)
            }
            let isLast = frame.octet(at: start &+ length) & 1 == 1
            length &+= 1
            if isLast { break }
            guard length < 4 else { return observer.malformed(.frameRelay, field: "EA", value: 0) }
        }
        guard length >= 2 else { return observer.malformed(.frameRelay, field: "EA", value: 1) }
        var offset = start &+ length
        guard bounds.captured &- offset >= 2 else {
            return observer.truncated(.frameRelay, have: bounds.captured &- start, need: length &+ 2)
        }
        guard frame.octet(at: offset) == 0x03 else {
            let type = frame.bigEndian16(at: offset)
            guard type >= EtherType.least else { return observer.ended(.notIP, .otherEtherType(type)) }
            return etherType(frame, type, at: offset &+ 2, in: bounds, &segment, &observer)
        }
        offset &+= 1
        if frame.octet(at: offset) == 0 { offset &+= 1 }
        guard bounds.captured > offset else {
            return observer.truncated(.frameRelay, have: bounds.captured &- start, need: offset &+ 1 &- start)
        }
        return networkProtocol(frame, frame.octet(at: offset), at: offset &+ 1, in: bounds, &segment, &observer)
    }
}
