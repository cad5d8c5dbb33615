/// What a capture says about the interface that its packets were seen on.
public struct CaptureInterface: Sendable, Equatable {
    /// The operating system's name for it, at most 255 octets; nil where the file does not say (pcap never does).
    public var name: String?
    /// LINKTYPE number.
    public var linkType: UInt16
    /// How many octets of each packet were kept; 0 where unlimited.
    public var snapshotLength: UInt32

    /// An interface without a name and with unlimited packets, where nothing else is given.
    public init(name: String? = nil, linkType: UInt16, snapshotLength: UInt32 = 0) {
        self.name = name
        self.linkType = linkType
        self.snapshotLength = snapshotLength
    }
}

/// What every packet needs of its interface. It is kept apart from the rest, so that no reference is counted for each
/// packet.
struct InterfaceRow: Sendable {
    let scale: TimeScale
    let snapshotLength: UInt32
    let linkType: UInt16
}

/// A pcapng section: its interfaces and byte order apply to the blocks after its header, up to the next section.
struct CaptureSection: Sendable {
    /// The offset of its header block in the (uncompressed) file.
    let fileOffset: Int
    let swapped: Bool
    let firstInterface: Int
}
