import TCPState
import TCPWire
import Tracking

/// Everything about one connection: its segments in order, each with its numbers and labels, and both ends' states,
/// corrected by what later segments show.
public struct ConnectionStory: Sendable {
    /// A state as it is known at one moment.
    public struct EndState: Sendable, Equatable {
        /// `nil` where the state cannot be known.
        public var state: State?
        /// Whether the kernel holds the connection in a smaller structure (Linux's request socket or timewait socket).
        public var isMini = false
        /// How the state is known.
        public var provenance: Provenance

        /// Creates a state with its provenance; `nil` where the state is not known.
        public init(state: State?, isMini: Bool = false, provenance: Provenance) {
            self.state = state
            self.isMini = isMini
            self.provenance = provenance
        }

        /// A state of which nothing is known.
        public static let unknown = EndState(state: nil, provenance: .inferred)
    }

    /// What a segment is by itself. Its labels say how it relates to other segments.
    public enum Kind: String, Sendable {
        case syn
        case synAck = "syn-ack"
        /// The third segment of the handshake.
        case handshakeAck = "handshake-ack"
        case data
        case acknowledgment = "ack"
        case fin
        case reset
    }

    /// What became of a segment, as far as later segments show it.
    public enum Fate: String, Sendable {
        /// It arrived, as far as anything shows.
        case arrived
        /// It did not reach the other end.
        case lost
        /// It reached the other end, which dropped it, or which did nothing that would show.
        case notTaken = "not-taken"
        /// It arrived, but everything that it brought was there already.
        case useless
        /// It had not arrived when the story ends. Only a story in which the ends report what they do can have this.
        case underWay = "under-way"
    }

    /// What an ACK newly covers.
    public struct Coverage: Sendable, Equatable {
        /// Octets of data.
        public var octets: UInt32 = 0
        /// Whether it covers the other end's SYN.
        public var syn = false
        /// Whether it covers the other end's FIN.
        public var fin = false
    }

    /// One end's sequence variables as the packets show them (RFC 9293 3.3.1), relative to the ISNs.
    public struct Variables: Sendable, Equatable {
        /// SND.UNA.
        public var sendUnacknowledged: UInt64
        /// SND.NXT.
        public var sendNext: UInt64
        /// RCV.NXT.
        public var receiveNext: UInt64

        /// Creates the variables. The numbers are relative to the ISNs, in 64 bits, and do not wrap around.
        public init(sendUnacknowledged: UInt64, sendNext: UInt64, receiveNext: UInt64) {
            self.sendUnacknowledged = sendUnacknowledged
            self.sendNext = sendNext
            self.receiveNext = receiveNext
        }
    }

    /// One segment, with its numbers, its labels, and both ends' states after it.
    public struct Step: Sendable {
        /// The segment with its octets, and with what it turned out to be.
        public let segment: StoredSegment
        /// Who sent it. In a connection of a socket with itself it is always the client.
        public let sender: Party
        /// Its sequence number, counted from its sender's ISN.
        public let sequence: RelativeNumber
        /// `nil` without the ACK bit.
        public let acknowledgment: RelativeNumber?
        /// What it is by itself.
        public let kind: Kind
        /// Whether its arrival completes the handshake.
        public internal(set) var completesHandshake = false
        /// Its class, as the record counts it; empty where the record does not count it.
        public let classes: SegmentClass
        /// What its acknowledgment covers for the first time; empty without the ACK bit.
        public let covers: Coverage
        /// Its labels, each with its proof; the most important one comes first.
        public internal(set) var labels: [ProvedLabel]
        /// The client's state after this segment: after sending it, if the client sent it, else after its arrival. If
        /// it is known that it did not arrive, the receiver's state is the one at the time of sending.
        public internal(set) var client: EndState
        /// The server's state after this segment, in the same way.
        public internal(set) var server: EndState
        /// The client's sequence variables after this segment; `nil` before its numbers are known.
        public internal(set) var clientVariables: Variables?
        /// The server's sequence variables after this segment, in the same way.
        public internal(set) var serverVariables: Variables?
        /// What the ends themselves report about it; `nil` where they report nothing.
        public internal(set) var account: Testimony.Account? {
            get { told?.account }
            set { told = newValue.map { Told($0) } }
        }
        /// Stored in an object of its own, since most steps of most stories have none, and it is as large as the rest
        /// of a step.
        private var told: Told?

        private final class Told: Sendable {
            let account: Testimony.Account

            init(_ account: Testimony.Account) { self.account = account }
        }

        /// An end's state after this segment: ``client`` or ``server``. It is always inlined, as the methods below: for
        /// a method call on a step in an array the compiler would copy the step, and retain the objects that it refers
        /// to.
        @inline(__always)
        public func state(of party: Party) -> EndState { party == .client ? client : server }
    }

    /// An ICMP error about one of the segments.
    public struct Report: Sendable {
        /// The error as captured.
        public let error: ReportedError
        /// The number of steps before it.
        public let stepsBefore: Int
        /// The number of the segment that it quotes; `nil` where that is not among the steps.
        public let quoted: Int?
        /// Whether no segment with that number was on its way: it was not sent yet, or acknowledged already. The ICMP
        /// message is old, or forged (RFC 5927 4.1).
        public let isForeign: Bool
        /// The end whose segment it quotes.
        public let party: Party
    }

    /// The client's address and port.
    public internal(set) var client: Endpoint
    /// The server's address and port.
    public internal(set) var server: Endpoint
    /// The ICMP errors about it, in order.
    public internal(set) var reports: [Report] = []
    /// How many more ICMP errors there are; those at the end are left out.
    public internal(set) var reportsLeftOut = 0
    /// The connection's record, as it is in lists.
    public internal(set) var record: ConnectionRecord
    /// The number of the packet whose RST, in the next connection between the same endpoints, ended this one too (RFC
    /// 9293 3.5, Figure 9); `nil` for none.
    public internal(set) var endedBy: Int?
    /// How many segments at the end of the connection are not in ``steps``, because there are too many.
    public internal(set) var leftOut = 0
    /// The connection's segments in order, each with its numbers, its labels, and both ends' states after it.
    public internal(set) var steps: [Step] = []
    /// The client's state before the first segment.
    public internal(set) var clientBefore = EndState.unknown
    /// The server's state before the first segment.
    public internal(set) var serverBefore = EndState.unknown
    /// What the ends themselves report; `nil` where they report nothing.
    public internal(set) var testimony: Testimony?
    /// The states that the kernel showed when it was asked, in order.
    public internal(set) var observations: [StateObservation] = []
    /// What hindsight adds to steps, by their indices. It is beyond what the segments themselves show.
    var afterthoughts: [Int: [Afterthought]] = [:]

    /// A label that hindsight puts before a step's other labels.
    enum Afterthought {
        case besides(ProvedLabel)
        /// Replaces the labels about the segment's fate.
        case instead(ProvedLabel)

        func apply(to labels: inout [ProvedLabel]) {
            switch self {
            case .besides(let proved):
                if !labels.contains(where: { $0.label == proved.label }) { labels.insert(proved, at: 0) }
            case .instead(let proved):
                labels.removeAll { [.lost, .notTaken].contains($0.label) }
                labels.insert(proved, at: 0)
            }
        }
    }

    init(_ record: ConnectionRecord) {
        self.record = record
        client = record.clientEndpoint
        server = record.serverEndpoint
    }

    /// Puts a label before a step's others.
    mutating func note(_ thought: Afterthought, of index: Int) {
        afterthoughts[index, default: []].append(thought)
        thought.apply(to: &steps[index].labels)
    }

    /// An end's state before the first segment.
    public func before(_ party: Party) -> EndState { party == .client ? clientBefore : serverBefore }
}

extension ConnectionStory.Step {
    /// Whether the segment has this label.
    @inline(__always)
    public func has(_ label: SegmentLabel) -> Bool { labels.contains { $0.label == label } }

    /// The number of the packet whose numbers this segment sends again, or of which it is a copy; `nil` for none.
    public var original: Int? { account?.original ?? labels.lazy.compactMap(\.original).first }

    /// Whether its numbers were sent before.
    public var isRepetition: Bool { account?.original != nil || labels.contains { $0.label.isRepetition } }

    /// What became of it.
    public var fate: ConnectionStory.Fate {
        if let account { return account.fate.shown }
        if has(.corruptChecksum) || has(.notTaken) || has(.resetNotTaken) { return .notTaken }
        if has(.lost) || has(.reportedDropped) { return .lost }
        return has(.wireDuplicate) || has(.spurious) ? .useless : .arrived
    }

    /// Whether the capture shows the segment undamaged and for the first time, as it was on the wire.
    @inline(__always)
    var isReal: Bool { !has(.corruptChecksum) && !has(.wireDuplicate) }
}
