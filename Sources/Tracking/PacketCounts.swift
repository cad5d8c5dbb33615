import TCPWire

/// What the packets of a source turned out to be.
@frozen public struct PacketCounts: Sendable, Equatable {
    /// The packets that were read, as the source counts them (frames). Each is also counted in one of the counters
    /// below.
    public var packets = 0
    /// Packets besides the first in frames that carry several (802.11 A-MSDU). Each is also counted as what it is.
    public var joined = 0
    /// TCP segments.
    public var segments = 0
    /// ICMP errors that quote a TCP segment.
    public var quoted = 0
    /// IP fragments; but of a packet that was put together and is something else (a segment, for example), the last one
    /// counts as that. Fragments that were refused because they overlap (RFC 5722), and those of packets that stayed
    /// incomplete, are included.
    public var fragments = 0
    /// Those of ``fragments`` that were refused.
    public var refusedFragments = 0
    /// Those of ``fragments`` whose packets stayed incomplete.
    public var loneFragments = 0
    /// IP packets without TCP: UDP, ICMP messages other than errors about TCP, and the like.
    public var otherTransport = 0
    /// Frames without an IP packet: ARP, LLDP and the like.
    public var notIP = 0
    /// Frames whose link type is not supported, by that type.
    public var otherLinks: [UInt16: Int] = [:]
    /// Packets whose contents are encrypted or compressed.
    public var concealed = 0
    /// Packets that were cut off before the end of the TCP header.
    public var truncated = 0
    /// Packets with lengths that contradict each other.
    public var malformed = 0
    /// Packets of which the capture kept only the beginning.
    public var cutOff = 0
    /// Those of ``cutOff`` that are segments whose options are not complete in the capture.
    public var cutInOptions = 0

    /// Creates counters that are all zero.
    package init() {}

    /// Counts one packet.
    @inline(__always)
    package mutating func add(_ verdict: PacketVerdict, of link: LinkType = .ethernet) {
        packets &+= 1
        // Nearly always a segment: tested first, so that the usual case is one well-predicted branch and no jump table.
        if verdict == .segment {
            segments &+= 1
        } else {
            addOther(verdict, of: link)
        }
    }

    @inline(never)
    private mutating func addOther(_ verdict: PacketVerdict, of link: LinkType) {
        switch verdict {
        case .segment: break
        case .quotedSegment: quoted &+= 1
        case .fragment: fragments &+= 1
        case .otherTransport: otherTransport &+= 1
        case .notIP: notIP &+= 1
        case .otherLink: otherLinks[link.rawValue, default: 0] &+= 1
        case .concealed: concealed &+= 1
        case .truncated: truncated &+= 1
        case .malformed: malformed &+= 1
        }
    }

    /// Counts one of the packets that a frame carries.
    ///
    /// - Parameters:
    ///   - part: which of them, from 0.
    ///   - isCutOff: whether only the beginning of the frame was kept.
    ///   - isOptionCut: whether the options of a segment in it were cut.
    package mutating func add(
        _ verdict: PacketVerdict, of link: LinkType, part: Int, isCutOff: Bool, isOptionCut: Bool
    ) {
        add(verdict, of: link)
        if part > 0 {
            packets &-= 1
            joined &+= 1
        } else if isCutOff {
            cutOff &+= 1
        }
        if isCutOff, verdict == .segment, isOptionCut { cutInOptions &+= 1 }
    }

    /// Notes that only the beginning of a segment's packet was kept.
    @inline(__always)
    package mutating func addCut(inOptions: Bool) {
        cutOff &+= 1
        if inOptions { cutInOptions &+= 1 }
    }

    /// Counts the last fragment of a packet that was put together as what the packet turned out to be.
    package mutating func addAssembled(_ verdict: PacketVerdict) {
        fragments &-= 1
        packets &-= 1
        add(verdict)
    }

    /// Adds the numbers of fragments that were refused, stayed incomplete, or carry another protocol than TCP.
    package mutating func add(_ tally: FragmentTally) {
        refusedFragments &+= tally.refused
        loneFragments &+= tally.alone
        fragments &-= tally.unwanted
        otherTransport &+= tally.unwanted
    }

    /// Adds the counts of other packets of the same source.
    package mutating func add(_ other: PacketCounts) {
        cutOff &+= other.cutOff
        cutInOptions &+= other.cutInOptions
        packets &+= other.packets
        joined &+= other.joined
        segments &+= other.segments
        quoted &+= other.quoted
        fragments &+= other.fragments
        refusedFragments &+= other.refusedFragments
        loneFragments &+= other.loneFragments
        otherTransport &+= other.otherTransport
        notIP &+= other.notIP
        if !other.otherLinks.isEmpty { otherLinks.merge(other.otherLinks, uniquingKeysWith: &+) }
        concealed &+= other.concealed
        truncated &+= other.truncated
        malformed &+= other.malformed
    }
}
