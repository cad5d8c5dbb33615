import FlatMemory

/// The form of a pcap file's records, which the file's header determines for all of them.
@frozen @usableFromInline struct PcapRecords: Sendable, BitwiseCopyable {
    /// Whether the byte order differs from this machine's.
    @usableFromInline var swapped = false
    /// Octets of the record header before each packet.
    @usableFromInline var headerLength = 16
    @usableFromInline var nanosecondsPerFraction: Int64 = 1000
    @usableFromInline var linkType: UInt16 = 0
    /// Whether the captured and the original length may be exchanged. Before version 2.3 they are; in files of version
    /// 2.3 either may come first, and the larger one is the original length (libpcap's `sf-pcap.c`).
    @usableFromInline var mayHaveSwappedLengths = false

    @inlinable init() {}

    /// Whether the records have the form of nearly all files: this machine's byte order, sixteen octets before each
    /// packet, the captured length first.
    @usableFromInline var isUsual: Bool { !swapped && headerLength == 16 && !mayHaveSwappedLengths }

    /// The packet whose record begins at `offset`; `nil` where it cannot be read, and ``obstacle(at:in:)`` then tells
    /// why. The next record begins after the packet.
    ///
    /// - Parameter windowStart: the offset of `bytes` in the file.
    @usableFromInline
    func packet(at offset: Int, in bytes: RawSpan, from windowStart: Int, number: Int) -> CapturedPacket? {
        packet(
            at: offset, in: bytes, from: windowStart, number: number, swapped: swapped, headerLength: headerLength,
            mayHaveSwappedLengths: mayHaveSwappedLengths)
    }

    /// The packet whose record begins at `offset`, as ``packet(at:in:from:number:)`` returns it. ``isUsual`` must be
    /// true, so that the form need not be tested for each packet.
    @inlinable @inline(__always)
    func usualPacket(at offset: Int, in bytes: RawSpan, from windowStart: Int, number: Int) -> CapturedPacket? {
        packet(
            at: offset, in: bytes, from: windowStart, number: number, swapped: false, headerLength: 16,
            mayHaveSwappedLengths: false)
    }

    @inlinable @inline(__always)
    func packet(
        at offset: Int, in bytes: RawSpan, from windowStart: Int, number: Int, swapped: Bool, headerLength: Int,
        mayHaveSwappedLengths: Bool
    ) -> CapturedPacket? {
        let available = bytes.byteCount &- offset
        guard available >= headerLength else { return nil }
        let (seconds, fraction, first, second) = bytes.fourWords(at: offset, swapped: swapped)
        let captured = mayHaveSwappedLengths ? min(first, second) : first
        let original = mayHaveSwappedLengths ? max(first, second) : second
        guard captured <= CaptureFormat.packetLimit, available >= headerLength &+ Int(captured) else { return nil }
        if Self.mayBeFile(captured, original, mayHaveSwappedLengths: mayHaveSwappedLengths),
            startsFile(at: offset, in: bytes)
        {
            return nil
        }
        var packet = CapturedPacket()
        packet.number = number
        // 2^32 s plus 2^32 µs, in nanoseconds, fit into 63 bits.
        packet.time = Timestamp(
            nanoseconds: Int64(seconds) &* 1_000_000_000 &+ Int64(fraction) &* nanosecondsPerFraction)
        packet.offset = offset &+ headerLength
        packet.fileOffset = windowStart &+ offset &+ headerLength
        packet.blockOffset = windowStart &+ offset
        packet.capturedLength = Int(captured)
        packet.originalLength = Int(original)
        packet.linkType = linkType
        guard headerLength >= 24 else { return packet }
        packet.interface = bytes.uint32(at: offset &+ 16, swapped: swapped)
        packet.direction = patchedDirection(at: offset, in: bytes)
        return packet
    }

    /// Whether a record with these lengths might really be another file's header. In pcap's header, the third and
    /// fourth words, where a record has its lengths, are zero. In snoop's they are its version and its link type, which
    /// are as small as the lengths of an empty packet or, in the other byte order, greater than the limit. In pcapng's
    /// the third word is greater than the limit; the fourth is a version, which is taken for the captured length where
    /// the lengths may be exchanged.
    @inlinable @inline(__always)
    static func mayBeFile(_ captured: UInt32, _ original: UInt32, mayHaveSwappedLengths: Bool) -> Bool {
        captured < 8 || captured > CaptureFormat.packetLimit
            || mayHaveSwappedLengths && original > CaptureFormat.packetLimit
    }

    /// The step that a walk results in which cannot read a packet at `offset`.
    @usableFromInline
    func obstacle(at offset: Int, in bytes: RawSpan) -> CaptureFormat.Step {
        let available = bytes.byteCount &- offset
        guard available > 0 else { return .end }
        // Sixteen octets may turn out to begin another file (``isJoined(at:in:)``), even where a record's header is
        // longer.
        guard available >= headerLength else { return .needsMore(atLeast: available < 16 ? 16 : headerLength) }
        var captured = Int(bytes.uint32(at: offset &+ 8, swapped: swapped))
        if mayHaveSwappedLengths { captured = min(captured, Int(bytes.uint32(at: offset &+ 12, swapped: swapped))) }
        guard captured <= CaptureFormat.packetLimit else { return .damaged(.packetTooLong(length: captured)) }
        return .needsMore(atLeast: headerLength &+ captured)
    }

    /// The direction given by Linux's packet type, which the longer record headers of Alexey Kuznetsov's patched
    /// libpcap hold after the interface's index and the protocol.
    @usableFromInline
    func patchedDirection(at offset: Int, in bytes: RawSpan) -> PacketDirection {
        switch bytes.octet(at: offset &+ 22) {
        case 0, 1, 2: .inbound
        case 4: .outbound
        default: .unknown
        }
    }
}
