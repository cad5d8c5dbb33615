/// What a capture says of the interface its packets were seen on.
public struct CaptureInterface: Sendable, Equatable {
    /// As the operating system calls it; nil where the file does not say (pcap never does). At most 255 octets.
    public var name: String?
    /// LINKTYPE number.
    public var linkType: UInt16
    /// Octets kept of each packet; 0 where unlimited.
    public var snapshotLength: UInt32

    /// An interface without a name and with unlimited packets, where nothing else is given.
    public init(name: String? = nil, linkType: UInt16, snapshotLength: UInt32 = 0) {
        self.name = name
        self.linkType = linkType
        self.snapshotLength = snapshotLength
    }
}

/// What each packet needs of its interface: kept apart from the rest so that no reference is counted per packet.
struct InterfaceRow: Sendable {
    let scale: TimeScale
    let snapshotLength: UInt32
    let linkType: UInt16
}

/// A pcapng section: its interfaces and byte order hold for the blocks behind it, up to the next section.
struct CaptureSection: Sendable {
    /// Where its header block starts in the (uncompressed) file.
    let fileOffset: Int
    let swapped: Bool
    let firstInterface: Int
}
