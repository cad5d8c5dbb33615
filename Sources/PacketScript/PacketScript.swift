/// A packet script: socket calls, and the segments that they and the network bring, with the times at which all that
/// happens; in packetdrill's language.
///
///     0   socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
///     +0  bind(3, ..., ...) = 0
///     +0  listen(3, 1) = 0
///     +0  < S 0:0(0) win 1000 <mss 1000>
///     +0  > S. 0:0(0) ack 1 <...>
///
/// A script is read as a whole before anything runs. It is hostile input: reading it takes time in proportion to its length
/// and never traps.
public struct PacketScript: Sendable {
    /// Octets of the longest script that is read.
    public static let longest = 1 << 20
    static let mostEvents = 20_000

    /// What the script's first lines ask for (`--ip_version=ipv6`, `--tolerance_usecs=10000`).
    public internal(set) var network = ScriptNetwork.ipv4
    /// Nanoseconds that a time may be off; `nil` where the script leaves it open.
    public internal(set) var tolerance: Int64?
    /// Thousandths of an interval that a time may be off, where that is more: a timer of a second is as coarse as a second.
    var toleranceShare: Int64 = 125
    /// Nanoseconds of a tick of the host's timestamp clock, where the script wants its readings compared.
    var clockTick: Int64?
    /// Whether every segment is to come as it is written: nothing is joined to what offload would have made of it.
    var isStrict = false
    var events: [ScriptEvent] = []

    /// Reads a script.
    ///
    /// - Parameter definitions: what a name is to be read as, from outside of the script, which may define its own.
    public init(_ text: [UInt8], defining definitions: ScriptDefinitions = ScriptDefinitions()) throws(ScriptError) {
        guard text.count <= Self.longest else { throw ScriptError(line: 1, column: 1, .tooMuch(.script)) }
        var parser = ScriptParser(text, definitions)
        self = try parser.read()
    }

    init() {}

    /// Whether no event so far does anything but settings.
    var isAtBeginning: Bool { events.allSatisfy { if case .settings = $0.action { true } else { false } } }

    /// How many events the script has.
    public var count: Int { events.count }
}
