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
        /// By how much it has grown.
        public let by: Int64

        /// A count by the kernel's name that has grown by so much.
        public init(name: String, by: Int64) {
            self.name = name
            self.by = by
        }
    }

    /// One end after it had sent a segment, or after the segment had arrived.
    public struct End: Sendable, Equatable {
        /// The end's state.
        public var state: State
        /// The kernel holds it in a small stand-in.
        public var isMini = false
        /// `nil` where there is no connection, and where the end does not tell.
        public var variables: ConnectionStory.Variables?

        /// An end as it tells of itself.
        public init(state: State, isMini: Bool = false, variables: ConnectionStory.Variables?) {
            self.state = state
            self.isMini = isMini
            self.variables = variables
        }
    }

    /// One segment, by the end that sent it and the end that it reached.
    public struct Account: Sendable, Equatable {
        /// Why it was sent; `nil` where its sender is no witness, or does not say.
        public internal(set) var reason: Reason?
        /// What it was sent for.
        public internal(set) var purpose: Transmission?
        /// The packet whose numbers it sends again, by number.
        public internal(set) var original: Int?
        /// What became of it, as far as the ends, or the wire, have told.
        public internal(set) var fate = Fate.underWay
        /// Why its receiver acted on it as it did, in order; what made it answer stands with the answers.
        public internal(set) var effects: [Reason] = []
        /// The client when the segment had left it, or had arrived; `nil` where that end is no witness.
        public internal(set) var client: End?
        /// The server, likewise.
        public internal(set) var server: End?
        /// What its sender's kernel had counted until it had left, since what happened to that end before.
        public internal(set) var counts: [Count] = []
    }

    /// Something that happened to an end, or that it did.
    public struct Moment: Sendable {
        /// What happened.
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

        /// When it happened.
        public var time: Timestamp
        /// To which end, or by which.
        public var party: Party
        /// What happened.
        public var cause: Cause
        /// Why it did what it did, without what made it send segments, which stands with these.
        public var reasons: [Reason]
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

        /// A moment without counts and running time, which are put in where they are told.
        public init(
            time: Timestamp, party: Party, cause: Cause, reasons: [Reason], state: State, isMini: Bool = false,
            segmentsBefore: Int
        ) {
            self.time = time
            self.party = party
            self.cause = cause
            self.reasons = reasons
            self.state = state
            self.isMini = isMini
            self.segmentsBefore = segmentsBefore
        }
    }

    /// Who tells: a TCP of our own, or the kernel.
    public internal(set) var provenance: Provenance
    /// In the order in which they happened.
    public internal(set) var moments: [Moment] = []
    /// Each witness's way through the states.
    public internal(set) var paths: [Party: [StatePath.Entry]] = [:]

    init(by provenance: Provenance) { self.provenance = provenance }
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
