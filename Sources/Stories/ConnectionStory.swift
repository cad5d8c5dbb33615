import TCPState
import TCPWire
import Tracking

/// Everything about one connection: its segments in order, each with its numbers, what it is, and both ends' states as
/// hindsight settles them.
public struct ConnectionStory: Sendable {
    /// A state as it is known at one moment.
    public struct EndState: Sendable, Equatable {
        /// `nil`: it cannot be known from here.
        public var state: State?
        /// The kernel holds it in a small stand-in (Linux's request socket or timewait socket).
        public var isMini = false
        /// How the state is known.
        public var provenance: Provenance

        /// A state that is known so; `nil` where it is not known.
        public init(state: State?, isMini: Bool = false, provenance: Provenance) {
            self.state = state
            self.isMini = isMini
            self.provenance = provenance
        }

        /// Nothing is known of the state.
        public static let unknown = EndState(state: nil, provenance: .inferred)
    }

    /// What a segment is by itself. What it is to those before and after it, its labels say.
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

    /// What became of a segment, as far as what follows shows it.
    public enum Fate: String, Sendable {
        /// Nothing speaks against its having arrived.
        case arrived
        /// It did not reach the other end.
        case lost
        /// It reached the other end, which dropped it, or did nothing with it that shows.
        case notTaken = "not-taken"
        /// It arrived and brought nothing that was not there before.
        case useless
        /// It had not arrived where the story ends; only ends that tell of themselves know.
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

        /// The three numbers, relative to the ISNs, in 64 bits that do not wrap.
        public init(sendUnacknowledged: UInt64, sendNext: UInt64, receiveNext: UInt64) {
            self.sendUnacknowledged = sendUnacknowledged
            self.sendNext = sendNext
            self.receiveNext = receiveNext
        }
    }

    /// One segment and what it did.
    public struct Step: Sendable {
        /// The segment with its octets, and with what it turned out to be.
        public let segment: StoredSegment
        /// Of a connection of a socket with itself, always the client.
        public let sender: Party
        /// Its sequence number, counted from its sender's ISN.
        public let sequence: RelativeNumber
        /// `nil` without the ACK bit.
        public let acknowledgment: RelativeNumber?
        /// What it is by itself.
        public let kind: Kind
        /// Its arrival completes the handshake.
        public internal(set) var completesHandshake = false
        /// What it is by its numbers, as the record counts it; empty where the record leaves it out.
        public let classes: SegmentClass
        /// What its acknowledgment newly covers; nothing without the ACK bit.
        public let covers: Coverage
        /// What it is besides, with proof; the one that says most comes first.
        public internal(set) var labels: [ProvedLabel]
        /// The client's state after this segment was sent, where it is the client's, else after it had arrived; where
        /// it is told that it
        /// did not arrive, the state when it was sent.
        public internal(set) var client: EndState
        /// The server's state, likewise.
        public internal(set) var server: EndState
        /// The client's variables at the same moment as its state; `nil` before its numbers are known.
        public internal(set) var clientVariables: Variables?
        /// The server's variables, likewise.
        public internal(set) var serverVariables: Variables?
        /// What the ends themselves tell of it, where they do.
        public internal(set) var account: Testimony.Account? {
            get { told?.account }
            set { told = newValue.map { Told($0) } }
        }
        /// Aside, since most steps of most stories have none, and it is as large as the rest of a step.
        private var told: Told?

        private final class Told: Sendable {
            let account: Testimony.Account

            init(_ account: Testimony.Account) { self.account = account }
        }

        /// An end's state after this segment: ``client`` or ``server``. Always inlined, as those below: for the call of a method
        /// on a step in an array the compiler would copy the step, and retain what it refers to.
        @inline(__always)
        public func state(of party: Party) -> EndState { party == .client ? client : server }
    }

    /// An ICMP error about one of the segments.
    public struct Report: Sendable {
        /// The error, as it lies in the capture.
        public let error: ReportedError
        /// How many steps come before it.
        public let stepsBefore: Int
        /// The number of the segment that it quotes; `nil` where that is not among the steps.
        public let quoted: Int?
        /// Whether nothing with that number was on its way: not sent yet, or acknowledged already. The message is old, or forged
        /// (RFC 5927 4.1).
        public let isForeign: Bool
        /// Whose segment it quotes.
        public let party: Party
    }

    /// The client's address and port.
    public internal(set) var client: Endpoint
    /// The server's address and port.
    public internal(set) var server: Endpoint
    /// The ICMP errors about it, in order.
    public internal(set) var reports: [Report] = []
    /// How many more there are, the last ones.
    public internal(set) var reportsLeftOut = 0
    /// The connection's record, as lists have it.
    public internal(set) var record: ConnectionRecord
    /// The packet of the next connection between the same endpoints whose RST ended this one too (RFC 9293 3.5, Figure 9).
    public internal(set) var endedBy: Int?
    /// How many of the connection's segments, the last ones, ``steps`` leaves out, which is cut where there are too many.
    public internal(set) var leftOut = 0
    /// The connection's segments in order, each with what it did.
    public internal(set) var steps: [Step] = []
    /// The client's state before the first segment.
    public internal(set) var clientBefore = EndState.unknown
    /// The server's state before the first segment.
    public internal(set) var serverBefore = EndState.unknown
    /// What the ends themselves tell, where they do.
    public internal(set) var testimony: Testimony?
    /// The states that the kernel showed when it was asked, in order.
    public internal(set) var observations: [StateObservation] = []
    /// What hindsight says of steps beside what the segments themselves show, by their places.
    var afterthoughts: [Int: [Afterthought]] = [:]

    /// A label that hindsight puts before a step's others.
    enum Afterthought {
        case besides(ProvedLabel)
        /// In the place of what was concluded of its fate.
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

    /// The packet whose numbers this one sends again, or of which it is a copy.
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

    /// Whether it stands in the capture as it was on the wire, and for the first time.
    @inline(__always)
    var isReal: Bool { !has(.corruptChecksum) && !has(.wireDuplicate) }
}
