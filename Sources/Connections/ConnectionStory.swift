import TCPState
import TCPWire

/// Everything about one connection: its segments in order, each with its numbers, what it is, and both ends' states as
/// hindsight settles them.
public struct ConnectionStory: Sendable {
    /// A state as it is known at one moment.
    public struct EndState: Sendable, Equatable {
        /// `nil`: it cannot be known from here.
        public var state: State?
        /// The kernel holds it in a small stand-in (Linux's request socket or timewait socket).
        public var isMini = false
        public var provenance: Provenance

        public static let unknown = EndState(state: nil, provenance: .inferred)
    }

    /// What a segment is, by itself and by what came before it.
    public enum Kind: Sendable, Equatable {
        case syn
        case synAck
        /// The third segment of the handshake.
        case handshakeAck
        case data
        case acknowledgment
        case fin
        /// An RST that answers the SYN.
        case refusal
        case reset
        case keepAlive
        /// Carries only numbers that were sent before; the packet with this number carried the first of them.
        case retransmission(of: Int)
    }

    /// What an ACK newly covers.
    public struct Coverage: Sendable, Equatable {
        public var octets: UInt32 = 0
        public var syn = false
        public var fin = false
    }

    /// One end's sequence variables as the packets show them (RFC 9293 3.3.1), relative to the ISNs.
    public struct Variables: Sendable, Equatable {
        public var sendUnacknowledged: UInt32
        public var sendNext: UInt32
        public var receiveNext: UInt32
    }

    /// One segment and what it did.
    public struct Step: Sendable {
        public let segment: StoredSegment
        /// Of a connection of a socket with itself, always the client.
        public let sender: Party
        public let sequence: RelativeNumber
        /// `nil` without the ACK bit.
        public let acknowledgment: RelativeNumber?
        public let kind: Kind
        public let covers: Coverage
        /// The states after this segment was sent (its sender's) and had arrived (its receiver's).
        public internal(set) var client: EndState
        public internal(set) var server: EndState
        /// What the receiver did next shows that it had not got this segment, or had not taken it.
        public internal(set) var isLost = false
        /// `nil` before the end's numbers are known.
        public let clientVariables: Variables?
        public let serverVariables: Variables?

        public func state(of party: Party) -> EndState { party == .client ? client : server }
    }

    public let client: Endpoint
    public let server: Endpoint
    /// The record of the first pass over the same segments.
    public let record: ConnectionRecord
    public internal(set) var steps: [Step]
    /// The states before the first segment.
    public internal(set) var clientBefore: EndState
    public internal(set) var serverBefore: EndState

    public func before(_ party: Party) -> EndState { party == .client ? clientBefore : serverBefore }
}
