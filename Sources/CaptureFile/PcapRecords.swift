import FlatMemory

/// How the records of a pcap file are written: its header says so of all of them.
@frozen @usableFromInline struct PcapRecords: Sendable, BitwiseCopyable {
    /// Whether the byte order differs from this machine's.
    @usableFromInline var swapped = false
    /// Octets before each packet.
    @usableFromInline var headerLength = 16
    @usableFromInline var nanosecondsPerFraction: Int64 = 1000
    @usableFromInline var linkType: UInt16 = 0
    /// Whether the captured and the original length may have changed places: before version 2.3 they have, in files of version
    /// 2.3 the larger is the original one whichever stands first (libpcap's `sf-pcap.c`).
    @usableFromInline var mayHaveSwappedLengths = false

    @inlinable init() {}

    /// Whether they are written as nearly all are: in this machine's byte order, sixteen octets before each packet, the captured
    /// length first.
    @usableFromInline var isUsual: Bool { !swapped && headerLength == 16 && !mayHaveSwappedLengths }

    /// The packet whose record starts at `offset`; `nil` where ``obstacle(at:in:)`` tells why it cannot be read. The next record
    /// starts behind it.
    ///
    /// - Parameter windowStart: where `bytes` begin in the file.
    @usableFromInline
    func packet(at offset: Int, in bytes: RawSpan, from windowStart: Int, number: Int) -> CapturedPacket? {
        packet(
            at: offset, in: bytes, from: windowStart, number: number, swapped: swapped, headerLength: headerLength,
            mayHaveSwappedLengths: mayHaveSwappedLengths)
    }

    /// The same where ``isUsual`` holds, so that nothing of that is tested for each packet.
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
        // 2^32 s and 2^32 µs of nanoseconds stay within 63 bits.
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

    /// Whether a record that claims these lengths may be another file's header in place of one. Of pcap's the third and fourth
    /// words are zero; of snoop's they are its version and its type of link, which are as small as an empty packet's lengths or,
    /// in the other byte order, greater than any; of pcapng's the third is greater than any, and the fourth a version, which is
    /// taken for what was captured where the lengths may have changed places.
    @inlinable @inline(__always)
    static func mayBeFile(_ captured: UInt32, _ original: UInt32, mayHaveSwappedLengths: Bool) -> Bool {
        captured < 8 || captured > CaptureFormat.packetLimit
            || mayHaveSwappedLengths && original > CaptureFormat.packetLimit
    }

    /// What a walk that cannot go past `offset` has come to.
    @usableFromInline
    func obstacle(at offset: Int, in bytes: RawSpan) -> CaptureFormat.Step {
        let available = bytes.byteCount &- offset
        guard available > 0 else { return .end }
        // Sixteen may be another file's beginning (``isJoined(at:in:)``), which is less than a long header.
        guard available >= headerLength else { return .needsMore(atLeast: available < 16 ? 16 : headerLength) }
        var captured = Int(bytes.uint32(at: offset &+ 8, swapped: swapped))
        if mayHaveSwappedLengths { captured = min(captured, Int(bytes.uint32(at: offset &+ 12, swapped: swapped))) }
        guard captured <= CaptureFormat.packetLimit else { return .damaged(.packetTooLong(length: captured)) }
        return .needsMore(atLeast: headerLength &+ captured)
    }

    /// Linux's packet type, in the longer record headers of Alexey Kuznetsov's patched libpcap, behind the interface's index and
    /// the protocol.
    @usableFromInline
    func patchedDirection(at offset: Int, in bytes: RawSpan) -> PacketDirection {
        switch bytes.octet(at: offset &+ 22) {
        case 0, 1, 2: .inbound
        case 4: .outbound
        default: .unknown
        }
    }
}
