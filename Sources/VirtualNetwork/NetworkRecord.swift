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
        /// When it left its sender; of what comes from beyond the network, when it arrived.
        public var sentAt: Instant
        /// The host it left from; `nil` where a middlebox or the link made it.
        public var sender: Int?
        /// The host it goes to; `nil` without one.
        public var receiver: Int?
        /// From the IP header on.
        public var octets: [UInt8]
        /// The segment as it was sent; `nil` for ICMP.
        public var segment: Segment?
        /// What it is for and why it was sent, in its sender's words.
        public var transmission: Transmission?
        /// The rule by which it was sent; `nil` where its sender gave none, as for what a middlebox or the link made.
        public var reason: Rule?
        /// The sender's state once it was sent.
        public var senderState: State?
        /// The state towards its sender of the host it goes to, when it was sent; `nil` where the packet is for another.
        public var receiverState: State?
        /// What became of it, as far as the network has come.
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

        /// What comes from beyond the network and has reached a host.
        public init(arriving octets: [UInt8], at time: Instant, receiver: Int) {
            self.init(sentAt: time, receiver: receiver, octets: octets, isCopy: false)
            fate = .arrived(at: time)
        }
    }

    /// What one end did at one moment.
    public struct Moment: Hashable, Sendable {
        /// The host's number in the network.
        public var host: Int
        /// What it did, and why.
        public var record: HostRecord
        /// The place in ``NetworkRecord/packets`` of the packet that set it off; `nil` for calls and timers.
        public var packet: Int?
        /// How many packets had been sent before.
        public var packetsBefore: Int
        /// The places of the packets that it sent, which ascend.
        public internal(set) var sent: [Int] = []
    }

    /// In the order they were sent.
    public var packets: [Packet] = []
    /// In the order they happened.
    public var moments: [Moment] = []

    /// Nothing has happened.
    public init() {}

    /// What a host has done and sent since it was last asked, in one order.
    enum Happening {
        case moment(HostRecord)
        case packet(HostPacket)
    }

    /// Brings a host's records and packets into the order in which they happened: each packet behind the record that tells
    /// of its being sent.
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

    /// Notes what a host has done. To be called before the packets are noted that it sends because of it.
    ///
    /// - Parameter place: the index in ``packets`` of the packet whose arrival made it act; `nil` where none did.
    mutating func append(_ record: HostRecord, of host: Int, arrived place: Int?) {
        moments.append(
            Moment(
                host: host, record: record, packet: record.cause.isArrival ? place : nil,
                packetsBefore: packets.count))
    }

    /// Notes what a host sends, behind the moment that sends it.
    ///
    /// - Returns: the packet's place.
    mutating func append(_ packet: Packet, sentBy record: Int?) -> Int {
        packets.append(packet)
        // Of the moments of one host the last one's number is the largest.
        if let record, let last = moments.indices.last, moments[last].host == packet.sender,
            moments[last].record.number == record
        {
            moments[last].sent.append(packets.count - 1)
        }
        return packets.count - 1
    }

    /// Notes what a host beyond whose links nothing is known has done and sent.
    ///
    /// - Parameter place: of the packet that has arrived there.
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
