/// What became of a script: the steps that were taken, and the one that failed, if one did.
public struct ScriptReport: Sendable {
    /// In the order in which they happened.
    public internal(set) var steps: [ScriptStep] = []
    /// The step that did not come as it should; `nil` where all did. Nothing of the script runs behind it.
    public internal(set) var failure: ScriptFailure?
    /// The packets of both directions that the runner has seen, in order.
    public internal(set) var packets: [Packet] = []
    /// Nanoseconds of the host's clock from the first step to the end.
    public internal(set) var duration: Int64 = 0

    /// Of a script that has not begun.
    public init() {}

    /// A packet on its way to or from the host.
    public struct Packet: Hashable, Sendable {
        /// Nanoseconds since the script began.
        public var time: Int64
        /// From the IP header on.
        public var octets: [UInt8]
    }

    /// Whether everything came as the script says.
    public var hasPassed: Bool { failure == nil }
}

/// Something that happened while a script ran.
public struct ScriptStep: Hashable, Sendable {
    /// What happened; the raw value is its name in JSON.
    public enum Kind: String, Hashable, Sendable {
        /// A socket call with its result.
        case call
        /// A packet from the network.
        case received
        /// A packet to the network that the script has asked for.
        case sent
        /// A packet to the network that the script has not asked for (yet).
        case unexpected
        case setting
        /// A setting of the suite's usual ones that the host does not have, or not for this value: it goes on with its own.
        case left
        /// A condition that held.
        case assertion
        /// What the host failed with when it was asked, after a failure, for what it had still sent.
        case broken
    }

    /// Nanoseconds since the script began.
    public var time: Int64
    /// The script's line; `nil` for what it does not name.
    public var line: Int?
    /// What happened.
    public var kind: Kind
    /// The call or the packet in the script's notation.
    public var text: String
}

/// The step of a script that did not come as it should.
public struct ScriptFailure: Hashable, Sendable {
    /// Where the event stands, counted from 1.
    public var line: Int
    /// The event's first line, as written.
    public var text: String
    /// Nanoseconds since the script began.
    public var time: Int64
    /// Why it failed.
    public var reason: Reason

    /// Why it failed.
    public enum Reason: Hashable, Sendable {
        /// A socket call returned something else. Both in the script's notation.
        case result(expected: String, actual: String)
        /// A socket call returned at another time: nanoseconds since the script began.
        case returned(expected: Int64, actual: Int64)
        /// A socket call had not returned when the runner gave up on it.
        case blocked
        /// Nothing was sent until then: nanoseconds since the script began.
        case silence(until: Int64)
        /// Another packet was sent.
        case packet(expected: String, actual: String, [Difference])
        /// The right packet was sent at another time: nanoseconds since the script began.
        case time(earliest: Int64, latest: Int64, actual: Int64)
        /// A condition did not hold of these fields of tcp_info.
        case assertion(String, [Field])
        /// A condition has no value: the host does not know the field, or divided by zero.
        case unknownField(String)
        case divisionByZero(String)
        /// The host cannot go on.
        case host(ScriptHostError)
    }

    /// A field of tcp_info and what it was.
    public struct Field: Hashable, Sendable {
        /// Its name in `struct tcp_info`, as the condition has it.
        public var name: String
        /// What the host said it was, in tcp_info's unit.
        public var value: Int64
    }

    /// What of a packet was different.
    public struct Difference: Hashable, Sendable {
        /// A part of a packet; the raw value is its name in JSON.
        public enum Part: String, Hashable, Sendable {
            case flags, sequence, length, acknowledgment, window, urgentPointer, options, congestion
            case trafficClass, hopLimit, ports
        }

        /// Which part of the packet.
        public var part: Part
        /// What the script has, in its notation.
        public var expected: String
        /// What was sent, in the same notation.
        public var actual: String
    }

    /// Whether the host lacks what the script needs, so that nothing was found out about TCP.
    public var isUnsupported: Bool {
        switch reason {
        case .host(.unknownSetting), .host(.badSetting), .host(.unsupported), .unknownField: true
        default: false
        }
    }
}
