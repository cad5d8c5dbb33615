/// How reading a capture came to its end.
public enum CaptureEnding: Sendable, Equatable {
    case complete
    /// The file ends inside packet `packetNumber` (or inside a block or file header before it), which is not returned.
    /// `missing` is how many octets of it are missing; nil where a gzip stream ends and nothing says how many.
    case cutOff(packetNumber: Int, missing: Int?)
    /// At `offset` of the (uncompressed) file there is something invalid; the packets before it were read.
    case damaged(offset: Int, why: CaptureDamage)
}

/// What makes the rest of a capture unreadable. Lengths in octets.
public enum CaptureDamage: Sendable, Hashable {
    /// The file begins neither like pcap, nor pcapng, nor snoop.
    case unknownFormat
    /// A packet longer than ``CaptureFormat/packetLimit``: the length must be wrong.
    case packetTooLong(length: Int)
    case blockTooLong(type: UInt32, length: Int)
    /// The block is shorter than what its type must contain.
    case blockTooShort(type: UInt32, length: Int)
    case packetLongerThanBlock(length: Int, blockLength: Int)
    /// A section header without the byte-order magic.
    case unknownByteOrder(magic: UInt32)
    case unknownSectionVersion(major: UInt16, minor: UInt16)
    /// A packet names an interface that the section has not described.
    case unknownInterface(number: UInt32, described: Int)
    /// More sections or interfaces than ``CaptureFormat/interfaceLimit``.
    case tooManyInterfaces
    /// gzip's data cannot be decompressed, or its checksum is wrong.
    case compression
}
