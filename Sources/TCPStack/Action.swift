import TCPState
import TCPWire

/// One thing that a control block does, and the rule behind it.
public struct Action: Hashable, Sendable {
    /// What is done.
    public enum Kind: Hashable, Sendable {
        /// A segment is sent.
        case transmit(Segment, Transmission)
        /// The segment that arrived, or the part of it that is left, is dropped.
        case discard
        /// The connection enters another state.
        case enter(State, from: State)
        /// Octets have arrived in order, and can be read.
        case deliver(octets: Int)
        /// This many octets were acknowledged for the first time, so that SND.UNA advances.
        case acknowledged(octets: UInt32)
        /// The other end's FIN has arrived, and everything before it.
        case endOfStream
        /// Urgent data ends this many octets after those that have been read (MUST-32, MUST-33).
        case urgent(octets: UInt32)
        /// A timer has expired.
        case expire(TimerName)
        /// R1 has been reached: IP should look for another route, and the program may be told (MUST-20, SHLD-9).
        case warn(retransmissions: Int)
        /// A soft error, which the program can ask for (SHLD-25).
        case softError(ICMPReason)
        /// Octets that were sent are presumed lost.
        case presumeLost(octets: UInt32)
        /// The congestion window, in octets, is reduced or restored.
        case setCongestionWindow(UInt32)
        /// The connection has ended.
        case end(ConnectionEnd)
    }

    /// What is done.
    public var kind: Kind
    /// The rule that requires it.
    public var reason: Rule

    init(_ kind: Kind, because reason: Rule) {
        self.kind = kind
        self.reason = reason
    }
}

/// How a connection ended. An abort is never reported as a close (MUST-12).
public enum ConnectionEnd: Error, Hashable, Sendable {
    /// Both directions were closed and acknowledged, or the connection had not been opened.
    case closed
    /// The other end sent an RST.
    case reset
    /// An RST answered the SYN.
    case refused
    /// R2 was reached, or the user timeout expired (RFC 9293 3.8.3).
    case timedOut
    /// The network reported that the other end cannot be reached.
    case unreachable(ICMPReason)
    /// This end aborted it.
    case aborted
    /// An RST arrived in SYN-RECEIVED: the connection returns to LISTEN (RFC 9293 3.10.7.4).
    case returnedToListen
}
