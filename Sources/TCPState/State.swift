/// The eleven states of a connection (RFC 9293 3.3.2), of which CLOSED stands for "no connection".
@frozen public enum State: UInt8, CaseIterable, Hashable, Sendable {
    case closed, listen, synSent, synReceived, established
    case finWait1, finWait2, closing, timeWait
    case closeWait, lastAck

    /// `nil` for a number that no state has. It is written out because the initializer that the compiler makes is not
    /// inlined, and the first pass calls this for every segment that may change a state.
    @inlinable @inline(__always)
    public init?(rawValue: UInt8) {
        switch rawValue {
        case 0: self = .closed
        case 1: self = .listen
        case 2: self = .synSent
        case 3: self = .synReceived
        case 4: self = .established
        case 5: self = .finWait1
        case 6: self = .finWait2
        case 7: self = .closing
        case 8: self = .timeWait
        case 9: self = .closeWait
        case 10: self = .lastAck
        default: return nil
        }
    }

    /// The RFC's name: `SYN-SENT`.
    public var name: String {
        switch self {
        case .closed: "CLOSED"
        case .listen: "LISTEN"
        case .synSent: "SYN-SENT"
        case .synReceived: "SYN-RECEIVED"
        case .established: "ESTABLISHED"
        case .finWait1: "FIN-WAIT-1"
        case .finWait2: "FIN-WAIT-2"
        case .closing: "CLOSING"
        case .timeWait: "TIME-WAIT"
        case .closeWait: "CLOSE-WAIT"
        case .lastAck: "LAST-ACK"
        }
    }

    /// The letter that stands for this state on a rail of a ladder diagram.
    public var letter: Character {
        switch self {
        case .closed: "-"
        case .listen: "L"
        case .synSent: "S"
        case .synReceived: "R"
        case .established: "E"
        case .finWait1: "1"
        case .finWait2: "2"
        case .closing: "X"
        case .timeWait: "T"
        case .closeWait: "W"
        case .lastAck: "A"
        }
    }

    /// Whether the state is a synchronized one (RFC 9293 3.5.2: ESTABLISHED and every later state), in which both ends
    /// have agreed on their sequence numbers.
    @inlinable public var isSynchronized: Bool {
        switch self {
        case .closed, .listen, .synSent, .synReceived: false
        default: true
        }
    }
}
