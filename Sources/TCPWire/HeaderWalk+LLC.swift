import FlatMemory

/// 802.2, and other headers that take the place of an EtherType where there is no Ethernet header.
extension HeaderWalk {
    /// 802.2: IP over SNAP (RFC 1042), the IP service access point itself, or a network layer protocol identifier (RFC 2684).
    static func llc(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.llc, at: offset)
        let available = bounds.captured &- offset
        guard available >= 3 else { return observer.truncated(.llc, have: available, need: 3) }
        let accessPoints = frame.bigEndian16(at: offset)
        // Unnumbered information; frames with other control octets carry no packets.
        guard frame.octet(at: offset &+ 2) == 0x03 else {
            return observer.ended(.notIP, .otherAccessPoint(frame.octet(at: offset)))
        }
        switch accessPoints {
        case 0x0606: return ipv4(frame, at: offset &+ 3, in: bounds, &segment, &observer)
        case 0xaaaa: return snap(frame, at: offset &+ 3, padding: 2, in: bounds, &segment, &observer)
        case 0xfefe:
            guard available >= 4 else { return observer.truncated(.llc, have: available, need: 4) }
            return networkProtocol(
                frame, frame.octet(at: offset &+ 3), at: offset &+ 4, in: bounds, &segment, &observer)
        default: return observer.ended(.notIP, .otherAccessPoint(frame.octet(at: offset)))
        }
    }

    /// SNAP: an organization's number, and the number of one of its protocols. 00-00-00 means that the latter is an
    /// EtherType (RFC 1042); so does 00-00-F8, which bridges write (802.1H); 00-80-C2 marks whole frames of a bridged
    /// network (RFC 2684 5.3, RFC 2427 4.2).
    ///
    /// - Parameter padding: octets of padding before a bridged frame.
    static func snap(
        _ frame: RawSpan, at offset: Int, padding: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        let available = bounds.captured &- offset
        guard available >= 5 else { return observer.truncated(.llc, have: available &+ 3, need: 8) }
        let organisation = frame.bigEndian32(at: offset) >> 8
        let type = frame.bigEndian16(at: offset &+ 3)
        switch (organisation, type) {
        case (0x000000, EtherType.least...), (0x0000f8, EtherType.least...):
            return etherType(frame, type, at: offset &+ 5, in: bounds, &segment, &observer)
        case (0x0080c2, 0x0001), (0x0080c2, 0x0007):
            return nestedFrame(
                frame, link: .ethernet, at: offset &+ 5 &+ padding, in: bounds, &segment, &observer)
        case (0x0080c2, 0x0004), (0x0080c2, 0x000a):
            // RFC 2684 pads these frames so that the frame control octet ends at a multiple of four.
            return nestedFrame(
                frame, link: LinkType(LinkDoor.fddi), at: offset &+ 5 &+ (padding > 0 ? 3 : 0), in: bounds, &segment,
                &observer)
        default: return observer.ended(.notIP, .otherEtherType(type))
        }
    }

    /// A network layer protocol identifier (ISO/IEC TR 9577) as RFC 2427 and RFC 2684 use it.
    static func networkProtocol(
        _ frame: RawSpan, _ number: UInt8, at offset: Int, in outer: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        var bounds = outer
        bounds.layersLeft &-= 1
        guard bounds.layersLeft >= 0 else { return observer.ended(.malformed, .tooDeep) }
        switch number {
        case 0x80: return snap(frame, at: offset, padding: 0, in: bounds, &segment, &observer)
        case 0x8e: return ipv6(frame, at: offset, in: bounds, &segment, &observer)
        case 0xcc: return ipv4(frame, at: offset, in: bounds, &segment, &observer)
        case 0xcf: return ppp(frame, at: offset, in: bounds, &segment, &observer)
        case 0xb1:
            // FRF.12: with B and E both set the frame is whole, and its control octet and protocol identifier follow.
            let available = bounds.captured &- offset
            guard available >= 4 else { return observer.truncated(.frameRelay, have: available, need: 4) }
            guard frame.octet(at: offset) & 0xc0 == 0xc0, frame.octet(at: offset &+ 2) == 0x03 else {
                return observer.ended(.fragment, .laterPart(.frameRelay))
            }
            return networkProtocol(
                frame, frame.octet(at: offset &+ 3), at: offset &+ 4, in: bounds, &segment, &observer)
        default: return observer.ended(.notIP, .otherNetworkProtocol(number))
        }
    }
}
