import CaptureFile
import TCPState
import TCPWire
import Tracking

/// What the ends of a connection report about it themselves. Our own TCP knows its states and names the rules by which
/// it acts; a kernel reports its states when it is asked, and no rules. Where there is a testimony, nothing has to be
/// concluded from the packets.
public struct Testimony: Sendable {
    /// What became of a segment.
    public enum Fate: Sendable, Equatable {
        /// It reached the other end, which accepted it.
        case arrived(at: Timestamp)
        /// It reached the other end, which dropped it.
        case dropped(at: Timestamp)
        /// It reached the other end and brought nothing new.
        case useless(at: Timestamp)
        case lost(Loss)
        /// It has neither arrived nor been lost yet.
        case underWay
    }

    /// Where a segment was lost.
    public enum Loss: String, Sendable, Equatable {
        /// On the link.
        case link
        /// In the link's queue, which was full.
        case queue
        /// In a middlebox, which dropped it.
        case middlebox
        /// Before a link whose MTU is smaller than the packet.
        case size
        /// There is no route to its destination.
        case route
    }

    /// A counter of an end's kernel, and by how much it has grown.
    public struct Count: Sendable, Equatable {
        /// The kernel's name for the counter, such as `TCPTimeouts`.
        public let name: String
        /// By how much it has grown.
        public let by: Int64

        /// Creates a counter's growth by the given number.
        public init(name: String, by: Int64) {
            self.name = name
            self.by = by
        }
    }

    /// One end's state and variables after it sent a segment, or after the segment arrived.
    public struct End: Sendable, Equatable {
        /// The end's state.
        public var state: State
        /// Whether the kernel holds the connection in a smaller structure (request socket or timewait socket).
        public var isMini = false
        /// The sequence variables; `nil` where there is no connection, and where the end does not report them.
        public var variables: ConnectionStory.Variables?

        /// Creates an end's state and variables as the end reports them.
        public init(state: State, isMini: Bool = false, variables: ConnectionStory.Variables?) {
            self.state = state
            self.isMini = isMini
            self.variables = variables
        }
    }

    /// What both ends report about one segment.
    public struct Account: Sendable, Equatable {
        /// Why it was sent; `nil` where its sender reports nothing, or gives no reason.
        public internal(set) var reason: Reason?
        /// What it was sent for.
        public internal(set) var purpose: Transmission?
        /// The number of the packet whose numbers it sends again.
        public internal(set) var original: Int?
        /// What became of the segment, as far as the ends or the wire have reported it.
        public internal(set) var fate = Fate.underWay
        /// Why its receiver acted on it as it did, in order. The reasons for sending answers are in the answers' own
        /// accounts.
        public internal(set) var effects: [Reason] = []
        /// The client's state and variables after the segment had left it, or had arrived; `nil` where that end reports
        /// nothing.
        public internal(set) var client: End?
        /// The server's state and variables, in the same way.
        public internal(set) var server: End?
        /// What its sender's kernel counted from the last event at that end until the segment was sent.
        public internal(set) var counts: [Count] = []
    }

    /// Something that happened to an end, or that it did by itself.
    public struct Moment: Sendable {
        /// What happened.
        public enum Cause: Sendable, Equatable {
            /// The packet with this number arrived.
            case segment(Int)
            /// A call of the program, by its name.
            case call(String)
            /// A call of the program that had been waiting returned successfully.
            case returned(String)
            case timer(TimerName)
            /// An ICMP error.
            case icmp
            /// None of these: the end could now do something that it had put off.
            case itself
        }

        /// When it happened.
        public var time: Timestamp
        /// The end to which it happened, or that did it.
        public var party: Party
        /// What happened.
        public var cause: Cause
        /// Why it acted as it did. The reasons for sending segments are in the segments' accounts.
        public var reasons: [Reason]
        /// The end's state afterwards.
        public var state: State
        /// Whether the kernel holds the connection in a smaller structure (request socket or timewait socket).
        public var isMini: Bool
        /// How many of the connection's segments had been sent before this.
        public var segmentsBefore: Int
        /// What the end's kernel counted from the last event at that end until this one.
        public var counts: [Count] = []
        /// For a timer: for how many nanoseconds it had run; `nil` if not known.
        public var ran: Int64?

        /// Creates a moment. Counters and the timer's running time are set afterwards, if they are reported.
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

    /// Who reports: our own TCP, or the kernel.
    public internal(set) var provenance: Provenance
    /// The events at the ends, in the order in which they happened.
    public internal(set) var moments: [Moment] = []
    /// For each end that reports its states: the states that it passed through.
    public internal(set) var paths: [Party: [StatePath.Entry]] = [:]

    init(by provenance: Provenance) { self.provenance = provenance }
}

extension Testimony.Fate {
    /// When it reached the other end; `nil` where it did not.
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
