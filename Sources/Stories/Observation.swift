import CaptureFile
import TCPState
import Tracking

/// One of the things that a story is built from, in their order. Whatever the source is (a capture, a kernel that is asked for its
/// sockets' states, our own TCP, a wire between two kernels), it is expressed in these three cases.
public enum Observation: Sendable {
    /// A segment, in the order in which the segments were sent.
    case segment(StoredSegment)
    /// An ICMP error about one of the connection's segments.
    case error(ReportedError)
    /// What an end tells of itself, or who carries the segments tells of one.
    case word(EndWord)
}

/// What an end tells of itself at one moment, or who carries the segments tells of one of them. A word is sparse: it holds what was
/// said, and no more.
public struct EndWord: Sendable, Equatable {
    /// What it is about.
    public enum Occasion: Sendable, Equatable {
        /// The end sent the segment of that number.
        case sent(Int)
        /// The segment of that number reached the end.
        case arrived(Int, Reception)
        /// The segment of that number did not reach the end.
        case lost(Int, Testimony.Loss)
        /// The other end's state when this segment left or arrived.
        case beside(Int)
        /// Something that happened to the end, or that it did, of itself.
        case moment(Testimony.Moment.Cause)
        /// Somebody asked for the end's state, at a time of his own choosing.
        case asked
        /// How the end stood before anything happened.
        case before
        /// A change of state whose cause another word tells, or that is no event of this connection; it makes no moment of its own.
        case elsewhere
    }

    /// What became of a segment where it arrived.
    public enum Reception: String, Sendable, Equatable {
        case taken
        case dropped
        /// It brought nothing new.
        case useless
    }

    /// A state that an end entered, and by which rule.
    public struct Entrance: Sendable, Equatable {
        /// The state entered.
        public let state: State
        /// By which rule; `nil` where the end does not say.
        public let reason: Reason?
        /// The segment that led there, by number.
        public let cause: Int?

        /// A state that the end entered, by what it says itself.
        public init(_ state: State, by reason: Reason?, cause: Int?) {
            self.state = state
            self.reason = reason
            self.cause = cause
        }
    }

    /// What it is about.
    public var occasion: Occasion
    /// The end that speaks. Where the carrier of the segments speaks, the receiver of the segment.
    public var party: Party
    /// Who tells: a kernel, a TCP of our own, or, of the segments alone, ``Provenance/wire``.
    public var provenance: Provenance
    /// `nil` of ``Occasion/before``.
    public var time: Timestamp?
    /// The end afterwards; `nil` where it is not told.
    public var end: Testimony.End?
    /// The states that it entered one after the other, where it tells more than ``end`` shows.
    public var entered: [Entrance] = []
    /// Of a segment that was sent, the one reason for sending it; of what happened at the end, the rules by which the end acted on it, in
    /// order.
    public var reasons: [Reason] = []
    /// What a segment was sent for.
    public var purpose: Transmission?
    /// The segment whose numbers are sent again, by number.
    public var original: Int?
    /// What the end's kernel had counted until then, since it last told.
    public var counts: [Testimony.Count] = []
    /// Of a timer: for how long it had run, in nanoseconds, where that is known.
    public var ran: Int64?

    /// A word that says no more than this; the rest is put in where it is told.
    public init(
        _ occasion: Occasion, of party: Party, by provenance: Provenance, at time: Timestamp?, end: Testimony.End? = nil
    ) {
        self.occasion = occasion
        self.party = party
        self.provenance = provenance
        self.time = time
        self.end = end
    }

    /// A state that the kernel showed when it was asked.
    public init(_ observation: StateObservation) {
        self.init(
            .asked, of: observation.party, by: .kernel, at: observation.time,
            end: Testimony.End(state: observation.state, isMini: observation.isMini, variables: nil))
    }
}

/// Why an end did something, in the words of whoever tells.
public enum Reason: Sendable, Hashable {
    /// A TCP that goes by the RFCs' rules.
    case rule(Rule)
    /// A kernel's own name for it: `TCP_OLD_DATA`.
    case kernel(String)
    /// An error that a call of the program returned.
    case errno(Int32)

    /// Its name in JSON.
    public var name: String {
        switch self {
        case .rule(let rule): rule.rawValue
        case .kernel(let name): name
        case .errno(let code): String(code)
        }
    }

    /// The RFC's rule, where it is one.
    public var rule: Rule? { if case .rule(let rule) = self { rule } else { nil } }
}
