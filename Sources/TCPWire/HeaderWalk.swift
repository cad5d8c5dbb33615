/// Observes a walk. The decoder's observer is ``FragmentWatch``, nearly all of whose calls are inlined to nothing when the walk
/// is specialised for it; ``HeaderReport``'s keeps every header. So the report shows what the decoder did, except for frames
/// that ``PacketDecoder`` takes by its straight line; its tests and the fuzzer compare that with the walk.
protocol LayerObserver {
    /// A header is about to be read at this offset and in this form, whether or not all of it is there.
    mutating func enter(_ layer: HeaderLayer, at offset: Int, as form: HeaderForm)
    mutating func stop(_ reason: HeaderStop)
    /// The packet whose header was just read is a fragment.
    mutating func meet(_ fragment: FragmentPlace)
    /// The frame whose header was just read carries so many packets (``WalkBounds/part``).
    mutating func meet(parts count: Int)
    /// A place to come back to when what looked like a tunnel turns out not to be one.
    var mark: Int { get }
    mutating func rewind(to mark: Int)
}

/// In which of its forms a walk reads a header that has several, where what is around it decides that, or more of the frame than
/// the header itself.
enum HeaderForm: Sendable {
    case usual
    /// Numbers that most write in network order have their lowest octet first.
    case littleEndian
    /// The first octet is a direction (PPP as pppd's filter sees it).
    case directed
    /// The first two octets have changed places (802.11 from Cisco's access points).
    case exchanged
    /// Three octets of padding stand before it (FDDI).
    case padded
    /// The form of an earlier version (GTP version 0, OpenBSD's packet filter log before 3.4).
    case old
    /// The form of a later version (ERSPAN III, PKTAP 2), or of a protocol's extension (LISP-GPE).
    case extended
    /// Behind a UDP header and not an IP header (L2TPv3).
    case overUDP
}

extension LayerObserver {
    @inline(__always)
    mutating func meet(_ fragment: FragmentPlace) {}

    @inline(__always)
    mutating func meet(parts count: Int) {}

    @inline(__always)
    mutating func enter(_ layer: HeaderLayer, at offset: Int) { enter(layer, at: offset, as: .usual) }

    @inline(__always)
    mutating func truncated(_ layer: HeaderLayer, have: Int, need: Int) -> PacketVerdict {
        stop(.truncated(layer, have: max(0, have), need: need))
        return .truncated
    }

    @inline(__always)
    mutating func malformed(_ layer: HeaderLayer, field: String, value: Int) -> PacketVerdict {
        stop(.invalid(layer, field: field, value: value))
        return .malformed
    }

    @inline(__always)
    mutating func ended(_ verdict: PacketVerdict, _ reason: HeaderStop) -> PacketVerdict {
        stop(reason)
        return verdict
    }
}

/// How far a header may reach: narrowed by each length field on the way in.
struct WalkBounds {
    /// Where the octets that can be read end. Never beyond the frame.
    var captured: Int
    /// Where the octets ended on the wire, by the innermost length field so far. May lie beyond ``captured``.
    var end: Int
    /// Headers that may still be opened. Bounds the recursion, whatever the bytes say.
    var layersLeft = 16
    /// IP headers passed.
    var tunnelDepth: UInt8 = 0
    /// Whether the octets are those that an ICMP error quotes.
    var isQuoted = false
    /// Which of the packets is gone into where a frame carries several, from 0; `nil` for the first that carries TCP.
    var part: Int?

    /// Bounds for what an inner length field describes.
    @inline(__always)
    func narrowed(to newEnd: Int) -> WalkBounds {
        var bounds = self
        bounds.end = newEnd
        bounds.captured = min(captured, newEnd)
        return bounds
    }
}

/// The walk from a frame's first octet to its innermost TCP header: one static function per header, each taking where it
/// starts and how far it may reach. Files beside this one hold them: link layers, internet layers, tunnels, transports.
///
/// No function reads an octet that it did not first compare with ``WalkBounds/captured``.
enum HeaderWalk<Observer: LayerObserver> {}
