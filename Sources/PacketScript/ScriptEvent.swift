import TCPWire

/// One event of a script: when, and what.
struct ScriptEvent: Sendable {
    /// Where it begins, counted from 1.
    var line: Int
    /// Its first line, as written.
    var text: String
    var moment: ScriptMoment
    var action: Action

    enum Action: Sendable {
        case call(CallPlan)
        case inject(SegmentPattern)
        case expect(SegmentPattern)
        case injectICMP(ICMPPattern)
        case settings([Setting])
        case check([Assertion])
    }

    /// A sysctl by its dotted name.
    struct Setting: Hashable, Sendable {
        var name: String
        var value: String
        /// Part of the suite's usual defaults: a host that does not have it goes on without.
        var isOptional = false
    }
}

/// When an event is to happen. Times are nanoseconds.
struct ScriptMoment: Hashable, Sendable {
    enum Base: Hashable, Sendable {
        /// The script's beginning.
        case start
        /// When the event before happened.
        case previous
        /// `*`: any time.
        case anything
    }

    var base: Base
    var earliest: Int64
    var latest: Int64
    /// Of a call that blocks: when it returns, from the same base.
    var end: Int64?

    static let now = ScriptMoment(base: .previous, earliest: 0, latest: 0)
}

/// A segment as a script writes it, with relative numbers.
struct SegmentPattern: Hashable, Sendable {
    var sourcePort: UInt16?
    var destinationPort: UInt16?
    var network = NetworkPattern()
    var flags: TCPFlags = []
    var sequence: UInt32 = 0
    var length = 0
    var acknowledgment: UInt32?
    var window: UInt16?
    var urgentPointer: UInt16?
    /// `nil` for `<...>`: any options at all.
    var options: [OptionPattern]? = []
}

/// What a script says of the IP header; `nil` is not looked at, and sent as usual.
struct NetworkPattern: Hashable, Sendable {
    /// The low two bits of the traffic class (RFC 3168 5).
    var congestion: UInt8?
    var trafficClass: UInt8?
    var hopLimit: UInt8?
}

/// A TCP option as a script writes it.
enum OptionPattern: Hashable, Sendable {
    /// The same on the wire.
    case exact(TCPOption)
    /// Octets from the script's own start of the timestamp clock.
    case timestamps(value: UInt32, echo: UInt32)
    /// Relative numbers, left and right.
    case sack([Block])
    /// `wscale *`: the option with whatever shift.
    case anyWindowScale

    struct Block: Hashable, Sendable {
        var left: UInt32
        var right: UInt32
    }
}

/// An ICMP error that quotes a segment of the socket under test.
struct ICMPPattern: Hashable, Sendable {
    var type: UInt8
    var code: UInt8
    /// The MTU or other word that the message carries.
    var word: UInt32 = 0
    /// The quoted segment's first relative number and length; `nil` for the last that went out.
    var sequence: UInt32?
    var length = 0
}
