import FlatMemory

/// Where nothing says what follows, whether it looks like a header. A guess that fails is not an error of the packet.
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
        return EtherType.name(frame.bigEndian16(at: offset &+ 12)) != nil
    }
}
