import FlatMemory

/// Tests whether octets look like a certain header (plausible), or prove to be one (proven), for places where no field
/// says what follows. A test that fails does not make the packet malformed.
extension HeaderWalk {
    static func isPlausibleIPv4(_ frame: RawSpan, at offset: Int, in bounds: WalkBounds) -> Bool {
        guard bounds.captured &- offset >= 20 else { return false }
        let first = frame.octet(at: offset)
        let headerLength = Int(first & 0x0f) &* 4
        let totalLength = Int(frame.bigEndian16(at: offset &+ 2))
        return first >> 4 == 4 && headerLength >= 20
            && (totalLength == 0 || totalLength >= headerLength && totalLength <= bounds.end &- offset)
    }

    static func isPlausibleIPv6(_ frame: RawSpan, at offset: Int, in bounds: WalkBounds) -> Bool {
        guard bounds.captured &- offset >= 40, frame.octet(at: offset) >> 4 == 6 else { return false }
        return Int(frame.bigEndian16(at: offset &+ 4)) &+ 40 <= bounds.end &- offset
    }

    static func isPlausibleEthernet(_ frame: RawSpan, at offset: Int, in bounds: WalkBounds) -> Bool {
        guard bounds.captured &- offset >= 14 else { return false }
        let type = frame.bigEndian16(at: offset &+ 12)
        return EtherDoor(rawValue: type) != nil || type == 0x0806
    }

    /// An IPv4 header whose lengths fit and whose checksum is correct. By chance the checksum alone would be so once in
    /// 65,536 times; version, header length and total length must fit besides.
    static func isProvenIPv4(_ frame: RawSpan, at offset: Int, in bounds: WalkBounds) -> Bool {
        guard isPlausibleIPv4(frame, at: offset, in: bounds) else { return false }
        let headerLength = Int(frame.octet(at: offset) & 0x0f) &* 4
        guard bounds.captured &- offset >= headerLength, frame.bigEndian16(at: offset &+ 2) > 0 else { return false }
        return IPv4Checksum.verify(in: frame, at: offset) == .correct
    }

    /// An IPv6 header, which has no checksum: its payload must reach to the end, except for the padding of a short
    /// Ethernet frame, and its next header must be a known protocol.
    static func isProvenIPv6(_ frame: RawSpan, at offset: Int, in bounds: WalkBounds) -> Bool {
        guard isPlausibleIPv6(frame, at: offset, in: bounds) else { return false }
        let rest = bounds.end &- offset &- 40 &- Int(frame.bigEndian16(at: offset &+ 4))
        guard rest <= 8, IPProtocol.name(frame.octet(at: offset &+ 6)) != nil else { return false }
        // No packet goes to the unspecified address, or comes from a multicast address.
        return frame.bigEndian64(at: offset &+ 24) | frame.bigEndian64(at: offset &+ 32) != 0
            && frame.octet(at: offset &+ 8) != 0xff
    }

    static func isProvenIP(_ frame: RawSpan, at offset: Int, in bounds: WalkBounds) -> Bool {
        isProvenIPv4(frame, at: offset, in: bounds) || isProvenIPv6(frame, at: offset, in: bounds)
    }

    /// An Ethernet header, with up to four VLAN tags, followed by a proven IP header.
    static func isProvenEthernet(_ frame: RawSpan, at offset: Int, in bounds: WalkBounds) -> Bool {
        var place = offset &+ 12
        for _ in 0..<5 {
            guard place >= 0, bounds.captured &- place >= 2 else { return false }
            switch frame.bigEndian16(at: place) {
            case EtherType.ipv4: return isProvenIPv4(frame, at: place &+ 2, in: bounds)
            case EtherType.ipv6: return isProvenIPv6(frame, at: place &+ 2, in: bounds)
            case EtherDoor.vlan.rawValue, EtherDoor.serviceVLAN.rawValue, EtherDoor.oldServiceVLAN.rawValue:
                place &+= 4
            default: return false
            }
        }
        return false
    }
}
