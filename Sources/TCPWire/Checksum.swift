import FlatMemory

/// The result of verifying a checksum.
public enum ChecksumVerdict: Hashable, Sendable {
    case correct
    case wrong(expected: UInt16)
    /// The field holds the sum of the pseudo-header only: the capture was taken before the network card filled it in
    /// (transmit checksum offload).
    case partial(expected: UInt16)
    /// The field is 0 though the checksum is not: it was never filled in.
    case zero(expected: UInt16)
    /// Not all octets are here: the capture cut them off, or they are in later fragments.
    case cannotVerify
}

/// The internet checksum (RFC 1071), kept as an unfolded sum of 16-bit words.
@frozen public struct InternetSum: Sendable {
    @usableFromInline var sum: UInt64 = 0

    /// The sum of no octets.
    @inlinable public init() {}

    /// Adds a field of 16 bits.
    mutating func add(_ word: UInt16) { sum &+= UInt64(word) }

    /// Adds a field of 32 bits: since 2^32 is 1 modulo 2^16 - 1, wider words may be added without being split.
    mutating func add(_ word: UInt32) { sum &+= UInt64(word) }

    /// Adds an address of a pseudo-header. This serves both versions of IP: an IPv4 address is held as
    /// `::ffff:a.b.c.d`, and 0xffff is zero in ones' complement.
    mutating func add(_ address: IPAddress) {
        add(UInt32(truncatingIfNeeded: address.high >> 32))
        add(UInt32(truncatingIfNeeded: address.high))
        add(UInt32(truncatingIfNeeded: address.low >> 32))
        add(UInt32(truncatingIfNeeded: address.low))
    }

    /// Adds the octets from `start` to before `end`, both of which must lie in the frame. The first must be the upper
    /// octet of a 16-bit word; where their number is odd, the last word is padded with a zero.
    public mutating func add(_ frame: RawSpan, from start: Int, to end: Int) {
        sum &+= UInt64(frame.sumOfWords(from: start, to: end))
    }

    @usableFromInline var folded: UInt16 {
        var rest = sum
        while rest > 0xffff { rest = (rest & 0xffff) &+ (rest >> 16) }
        return UInt16(truncatingIfNeeded: rest)
    }

    /// The value for the checksum field: the complement of the sum. It is zero where the summed octets include a
    /// correct checksum.
    @inlinable public var checksum: UInt16 { ~folded }
}

/// TCP's checksum over pseudo-header, header and payload (RFC 9293 3.1).
public enum TCPChecksum {
    /// Checks the segment that `segment` describes in `frame`.
    ///
    /// - Parameter payload: the sum of the segment's payload, where the caller has it already.
    public static func verify(
        _ segment: SegmentHeader, in frame: RawSpan, payload: InternetSum? = nil
    ) -> ChecksumVerdict {
        let start = Int(segment.tcpOffset)
        let header = Int(segment.headerLength)
        let length = header &+ Int(segment.payloadLength)
        guard !segment.isFirstFragment, segment.capturedPayloadLength == segment.payloadLength,
            start <= frame.byteCount, frame.byteCount &- start >= length, length >= 20
        else { return .cannotVerify }
        var sum = pseudoHeader(from: segment.source, to: segment.destination, length: length)
        let pseudoHeaderSum = sum.folded
        sum.add(frame, from: start, to: start &+ 16)
        sum.add(frame, from: start &+ 18, to: start &+ header)
        // A header consists of whole 32-bit words, so the payload begins at an even offset, and a sum of it alone fits
        // in here.
        if let payload {
            sum.add(~payload.checksum)
        } else {
            sum.add(frame, from: start &+ header, to: start &+ length)
        }
        let expected = sum.checksum
        // 0x0000 and 0xffff are the same number in ones' complement.
        if segment.checksum == expected || segment.checksum ^ expected == 0xffff && expected &+ 1 <= 1 {
            return .correct
        }
        if segment.checksum == pseudoHeaderSum { return .partial(expected: expected) }
        if segment.checksum == 0 { return .zero(expected: expected) }
        return .wrong(expected: expected)
    }

    /// The checksum of a segment whose checksum field is still zero.
    static func of(_ segment: [UInt8], from source: IPAddress, to destination: IPAddress) -> UInt16 {
        var sum = pseudoHeader(from: source, to: destination, length: segment.count)
        sum.add(segment.octets, from: 0, to: segment.count)
        return sum.checksum
    }

    /// The sum over the pseudo-header (RFC 9293 3.1) of a segment of `length` octets; the segment itself is to be added
    /// to it.
    public static func pseudoHeader(from source: IPAddress, to destination: IPAddress, length: Int) -> InternetSum {
        var sum = InternetSum()
        sum.add(source)
        sum.add(destination)
        sum.add(UInt32(truncatingIfNeeded: length))
        sum.add(UInt16(IPProtocol.tcp))
        return sum
    }
}

/// ICMP's checksum over the message (RFC 792), ICMPv6's over a pseudo-header too (RFC 4443 2.3).
enum ICMPChecksum {
    /// Whether the checksum is filled in and wrong; `false` where octets of the message are missing.
    ///
    /// - Parameter outer: the IP packet's header; its offsets and lengths must be those of the ICMP message.
    static func isWrong(_ frame: RawSpan, _ outer: SegmentHeader, isICMPv6: Bool) -> Bool {
        let start = Int(outer.tcpOffset)
        let length = Int(outer.payloadLength)
        guard length >= 8, !outer.isFirstFragment, outer.capturedPayloadLength == outer.payloadLength,
            start <= frame.byteCount, frame.byteCount &- start >= length, frame.bigEndian16(at: start &+ 2) != 0
        else { return false }
        var sum = InternetSum()
        if isICMPv6 {
            sum.add(outer.source)
            sum.add(outer.destination)
            sum.add(UInt32(truncatingIfNeeded: length))
            sum.add(UInt16(IPProtocol.icmpv6))
        }
        sum.add(frame, from: start, to: start &+ length)
        return sum.checksum != 0
    }
}

/// The IPv4 header's own checksum (RFC 791 3.1).
public enum IPv4Checksum {
    /// Verifies the header at `offset`; ``ChecksumVerdict/cannotVerify`` where there is no whole IPv4 header.
    public static func verify(in frame: RawSpan, at offset: Int) -> ChecksumVerdict {
        guard offset >= 0, offset <= frame.byteCount, frame.byteCount &- offset >= 20 else { return .cannotVerify }
        let length = Int(frame.octet(at: offset) & 0x0f) &* 4
        guard length >= 20, frame.byteCount &- offset >= length else { return .cannotVerify }
        var sum = InternetSum()
        sum.add(frame, from: offset, to: offset &+ 10)
        sum.add(frame, from: offset &+ 12, to: offset &+ length)
        let expected = sum.checksum
        let field = frame.bigEndian16(at: offset &+ 10)
        if field == expected { return .correct }
        return field == 0 ? .zero(expected: expected) : .wrong(expected: expected)
    }
}
