import FlatMemory
import TCPStack
import TCPState
import TCPWire

/// A device on a link that inspects packets, and may drop, change or delay them.
public protocol Middlebox {
    /// Handles a packet that passes the device.
    ///
    /// - Parameters:
    ///   - packet: the packet's octets, from the IP header on.
    ///   - isForward: whether it travels from the link's first host to the second.
    /// - Returns: the packets that are forwarded, each with its direction and its additional delay; empty to drop the
    ///   packet.
    mutating func pass(_ packet: [UInt8], isForward: Bool, now: Instant, random: inout SeededRandom) -> [PassedOn]

    /// Whether packets to this address are for the box, which represents hosts behind it.
    func owns(_ address: IPAddress) -> Bool
}

extension Middlebox {
    /// A box without an address of its own.
    public func owns(_ address: IPAddress) -> Bool { false }
}

/// A packet that a ``Middlebox`` forwards.
public struct PassedOn: Hashable, Sendable {
    /// The packet from the IP header on: the one that arrived, changed or not, or one that the box made itself.
    public var packet: [UInt8]
    /// Whether it continues from the link's first host to the second.
    public var isForward: Bool
    /// By how much it is delayed here; the link's own delay is added.
    public var delay: Interval

    /// A packet that is forwarded; by default without delay.
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

/// Drops SYNs, as a firewall does: all SYNs of one direction, or the first few.
public struct SYNDropper: Middlebox, Sendable {
    private var remaining: Int
    private let isForward: Bool

    /// - Parameters:
    ///   - count: how many SYNs are dropped.
    ///   - isForward: the direction whose SYNs are dropped.
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

/// Removes options from segments, as devices do that do not know them.
public struct OptionStripper: Middlebox, Sendable {
    /// The options to remove.
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

    /// A box that removes these options from the segments of both directions.
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

/// Responds to a segment with text by sending an RST to both ends, as some censors do. The sequence numbers are derived
/// from that segment.
public struct ResetInjector: Middlebox, Sendable {
    private var remaining: Int
    private let offset: UInt32

    /// - Parameters:
    ///   - segments: how many segments with text pass before the one that is answered.
    ///   - offset: the distance of the forged sequence number from the right one.
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

/// Translates the first host's addresses and ports into its own (RFC 5382), and removes mappings that were not used for
/// too long.
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
    ///   - timeout: after how much silence a mapping is removed. RFC 5382 requires two hours; many devices allow
    ///     minutes.
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

/// Lets a function decide about every packet, for planned faults.
public struct Interceptor: Middlebox {
    /// What is done to a packet.
    public enum Decision: Hashable, Sendable {
        case pass
        case drop
        case duplicate
        /// The packet is delayed by this much; those after it are not.
        case delay(Interval)
        /// The packet changes places with the next one of its direction.
        case swap
    }

    private let decide: (_ index: Int, _ packet: [UInt8], _ isForward: Bool) -> Decision
    private var index = 0
    private var held: (forward: [UInt8]?, backward: [UInt8]?) = (nil, nil)

    /// - Parameter decide: is given the number of the packet, counted from 0 over both directions together.
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
