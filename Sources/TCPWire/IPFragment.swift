import FlatMemory

/// Where the IP header of a fragment stands in a frame, and what is around it.
package struct FragmentPlace: BitwiseCopyable, Sendable {
    /// Where the IP header starts.
    package private(set) var start: UInt32
    /// Where the part ends that every fragment of the packet repeats: behind IPv4's header, before IPv6's fragment header.
    private(set) var headerEnd: UInt32
    /// Where the octets end that can be read, and where the packet ended on the wire.
    package private(set) var captured: UInt32
    private(set) var end: UInt32
    /// As of ``SegmentHeader``, outside the packet.
    var network: UInt32
    var vlan: UInt16
    var tunnelDepth: UInt8
    /// Whether an ICMP error quotes it, so that it is on its way to nobody.
    fileprivate let isQuoted: Bool

    /// - Parameter segment: what was read of the packet up to here.
    @inline(__always)
    init(_ segment: SegmentHeader, headerEnd: Int, in bounds: WalkBounds) {
        start = segment.ipOffset
        self.headerEnd = UInt32(truncatingIfNeeded: headerEnd)
        captured = UInt32(truncatingIfNeeded: bounds.captured)
        end = UInt32(truncatingIfNeeded: bounds.end)
        network = segment.network
        vlan = segment.vlan
        tunnelDepth = segment.tunnelDepth
        isQuoted = bounds.isQuoted
    }

    /// Octets of the headers that tell which packet it is a fragment of.
    package var headerLength: Int { Int(headerEnd &- start) &+ 8 }

    /// The same in the octets of the packet alone.
    package var alone: FragmentPlace {
        var moved = self
        moved.start = 0
        moved.headerEnd &-= start
        moved.captured &-= start
        moved.end &-= start
        return moved
    }
}

/// Observes a walk for the outermost IP fragment, and for frames that carry several packets.
struct FragmentWatch: LayerObserver {
    private(set) var finding = PacketDecoder.Finding()

    @inline(__always) mutating func enter(_ layer: HeaderLayer, at offset: Int, as form: HeaderForm) {}
    @inline(__always) mutating func stop(_ reason: HeaderStop) {}

    mutating func meet(_ fragment: FragmentPlace) {
        if finding.fragment == nil, !fragment.isQuoted { finding.fragment = fragment }
    }

    /// Of the first frame that carries several, also where it is in what does not prove to be a tunnel: another of its packets may
    /// prove it.
    mutating func meet(parts count: Int) {
        if finding.partCount == 1 { finding.partCount = max(1, count) }
    }

    /// What was found inside what looked like a tunnel is forgotten with it; what the tunnel itself was in, is not.
    @inline(__always) var mark: Int { finding.fragment == nil ? 0 : 1 }
    @inline(__always) mutating func rewind(to mark: Int) { if mark == 0 { finding.fragment = nil } }
}

/// One IP fragment: of which packet, and which part of it (RFC 791 3.1, RFC 8200 4.5).
package struct IPFragment: Sendable {
    /// What the fragments of a packet have in common: RFC 791 3.2 and RFC 8200 4.5, and where they were seen.
    package struct Key: Hashable, Sendable {
        let source: IPAddress
        let destination: IPAddress
        let identification: UInt32
        /// Of IPv6 it is no part of this: 0.
        let number: UInt8
        let tunnelDepth: UInt8
        let vlan: UInt16
        let network: UInt32
    }

    /// Which packet it is of.
    package let key: Key
    /// Whether it is of an IPv4 packet; else of an IPv6 one.
    package let isIPv4: Bool
    /// Of its payload, in octets.
    package let offset: Int
    /// Whether more of the packet follows behind it.
    package let hasMore: Bool
    /// Octets of its payload on the wire.
    package let length: Int
    /// What every fragment repeats.
    let header: Range<Int>
    /// Where in it stands what follows, and what that is.
    let nextHeaderPlace: Int
    let nextHeader: UInt8
    /// Its payload, as far as it was captured.
    let body: Range<Int>

    /// - Parameters:
    ///   - frame: a frame in which a walk met a fragment.
    ///   - place: where.
    /// - Returns: `nil` where there is none.
    package init?(in frame: RawSpan, at place: FragmentPlace) {
        let (start, headerEnd) = (Int(place.start), Int(place.headerEnd))
        let captured = min(Int(place.captured), frame.byteCount)
        guard headerEnd >= start &+ 20, captured >= headerEnd, frame.byteCount &- start >= 20 else { return nil }
        header = start..<headerEnd
        isIPv4 = frame.octet(at: start) >> 4 == 4
        let bodyStart: Int
        let identification: UInt32
        if isIPv4 {
            bodyStart = headerEnd
            let field = frame.bigEndian16(at: start &+ 6)
            guard field & 0x3fff != 0, headerEnd &- start == Int(frame.octet(at: start) & 0x0f) &* 4 else { return nil }
            offset = Int(field & 0x1fff) &* 8
            hasMore = field & 0x2000 != 0
            identification = UInt32(frame.bigEndian16(at: start &+ 4))
            nextHeaderPlace = start &+ 9
            nextHeader = frame.octet(at: start &+ 9)
        } else {
            guard headerEnd >= start &+ 40, captured >= headerEnd &+ 8,
                let place = Self.lastNextHeader(frame, from: start, to: headerEnd)
            else { return nil }
            bodyStart = headerEnd &+ 8
            let field = frame.bigEndian16(at: headerEnd &+ 2)
            offset = Int(field & 0xfff8)
            hasMore = field & 1 != 0
            identification = frame.bigEndian32(at: headerEnd &+ 4)
            nextHeaderPlace = place
            nextHeader = frame.octet(at: headerEnd)
        }
        length = Int(place.end) &- bodyStart
        body = bodyStart..<max(bodyStart, captured)
        key = Key(
            source: Self.address(frame, at: start &+ (isIPv4 ? 12 : 8), isIPv4),
            destination: Self.address(frame, at: start &+ (isIPv4 ? 16 : 24), isIPv4), identification: identification,
            number: isIPv4 ? nextHeader : 0, tunnelDepth: place.tunnelDepth, vlan: place.vlan, network: place.network)
    }

    private static func address(_ frame: RawSpan, at offset: Int, _ isIPv4: Bool) -> IPAddress {
        isIPv4
            ? IPAddress(ipv4: frame.bigEndian32(at: offset))
            : IPAddress(high: frame.bigEndian64(at: offset), low: frame.bigEndian64(at: offset &+ 8))
    }

    /// Where the header before the fragment header names it.
    private static func lastNextHeader(_ frame: RawSpan, from start: Int, to end: Int) -> Int? {
        var (number, place) = (frame.octet(at: start &+ 6), start &+ 6)
        var offset = start &+ 40
        while offset < end {
            guard end &- offset >= 8 else { return nil }
            place = offset
            let length = Int(frame.octet(at: offset &+ 1))
            offset &+= number == IPProtocol.authentication ? (length &+ 2) &* 4 : (length &+ 1) &* 8
            number = frame.octet(at: place)
        }
        return offset == end && number == IPProtocol.fragment ? place : nil
    }

    /// Whether it can be a part of a packet at all: only the last may have a length that is no multiple of eight (RFC 791 3.2,
    /// RFC 8200 4.5), and none may reach behind the longest packet.
    var isPossible: Bool {
        length > 0 && body.count <= length && (!hasMore || length & 7 == 0)
            && header.count &+ offset &+ length <= (isIPv4 ? 65_535 : 65_575)
    }
}
