import FlatMemory

extension HeaderWalk {
    static func ipv4(
        _ frame: RawSpan, at offset: Int, in outer: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.ipv4, at: offset)
        let available = outer.captured &- offset
        guard available >= 20 else { return observer.truncated(.ipv4, have: available, need: 20) }
        let first = frame.octet(at: offset)
        let headerLength = Int(first & 0x0f) &* 4
        guard first >> 4 == 4 else {
            return observer.malformed(.ipv4, field: "Version", value: Int(first >> 4))
        }
        guard headerLength >= 20 else {
            return observer.malformed(.ipv4, field: "IHL", value: Int(first & 0x0f))
        }
        guard available >= headerLength else {
            return observer.truncated(.ipv4, have: available, need: headerLength)
        }
        let totalLength = Int(frame.bigEndian16(at: offset &+ 2))
        // Segmentation offload leaves 0 in packets of 64 KiB and more: there the frame's own length is all there is.
        let packetEnd = totalLength == 0 ? outer.end : offset &+ totalLength
        guard packetEnd &- offset >= headerLength else {
            return observer.malformed(.ipv4, field: "Total Length", value: totalLength)
        }
        var bounds = outer.narrowed(to: packetEnd)
        bounds.tunnelDepth &+= 1

        segment.source = IPAddress(ipv4: frame.bigEndian32(at: offset &+ 12))
        segment.destination = IPAddress(ipv4: frame.bigEndian32(at: offset &+ 16))
        segment.ipOffset = UInt32(truncatingIfNeeded: offset)
        segment.hopLimit = frame.octet(at: offset &+ 8)
        segment.trafficClass = frame.octet(at: offset &+ 1)
        segment.identification = UInt32(frame.bigEndian16(at: offset &+ 4))
        segment.tunnelDepth = outer.tunnelDepth
        let fragment = frame.bigEndian16(at: offset &+ 6)
        guard fragment & 0x1fff == 0 else { return observer.ended(.fragment, .laterFragment) }
        segment.isFirstFragment = fragment & 0x2000 != 0

        return transport(
            frame, frame.octet(at: offset &+ 9), at: offset &+ headerLength, in: bounds, &segment, &observer)
    }

    static func ipv6(
        _ frame: RawSpan, at offset: Int, in outer: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.ipv6, at: offset)
        let available = outer.captured &- offset
        guard available >= 40 else { return observer.truncated(.ipv6, have: available, need: 40) }
        let first = frame.bigEndian16(at: offset)
        guard first >> 12 == 6 else {
            return observer.malformed(.ipv6, field: "Version", value: Int(first >> 12))
        }
        let payloadLength = Int(frame.bigEndian16(at: offset &+ 4))
        // 0 is a jumbogram (RFC 2675) or a packet made for segmentation offload: the frame's length says it.
        var bounds = outer.narrowed(to: payloadLength == 0 ? outer.end : offset &+ 40 &+ payloadLength)
        bounds.tunnelDepth &+= 1

        segment.source = IPAddress(
            high: frame.bigEndian64(at: offset &+ 8), low: frame.bigEndian64(at: offset &+ 16))
        segment.destination = IPAddress(
            high: frame.bigEndian64(at: offset &+ 24), low: frame.bigEndian64(at: offset &+ 32))
        segment.ipOffset = UInt32(truncatingIfNeeded: offset)
        segment.hopLimit = frame.octet(at: offset &+ 7)
        segment.trafficClass = UInt8(truncatingIfNeeded: first >> 4)
        segment.identification = 0
        segment.tunnelDepth = outer.tunnelDepth
        segment.isFirstFragment = false

        return transport(frame, frame.octet(at: offset &+ 6), at: offset &+ 40, in: bounds, &segment, &observer)
    }

    /// IP by its version nibble.
    static func rawIP(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        guard offset < bounds.captured else { return observer.truncated(.ipv4, have: 0, need: 20) }
        switch frame.octet(at: offset) >> 4 {
        case 4: return ipv4(frame, at: offset, in: bounds, &segment, &observer)
        case 6: return ipv6(frame, at: offset, in: bounds, &segment, &observer)
        case let version:
            return observer.ended(.notIP, .invalid(.ipv4, field: "Version", value: Int(version)))
        }
    }

    /// An IP header inside a tunnel.
    static func nestedIP(
        _ frame: RawSpan, at offset: Int, in outer: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        var bounds = outer
        bounds.layersLeft &-= 1
        guard bounds.layersLeft >= 0 else { return observer.ended(.malformed, .tooDeep) }
        return rawIP(frame, at: offset, in: bounds, &segment, &observer)
    }

    /// Past extension headers (RFC 8200 4, at most sixteen of them) to what an IP header carries.
    static func transport(
        _ frame: RawSpan, _ first: UInt8, at start: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        var next = first
        var offset = start
        for _ in 0..<16 {
            let available = bounds.captured &- offset
            switch next {
            case IPProtocol.tcp: return tcp(frame, at: offset, in: bounds, &segment, &observer)
            case IPProtocol.udp: return udp(frame, at: offset, in: bounds, &segment, &observer)
            case IPProtocol.icmp: return icmp(frame, at: offset, in: bounds, layer: .icmp, &segment, &observer)
            case IPProtocol.icmpv6: return icmp(frame, at: offset, in: bounds, layer: .icmpv6, &segment, &observer)
            case IPProtocol.ipv4, IPProtocol.ipv6: return nestedIP(frame, at: offset, in: bounds, &segment, &observer)
            case IPProtocol.gre: return gre(frame, at: offset, in: bounds, &segment, &observer)
            case IPProtocol.mpls:
                return etherType(frame, EtherType.mpls, at: offset, in: bounds, &segment, &observer)
            case IPProtocol.etherIP:
                observer.enter(.etherIP, at: offset)
                guard available >= 2 else { return observer.truncated(.etherIP, have: available, need: 2) }
                return ethernet(frame, at: offset &+ 2, in: bounds, &segment, &observer)
            case IPProtocol.hopByHop, IPProtocol.routing, IPProtocol.destinationOptions, IPProtocol.mobility,
                IPProtocol.hostIdentity, IPProtocol.shim6:
                observer.enter(.extensionHeader, at: offset)
                guard available >= 8 else { return observer.truncated(.extensionHeader, have: available, need: 8) }
                next = frame.octet(at: offset)
                offset &+= (Int(frame.octet(at: offset &+ 1)) &+ 1) &* 8
            case IPProtocol.authentication:
                observer.enter(.authenticationHeader, at: offset)
                guard available >= 8 else {
                    return observer.truncated(.authenticationHeader, have: available, need: 8)
                }
                next = frame.octet(at: offset)
                offset &+= (Int(frame.octet(at: offset &+ 1)) &+ 2) &* 4
            case IPProtocol.fragment:
                observer.enter(.fragmentHeader, at: offset)
                guard available >= 8 else { return observer.truncated(.fragmentHeader, have: available, need: 8) }
                next = frame.octet(at: offset)
                segment.identification = frame.bigEndian32(at: offset &+ 4)
                let place = frame.bigEndian16(at: offset &+ 2)
                guard place & 0xfff8 == 0 else { return observer.ended(.fragment, .laterFragment) }
                segment.isFirstFragment = place & 1 != 0
                offset &+= 8
            default: return observer.ended(.otherTransport, .otherProtocol(next))
            }
        }
        return observer.ended(.malformed, .tooDeep)
    }
}
