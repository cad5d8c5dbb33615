import TCPWire

/// One event of a script: its time and its action.
struct ScriptEvent: Sendable {
    /// The line where it begins, counted from 1.
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

    /// A sysctl, with its dotted name.
    struct Setting: Hashable, Sendable {
        var name: String
        var value: String
        /// Whether it is one of the test suite's usual defaults; a host that does not have it runs the script without
        /// it.
        var isOptional = false
    }
}

/// When an event is to happen. Times are nanoseconds.
struct ScriptMoment: Hashable, Sendable {
    enum Base: Hashable, Sendable {
        /// The script's beginning.
        case start
        /// The time at which the previous event happened.
        case previous
        /// `*`: any time.
        case anything
    }

    var base: Base
    var earliest: Int64
    var latest: Int64
    /// For a call that blocks: when it must return, counted from the same base.
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

/// What a script says about the IP header. A field that is `nil` is not compared, and is sent with its usual value.
struct NetworkPattern: Hashable, Sendable {
    /// The low two bits of the traffic class (RFC 3168 5).
    var congestion: UInt8?
    var trafficClass: UInt8?
    var hopLimit: UInt8?
}

/// A TCP option as a script writes it.
enum OptionPattern: Hashable, Sendable {
    /// An option that is on the wire exactly as it is here.
    case exact(TCPOption)
    /// Timestamps as the script writes them, which are translated to those of the host.
    case timestamps(value: UInt32, echo: UInt32)
    /// SACK blocks in relative numbers, each with its left and right edge.
    case sack([Block])
    /// `wscale *`: the option, with any shift.
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
    /// The MTU or other 32-bit word after the checksum.
    var word: UInt32 = 0
    /// The quoted segment's first relative sequence number and its length; `nil` for the last segment that the host
    /// sent.
    var sequence: UInt32?
    var length = 0
}
