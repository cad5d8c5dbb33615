import FlatMemory

extension HeaderWalk {
    /// MPLS (RFC 3032), at most sixteen labels. It does not say what it carries, so the payload is read as what it
    /// proves to be, or else as what it looks like: an IP header; or Ethernet, directly or after a pseudo-wire control
    /// word (RFC 4385), which begins with a zero nibble.
    static func mpls(
        _ frame: RawSpan, at start: Int, in outer: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.mpls, at: start)
        var bounds = outer
        bounds.layersLeft &-= 1
        guard bounds.layersLeft >= 0 else { return observer.ended(.malformed, .tooDeep) }
        var offset = start
        var labelsLeft = 16
        while true {
            let available = bounds.captured &- offset
            guard available >= 4 else { return observer.truncated(.mpls, have: available, need: 4) }
            let isBottom = frame.octet(at: offset &+ 2) & 1 == 1
            offset &+= 4
            if isBottom { break }
            labelsLeft &-= 1
            guard labelsLeft > 0 else { return observer.ended(.malformed, .tooDeep) }
        }
        guard offset < bounds.captured else { return observer.truncated(.mpls, have: 0, need: 1) }
        switch payloadOfLabels(frame, at: offset, in: bounds) {
        case .ipv4: return ipv4(frame, at: offset, in: bounds, &segment, &observer)
        case .ipv6: return ipv6(frame, at: offset, in: bounds, &segment, &observer)
        case .ethernet: return ethernet(frame, at: offset, in: bounds, &segment, &observer)
        case .controlWord:
            observer.enter(.pseudowire, at: offset)
            return ethernet(frame, at: offset &+ 4, in: bounds, &segment, &observer)
        case .unknown:
            return observer.ended(.notIP, .noPacket(.mpls, field: "first octet", value: Int(frame.octet(at: offset))))
        }
    }

    /// Proof is tried before mere plausibility: an Ethernet address may begin like an IP header, or with a zero nibble
    /// like a control word.
    private static func payloadOfLabels(_ frame: RawSpan, at offset: Int, in bounds: WalkBounds) -> LabelPayload {
        let hasZeroNibble = frame.octet(at: offset) >> 4 == 0
        if isProvenIPv4(frame, at: offset, in: bounds) { return .ipv4 }
        if isProvenEthernet(frame, at: offset, in: bounds) { return .ethernet }
        if hasZeroNibble, isProvenEthernet(frame, at: offset &+ 4, in: bounds) { return .controlWord }
        if isPlausibleIPv4(frame, at: offset, in: bounds) { return .ipv4 }
        if isPlausibleIPv6(frame, at: offset, in: bounds) { return .ipv6 }
        if isPlausibleEthernet(frame, at: offset, in: bounds) { return .ethernet }
        if hasZeroNibble, isPlausibleEthernet(frame, at: offset &+ 4, in: bounds) { return .controlWord }
        return .unknown
    }
}

private enum LabelPayload { case ipv4, ipv6, ethernet, controlWord, unknown }
