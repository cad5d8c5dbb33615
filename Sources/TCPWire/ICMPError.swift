import FlatMemory

/// An ICMP (RFC 792) or ICMPv6 (RFC 4443) error about a TCP segment, filled by
/// ``PacketDecoder/decodeQuoted(_:link:originalLength:into:)``.
public struct ICMPError: Hashable, Sendable {
    /// Whether it is ICMPv6, which has other types and codes.
    public var isICMPv6 = false
    /// The type as sent; ``reason`` interprets it.
    public var type: UInt8 = 0
    /// The code as sent; ``reason`` interprets it.
    public var code: UInt8 = 0
    /// The sender of the error: the destination host itself, or a router on the path.
    public var reporter = IPAddress(high: 0, low: 0)
    /// The destination of the error: the quoted segment's sender.
    public var receiver = IPAddress(high: 0, low: 0)
    /// The quoted segment's source.
    public var source = Endpoint(address: IPAddress(high: 0, low: 0), port: 0)
    /// The quoted segment's destination.
    public var destination = Endpoint(address: IPAddress(high: 0, low: 0), port: 0)
    /// The quoted segment's sequence number, as sent.
    public var sequence: UInt32 = 0
    /// The quoted packet's identification (for IPv6, that of its fragment header); 0 where there is none.
    public var identification: UInt32 = 0
    /// Octets of the quoted TCP header and of everything after it, by the quoted IP header's length field.
    public var length: UInt32 = 0
    /// The quoted acknowledgment number; `nil` where the quote ends before it.
    public var acknowledgment: UInt32?
    /// The quoted flags; `nil` where only the eight octets that RFC 792 promises were quoted.
    public var flags: TCPFlags?
    /// Whether the message's checksum is wrong, so that its receiver drops it; `false` where the checksum was not
    /// filled in, or the message was not captured whole.
    public var isDamaged = false
    /// The MTU of the next link, as a "fragmentation needed" or "packet too big" states it; `nil` where none is stated.
    public var mtu: UInt32?

    /// An error without content, to be filled in.
    public init() {}

    /// What type and code mean in the error's version of ICMP.
    public var reason: ICMPReason {
        isICMPv6 ? ICMPReason(icmpv6Type: type, code: code) : ICMPReason(icmpType: type, code: code)
    }

    /// - Parameter outer: the segment header that a walk with the verdict ``PacketVerdict/quotedSegment`` has filled
    ///   in: its offset and lengths, which are TCP's elsewhere, are those of the ICMP message.
    init?(_ frame: RawSpan, outer: SegmentHeader) {
        let offset = Int(outer.tcpOffset)
        let bounds = WalkBounds(
            captured: offset &+ Int(outer.capturedPayloadLength), end: offset &+ Int(outer.payloadLength))
        var quoted = SegmentHeader()
        var observer = FragmentWatch()
        let verdict = HeaderWalk.rawIP(frame, at: offset &+ 8, in: bounds, &quoted, &observer)
        let start = Int(quoted.tcpOffset)
        guard start > 0, bounds.captured &- start >= 8 else { return nil }
        isICMPv6 = frame.octet(at: Int(outer.ipOffset)) >> 4 == 6
        isDamaged = ICMPChecksum.isWrong(frame, outer, isICMPv6: isICMPv6)
        type = frame.octet(at: offset)
        code = frame.octet(at: offset &+ 1)
        reporter = outer.source
        receiver = outer.destination
        source = Endpoint(address: quoted.source, port: frame.bigEndian16(at: start))
        destination = Endpoint(address: quoted.destination, port: frame.bigEndian16(at: start &+ 2))
        sequence = frame.bigEndian32(at: start &+ 4)
        if verdict == .segment { flags = quoted.flags }
        if bounds.captured &- start >= 12 { acknowledgment = frame.bigEndian32(at: start &+ 8) }
        identification = quoted.identification
        let header = Int(quoted.ipOffset)
        let whole =
            frame.octet(at: header) >> 4 == 4
            ? Int(frame.bigEndian16(at: header &+ 2)) : Int(frame.bigEndian16(at: header &+ 4)) &+ 40
        length = UInt32(truncatingIfNeeded: max(0, whole &- (start &- header)))
        switch reason {
        case .fragmentationNeeded:
            // Routers older than RFC 1191 leave the field zero.
            let field = frame.bigEndian16(at: offset &+ 6)
            mtu = field == 0 ? nil : UInt32(field)
        case .packetTooBig: mtu = frame.bigEndian32(at: offset &+ 4)
        default: break
        }
    }
}

/// Why a packet was refused, for both versions of ICMP. The raw values are the registry's words, for output that is not
/// translated.
public enum ICMPReason: String, Hashable, Sendable, CaseIterable {
    case networkUnreachable = "network unreachable"
    case hostUnreachable = "host unreachable"
    case protocolUnreachable = "protocol unreachable"
    case portUnreachable = "port unreachable"
    case fragmentationNeeded = "fragmentation needed"
    case sourceRouteFailed = "source route failed"
    case networkProhibited = "network prohibited"
    case hostProhibited = "host prohibited"
    case administrativelyProhibited = "administratively prohibited"
    case noRoute = "no route"
    case beyondScope = "beyond scope of source address"
    case addressUnreachable = "address unreachable"
    case policyFailed = "source address failed policy"
    case routeRejected = "reject route"
    case sourceQuench = "source quench"
    case redirect = "redirect"
    case packetTooBig = "packet too big"
    case timeExceeded = "time exceeded"
    case reassemblyTimeExceeded = "fragment reassembly time exceeded"
    case parameterProblem = "parameter problem"
    case otherUnreachable = "unreachable"
    case other = "other"

    init(icmpType type: UInt8, code: UInt8) {
        switch (type, code) {
        case (3, 0), (3, 6), (3, 11): self = .networkUnreachable
        case (3, 1), (3, 7), (3, 8), (3, 12): self = .hostUnreachable
        case (3, 2): self = .protocolUnreachable
        case (3, 3): self = .portUnreachable
        case (3, 4): self = .fragmentationNeeded
        case (3, 5): self = .sourceRouteFailed
        case (3, 9): self = .networkProhibited
        case (3, 10): self = .hostProhibited
        case (3, 13), (3, 14), (3, 15): self = .administrativelyProhibited
        case (3, _): self = .otherUnreachable
        case (4, _): self = .sourceQuench
        case (5, _): self = .redirect
        case (11, 0): self = .timeExceeded
        case (11, 1): self = .reassemblyTimeExceeded
        case (12, _): self = .parameterProblem
        default: self = .other
        }
    }

    init(icmpv6Type type: UInt8, code: UInt8) {
        switch (type, code) {
        case (1, 0): self = .noRoute
        case (1, 1): self = .administrativelyProhibited
        case (1, 2): self = .beyondScope
        case (1, 3): self = .addressUnreachable
        case (1, 4): self = .portUnreachable
        case (1, 5): self = .policyFailed
        case (1, 6): self = .routeRejected
        case (1, _): self = .otherUnreachable
        case (2, _): self = .packetTooBig
        case (3, 0): self = .timeExceeded
        case (3, 1): self = .reassemblyTimeExceeded
        case (4, _): self = .parameterProblem
        default: self = .other
        }
    }
}
