import FlatMemory

/// Tunnels of whole frames: L2TP, CAPWAP, TZSP.
extension HeaderWalk {
    /// L2TP over UDP. Version 2 (RFC 2661 3.1): a data message whose reserved bits are zero and whose length, if it has
    /// one, fits into the datagram; then PPP. Version 3 (RFC 3931 4.1.2): a data message without flags; after its first
    /// four octets what ``l2tp3Session`` reads.
    static func l2tp(
        _ frame: RawSpan, at start: Int, in outer: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        guard outer.captured &- start >= 8 else { return .otherTransport }
        let flags = frame.bigEndian16(at: start)
        guard flags & 0x8000 == 0 else { return .otherTransport }
        if flags & 0x000f == 3 {
            guard flags == 0x0003 else { return .otherTransport }
            return l2tp3Session(frame, header: start, at: start &+ 4, in: outer, &segment, &observer)
        }
        guard flags & 0x34ff == 0x0002 else { return .otherTransport }
        var bounds = outer
        var offset = start &+ 2
        if flags & 0x4000 != 0 {
            let end = start &+ Int(frame.bigEndian16(at: offset))
            guard end <= outer.end, end > start &+ 8 else { return .otherTransport }
            bounds = outer.narrowed(to: end)
            offset &+= 2
        }
        offset &+= 4
        if flags & 0x0800 != 0 { offset &+= 4 }
        if flags & 0x0200 != 0 {
            guard bounds.captured &- offset >= 2 else { return .otherTransport }
            offset &+= 2 &+ Int(frame.bigEndian16(at: offset))
        }
        guard bounds.captured &- offset >= 2 else { return .otherTransport }
        observer.enter(.l2tp, at: start)
        let verdict = ppp(frame, at: offset, in: bounds, &segment, &observer)
        switch verdict {
        // A PPP protocol number alone proves nothing: L2TP's length, PPP's framing or an IP header after it must
        // confirm it.
        case .concealed, .fragment:
            let isProven =
                flags & 0x4000 != 0 || frame.bigEndian16(at: offset) == 0xff03 || Int(segment.ipOffset) > start
            return isProven ? verdict : .otherTransport
        default: return verdict
        }
    }

    /// L2TP version 3 over IP (RFC 3931 4.1.1): it begins with a session ID, which is 0 for control messages.
    static func l2tp3(
        _ frame: RawSpan, at start: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        let verdict = l2tp3Session(frame, header: start, at: start, in: bounds, &segment, &observer)
        return verdict == .otherTransport
            ? observer.ended(.otherTransport, .otherProtocol(IPProtocol.l2tp)) : verdict
    }

    /// Data of a session of L2TP version 3. The two ends have agreed on a cookie of 0, 4 or 8 octets, on a sublayer
    /// header of 0 or 4, and on the kind of payload, and no packet states them: so every offset and kind is tried, and
    /// the first that proves to hold an IP packet counts.
    private static func l2tp3Session(
        _ frame: RawSpan, header: Int, at start: Int, in outer: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        var bounds = outer
        bounds.layersLeft &-= 1
        guard bounds.layersLeft >= 0 else { return observer.ended(.malformed, .tooDeep) }
        guard bounds.captured &- start >= 8, frame.bigEndian32(at: start) != 0 else { return .otherTransport }
        for skipped in stride(from: 0, through: 12, by: 4) {
            let offset = start &+ 4 &+ skipped
            if isProvenEthernet(frame, at: offset, in: bounds) {
                observer.enter(.l2tp3, at: header, as: header < start ? .overUDP : .usual)
                return ethernet(frame, at: offset, in: bounds, &segment, &observer)
            }
            if isProvenIP(frame, at: offset, in: bounds) {
                observer.enter(.l2tp3, at: header, as: header < start ? .overUDP : .usual)
                return nestedIP(frame, at: offset, in: bounds, &segment, &observer)
            }
            if isProvenPPP(frame, at: offset, in: bounds) {
                observer.enter(.l2tp3, at: header, as: header < start ? .overUDP : .usual)
                return ppp(frame, at: offset, in: bounds, &segment, &observer)
            }
            if isProvenSerial(frame, at: offset, in: bounds) {
                observer.enter(.l2tp3, at: header, as: header < start ? .overUDP : .usual)
                return serialFrame(frame, at: offset, in: bounds, &segment, &observer)
            }
        }
        return .otherTransport
    }

    /// Whether PPP with a proven IP packet in it begins at `start`.
    private static func isProvenPPP(_ frame: RawSpan, at start: Int, in bounds: WalkBounds) -> Bool {
        guard bounds.captured &- start >= 4 else { return false }
        let offset = start &+ (frame.bigEndian16(at: start) == 0xff03 ? 2 : 0)
        guard bounds.captured &- offset >= 2 else { return false }
        let type = frame.bigEndian16(at: offset)
        return (type == 0x0021 || type == 0x0057) && isProvenIP(frame, at: offset &+ 2, in: bounds)
    }

    /// Whether Cisco HDLC or Frame Relay with a proven IP packet in it begins at `start`.
    private static func isProvenSerial(_ frame: RawSpan, at start: Int, in bounds: WalkBounds) -> Bool {
        guard bounds.captured &- start >= 4 else { return false }
        let type = frame.bigEndian16(at: start &+ 2)
        return (type == EtherType.ipv4 || type == EtherType.ipv6 || type == 0x03cc || type == 0x038e)
            && isProvenIP(frame, at: start &+ 4, in: bounds)
    }

    /// CAPWAP's data (RFC 5415 4.3): version 0, no keep-alive, a sound header length, and the first fragment. With the
    /// bit T set the payload is a frame of the wireless binding, 802.11 for binding 1; otherwise it is an 802.3 frame.
    /// DTLS is recognized, but encrypted. A later fragment can be recognized by its header alone, so its binding must
    /// be 802.11, and its header may be longer than eight octets only with the bit W or M, which announce the optional
    /// fields.
    static func capwap(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        guard bounds.captured &- offset >= 8 else { return .otherTransport }
        let first = frame.bigEndian32(at: offset)
        guard first >> 28 == 0 else { return .otherTransport }
        if first >> 24 == 1 {
            guard isDTLS(frame, at: offset &+ 4, in: bounds) else { return .otherTransport }
            observer.enter(.capwap, at: offset)
            return observer.ended(.concealed, .concealed(.capwap))
        }
        let length = Int(first >> 19 & 0x1f) &* 4
        let binding = first >> 9 & 0x1f
        let isNative = first & 0x100 != 0
        let fragment = frame.bigEndian32(at: offset &+ 4)
        guard first >> 24 == 0, length >= 8, first & 0x0f == 0, fragment & 0x07 == 0,
            bounds.captured &- offset > length
        else { return .otherTransport }
        guard first & 0x80 == 0 || fragment & 0xfff8 == 0 else {
            guard binding == 1, length == 8 || first & 0x30 != 0 else { return .otherTransport }
            observer.enter(.capwap, at: offset)
            return observer.ended(.fragment, .laterPart(.capwap))
        }
        let start = offset &+ length
        guard isNative else {
            guard isPlausibleEthernet(frame, at: start, in: bounds) else { return .otherTransport }
            observer.enter(.capwap, at: offset)
            return ethernet(frame, at: start, in: bounds, &segment, &observer)
        }
        guard binding == 1 else { return .otherTransport }
        observer.enter(.capwap, at: offset)
        return tunnelledWireless(frame, at: start, in: bounds, &segment, &observer)
    }

    private static func isDTLS(_ frame: RawSpan, at offset: Int, in bounds: WalkBounds) -> Bool {
        bounds.captured &- offset >= 3 && (20...25).contains(frame.octet(at: offset))
            && frame.octet(at: offset &+ 1) == 0xfe
    }

    /// An 802.11 frame from an access point. Those of Cisco exchange the two octets of Frame Control: the frame is read
    /// that way only where LLC then follows the 802.11 header, and would not follow it in the usual order.
    static func tunnelledWireless(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        guard bounds.captured &- offset >= 32 else {
            return wireless(frame, at: offset, in: bounds, &segment, &observer)
        }
        let first = frame.octet(at: offset)
        let second = frame.octet(at: offset &+ 1)
        guard !isOpenData(frame, first, second, at: offset, in: bounds),
            isOpenData(frame, second, first, at: offset, in: bounds)
        else { return wireless(frame, at: offset, in: bounds, &segment, &observer) }
        observer.enter(.wireless, at: offset, as: .exchanged)
        return llc(
            frame, at: offset &+ wirelessHeaderLength(second, first), in: bounds, &segment, &observer)
    }

    private static func isOpenData(
        _ frame: RawSpan, _ control: UInt8, _ flags: UInt8, at offset: Int, in bounds: WalkBounds
    ) -> Bool {
        control & 0x4f == 0x08 && flags & 0x40 == 0
            && isSNAP(frame, at: offset &+ wirelessHeaderLength(control, flags), in: bounds)
    }

    private static func wirelessHeaderLength(_ control: UInt8, _ flags: UInt8) -> Int {
        let hasQoS = control & 0x80 != 0
        return (flags & 3 == 3 ? 30 : 24) &+ (hasQoS ? 2 : 0) &+ (hasQoS && flags & 0x80 != 0 ? 4 : 0)
    }

    /// TZSP: version 1, a type (0: a received frame, 1: a frame to be sent), the kind of frame, at most 64 tags up to
    /// the end tag, and the frame. It occurs as a link type of capture files too.
    static func tzsp(
        _ frame: RawSpan, at start: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.tzsp, at: start)
        let available = bounds.captured &- start
        guard available >= 5 else { return observer.truncated(.tzsp, have: available, need: 5) }
        let version = Int(frame.octet(at: start))
        let type = Int(frame.octet(at: start &+ 1))
        guard version == 1 else {
            return observer.ended(.notIP, .noPacket(.tzsp, field: "Version", value: version))
        }
        guard type <= 1 else { return observer.ended(.notIP, .noPacket(.tzsp, field: "Type", value: type)) }
        let link: LinkType
        switch frame.bigEndian16(at: start &+ 2) {
        case 1: link = .ethernet
        case 18: link = LinkType(LinkDoor.wireless)
        case 119: link = .prism
        case 127: link = LinkType(LinkDoor.avs)
        case let other:
            return observer.ended(.notIP, .noPacket(.tzsp, field: "Encapsulates", value: Int(other)))
        }
        var offset = start &+ 4
        for _ in 0..<64 {
            guard bounds.captured > offset else {
                return observer.truncated(.tzsp, have: available, need: offset &+ 1 &- start)
            }
            let tag = frame.octet(at: offset)
            offset &+= 1
            if tag == 1 { return nestedFrame(frame, link: link, at: offset, in: bounds, &segment, &observer) }
            guard tag != 0 else { continue }
            guard bounds.captured > offset else {
                return observer.truncated(.tzsp, have: available, need: offset &+ 1 &- start)
            }
            offset &+= 1 &+ Int(frame.octet(at: offset))
        }
        return observer.malformed(.tzsp, field: "Tag", value: 0)
    }
}
