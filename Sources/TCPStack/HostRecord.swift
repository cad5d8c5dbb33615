import TCPState
import TCPWire

/// What happened to a connection at one moment, and why: what a picture draws beside a segment.
public struct HostRecord: Hashable, Sendable {
    /// What set it off.
    public enum Cause: Hashable, Sendable {
        /// A segment arrived.
        case segment(Segment)
        /// A call of the program, by its name.
        case call(String)
        /// A timer, or data that could now be sent.
        case clock
        /// An ICMP error.
        case icmp(ICMPReason)
    }

    /// Counts the host's records, from 0.
    public var number: Int
    /// When.
    public var time: Instant
    /// This end.
    public var local: Endpoint
    /// The other end.
    public var remote: Endpoint
    /// What set it off.
    public var cause: Cause
    /// The state before.
    public var stateBefore: State
    /// The connection afterwards; `nil` where there is none.
    public var after: ConnectionInfo?
    /// What was done, in order, with the reasons.
    public var actions: [Action]
}

/// A packet that a host sends.
public struct HostPacket: Hashable, Sendable {
    /// From the IP header on.
    public var octets: [UInt8]
    /// The segment in it, where records are kept; `nil` for ICMP.
    public var segment: Segment?
    /// What the segment is for.
    public var transmission: Transmission?
    /// Why it is sent.
    public var reason: Rule
    /// The sender's state once it was sent.
    public var state: State?
    /// The number of the record that tells of its being sent, where records are kept; `nil` for ICMP.
    public var record: Int?
}
