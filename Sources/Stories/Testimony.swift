import CaptureFile
import TCPState
import TCPWire
import Tracking

/// What the ends of a connection themselves tell of it: a TCP of our own knows its states, and says by which rule it did
/// what; a kernel says its states when it is asked, and no rules. Where there is a testimony, nothing has to be concluded from
/// the packets.
public struct Testimony: Sendable {
    /// What became of a segment.
    public enum Fate: Sendable, Equatable {
        /// It reached the other end, which took it.
        case arrived(at: Timestamp)
        /// It reached the other end, which dropped it.
        case dropped(at: Timestamp)
        /// It reached the other end and brought nothing new.
        case useless(at: Timestamp)
        case lost(Loss)
        /// Neither has happened yet.
        case underWay
    }

    /// Where a segment was lost.
    public enum Loss: String, Sendable, Equatable {
        /// On the link.
        case link
        /// In the link's queue, which was full.
        case queue
        /// In a middlebox, which kept it.
        case middlebox
        /// Before a link that takes no packet of its size.
        case size
        /// Nowhere leads to its destination.
        case route
    }

    /// Something of which an end's kernel keeps count, and by how much the count has grown.
    public struct Count: Sendable, Equatable {
        /// As the kernel calls it: `TCPTimeouts`.
        public let name: String
        public let by: Int64

        public init(name: String, by: Int64) {
            self.name = name
            self.by = by
        }
    }

    /// One end after it had sent a segment, or after the segment had arrived.
    public struct End: Sendable, Equatable {
        public var state: State
        /// The kernel holds it in a small stand-in.
        public var isMini = false
        /// `nil` where there is no connection, and where the end does not tell.
        public var variables: ConnectionStory.Variables?

        public init(state: State, isMini: Bool = false, variables: ConnectionStory.Variables?) {
            self.state = state
            self.isMini = isMini
            self.variables = variables
        }
    }

    /// One segment, by the end that sent it and the end that it reached.
    public struct Account: Sendable {
        /// The rule by which it was sent; `nil` where its sender is no witness.
        public var reason: Rule?
        /// What it was sent for.
        public var purpose: Transmission?
        /// The packet whose numbers it sends again, by number.
        public var original: Int?
        public var fate: Fate
        /// The rules by which its receiver acted on it, in order; those by which it answered stand with the answers.
        public var effects: [Rule]
        /// `nil` where that end is no witness.
        public var client: End?
        public var server: End?
        /// What its sender's kernel had counted until it had left, since what happened to that end before.
        public var counts: [Count] = []

        public init(
            reason: Rule?, purpose: Transmission?, original: Int?, fate: Fate, effects: [Rule], client: End?,
            server: End?
        ) {
            self.reason = reason
            self.purpose = purpose
            self.original = original
            self.fate = fate
            self.effects = effects
            self.client = client
            self.server = server
        }
    }

    /// Something that happened to an end, or that it did.
    public struct Moment: Sendable {
        public enum Cause: Sendable, Equatable {
            /// The packet of that number arrived.
            case segment(Int)
            /// A call of the program, by its name.
            case call(String)
            /// A call that had waited has returned, and with success.
            case returned(String)
            case timer(TimerName)
            /// An ICMP error.
            case icmp
            /// None of these: it could now do what it had put off.
            case itself
        }

        public var time: Timestamp
        public var party: Party
        public var cause: Cause
        /// Without those by which it sent segments, which stand with these.
        public var rules: [Rule]
        /// The state afterwards.
        public var state: State
        /// The kernel holds it in a small stand-in.
        public var isMini: Bool
        /// How many of the connection's segments had been sent before.
        public var segmentsBefore: Int
        /// What the end's kernel had counted until then, since what happened to that end before.
        public var counts: [Count] = []
        /// Of a timer: for how long it had run, in nanoseconds, where that is known.
        public var ran: Int64?

        public init(
            time: Timestamp, party: Party, cause: Cause, rules: [Rule], state: State, isMini: Bool = false,
            segmentsBefore: Int
        ) {
            self.time = time
            self.party = party
            self.cause = cause
            self.rules = rules
            self.state = state
            self.isMini = isMini
            self.segmentsBefore = segmentsBefore
        }
    }

    /// Who tells: a TCP of our own, or the kernel.
    public var provenance: Provenance
    /// One for each of the story's segments, in their order.
    public var accounts: [Account]
    /// In the order in which they happened.
    public var moments: [Moment]
    /// Each witness's way through the states.
    public var paths: [Party: [StatePath.Entry]]

    public init(
        by provenance: Provenance = .stack, accounts: [Account], moments: [Moment], paths: [Party: [StatePath.Entry]]
    ) {
        self.provenance = provenance
        self.accounts = accounts
        self.moments = moments
        self.paths = paths
    }
}

extension ConnectionStory {
    /// Puts what the ends themselves tell in the place of what was concluded from the packets. An end that is no witness
    /// keeps its conclusions.
    public mutating func settle(by testimony: Testimony) {
        guard testimony.accounts.count == steps.count else { return }
        self.testimony = testimony
        for (index, account) in testimony.accounts.enumerated() {
            steps[index].account = account
            // A conclusion beside its sender's own word could only repeat or contradict it.
            if account.reason != nil || account.original != nil { steps[index].labels = [] }
            if testimony.provenance == .kernel {
                steps[index].labels = steps[index].labels.map { $0.settled(by: account.purpose) }
            }
            // What became of it is known.
            steps[index].labels.removeAll { [.lost, .notTaken, .resetNotTaken].contains($0.label) }
            for party in Party.allCases {
                guard let end = party == .client ? account.client : account.server else { continue }
                steps[index].set(party, told: end, by: testimony.provenance)
            }
        }
        settleThirdSegment()
        for (party, entries) in testimony.paths {
            guard let first = entries.first else { continue }
            let known = EndState(state: first.state, isMini: first.isMini, provenance: testimony.provenance)
            if party == .client { clientBefore = known } else { serverBefore = known }
        }
    }
}

extension ConnectionStory {
    /// Of an end's segments with an ACK the first to arrive completes the handshake, whichever was sent first.
    private mutating func settleThirdSegment() {
        guard let sent = steps.firstIndex(where: { $0.kind == .handshakeAck }) else { return }
        let sender = steps[sent].sender
        let candidates = steps.indices.filter {
            let flags = steps[$0].segment.header.flags
            return steps[$0].sender == sender && flags.contains(.ack) && flags.isDisjoint(with: [.syn, .rst])
                && steps[$0].account?.fate.arrival != nil
        }
        let first = candidates.min {
            guard let one = steps[$0].account?.fate.arrival, let other = steps[$1].account?.fate.arrival else {
                return false
            }
            return one < other
        }
        guard let first, first != sent else { return }
        steps[first].completesHandshake = true
        steps[sent].completesHandshake = false
    }
}

extension ConnectionStory.Step {
    fileprivate mutating func set(_ party: Party, told end: Testimony.End, by provenance: Provenance) {
        let state = ConnectionStory.EndState(state: end.state, isMini: end.isMini, provenance: provenance)
        // A kernel tells no variables: those that the packets show stay.
        switch party {
        case .client:
            (client, clientVariables) = (state, end.variables ?? (provenance == .stack ? nil : clientVariables))
        case .server:
            (server, serverVariables) = (state, end.variables ?? (provenance == .stack ? nil : serverVariables))
        }
    }
}

extension ProvedLabel {
    /// What packets leave open, whether a time-out or a probe, where the kernel's counter tells it.
    fileprivate func settled(by purpose: Transmission?) -> ProvedLabel {
        guard label == .timerRetransmission || label == .timeoutRetransmission else { return self }
        switch purpose {
        case .lossProbe: return ProvedLabel(.tailLossProbe, evidence: evidence, original: original)
        case .retransmission:
            return ProvedLabel(.timeoutRetransmission, evidence: evidence, original: original, ordinal: ordinal ?? 0)
        default: return self
        }
    }
}

extension Testimony.Fate {
    /// When it reached the other end.
    public var arrival: Timestamp? {
        switch self {
        case .arrived(let time), .dropped(let time), .useless(let time): time
        case .lost, .underWay: nil
        }
    }

    var shown: ConnectionStory.Fate {
        switch self {
        case .arrived: .arrived
        case .underWay: .underWay
        case .dropped: .notTaken
        case .useless: .useless
        case .lost: .lost
        }
    }
}
