/// The result of running a script: the steps that were taken, and the one that failed, if any.
public struct ScriptReport: Sendable {
    /// The steps in the order in which they happened.
    public internal(set) var steps: [ScriptStep] = []
    /// The step that did not happen as it should; `nil` where all did. It is the last one that was run.
    public internal(set) var failure: ScriptFailure?
    /// The packets of both directions that the runner has seen, in order.
    public internal(set) var packets: [Packet] = []
    /// Nanoseconds by the host's clock from the first step to the end.
    public internal(set) var duration: Int64 = 0

    /// The report of a script that has not begun.
    public init() {}

    /// A packet on its way to or from the host.
    public struct Packet: Hashable, Sendable {
        /// Nanoseconds since the script began.
        public var time: Int64
        /// The packet's octets, from the IP header on.
        public var octets: [UInt8]
    }

    /// Whether everything happened as the script says.
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
        /// A packet from the host that the script expects.
        case sent
        /// A packet from the host that the script has not expected (so far).
        case unexpected
        case setting
        /// One of the test suite's usual settings that the host does not have, or not with this value; it keeps its
        /// own.
        case left
        /// A condition that held.
        case assertion
        /// The error of the host when, after a failure, it was asked for the packets that it had sent besides.
        case broken
    }

    /// Nanoseconds since the script began.
    public var time: Int64
    /// The script's line; `nil` for a step that the script does not contain.
    public var line: Int?
    /// What happened.
    public var kind: Kind
    /// The call or the packet in the script's notation.
    public var text: String
}

/// The step of a script that did not happen as it should.
public struct ScriptFailure: Hashable, Sendable {
    /// The line of the event, counted from 1.
    public var line: Int
    /// The event's first line, as written.
    public var text: String
    /// Nanoseconds since the script began.
    public var time: Int64
    /// Why it failed.
    public var reason: Reason

    /// Why it failed.
    public enum Reason: Hashable, Sendable {
        /// A socket call had another result. Both results are in the script's notation.
        case result(expected: String, actual: String)
        /// A socket call returned at another time; both times are nanoseconds since the script began.
        case returned(expected: Int64, actual: Int64)
        /// A socket call had not returned when the runner stopped waiting for it.
        case blocked
        /// No packet was sent until then, in nanoseconds since the script began.
        case silence(until: Int64)
        /// Another packet was sent.
        case packet(expected: String, actual: String, [Difference])
        /// The right packet was sent at another time; all times are nanoseconds since the script began.
        case time(earliest: Int64, latest: Int64, actual: Int64)
        /// A condition does not hold; these are the fields of tcp_info that it read.
        case assertion(String, [Field])
        /// A condition could not be evaluated: the host does not know a field, or (``divisionByZero``) it divides by
        /// zero.
        case unknownField(String)
        case divisionByZero(String)
        /// The host cannot continue.
        case host(ScriptHostError)
    }

    /// A field of tcp_info and its value.
    public struct Field: Hashable, Sendable {
        /// The field's name in `struct tcp_info`, as in the condition.
        public var name: String
        /// The value that the host gave, in tcp_info's unit.
        public var value: Int64
    }

    /// A part of a packet that differs from what was expected.
    public struct Difference: Hashable, Sendable {
        /// A part of a packet; the raw value is its name in JSON.
        public enum Part: String, Hashable, Sendable {
            case flags, sequence, length, acknowledgment, window, urgentPointer, options, congestion
            case trafficClass, hopLimit, ports
        }

        /// The part of the packet that differs.
        public var part: Part
        /// What the script expects, in its notation.
        public var expected: String
        /// What was sent, in the same notation.
        public var actual: String
    }

    /// Whether the host lacks something that the script needs, so that the run shows nothing about its TCP.
    public var isUnsupported: Bool {
        switch reason {
        case .host(.unknownSetting), .host(.badSetting), .host(.unsupported), .unknownField: true
        default: false
        }
    }
}
