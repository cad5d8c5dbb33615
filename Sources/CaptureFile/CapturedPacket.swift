/// Where one packet lies in a capture, and when it was captured.
@frozen public struct CapturedPacket: Sendable, Equatable, BitwiseCopyable {
    /// 1 for the first packet of the file. It counts as Wireshark does, which also numbers pcapng's custom and journal
    /// blocks, so numbers may be skipped. 0 for a packet that was fetched by its offset
    /// (``CaptureReader/fetch(at:_:)``).
    public var number = 0
    /// When the packet was captured; has no meaning where ``hasTime`` is false.
    public var time = Timestamp(nanoseconds: 0)
    /// The index of its first octet in ``CaptureReader/bytes``; valid until the next call of
    /// ``CaptureReader/next(_:)``.
    public var offset = 0
    /// The offset of its first octet in the (uncompressed) file.
    public var fileOffset = 0
    /// The offset in the (uncompressed) file of its record (pcap) or block (pcapng), by which the packet can be fetched
    /// again.
    public var blockOffset = 0
    /// How many of its octets the file contains.
    public var capturedLength = 0
    /// How many octets it had on the wire.
    public var originalLength = 0
    /// LINKTYPE number of its interface.
    public var linkType: UInt16 = 0
    /// pcapng's interface number within the section; 0 in pcap.
    public var interface: UInt32 = 0
    /// The direction in which it passed the interface, as its record says: in pcapng's `epb_flags`, or in the field
    /// that patched versions of pcap have. A direction in a cooked header is not read here.
    public var direction = PacketDirection.unknown
    /// False for pcapng's simple packet block, which carries no time.
    public var hasTime = true

    /// A packet with nothing filled in yet, for a reader to fill.
    @inlinable public init() {}

    /// The index after its last octet, counted like ``offset``.
    @inlinable var end: Int { offset &+ capturedLength }
}

/// The direction in which a packet passed the interface that captured it; unknown where the file does not say.
@frozen public enum PacketDirection: UInt8, Sendable, BitwiseCopyable {
    case unknown, inbound, outbound
}
