import CaptureFile
import TCPWire

/// How the tracker knows which end is the client.
@frozen public enum RoleEvidence: UInt8, Sendable, BitwiseCopyable {
    /// The client sent the SYN.
    case syn
    /// The other end sent a SYN-ACK.
    case synAck
    /// A guess: the other end's port is a well-known or registered one.
    case port
    /// A guess: the client's segment was the first one seen.
    case firstSeen

    /// Whether it is only a guess, because no SYN or SYN-ACK proves it: ``port`` and ``firstSeen``.
    public var isGuess: Bool { self == .port || self == .firstSeen }
}

/// One connection as the first pass leaves it: a value of 208 octets without references, so that nothing is allocated.
public struct ConnectionRecord: Sendable, BitwiseCopyable {
    /// Yes-or-no properties of the whole connection.
    struct Traits: OptionSet, BitwiseCopyable {
        let rawValue: UInt8
        static let handshakeProved = Traits(rawValue: 1 << 0)
        static let simultaneousOpen = Traits(rawValue: 1 << 1)
        static let reusesTuple = Traits(rawValue: 1 << 2)
        static let reflexive = Traits(rawValue: 1 << 3)
        /// Segments came after an RST.
        static let outlivesReset = Traits(rawValue: 1 << 4)
        /// A segment's time is earlier than that of a segment before it.
        static let timesGoBack = Traits(rawValue: 1 << 5)
        /// Numbers did not fit when they came, or may mean something else once all segments are known.
        static let oddNumbers = Traits(rawValue: 1 << 6)
    }

    /// Nanoseconds in one unit (a tick) of the delays that a record keeps. In 32 bits, at most 429 s fit.
    package static let tick: Int64 = 100

    /// The first segment's time.
    public internal(set) var firstTime: Timestamp
    /// The latest time of any segment, which is not the last one's where the capture's clock was set back.
    public internal(set) var lastTime: Timestamp
    /// The position of the first segment in the capture: its packet's number, and in the lowest six bits its index
    /// among the packets that the frame carries. It is 0 for a record that is no longer in use.
    package internal(set) var firstPlace: UInt64
    var key: FlowKey
    /// The two directions, by the side that sends them; ``client`` and ``server`` return them by role.
    package internal(set) var halves: InlineArray<2, HalfConnection> = [HalfConnection(), HalfConnection()]
    private var synAckTicks = UInt32.max
    private(set) var handshakeTicks = UInt32.max
    var clientSide: UInt8
    /// How it is known which end is the client.
    public internal(set) var roleEvidence: RoleEvidence
    var traits: Traits = []
    /// The two lowest bits say which side sent the first FIN, the next two which side sent the first RST that counted
    /// (each as side + 1, 0 for none); the upper four what the last ICMP error said (0 for none).
    private var enders: UInt8 = 0

    init(startingWith segment: TrackedSegment) {
        let (client, evidence) = Self.roles(segment)
        key = segment.key
        if key.isReflexive { traits.insert(.reflexive) }
        clientSide = UInt8(truncatingIfNeeded: client)
        roleEvidence = evidence
        firstTime = segment.time
        lastTime = segment.time
        firstPlace = UInt64(truncatingIfNeeded: segment.number << 6 | segment.part)
    }
}

extension ConnectionRecord {
    /// Packet number of the first segment.
    public var firstNumber: UInt64 { firstPlace >> 6 }
    /// The client's address and port. Which end is the client may be a guess: see ``roleEvidence``.
    public var clientEndpoint: Endpoint { clientSide == 0 ? key.low : key.high }
    /// The server's address and port.
    public var serverEndpoint: Endpoint { clientSide == 0 ? key.high : key.low }
    /// What the client sent, and the state it is in.
    public var client: HalfConnection { halves[Int(clientSide & 1)] }
    /// What the server sent, and the state it is in. In a connection of a socket with itself it is empty, because
    /// everything counts as the client's.
    public var server: HalfConnection { halves[Int(~clientSide & 1)] }

    /// The end that receives what `side` sends.
    @inline(__always)
    package func peer(of side: Int) -> Int { side ^ (isReflexive ? 0 : 1) }

    /// The side of the client, or of the server.
    package func side(of party: Party) -> Int { party == .client ? Int(clientSide & 1) : peer(of: Int(clientSide & 1)) }

    /// The party that a side is.
    package func party(_ side: Int) -> Party { side == Int(clientSide) ? .client : .server }

    /// Whether the segment went from client to server. Of a connection of a socket with itself every segment counts as
    /// the client's.
    public func isFromClient(_ segment: SegmentHeader) -> Bool {
        segment.sourceEndpoint == clientEndpoint
    }

    /// Nanoseconds from the first segment to the last.
    public var duration: Int64 { lastTime.nanoseconds(since: firstTime) }

    /// Whether the capture holds neither SYN nor SYN-ACK, so that it began in the middle of this connection.
    package var isMidstream: Bool {
        (client.marks.union(server.marks)).isDisjoint(with: [.syn, .synAck])
    }

    /// The three segments of the handshake were seen, and their numbers fit: each ACK is the other's ISN + 1.
    public internal(set) var handshakeProved: Bool {
        @inline(__always) get { traits.contains(.handshakeProved) }
        set { if newValue { traits.insert(.handshakeProved) } else { traits.remove(.handshakeProved) } }
    }

    /// Both ends sent a SYN without having seen the other's.
    public var simultaneousOpen: Bool { traits.contains(.simultaneousOpen) }

    /// The tuple was used before in this capture.
    public package(set) var reusesTuple: Bool {
        get { traits.contains(.reusesTuple) }
        set { if newValue { traits.insert(.reusesTuple) } else { traits.remove(.reusesTuple) } }
    }

    /// Whether later packets may show something that the first pass could not tell: a segment that looks sent again may
    /// be a copy, one out of order may only be written in the wrong order, a SYN may have met an older connection, an
    /// RST may have been ignored.
    package var isDoubtful: Bool {
        guard traits.isDisjoint(with: [.reusesTuple, .outlivesReset, .timesGoBack, .oddNumbers]) else { return true }
        return halves[0].isDoubtful || halves[1].isDoubtful
    }

    /// Whether both ends are the same socket, connected with itself, so that it receives what it sends.
    @inline(__always)
    package var isReflexive: Bool { traits.contains(.reflexive) }

    /// The side that sent the first FIN; `nil` if none did.
    var closer: Int? {
        get { enders & 0x03 == 0 ? nil : Int(enders & 0x03) - 1 }
        set { enders = enders & 0xfc | UInt8(truncatingIfNeeded: (newValue ?? -1) + 1) }
    }

    /// The side that sent the first RST that counted; `nil` if none did.
    var resetter: Int? {
        get { enders & 0x0c == 0 ? nil : Int(enders >> 2 & 0x03) - 1 }
        set { enders = enders & 0xf3 | UInt8(truncatingIfNeeded: (newValue ?? -1) + 1) << 2 }
    }

    /// What the last ICMP error that quotes one of its segments says; `nil` where there was none.
    public internal(set) var reported: ErrorVerdict? {
        get { ErrorVerdict(rawValue: enders >> 4) }
        set { enders = enders & 0x0f | (newValue?.rawValue ?? 0) << 4 }
    }

    /// Who sent the first RST that counted.
    package var resetBy: Party? { resetter.map(party) }

    /// Nanoseconds from the first SYN to the SYN-ACK, in steps of 100; negative: not seen.
    package var synAckDelay: Int64 { synAckTicks == .max ? -1 : Int64(synAckTicks) * Self.tick }

    /// Nanoseconds from the first SYN to the ACK that completes the handshake, in steps of 100; negative: not seen.
    public var handshakeDelay: Int64 { handshakeTicks == .max ? -1 : Int64(handshakeTicks) * Self.tick }

    mutating func noteSynAck(at time: Timestamp) { synAckTicks = delayTicks(time) }
    mutating func noteHandshake(at time: Timestamp) { handshakeTicks = delayTicks(time) }

    /// Goes on to a time; none before the latest.
    mutating func advance(to time: Timestamp) {
        guard lastTime < time else { return }
        if halves[0].isClosed || halves[1].isClosed {
            let wait = time.nanoseconds(since: lastTime)
            for side in 0...1 where halves[side].isClosed { halves[side].addClosed(wait) }
        }
        lastTime = time
    }

    /// The time as a 32-bit count of ticks, which wraps every 429 s: only differences of it mean anything.
    @inline(__always)
    func circlingTicks(_ time: Timestamp) -> UInt32 {
        UInt32(truncatingIfNeeded: time.nanoseconds(since: firstTime) / Self.tick)
    }

    /// Sets ``firstPlace``, if the connection's first packet in the capture is not the one that was processed first.
    package mutating func number(from first: Int, part: Int = 0) {
        firstPlace = UInt64(truncatingIfNeeded: first << 6 | part)
    }

    private func delayTicks(_ time: Timestamp) -> UInt32 {
        UInt32(clamping: min(max(0, time.nanoseconds(since: firstTime)) / Self.tick, Int64(UInt32.max) - 1))
    }
}
