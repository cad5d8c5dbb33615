import FlatMemory

extension HeaderWalk {
    /// - Parameter carrying: the number of the protocol that the packet carries, where the header's own field holds
    ///   another one.
    static func ipv4(
        _ frame: RawSpan, at offset: Int, carrying: UInt8? = nil, in outer: WalkBounds,
        _ segment: inout SegmentHeader, _ observer: inout Observer
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
        // Segmentation offload leaves 0 in packets of 64 KiB and more: then only the frame's length says where the
        // packet ends.
        let packetEnd = totalLength == 0 ? outer.end : offset &+ totalLength
        guard packetEnd &- offset >= headerLength else {
            return observer.malformed(.ipv4, field: "Total Length", value: totalLength)
        }
        var bounds = outer.narrowed(to: packetEnd)
        bounds.tunnelDepth &+= 1
        if outer.tunnelDepth > 0 { nameTunnel(&segment) }

        segment.source = IPAddress(ipv4: frame.bigEndian32(at: offset &+ 12))
        segment.destination = IPAddress(ipv4: frame.bigEndian32(at: offset &+ 16))
        segment.ipOffset = UInt32(truncatingIfNeeded: offset)
        segment.hopLimit = frame.octet(at: offset &+ 8)
        segment.trafficClass = frame.octet(at: offset &+ 1)
        segment.identification = UInt32(frame.bigEndian16(at: offset &+ 4))
        segment.tunnelDepth = outer.tunnelDepth
        let fragment = frame.bigEndian16(at: offset &+ 6)
        if fragment & 0x3fff != 0 {
            observer.meet(FragmentPlace(segment, headerEnd: offset &+ headerLength, in: bounds))
        }
        guard fragment & 0x1fff == 0 else { return observer.ended(.fragment, .laterFragment) }
        segment.isFirstFragment = fragment & 0x2000 != 0
        if headerLength > 20, let last = finalDestination(frame, from: offset &+ 20, to: offset &+ headerLength) {
            segment.destination = last
        }

        return transport(
            frame, carrying ?? frame.octet(at: offset &+ 9), at: offset &+ headerLength, in: bounds, &segment,
            &observer)
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
        // 0 marks a jumbogram (RFC 2675) or a packet made for segmentation offload: then the frame's length says where
        // it ends.
        var bounds = outer.narrowed(to: payloadLength == 0 ? outer.end : offset &+ 40 &+ payloadLength)
        bounds.tunnelDepth &+= 1
        if outer.tunnelDepth > 0 { nameTunnel(&segment) }

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

    /// Gives a tunnel that has no identifier of its own a number made from the addresses of its two ends; it is the
    /// same in both directions.
    private static func nameTunnel(_ segment: inout SegmentHeader) {
        guard segment.network == 0 else { return }
        let (source, destination) = (segment.source, segment.destination)
        let ends = (source.high ^ source.low &* 3) &+ (destination.high ^ destination.low &* 3)
        segment.network = UInt32(truncatingIfNeeded: ends &* 0x9e37_79b9_7f4a_7c15 >> 32)
    }

    /// Reads an IP packet: IPv4 or IPv6, as its version field says.
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

    /// Reads an IP packet inside a tunnel.
    static func nestedIP(
        _ frame: RawSpan, at offset: Int, in outer: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        var bounds = outer
        bounds.layersLeft &-= 1
        guard bounds.layersLeft >= 0 else { return observer.ended(.malformed, .tooDeep) }
        return rawIP(frame, at: offset, in: bounds, &segment, &observer)
    }

    /// Skips extension headers (RFC 8200 4), at most sixteen of them, and reads what the IP packet carries.
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
            case IPProtocol.hopByHop, IPProtocol.routing, IPProtocol.destinationOptions, IPProtocol.mobility,
                IPProtocol.hostIdentity, IPProtocol.shim6:
                let layer = layer(ofExtension: next)
                observer.enter(layer, at: offset)
                guard available >= 8 else { return observer.truncated(layer, have: available, need: 8) }
                let end = offset &+ (Int(frame.octet(at: offset &+ 1)) &+ 1) &* 8
                if next == IPProtocol.routing { followRoute(frame, from: offset, to: end, in: bounds, &segment) }
                if next == IPProtocol.destinationOptions {
                    takeHomeAddress(frame, from: offset, to: end, in: bounds, &segment)
                }
                next = frame.octet(at: offset)
                offset = end
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
                // A Fragment header with offset 0 and no fragments to follow belongs to a whole packet (RFC 6946).
                if place & 0xfff9 != 0 { observer.meet(FragmentPlace(segment, headerEnd: offset, in: bounds)) }
                guard place & 0xfff8 == 0 else { return observer.ended(.fragment, .laterFragment) }
                segment.isFirstFragment = place & 1 != 0
                offset &+= 8
            case IPProtocol.minimalEncapsulation:
                let verdict = minimalEncapsulation(frame, &next, at: &offset, in: bounds, &segment, &observer)
                if let verdict { return verdict }
            default: return carrier(frame, next, at: offset, in: bounds, &segment, &observer)
            }
        }
        return observer.ended(.malformed, .tooDeep)
    }

    /// Reads what the IP protocols carry that carry packets or frames.
    private static func carrier(
        _ frame: RawSpan, _ number: UInt8, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        guard let door = ProtocolDoor(rawValue: number) else {
            let verdict = number == IPProtocol.compressed ? PacketVerdict.concealed : .otherTransport
            return observer.ended(verdict, .otherProtocol(number))
        }
        switch door {
        case .ipv4, .ipv6, .ipWithinIP: return nestedIP(frame, at: offset, in: bounds, &segment, &observer)
        case .gre: return gre(frame, at: offset, in: bounds, &segment, &observer)
        case .mpls: return carried(mpls(frame, at: offset, in: bounds, &segment, &observer))
        case .nsh: return carried(nsh(frame, at: offset, in: bounds, &segment, &observer))
        case .ethernet:
            return carried(nestedFrame(frame, link: .ethernet, at: offset, in: bounds, &segment, &observer))
        case .etherIP: return carried(etherIP(frame, at: offset, in: bounds, &segment, &observer))
        case .l2tp: return l2tp3(frame, at: offset, in: bounds, &segment, &observer)
        case .encapsulatingSecurity: return esp(frame, at: offset, in: bounds, &segment, &observer)
        }
    }

    /// EtherIP (RFC 3378 2): two octets, whose first four bits are the version, 3, and then an Ethernet frame.
    private static func etherIP(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.etherIP, at: offset)
        let available = bounds.captured &- offset
        guard available >= 2 else { return observer.truncated(.etherIP, have: available, need: 2) }
        let version = frame.octet(at: offset) >> 4
        guard version == 3 else { return observer.malformed(.etherIP, field: "Version", value: Int(version)) }
        return ethernet(frame, at: offset &+ 2, in: bounds, &segment, &observer)
    }

    private static func layer(ofExtension number: UInt8) -> HeaderLayer {
        switch number {
        case IPProtocol.routing: .routingHeader
        case IPProtocol.destinationOptions: .destinationOptions
        default: .extensionHeader
        }
    }
}
