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

        init(sentAt: Instant, receiver: Int?, octets: [UInt8], isCopy: Bool) {
            self.sentAt = sentAt
            self.receiver = receiver
            self.octets = octets
            segment = Segment(packet: octets)
            self.isCopy = isCopy
        }

        /// What a host sends.
        public init(_ packet: HostPacket, at time: Instant, sender: Int, receiver: Int?) {
            sentAt = time
            self.sender = sender
            self.receiver = receiver
            octets = packet.octets
            segment = packet.segment
            transmission = packet.transmission
            reason = packet.reason
            senderState = packet.state
        }

        /// What comes from beyond the network and has reached a host.
        public init(arriving octets: [UInt8], at time: Instant, receiver: Int) {
            self.init(sentAt: time, receiver: receiver, octets: octets, isCopy: false)
            fate = .arrived(at: time)
        }
    }

    /// What one end did at one moment.
    public struct Moment: Hashable, Sendable {
        public var host: Int
        public var record: HostRecord
        /// The place in ``NetworkRecord/packets`` of the packet that set it off; `nil` for calls and timers.
        public var packet: Int?
        /// How many packets had been sent before: what this moment sends comes behind them.
        public var packetsBefore: Int

        public init(host: Int, record: HostRecord, packet: Int?, packetsBefore: Int) {
            self.host = host
            self.record = record
            self.packet = packet
            self.packetsBefore = packetsBefore
        }
    }

    /// In the order they were sent.
    public var packets: [Packet] = []
    /// In the order they happened.
    public var moments: [Moment] = []

    /// Nothing has happened.
    public init() {}

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
