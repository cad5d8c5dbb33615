import TCPState
import TCPWire

/// An event of a connection, what it led to, and why: what a diagram shows beside a segment.
public struct HostRecord: Hashable, Sendable {
    /// What caused the event.
    public enum Cause: Hashable, Sendable {
        /// A segment arrived.
        case segment(Segment)
        /// A call of the program, by its name.
        case call(String)
        /// A timer expired, or data could now be sent.
        case clock
        /// An ICMP error.
        case icmp(ICMPReason)
    }

    /// The record's number; the host's records are counted from 0.
    public var number: Int
    /// When it happened.
    public var time: Instant
    /// The endpoint of this end.
    public var local: Endpoint
    /// The endpoint of the other end.
    public var remote: Endpoint
    /// What caused the event.
    public var cause: Cause
    /// The connection's state before the event.
    public var stateBefore: State
    /// The connection after the event; `nil` where there is none.
    public var after: ConnectionInfo?
    /// The actions that followed, in order, with their reasons.
    public var actions: [Action]
}

/// A packet that a host sends.
public struct HostPacket: Hashable, Sendable {
    /// The packet's octets, from the IP header on.
    public var octets: [UInt8]
    /// The segment in the packet; `nil` for ICMP, and where no records are kept.
    public var segment: Segment?
    /// The purpose of the segment.
    public var transmission: Transmission?
    /// The rule that required it.
    public var reason: Rule
    /// The sender's state after it was sent.
    public var state: State?
    /// The number of the record in which its sending is listed; `nil` for ICMP, and where no records are kept.
    public var record: Int?
}
