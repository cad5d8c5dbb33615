import FlatMemory

/// Tags that stand between an Ethernet header and the EtherType of its payload, and headers around a whole Ethernet
/// frame.
extension HeaderWalk {
    /// - Parameter offset: the first octet after the tag's own EtherType.
    static func tag(
        _ frame: RawSpan, _ door: EtherDoor, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        let layer: HeaderLayer
        let length: Int
        switch door {
        case .eTag: (layer, length) = (.eTag, 8)
        case .vnTag: (layer, length) = (.vnTag, 6)
        case .hsr: (layer, length) = (.hsr, 6)
        case .redundancyTag: (layer, length) = (.redundancyTag, 6)
        case .congestionNotification: (layer, length) = (.congestionTag, 4)
        case .marvellTag: (layer, length) = (.switchTag, 8)
        case .ciscoMetadata: return ciscoMetadata(frame, at: offset, in: bounds, &segment, &observer)
        default: return macsec(frame, at: offset, in: bounds, &segment, &observer)
        }
        return fixedTag(frame, layer, length, at: offset, in: bounds, &segment, &observer)
    }

    /// Reads a header of `length` octets, the last two of which are the EtherType of what follows.
    static func fixedTag(
        _ frame: RawSpan, _ layer: HeaderLayer, _ length: Int, at offset: Int, in bounds: WalkBounds,
        _ segment: inout SegmentHeader, _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(layer, at: offset)
        let available = bounds.captured &- offset
        guard available >= length else { return observer.truncated(layer, have: available, need: length) }
        let end = offset &+ length
        return etherType(frame, frame.bigEndian16(at: end &- 2), at: end, in: bounds, &segment, &observer)
    }

    /// Cisco's security group tag: a version, a length in words of four octets, options, an EtherType.
    private static func ciscoMetadata(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        let available = bounds.captured &- offset
        guard available >= 2 else { return observer.truncated(.ciscoMetadata, have: available, need: 2) }
        let version = frame.octet(at: offset)
        guard version == 1 else {
            return observer.malformed(.ciscoMetadata, field: "Version", value: Int(version))
        }
        let length = 4 &+ Int(frame.octet(at: offset &+ 1)) &* 4
        return fixedTag(frame, .ciscoMetadata, length, at: offset, in: bounds, &segment, &observer)
    }

    /// MACsec (IEEE 802.1AE 9.3). With the bits E (encryption) and C (changed text) clear, the user data is unchanged:
    /// it begins with its EtherType, and the integrity check value comes after it.
    private static func macsec(
        _ frame: RawSpan, at offset: Int, in outer: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.macsec, at: offset)
        let available = outer.captured &- offset
        guard available >= 6 else { return observer.truncated(.macsec, have: available, need: 6) }
        let control = frame.octet(at: offset)
        guard control & 0x80 == 0 else { return observer.malformed(.macsec, field: "V", value: 1) }
        guard control & 0x0c == 0 else { return observer.ended(.concealed, .concealed(.macsec)) }
        let start = offset &+ (control & 0x20 != 0 ? 14 : 6)
        guard outer.captured &- start >= 2 else {
            return observer.truncated(.macsec, have: available, need: start &+ 2 &- offset)
        }
        var bounds = outer
        // The short length counts the user data if it has fewer than 48 octets; everything after it is the check value.
        let short = Int(frame.octet(at: offset &+ 1) & 0x3f)
        let end = short > 0 ? start &+ short : outer.end &- 16
        if end > start &+ 2, end < outer.end { bounds = outer.narrowed(to: end) }
        return etherType(frame, frame.bigEndian16(at: start), at: start &+ 2, in: bounds, &segment, &observer)
    }

    /// The I-tag of backbone bridges (802.1ah), FabricPath, TRILL (RFC 6325 3): a whole Ethernet frame follows them.
    static func bridgedFrame(
        _ frame: RawSpan, _ door: EtherDoor, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        let available = bounds.captured &- offset
        let layer: HeaderLayer
        var length: Int
        switch door {
        case .providerBackbone: (layer, length) = (.providerBackbone, 4)
        case .fabricPath: (layer, length) = (.fabricPath, 2)
        default: (layer, length) = (.trill, 6)
        }
        observer.enter(layer, at: offset)
        guard available >= length else { return observer.truncated(layer, have: available, need: length) }
        if layer == .trill {
            let first = frame.bigEndian16(at: offset)
            guard first >> 14 == 0 else { return observer.malformed(.trill, field: "V", value: Int(first >> 14)) }
            length &+= Int(first >> 6 & 0x1f) &* 4
            guard available >= length else { return observer.truncated(.trill, have: available, need: length) }
        }
        return ethernet(frame, at: offset &+ length, in: bounds, &segment, &observer)
    }

    /// The network service header (RFC 8300 2): version 0, a length that the metadata type allows, and not an operation
    /// and maintenance packet.
    static func nsh(
        _ frame: RawSpan, at offset: Int, in outer: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.nsh, at: offset)
        let available = outer.captured &- offset
        guard available >= 8 else { return observer.truncated(.nsh, have: available, need: 8) }
        let first = frame.bigEndian32(at: offset)
        let length = Int(first >> 16 & 0x3f) &* 4
        let metadata = first >> 8 & 0x0f
        guard first >> 30 == 0 else { return observer.malformed(.nsh, field: "Ver", value: Int(first >> 30)) }
        guard length >= 8, metadata != 1 || length == 24 else {
            return observer.malformed(.nsh, field: "Length", value: length / 4)
        }
        guard first & 0x2000_0000 == 0 else {
            return observer.ended(.otherTransport, .noPacket(.nsh, field: "O", value: 1))
        }
        guard available >= length else { return observer.truncated(.nsh, have: available, need: length) }
        return protocolOfGPE(
            frame, UInt8(truncatingIfNeeded: first), of: .nsh, at: offset &+ length, in: outer, &segment, &observer)
    }

    /// Reads what NSH, VXLAN-GPE and LISP-GPE say follows; they share one numbering (RFC 8300 2.2,
    /// draft-ietf-nvo3-vxlan-gpe 3.2).
    static func protocolOfGPE(
        _ frame: RawSpan, _ next: UInt8, of layer: HeaderLayer, at offset: Int, in outer: WalkBounds,
        _ segment: inout SegmentHeader, _ observer: inout Observer
    ) -> PacketVerdict {
        var bounds = outer
        bounds.layersLeft &-= 1
        guard bounds.layersLeft >= 0 else { return observer.ended(.malformed, .tooDeep) }
        switch next {
        case 1: return ipv4(frame, at: offset, in: bounds, &segment, &observer)
        case 2: return ipv6(frame, at: offset, in: bounds, &segment, &observer)
        case 3: return ethernet(frame, at: offset, in: bounds, &segment, &observer)
        case 4: return nsh(frame, at: offset, in: bounds, &segment, &observer)
        case 5: return mpls(frame, at: offset, in: bounds, &segment, &observer)
        default:
            return observer.ended(.otherTransport, .noPacket(layer, field: "Next Protocol", value: Int(next)))
        }
    }
}
