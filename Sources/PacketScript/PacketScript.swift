/// A packet script in packetdrill's language: socket calls, the segments that the host must send and those that arrive
/// from the network, and the times of all these.
///
///     0   socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
///     +0  bind(3, ..., ...) = 0
///     +0  listen(3, 1) = 0
///     +0  < S 0:0(0) win 1000 <mss 1000>
///     +0  > S. 0:0(0) ack 1 <...>
///
/// A script is parsed as a whole before anything runs. It counts as hostile input: parsing takes time in proportion to
/// its length and never traps.
public struct PacketScript: Sendable {
    /// The greatest length of a script, in octets.
    public static let longest = 1 << 20
    static let mostEvents = 20_000

    /// The addresses and settings that the script's first lines ask for (`--ip_version=ipv6`,
    /// `--tolerance_usecs=10000`).
    public internal(set) var network = ScriptNetwork.ipv4
    /// By how many nanoseconds a time may be off; `nil` where the script does not say.
    public internal(set) var tolerance: Int64?
    /// By how many thousandths of an interval a time may be off, where that is more than ``tolerance``: long timers may
    /// be less exact.
    var toleranceShare: Int64 = 125
    /// The nanoseconds of one tick of the host's timestamp clock; `nil` where the script does not ask for its
    /// timestamps to be compared with the time.
    var clockTick: Int64?
    /// Whether every segment must come exactly as it is written. Otherwise a script may write several as the one large
    /// segment that a host with segmentation offload hands to its network card.
    var isStrict = false
    var events: [ScriptEvent] = []

    /// Reads a script.
    ///
    /// - Parameter definitions: what names in the script stand for; the script may define further names itself.
    public init(_ text: [UInt8], defining definitions: ScriptDefinitions = ScriptDefinitions()) throws(ScriptError) {
        guard text.count <= Self.longest else { throw ScriptError(line: 1, column: 1, .tooMuch(.script)) }
        var parser = ScriptParser(text, definitions)
        self = try parser.read()
    }

    init() {}

    /// Whether all events so far only change settings.
    var isAtBeginning: Bool { events.allSatisfy { if case .settings = $0.action { true } else { false } } }

    /// How many events the script has.
    public var count: Int { events.count }
}
