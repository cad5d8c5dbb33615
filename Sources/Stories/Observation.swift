import CaptureFile
import TCPState
import Tracking

/// One of the things that a story is built from, in their order. Whatever the source is (a capture, a kernel that is
/// asked for its sockets' states, our own TCP, a wire between two kernels), it is expressed in these three cases.
public enum Observation: Sendable {
    /// A segment, in the order in which the segments were sent.
    case segment(StoredSegment)
    /// An ICMP error about one of the connection's segments.
    case error(ReportedError)
    /// A statement of an end about itself, or a statement about a segment by whatever carries it.
    case word(EndWord)
}

/// A statement of an end about itself at one moment, or a statement about a segment by whatever carries it. It holds
/// only what was actually said.
public struct EndWord: Sendable, Equatable {
    /// What the statement is about.
    public enum Occasion: Sendable, Equatable {
        /// The end sent the segment with this packet number.
        case sent(Int)
        /// The segment with this packet number reached the end.
        case arrived(Int, Reception)
        /// The segment with this packet number did not reach the end.
        case lost(Int, Testimony.Loss)
        /// The other end's state when this segment left or arrived.
        case beside(Int)
        /// Something that happened to the end, or that it did by itself.
        case moment(Testimony.Moment.Cause)
        /// The end's state was asked for, at an arbitrary time.
        case asked
        /// The end's state before anything happened.
        case before
        /// A change of state whose cause is in another statement, or is no event of this connection; it adds no moment.
        case elsewhere
    }

    /// What a segment's receiver did with it.
    public enum Reception: String, Sendable, Equatable {
        case taken
        case dropped
        /// It arrived but brought nothing new.
        case useless
    }

    /// A state that an end entered, and by which rule.
    public struct Entrance: Sendable, Equatable {
        /// The state entered.
        public let state: State
        /// The rule or reason by which the end entered the state; `nil` where the end does not report it.
        public let reason: Reason?
        /// The packet number of the segment that caused it.
        public let cause: Int?

        /// Creates a state that an end reports to have entered.
        public init(_ state: State, by reason: Reason?, cause: Int?) {
            self.state = state
            self.reason = reason
            self.cause = cause
        }
    }

    /// What the statement is about.
    public var occasion: Occasion
    /// The end that makes the statement. If it comes from whatever carries the segments, the receiver of the segment.
    public var party: Party
    /// Who makes the statement: a kernel, our own TCP or, about segments only, ``Provenance/wire``.
    public var provenance: Provenance
    /// When it was made; `nil` for ``Occasion/before``.
    public var time: Timestamp?
    /// The end's state and variables afterwards; `nil` where they are not reported.
    public var end: Testimony.End?
    /// The states that it entered one after another, where there were more than ``end`` shows.
    public var entered: [Entrance] = []
    /// For a segment that was sent, the one reason for sending it. For any other event, the rules by which the end
    /// acted on it, in order.
    public var reasons: [Reason] = []
    /// What a segment was sent for.
    public var purpose: Transmission?
    /// The packet number of the segment whose numbers are sent again.
    public var original: Int?
    /// What the end's kernel has counted since its last statement.
    public var counts: [Testimony.Count] = []
    /// For a timer: for how many nanoseconds it had run; `nil` if not known.
    public var ran: Int64?

    /// Creates a statement. Everything else that it can hold is set afterwards, if it is reported.
    public init(
        _ occasion: Occasion, of party: Party, by provenance: Provenance, at time: Timestamp?, end: Testimony.End? = nil
    ) {
        self.occasion = occasion
        self.party = party
        self.provenance = provenance
        self.time = time
        self.end = end
    }

    /// Creates a statement from a state that the kernel showed when it was asked.
    public init(_ observation: StateObservation) {
        self.init(
            .asked, of: observation.party, by: .kernel, at: observation.time,
            end: Testimony.End(state: observation.state, isMini: observation.isMini, variables: nil))
    }
}

/// Why an end did something, as named by whoever reports it.
public enum Reason: Sendable, Hashable {
    /// A rule of an RFC, by which our own TCP acts.
    case rule(Rule)
    /// A kernel's own name for the reason, such as `TCP_OLD_DATA`.
    case kernel(String)
    /// The number of an error that a call of the program returned.
    case errno(Int32)

    /// The reason's name in JSON.
    public var name: String {
        switch self {
        case .rule(let rule): rule.rawValue
        case .kernel(let name): name
        case .errno(let code): String(code)
        }
    }

    /// The RFC's rule; `nil` if the reason is something else.
    public var rule: Rule? { if case .rule(let rule) = self { rule } else { nil } }
}
