/// How reading a capture came to its end.
public enum CaptureEnding: Sendable, Equatable {
    case complete
    /// The file stops inside packet `packetNumber` (or inside a block or file header before it), which is not given.
    /// `missing` is how many octets that one still wants; nil where a gzip stream stops and nothing says how many.
    case cutOff(packetNumber: Int, missing: Int?)
    /// At `offset` of the (uncompressed) file stands what cannot be; packets before it were read.
    case damaged(offset: Int, why: CaptureDamage)
}

/// What makes the rest of a capture unreadable. Lengths in octets.
public enum CaptureDamage: Sendable, Hashable {
    /// Neither pcap's nor pcapng's first bytes.
    case unknownFormat
    /// A packet longer than ``CaptureFormat/packetLimit``: a wrong length, not a packet.
    case packetTooLong(length: Int)
    case blockTooLong(type: UInt32, length: Int)
    /// Too short for what its type must hold.
    case blockTooShort(type: UInt32, length: Int)
    case packetLongerThanBlock(length: Int, blockLength: Int)
    /// A section header without the byte-order magic.
    case unknownByteOrder(magic: UInt32)
    case unknownSectionVersion(major: UInt16, minor: UInt16)
    /// A packet names an interface that the section has not described.
    case unknownInterface(number: UInt32, described: Int)
    /// More sections or interfaces than ``CaptureFormat/interfaceLimit``.
    case tooManyInterfaces
    /// What gzip packed does not unpack, or its checksum is wrong.
    case compression
}
