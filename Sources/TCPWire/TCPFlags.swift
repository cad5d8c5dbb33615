/// The control bits of a TCP header: the eight of RFC 9293 3.1 and the AE bit of RFC 9768 (once NS).
@frozen public struct TCPFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
    /// The lowest nine of the sixteen bits after the acknowledgment number; FIN is the lowest.
    public let rawValue: UInt16

    /// The bits as in the header; the higher ones (reserved bits, data offset) have no names here.
    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

    // Computed properties, so that in other modules testing a bit is one instruction and not a call.
    /// No more data from the sender (RFC 9293 3.1).
    @inlinable public static var fin: TCPFlags { TCPFlags(rawValue: 0x001) }
    /// Synchronize sequence numbers: the sender opens, and its sequence number is the initial one (RFC 9293 3.1).
    @inlinable public static var syn: TCPFlags { TCPFlags(rawValue: 0x002) }
    /// Reset the connection (RFC 9293 3.1).
    @inlinable public static var rst: TCPFlags { TCPFlags(rawValue: 0x004) }
    /// Push: the receiver should deliver the data that has arrived so far to the application (RFC 9293 3.1).
    @inlinable public static var psh: TCPFlags { TCPFlags(rawValue: 0x008) }
    /// The acknowledgment number is valid, as in every segment but the first SYN, and some RSTs (RFC 9293 3.1).
    @inlinable public static var ack: TCPFlags { TCPFlags(rawValue: 0x010) }
    /// The urgent pointer is valid (RFC 9293 3.1).
    @inlinable public static var urg: TCPFlags { TCPFlags(rawValue: 0x020) }
    /// ECN-Echo: a packet with the mark CE has arrived. In a SYN it takes part in the negotiation of ECN (RFC 3168
    /// 6.1); with AccECN it is a bit of ACE.
    @inlinable public static var ece: TCPFlags { TCPFlags(rawValue: 0x040) }
    /// Congestion Window Reduced, the answer to ECN-Echo (RFC 3168 6.1.2); in a SYN, and with AccECN, it is used like
    /// ``ece``.
    @inlinable public static var cwr: TCPFlags { TCPFlags(rawValue: 0x080) }
    /// Accurate ECN: the highest bit of the ACE counter; in a SYN it takes part in the negotiation of AccECN (RFC 9768
    /// 3.1). It was once the NS bit.
    @inlinable public static var ae: TCPFlags { TCPFlags(rawValue: 0x100) }
}

extension TCPFlags: CustomStringConvertible {
    /// The names in the usual order (`SYN,ACK`, `FIN,PSH,ACK`); `none` for an empty set.
    public var description: String {
        let names: [(TCPFlags, String)] = [
            (.syn, "SYN"), (.fin, "FIN"), (.rst, "RST"), (.psh, "PSH"), (.ack, "ACK"), (.urg, "URG"), (.ece, "ECE"),
            (.cwr, "CWR"), (.ae, "AE"),
        ]
        let present = names.filter { contains($0.0) }.map(\.1)
        return present.isEmpty ? "none" : present.joined(separator: ",")
    }
}
