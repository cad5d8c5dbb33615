import TCPState
import TCPWire

/// One thing a control block does, and why.
public struct Action: Hashable, Sendable {
    /// What is done.
    public enum Kind: Hashable, Sendable {
        /// A segment goes out.
        case transmit(Segment, Transmission)
        /// The segment that arrived, or the rest of it, is dropped.
        case discard
        /// The connection enters another state.
        case enter(State, from: State)
        /// Octets in order are there to be read.
        case deliver(octets: Int)
        /// So many octets were acknowledged for the first time: SND.UNA moves on.
        case acknowledged(octets: UInt32)
        /// The other end has sent its last octet.
        case endOfStream
        /// Urgent data ends that many octets behind what has been read (MUST-32, MUST-33).
        case urgent(octets: UInt32)
        /// A timer ran out.
        case expire(TimerName)
        /// R1 is reached: IP should look for another way, the program may be told (MUST-20, SHLD-9).
        case warn(retransmissions: Int)
        /// A soft error, kept for the program (SHLD-25).
        case softError(ICMPReason)
        /// Part of what was sent is taken for lost.
        case presumeLost(octets: UInt32)
        /// The congestion window, in octets, is reduced or set back.
        case setCongestionWindow(UInt32)
        /// The connection is over.
        case end(ConnectionEnd)
    }

    /// What is done.
    public var kind: Kind
    /// Why.
    public var reason: Rule

    init(_ kind: Kind, because reason: Rule) {
        self.kind = kind
        self.reason = reason
    }
}

/// How a connection came to its end. An abort is never told as a close (MUST-12).
public enum ConnectionEnd: Error, Hashable, Sendable {
    /// Both directions were closed and acknowledged, or nothing had begun.
    case closed
    /// The other end sent an RST.
    case reset
    /// An RST answered the SYN.
    case refused
    /// R2 or the user time-out ran out (RFC 9293 3.8.3).
    case timedOut
    /// The network said that the other end cannot be reached.
    case unreachable(ICMPReason)
    /// This end aborted it.
    case aborted
    /// An RST in SYN-RECEIVED: back to LISTEN (RFC 9293 3.10.7.4).
    case returnedToListen
}
