import FlatMemory
import TCPStack
import TCPState
import TCPWire

/// Something on a link that looks at packets and changes what becomes of them.
public protocol Middlebox {
    /// A packet comes by.
    ///
    /// - Parameters:
    ///   - packet: from the IP header on.
    ///   - isForward: whether it goes from the link's first host to the second.
    /// - Returns: what goes on, each with its direction and how much later; nothing to drop it.
    mutating func pass(_ packet: [UInt8], isForward: Bool, now: Instant, random: inout SeededRandom) -> [PassedOn]

    /// Whether packets to this address are for the box, which stands for hosts behind it.
    func owns(_ address: IPAddress) -> Bool
}

extension Middlebox {
    /// No address of its own.
    public func owns(_ address: IPAddress) -> Bool { false }
}

/// A packet that a ``Middlebox`` lets go.
public struct PassedOn: Hashable, Sendable {
    /// The packet from the IP header on: the one that came, changed or not, or one of the box's own.
    public var packet: [UInt8]
    /// Whether it goes on from the link's first host to the second.
    public var isForward: Bool
    /// How much later it goes on; the link's own delay comes on top.
    public var delay: Interval

    /// A packet that goes on, at once where nothing else is said.
    public init(_ packet: [UInt8], isForward: Bool, delay: Interval = .zero) {
        self.packet = packet
        self.isForward = isForward
        self.delay = delay
    }
}

extension Segment {
    /// The TCP segment in an IP packet; `nil` where there is none.
    public init?(packet: [UInt8]) {
        var header = SegmentHeader()
        guard
            PacketDecoder.decode(packet.octets, link: .raw, originalLength: packet.count, into: &header) == .segment
        else { return nil }
        self.init(header, in: packet)
    }
}

/// Drops SYNs, as a firewall does: all of one direction, or the first few.
public struct SYNDropper: Middlebox, Sendable {
    private var remaining: Int
    private let isForward: Bool

    /// - Parameters:
    ///   - count: how many.
    ///   - isForward: those of which direction.
    public init(count: Int = .max, isForward: Bool = true) {
        remaining = count
        self.isForward = isForward
    }

    public mutating func pass(
        _ packet: [UInt8], isForward: Bool, now: Instant, random: inout SeededRandom
    ) -> [PassedOn] {
        guard isForward == self.isForward, remaining > 0, let segment = Segment(packet: packet),
            segment.flags.contains(.syn)
        else { return [PassedOn(packet, isForward: isForward)] }
        remaining -= 1
        return []
    }
}

/// Takes options out of segments, as boxes do that do not know them.
public struct OptionStripper: Middlebox, Sendable {
    /// Which.
    public struct Kinds: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// Kind 2, in SYNs (RFC 9293 3.7.1).
        public static let maximumSegmentSize = Kinds(rawValue: 1)
        /// Kind 3, in SYNs (RFC 7323 2.2).
        public static let windowScale = Kinds(rawValue: 2)
        /// Kinds 4 and 5: the permission in SYNs, and the blocks (RFC 2018).
        public static let selectiveAcknowledgment = Kinds(rawValue: 4)
        /// Kind 8 (RFC 7323 3.2).
        public static let timestamps = Kinds(rawValue: 8)
    }

    private let kinds: Kinds

    /// A box that takes these options out of the segments of both directions.
    public init(_ kinds: Kinds) { self.kinds = kinds }

    public mutating func pass(
        _ packet: [UInt8], isForward: Bool, now: Instant, random: inout SeededRandom
    ) -> [PassedOn] {
        guard var segment = Segment(packet: packet) else { return [PassedOn(packet, isForward: isForward)] }
        if kinds.contains(.maximumSegmentSize) { segment.options.maximumSegmentSize = nil }
        if kinds.contains(.windowScale) { segment.options.windowScale = nil }
        if kinds.contains(.timestamps) { segment.options.timestamps = nil }
        if kinds.contains(.selectiveAcknowledgment) {
            segment.options.sackPermitted = false
            segment.options.sack = []
        }
        return [PassedOn(segment.packet(identification: 0), isForward: isForward)]
    }
}

/// Answers a segment with text by an RST to both ends, as some censors do. The numbers are what the box has seen.
public struct ResetInjector: Middlebox, Sendable {
    private var remaining: Int
    private let offset: UInt32

    /// - Parameters:
    ///   - segments: segments with text that pass before.
    ///   - offset: how far the forged number lies behind the right one.
    public init(afterSegments segments: Int, offset: UInt32 = 0) {
        remaining = segments
        self.offset = offset
    }

    public mutating func pass(
        _ packet: [UInt8], isForward: Bool, now: Instant, random: inout SeededRandom
    ) -> [PassedOn] {
        var passed = [PassedOn(packet, isForward: isForward)]
        guard remaining >= 0, let segment = Segment(packet: packet), !segment.payload.isEmpty else { return passed }
        remaining -= 1
        guard remaining < 0 else { return passed }
        var toSender = Segment(from: segment.destination, to: segment.source)
        toSender.flags = .rst
        toSender.sequence = segment.acknowledgment + offset
        var toReceiver = Segment(from: segment.source, to: segment.destination)
        toReceiver.flags = .rst
        toReceiver.sequence = segment.end + offset
        passed.append(PassedOn(toSender.packet(identification: 0), isForward: !isForward))
        passed.append(PassedOn(toReceiver.packet(identification: 0), isForward: isForward))
        return passed
    }
}

/// Translates the first host's addresses and ports into its own (RFC 5382), and forgets those that are silent too long.
public struct AddressTranslator: Middlebox, Sendable {
    private struct Mapping: Sendable {
        var inside: Endpoint
        var lastUsed: Instant
    }

    private let outside: IPAddress
    private let timeout: Interval
    private var mappings: [UInt16: Mapping] = [:]
    private var ports: [Endpoint: UInt16] = [:]
    private var nextPort: UInt16 = 20_000

    /// - Parameters:
    ///   - outside: the address that the second host sees.
    ///   - timeout: silence after which a mapping is gone; RFC 5382 wants two hours, many boxes take minutes.
    public init(outside: IPAddress, timeout: Interval) {
        self.outside = outside
        self.timeout = timeout
    }

    public func owns(_ address: IPAddress) -> Bool { address == outside }

    public mutating func pass(
        _ packet: [UInt8], isForward: Bool, now: Instant, random: inout SeededRandom
    ) -> [PassedOn] {
        guard var segment = Segment(packet: packet) else { return [] }
        if isForward {
            segment.source = Endpoint(address: outside, port: port(for: segment.source, now: now))
        } else {
            guard segment.destination.address == outside, let mapping = mappings[segment.destination.port],
                now - mapping.lastUsed <= timeout
            else { return [] }
            mappings[segment.destination.port]?.lastUsed = now
            segment.destination = mapping.inside
        }
        return [PassedOn(segment.packet(identification: 0), isForward: isForward)]
    }

    private mutating func port(for inside: Endpoint, now: Instant) -> UInt16 {
        if let port = ports[inside], let mapping = mappings[port], now - mapping.lastUsed <= timeout {
            mappings[port]?.lastUsed = now
            return port
        }
        nextPort = nextPort == .max ? 20_000 : nextPort + 1
        if let old = mappings[nextPort] { ports[old.inside] = nil }
        mappings[nextPort] = Mapping(inside: inside, lastUsed: now)
        ports[inside] = nextPort
        return nextPort
    }
}

/// Lets a function decide, packet by packet: for schedules of faults.
public struct Interceptor: Middlebox {
    /// What is done to a packet.
    public enum Decision: Hashable, Sendable {
        case pass
        case drop
        case duplicate
        /// It waits for so long; those behind it do not.
        case delay(Interval)
        /// It changes places with the next one of its direction.
        case swap
    }

    private let decide: (_ index: Int, _ packet: [UInt8], _ isForward: Bool) -> Decision
    private var index = 0
    private var held: (forward: [UInt8]?, backward: [UInt8]?) = (nil, nil)

    /// - Parameter decide: is given the number of the packet, both directions counted together from 0.
    public init(_ decide: @escaping (_ index: Int, _ packet: [UInt8], _ isForward: Bool) -> Decision) {
        self.decide = decide
    }

    public mutating func pass(
        _ packet: [UInt8], isForward: Bool, now: Instant, random: inout SeededRandom
    ) -> [PassedOn] {
        let decision = decide(index, packet, isForward)
        index += 1
        let waiting = isForward ? held.forward : held.backward
        if decision == .swap, waiting == nil {
            if isForward { held.forward = packet } else { held.backward = packet }
            return []
        }
        if isForward { held.forward = nil } else { held.backward = nil }
        var passed: [PassedOn] = []
        switch decision {
        case .pass, .swap: passed.append(PassedOn(packet, isForward: isForward))
        case .drop: break
        case .duplicate: passed += [PassedOn(packet, isForward: isForward), PassedOn(packet, isForward: isForward)]
        case .delay(let interval): passed.append(PassedOn(packet, isForward: isForward, delay: interval))
        }
        if let waiting { passed.append(PassedOn(waiting, isForward: isForward)) }
        return passed
    }
}
