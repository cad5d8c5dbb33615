/// Where one packet of a capture lies, and when it was seen.
@frozen public struct CapturedPacket: Sendable {
    /// 1 for the first packet of the file, as Wireshark counts.
    public var number = 0
    public var time = Timestamp(nanoseconds: 0)
    /// Where its bytes start in ``CaptureReader/bytes``; true until the next call of ``CaptureReader/next(_:)``.
    public var offset = 0
    /// Where its bytes start in the (uncompressed) file.
    public var fileOffset = 0
    /// Octets in the file.
    public var capturedLength = 0
    /// Octets on the wire.
    public var originalLength = 0
    /// LINKTYPE number of its interface.
    public var linkType: UInt16 = 0
    /// pcapng's interface number within the section; 0 in pcap.
    public var interface: UInt32 = 0

    @inlinable public init() {}
}
