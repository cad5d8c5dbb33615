/// Finds the TCP segment in a frame.
public enum PacketDecoder {
    /// Walks link layer, tunnels and IP down to TCP.
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
        .notIP
    }
}
