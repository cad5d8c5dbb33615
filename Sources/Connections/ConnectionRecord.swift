import CaptureFile
import TCPState
import TCPWire

/// What one end of a connection sent, and the state it is in: flat, of fixed size.
@frozen public struct Half: Sendable {
    /// What has been seen of this end.
    @frozen public struct Marks: OptionSet, Sendable {
        public let rawValue: UInt16
        @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// A SYN without ACK.
        public static let syn = Marks(rawValue: 1 << 0)
        public static let synAck = Marks(rawValue: 1 << 1)
        public static let fin = Marks(rawValue: 1 << 2)
        public static let reset = Marks(rawValue: 1 << 3)
        /// ``Half/initialSequence`` is the ISN, from the SYN itself or from the ACK that covers it.
        public static let initialKnown = Marks(rawValue: 1 << 4)
        /// ``Half/initialSequence`` is a guess, from the first segment of a capture that starts in the middle.
        public static let initialGuessed = Marks(rawValue: 1 << 5)
        /// The other end acknowledged this end's SYN.
        public static let synAcknowledged = Marks(rawValue: 1 << 6)
        public static let finAcknowledged = Marks(rawValue: 1 << 7)
        /// ``Half/highestAcknowledgment`` holds a number.
        public static let acknowledged = Marks(rawValue: 1 << 8)
        /// ``Half/next`` holds a number.
        public static let numbered = Marks(rawValue: 1 << 9)
        /// Sent an RST that the other end's numbers make acceptable.
        public static let resetAcceptable = Marks(rawValue: 1 << 10)
    }

    /// ISN, or a guess at it; the marks tell.
    public var initialSequence = SequenceNumber(0)
    /// The number after the highest one sent.
    public var next = SequenceNumber(0)
    /// The number up to which nothing is missing: either it was captured, or the other end acknowledged it.
    public var contiguous = SequenceNumber(0)
    /// The highest number this end acknowledged.
    public var highestAcknowledgment = SequenceNumber(0)
    /// The FIN's own number.
    public var finSequence = SequenceNumber(0)
    public var segments: UInt32 = 0
    /// Segments that began with numbers sent before and carried none that are new. One that fills a hole is not counted:
    /// it was late, or sent again because what first filled it was lost before it could be captured.
    public var retransmittedSegments: UInt32 = 0
    /// Payload octets in sequence space: each counted once, holes in the capture included.
    public var streamBytes: UInt64 = 0
    /// Payload octets as sent, repeated ones counted again.
    public var payloadBytes: UInt64 = 0
    public var marks: Marks = []
    /// The window field of the last segment, not scaled.
    public var window: UInt16 = 0
    /// Shift count offered in the SYN; 255 where none was seen.
    public var windowScale: UInt8 = 255
    /// MSS offered in the SYN, 0 where none was seen.
    public var maximumSegmentSize: UInt16 = 0
    /// The state as the packets show it so far; `nil` where they do not.
    public var state: State? = nil

    @inlinable public init() {}
}

/// How the tracker knows which end is the client.
@frozen public enum RoleEvidence: UInt8, Sendable {
    /// It sent the SYN.
    case syn
    /// The other end sent a SYN-ACK.
    case synAck
    /// A guess: the other end's port is a well-known or registered one.
    case port
    /// A guess: it was the first to be seen.
    case firstSeen

    public var isGuess: Bool { self == .port || self == .firstSeen }
}

/// One connection as the first pass leaves it: flat, of fixed size, nothing allocated.
@frozen public struct ConnectionRecord: Sendable {
    var key: FlowKey
    /// The halves in the key's order; ``client`` and ``server`` know which is which.
    @usableFromInline var halves: InlineArray<2, Half> = [Half(), Half()]
    @usableFromInline var clientSide: UInt8
    public internal(set) var roleEvidence: RoleEvidence
    /// The three segments of the handshake were seen, and their numbers fit: each ACK is the other's ISN + 1.
    public internal(set) var handshakeProved = false
    /// Both ends sent a SYN without having seen the other's.
    public internal(set) var simultaneousOpen = false
    /// The tuple was used before in this capture.
    public internal(set) var reusesTuple = false
    /// The end (in the key's order) that sent the first FIN, and the one that sent the first RST that counted.
    var closer: UInt8? = nil
    var resetter: UInt8? = nil
    /// Both ends are the same socket, connected with itself: what it sends, it receives.
    let isReflexive: Bool
    public internal(set) var firstTime: Timestamp
    public internal(set) var lastTime: Timestamp
    /// Packet number of the first segment.
    public internal(set) var firstNumber: UInt64
    /// Nanoseconds from the first SYN to the SYN-ACK, and to the ACK that completes the handshake; negative: not seen.
    public internal(set) var synAckDelay: Int64 = -1
    public internal(set) var handshakeDelay: Int64 = -1

    init(key: FlowKey, clientSide: Int, evidence: RoleEvidence, time: Timestamp, number: Int) {
        self.key = key
        isReflexive = key.low == key.high
        self.clientSide = UInt8(truncatingIfNeeded: clientSide)
        roleEvidence = evidence
        firstTime = time
        lastTime = time
        firstNumber = UInt64(truncatingIfNeeded: number)
    }

    public var clientEndpoint: Endpoint { clientSide == 0 ? key.low : key.high }
    public var serverEndpoint: Endpoint { clientSide == 0 ? key.high : key.low }
    public var client: Half { halves[Int(clientSide & 1)] }
    public var server: Half { halves[Int(~clientSide & 1)] }

    /// The end that receives what `side` sends.
    @inline(__always)
    func peer(of side: Int) -> Int { isReflexive ? side : 1 - side }

    /// The client's side, and the server's.
    func side(of party: Party) -> Int { party == .client ? Int(clientSide & 1) : peer(of: Int(clientSide & 1)) }

    /// Whose side this is.
    func party(_ side: UInt8) -> Party { side == clientSide ? .client : .server }

    /// Whether the segment went from client to server. Of a connection of a socket with itself every segment counts as
    /// the client's.
    public func isFromClient(_ segment: SegmentHeader) -> Bool {
        segment.sourceEndpoint == clientEndpoint
    }

    /// Nanoseconds from the first segment to the last.
    public var duration: Int64 { lastTime.nanoseconds(since: firstTime) }
    /// Whether the capture holds neither SYN nor SYN-ACK, so that it began in the middle of this connection.
    public var isMidstream: Bool {
        (client.marks.union(server.marks)).isDisjoint(with: [.syn, .synAck])
    }
}
