import TCPState
import TCPStack
import TCPWire

/// What happened on a ``VirtualNetwork``: every packet with its sender's reason, every change of either end with its own.
/// Nothing here is inferred: it is what the ends themselves said, so a picture can draw it as it is.
public struct NetworkRecord: Hashable, Sendable {
    /// What became of a packet.
    public enum Fate: Hashable, Sendable {
        case underWay
        case arrived(at: Instant)
        /// On the link, by its probability of loss.
        case lost
        /// No room in the link's queue.
        case queueFull
        /// A middlebox kept it.
        case intercepted
        /// Larger than the link's MTU.
        case tooLarge
        /// No way leads there.
        case noRoute
    }

    /// A packet on its way.
    public struct Packet: Hashable, Sendable {
        public var sentAt: Instant
        /// The host it left from; `nil` where a middlebox or the link made it.
        public var sender: Int?
        /// The host it goes to; `nil` without one.
        public var receiver: Int?
        public var octets: [UInt8]
        /// The segment as it was sent; `nil` for ICMP.
        public var segment: Segment?
        /// What it is for and why it was sent, in its sender's words.
        public var transmission: Transmission?
        public var reason: Rule?
        /// The sender's state then.
        public var senderState: State?
        public var fate = Fate.underWay
        /// Whether it is the link's copy of another.
        public var isCopy = false
    }

    /// What one end did at one moment.
    public struct Moment: Hashable, Sendable {
        public var host: Int
        public var record: HostRecord
        /// The place in ``NetworkRecord/packets`` of the packet that set it off; `nil` for calls and timers.
        public var packet: Int?
    }

    /// In the order they were sent.
    public internal(set) var packets: [Packet] = []
    /// In the order they happened.
    public internal(set) var moments: [Moment] = []

    init() {}

    /// The states of one connection at one host, each from when on and why.
    public func states(
        of connection: (local: Endpoint, remote: Endpoint), at host: Int
    ) -> [(time: Instant, state: State, reason: Rule)] {
        var states: [(Instant, State, Rule)] = []
        for moment in moments where moment.host == host && moment.record.local == connection.local {
            guard moment.record.remote == connection.remote else { continue }
            for action in moment.record.actions {
                if case .enter(let state, _) = action.kind { states.append((moment.record.time, state, action.reason)) }
            }
        }
        return states
    }
}
