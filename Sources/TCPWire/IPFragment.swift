import FlatMemory

/// Where the IP header of a fragment lies in a frame, and in which network, VLAN and tunnel it was seen.
package struct FragmentPlace: BitwiseCopyable, Sendable {
    /// The offset of the IP header.
    package private(set) var start: UInt32
    /// The end of the headers that every fragment of the packet repeats: for IPv4 the end of the header, for IPv6 where
    /// the fragment header begins.
    private(set) var headerEnd: UInt32
    /// The end of the octets that can be read; `end` is where the packet ended on the wire.
    package private(set) var captured: UInt32
    private(set) var end: UInt32
    /// These three are as in ``SegmentHeader``, for the headers outside the packet.
    var network: UInt32
    var vlan: UInt16
    var tunnelDepth: UInt8
    /// Whether an ICMP error quotes the fragment, so that it is no longer under way to a receiver.
    fileprivate let isQuoted: Bool

    /// - Parameter segment: what the walk has read of the packet so far.
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

    /// How many octets from the IP header on identify the packet that this is a fragment of.
    package var headerLength: Int { Int(headerEnd &- start) &+ 8 }

    /// The place of the fragment in a copy of the packet that begins with its IP header.
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

    /// The count is that of the first frame with several packets. It is kept even where that frame lies in what does
    /// not prove to be a tunnel, since another of its packets may prove it.
    mutating func meet(parts count: Int) {
        if finding.partCount == 1 { finding.partCount = max(1, count) }
    }

    /// A fragment that was found inside what looked like a tunnel is dropped in a rewind; a fragment around it is kept.
    @inline(__always) var mark: Int { finding.fragment == nil ? 0 : 1 }
    @inline(__always) mutating func rewind(to mark: Int) { if mark == 0 { finding.fragment = nil } }
}

/// One IP fragment: the packet that it belongs to, and which part of that packet it is (RFC 791 3.1, RFC 8200 4.5).
package struct IPFragment: Sendable {
    /// What all fragments of a packet have in common (RFC 791 3.2, RFC 8200 4.5), and where they were seen.
    package struct Key: Hashable, Sendable {
        let source: IPAddress
        let destination: IPAddress
        let identification: UInt32
        /// The number of the protocol that the packet carries; 0 for IPv6, where it does not identify the packet.
        let number: UInt8
        let tunnelDepth: UInt8
        let vlan: UInt16
        let network: UInt32
    }

    /// Identifies the packet that the fragment belongs to.
    package let key: Key
    /// Whether it is a fragment of an IPv4 packet; otherwise it is one of an IPv6 packet.
    package let isIPv4: Bool
    /// The offset of its payload in the packet's payload, in octets.
    package let offset: Int
    /// Whether later fragments of the packet follow it.
    package let hasMore: Bool
    /// Octets of its payload on the wire.
    package let length: Int
    /// The headers that every fragment repeats, as a range in the frame.
    let header: Range<Int>
    /// The offset in the frame of the field that names what follows these headers; `nextHeader` is the number of what
    /// the packet carries.
    let nextHeaderPlace: Int
    let nextHeader: UInt8
    /// The fragment's payload in the frame, as far as it was captured.
    let body: Range<Int>

    /// - Parameters:
    ///   - frame: a frame in which a walk met a fragment.
    ///   - place: where it met it.
    /// - Returns: `nil` where there is no fragment at `place`.
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

    /// The offset of the Next Header field that announces the fragment header; `nil` where the headers do not lead to
    /// one.
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

    /// Whether the fragment can be part of a packet at all: only the last fragment may have a length that is no
    /// multiple of eight (RFC 791 3.2, RFC 8200 4.5), and none may reach beyond the greatest length of a packet.
    var isPossible: Bool {
        length > 0 && body.count <= length && (!hasMore || length & 7 == 0)
            && header.count &+ offset &+ length <= (isIPv4 ? 65_535 : 65_575)
    }
}
