import FlatMemory

extension CaptureFormat {
    /// Reads snoop's file header (RFC 1761): eight octets of magic, a version, a link type.
    mutating func readSnoopHeader(in bytes: RawSpan, at offset: inout Int) -> Step? {
        guard bytes.byteCount &- offset >= 16 else { return .needsMore(atLeast: 16) }
        let type = bytes.bigEndian32(at: offset &+ 12)
        var found = PcapRecords()
        found.linkType = CaptureFormat.linkType(ofSnoop: type)
        records = found
        kind = .snoop
        parts.append(
            CapturePart(
                fileOffset: windowStart &+ offset, kind: kind, records: records, description: descriptions.count))
        descriptions.append(CaptureInterface(linkType: records.linkType))
        offset &+= 16
        return nil
    }

    /// The LINKTYPE number for snoop's number of a link type (RFC 1761, IANA's snoop-datalink-types, Solaris'
    /// `dlpi.h`); 65535, which is no link type, where there is none.
    private static func linkType(ofSnoop type: UInt32) -> UInt16 {
        switch type {
        // 802.3 and Ethernet; 10, 12 and 19 occur in files of Shomiti's Surveyor.
        case 0, 4, 10, 12, 19: 1
        case 2: 6
        case 5: 50
        case 8: 10
        case 9, 14: 0
        case 16: 122
        case 18: 123
        case 26: 242
        case 0x8000_0005: 226
        default: 65535
        }
    }

    /// Reads a record: original and captured length, the record's own length with its padding, packets dropped before
    /// it, seconds, microseconds; all in network byte order.
    ///
    /// - Returns: nil where another file was appended, and its header has been read.
    mutating func nextSnoop(in bytes: RawSpan, at offset: inout Int, packet: inout CapturedPacket) -> Step? {
        let available = bytes.byteCount &- offset
        // Twelve octets are needed to distinguish a record from another file's header. Such a header, read as a record,
        // would be damaged: its record length would be too short for the packet, or too long for any.
        guard available == 0 || available >= 12 else { return .needsMore(atLeast: 12) }
        if records.startsFile(at: offset, in: bytes) { return join(in: bytes, at: &offset) }
        guard available >= 24 else { return available == 0 ? .end : .needsMore(atLeast: 24) }
        func word(_ index: Int) -> Int { Int(bytes.bigEndian32(at: offset &+ index &* 4)) }
        let captured = word(1)
        let length = word(2)
        guard captured <= CaptureFormat.packetLimit else { return .damaged(.packetTooLong(length: captured)) }
        guard length >= 24 &+ captured, length <= CaptureFormat.heldBlockLimit else {
            return .damaged(.packetLongerThanBlock(length: captured, blockLength: length))
        }
        guard available >= length else { return .needsMore(atLeast: length) }
        packet = CapturedPacket()
        numbered &+= 1
        packet.number = numbered
        packet.time = Timestamp(nanoseconds: Int64(word(4)) &* 1_000_000_000 &+ Int64(word(5)) &* 1000)
        packet.offset = offset &+ 24
        packet.fileOffset = windowStart &+ offset &+ 24
        packet.blockOffset = windowStart &+ offset
        packet.capturedLength = captured
        packet.originalLength = word(0)
        packet.linkType = records.linkType
        offset &+= length
        return .packet
    }
}

extension RawSpan {
    /// Whether a snoop file's magic octets are at `offset`: "snoop" and three zeros.
    func startsSnoop(at offset: Int) -> Bool {
        guard byteCount &- offset >= 8 else { return false }
        return bigEndian64(at: offset) == 0x736e_6f6f_7000_0000
    }
}
