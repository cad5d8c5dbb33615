import TCPWire

/// What the packets of a source turned out to be.
@frozen public struct PacketCounts: Sendable, Equatable {
    public var packets = 0
    public var segments = 0
    /// ICMP errors that quote a TCP segment.
    public var quoted = 0
    public var fragments = 0
    public var otherTransport = 0
    public var notIP = 0
    /// Cut off before the TCP header's end.
    public var truncated = 0
    public var malformed = 0

    package init() {}

    /// Counts one packet.
    @inline(__always)
    package mutating func add(_ verdict: PacketVerdict) {
        packets &+= 1
        // Nearly always, and no leap through a table.
        if verdict == .segment {
            segments &+= 1
        } else {
            addOther(verdict)
        }
    }

    @inline(never)
    private mutating func addOther(_ verdict: PacketVerdict) {
        switch verdict {
        case .segment: break
        case .quotedSegment: quoted &+= 1
        case .fragment: fragments &+= 1
        case .otherTransport: otherTransport &+= 1
        case .notIP: notIP &+= 1
        case .truncated: truncated &+= 1
        case .malformed: malformed &+= 1
        }
    }

    package mutating func add(_ other: PacketCounts) {
        packets &+= other.packets
        segments &+= other.segments
        quoted &+= other.quoted
        fragments &+= other.fragments
        otherTransport &+= other.otherTransport
        notIP &+= other.notIP
        truncated &+= other.truncated
        malformed &+= other.malformed
    }
}
