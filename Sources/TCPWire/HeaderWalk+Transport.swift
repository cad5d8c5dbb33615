import FlatMemory

extension HeaderWalk {
    static func tcp(
        _ frame: RawSpan, at offset: Int, in bounds: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.tcp, at: offset)
        segment.tcpOffset = UInt32(truncatingIfNeeded: offset)
        let length = bounds.end &- offset
        let available = bounds.captured &- offset
        guard length >= 20 else {
            if segment.isFirstFragment { return observer.ended(.fragment, .shortFragment) }
            return observer.malformed(.tcp, field: "length", value: length)
        }
        guard available >= 20 else { return observer.truncated(.tcp, have: available, need: 20) }
        let offsetAndFlags = frame.bigEndian16(at: offset &+ 12)
        let headerLength = Int(offsetAndFlags >> 12) &* 4
        guard headerLength >= 20 else {
            return observer.malformed(.tcp, field: "Data Offset", value: Int(offsetAndFlags >> 12))
        }
        guard length >= headerLength else {
            if segment.isFirstFragment { return observer.ended(.fragment, .shortFragment) }
            return observer.malformed(.tcp, field: "Data Offset", value: Int(offsetAndFlags >> 12))
        }
        segment.sourcePort = frame.bigEndian16(at: offset)
        segment.destinationPort = frame.bigEndian16(at: offset &+ 2)
        segment.sequence = frame.bigEndian32(at: offset &+ 4)
        segment.acknowledgment = frame.bigEndian32(at: offset &+ 8)
        segment.flags = TCPFlags(rawValue: offsetAndFlags & 0x01ff)
        segment.window = frame.bigEndian16(at: offset &+ 14)
        segment.checksum = frame.bigEndian16(at: offset &+ 16)
        segment.urgentPointer = frame.bigEndian16(at: offset &+ 18)
        segment.headerLength = UInt8(truncatingIfNeeded: headerLength)
        segment.payloadLength = UInt32(truncatingIfNeeded: length &- headerLength)
        segment.capturedPayloadLength = UInt32(truncatingIfNeeded: max(0, available &- headerLength))
        segment.optionsTruncated = available < headerLength
        return .segment
    }

    static func udp(
        _ frame: RawSpan, at offset: Int, in outer: WalkBounds, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(.udp, at: offset)
        let available = outer.captured &- offset
        guard available >= 8 else { return observer.truncated(.udp, have: available, need: 8) }
        let length = Int(frame.bigEndian16(at: offset &+ 4))
        guard length == 0 || length >= 8 else { return observer.malformed(.udp, field: "Length", value: length) }
        // A first fragment's UDP length counts the octets in later fragments too, and so may the lengths of headers
        // inside the datagram.
        let end = segment.isFirstFragment ? offset &+ length : min(offset &+ length, outer.end)
        let bounds = length == 0 ? outer : outer.narrowed(to: end)
        let mark = observer.mark
        let verdict = datagram(
            frame, from: frame.bigEndian16(at: offset), to: frame.bigEndian16(at: offset &+ 2), at: offset &+ 8,
            in: bounds, &segment, &observer)
        switch verdict {
        case .segment, .quotedSegment, .fragment, .concealed: return verdict
        case .truncated where bounds.captured < bounds.end: return verdict
        case .truncated, .otherTransport, .notIP, .otherLink, .malformed:
            // A port is no proof of a tunnel: what cannot be read as one is an ordinary datagram. So is a tunnel that
            // lacks octets although the whole datagram was captured.
            observer.rewind(to: mark)
            return observer.ended(.otherTransport, .otherProtocol(IPProtocol.udp))
        }
    }

    /// ICMP (RFC 792) and ICMPv6 (RFC 4443) errors quote the packet that they answer. The same walk reads the quote,
    /// into a segment header of its own. Eight octets of TCP, which is all that RFC 792 guarantees, hold the ports and
    /// the sequence number.
    static func icmp(
        _ frame: RawSpan, at offset: Int, in outer: WalkBounds, layer: HeaderLayer, _ segment: inout SegmentHeader,
        _ observer: inout Observer
    ) -> PacketVerdict {
        observer.enter(layer, at: offset)
        let available = outer.captured &- offset
        guard available >= 8 else { return observer.truncated(layer, have: available, need: 8) }
        let number = layer == .icmp ? IPProtocol.icmp : IPProtocol.icmpv6
        guard isError(type: frame.octet(at: offset), layer: layer) else {
            return observer.ended(.otherTransport, .otherProtocol(number))
        }
        var bounds = outer
        bounds.layersLeft &-= 1
        guard bounds.layersLeft >= 0 else { return observer.ended(.malformed, .tooDeep) }
        bounds.isQuoted = true
        var quoted = SegmentHeader()
        let verdict = rawIP(frame, at: offset &+ 8, in: bounds, &quoted, &observer)
        switch verdict {
        case .segment, .truncated, .malformed:
            guard quoted.tcpOffset > 0, outer.captured &- Int(quoted.tcpOffset) >= 8 else {
                // The rest of the quote is in later fragments.
                if segment.isFirstFragment { return observer.ended(.fragment, .shortFragment) }
                return outer.captured < outer.end ? .truncated : .otherTransport
            }
            // ``ICMPError`` finds the message by these.
            segment.tcpOffset = UInt32(truncatingIfNeeded: offset)
            segment.payloadLength = UInt32(truncatingIfNeeded: outer.end &- offset)
            segment.capturedPayloadLength = UInt32(truncatingIfNeeded: available)
            return .quotedSegment
        case .quotedSegment, .fragment, .otherTransport, .notIP, .otherLink, .concealed: return .otherTransport
        }
    }

    static func isError(type: UInt8, layer: HeaderLayer) -> Bool {
        switch (layer, type) {
        case (.icmp, 3), (.icmp, 4), (.icmp, 5), (.icmp, 11), (.icmp, 12): true
        case (.icmpv6, 1...4): true
        default: false
        }
    }
}
