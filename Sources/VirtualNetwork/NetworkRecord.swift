import TCPState
import TCPStack
import TCPWire

/// What happened on a ``VirtualNetwork``: every packet with its sender's reason for it, every change of a host's state with
/// that host's reason. Nothing here is inferred: it is what the hosts themselves said, so a picture can draw it as it is.
public struct NetworkRecord: Hashable, Sendable {
    /// What became of a packet.
    public enum Fate: Hashable, Sendable {
        case underWay
        case arrived(at: Instant)
        /// Lost on the link, by its probability of loss.
        case lost
        /// Dropped because the link's queue was full.
        case queueFull
        /// Dropped, or held back, by a middlebox.
        case intercepted
        /// Dropped because it was larger than the link's MTU.
        case tooLarge
        /// No link leads to its destination.
        case noRoute
    }

    /// A packet that was sent on the network.
    public struct Packet: Hashable, Sendable {
        /// When it left its sender; for a packet from outside of the network, when it arrived.
        public var sentAt: Instant
        /// The host that sent it; `nil` where a middlebox or the link made it.
        public var sender: Int?
        /// The host that it is sent to; `nil` where no link leads there.
        public var receiver: Int?
        /// The packet's octets, from the IP header on.
        public var octets: [UInt8]
        /// The segment as it was sent; `nil` for ICMP.
        public var segment: Segment?
        /// The purpose of the segment, as its sender states it.
        public var transmission: Transmission?
        /// The rule that required it; `nil` where its sender gave none, as for packets that a middlebox or the link
        /// made.
        public var reason: Rule?
        /// The sender's state after it was sent.
        public var senderState: State?
        /// The receiver's state towards the sender when the packet was sent; `nil` where the packet is addressed to
        /// another host.
        public var receiverState: State?
        /// What has become of it so far.
        public var fate = Fate.underWay
        /// Whether it is a copy that the link or a middlebox made.
        public var isCopy = false

        init(sentAt: Instant, receiver: Int?, octets: [UInt8], isCopy: Bool) {
            self.sentAt = sentAt
            self.receiver = receiver
            self.octets = octets
            segment = Segment(packet: octets)
            self.isCopy = isCopy
        }

        /// A packet that a host sends.
        init(_ packet: HostPacket, at time: Instant, sender: Int, receiver: Int?) {
            sentAt = time
            self.sender = sender
            self.receiver = receiver
            octets = packet.octets
            segment = packet.segment
            transmission = packet.transmission
            reason = packet.reason
            senderState = packet.state
        }

        /// A packet that comes from outside of the network and has reached a host.
        public init(arriving octets: [UInt8], at time: Instant, receiver: Int) {
            self.init(sentAt: time, receiver: receiver, octets: octets, isCopy: false)
            fate = .arrived(at: time)
        }
    }

    /// One event at one host, and what the host did.
    public struct Moment: Hashable, Sendable {
        /// The host's number in the network.
        public var host: Int
        /// The host's record of the event: what the host did, and why.
        public var record: HostRecord
        /// The index in ``NetworkRecord/packets`` of the packet that caused it; `nil` for calls and timers.
        public var packet: Int?
        /// How many packets had been sent before it.
        public var packetsBefore: Int
        /// The indices of the packets that were sent because of it, in ascending order.
        public internal(set) var sent: [Int] = []
    }

    /// The packets in the order in which they were sent.
    public var packets: [Packet] = []
    /// The hosts' events in the order in which they happened.
    public var moments: [Moment] = []

    /// A record without packets and events.
    public init() {}

    /// A record or a packet of a host, since the last time that the host was asked.
    enum Happening {
        case moment(HostRecord)
        case packet(HostPacket)
    }

    /// Merges a host's records and packets into the order in which they happened: each packet comes after the record in
    /// which its sending is listed.
    static func inOrder(_ records: [HostRecord], _ packets: [HostPacket]) -> [Happening] {
        var happenings: [Happening] = []
        var rest = packets[...]
        for record in records {
            happenings.append(.moment(record))
            while let packet = rest.first, packet.record ?? record.number <= record.number {
                happenings.append(.packet(packet))
                rest.removeFirst()
            }
        }
        return happenings + rest.map { .packet($0) }
    }

    /// Adds a host's record. Must be called before the packets are added that the host sent because of it.
    ///
    /// - Parameter place: the index in ``packets`` of the packet whose arrival made it act; `nil` where none did.
    mutating func append(_ record: HostRecord, of host: Int, arrived place: Int?) {
        moments.append(
            Moment(
                host: host, record: record, packet: record.cause.isArrival ? place : nil,
                packetsBefore: packets.count))
    }

    /// Adds a packet that a host sends. Must be called after the record in which its sending is listed was added.
    ///
    /// - Returns: the packet's index in ``packets``.
    mutating func append(_ packet: Packet, sentBy record: Int?) -> Int {
        packets.append(packet)
        // If the last moment is of this host, it has the largest number of all that host's moments.
        if let record, let last = moments.indices.last, moments[last].host == packet.sender,
            moments[last].record.number == record
        {
            moments[last].sent.append(packets.count - 1)
        }
        return packets.count - 1
    }

    /// Adds what a host has done and sent whose packets leave the network; each counts as arrived when it is sent.
    ///
    /// - Parameter place: the index of the packet that has arrived at the host; `nil` where none has.
    public mutating func append(
        _ records: [HostRecord], _ packets: [HostPacket], of host: Int, arrived place: Int?, at time: Instant
    ) {
        for happening in Self.inOrder(records, packets) {
            switch happening {
            case .moment(let record): append(record, of: host, arrived: place)
            case .packet(let packet):
                var noted = Packet(packet, at: time, sender: host, receiver: nil)
                noted.fate = .arrived(at: time)
                _ = append(noted, sentBy: packet.record)
            }
        }
    }

    /// The states of one connection at one host, each with the time at which it was entered and the reason.
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
