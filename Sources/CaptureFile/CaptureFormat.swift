/// Reads packets out of the bytes of a pcap or pcapng file, wherever those come from: a whole file in memory, or a window
/// that slides over a stream. No IO; a copy is a reader of its own from the same place on.
///
/// Sources: draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng, www.tcpdump.org/manpages/pcap-savefile.5.html.
public struct CaptureFormat: Sendable {
    /// What one step came to.
    @frozen public enum Step: Sendable, Equatable {
        /// The packet is filled, and the offset stands behind it.
        case packet
        /// The window must reach at least this many octets beyond the offset before anything more can be said.
        case needsMore(atLeast: Int)
        /// The window ends here, where a record or block ends too.
        case end
        case damaged(CaptureDamage)
    }

    /// A longer packet is damage.
    public static let packetLimit = 1 << 24
    /// A longer block is damage. Only blocks of ``heldBlockLimit`` or less have to be in memory at once.
    public static let blockLimit = 1 << 28
    /// Limit of a block that describes a packet or an interface; such a block is read as a whole.
    public static let heldBlockLimit = 1 << 25
    /// Interfaces, and sections, of all sections of a file together.
    public static let interfaceLimit = 1 << 16

    @usableFromInline enum Kind: Sendable { case undetermined, pcap, pcapng, snoop }

    /// Where the window's first byte lies in the (uncompressed) file. Whoever moves the window keeps it true.
    public var windowStart = 0
    @usableFromInline var kind = Kind.undetermined
    /// Packets, and other blocks that Wireshark numbers, so far.
    @usableFromInline var numbered = 0

    @usableFromInline var records = PcapRecords()
    /// Whether more than a file's header is wanted to know how its records are written.
    var awaitsRecords = false
    /// Set where the input has ended: ``awaitsRecords`` is then decided by what there is.
    var isAllAtHand = false

    /// Whether the byte order of pcapng's section differs from this machine's.
    var swapped = false
    var rows: [InterfaceRow] = []
    var descriptions: [CaptureInterface] = []
    var sections: [CaptureSection] = []
    /// The files that were joined to one, in order: nearly always one.
    var parts: [CapturePart] = []
    /// The current section's interfaces among `rows`.
    var sectionRows = 0..<0
    /// Octets still to come of a block that is passed over, its trailing length included.
    var skipping = 0
    /// What that trailing length should say.
    var skippedLength: UInt32 = 0
    /// pcapng blocks whose two lengths differ. The first is believed; Wireshark would refuse the file.
    public internal(set) var mismatchedTrailers = 0

    /// A reader at the start of a file whose format is not known yet: the first step tells it by the file's first
    /// octets.
    public init() {}

    /// Goes to the next packet.
    ///
    /// - Parameters:
    ///   - bytes: the window; the whole file, or what of it is at hand.
    ///   - offset: where in the window to go on; 0 at first. Moved behind what was understood, also when no packet came
    ///     of it. Must lie within the window.
    ///   - packet: filled on ``Step/packet``.
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

    /// Where no record of pcap can be read: there another file may have been appended.
    ///
    /// - Returns: nil where one was, and its header is taken.
    @usableFromInline
    mutating func nextBehindObstacle(in bytes: RawSpan, at offset: inout Int) -> Step? {
        guard records.isJoined(at: offset, in: bytes) else { return records.obstacle(at: offset, in: bytes) }
        return join(in: bytes, at: &offset)
    }

    /// Each kind says nil where it has come to the header of a file that was appended and may be of another kind. Any number of
    /// files that hold nothing else can follow one another, so this is a loop.
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

    /// The interface a packet was seen on; nil for a packet that is not of this file.
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
