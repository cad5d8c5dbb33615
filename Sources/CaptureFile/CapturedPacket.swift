/// Where one packet of a capture lies, and when it was seen.
@frozen public struct CapturedPacket: Sendable, Equatable, BitwiseCopyable {
    /// 1 for the first packet of the file, as Wireshark counts: it also numbers pcapng's custom and journal blocks, so
    /// numbers may leap. 0 for a packet fetched by its place (``CaptureReader/fetch(at:_:)``).
    public var number = 0
    /// Means nothing where ``hasTime`` is false.
    public var time = Timestamp(nanoseconds: 0)
    /// Where its bytes start in ``CaptureReader/bytes``; true until the next call of ``CaptureReader/next(_:)``.
    public var offset = 0
    /// Where its bytes start in the (uncompressed) file.
    public var fileOffset = 0
    /// Where its record (pcap) or block (pcapng) starts in the (uncompressed) file: the place to fetch it again from.
    public var blockOffset = 0
    /// Octets in the file.
    public var capturedLength = 0
    /// Octets on the wire.
    public var originalLength = 0
    /// LINKTYPE number of its interface.
    public var linkType: UInt16 = 0
    /// pcapng's interface number within the section; 0 in pcap.
    public var interface: UInt32 = 0
    /// Which way it crossed the interface, by its record: pcapng's `epb_flags`, or the field that patched versions of pcap
    /// have. What a cooked header says of it is not read here.
    public var direction = PacketDirection.unknown
    /// False for pcapng's simple packet block, which carries no time.
    public var hasTime = true

    /// A packet with nothing filled in yet, for a reader to fill.
    @inlinable public init() {}

    /// Behind its last octet, counted as ``offset``.
    @inlinable var end: Int { offset &+ capturedLength }
}

/// Which way a packet crossed the interface that captured it, where the file says.
@frozen public enum PacketDirection: UInt8, Sendable, BitwiseCopyable {
    case unknown, inbound, outbound
}
