import FlatMemory

extension HeaderWalk {
    /// PPPoE (RFC 2516 4): version and type 1, code 0 in a session.
    static func pppoe(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.pppoe, at: offset)
        let available = bounds.captured &- offset
        guard available >= 6 else { return observer.truncated(.pppoe, have: available, need: 6) }
        let first = Int(frame.octet(at: offset))
        guard first >> 4 == 1 else { return observer.malformed(.pppoe, field: "VER", value: first >> 4) }
        guard first & 0x0f == 1 else { return observer.malformed(.pppoe, field: "TYPE", value: first & 0x0f) }
        let code = frame.octet(at: offset &+ 1)
        guard code == 0 else { return observer.ended(.notIP, .noPacket(.pppoe, field: "CODE", value: Int(code))) }
        return ppp(frame, at: offset &+ 6, in: bounds, &segment, &observer)
    }

    /// PPP (RFC 1661), with or without HDLC-like framing (RFC 1662) and with the protocol field compressed or not.
    ///
    /// - Parameter mayBeDirected: whether the first octet may be a direction, 0 or 1, instead of the address, as in
    ///   what pppd's filter sees (LINKTYPE_PPP_PPPD). Elsewhere 0x0003 is a protocol number, of compressed headers.
    static func ppp(
        _ frame: RawSpan, mayBeDirected: Bool = false, at start: Int, in bounds: WalkBounds,
        _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        var offset = start
        let framing = bounds.captured &- offset >= 2 ? frame.bigEndian16(at: offset) : 0
        let isDirected = mayBeDirected && framing & 0xfeff == 0x0003
        observer.enter(.ppp, at: start, as: isDirected ? .directed : .usual)
        if framing == 0xff03 || isDirected { offset &+= 2 }
        guard bounds.captured &- offset >= 2 else {
            return observer.truncated(.ppp, have: bounds.captured &- offset, need: 2)
        }
        var type = UInt16(frame.octet(at: offset))
        offset &+= 1
        if type & 1 == 0 {
            type = type << 8 | UInt16(frame.octet(at: offset))
            offset &+= 1
        }
        return pppProtocol(frame, type, at: offset, in: bounds, &segment, &observer)
    }

    /// Reads what a PPP protocol number (IANA's ppp-numbers) says follows.
    private static func pppProtocol(
        _ frame: RawSpan, _ type: UInt16, at offset: Int, in outer: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        var bounds = outer
        bounds.layersLeft &-= 1
        guard bounds.layersLeft >= 0 else { return observer.ended(.malformed, .tooDeep) }
        switch type {
        case 0x0021: return ipv4(frame, at: offset, in: bounds, &segment, &observer)
        case 0x0057: return ipv6(frame, at: offset, in: bounds, &segment, &observer)
        case 0x0281, 0x0283: return mpls(frame, at: offset, in: bounds, &segment, &observer)
        case 0x002f:
            // RFC 1144 3.2.2: the header is uncompressed, but its protocol field holds a connection number.
            return ipv4(frame, at: offset, carrying: IPProtocol.tcp, in: bounds, &segment, &observer)
        case 0x0031: return bridgedPDU(frame, at: offset, in: bounds, &segment, &observer)
        case 0x003d: return multilink(frame, at: offset, in: bounds, &segment, &observer)
        // Van Jacobson's and robust header compression, encryption, compression.
        case 0x002d, 0x0003, 0x0005, 0x0053, 0x0055, 0x00fb, 0x00fd:
            return observer.ended(.concealed, .concealed(.ppp))
        default: return observer.ended(.notIP, .otherPPPProtocol(type))
        }
    }

    /// Bridging (RFC 3518 4.2): an octet with flags and the length of the padding at the end, the kind of network, and,
    /// if a flag says so, the network's number.
    private static func bridgedPDU(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.bridged, at: offset)
        let available = bounds.captured &- offset
        guard available >= 2 else { return observer.truncated(.bridged, have: available, need: 2) }
        let kind = frame.octet(at: offset &+ 1)
        let start = offset &+ (frame.octet(at: offset) & 0x40 != 0 ? 6 : 2)
        switch kind {
        case 1: return ethernet(frame, at: start, in: bounds, &segment, &observer)
        case 4: return fddi(frame, at: start, in: bounds, &segment, &observer)
        default: return observer.ended(.notIP, .noPacket(.bridged, field: "MAC Type", value: Int(kind)))
        }
    }

    /// Multilink (RFC 1990 3): only a packet that begins and ends in one fragment can be read. Whether sequence numbers
    /// have 24 or 12 bits was negotiated, so the length is assumed after which a protocol number and an IPv4 header
    /// stand.
    private static func multilink(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        let available = bounds.captured &- offset
        guard available >= 4 else { return observer.truncated(.ppp, have: available, need: 4) }
        guard frame.octet(at: offset) & 0xc0 == 0xc0 else { return observer.ended(.fragment, .laterPart(.ppp)) }
        for length in stride(from: 4, through: 2, by: -2) {
            let start = offset &+ length
            guard bounds.captured &- start >= 3 else { continue }
            let isCompressed = frame.octet(at: start) == 0x21
            guard isCompressed || frame.bigEndian16(at: start) == 0x0021,
                isPlausibleIPv4(frame, at: start &+ (isCompressed ? 1 : 2), in: bounds)
            else { continue }
            return ppp(frame, at: start, in: bounds, &segment, &observer)
        }
        if bounds.captured < bounds.end { return observer.truncated(.ppp, have: available, need: 27) }
        return observer.ended(.fragment, .laterPart(.ppp))
    }
}
