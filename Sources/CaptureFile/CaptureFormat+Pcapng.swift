import FlatMemory

extension CaptureFormat {
    /// The type of a section header block, which is the same in both byte orders.
    static let sectionHeaderType: UInt32 = 0x0a0d_0d0a

    enum BlockType {
        static let interfaceDescription: UInt32 = 1
        static let obsoletePacket: UInt32 = 2
        static let simplePacket: UInt32 = 3
        static let enhancedPacket: UInt32 = 6
        /// Blocks without a packet to which Wireshark gives a frame number nevertheless: systemd's journal, and custom
        /// blocks (whether or not editors may copy them).
        static let numbered: [UInt32] = [9, 0xbad, 0x4000_0bad]
    }

    /// - Returns: nil where a file of another kind was appended, and its header has been read.
    mutating func nextPcapng(in bytes: RawSpan, at offset: inout Int, packet: inout CapturedPacket) -> Step? {
        while true {
            if skipping > 0, let step = skip(in: bytes, at: &offset) { return step }
            let available = bytes.byteCount &- offset
            guard available >= 12 else { return available == 0 ? .end : .needsMore(atLeast: 12) }
            let type = bytes.uint32(at: offset, swapped: swapped)
            if type == CaptureFormat.sectionHeaderType {
                if let step = readSection(in: bytes, at: &offset) { return step }
                continue
            }
            let stated = bytes.uint32(at: offset &+ 4, swapped: swapped)
            // Some writers do not count the padding in the length; Wireshark reads those files too.
            let length = (Int(stated) &+ 3) & ~3
            guard length >= 12 else { return .damaged(.blockTooShort(type: type, length: length)) }
            switch type {
            case BlockType.enhancedPacket, BlockType.simplePacket, BlockType.obsoletePacket,
                BlockType.interfaceDescription:
                guard length <= CaptureFormat.heldBlockLimit else {
                    return .damaged(.blockTooLong(type: type, length: length))
                }
                guard available >= length else { return .needsMore(atLeast: length) }
                let damage =
                    switch type {
                    case BlockType.interfaceDescription: readInterface(in: bytes, at: offset, length: length)
                    case BlockType.simplePacket:
                        readSimplePacket(in: bytes, at: offset, length: length, packet: &packet)
                    default: readTimedPacket(type, in: bytes, at: offset, length: length, packet: &packet)
                    }
                if let damage { return .damaged(damage) }
                checkTrailer(bytes.uint32(at: offset &+ length &- 4, swapped: swapped), against: stated)
                offset &+= length
                if type != BlockType.interfaceDescription { return .packet }
            default:
                if records.startsFile(at: offset, in: bytes) { return join(in: bytes, at: &offset) }
                guard length <= CaptureFormat.blockLimit else {
                    return .damaged(.blockTooLong(type: type, length: length))
                }
                if BlockType.numbered.contains(type) { numbered &+= 1 }
                skipping = length &- 8
                skippedLength = stated
                offset &+= 8
            }
        }
    }

    /// Skips the rest of a block, as far as the window reaches.
    private mutating func skip(in bytes: RawSpan, at offset: inout Int) -> Step? {
        let passed = min(skipping &- 4, bytes.byteCount &- offset)
        offset &+= passed
        skipping &-= passed
        guard skipping == 4 else { return .needsMore(atLeast: 1) }
        guard bytes.byteCount &- offset >= 4 else { return .needsMore(atLeast: 4) }
        checkTrailer(bytes.uint32(at: offset, swapped: swapped), against: skippedLength)
        offset &+= 4
        skipping = 0
        return nil
    }

    private mutating func checkTrailer(_ trailer: UInt32, against length: UInt32) {
        // Differing only in padding is allowed: one of the two lengths may include it and the other not.
        if trailer != length, (trailer &+ 3) & ~3 != (length &+ 3) & ~3 { mismatchedTrailers &+= 1 }
    }

    /// Section header block: it gives the byte order of the blocks after it, and their interfaces are numbered from 0
    /// again.
    private mutating func readSection(in bytes: RawSpan, at offset: inout Int) -> Step? {
        guard bytes.byteCount &- offset >= 24 else { return .needsMore(atLeast: 24) }
        let magic = bytes.uint32(at: offset &+ 8, swapped: false)
        guard magic == 0x1a2b_3c4d || magic.byteSwapped == 0x1a2b_3c4d else {
            return .damaged(.unknownByteOrder(magic: magic))
        }
        let isSwapped = magic != 0x1a2b_3c4d
        let stated = bytes.uint32(at: offset &+ 4, swapped: isSwapped)
        let length = (Int(stated) &+ 3) & ~3
        let type = CaptureFormat.sectionHeaderType
        guard length >= 28 else { return .damaged(.blockTooShort(type: type, length: length)) }
        guard length <= CaptureFormat.blockLimit else { return .damaged(.blockTooLong(type: type, length: length)) }
        let major = bytes.uint16(at: offset &+ 12, swapped: isSwapped)
        guard major == 1 else {
            let minor = bytes.uint16(at: offset &+ 14, swapped: isSwapped)
            return .damaged(.unknownSectionVersion(major: major, minor: minor))
        }
        guard sections.count < CaptureFormat.interfaceLimit else { return .damaged(.tooManyInterfaces) }
        swapped = isSwapped
        sections.append(
            CaptureSection(fileOffset: windowStart &+ offset, swapped: isSwapped, firstInterface: rows.count))
        sectionRows = rows.count..<rows.count
        skipping = length &- 8
        skippedLength = stated
        offset &+= 8
        return nil
    }

    /// Interface description block.
    private mutating func readInterface(in bytes: RawSpan, at offset: Int, length: Int) -> CaptureDamage? {
        guard length >= 20 else { return .blockTooShort(type: BlockType.interfaceDescription, length: length) }
        guard rows.count < CaptureFormat.interfaceLimit else { return .tooManyInterfaces }
        let linkType = bytes.uint16(at: offset &+ 8, swapped: swapped)
        let snapshotLength = bytes.uint32(at: offset &+ 12, swapped: swapped)
        var description = CaptureInterface(linkType: linkType, snapshotLength: snapshotLength)
        var resolution: UInt8 = 6
        var offsetSeconds: Int64 = 0
        var options = BlockOptions(from: offset &+ 16, to: offset &+ length &- 4, swapped: swapped)
        while let option = options.next(in: bytes) {
            switch (option.code, option.length) {
            case (2, 1...): description.name = bytes.string(at: option.offset, length: min(option.length, 255))
            case (9, 1...): resolution = bytes.octet(at: option.offset)
            case (14, 8...):
                offsetSeconds = Int64(bitPattern: bytes.uint64(at: option.offset, swapped: swapped))
            default: break
            }
        }
        descriptions.append(description)
        rows.append(
            InterfaceRow(
                scale: TimeScale(resolution: resolution, offsetSeconds: offsetSeconds),
                snapshotLength: snapshotLength, linkType: linkType))
        sectionRows = sectionRows.lowerBound..<rows.count
        return nil
    }

    /// Enhanced packet block, and the obsolete packet block, which differs only in its first word: a 16-bit interface
    /// number and a 16-bit drop count.
    private mutating func readTimedPacket(
        _ type: UInt32, in bytes: RawSpan, at offset: Int, length: Int, packet: inout CapturedPacket
    ) -> CaptureDamage? {
        guard length >= 32 else { return .blockTooShort(type: type, length: length) }
        var (interface, high, low, captured) = bytes.fourWords(at: offset &+ 8, swapped: swapped)
        if type == BlockType.obsoletePacket { interface = UInt32(bytes.uint16(at: offset &+ 8, swapped: swapped)) }
        let capturedLength = Int(captured)
        guard capturedLength <= CaptureFormat.packetLimit else { return .packetTooLong(length: capturedLength) }
        guard capturedLength <= length &- 32 else {
            return .packetLongerThanBlock(length: capturedLength, blockLength: length)
        }
        guard Int(interface) < sectionRows.count else {
            return .unknownInterface(number: interface, described: sectionRows.count)
        }
        let index = sectionRows.lowerBound &+ Int(interface)
        packet.time = rows[index].scale.timestamp(UInt64(high) << 32 | UInt64(low))
        packet.hasTime = true
        packet.linkType = rows[index].linkType
        packet.interface = interface
        packet.originalLength = Int(bytes.uint32(at: offset &+ 24, swapped: swapped))
        place(&packet, at: offset, headerLength: 28, capturedLength: capturedLength)
        let optionsStart = offset &+ 28 &+ ((capturedLength &+ 3) & ~3)
        let optionsEnd = offset &+ length &- 4
        packet.direction =
            optionsStart < optionsEnd
            ? direction(in: bytes, options: BlockOptions(from: optionsStart, to: optionsEnd, swapped: swapped))
            : .unknown
        return nil
    }

    /// Simple packet block: it has no time, always belongs to the section's first interface, and its captured length
    /// must be inferred.
    private mutating func readSimplePacket(
        in bytes: RawSpan, at offset: Int, length: Int, packet: inout CapturedPacket
    ) -> CaptureDamage? {
        guard length >= 16 else { return .blockTooShort(type: BlockType.simplePacket, length: length) }
        guard !sectionRows.isEmpty else { return .unknownInterface(number: 0, described: 0) }
        let row = rows[sectionRows.lowerBound]
        let originalLength = Int(bytes.uint32(at: offset &+ 8, swapped: swapped))
        let snapshotLength = row.snapshotLength == 0 ? Int.max : Int(row.snapshotLength)
        let capturedLength = min(originalLength, snapshotLength, length &- 16)
        guard capturedLength <= CaptureFormat.packetLimit else { return .packetTooLong(length: capturedLength) }
        packet.time = Timestamp(nanoseconds: 0)
        packet.hasTime = false
        packet.linkType = row.linkType
        packet.interface = 0
        packet.originalLength = originalLength
        packet.direction = .unknown
        place(&packet, at: offset, headerLength: 12, capturedLength: capturedLength)
        return nil
    }

    private mutating func place(
        _ packet: inout CapturedPacket, at offset: Int, headerLength: Int, capturedLength: Int
    ) {
        numbered &+= 1
        packet.number = numbered
        packet.offset = offset &+ headerLength
        packet.fileOffset = windowStart &+ offset &+ headerLength
        packet.blockOffset = windowStart &+ offset
        packet.capturedLength = capturedLength
    }
}
