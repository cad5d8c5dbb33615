import FlatMemory

/// Finds the TCP segment in a frame.
///
/// It goes from the outermost header inwards: link layers, tags and labels, IP with its extension headers, and the tunnels named in
/// this room's `HeaderWalk` files, at most sixteen headers in all. The innermost TCP header is the one reported.
public enum PacketDecoder {
    /// Walks link layer, tunnels and IP down to TCP.
    ///
    /// A first IP fragment that holds the whole TCP header is a segment, with ``SegmentHeader/isFirstFragment`` set: its
    /// payload length counts what is in this fragment only. Later fragments are ``PacketVerdict/fragment``. Where the outer
    /// packet of a tunnel is the fragment, the inner header's lengths hold. ``FragmentedSegments`` puts fragments together.
    ///
    /// - Parameters:
    ///   - frame: the captured bytes.
    ///   - link: the link-layer header that the frame begins with.
    ///   - originalLength: the frame's length on the wire, in octets. It is needed where segmentation offload has left
    ///     0 as the length in the IP header.
    ///   - segment: is filled in where the verdict is ``PacketVerdict/segment``; otherwise its content has no meaning.
    @inlinable @inline(__always)
    public static func decode(
        _ frame: RawSpan, link: LinkType, originalLength: Int, into segment: inout SegmentHeader
    ) -> PacketVerdict {
        if link == .ethernet, decodePlain(frame, into: &segment) { return .segment }
        // The walk fills in a local copy: `segment` would have to lie in memory if it were passed on by reference; this
        // way its fields can stay in registers.
        var copy = SegmentHeader()
        let verdict = walk(frame, link: link, originalLength: originalLength, into: &copy)
        segment = copy
        return verdict
    }

    /// Decodes a frame by walking through whatever headers it has.
    @usableFromInline
    static func walk(
        _ frame: RawSpan, link: LinkType, originalLength: Int, into segment: inout SegmentHeader
    ) -> PacketVerdict {
        var observer = FragmentWatch()
        let bounds = bounds(of: frame, originalLength: originalLength)
        return HeaderWalk.frame(frame, link: link, in: bounds, &segment, &observer)
    }

    /// The most packets of one frame that are told apart (IEEE 802.11 A-MSDUs; senders join only a few).
    package static let mostParts = 64

    /// What a walk finds besides a segment.
    package struct Finding {
        /// The outermost IP fragment that the walk has met; `nil` where there is none.
        package var fragment: FragmentPlace?
        /// How many packets the frame carries; nearly always 1.
        package var partCount = 1

        /// A frame that carries one packet, and no fragment.
        package init() {}
    }

    /// Decodes a frame by the walk alone, without ``decodePlain(_:into:)``. This also reports IP fragments, and can
    /// read each packet of a frame that carries several.
    ///
    /// - Parameters:
    ///   - part: the index, from 0, of the packet to be read; `nil` for the first that carries TCP, or else the first.
    ///   - finding: is set to what the walk has found.
    package static func decode(
        _ frame: RawSpan, link: LinkType, originalLength: Int, part: Int? = nil, into segment: inout SegmentHeader,
        noting finding: inout Finding
    ) -> PacketVerdict {
        var observer = FragmentWatch()
        var bounds = bounds(of: frame, originalLength: originalLength)
        bounds.part = part
        defer { finding = observer.finding }
        return HeaderWalk.frame(frame, link: link, in: bounds, &segment, &observer)
    }

    /// Decodes the most frequent kind of frame without a walk: Ethernet without a tag; IP without options or extension
    /// headers, not fragmented; a whole TCP header. The results are those of ``decode(_:link:originalLength:into:)``.
    ///
    /// - Returns: whether the frame is of this kind; if not, the content of `segment` has no meaning.
    @inlinable @inline(__always)
    public static func decodePlain(_ frame: RawSpan, into segment: inout SegmentHeader) -> Bool {
        guard frame.byteCount >= 54 else { return false }
        let type = frame.bigEndian16(at: 12)
        let first = frame.bigEndian64(at: 14)
        segment.ipOffset = 14
        segment.vlan = 0
        segment.network = 0
        segment.tunnelDepth = 0
        segment.isFirstFragment = false
        if type == EtherType.ipv4 {
            let second = frame.bigEndian64(at: 22)
            // Version 4 and twenty octets; no more fragments and no fragment offset; protocol 6.
            guard first >> 56 == 0x45, first & 0x3fff == 0, second >> 48 & 0xff == 6 else { return false }
            segment.source = IPAddress(ipv4: UInt32(truncatingIfNeeded: second))
            segment.destination = IPAddress(ipv4: frame.bigEndian32(at: 30))
            segment.hopLimit = UInt8(truncatingIfNeeded: second >> 56)
            segment.trafficClass = UInt8(truncatingIfNeeded: first >> 48)
            segment.identification = UInt32(truncatingIfNeeded: first >> 16 & 0xffff)
            return decodePlainTCP(frame, at: 34, until: 14 &+ Int(first >> 32 & 0xffff), into: &segment)
        }
        // Version 6; next header 6.
        guard type == EtherType.ipv6, frame.byteCount >= 74, first >> 60 == 6, first >> 8 & 0xff == 6 else {
            return false
        }
        segment.source = IPAddress(high: frame.bigEndian64(at: 22), low: frame.bigEndian64(at: 30))
        segment.destination = IPAddress(high: frame.bigEndian64(at: 38), low: frame.bigEndian64(at: 46))
        segment.hopLimit = UInt8(truncatingIfNeeded: first)
        segment.trafficClass = UInt8(truncatingIfNeeded: first >> 52)
        segment.identification = 0
        return decodePlainTCP(frame, at: 54, until: 54 &+ Int(first >> 16 & 0xffff), into: &segment)
    }

    /// - Parameters:
    ///   - offset: where the TCP header begins; at least twenty octets of the frame must follow.
    ///   - end: where the packet ends, according to the IP header.
    @inlinable @inline(__always)
    static func decodePlainTCP(
        _ frame: RawSpan, at offset: Int, until end: Int, into segment: inout SegmentHeader
    ) -> Bool {
        let words = (
            frame.bigEndian64(at: offset), frame.bigEndian64(at: offset &+ 8), frame.bigEndian32(at: offset &+ 16)
        )
        let headerLength = Int(words.1 >> 28 & 0x0f) &* 4
        guard headerLength >= 20, end &- offset >= headerLength else { return false }
        segment.tcpOffset = UInt32(truncatingIfNeeded: offset)
        segment.sourcePort = UInt16(truncatingIfNeeded: words.0 >> 48)
        segment.destinationPort = UInt16(truncatingIfNeeded: words.0 >> 32)
        segment.sequence = UInt32(truncatingIfNeeded: words.0)
        segment.acknowledgment = UInt32(truncatingIfNeeded: words.1 >> 32)
        segment.flags = TCPFlags(rawValue: UInt16(truncatingIfNeeded: words.1 >> 16) & 0x01ff)
        segment.window = UInt16(truncatingIfNeeded: words.1)
        segment.checksum = UInt16(truncatingIfNeeded: words.2 >> 16)
        segment.urgentPointer = UInt16(truncatingIfNeeded: words.2)
        segment.headerLength = UInt8(truncatingIfNeeded: headerLength)
        segment.payloadLength = UInt32(truncatingIfNeeded: end &- offset &- headerLength)
        segment.capturedPayloadLength = UInt32(
            truncatingIfNeeded: max(0, min(frame.byteCount, end) &- offset &- headerLength))
        // The packet is long enough for the header, so only the capture can have cut it off.
        segment.optionsTruncated = frame.byteCount &- offset < headerLength
        return true
    }

    /// Reads the ICMP or ICMPv6 error in a frame whose verdict was ``PacketVerdict/quotedSegment``.
    ///
    /// - Parameter part: the index, from 0, of the packet to be read where the frame carries several; `nil` for the
    ///   first that carries TCP, or else the first.
    /// - Returns: whether there was an error message; if not, `error` is unchanged.
    public static func decodeQuoted(
        _ frame: RawSpan, link: LinkType, originalLength: Int, part: Int? = nil, into error: inout ICMPError
    ) -> Bool {
        var outer = SegmentHeader()
        var observer = FragmentWatch()
        var bounds = bounds(of: frame, originalLength: originalLength)
        bounds.part = part
        guard HeaderWalk.frame(frame, link: link, in: bounds, &outer, &observer) == .quotedSegment,
            let read = ICMPError(frame, outer: outer)
        else { return false }
        error = read
        return true
    }

    /// The bounds of a whole frame. An original length that is less than what was captured, or more than 2^31, is a
    /// fault of the file, and is corrected.
    @inline(__always)
    static func bounds(of frame: RawSpan, originalLength: Int) -> WalkBounds {
        WalkBounds(captured: frame.byteCount, end: max(frame.byteCount, min(originalLength, Int(Int32.max))))
    }
}
