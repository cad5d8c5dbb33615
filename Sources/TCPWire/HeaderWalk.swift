/// Observes a walk through a frame. The decoder's observer is ``FragmentWatch``, nearly all of whose calls are inlined
/// to nothing when the walk is specialized for it; that of ``HeaderReport`` keeps every header. So a report shows what
/// the decoder did, except for frames that ``PacketDecoder/decodePlain(_:into:)`` decodes without a walk; its tests and
/// the fuzzer compare its results with the walk's.
protocol LayerObserver {
    /// A header is about to be read at this offset and in this form, even where not all of it was captured.
    mutating func enter(_ layer: HeaderLayer, at offset: Int, as form: HeaderForm)
    mutating func stop(_ reason: HeaderStop)
    /// The packet whose header was just read is a fragment.
    mutating func meet(_ fragment: FragmentPlace)
    /// The frame whose header was just read carries so many packets (``WalkBounds/part``).
    mutating func meet(parts count: Int)
    /// A state that ``rewind(to:)`` can return to, when what looked like a tunnel turns out not to be one.
    var mark: Int { get }
    mutating func rewind(to mark: Int)
}

/// Which of its forms a header has, for headers with several forms, where only the headers around it or other parts of
/// the frame decide that.
enum HeaderForm: Sendable {
    case usual
    /// Numbers that most systems write in network order are little-endian.
    case littleEndian
    /// The first octet is a direction (PPP as pppd's filter sees it).
    case directed
    /// The first two octets are exchanged (802.11 from Cisco's access points).
    case exchanged
    /// Three octets of padding come before the header (FDDI).
    case padded
    /// The form of an earlier version (GTP version 0, OpenBSD's packet filter log before 3.4).
    case old
    /// The form of a later version (ERSPAN III, PKTAP 2), or of a protocol's extension (LISP-GPE).
    case extended
    /// The header follows a UDP header instead of an IP header (L2TPv3).
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

/// How far headers and payloads may reach in the frame; every length field on the way inwards narrows it.
struct WalkBounds {
    /// The end of the octets that can be read. Never beyond the frame.
    var captured: Int
    /// The end of the octets on the wire, by the innermost length field so far. It may lie beyond ``captured``.
    var end: Int
    /// How many more headers may be opened. This bounds the recursion, whatever the octets say.
    var layersLeft = 16
    /// How many IP headers the walk has passed.
    var tunnelDepth: UInt8 = 0
    /// Whether the octets are part of a packet that an ICMP error quotes.
    var isQuoted = false
    /// The index, from 0, of the packet to be read where a frame carries several; `nil` for the first that carries TCP.
    var part: Int?

    /// These bounds, with an inner length field applied that ends at `newEnd`.
    @inline(__always)
    func narrowed(to newEnd: Int) -> WalkBounds {
        var bounds = self
        bounds.end = newEnd
        bounds.captured = min(captured, newEnd)
        return bounds
    }
}

/// The walk from a frame's first octet to its innermost TCP header: one static function for each header, which takes
/// the header's offset and the bounds. These functions are in the files beside this one: link layers, internet layers,
/// tunnels, transports.
///
/// No function reads an octet before it has compared its offset with ``WalkBounds/captured``.
enum HeaderWalk<Observer: LayerObserver> {}
