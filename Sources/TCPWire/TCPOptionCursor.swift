import FlatMemory

/// Why a ``TCPOptionCursor`` returns no further option.
public enum TCPOptionStop: Hashable, Sendable {
    /// Every octet was read.
    case complete
    /// An end-of-options octet was met; what follows it is padding.
    case endOfOptions
    /// An option has a length of 0 or 1, so that the next option cannot be found.
    case tooShort(kind: UInt8, length: UInt8)
    /// An option is longer than what is left of the header; `length` is `nil` where the length octet itself lies beyond
    /// the end.
    case overrun(kind: UInt8, length: UInt8?)
}

/// Goes through the options of one segment. It holds offsets only: the caller passes the frame with each step.
public struct TCPOptionCursor: Sendable {
    /// Where the next option starts, in the frame.
    public private(set) var offset: Int
    /// Where the options end: at the end of the header, or of the captured octets.
    public let end: Int
    /// The octets in the frame of the option that was returned last.
    public private(set) var lastRange = 0..<0
    /// Why there are no further options; `nil` until ``next(in:)`` has returned `nil`.
    public private(set) var stop: TCPOptionStop?

    /// - Parameters:
    ///   - start: the frame offset of the first option.
    ///   - end: the frame offset at which the options end; limited to the frame's length when they are read.
    public init(start: Int, end: Int) {
        offset = max(0, start)
        self.end = end
    }

    /// The options of a decoded segment.
    public init(_ segment: SegmentHeader) {
        self.init(
            start: Int(segment.tcpOffset) &+ 20, end: Int(segment.tcpOffset) &+ Int(segment.headerLength))
    }

    /// The next option; `nil` where there is none, and ``stop`` then says why.
    ///
    /// - Parameter frame: the frame that the offsets refer to; it must be the same in each step.
    public mutating func next(in frame: RawSpan) -> TCPOption? {
        guard stop == nil else { return nil }
        let end = min(end, frame.byteCount)
        guard offset < end else {
            stop = .complete
            return nil
        }
        let kind = frame.octet(at: offset)
        if kind <= 1 {
            lastRange = offset..<(offset &+ 1)
            // The end-of-options octet is returned as an option; only the next step stops at it.
            if kind == 0 { return endOrNothing() }
            offset &+= 1
            return .noOperation
        }
        guard end &- offset >= 2 else {
            stop = .overrun(kind: kind, length: nil)
            return nil
        }
        let length = frame.octet(at: offset &+ 1)
        guard length >= 2 else {
            stop = .tooShort(kind: kind, length: length)
            return nil
        }
        guard Int(length) <= end &- offset else {
            stop = .overrun(kind: kind, length: length)
            return nil
        }
        let start = offset
        offset &+= Int(length)
        lastRange = start..<offset
        return TCPOption(kind: kind, length: length, at: start, in: frame)
    }

    private mutating func endOrNothing() -> TCPOption? {
        if endSeen {
            stop = .endOfOptions
            return nil
        }
        endSeen = true
        return .endOfOptions
    }

    private var endSeen = false
}

extension TCPOption {
    /// Decodes one option, all of whose `length` octets must lie in the frame.
    init(kind: UInt8, length: UInt8, at offset: Int, in frame: RawSpan) {
        let body = offset &+ 2
        switch (kind, length) {
        case (2, 4): self = .maximumSegmentSize(frame.bigEndian16(at: body))
        case (3, 3): self = .windowScale(frame.octet(at: body))
        case (4, 2): self = .sackPermitted
        case (5, 10), (5, 18), (5, 26), (5, 34):
            var blocks = SACKBlocks()
            for start in stride(from: body, to: offset &+ Int(length), by: 8) {
                blocks.append(
                    SACKBlock(left: frame.bigEndian32(at: start), right: frame.bigEndian32(at: start &+ 4)))
            }
            self = .sack(blocks)
        case (8, 10):
            self = .timestamps(
                TCPTimestamps(value: frame.bigEndian32(at: body), echoReply: frame.bigEndian32(at: body &+ 4)))
        case (19, 18): self = .md5Signature(Self.bits(in: frame, at: body, octets: 16))
        case (28, 4):
            let field = frame.bigEndian16(at: body)
            let count = UInt32(field & 0x7fff)
            self = .userTimeout(seconds: field & 0x8000 != 0 ? count &* 60 : count)
        case (29, 4...):
            self = .authentication(
                keyID: frame.octet(at: body), receiveNextKeyID: frame.octet(at: body &+ 1), macLength: length &- 4)
        case (30, 3...):
            self = .multipath(MultipathSubtype(rawValue: frame.octet(at: body) >> 4), length: length)
        case (34, 2), (34, 6...18):
            self = .fastOpen(Self.cookie(in: frame, at: body, octets: length &- 2), experimental: false)
        case (172, _), (174, _):
            self =
                Self.accurateECN(in: frame, at: body, octets: length &- 2, ect1First: kind == 174, experimental: false)
                ?? .malformed(kind: kind, length: length)
        case (253, 4...), (254, 4...):
            self = Self.experiment(kind: kind, length: length, at: body, in: frame)
        case (2...5, _), (8, _), (19, _), (28, _), (29, _), (30, _), (34, _), (253, _), (254, _):
            self = .malformed(kind: kind, length: length)
        default: self = .unknown(kind: kind, length: length)
        }
    }

    private static func experiment(kind: UInt8, length: UInt8, at body: Int, in frame: RawSpan) -> TCPOption {
        let identifier = frame.bigEndian16(at: body)
        switch identifier {
        case 0xf989 where length == 4 || (8...20).contains(length):
            return .fastOpen(cookie(in: frame, at: body &+ 2, octets: length &- 4), experimental: true)
        case 0xacce, 0xacc1:
            return accurateECN(
                in: frame, at: body &+ 2, octets: length &- 4, ect1First: identifier == 0xacc1, experimental: true)
                ?? .malformed(kind: kind, length: length)
        default: return .experiment(kind: kind, identifier: identifier, length: length)
        }
    }

    private static func bits(in frame: RawSpan, at offset: Int, octets: Int) -> UInt128 {
        var bits: UInt128 = 0
        for index in 0..<octets { bits = bits << 8 | UInt128(frame.octet(at: offset &+ index)) }
        return bits
    }

    private static func cookie(in frame: RawSpan, at offset: Int, octets: UInt8) -> FastOpenCookie {
        let bits = bits(in: frame, at: offset, octets: Int(octets))
        return FastOpenCookie(bits: octets == 0 ? 0 : bits << (128 - 8 * UInt128(octets)), length: octets)
    }

    /// Decodes zero to three counters, in the order ECT(0), CE, ECT(1) or the reverse (RFC 9768 3.2.3); `nil` for a
    /// length that is no such list.
    private static func accurateECN(
        in frame: RawSpan, at offset: Int, octets: UInt8, ect1First: Bool, experimental: Bool
    ) -> TCPOption? {
        guard octets <= 9, octets % 3 == 0 else { return nil }
        func counter(_ index: UInt8) -> UInt32? {
            octets >= index * 3 + 3 ? UInt32(bits(in: frame, at: offset &+ Int(index) * 3, octets: 3)) : nil
        }
        let first = counter(0)
        let last = counter(2)
        return .accurateECN(
            AccurateECNCounters(
                startsWithECT1: ect1First, experimental: experimental, ect0: ect1First ? last : first, ce: counter(1),
                ect1: ect1First ? first : last))
    }
}
