/// Finds the TCP segment in a frame.
///
/// Link layers, tags and labels, IP with its extension headers, and the tunnels named in this room's `HeaderWalk` files are
/// walked inwards, at most sixteen of them; the innermost TCP header is the one reported.
public enum PacketDecoder {
    /// Walks link layer, tunnels and IP down to TCP.
    ///
    /// A first IP fragment that holds the whole TCP header is a segment, with ``SegmentHeader/isFirstFragment`` set: its
    /// payload length counts what is in this fragment only. Later fragments are ``PacketVerdict/fragment``; nothing is
    /// reassembled. Where the outer packet of a tunnel is the fragment, the inner header's lengths hold.
    ///
    /// - Parameters:
    ///   - frame: the captured bytes.
    ///   - link: what they begin with.
    ///   - originalLength: how long the frame was on the wire; needed where a packet built by segmentation offload says
    ///     length 0 in its IP header.
    ///   - segment: filled where the verdict is ``PacketVerdict/segment``; else its content means nothing.
    public static func decode(
        _ frame: RawSpan, link: LinkType, originalLength: Int, into segment: inout SegmentHeader
    ) -> PacketVerdict {
        let bounds = bounds(of: frame, originalLength: originalLength)
        segment.vlan = 0
        var observer = Unobserved()
        // What nearly every frame is, in a straight line.
        if link == .ethernet, bounds.captured >= 14 {
            switch frame.bigEndian16(at: 12) {
            case EtherType.ipv4: return HeaderWalk.ipv4(frame, at: 14, in: bounds, &segment, &observer)
            case EtherType.ipv6: return HeaderWalk.ipv6(frame, at: 14, in: bounds, &segment, &observer)
            default: break
            }
        }
        return HeaderWalk.frame(frame, link: link, in: bounds, &segment, &observer)
    }

    /// Reads the ICMP or ICMPv6 error in a frame whose verdict was ``PacketVerdict/quotedSegment``.
    ///
    /// - Returns: whether there was one; where not, `error` is as it was.
    public static func decodeQuoted(
        _ frame: RawSpan, link: LinkType, originalLength: Int, into error: inout ICMPError
    ) -> Bool {
        var outer = SegmentHeader()
        guard decode(frame, link: link, originalLength: originalLength, into: &outer) == .quotedSegment,
            let read = ICMPError(frame, outer: outer)
        else { return false }
        error = read
        return true
    }

    /// Bounds of a whole frame. An original length below what was captured is a fault of the file, one beyond 2^31 as well.
    @inline(__always)
    static func bounds(of frame: RawSpan, originalLength: Int) -> WalkBounds {
        WalkBounds(captured: frame.byteCount, end: max(frame.byteCount, min(originalLength, Int(Int32.max))))
    }
}
