import FlatMemory

extension CaptureFormat {
    /// Recognizes the format by a file's first octets, and reads pcap's or snoop's file header. pcapng's first block is
    /// left to the walk.
    ///
    /// - Returns: nil once the format is known.
    mutating func readFileHeader(in bytes: RawSpan, at offset: inout Int) -> Step? {
        let available = bytes.byteCount &- offset
        guard available >= 4 else { return .needsMore(atLeast: 4) }
        let magic = bytes.uint32(at: offset, swapped: false)
        if magic == CaptureFormat.sectionHeaderType {
            kind = .pcapng
            parts.append(CapturePart(fileOffset: windowStart &+ offset, kind: kind, records: records, description: 0))
            return nil
        }
        // snoop's magic has eight octets, and "snoo" begins no other format.
        if bytes.bigEndian32(at: offset) == 0x736e_6f6f, available < 8 { return .needsMore(atLeast: 8) }
        if bytes.startsSnoop(at: offset) { return readSnoopHeader(in: bytes, at: &offset) }
        guard let magic = PcapMagic(magic) else { return .damaged(.unknownFormat) }
        guard available >= 24 else { return .needsMore(atLeast: 24) }
        var found = PcapRecords()
        found.swapped = magic.isSwapped
        found.nanosecondsPerFraction = magic.nanosecondsPerFraction
        // The upper half holds the length of a frame check sequence and reserved bits.
        found.linkType = UInt16(truncatingIfNeeded: bytes.uint32(at: offset &+ 20, swapped: magic.isSwapped))
        let major = bytes.uint16(at: offset &+ 4, swapped: magic.isSwapped)
        let minor = bytes.uint16(at: offset &+ 6, swapped: magic.isSwapped)
        found.mayHaveSwappedLengths = major == 2 && minor <= 3 || major == 543
        switch found.likelyHeaderLength(
            among: magic.headerLengths, in: bytes, from: offset &+ 24, isAll: isAllAtHand)
        {
        case .length(let length): found.headerLength = length
        case .undecided(let wanted):
            awaitsRecords = true
            return .needsMore(atLeast: 24 &+ wanted)
        }
        (awaitsRecords, isAllAtHand) = (false, false)
        records = found
        let snapshotLength = bytes.uint32(at: offset &+ 16, swapped: magic.isSwapped)
        kind = .pcap
        parts.append(
            CapturePart(
                fileOffset: windowStart &+ offset, kind: kind, records: records, description: descriptions.count))
        descriptions.append(CaptureInterface(linkType: records.linkType, snapshotLength: snapshotLength))
        offset &+= 24
        return nil
    }

    /// Reads the header of a file that was appended to the one before it, as `cat` does, and continues after it.
    ///
    /// - Returns: nil once the header has been read.
    mutating func join(in bytes: RawSpan, at offset: inout Int) -> Step? {
        guard parts.count < CaptureFormat.interfaceLimit else { return .damaged(.tooManyInterfaces) }
        return readFileHeader(in: bytes, at: &offset)
    }

    /// The part whose header describes the packets at an offset in the file.
    func part(at fileOffset: Int) -> CapturePart? {
        var (low, high) = (0, parts.count)
        while low < high {
            let middle = (low + high) / 2
            if parts[middle].fileOffset <= fileOffset { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? parts.first : parts[low - 1]
    }
}

/// One of the files that were concatenated into this one; most files have only one part.
struct CapturePart: Sendable {
    /// The offset of its header in the whole (uncompressed) file.
    let fileOffset: Int
    let kind: CaptureFormat.Kind
    let records: PcapRecords
    /// The index of its interface in `descriptions`; unused for pcapng, whose sections have interfaces of their own.
    let description: Int
}

/// The first four octets of a pcap file, in either byte order (libpcap's `sf-pcap.c`).
struct PcapMagic {
    let isSwapped: Bool
    let nanosecondsPerFraction: Int64
    /// How long the headers of its records may be, in octets, the usual length first. 16 is the standard. With Alexey
    /// Kuznetsov's patch they have 24, or 28 as SuSE Linux 6.3 wrote them, both with a magic number of their own; Red
    /// Hat Linux 6.1 wrote 24 with the standard magic number, and Nokia's firewalls 20.
    let headerLengths: [Int]

    init?(_ value: UInt32) {
        for isSwapped in [false, true] {
            switch isSwapped ? value.byteSwapped : value {
            case 0xa1b2_c3d4: (nanosecondsPerFraction, headerLengths) = (1000, [16, 24, 20])
            case 0xa1b2_3c4d: (nanosecondsPerFraction, headerLengths) = (1, [16])
            case 0xa1b2_cd34: (nanosecondsPerFraction, headerLengths) = (1000, [24, 28, 16])
            default: continue
            }
            self.isSwapped = isSwapped
            return
        }
        return nil
    }
}

extension PcapRecords {
    /// Whether another file was appended here: its header is where a record would be, and its octets, read as a
    /// record's lengths, would be implausible. The result does not depend on how many octets after the first sixteen
    /// are in the window.
    @usableFromInline
    func isJoined(at offset: Int, in bytes: RawSpan) -> Bool {
        guard bytes.byteCount &- offset >= 16 else { return false }
        let (_, _, first, second) = bytes.fourWords(at: offset, swapped: swapped)
        let captured = mayHaveSwappedLengths ? min(first, second) : first
        let original = mayHaveSwappedLengths ? max(first, second) : second
        return Self.mayBeFile(captured, original, mayHaveSwappedLengths: mayHaveSwappedLengths)
            && startsFile(at: offset, in: bytes)
    }

    /// Whether another file's header begins at `offset`, where a record would be: a magic number and the fields that
    /// must follow it.
    @usableFromInline
    func startsFile(at offset: Int, in bytes: RawSpan) -> Bool {
        guard bytes.byteCount &- offset >= 12 else { return false }
        let magic = bytes.uint32(at: offset, swapped: false)
        if magic == CaptureFormat.sectionHeaderType {
            let order = bytes.uint32(at: offset &+ 8, swapped: false)
            return order == 0x1a2b_3c4d || order.byteSwapped == 0x1a2b_3c4d
        }
        if bytes.startsSnoop(at: offset) { return true }
        guard let found = PcapMagic(magic) else { return false }
        return bytes.uint16(at: offset &+ 4, swapped: found.isSwapped) == 2
            && bytes.uint16(at: offset &+ 6, swapped: found.isSwapped) <= 4
    }
}
