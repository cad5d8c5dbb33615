import FlatMemory

extension CaptureFormat {
    /// Tells pcap and pcapng apart and takes pcap's file header; pcapng's first block is left for the walk.
    ///
    /// - Returns: nil once the kind is known.
    mutating func readFileHeader(in bytes: RawSpan, at offset: inout Int) -> Step? {
        let available = bytes.byteCount &- offset
        guard available >= 4 else { return .needsMore(atLeast: 4) }
        let magic = bytes.uint32(at: offset, swapped: false)
        if magic == CaptureFormat.sectionHeaderType {
            kind = .pcapng
            return nil
        }
        for isSwapped in [false, true] {
            switch isSwapped ? magic.byteSwapped : magic {
            case 0xa1b2_c3d4: break
            case 0xa1b2_3c4d: records.nanosecondsPerFraction = 1
            case 0xa1b2_cd34: records.headerLength = 24
            default: continue
            }
            guard available >= 24 else { return .needsMore(atLeast: 24) }
            records.swapped = isSwapped
            // The upper half holds the length of a frame check sequence and reserved bits.
            records.linkType = UInt16(truncatingIfNeeded: bytes.uint32(at: offset &+ 20, swapped: isSwapped))
            let snapshotLength = bytes.uint32(at: offset &+ 16, swapped: isSwapped)
            descriptions = [CaptureInterface(linkType: records.linkType, snapshotLength: snapshotLength)]
            kind = .pcap
            offset &+= 24
            return nil
        }
        return .damaged(.unknownFormat)
    }
}
