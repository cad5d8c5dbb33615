/// Reads packets out of the octets of a pcap, pcapng or snoop file, whether the whole file is in memory or a window
/// slides over it. It does no IO; a copy of it is an independent reader that continues from the same offset.
///
/// Sources: draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng, www.tcpdump.org/manpages/pcap-savefile.5.html.
public struct CaptureFormat: Sendable {
    /// The result of one step.
    @frozen public enum Step: Sendable, Equatable {
        /// The packet is filled in, and the offset is moved to the octet after it.
        case packet
        /// The window must reach at least this many octets beyond the offset before the step can be decided.
        case needsMore(atLeast: Int)
        /// The window ends here, exactly where a record or block ends.
        case end
        case damaged(CaptureDamage)
    }

    /// The greatest length of a packet in octets; a longer one means that the file is damaged.
    public static let packetLimit = 1 << 24
    /// The greatest length of a block in octets; a longer one means that the file is damaged. Only blocks of up to
    /// ``heldBlockLimit`` must be in memory as a whole.
    public static let blockLimit = 1 << 28
    /// The greatest length in octets of a block that describes a packet or an interface, which is read as a whole.
    public static let heldBlockLimit = 1 << 25
    /// The most interfaces in all sections of a file together; also the most sections.
    public static let interfaceLimit = 1 << 16

    @usableFromInline enum Kind: Sendable { case undetermined, pcap, pcapng, snoop }

    /// The offset of the window's first octet in the (uncompressed) file. Whoever moves the window must update it.
    public var windowStart = 0
    @usableFromInline var kind = Kind.undetermined
    /// How many packets, and other blocks that Wireshark numbers, have been read so far.
    @usableFromInline var numbered = 0

    @usableFromInline var records = PcapRecords()
    /// Whether records after the file header are needed, to find out which form of record headers the file has.
    var awaitsRecords = false
    /// Set where the input has ended: the question of ``awaitsRecords`` must then be decided from the octets that there
    /// are.
    var isAllAtHand = false

    /// Whether the byte order of the current pcapng section differs from this machine's.
    var swapped = false
    var rows: [InterfaceRow] = []
    var descriptions: [CaptureInterface] = []
    var sections: [CaptureSection] = []
    /// The files that were concatenated into this one, in order; nearly always one.
    var parts: [CapturePart] = []
    /// The indices in `rows` of the current section's interfaces.
    var sectionRows = 0..<0
    /// How many octets of a block that is being skipped are still to come, including its length at the end.
    var skipping = 0
    /// The length that the block being skipped should have at its end.
    var skippedLength: UInt32 = 0
    /// How many pcapng blocks have two different lengths. The one at the beginning is used; Wireshark refuses such
    /// files.
    public internal(set) var mismatchedTrailers = 0

    /// A reader at the start of a file whose format is not known yet; the first step recognizes it by the file's first
    /// octets.
    public init() {}

    /// Reads the next packet.
    ///
    /// - Parameters:
    ///   - bytes: the window: the whole file, or the part of it that is in memory.
    ///   - offset: where in the window to continue; 0 at first. It is moved past everything that was read, even where
    ///     no packet resulted. Must lie within the window.
    ///   - packet: is filled in on ``Step/packet``.
    @inlinable
    public mutating func next(in bytes: RawSpan, at offset: inout Int, packet: inout CapturedPacket) -> Step {
        if kind == .pcap, let step = nextPcap(in: bytes, at: &offset, packet: &packet) { return step }
        return nextOfAnyKind(in: bytes, at: &offset, packet: &packet)
    }

    @inlinable @inline(__always)
    mutating func nextPcap(in bytes: RawSpan, at offset: inout Int, packet: inout CapturedPacket) -> Step? {
        guard let found = records.packet(at: offset, in: bytes, from: windowStart, number: numbered &+ 1) else {
            return nextBehindObstacle(in: bytes, at: &offset)
        }
        packet = found
        numbered &+= 1
        offset = found.end
        return .packet
    }

    /// Continues where no record of pcap can be read: another file may have been appended there.
    ///
    /// - Returns: nil where one was, and its header has been read.
    @usableFromInline
    mutating func nextBehindObstacle(in bytes: RawSpan, at offset: inout Int) -> Step? {
        guard records.isJoined(at: offset, in: bytes) else { return records.obstacle(at: offset, in: bytes) }
        return join(in: bytes, at: &offset)
    }

    /// Each format returns nil after it has read the header of an appended file, which may be of another format. Any
    /// number of files without packets may follow one another, so this is a loop.
    @usableFromInline
    mutating func nextOfAnyKind(in bytes: RawSpan, at offset: inout Int, packet: inout CapturedPacket) -> Step {
        while true {
            let step =
                switch kind {
                case .undetermined: readFileHeader(in: bytes, at: &offset)
                case .pcap: nextPcap(in: bytes, at: &offset, packet: &packet)
                case .snoop: nextSnoop(in: bytes, at: &offset, packet: &packet)
                case .pcapng: nextPcapng(in: bytes, at: &offset, packet: &packet)
                }
            if let step { return step }
        }
    }

    /// All interfaces that the file has described so far.
    public var interfaces: [CaptureInterface] { descriptions }

    /// The interface that a packet was seen on; nil for a packet that is not from this file.
    package func interface(of packet: CapturedPacket) -> CaptureInterface? {
        guard let part = part(at: packet.blockOffset) else { return nil }
        guard part.kind == .pcapng else { return descriptions[part.description] }
        guard let section = sectionIndex(at: packet.blockOffset) else { return nil }
        let numbers = rowRange(ofSection: section)
        guard let number = Int(exactly: packet.interface), number < numbers.count else { return nil }
        return descriptions[numbers.lowerBound + number]
    }

    func sectionIndex(at fileOffset: Int) -> Int? {
        var (low, high) = (0, sections.count)
        while low < high {
            let middle = (low + high) / 2
            if sections[middle].fileOffset <= fileOffset { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : low - 1
    }

    func rowRange(ofSection index: Int) -> Range<Int> {
        let end = index + 1 < sections.count ? sections[index + 1].firstInterface : rows.count
        return sections[index].firstInterface..<end
    }
}
