/// What can move a connection from one state to another: the calls of RFC 9293 3.9.1, the arrivals of 3.10.7 and the
/// timeouts of 3.10.8. An arrival means an acceptable one.
@frozen public enum Event: UInt8, CaseIterable, Hashable, Sendable {
    /// The application listens.
    case passiveOpen
    /// The application connects: a SYN goes out.
    case activeOpen
    /// The application sends on a listening socket: a SYN goes out.
    case send
    /// The application closes: a FIN goes out.
    case close
    /// The application aborts: an RST goes out.
    case abort
    /// A SYN without ACK.
    case synArrives
    /// A SYN whose ACK covers the SYN sent from here.
    case synAckArrives
    /// An ACK that covers the SYN sent from here.
    case ackOfSynArrives
    /// A FIN, everything before it received.
    case finArrives
    /// An ACK that covers the FIN sent from here.
    case ackOfFinArrives
    /// A FIN that also acknowledges the FIN sent from here, as in a close with three segments.
    case finWithAckOfFinArrives
    /// An RST that passes the checks of 3.10.7.
    case resetArrives
    /// Two maximum segment lifetimes in TIME-WAIT have passed.
    case timeWaitExpires
    /// The user timeout has passed, or too many retransmissions were needed.
    case timeOut
}

/// The segment that is sent with a transition (RFC 9293 Figure 5, the line below the event).
@frozen public enum Response: UInt8, Hashable, Sendable {
    case nothing, syn, synAck, ack, fin, rst
}

/// One edge of the state diagram.
public struct Transition: Hashable, Sendable {
    /// The state before the event.
    public let from: State
    /// The event that causes the transition.
    public let event: Event
    /// The state after the event.
    public let to: State
    /// The segment that is sent.
    public let response: Response
    /// The section of the RFC that prescribes it: `3.10.7.4` and the like.
    public let section: String
}

/// RFC 9293's state diagram (Figure 5), with what the event processing of section 3.10 adds to it. The tracker executes
/// it as a ``TransitionMatrix``. One test checks that our own TCP follows it, another that the diagram in
/// `Docs/states.md` shows it.
public enum TransitionTable {
    /// All transitions, grouped by the state that they leave. An event that is not listed for a state does not change
    /// it.
    public static let all: [Transition] = [
        Transition(from: .closed, event: .passiveOpen, to: .listen, response: .nothing, section: "3.10.1"),
        Transition(from: .closed, event: .activeOpen, to: .synSent, response: .syn, section: "3.10.1"),

        Transition(from: .listen, event: .activeOpen, to: .synSent, response: .syn, section: "3.10.1"),
        Transition(from: .listen, event: .send, to: .synSent, response: .syn, section: "3.10.2"),
        Transition(from: .listen, event: .synArrives, to: .synReceived, response: .synAck, section: "3.10.7.2"),
        Transition(from: .listen, event: .close, to: .closed, response: .nothing, section: "3.10.4"),
        Transition(from: .listen, event: .abort, to: .closed, response: .nothing, section: "3.10.5"),

        Transition(from: .synSent, event: .synAckArrives, to: .established, response: .ack, section: "3.10.7.3"),
        Transition(from: .synSent, event: .synArrives, to: .synReceived, response: .synAck, section: "3.10.7.3"),
        Transition(from: .synSent, event: .resetArrives, to: .closed, response: .nothing, section: "3.10.7.3"),
        Transition(from: .synSent, event: .close, to: .closed, response: .nothing, section: "3.10.4"),
        Transition(from: .synSent, event: .abort, to: .closed, response: .nothing, section: "3.10.5"),
        Transition(from: .synSent, event: .timeOut, to: .closed, response: .nothing, section: "3.10.8"),

        Transition(
            from: .synReceived, event: .ackOfSynArrives, to: .established, response: .nothing, section: "3.10.7.4"),
        Transition(from: .synReceived, event: .synAckArrives, to: .established, response: .ack, section: "3.10.7.4"),
        Transition(from: .synReceived, event: .finArrives, to: .closeWait, response: .ack, section: "3.10.7.4"),
        // A connection that came from LISTEN returns there; seen from outside, it is gone either way.
        Transition(from: .synReceived, event: .resetArrives, to: .closed, response: .nothing, section: "3.10.7.4"),
        Transition(from: .synReceived, event: .close, to: .finWait1, response: .fin, section: "3.10.4"),
        Transition(from: .synReceived, event: .abort, to: .closed, response: .rst, section: "3.10.5"),
        Transition(from: .synReceived, event: .timeOut, to: .closed, response: .nothing, section: "3.10.8"),

        Transition(from: .established, event: .close, to: .finWait1, response: .fin, section: "3.10.4"),
        Transition(from: .established, event: .finArrives, to: .closeWait, response: .ack, section: "3.10.7.4"),
        Transition(from: .established, event: .resetArrives, to: .closed, response: .nothing, section: "3.10.7.4"),
        Transition(from: .established, event: .abort, to: .closed, response: .rst, section: "3.10.5"),
        Transition(from: .established, event: .timeOut, to: .closed, response: .nothing, section: "3.10.8"),

        Transition(from: .finWait1, event: .ackOfFinArrives, to: .finWait2, response: .nothing, section: "3.10.7.4"),
        Transition(from: .finWait1, event: .finArrives, to: .closing, response: .ack, section: "3.10.7.4"),
        Transition(from: .finWait1, event: .finWithAckOfFinArrives, to: .timeWait, response: .ack, section: "3.10.7.4"),
        Transition(from: .finWait1, event: .resetArrives, to: .closed, response: .nothing, section: "3.10.7.4"),
        Transition(from: .finWait1, event: .abort, to: .closed, response: .rst, section: "3.10.5"),
        Transition(from: .finWait1, event: .timeOut, to: .closed, response: .nothing, section: "3.10.8"),

        Transition(from: .finWait2, event: .finArrives, to: .timeWait, response: .ack, section: "3.10.7.4"),
        Transition(from: .finWait2, event: .finWithAckOfFinArrives, to: .timeWait, response: .ack, section: "3.10.7.4"),
        Transition(from: .finWait2, event: .resetArrives, to: .closed, response: .nothing, section: "3.10.7.4"),
        Transition(from: .finWait2, event: .abort, to: .closed, response: .rst, section: "3.10.5"),
        Transition(from: .finWait2, event: .timeOut, to: .closed, response: .nothing, section: "3.10.8"),

        Transition(from: .closing, event: .ackOfFinArrives, to: .timeWait, response: .nothing, section: "3.10.7.4"),
        Transition(from: .closing, event: .resetArrives, to: .closed, response: .nothing, section: "3.10.7.4"),
        Transition(from: .closing, event: .abort, to: .closed, response: .nothing, section: "3.10.5"),
        Transition(from: .closing, event: .timeOut, to: .closed, response: .nothing, section: "3.10.8"),

        Transition(from: .timeWait, event: .timeWaitExpires, to: .closed, response: .nothing, section: "3.10.8"),
        Transition(from: .timeWait, event: .resetArrives, to: .closed, response: .nothing, section: "3.10.7.4"),
        Transition(from: .timeWait, event: .abort, to: .closed, response: .nothing, section: "3.10.5"),

        Transition(from: .closeWait, event: .close, to: .lastAck, response: .fin, section: "3.10.4"),
        Transition(from: .closeWait, event: .resetArrives, to: .closed, response: .nothing, section: "3.10.7.4"),
        Transition(from: .closeWait, event: .abort, to: .closed, response: .rst, section: "3.10.5"),
        Transition(from: .closeWait, event: .timeOut, to: .closed, response: .nothing, section: "3.10.8"),

        Transition(from: .lastAck, event: .ackOfFinArrives, to: .closed, response: .nothing, section: "3.10.7.4"),
        Transition(from: .lastAck, event: .resetArrives, to: .closed, response: .nothing, section: "3.10.7.4"),
        Transition(from: .lastAck, event: .abort, to: .closed, response: .nothing, section: "3.10.5"),
        Transition(from: .lastAck, event: .timeOut, to: .closed, response: .nothing, section: "3.10.8"),
    ]
}

/// ``TransitionTable/all`` laid out for execution, so that one look-up gives the next state without a search. It is
/// made once by the code that tracks many connections, and passed on without being copied.
@frozen public struct TransitionMatrix: ~Copyable, Sendable {
    // Indexed by event. Each word holds four bits for each state: the next state's raw value, or the state's own where
    // the event changes nothing.
    @usableFromInline var next: InlineArray<16, UInt64>

    /// Makes the matrix from ``TransitionTable/all``.
    public init() {
        next = InlineArray(repeating: State.allCases.reduce(0) { $0 | UInt64($1.rawValue) << $1.shift })
        for edge in TransitionTable.all {
            let row = Int(edge.event.rawValue & 15)
            next[row] = next[row] & ~(15 << edge.from.shift) | UInt64(edge.to.rawValue) << edge.from.shift
        }
    }

    /// The state after `event` in `state`; the same state where the event changes nothing.
    @inlinable @inline(__always)
    public func next(_ state: State, _ event: Event) -> State {
        State(rawValue: UInt8(truncatingIfNeeded: next[Int(event.rawValue & 15)] >> state.shift & 15)) ?? state
    }
}

extension State {
    /// The position of this state's four bits in a word of the matrix.
    @inlinable @inline(__always)
    var shift: UInt64 { UInt64(rawValue) &* 4 }
}
